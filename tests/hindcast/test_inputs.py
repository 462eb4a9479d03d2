"""What a scenario that is blind to later data is given instead: mixes, shares, rules and priors of its time."""

import numpy as np
import pytest
from scipy.special import ndtri

from scenarios import load
from scenarios.errors import InputError
from scenarios.parameters import known_by, parameters
from scenarios.quarters import DATA_UNTIL, FIRST, label, number
from scenarios.schema import Scenario
from scenarios.tables import supply_mix, table
from sim.engine.inputs import Inputs
from sim.engine.recorded import SUPERPOWERS, SUPPLY_UNTIL
from sim.ensemble.rng import Streams
from sim.hindcast.blind import blind_spec
from sim.run import simulate

BASE = load("current_policy")
STEPS = number("2030-Q4") - FIRST + 1
EDGES = ("2022-Q4", "2023-Q4", "2024-Q4", "2025-Q1", DATA_UNTIL)


def known_to(edge: str, **changes: object) -> Scenario:
    return BASE.with_changes(data_until=edge, weighting="none", **changes)


def inputs(edge: str, steps: int = STEPS) -> Inputs:
    return Inputs(known_to(edge), steps)


# --- custom chips --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edge", EDGES)
def test_custom_chips_have_their_recorded_share_and_then_the_mean_of_a_year(edge: str) -> None:
    mix, found = supply_mix(), inputs(edge)
    last = min(number(edge), SUPPLY_UNTIL)
    for quarter in range(FIRST, last + 1):
        assert found.custom_share[quarter - FIRST] == mix[label(quarter)]["CUSTOM"], label(quarter)
    late = np.mean([mix[label(last - back)]["CUSTOM"] for back in range(4)])
    np.testing.assert_allclose(found.custom_share[last - FIRST + 1 :], late)
    assert found.custom_share.size == STEPS


@pytest.mark.parametrize("edge", EDGES)
def test_shares_of_classes_use_up_the_production(edge: str) -> None:
    """Variants count as the dies that they use, so that a quarter with variants needs more than one; none less."""
    total = inputs(edge).capacity_share.sum(axis=1)
    assert np.all(total > 1 - 1e-6)
    assert total[-1] == pytest.approx(1, abs=0.01)


# --- shares abroad -------------------------------------------------------------------------------------------------


def spent(actor: str, year: int) -> float:
    (row,) = [row for row in table("spending") if (row.actor, row.year) == (actor, year)]
    return float(row.chip_spend_usd_bn)


@pytest.mark.parametrize(("edge", "year"), [("2022-Q4", 2022), ("2023-Q3", 2022), ("2023-Q4", 2023), ("2025-Q3", 2024)])
def test_before_shares_are_known_owners_abroad_have_their_part_of_spending(edge: str, year: int) -> None:
    found = inputs(edge)
    abroad = spent("rest_non_us_non_china", year)
    part = abroad / (abroad + spent("united_states", year))
    assert found._shares_abroad.sum() == pytest.approx(part)
    stock = found.column("stock_2022q3_h100e")
    for row, actor in enumerate(found.actors):
        if actor in SUPERPOWERS:
            assert found._shares_abroad[row] == 0
        else:
            others = stock.sum() - stock[0] - stock[1]
            assert found._shares_abroad[row] == pytest.approx(part * stock[row] / others), actor


@pytest.mark.parametrize("edge", ["2025-Q4", DATA_UNTIL])
def test_when_the_year_is_over_shares_are_the_recorded_ones(edge: str) -> None:
    found = inputs(edge)
    np.testing.assert_array_equal(found._shares_abroad, found.column("world_share_2025"))


@pytest.mark.parametrize("edge", EDGES)
def test_shares_of_merchant_chips_add_to_one(edge: str) -> None:
    """All custom chips are American, so that of the others more goes abroad."""
    found = inputs(edge)
    assert found.gpu_share.sum() == pytest.approx(1)
    assert found.gpu_share.min() >= 0
    assert found.gpu_share[1] == 0
    np.testing.assert_allclose(found.gpu_share[2:], found._shares_abroad[2:] / (1 - found.custom_share[-1]))


@pytest.mark.parametrize("edge", EDGES)
def test_shares_do_not_depend_on_how_far_a_run_goes(edge: str) -> None:
    """The weighed past ends at the edge of the data, the simulated one goes on: they must be one past."""
    short, long = (inputs(edge, steps) for steps in (number(edge) - FIRST + 1, STEPS))
    np.testing.assert_array_equal(short.gpu_share, long.gpu_share)


