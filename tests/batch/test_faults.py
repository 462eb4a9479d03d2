"""Kills at random moments. `python -m benchmarks.faults` does it fifty times."""

from pathlib import Path

import pytest

from benchmarks import faults


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found through /proc")
def test_kills_lose_nothing_and_leave_nothing(tmp_path):
    report = faults.loop(5, tmp_path, seed=1, longest=3.0)
    assert report.problems == []
    assert (report.kills, report.orphans) == (5, 0)
    assert min(report.parents, report.workers) > 0
