"""The effect of a calibration result: each number alone, all together, and what a larger campaign would bring."""

import numpy as np
import pytest

from calibration.record import IN_USE, CalibrationError, numbers, read
from scenarios import load
from scenarios.errors import InputError
from scenarios.parameters import parameters
from sim import simulate
from sim.analysis.calibrating import effect
from sim.ensemble.draws import distributions

RUNS = 32


@pytest.fixture(scope="module")
def found():
    return effect(runs=RUNS)


def drawn(calibration: str):
    return distributions(load("current_policy").with_changes(calibration=calibration, weighting="none"))


def test_every_number_that_a_result_moves_is_there_with_what_is_drawn(found):
    assert tuple(found["parameters"]) == numbers(read(IN_USE))
    before, after = drawn("literature"), drawn(IN_USE)
    for name, row in found["parameters"].items():
        for key, by in (("prior", before), ("posterior", after)):
            low, mid, high = by[name][1].interval()
            assert row[key] == pytest.approx({"low": low, "median": mid, "high": high}), name
        assert row["weight"] > 0
        assert row["evidence"]["measured"] is not None


def test_a_number_alone_changes_itself_alone():
    for number in ("rl_size", "mfu", "compute_fraction_other"):
        one, prior, whole = (drawn(c) for c in (f"{IN_USE}:{number}", "literature", IN_USE))
        for name in one:
            wanted = whole if name == number else prior
            assert one[name][1].interval() == wanted[name][1].interval(), name


def test_the_effect_is_the_mean_of_paired_futures(found):
    lead = {}
    for calibration in ("literature", f"{IN_USE}:rl_size", IN_USE):
        spec = load("current_policy").with_changes(calibration=calibration, weighting="none")
        run = simulate(spec, RUNS, 0, 2030)
        lead[calibration] = run["lead_months"][run.step(2030)]
    for calibration, row in ((f"{IN_USE}:rl_size", found["parameters"]["rl_size"]), (IN_USE, found["together"])):
        change = lead[calibration] - lead["literature"]
        assert row["lead_2030_months"] == pytest.approx(change.mean(), rel=1e-3, abs=1e-9)
        assert row["lead_2030_months_se"] == pytest.approx(change.std(ddof=1) / np.sqrt(RUNS), rel=1e-3)
    assert found["together"]["lead_2030_months"] != 0


def test_a_number_can_be_asked_for_by_itself(found):
    alone = effect(f"{IN_USE}:rl_size", RUNS)
    assert alone["parameters"] == {"rl_size": found["parameters"]["rl_size"]}
    assert alone["together"]["lead_2030_months"] == found["parameters"]["rl_size"]["lead_2030_months"]


def test_outcomes_are_shares(found):
    for shares in found["outcomes"].values():
        assert sum(shares.values()) == pytest.approx(1, abs=1e-3)


def test_a_larger_campaign_would_move_the_lead_more(found):
    months = [row["lead_2030_months"] for row in found["campaign_size"]]
    assert months == sorted(months)
    assert months[0] < months[-1]


def test_one_future_has_no_standard_error():
    with pytest.raises(InputError, match="runs is 1; a change with its standard error needs 2 or more"):
        effect(runs=1)


def test_a_prior_has_no_effect_to_show():
    with pytest.raises(InputError, match="is a prior; choose a measured result"):
        effect("literature")


def test_a_number_that_a_result_does_not_move_is_refused_with_those_that_it_does():
    with pytest.raises(CalibrationError, match=r"does not move 'goodput'; it moves: .*rl_size"):
        read(f"{IN_USE}:goodput")
    with pytest.raises(InputError, match=r"unknown number that the calibration result .* moves 'goodput'"):
        load("current_policy").with_changes(calibration=f"{IN_USE}:goodput")
    assert "goodput" in parameters()