# --- rules ---------------------------------------------------------------------------------------------------------


def test_rules_are_known_as_long_as_data_unless_told_otherwise() -> None:
    assert known_to("2024-Q4").rules_known == "2024-Q4"
    assert known_to("2024-Q4", rules_until="2025-Q2").rules_known == "2025-Q2"
    plain, told = (Inputs(spec, STEPS) for spec in (known_to("2024-Q4"), known_to("2024-Q4", rules_until=DATA_UNTIL)))
    assert (plain.data_steps, plain.rules_steps) == (9, 9)
    assert (told.data_steps, told.rules_steps) == (9, number(DATA_UNTIL) - FIRST + 1)
    assert plain._later_rules == []
    assert number("2025-Q2") in told._later_rules
    assert all(quarter > number("2024-Q4") for quarter in told._later_rules)
    assert Inputs(known_to("2024-Q4", rules_until=DATA_UNTIL), 12).rules_steps == 12


def test_a_told_rule_acts_and_a_later_one_does_not() -> None:
    """The letters of April 2025 stop the H20; with rules to March they have not come."""
    free, stopped = (
        simulate(known_to("2024-Q4", rules_until=until), 12, until=2027) for until in ("2025-Q1", "2025-Q2")
    )
    t = free.quarters.index("2025-Q3")
    legal = [np.median(run.part("flows_china.legal")[t]) for run in (free, stopped)]
    assert legal[1] < 0.2 * legal[0]
    edge = free.quarters.index("2024-Q4")
    for name, values in free.series.items():
        assert np.array_equal(values[: edge + 1], stopped.series[name][: edge + 1]), name


@pytest.mark.parametrize("until", ["2024-Q3", "2022-Q4", "2026-Q4"])
def test_rules_end_between_the_edge_and_the_last_known_quarter(until: str) -> None:
    with pytest.raises(InputError, match=rf"rules_until {until} must lie between data_until \(2024-Q4\) and"):
        known_to("2024-Q4", rules_until=until)


@pytest.mark.parametrize("until", ["soon", "2025", "2025-Q5", 7])
def test_what_is_no_quarter_is_refused(until: object) -> None:
    with pytest.raises(InputError, match="rules_until"):
        known_to("2024-Q4", rules_until=until)


def test_the_edge_itself_and_the_last_quarter_are_taken() -> None:
    for until in ("2024-Q4", DATA_UNTIL):
        assert known_to("2024-Q4", rules_until=until).rules_known == until
    with pytest.raises(InputError, match="rules_until"):
        known_to("2024-Q4", rules_until="2024-Q4").with_changes(data_until="2025-Q1")


def test_weighting_is_history_or_none() -> None:
    assert BASE.weighting == "history"
    with pytest.raises(InputError, match="weighting"):
        BASE.with_changes(weighting="some")


def test_new_fields_decide_the_numbers_and_so_the_name() -> None:
    """The digest names what is simulated, and what is prepared is kept by it."""
    specs = [
        known_to("2024-Q4"), known_to("2024-Q4", rules_until=DATA_UNTIL), BASE, BASE.with_changes(weighting="none"),
    ]  # fmt: skip
    assert len({spec.digest() for spec in specs}) == 4


# --- runs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cutoff", ["2022-12", "2023-03"])
def test_a_run_that_knows_next_to_nothing_is_finite(cutoff: str) -> None:
    run = simulate(blind_spec(cutoff), 32, until=2027, keep="ledger")
    for kind in (run.series, run.ledger, run.parameters):
        for name, values in kind.items():
            assert np.isfinite(values).all(), name
    assert run.quarters[-1] == "2027-Q4"
    assert np.all(run.part("stock_h100e.world")[-1] > run.part("stock_h100e.world")[0])


def test_extreme_members_of_a_run_that_knows_nothing_are_finite() -> None:
    """Half-open tails of wide priors, one parameter at a time and all at once."""
    scores = np.random.default_rng(0).standard_normal((128, 64)) * 1.5
    run = simulate(blind_spec("2022-12"), 64, until=2030, scores=scores)
    assert all(np.isfinite(values).all() for values in run.series.values())


def test_without_weights_a_blind_run_draws_from_its_priors() -> None:
    run = simulate(blind_spec("2024-12"), 64, until=2027)
    z = ndtri(Streams(0, 0, 64, 1).sobol())
    prior, wider = known_by("points_per_oom", "2024-12-31")
    dim = parameters()["points_per_oom"].dim
    expected = prior.distribution.ppf(wider * z[dim], None)
    np.testing.assert_allclose(run.parameters["points_per_oom"], expected)
