"""`python -m benchmarks.faults`: kill a study again and again, at random moments, and see what is lost.

A study runs as a process of its own with two workers. At random moments the process or one of its workers is killed
with SIGKILL; a killed process is started again. In the end every finished part must be one that was never made twice
after it was finished, every file must be listed, and all must be the bytes of a run that nobody disturbed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from sim.batch import Plan, Study, executors, run_study
from sim.ensemble import rng

ROOT = Path(__file__).resolve().parents[1]
GROWTH = 3 * 8192
"""Members by which the study grows whenever it is finished before the kills are."""
GAVE_UP = 2
"""Status of a study that says in words why it ended, such as workers that die several times in a row."""


@dataclass
class Report:
    """What a loop of kills did."""

    parents: int = 0
    workers: int = 0
    grown: int = 0
    refused: int = 0
    """Times that the study gave up, because its workers had died several times in a row, and was started again."""
    problems: list[str] = field(default_factory=list)
    parts: int = 0
    orphans: int = 0
    """Workers that outlived a killed process by more than five seconds."""

    @property
    def kills(self) -> int:
        """Processes killed."""
        return self.parents + self.workers


def plan_of(members: int) -> Plan:
    """A study of short runs."""
    return Plan(name="faults", scenarios=["current_policy"], members=members, outcomes=["lead_months@2027"])


def children(pid: int) -> list[int]:
    """Worker processes of a process (Linux)."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    except OSError:
        return []


def start(folder: Path, members: int) -> subprocess.Popen[bytes]:
    """Begin, or go on with, the study in a process of its own."""
    path = folder / "plan.json"
    path.write_text(json.dumps(plan_of(members).fields()))
    command = [sys.executable, "-m", "sim.cli", "batch", str(path), "--out", str(folder / "out"), "--workers", "2"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def loop(kills: int, folder: Path, seed: int = 0, longest: float = 4.0) -> Report:
    """Kill, start again, kill; then finish, and compare with an undisturbed run."""
    chance, report, members = rng.generator(seed, "faults"), Report(), GROWTH
    finished: dict[str, int] = {}
    of_worker = chance.uniform(size=kills) < 0.5
    process = start(folder, members)
    while report.kills < kills:
        time.sleep(float(chance.uniform(0.05, longest)))
        if process.poll() is not None:
            if process.returncode == GAVE_UP and report.refused < report.workers:
                report.refused += 1
                process = start(folder, members)
                continue
            if process.returncode != 0:
                report.problems.append(f"the study ended with status {process.returncode}")
                break
            members, report.grown = members + GROWTH, report.grown + 1
            process = start(folder, members)
            continue
        if of_worker[report.kills]:
            workers = _awaited(process)
            if not workers:
                continue  # it was finished first
            os.kill(int(chance.choice(workers)), signal.SIGKILL)
            report.workers += 1
            continue
        workers = children(process.pid)
        process.kill()
        process.wait()
        report.parents += 1
        report.orphans += _left(workers)
        _remember(Study.of(plan_of(members), folder / "out"), finished)
        process = start(folder, members)
    if process.wait() == GAVE_UP:
        start(folder, members).wait()
    _check(Study.of(plan_of(members), folder / "out"), finished, report)
    return report


def _awaited(process: subprocess.Popen[bytes]) -> list[int]:
    """The workers of a process, which take a while to begin; none where it ends first."""
    while process.poll() is None:
        workers = children(process.pid)
        if workers:
            return workers
        time.sleep(0.02)
    return []


def _left(workers: list[int]) -> int:
    """How many of the workers of a dead process are there after five seconds."""
    patience = time.monotonic() + 5
    while time.monotonic() < patience and any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.05)
    return sum(Path(f"/proc/{pid}").exists() for pid in workers)


def _remember(study: Study, finished: dict[str, int]) -> None:
    """When each part was written that the manifest lists by now."""
    for name in study.finished():
        finished.setdefault(name, study.path(name).stat().st_mtime_ns)


def _check(study: Study, finished: dict[str, int], report: Report) -> None:
    with tempfile.TemporaryDirectory() as place, executors.processes(2) as two:
        whole = run_study(study.plan, place, two).digests()
    lines = [json.loads(line)["file"] for line in study.manifest.read_text().splitlines()]
    there = {path.name for path in (study.folder / "parts").iterdir()}
    report.parts = len(whole)
    for problem, wrong in (
        ("digests differ from an undisturbed run", study.digests() != whole),
        ("a part is listed twice", len(lines) != len(set(lines))),
        ("files and manifest differ", there != set(lines)),
        ("a finished part is damaged", bool(study.damaged())),
        ("a finished part was made again",
         any(study.path(name).stat().st_mtime_ns != then for name, then in finished.items())),
    ):  # fmt: skip
        if wrong:
            report.problems.append(problem)


def main(kills: int = 50) -> None:
    """Run the loop and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        report = loop(kills, Path(folder))
    print(
        f"{report.kills} kills ({report.parents} of the study, {report.workers} of a worker), {report.parts} parts, "
        f"grown {report.grown} times, given up {report.refused} times, "
        f"{report.orphans} orphans: {'; '.join(report.problems) or 'nothing lost'}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
