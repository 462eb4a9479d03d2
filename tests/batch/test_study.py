"""Results that survive: resumed, extended, torn, damaged, full disks, other executors; always the same bytes."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import polars as pl
import pytest

from benchmarks.faults import children
from scenarios.errors import InputError
from sim.batch import Plan, Study, executors, part, run_study, study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def counted(monkeypatch):
    """Parts that are made from now on, in this process."""
    made, original = [], part.make

    def make(job):
        made.extend(p.file for p in job.parts)
        return original(job)

    monkeypatch.setattr("sim.batch.run.make", make)
    return made


def test_the_folder_is_the_plan_the_manifest_and_the_parts(reference, files):
    assert {path.name for path in reference.folder.iterdir()} == {"plan.yaml", "manifest.jsonl", "parts"}
    assert reference.folder.name.startswith("small-")
    assert set(files(reference)) == set(reference.digests()) == {p.file for p in reference.parts}
    assert reference.damaged() == []
    assert Study.open(reference.folder).plan.scenarios == reference.plan.scenarios


def test_a_finished_study_simulates_nothing(reference, plan, counted, files):
    before = {path: path.stat().st_mtime_ns for path in reference.folder.rglob("*.parquet")}
    again = run_study(plan(), reference.folder.parent)
    assert counted == []
    assert again.digests() == reference.digests()
    assert before == {path: path.stat().st_mtime_ns for path in reference.folder.rglob("*.parquet")}


def test_other_executors_give_the_same_bytes(reference, plan, tmp_path, files):
    with executors.processes(2) as two:
        assert run_study(plan(), tmp_path / "processes", two).digests() == reference.digests()
    with ThreadPoolExecutor(2) as pool:  # anything like an Executor will do
        assert run_study(plan(seeds=[0]), tmp_path / "threads", pool).digests() == reference.digests()


def test_dask_gives_the_same_bytes(reference, plan, tmp_path, files):
    pytest.importorskip("distributed")
    with executors.dask("local", workers=2) as cluster:
        found = run_study(plan(), tmp_path, cluster)
    assert found.digests() == reference.digests()
    assert files(found) == files(reference)


def test_a_study_that_grows_keeps_what_it_has(reference, plan, tmp_path, counted):
    small = plan(members=200, scenarios=["tight_controls"])
    first = run_study(small, tmp_path)
    done = set(counted)
    counted.clear()
    grown = run_study(plan(), tmp_path)
    assert grown.folder == first.folder
    assert not done & set(counted)
    assert grown.digests() == reference.digests()
    counted.clear()
    more = run_study(plan(seeds=[0, 5], members=1500), tmp_path)
    assert not set(reference.digests()) & set(counted)
    assert set(reference.digests()) < set(more.digests())


def test_other_outcomes_are_another_study(reference, plan):
    other = Study.of(plan(outcomes=["lead_months@2027"]), reference.folder.parent)
    assert other.folder != reference.folder
    assert Study.of(plan(until=2028), reference.folder.parent).folder != reference.folder
    assert Study.of(plan(question="Why?"), reference.folder.parent).folder == reference.folder


def interrupted(folder: Path, plan: Plan, after: int) -> Study:
    """A study that was stopped after some parts."""

    class Stop(Exception):
        pass

    def stop(state):
        if state.done_parts >= after:
            raise Stop

    with pytest.raises(Stop):
        run_study(plan, folder, progress=stop)
    return Study.of(plan, folder)


def test_a_stopped_study_goes_on_from_there(reference, plan, tmp_path, counted, files):
    wide = plan(seeds=range(3), members=8192, scenarios=["current_policy"])
    stopped = interrupted(tmp_path, wide, 4)
    done = set(stopped.digests())
    assert len(done) >= 4
    assert len(done) < len(stopped.parts)
    counted.clear()
    finished = run_study(wide, tmp_path)
    assert set(counted) == {p.file for p in finished.parts} - done
    assert set(files(finished)) == set(finished.digests()) == {p.file for p in finished.parts}


def copied(reference: Study, folder: Path) -> Study:
    shutil.copytree(reference.folder, folder / reference.folder.name)
    return Study(reference.plan, folder / reference.folder.name)


@pytest.mark.parametrize("fault", ["torn line", "torn part", "no part", "no line", "temporary file", "noise", "empty"])
def test_whatever_was_torn_is_made_again(reference, tmp_path, files, fault, counted):
    torn = copied(reference, tmp_path)
    victim = reference.parts[2].file
    lines = torn.manifest.read_bytes().splitlines(keepends=True)
    expected = {victim}
    if fault == "torn line":
        torn.manifest.write_bytes(b"".join(lines)[:-20])
        expected = {json.loads(lines[-1])["file"]}
    elif fault == "torn part":
        torn.path(victim).write_bytes(torn.path(victim).read_bytes()[:-50])
        assert torn.damaged() == [victim]
    elif fault == "no part":
        torn.path(victim).unlink()
    elif fault == "no line":
        torn.manifest.write_bytes(b"".join(line for line in lines if victim.encode() not in line))
    elif fault == "temporary file":
        (torn.folder / "parts" / f".{victim}.tmp").write_bytes(b"half")
        expected = set()
    elif fault == "noise":
        torn.manifest.write_bytes(b"\xff{]\n[1]\n" + b"".join(lines))
        expected = set()
    elif fault == "empty":
        torn.manifest.write_bytes(b"")
        expected = set(reference.digests())
    mended = run_study(reference.plan, tmp_path)
    assert set(counted) == expected
    assert files(mended) == files(reference)
    assert sorted(mended.manifest.read_bytes().splitlines()) == sorted(reference.manifest.read_bytes().splitlines())


@pytest.mark.parametrize("place", ["part", "manifest"])
def test_a_full_disk_is_one_line_and_loses_nothing(reference, plan, tmp_path, files, monkeypatch, place):
    calls, original = [0], os.fsync

    def full(file):
        calls[0] += 1
        if calls[0] > (6 if place == "part" else 7):
            raise OSError(errno.ENOSPC, "No space left on device")
        original(file)

    monkeypatch.setattr(study.os, "fsync", full)
    with pytest.raises(InputError, match=r"No space left on device.*run the same command again"):
        run_study(plan(), tmp_path)
    monkeypatch.setattr(study.os, "fsync", original)
    assert not list((Study.of(plan(), tmp_path).folder / "parts").glob(".*"))
    assert files(run_study(plan(), tmp_path)) == files(reference)


def test_a_disk_that_is_really_full_is_one_line(reference, plan, tmp_path, files):
    # A limit on the size of files is a full disk that needs no privileges: writes fail in the middle of a part.
    code = (
        "import resource, signal, sys; from pathlib import Path; from sim.batch import Plan, run_study\n"
        "plan = Plan.model_validate_json(sys.argv[1]); signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "try: run_study(plan, sys.argv[2])\n"
        "except ValueError as error: print(error); sys.exit(2)\n"
    )
    command = [sys.executable, "-c", code, plan().model_dump_json(), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert "cannot be written (File too large)" in done.stdout
    left = Study.of(plan(), tmp_path)
    assert not list((left.folder / "parts").glob(".*"))
    assert files(run_study(plan(), tmp_path)) == files(reference)


def test_two_processes_do_not_write_one_study(plan, tmp_path):
    mine = Study.of(plan(), tmp_path)
    with mine.writing(), pytest.raises(InputError, match="another process is at work"):
        run_study(plan(), tmp_path)
    assert run_study(plan(members=1, scenarios=["current_policy"]), tmp_path).digests()  # and given back afterward


class Dying(executors.Pool):
    """Workers that die at their first task, as often as is said, and then do what they are given."""

    workers = 1

    def __init__(self, deaths: int) -> None:
        self.deaths = deaths

    def submit(self, fn, /, *args, **kwargs):
        if not self.deaths:
            return executors.Here().submit(fn, *args, **kwargs)
        future: Future = Future()
        future.set_exception(BrokenProcessPool("a worker died"))
        return future

    def renew(self, error):
        self.deaths -= 1


def test_dead_workers_are_replaced(reference, plan, tmp_path, files):
    states = []
    run_study(plan(), tmp_path, Dying(2), lambda state: states.append(vars(state).copy()))
    assert states[-1]["restarts"] == 2
    assert files(Study.of(plan(), tmp_path)) == files(reference)


def test_workers_that_always_die_are_given_up(plan, tmp_path):
    with pytest.raises(InputError, match=r"workers died 11 times in a row, near .*is there enough memory"):
        run_study(plan(), tmp_path, Dying(1000))


@pytest.mark.slow
def test_a_killed_worker_costs_nothing_that_was_finished(plan, tmp_path):
    states = []

    def progress(state):
        states.append(vars(state).copy())
        if state.new_futures and not state.restarts:  # a part is there: kill a worker in the middle of the next
            os.kill(children(os.getpid())[0], signal.SIGKILL)

    wide = plan(seeds=range(4), members=4096, scenarios=["current_policy"])
    with executors.processes(2) as two:
        killed = run_study(wide, tmp_path / "killed", two, progress)
    assert states[-1]["restarts"] >= 1
    assert killed.digests() == run_study(wide, tmp_path / "whole").digests()


def test_parts_that_cannot_be_simulated_are_named_and_the_rest_is_finished(plan, tmp_path, monkeypatch):
    original = part.evaluate

    def evaluate(task):
        if task.spec.name == "bad":
            raise FloatingPointError("capability is not finite")
        return original(task)

    monkeypatch.setattr("sim.batch.part.evaluate", evaluate)
    good = plan().scenarios[0]
    both = plan(scenarios=[good, good.with_changes(name="bad", levers={"hub_policing": 50.0})], members=256)
    with pytest.raises(InputError, match=r"2 of 4 parts.*bad-.*not finite"):
        run_study(both, tmp_path)
    assert len(Study.of(both, tmp_path).digests()) == 2


# --- reading --------------------------------------------------------------------------------------------------------


def test_scan_gives_the_members_that_were_asked_for(reference):
    rows = reference.scan()
    assert isinstance(rows, pl.LazyFrame)
    found = rows.collect()
    assert found.height == reference.plan.runs
    assert found["member"].max() == reference.plan.members - 1
    assert found.n_unique(["scenario", "set.lever.enforcement", "seed", "member"]) == found.height


def test_the_table_is_that_of_the_rows(reference):
    table = reference.table()
    rows = reference.scan().collect()
    assert table.height == 4
    one = rows.filter((pl.col("scenario") == "tight_controls") & (pl.col("set.lever.enforcement") == 10))
    row = table.row(
        by_predicate=(pl.col("scenario") == "tight_controls") & (pl.col("set.lever.enforcement") == 10), named=True
    )
    assert row["futures"] == 300
    assert row["lead_months@2027 p50"] == pytest.approx(one["lead_months@2027"].median())
    assert row["outcome@2027 us_ahead"] == pytest.approx((one["outcome@2027"] == "us_ahead").mean())
    exists = one["crossing_year.china"].is_not_null()
    assert row["crossing_year.china exists"] == pytest.approx(exists.mean())


def test_an_empty_study_and_a_folder_that_is_none_are_refused(plan, tmp_path):
    with pytest.raises(InputError, match="nothing is finished yet"):
        Study.of(plan(), tmp_path).scan()
    with pytest.raises(InputError, match="is no study"):
        Study.open(tmp_path)


@pytest.mark.parametrize("fault", ["cut off", "another schema", "noise"])
def test_a_damaged_part_is_named_by_whoever_reads_it(reference, tmp_path, fault):
    torn = copied(reference, tmp_path)
    part = torn.path(reference.parts[2].file)
    raw = part.read_bytes()
    if fault == "cut off":
        part.write_bytes(raw[:-50])
    elif fault == "another schema":
        at = raw.index(b"ARROW:schema") + 40
        part.write_bytes(raw[:at] + b"!" * 20 + raw[at + 20 :])
    else:
        part.write_bytes(b"PAR1" + b"\0" * 100 + b"PAR1")
    for read in (torn.table, torn.effects, torn.differences):
        with pytest.raises(InputError, match=rf"damaged: {part.name}; `polarity batch` recreates damaged parts"):
            read()
