"""The GPU kit: it holds everything that its code imports, says where it comes from, and refuses what cannot work."""

import ast
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest

from calibration import kit, origin

ROOT = Path(__file__).resolve().parents[2]
LAZY = {"altair", "vl_convert"}
"""Imported by the report alone, which is not made on a node."""


def test_wheels_are_those_of_the_tested_versions():
    pins = kit.pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert len(pins) == len(kit.WHEELS)
    assert all(re.fullmatch(r"[a-z-]+==[0-9.]+", pin) for pin in pins), pins
    assert any(pin.startswith("pydantic-core==") for pin in pins)  # constraints.txt writes pydantic_core


def test_a_wheel_without_a_tested_version_is_refused():
    with pytest.raises(ValueError, match=r"no version of .*scipy.*`make constraints`"):
        kit.pins("numpy==2.4.6\n")


def test_what_a_wheel_needs_is_packed_too():
    for name in kit.WHEELS:
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            pytest.fail(f"{name} is not installed here: is it still needed?")
        always = [re.split(r"[ <>=!~;(\[]", line)[0].lower().replace("_", "-") for line in needed if ";" not in line]
        assert set(always) <= set(kit.WHEELS), name


def test_everything_that_the_code_imports_is_packed(tmp_path: Path):
    kit._lay_out(tmp_path)
    packed = {name.replace("-", "_") for name in kit.WHEELS} | {"torch", "calibration"}
    for path in (tmp_path / "calibration").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            tops = {name.partition(".")[0] for name in names}
            assert tops - set(sys.stdlib_module_names) - LAZY <= packed, (path.name, tops)


def test_the_kit_says_which_commit_it_is_of(tmp_path: Path):
    kit._lay_out(tmp_path)
    assert origin.commit(tmp_path) == origin.commit(ROOT)
    (tmp_path / origin.STAMP).write_text("f" * 40 + " with changes\n")
    assert origin.commit(tmp_path) == "f" * 40 + " with changes"


def test_a_folder_without_a_commit_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert origin.commit(tmp_path) == "unknown: not under version control"


def test_the_laid_out_code_names_its_version_and_reads_its_files(tmp_path: Path):
    kit._lay_out(tmp_path)
    code = (
        "from importlib.metadata import version; from pathlib import Path\n"
        "import calibration.record as r; from calibration.roofline import read_chips\n"
        "print(version('polarity-sim'), r.read('literature').id, len(read_chips(Path('chips.csv'))) > 20, r.RESULTS)"
    )
    path = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{tmp_path / 'site'}"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0.1.0", "literature", "True", str(tmp_path / "calibration/results")]


def test_wheels_are_unpacked_without_their_tests_and_with_their_licenses(tmp_path: Path):
    wheel, site = tmp_path / "wheels/thing-1-py3-none-any.whl", tmp_path / "site"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as packed:
        for name in ("thing/a.py", "thing/tests/b.py", "thing/testing.py", "thing-1.dist-info/RECORD",
                     "thing-1.dist-info/licenses/LICENSE"):  # fmt: skip
            packed.writestr(name, "")
    kit._unpack([wheel], site)
    found = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert found == {"thing/a.py", "thing/testing.py", "thing-1.dist-info/licenses/LICENSE"}


def test_the_archive_does_not_say_who_packed_it():
    entry = tarfile.TarInfo("x")
    entry.uid, entry.uname = 1000, "somebody"
    assert (kit._anonymous(entry).uid, entry.uname, entry.gname) == (0, "", "")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"PYTHON": "no-such-python"}, "no-such-python is not Python 3.12"),
        ({"OUT": "file/results"}, "OUT=file/results cannot be made"),
    ],
)
def test_a_node_that_cannot_run_it_is_told_why(tmp_path: Path, settings: dict[str, str], says: str):
    kit._lay_out(tmp_path)
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        ["sh", "run.sh"], cwd=tmp_path, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"polarity-gpu-kit: {says}")


def test_the_documentation_shows_the_example_for_slurm_as_it_is_packed():
    example = (ROOT / "calibration/gpu_kit/slurm.sh").read_text(encoding="utf-8")
    assert f"```sh\n{example}```" in (ROOT / "docs/calibration.md").read_text(encoding="utf-8")


def test_what_runs_on_a_node_is_a_script_that_its_shell_can_read(tmp_path: Path):
    kit._lay_out(tmp_path)
    for name in ("run.sh", "slurm.sh"):
        subprocess.run(["sh", "-n", name], cwd=tmp_path, check=True)
