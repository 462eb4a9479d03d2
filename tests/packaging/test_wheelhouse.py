"""The wheelhouse: pip installs from it without a network, and whatever was damaged on the way is refused."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scenarios.errors import InputError
from sim import __version__, checkout
from sim.wheelhouse import check, collect as collecting
from sim.wheelhouse.__main__ import main
from sim.wheelhouse.collect import Wheel, collect, lay_out, missing_from
from sim.wheelhouse.platforms import PLATFORMS, fits, target
from tests.packaging.test_installed import files_of_the_wheel

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = {**os.environ, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
OFFLINE.pop("PIP_FIND_LINKS", None)


def wheel(folder: Path, name: str, version: str, *requires: str, tags: str = "py3-none-any") -> Path:
    """A real wheel with one module, which says its version."""
    stem = f"{name.replace('-', '_')}-{version}"
    told = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    told += [f"Requires-Dist: {need}" for need in requires]
    files = {
        f"{name.replace('-', '_')}.py": f"VERSION = {version!r}\n",
        f"{stem}.dist-info/METADATA": "\n".join(told) + "\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{stem}.dist-info/RECORD"])
    path = folder / f"{stem}-{tags}.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for place, text in {**files, f"{stem}.dist-info/RECORD": record}.items():
            packed.writestr(place, text)
    return path


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A wheelhouse of two small wheels."""
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    wheel(folder, "polarity-sim", __version__, "tiny-part>=1.0")
    wheel(folder, "tiny-part", "1.2")
    lay_out(folder, (), None)
    return folder


