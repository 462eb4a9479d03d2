"""A time limit: which runs are left out, that the rest ends in time, and that an interruption changes no choice."""

import json
import math
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the calibration extra")

from calibration import budget, command, deadline, record, rows  # noqa: E402
from calibration.budget import Pace, fit_into, pace_from  # noqa: E402
from calibration.campaign import Campaign  # noqa: E402
from calibration.command import Order  # noqa: E402
from calibration.deadline import Deadline, OutOfTime, check_within, limited  # noqa: E402
from calibration.device import Device  # noqa: E402
from calibration.host import Host  # noqa: E402
from calibration.limits import Limits  # noqa: E402
from calibration.log import Log  # noqa: E402
from calibration.output import Output  # noqa: E402
from calibration.plan import PLANS, Plan  # noqa: E402
from calibration.record import RESULTS  # noqa: E402
from calibration.roofline import read_chips  # noqa: E402

CATALOGUE = Path(__file__).resolve().parents[2] / "scenarios/data/chips.csv"
STANDARD, GPU = PLANS["cpu", "standard"], PLANS["cuda", "standard"]
HOST = Host("test", "processor", None, None, None, None)
FINISHED = [json.loads(line) for line in (RESULTS / f"{record.IN_USE}.log.jsonl").read_text().splitlines()[1:]]
"""The lines of a whole standard campaign."""


def pace(plan: Plan, flop_per_second: float = 4e10) -> Pace:
    """A device of so many FLOP per second that does reinforcement in proportion."""
    per_token = {shape.name: shape.train_flop(1) / flop_per_second for shape in plan.sizes}
    slower = 4e10 / flop_per_second
    return Pace(
        per_token, plan.batch, 0.4, tuple(per_token), flop_per_second, 0.1 * slower, 0.05 * slower, 0.1 * slower, 0.01
    )


def cells(plan: Plan) -> set[tuple[str, int]]:
    return {(shape.name, tokens) for shape in plan.sizes for tokens in plan.cells(shape)}


def total(found: budget.Budget) -> float:
    return found.grid + found.levers + found.reinforcement


# --- which runs are kept --------------------------------------------------------------------------------------------


def test_with_enough_time_nothing_is_left_out():
    found = fit_into(STANDARD, pace(STANDARD), 1e5)
    assert found.plan == STANDARD
    assert found.halvings == 0


@pytest.mark.parametrize("plan", [STANDARD, GPU], ids=["processor", "GPU"])
@pytest.mark.parametrize("share", [0.8, 0.5, 0.3, 0.05])
def test_what_is_kept_fits_into_the_time(plan: Plan, share: float):
    whole = total(fit_into(plan, pace(plan), 1e12))
    found = fit_into(plan, pace(plan), share * whole)
    assert 0 < total(found) <= budget.MARGIN * share * whole
    assert len(cells(found.plan)) >= 8  # a law needs as many


def test_the_most_expensive_runs_go_first():
    speed = pace(STANDARD)
    seconds = 0.45 * total(fit_into(STANDARD, speed, 1e5))
    found = fit_into(STANDARD, speed, seconds)
    kept, gone = cells(found.plan), cells(STANDARD) - cells(found.plan)
    assert found.halvings == 0
    assert ("4x80", 1024 * 1024) in gone  # the most arithmetic of all
    for size, tokens in gone:  # along a size the largest: smaller budgets need nothing of them
        assert all(other < tokens for name, other in kept if name == size)


