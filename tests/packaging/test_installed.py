"""Polarity as pip installs it: without the Makefile and the guides, and with advice that can be followed there."""

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

import sim
from scenarios.errors import InputError
from sim import checkout
from sim.cli.commands import app
from sim.ensemble import posterior_draws

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TARGETS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
OF_A_CHECKOUT = re.compile(
    rf"\bmake ({'|'.join(TARGETS)})\b(?! (to|that|of|the)\b)|\bdocs/\w|(?<!sim/)checkout|weights --make|CONTRIBUTING|"
    r"CHANGELOG|README|Makefile|\bbenchmarks[/.]|constraints\.txt|\.venv/|pip install (-e|\S*'?\.\[)|\btests/\w"
)
FOR_DEVELOPERS = (
    "sim/docs/tables.py",
    "sim/checkout.py",
    "calibration/kit.py",
    "sim/ui/about/page.py",
    "sim/ui/about/page.html",
    "sim/wheelhouse/collect.py",
)
"""What rewrites the guides, the one home of this question, what packs a checkout for a cluster, the page that lists the
guides of the source code and says that they come with it, and what collects a wheelhouse in a checkout."""


def files_of_the_wheel() -> dict[Path, str]:
    """Source → place in the package, as pyproject.toml has it."""
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    found = {ROOT / source: place for source, place in wheel["force-include"].items()}
    for package in wheel["packages"]:
        found |= {
            path: path.relative_to(ROOT).as_posix()
            for path in (ROOT / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
    return found


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like site packages with what the wheel holds."""
    place = tmp_path_factory.mktemp("site")
    for source, name in files_of_the_wheel().items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place / name)
    return place


@pytest.fixture
def installed(package: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`polarity` from the package, in an empty folder; some modules can be missing."""

    def call(*words: str, missing: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        code = (
            "import sys, importlib.util as u; real = u.find_spec\n"
            f"gone = {missing!r}; sys.modules.update(dict.fromkeys(gone))\n"
            "u.find_spec = lambda name, package=None: None if name in gone else real(name, package)\n"
            "from sim.cli import main; sys.argv[0] = 'polarity'; main()"
        )
        path = {**os.environ, "PYTHONPATH": str(package), "COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"}
        return subprocess.run(
            [sys.executable, "-P", "-c", code, *words], cwd=tmp_path, env=path, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    return call


def test_the_package_is_no_checkout_and_this_is_one(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checkout.is_checkout()
    monkeypatch.setattr(checkout, "ROOT", package)
    assert not checkout.is_checkout()
    assert checkout.advice("make it", "to repair it") == "to repair it"


def test_the_package_runs_and_is_the_same_engine(installed, package: Path) -> None:
    shown = installed("run", "current_policy", "--runs", "16", "--until", "2028")
    assert shown.returncode == 0, shown.stderr
    code = "import sim; from sim.batch.identity import engine; print(sim.__file__, engine())"
    said = []
    for place in (package, ROOT):
        path = {**os.environ, "PYTHONPATH": str(place)}
        command = [sys.executable, "-P", "-c", code]
        said.append(subprocess.run(command, env=path, capture_output=True, text=True, check=True).stdout.split())
    assert Path(said[0][0]).is_relative_to(package)
    assert said[0][1] == said[1][1]


def test_the_package_has_every_template_and_style_sheet(package: Path) -> None:
    code = (
        "from sim.ui.shared.templates import environment as e; "
        "print(*(e.get_template(name).name for name in e.list_templates(['html', 'css'])))"
    )
    said = []
    for place in (package, ROOT):
        path = {**os.environ, "PYTHONPATH": str(place)}
        command = [sys.executable, "-P", "-c", code]
        said.append(subprocess.run(command, env=path, capture_output=True, text=True, check=True).stdout.split())
    assert said[0] == said[1]
    assert {"shared/theme.css", "teach/worksheet.html"} <= set(said[0])


@pytest.mark.parametrize(
    ("words", "missing", "advice"),
    [
        (("calibrate", "bench"), ("torch",), "pip install 'polarity-sim[calibration]'"),
        (("sensitivity", "--method", "morris", "--samples", "4"), ("SALib",), "pip install 'polarity-sim[analysis]'"),
        (("discover", "--outcome", "us_ahead@2028", "--members", "512"), ("ema_workbench",), "polarity-sim[analysis]"),
        (("batch", "PLAN", "--dask", "local"), ("distributed",), "pip install 'polarity-sim[cluster]'"),
        (("weights", "--make"), (), "not in an installed package"),
    ],
    ids=lambda part: part[0] if isinstance(part, tuple) and part else "",
)
def test_what_is_missing_is_named_with_what_pip_can_do(installed, tmp_path: Path, words, missing, advice) -> None:
    (tmp_path / "PLAN").write_text("name: p\nscenarios: [current_policy]\noutcomes: [us_ahead@2027]\nmembers: 8\n")
    done = installed(*words, missing=missing)
    assert done.returncode == 2, done.stderr + done.stdout
    (line,) = done.stderr.splitlines()
    assert advice in line
    assert OF_A_CHECKOUT.search(line) is None or words[0] == "weights"


def test_a_damaged_package_says_how_it_is_mended(
    installed, package: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = package / "scenarios" / "library" / "tight_controls.expected.json"
    whole = expected.read_bytes()
    expected.write_text("{")
    done = installed("show", "tight_controls")
    expected.write_bytes(whole)
    assert done.returncode == 2
    assert "pip install --force-reinstall polarity-sim" in done.stderr
    (tmp_path / "2026-Q3.json").write_text("{}")
    monkeypatch.setattr(posterior_draws, "FOLDER", tmp_path)
    for place, says in ((package, "--force-reinstall"), (ROOT, "weights --make --data-until 2026-Q3")):
        monkeypatch.setattr(checkout, "ROOT", place)
        posterior_draws.weighed.cache_clear()
        with pytest.raises(InputError, match=says):
            posterior_draws.weighed("2026-Q3")
    posterior_draws.weighed.cache_clear()


def test_help_of_every_command_names_nothing_that_is_not_there(installed) -> None:
    commands = list(get_command(app).commands)
    assert {"run", "batch", "study", "weights", "calibrate"} <= set(commands)
    for command in commands:
        done = installed(command, "--help")
        assert done.returncode == 0, done.stderr
        assert OF_A_CHECKOUT.search(done.stdout) is None, command


@pytest.mark.parametrize("kind", ["html", "css", "yaml", "glossary.csv"])
def test_no_template_and_no_text_of_a_scenario_names_what_only_a_checkout_has(kind: str) -> None:
    texts = {path: name for path, name in files_of_the_wheel().items() if name.endswith(kind)}
    assert texts
    astray = [
        f"{name}: {found[0]}"
        for path, name in texts.items()
        if name not in FOR_DEVELOPERS and (found := OF_A_CHECKOUT.search(path.read_text(encoding="utf-8")))
    ]
    assert astray == []


def test_every_part_that_pip_is_told_to_add_is_one_that_there_is() -> None:
    """Advice such as `pip install 'polarity-sim[analysis]'`, wherever it stands."""
    named = set()
    for source in files_of_the_wheel():
        if source.suffix == ".py":
            text = source.read_text(encoding="utf-8")
            named |= {*re.findall(r"polarity-sim\[(\w+)\]", text), *re.findall(r"extra\(['\"](\w+)['\"]\)", text)}
    assert {"analysis", "calibration", "cluster"} <= named
    assert named <= set(PROJECT["project"]["optional-dependencies"])


def test_the_app_of_a_package_answers_on_this_machine_and_on_no_other(package: Path, tmp_path: Path) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "POLARITY_"))}
    path = {**kept, "PYTHONPATH": str(package), "HOME": str(tmp_path), "POLARITY_AHEAD": "0"}
    code = "import sys; from sim.cli import main; sys.argv[0] = 'polarity'; main()"
    command = [sys.executable, "-P", "-c", code, "app", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("w") as said, subprocess.Popen(command, cwd=tmp_path, env=path, stdout=said, stderr=said) as server:
        try:
            assert _answer(f"http://127.0.0.1:{port}/_stcore/health", server) == b"ok", log.read_text()
            # 127.0.0.2 is this machine too: a server that listens to the whole network answers there.
            with pytest.raises(OSError, match=r"refused|unreachable|Can't assign"):
                socket.create_connection(("127.0.0.2", port), timeout=5).close()
        finally:
            server.terminate()
            assert server.wait(timeout=30) == 0  # it was asked to end, and did
    with pytest.raises(OSError, match="refused"):  # what it started has ended too
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    assert "usage statistics" not in log.read_text()


def _answer(address: str, server: subprocess.Popen[bytes]) -> bytes:
    """What a server says, as soon as it answers."""
    for _ in range(150):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read()
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    return b""


@pytest.mark.slow
def test_another_version_says_so_and_which_numbers_it_gives_otherwise(package: Path, tmp_path: Path) -> None:
    """The stored brief, verified by a later version whose model differs in one number, and by this one."""
    later = tmp_path / "later"
    shutil.copytree(package, later)
    _edit(later / "sim" / "__init__.py", f'__version__ = "{sim.__version__}"', '__version__ = "9.9.9"')
    _edit(later / "sim" / "equations" / "diversion.py", "POLICING_TODAY = 0.3", "POLICING_TODAY = 0.9")
    done = {}
    for place in (later, package):
        path = {**os.environ, "PYTHONPATH": str(place)}
        code = "import sys; from sim.cli import main; sys.argv[0] = 'polarity'; main()"
        command = [sys.executable, "-P", "-c", code, "brief", "--verify", str(ROOT / "tests" / "data" / "brief.html")]
        done[place] = subprocess.run(command, cwd=tmp_path, env=path, capture_output=True, text=True, check=False)
    assert done[package].returncode == 0, done[package].stdout + done[package].stderr
    assert done[later].returncode == 1, done[later].stderr
    first, *_ = done[later].stderr.splitlines()
    assert f"Made by Polarity {sim.__version__} (engine " in first
    assert "this is Polarity 9.9.9" in first
    assert f"pip install 'polarity-sim=={sim.__version__}'" in first
    assert "What it costs, and who pays" in done[later].stdout


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_package_without_the_settings_of_its_server_does_not_start_one(
    installed, package: Path, tmp_path: Path
) -> None:
    settings = package / "sim" / "ui" / ".streamlit" / "config.toml"
    assert settings.read_bytes() == (ROOT / ".streamlit" / "config.toml").read_bytes()
    aside = settings.rename(tmp_path / "aside")
    done = installed("app", "--port", "9")
    aside.rename(settings)
    assert done.returncode == 2
    assert "config.toml is missing from the package; to repair it: pip install" in done.stderr


def strings(tree: ast.Module) -> list[ast.Constant]:
    """Texts of a module, without those that document it."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


def test_what_only_a_checkout_has_is_named_where_it_is_asked_for_alone() -> None:
    """Every text of the packages, errors and pages alike: it stands in `checkout.advice(here, installed)`, first."""
    astray = []
    for source in files_of_the_wheel():
        name = source.relative_to(ROOT).as_posix()
        if source.suffix != ".py" or name in FOR_DEVELOPERS:
            continue
        tree = ast.parse(source.read_text(encoding="utf-8"))
        asked = {
            id(part)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "checkout.advice"
            for part in ast.walk(call.args[0])
        }
        astray += [
            f"{name}:{node.lineno}: {node.value}"
            for node in strings(tree)
            if OF_A_CHECKOUT.search(node.value) and id(node) not in asked
        ]
    assert astray == []