def damage(path: Path) -> None:
    """Change one byte, in a place that unpacking may not notice."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def pip_install(house: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(house), "--target",
               str(house.parent / "site"), *words]  # fmt: skip
    return subprocess.run(command, env=OFFLINE, capture_output=True, text=True, check=False)


# ------------------------------------------------------------------------------------------------------- installing
def test_pip_installs_from_it_without_an_index_as_its_text_says(house: Path) -> None:
    told = (house / collecting.HOW).read_text()
    assert "-m pip install --no-index --find-links wheelhouse polarity-sim\n" in told
    done = pip_install(house, "polarity-sim")
    assert done.returncode == 0, done.stderr
    code = "import tiny_part; print(tiny_part.VERSION)"
    path = {**os.environ, "PYTHONPATH": str(house.parent / "site")}
    said = subprocess.run([sys.executable, "-c", code], env=path, capture_output=True, text=True, check=True)
    assert said.stdout == "1.2\n"


def test_the_guide_shows_the_lines_of_the_text_beside_the_wheels(tmp_path: Path) -> None:
    wheel(tmp_path, "polarity-sim", __version__)
    lay_out(tmp_path, (), target("linux-x86_64", "3.11"))
    told = (tmp_path / collecting.HOW).read_text().splitlines()
    typed = [line.strip() for line in told if line.startswith("    ")]
    guide = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert len(typed) == 8
    assert [line for line in typed if line not in guide.splitlines()] == []
    assert all(name in guide for name in PLATFORMS)


def test_pip_refuses_a_wheel_that_is_not_the_one_that_was_collected(house: Path) -> None:
    words = ("--require-hashes", "--requirement", str(house / collecting.REQUIREMENTS))
    assert " ".join(words[:2]) in (house / collecting.HOW).read_text()
    assert pip_install(house, *words).returncode == 0
    damage(next(house.glob("tiny_part*")))
    done = pip_install(house, *words, "--upgrade")
    assert done.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr


# --------------------------------------------------------------------------------------------------------- checking
def test_its_own_check_runs_on_bare_python_and_finds_nothing_wrong(house: Path) -> None:
    done = subprocess.run([sys.executable, "-I", "-S", str(house / "check.py")], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "every file is as it was collected" in done.stdout


def test_the_check_needs_the_standard_library_alone() -> None:
    tree = ast.parse(Path(check.__file__).read_text(encoding="utf-8"))
    named = [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]
    named += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in named} <= sys.stdlib_module_names


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_the_list_is_one_that_sha256sum_reads(house: Path) -> None:
    command = ["sha256sum", "--check", "--strict", check.LIST]
    assert subprocess.run(command, cwd=house, capture_output=True, check=False).returncode == 0
    damage(house / "check.py")
    assert subprocess.run(command, cwd=house, capture_output=True, check=False).returncode != 0


def test_every_file_that_is_damaged_is_named(house: Path) -> None:
    for path in sorted(house.iterdir()):
        if path.name == check.LIST:
            continue
        whole = path.read_bytes()
        damage(path)
        (problem,) = check.problems(house)
        assert problem == f"{path}: is damaged or was changed; copy it again, and do not install from it"
        path.write_bytes(whole)
    assert check.problems(house) == []


def test_a_damaged_wheel_is_refused_by_the_copy_in_the_folder(house: Path) -> None:
    damage(next(house.glob("polarity_sim*")))
    done = subprocess.run([sys.executable, "-I", "-S", str(house / "check.py")], capture_output=True, text=True)
    assert done.returncode == 1
    assert "is damaged or was changed" in done.stderr


def test_a_file_that_is_missing_or_strange_and_a_damaged_list_are_named(house: Path) -> None:
    next(house.glob("tiny_part*")).unlink()
    (house / "other.whl").write_bytes(b"")
    told = check.problems(house)
    assert [line.partition(": ")[2] for line in told] == [
        "is missing; copy the folder again", "is not on the list; remove it"
    ]  # fmt: skip
    (house / check.LIST).write_text("0123  ../secret\n")
    assert "line 1: holds no file with its SHA-256" in check.problems(house)[0]
    (house / check.LIST).write_text("")
    assert "is empty" in check.problems(house)[0]
    (house / check.LIST).unlink()
    assert "cannot be read" in check.problems(house)[0]


# ------------------------------------------------------------------------------------------------------- collecting
def test_an_old_wheelhouse_stays_until_the_new_one_is_complete(house: Path) -> None:
    before = check.digest(house / check.LIST)

    def fails(*words: str, folder: Path = ROOT) -> None:
        raise InputError("no network")

    with pytest.raises(InputError, match="no network"):
        collect(house, pip=fails)
    assert check.digest(house / check.LIST) == before
    assert [path.name for path in house.parent.iterdir()] == ["wheelhouse"]

    def works(*words: str, folder: Path = ROOT) -> None:
        assert words == ("wheel", "--constraint", "constraints.txt", "--wheel-dir", words[4], ".[analysis]")
        wheel(Path(words[4]), "polarity-sim", "9.9")

    assert [found.version for found in collect(house, ["analysis"], pip=works)] == ["9.9"]
    assert check.problems(house) == []
    assert "'polarity-sim[analysis]'" in (house / collecting.HOW).read_text()


def test_a_file_that_somebody_put_into_a_wheelhouse_is_not_lost(house: Path) -> None:
    (house / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds thesis\.txt, which is not on its list and would be lost"):
        collect(house, pip=lambda *words, folder=ROOT: pytest.fail("collected"))
    assert (house / "thesis.txt").read_text() == "mine"


def test_a_folder_is_that_of_whoever_asks_and_not_that_of_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def works(*words: str, folder: Path = ROOT) -> None:
        assert Path(words[4]).is_absolute()
        wheel(Path(words[4]), "polarity-sim", "9.9")

    collect(Path("here"), pip=works)
    assert check.problems(tmp_path / "here") == []


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="is there and is no wheelhouse"):
        collect(tmp_path)
    (tmp_path / check.LIST).write_text("")  # as beside many downloads
    with pytest.raises(InputError, match="is there and is no wheelhouse"):
        collect(tmp_path)
    with pytest.raises(InputError, match="unknown extra 'analyses'; did you mean 'analysis'"):
        collect(tmp_path / "new", ["analyses"])
    monkeypatch.setattr(sys, "argv", ["wheelhouse", str(tmp_path / "new"), "--python", "3.12"])
    assert main() == 2
    assert "name the platform too" in capsys.readouterr().err
    monkeypatch.setattr(checkout, "is_checkout", lambda: False)
    with pytest.raises(InputError, match="in the source code of Polarity"):
        collect(tmp_path / "new")


def test_what_pip_says_is_told_where_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_NO_INDEX", "PIP_CONFIG_FILE"):
        monkeypatch.setenv(name, OFFLINE[name])
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(InputError, match=r"pip download failed: ERROR: .*no_such_distribution"):
        collecting.run_pip("download", "--dest", str(tmp_path), "no_such_distribution")


def test_versions_that_were_not_tested_are_named(tmp_path: Path) -> None:
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    wheel(tmp_path, "numpy", pinned["numpy"])
    wheel(tmp_path, "torch", f"{pinned['torch']}+cpu")
    wheel(tmp_path, "colorama", "0.4.6")
    wheel(tmp_path, "polarity-sim", __version__)
    found = lay_out(tmp_path, (), None)
    assert collecting.unpinned(found) == ["colorama 0.4.6"]
    assert "Not among the tested versions: colorama 0.4.6." in (tmp_path / collecting.HOW).read_text()


# ------------------------------------------------------------------------------------------------- another platform
def test_what_only_another_machine_needs_is_collected_too(tmp_path: Path) -> None:
    calls = []

    def pip(*words: str, folder: Path = ROOT) -> None:
        calls.append(words)
        into = Path(words[words.index("--dest" if words[0] == "download" else "--wheel-dir") + 1])
        if words[0] == "wheel":
            wheel(into, "polarity-sim", "1", "click", "extra-part; extra == 'analysis'", "absent; extra == 'cluster'")
        elif "Colorama>=0.4" in words:
            assert words[-2:] == ("Colorama>=0.4", "setuptools>=60")
            wheel(into, "colorama", "0.4.6")
            wheel(into, "setuptools", "80.0")
        else:  # what pip finds by the markers of this machine
            wheel(into, "click", "8.0", "Colorama>=0.4; sys_platform == 'win32'", "uvloop; sys_platform != 'win32'")
            wheel(into, "extra-part", "1", "setuptools<60; python_version < '3.13'",
                  "setuptools>=60; python_version >= '3.13'")  # fmt: skip
            wheel(into, "setuptools", "59.0")

    found = collect(tmp_path / "wheelhouse", ["analysis"], target("windows-x86_64", "3.13"), pip)
    assert {one.name: one.version for one in found} == {
        "polarity-sim": "1", "click": "8.0", "colorama": "0.4.6", "extra-part": "1", "setuptools": "80.0"
    }  # fmt: skip
    assert len(calls) == 3
    assert calls[1][-1].endswith(".whl[analysis]")
    assert calls[1][5:7] == ("--platform", "win_amd64")
    told = (tmp_path / "wheelhouse" / collecting.HOW).read_text()
    assert "It fits Python 3.13 (no other) and any machine." in told
    assert r"polarity\Scripts\polarity run current_policy --runs 64" in told


def test_the_wheels_of_a_circle_are_read_once(tmp_path: Path) -> None:
    wheel(tmp_path, "polarity-sim", "1", "one[more]")
    wheel(tmp_path, "one", "1", "two", "three; extra == 'more'")
    wheel(tmp_path, "two", "1", "one[more]")
    assert missing_from(tmp_path, (), target("linux-x86_64", "3.11")) == {"three"}


@pytest.mark.parametrize(
    ("name", "python", "says"),
    [("windows", "3.12", "unknown platform 'windows'"), ("linux-x86_64", "3.10", "from 3.11 on"),
     ("linux-x86_64", "2.7", "from 3.11 on"), ("linux-x86_64", "3.12.1", "from 3.11 on")],
)  # fmt: skip
def test_a_machine_that_there_is_not_is_refused(name: str, python: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        target(name, python)


def test_each_platform_is_known_by_tags_of_its_machine() -> None:
    for name, platform in PLATFORMS.items():
        machine = name.partition("-")[2]
        assert platform.tags
        assert all(tag.endswith((machine, machine.replace("x86_64", "amd64"))) for tag in platform.tags)
        assert target(name, "3.12").markers()["sys_platform"] == platform.sys


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        (["any"], "any machine"),
        (["any", "manylinux2014_x86_64.manylinux_2_17_x86_64", "manylinux_2_27_x86_64.manylinux_2_28_x86_64"],
         "Linux on x86_64 with glibc 2.27 or newer (`ldd --version` names it)"),
        (["macosx_11_0_arm64", "macosx_12_3_arm64"], "macOS 12.3 or newer on arm64"),
        (["any", "win_amd64"], "Windows on x86-64"),
    ],
)  # fmt: skip
def test_what_a_machine_needs_is_read_from_the_wheels(tags: list[str], says: str) -> None:
    assert fits(f"part_{n}-1-cp311-cp311-{tag}.whl" for n, tag in enumerate(tags)) == says


def test_a_wheel_is_known_by_its_file_name() -> None:
    assert Wheel.of(Path("a/Foo_bar-1.0-py3-none-any.whl")) == Wheel("Foo_bar-1.0-py3-none-any.whl", "foo-bar", "1.0")


# ------------------------------------------------------------------------------------------------------ our own wheel
@pytest.mark.slow
def test_the_wheel_that_is_built_holds_what_the_tests_of_an_installed_package_take_it_to_hold(tmp_path: Path) -> None:
    try:
        collecting.run_pip("wheel", "--no-deps", "--wheel-dir", str(tmp_path), ".")
    except InputError as error:
        pytest.skip(f"no wheel can be built here: {error}")
    (path,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(path) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert names == set(files_of_the_wheel().values())