def test_less_time_keeps_no_more():
    speed = pace(STANDARD)
    counts = [len(cells(fit_into(STANDARD, speed, seconds).plan)) for seconds in (600, 300, 200, 150)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_what_is_left_out_takes_its_levers_along():
    found = fit_into(GPU, pace(GPU, 2e13), 300.0).plan
    names = {shape.name for shape in found.sizes}
    assert "12x768" not in names
    assert {shape.name for shape in found.levers.optimized} <= names
    assert found.teacher[1] in found.cells(found.teacher[0])
    assert found.seed_cell in cells(found)


def test_small_steps_cost_more_by_what_every_step_costs():
    speed = pace(STANDARD)
    whole, eighth = (budget.training(STANDARD, speed, STANDARD.sizes[0], (2**20,), batch) for batch in (None, 1))
    scoring = STANDARD.scored * STANDARD.context / 3 * speed.per_token["2x24"]
    assert (eighth - scoring) / (whole - scoring) == pytest.approx(8 * (0.4 + 0.6 / 8))


def test_on_a_very_slow_device_every_budget_of_text_is_halved():
    found = fit_into(GPU, replace(pace(GPU, 1e11), batch=8, fixed=0.0), 400.0)  # it was tried on a few sequences
    divisor = 2**found.halvings
    assert cells(found.plan)
    assert divisor > 1
    assert found.plan.budgets == tuple(tokens // divisor for tokens in GPU.budgets)
    assert found.plan.levers.unique == GPU.levers.unique // divisor
    assert min(found.plan.budgets) / (found.plan.batch * found.plan.context) > 15  # there are steps to take


def test_a_device_on_which_nothing_fits_is_refused():
    with pytest.raises(ValueError, match="--within is too short for this device"):
        fit_into(GPU, pace(GPU, 1e6), 60.0)


def test_reinforcement_keeps_its_bases_before_its_seeds():
    speed = pace(STANDARD)
    shortest = replace(STANDARD.rl, steps=62)
    each = budget.reinforcement_run(shortest, speed)
    slow = replace(speed, per_token={name: 1e-12 for name in speed.per_token})  # all time is for reinforcement
    plan = replace(STANDARD, rl=shortest)  # it cannot be shortened any more
    for runs, bases, seeds in ((6, 2, 3), (4, 2, 2), (3, 2, 1), (1, 1, 1), (0, 0, 1)):
        rl = fit_into(plan, slow, (runs + 0.5) * each / budget.MARGIN).plan.rl
        assert (len(rl.bases), rl.seeds) == (bases, seeds)


def test_reinforcement_takes_fewer_steps_before_it_loses_a_base():
    speed = replace(pace(STANDARD), per_token={shape.name: 1e-12 for shape in STANDARD.sizes})
    seconds = 1.5 * budget.reinforcement_run(STANDARD.rl, speed) / budget.MARGIN
    rl = fit_into(STANDARD, speed, seconds).plan.rl
    assert (rl.bases, rl.steps) == (STANDARD.rl.bases, STANDARD.rl.steps // 2)


def test_the_fit_takes_fewer_bootstraps_where_it_must_and_none_where_there_is_no_time():
    counts = [budget.bootstraps(STANDARD, 0.01, seconds) for seconds in (100.0, 5.0, 0.1)]
    assert counts[0] == STANDARD.bootstraps > counts[1] > 20
    assert counts[2] == 0


def test_microbenchmarks_take_a_step_that_the_device_can_repeat():
    fast = budget.bench_sizes(GPU.bench, GPU, pace(GPU, 4e14), 60.0)
    assert (fast.step, fast.step_batch) == (GPU.bench.step, GPU.bench.step_batch)
    slow = budget.bench_sizes(GPU.bench, GPU, pace(GPU, 2e10), 20.0)
    assert slow.step.train_flop(slow.step_batch * slow.step.context) / 2e10 <= slow.most_seconds


def test_a_pace_survives_the_log():
    speed = pace(GPU)
    assert pace_from(json.loads(json.dumps(speed.as_row()))) == speed


# --- the clock ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0.0, "above 0"), (-5.0, "above 0"), (math.nan, "above 0"), (math.inf, "above 0"), (3.0, "at least 10 seconds")],
)
def test_a_limit_that_is_none_is_refused(seconds: float, says: str):
    with pytest.raises(ValueError, match=f"--within.*{says}"):
        check_within(seconds)


def test_a_limit_of_nothing_and_a_sensible_one_are_accepted():
    check_within(None)
    check_within(480.0)
    assert Deadline(None, 0.0).left == math.inf
    assert Deadline(100.0, time.time() - 30).left == pytest.approx(70, abs=1)


def test_a_block_ends_when_its_time_is_up_and_not_before():
    said: list[str] = []
    with limited(lambda what, cost: said.append(what), 60.0) as tell:
        tell("early", 1.0)
        said.append("end")
    with limited(lambda what, cost: said.append(what), -1.0) as tell:
        tell("late", 1.0)
        said.append("not reached")
    assert said == ["early", "end", "late"]


def test_another_error_is_not_taken_for_the_end_of_time():
    with pytest.raises(ValueError, match="another"), limited(lambda what, cost: None, 60.0):
        raise ValueError("another")
    assert not issubclass(OutOfTime, ValueError)


# --- what is left behind --------------------------------------------------------------------------------------------


def campaign(folder: Path, lines: list[dict]) -> Campaign:
    """A campaign in whose log these lines are."""
    log = Log(folder / "work/log.jsonl", {"campaign": "of a test"})
    for line in lines:
        log.add(line["part"], {key: value for key, value in line.items() if key != "part"})
    plan = replace(STANDARD, bootstraps=5)
    return Campaign(plan, Device("cpu"), HOST, log, folder / "work")


def parts(*beginnings: str) -> list[dict]:
    return [line for line in FINISHED if line["part"].startswith(beginnings)]


@pytest.mark.parametrize(
    ("lines", "summary", "dropped"),
    [
        (parts("bench"), "0 of 14 training runs", 14),
        (parts("bench", "cell/2x", "cell/3x64/5", "cell/3x64/1"), "11 of 14 training runs", 3),
        (parts("bench", "cell/2x24", "cell/2x32"), "6 of 14 training runs", 8),
        (FINISHED, ": 14 training runs", 0),
    ],
    ids=["only microbenchmarks", "eleven cells", "too few for a law", "everything"],
)
def test_each_part_leaves_a_result_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[dict], summary: str, dropped: int
):
    output = Output(tmp_path, "polarity calibrate all", "cpu", STANDARD, 240.0, lambda: 60.0, read_chips(CATALOGUE))
    literature = record.read("literature")
    law = record.read(record.IN_USE).fit  # fits have tests of their own, and take a while
    monkeypatch.setattr("calibration.output.fitted", lambda plan, cells, seeds: law if len(cells) > 8 else None)
    monkeypatch.setattr("calibration.output.search", lambda grid: 1e-3)
    _, path = output.write(campaign(tmp_path, lines))
    (tmp_path / "literature.json").write_text((RESULTS / "literature.json").read_text())
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    record.read.cache_clear()
    try:
        found = record.read(path.stem)
        assert record.read("literature") == literature
    finally:
        monkeypatch.undo()
        record.read.cache_clear()
    assert summary in found.summary
    left = found.provenance.shortened
    assert (left.of_cells, len(left.dropped), left.cells + len(left.dropped)) == (14, dropped, 14)
    assert f"{14 - dropped} of 14 training runs" in rows.left_out(found)
    assert (tmp_path / found.provenance.log).is_file()
    assert sorted(p.name for p in tmp_path.glob("*.part")) == []


def test_where_there_is_no_time_for_a_law_there_is_a_result_without_one(tmp_path: Path):
    output = Output(tmp_path, "", "cpu", STANDARD, 240.0, lambda: 0.01, read_chips(CATALOGUE))
    found, _ = output.write(campaign(tmp_path, parts("cell/")))
    assert found.fit is None
    assert len(found.cells) == 14


def test_without_a_limit_a_result_says_nothing_of_one(tmp_path: Path):
    output = Output(tmp_path, "", "cpu", STANDARD, None, lambda: 0.0, read_chips(CATALOGUE))
    found, path = output.write(campaign(tmp_path, parts("bench", "cell/2x24")))
    assert found.provenance.shortened is None
    assert "shortened" not in path.read_text()
    assert ": 3 training runs" in found.summary


def test_an_interrupted_campaign_keeps_its_choice(tmp_path: Path):
    plans = []
    for left in (200.0, 20.0):  # what is left when it goes on is another time
        where = campaign(tmp_path, [])
        where.plan = STANDARD
        where.log.once("pace", lambda: pace(STANDARD).as_row())
        Limits(where, Deadline(240.0, time.time() - 240 + left)).shorten()
        plans.append(where.plan)
        (tmp_path / "work/log.jsonl").touch()
    assert plans[0] == plans[1]
    assert cells(plans[0]) < cells(STANDARD)


def test_cells_that_did_not_end_in_time_are_not_trained_for_the_levers(tmp_path: Path):
    where = campaign(tmp_path, parts("cell/2x24", "cell/2x32/5"))
    where.plan = STANDARD
    where.log.once("pace", lambda: pace(STANDARD).as_row())
    limits = Limits(where, Deadline(1e5, time.time()))
    limits.shorten()
    assert cells(where.plan) == cells(STANDARD)
    limits.settle()
    assert cells(where.plan) == {(row["size"], row["tokens"]) for row in where.log.starting("cell/")}
    assert where.plan.teacher[0].name == "2x32"
    trained = [row["loss"] for row in where.grid()]
    assert len(trained) == 4


def test_a_grid_of_which_nothing_was_finished_is_refused(tmp_path: Path):
    where = campaign(tmp_path, [])
    with pytest.raises(ValueError, match="--within 60 is too short: no training run was finished"):
        Limits(where, Deadline(60.0, time.time())).settle()


def test_an_unknown_campaign_is_refused_with_those_there_are(tmp_path: Path):
    with pytest.raises(ValueError, match="no campaign quick on cpu; choose from: smoke on cpu, fast on cpu"):
        command.run(Order("all", "quick", "cpu", tmp_path, CATALOGUE))


@pytest.mark.slow
def test_a_campaign_ends_in_time_and_says_what_it_left_out(tmp_path: Path):
    start = time.time()
    order = Order("all", "standard", "cpu", tmp_path, CATALOGUE, command="polarity calibrate all", within=60.0)
    path = command.run(order)
    assert time.time() - start < 90  # a loaded machine may take a little longer
    found = record.CalibrationRecord.model_validate(json.loads(path.read_text()))
    assert found.provenance.shortened.dropped
    assert not (tmp_path / ".work/cpu-standard-0").exists()
    assert deadline.LEAST < 60


@pytest.mark.slow
def test_a_campaign_that_is_killed_among_its_levers_leaves_a_result_and_goes_on(tmp_path: Path):
    words = [sys.executable, "-m", "calibration", "run", "all", "--tier", "smoke", "--catalogue", str(CATALOGUE)]
    words += ["--out", str(tmp_path), "--within", "300", "--each"]
    log = tmp_path / ".work/cpu-smoke-0/log.jsonl"
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=CATALOGUE.parents[2]) as run:
        while run.poll() is None and not (log.is_file() and '"part": "repeated/' in log.read_text()):
            time.sleep(0.02)
        run.kill()
    before = [json.loads(line) for line in log.read_text().splitlines()]
    (partial,) = tmp_path.glob("*.json")
    found = record.CalibrationRecord.model_validate(json.loads(partial.read_text()))
    assert len(found.cells) == 5
    subprocess.run(words, check=True, capture_output=True, cwd=CATALOGUE.parents[2])
    (finished,) = tmp_path.glob("*.log.jsonl")
    after = [json.loads(line) for line in finished.read_text().splitlines()]
    assert after[: len(before)] == before  # nothing is measured twice
    assert [path.name for path in tmp_path.glob("*.json")] == [partial.name]
    whole = record.CalibrationRecord.model_validate(json.loads(partial.read_text()))
    assert {row["lever"] for row in whole.lever_runs} == {"distillation", "repetition", "synthetic", "optimizer"}
