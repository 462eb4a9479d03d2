"""Code that the guides print for more than one process runs as a script of its own, as it is printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.batch import Study
from sim.batch.executors import dask, processes

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/api.md", "docs/research.md")
SLURM = """\
from distributed import LocalCluster


class SLURMCluster(LocalCluster):
    def __init__(self, cores, processes, memory, walltime):
        super().__init__(n_workers=0, threads_per_worker=cores, processes=False, dashboard_address=None)

    def scale(self, jobs):
        super().scale(min(jobs, 2))
"""
"""A cluster on this machine in place of one with a queue: what is printed is the same to it."""
PLAN = """\
name: quick
scenarios: [current_policy]
members: 16
outcomes: [lead_months@2027]
"""


def printed(page: str) -> list[str]:
    """Blocks of code that hand work to an executor."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block for block in re.findall(r"^```[a-z]*\n(.*?)^```$", text, re.M | re.S) if "executor=pool" in block]


def ran(code: str, folder: Path) -> str:
    """What a script prints that runs from a folder with a plan in it."""
    (folder / "script.py").write_text(code, encoding="utf-8")
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (folder / "dask_jobqueue.py").write_text(SLURM, encoding="utf-8")
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "script.py"], cwd=folder, env=path, capture_output=True,
        text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_guide_shows_every_way() -> None:
    code = "\n".join(block for page in PAGES for block in printed(page))
    for maker in (processes.__name__, dask.__name__, "ThreadPoolExecutor", "run_study", "price_list", "sobol"):
        assert f"{maker}(" in code


@pytest.mark.slow
@pytest.mark.parametrize("block", [block for page in PAGES for block in printed(page)])
def test_code_for_executors_runs_as_it_is_printed(block: str, tmp_path: Path) -> None:
    if "dask" in block:
        pytest.importorskip("distributed")
    out = ran(block, tmp_path)
    if "SLURM" in block:
        (folder,) = (tmp_path / "results").iterdir()
        assert len(Study.open(folder).digests()) == 1
    else:
        assert "shape: (" in out
