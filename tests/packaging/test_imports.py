"""Who may import whom, and what must stay cheap to start."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"mesa", "torch", "streamlit", "scipy.stats"}


def output_of(code: str) -> str:
    """What a fresh interpreter prints that runs the code in the checkout."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules_loaded_by(code: str) -> set[str]:
    """Names in `sys.modules` after a fresh interpreter has run the code."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint('\\nMODULES', *sys.modules)"
    return set(output_of(script).rpartition("MODULES ")[2].split())


def test_the_import_contracts_hold(capsys: pytest.CaptureFixture[str]):
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("package", ["sim", "agents", "scenarios", "calibration"])
def test_our_packages_are_the_ones_imported(package: str):
    # A distribution called openai-agents installs a top-level `agents` too.
    file = output_of(f"import {package}; print({package}.__file__)").strip()
    assert Path(file).resolve().is_relative_to(ROOT)


@pytest.mark.parametrize(
    "code",
    ["import sim", "import sys, sim.cli; sys.argv = ['polarity', '--help']; sim.cli.main()"],
    ids=["import sim", "polarity --help"],
)
def test_starting_loads_nothing_heavy(code: str):
    loaded = modules_loaded_by(code)
    assert "sim" in loaded
    assert not HEAVY & loaded


RECORDED = {"calibration.campaign_size", "calibration.record", "calibration.rows"}
"""What the simulator and its guides read of the calibration."""
SHOWN = {"calibration.deadline", "calibration.demo_compare", "calibration.demo_state", "calibration.roofline"}
"""What the app and the command line show of it besides, with the blocks of the report."""
SHOWING = {ROOT / name for name in ("sim/demo.py", "sim/cli/demo.py", "sim/cli/text/demo.py", "sim/cli/calibrate.py")}


def test_only_results_of_the_calibration_are_read():
    found, shown = set(), set()
    for package in ("sim", "agents", "scenarios"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
                if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "calibration":
                    here = node.module == "calibration"
                    into = shown if path.is_relative_to(ROOT / "sim/ui") or path in SHOWING else found
                    into |= {f"calibration.{name}" for name in names} if here else {node.module}
                elif isinstance(node, ast.Import):
                    found |= {name for name in names if name.partition(".")[0] == "calibration"}
    assert found == RECORDED
    assert {name for name in shown if not name.startswith("calibration.report.")} == SHOWN | {"calibration.record"}
    loaded = modules_loaded_by(f"import {', '.join(sorted(found | shown))}")
    assert "torch" not in loaded


def test_scenarios_load_without_the_simulator():
    assert not (HEAVY | {"sim", "agents"}) & modules_loaded_by("import scenarios")
