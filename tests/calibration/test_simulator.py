"""What the simulator takes from a result: moved fractions, shifted parameters, and nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest

from calibration import record
from calibration.record import RESULTS, CalibrationRecord, Fraction, Shift, read, write
from scenarios import load
from scenarios.parameters import parameters
from sim import simulate
from sim.ensemble.draws import distributions, draw
from sim.ensemble.parameter_table import rows
from sim.ensemble.rng import Streams
from sim.equations.chips import CLASSES, catalogue
from sim.equations.compute import H100, decode_equivalent, reachable, train_equivalents

MEASURED = [name for name in record.ids() if read(name).kind == "measured"]
SHIFT = Shift(parameter="distillation_share", shift=0.5, scale=0.8, reason="a test")
OWN = Fraction(
    quantity="compute", vendor="host", chip_class="H200", median=0.9, low=0.89, high=0.91, source="a test",
    as_of="2026-11-24", tier="data",
)  # fmt: skip


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Makes a measured result of one's own and returns its id."""
    literature = json.loads((RESULTS / "literature.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    read.cache_clear()
    before = CalibrationRecord.model_validate(literature)
    write(before, tmp_path)

    def make(**changes) -> str:
        write(before.model_copy(update={"id": "mine", "kind": "measured", "prior": "literature", **changes}), tmp_path)
        return "mine"

    yield make
    read.cache_clear()


def drawn(calibration: str):
    spec = load("current_policy").with_changes(calibration=calibration)
    return draw(spec, Streams(0, 0, 256, 41))


def test_a_result_that_learnt_nothing_changes_nothing(made):
    usual, mine = drawn("literature"), drawn(made())
    assert vars(usual).keys() == vars(mine).keys()
    assert all(np.array_equal(getattr(usual, name), getattr(mine, name)) for name in vars(usual))


def test_a_shift_moves_its_parameter_alone(made):
    usual, mine = drawn("literature"), drawn(made(shifts=(SHIFT,)))
    moved = {name for name in vars(usual) if not np.array_equal(getattr(usual, name), getattr(mine, name))}
    assert moved == {"distillation_share"}
    prior = parameters()["distillation_share"].distribution
    score = 0.5 + 0.8 * 1.6448536269514722
    learned = distributions(load("current_policy").with_changes(calibration="mine"))["distillation_share"][1]
    assert learned.interval()[2] == pytest.approx(float(prior.ppf(np.array([score]), np.array([0.0]))[0]))
    assert np.median(mine.distillation_share) > np.median(usual.distillation_share)


def test_what_a_scenario_fixes_stays_fixed(made):
    spec = load("current_policy").with_changes(
        calibration=made(shifts=(SHIFT,)), parameters={"distillation_share": 0.3}
    )
    assert set(draw(spec, Streams(0, 0, 8, 41)).distillation_share) == {0.3}


def test_a_measured_chip_has_a_fraction_of_its_own(made):
    literature = read("literature")
    p = drawn(made(fractions=(*literature.fractions, OWN)))
    own, usual = reachable("compute", p), reachable("compute", drawn("literature"))
    h200 = CLASSES.index("H200")
    assert np.median(own[h200]) == pytest.approx(0.9, abs=0.01)
    others = [k for k in range(len(CLASSES)) if k != h200]
    assert np.array_equal(own[others], usual[others])
    train, _ = train_equivalents(catalogue(), p)
    assert np.median(train[h200]) == pytest.approx(0.9 / 0.78, abs=0.03)
    np.testing.assert_array_equal(train[H100], 1.0)


def test_a_measured_h100_is_still_the_unit(made):
    own = OWN.model_copy(update={"chip_class": "H100"})
    p = drawn(made(fractions=(*read("literature").fractions, own)))
    for values in (*train_equivalents(catalogue(), p), decode_equivalent(catalogue(), p)):
        np.testing.assert_array_equal(values[H100], 1.0)
    assert np.median(train_equivalents(catalogue(), p)[0][CLASSES.index("H200")]) < 0.95


def test_a_run_says_which_result_it_used(made):
    run = simulate(load("current_policy").with_changes(calibration=made(shifts=(SHIFT,))), runs=8, until=2027)
    assert run.summary()["calibration"] == "mine"
    assert run.metadata()["calibration"] == "mine"
    assert run.spec.digest() != load("current_policy").digest()


def test_the_table_of_parameters_shows_what_moved(made):
    spec = load("current_policy").with_changes(
        calibration=made(shifts=(SHIFT,), fractions=(*read("literature").fractions, OWN))
    )
    by = {row["name"]: row for row in rows(spec)}
    moved = {name for name, row in by.items() if row["prior"] is not None}
    assert moved == {"distillation_share"}
    assert by["distillation_share"]["median"] > by["distillation_share"]["prior"]["median"]
    assert by["compute_fraction_h200"]["median"] == pytest.approx(0.9)
    assert all(row["source"] and row["unit"] and row["meaning"].endswith(".") for row in by.values())


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_result_moves_no_frontier_parameter(name: str):
    """More than a hundredth of a prior's standard deviation is for levers and hardware alone."""
    spec, prior = load("current_policy"), read("literature")
    levers = {row.parameter for row in (*prior.levers, *prior.works)}
    usual, mine = (distributions(spec.with_changes(calibration=c)) for c in ("literature", name))
    for parameter in parameters():
        (low, mid, high), (_, moved, _) = usual[parameter][1].interval(), mine[parameter][1].interval()
        if parameter not in levers and high > low:
            assert abs(moved - mid) < 0.01 * (high - low) / 3.29


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_result_moves_its_own_chip(name: str):
    found = read(name)
    hosts = {u.name: u for u in found.hardware if u.name.endswith("host")}
    compute = hosts["compute host"]
    assert compute.measured is not None
    assert compute.moved != 0
    for row in found.hardware:
        if row.name == "compute nvidia":
            assert abs(row.moved) < abs(compute.moved)


@pytest.mark.parametrize("name", [n for n in record.ids() if read(n).prior])
def test_what_is_measured_today_was_not_known_earlier(name: str):
    """Blind to later data, a scenario draws shares of peak and parameters from the prior of the result it names."""
    spec = load("current_policy").with_changes(data_until="2024-Q4", weighting="none", calibration=name)
    prior = spec.with_changes(calibration=read(name).prior)
    shares = [{n: d.interval() for n, (_, d) in distributions(s).items()} for s in (spec, prior)]
    assert shares[0] == shares[1]
    assert [row for row in rows(spec) if row["prior"] is not None] == []
