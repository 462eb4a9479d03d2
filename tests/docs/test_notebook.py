"""The notebook runs, is short, and shows what it says."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "study.ipynb"


def cells(path: Path, kind: str = "code") -> list[dict]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def lines(path: Path) -> list[str]:
    return [line for cell in cells(path) for line in "".join(cell["source"]).splitlines() if line.strip()]


def outputs(path: Path) -> list[dict]:
    return [output for cell in cells(path) for output in cell["outputs"]]


def tables(path: Path) -> list[str]:
    return ["".join(o["data"]["text/plain"]) for o in outputs(path) if "text/html" in o.get("data", {})]


def test_a_study_from_question_to_figure_takes_under_forty_lines():
    assert len(lines(NOTEBOOK)) < 40
    assert any("image/png" in output.get("data", {}) for output in outputs(NOTEBOOK))
    assert not [output for output in outputs(NOTEBOOK) if output["output_type"] in ("error", "stream")]
    assert "site-packages" not in NOTEBOOK.read_text(encoding="utf-8")  # no path of anybody's machine


@pytest.mark.slow
@pytest.mark.skipif(find_spec("nbclient") is None, reason="the notebook is run by nbclient")
def test_the_notebook_runs_and_gives_what_is_stored(tmp_path: Path):
    fresh = tmp_path / "run.ipynb"
    command = [sys.executable, "-m", "sim.docs.notebook", str(fresh)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    stored, now = tables(NOTEBOOK), tables(fresh)
    assert len(stored) == 2
    assert stored == now, "the stored results are not those of the code; run `make docs`"
    assert any("image/png" in output.get("data", {}) for output in outputs(fresh))
