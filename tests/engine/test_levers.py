"""No dead levers: each moves the output it names, by a visible amount and in the direction that its text says.

Run with `-s` to see the table.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from scenarios import load
from scenarios.events import KINDS
from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from sim.results.comparison import Comparison
from sim.results.run import Run
from sim.run import simulate

YEAR, RUNS = 2030, 64
BASE = load("current_policy")
UP, DOWN = 1, -1
DIRECTION = {
    "licensing": DOWN,
    "licence_tpp": UP, "licence_approval": UP, "licence_quota": UP, "revenue_share": DOWN, "enforcement": DOWN,
    "location_verification": DOWN, "cloud_rule": DOWN, "tool_controls": DOWN, "hbm_controls": DOWN, "us_power": UP,
    "us_spending": UP, "us_research": UP, "us_concentration": UP, "openness": UP, "weight_security": DOWN,
    "distillation_limits": DOWN, "allied_alignment": DOWN, "ally_effort": UP, "chip_push": UP, "import_permission": UP,
    "china_spending": UP, "china_power": UP, "china_concentration": UP, "china_talent": DOWN, "china_openness": UP,
    "hub_effort": UP, "hub_policing": DOWN, "safety_share": DOWN, "variant_offer": UP, "home_orders": DOWN,
    "chip_checks": DOWN,
}  # fmt: skip
"""What the output of a lever does as the lever goes from low to high."""


def visible(series: str) -> tuple[str, float]:
    """What counts as a visible change of a series: (relative or absolute, how much)."""
    if series == "efficiency":
        return "OOM", 0.02
    if series == "lead_months":
        return "months", 0.5
    if series == "capability":
        return "points", 0.3
    return "relative", 0.05


@cache
def at(name: str, value: float) -> Run:
    """The run with a lever at a value, under the stated setting of other levers."""
    return simulate(BASE.with_levers(**LEVERS[name].setting, **{name: value}), runs=RUNS, until=YEAR)


def level(run: Run, output: str) -> float:
    """Mean over futures at the end of the year; flows of channels are summed over the year."""
    t = run.step(YEAR)
    values = run.part(output)
    return float(np.mean(values[t - 3 : t + 1].sum(axis=0) if output.startswith("flows_china") else values[t]))


def effect(output: str, low: Run, high: Run) -> tuple[float, float, float]:
    """Level at low and at high, and the change in the unit in which it must be visible."""
    a, b = level(low, output), level(high, output)
    kind, _ = visible(output.partition(".")[0])
    return a, b, (b - a) / max(abs(a), abs(b), 1e-12) if kind == "relative" else b - a


def test_every_lever_has_a_direction() -> None:
    assert set(DIRECTION) == set(LEVERS)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_moves_the_output_that_it_names(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    lever = LEVERS[name]
    low, high = at(name, lever.low), at(name, lever.high)
    a, b, moved = effect(lever.output, low, high)
    lead = Comparison(low, high).difference("lead_months", YEAR).mean()
    kind, enough = visible(lever.output.partition(".")[0])
    with capsys.disabled():
        print(
            f"\nLEVER {name:22} {lever.output:28} {a:12.5g} {b:12.5g} {moved:+9.3f} {kind:9} lead {lead:+6.2f}", end=" "
        )
    assert moved * DIRECTION[name] >= enough


EVENTS: dict[str, tuple[dict[str, object], str, int]] = {
    "efficiency_shock": ({"size": 1.0}, "efficiency.china", UP),
    "fab_breakthrough": ({"size": 5}, "flows_china.domestic", UP),
    "hbm_shock": ({"size": -0.8, "quarters": 16}, "flows_china.domestic", DOWN),
    "taiwan_disruption": ({"size": 0.8, "quarters": 8}, "made_h100e", DOWN),
    "mineral_controls": ({"size": 1.0, "quarters": 8}, "made_h100e", DOWN),
    "diversion_uncovered": ({"size": 0.9}, "flows_china.diverted", DOWN),
    "scaling_slowdown": ({"size": 0.5}, "capability.united_states", DOWN),
    "rl_ceiling": ({"size": 0.5}, "capability.united_states", DOWN),
    "allied_split": ({"size": 0.6}, "alignment.japan", DOWN),
    "agreement": ({"size": 1.1}, "training_flop.united_states", DOWN),
    "fabs_abroad": ({"size": 1.0}, "made_h100e", UP),
}
"""Per kind: the event, the output that its one-line meaning names, and what becomes of it."""
COMPANY = {"fabs_abroad": {"kind": "taiwan_disruption", "date": "2029-Q1", "size": 1.0, "quarters": 8}}
"""Events that matter only beside another."""


def test_every_kind_of_event_is_tested() -> None:
    assert set(EVENTS) == set(KINDS)


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_moves_what_its_meaning_says(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Seen over the twelve months from its date: some events fade, and fading is part of their meaning."""
    fields, output, sign = EVENTS[kind]
    beside = [COMPANY[kind]] if kind in COMPANY else []
    base = simulate(BASE.with_changes(events=beside), runs=RUNS, until=YEAR) if beside else at_none()
    with_event = simulate(
        BASE.with_changes(events=(*beside, {"kind": kind, "date": "2029-Q1", **fields})), runs=RUNS, until=YEAR
    )
    # A rise over quarters, a run of two quarters and a release come before some effects: look at the whole of 2029-30.
    span = slice(base.step(2029) - 3, None)
    a, b = (float(np.mean(run.part(output)[span])) for run in (base, with_event))
    kind_of, enough = visible(output.partition(".")[0])
    moved = (b - a) / max(abs(a), abs(b)) if kind_of == "relative" else b - a
    with capsys.disabled():
        print(f"\nEVENT {kind:22} {output:28} {a:12.5g} {b:12.5g} {moved:+9.3f} {kind_of}", end=" ")
    assert moved * sign >= enough


@cache
def at_none() -> Run:
    return simulate(BASE, runs=RUNS, until=YEAR)


def test_a_fab_breakthrough_of_capacity_alone_is_not_the_same_as_of_everything(library_run: Callable[..., Run]) -> None:
    """A breakthrough also makes chips cheaper, thriftier and better in software: China's compute grows by more."""
    base, run = library_run("current_policy", 64, 2032), library_run("china_fab_breakthrough", 64, 2032)
    assert run.part("compute_train.china")[-1].mean() > 1.1 * base.part("compute_train.china")[-1].mean()


def paired(spec: Scenario, other: Scenario, year: int = YEAR) -> np.ndarray:
    runs = [simulate(s, runs=RUNS, until=max(year, 2027)) for s in (spec, other)]
    return Comparison(*runs).difference("lead_months", year)


def test_a_mechanism_that_is_switched_off_is_missed() -> None:
    """AI speeds up research: without it capability grows more slowly."""
    with_it, without = (simulate(s, runs=32, until=2032) for s in (BASE, without_switch("research_feedback")))
    faster = with_it.part("capability.united_states")[-1].mean() - without.part("capability.united_states")[-1].mean()
    assert faster > 1


def test_efficiency_gains_raise_spending() -> None:
    """Revenue returns to spending; what it buys is bounded by the power that there is for chips."""
    without, with_it = (simulate(s, runs=32, until=2032) for s in (without_switch("reinvestment"), BASE))
    pair = Comparison(without, with_it)
    for who in ("united_states", "china"):
        more = pair.difference(f"spending.{who}", 2032)
        assert more.mean() > 0
        assert np.mean(more > 0) > 0.7, "in some futures revenue falls short of what was spent on it"
    assert with_it.part("spending.world")[-1].mean() > 1.1 * without.part("spending.world")[-1].mean()


def without_switch(name: str) -> Scenario:
    return BASE.with_changes(switches={name: False})


def test_a_reacting_united_states_tightens_when_its_lead_shrinks() -> None:
    """With `us_reacts` enforcement rises in the futures in which China comes close, more than where it does not."""
    spec = load("current_policy").with_changes(switches={"us_reacts": True})
    run = simulate(spec, runs=64, until=2030)
    lead = (run.part("capability.united_states") - run.part("capability.china"))[-5]
    effort = run["enforcement"][-1]
    assert effort[lead < np.median(lead)].mean() > 1.2 * effort[lead >= np.median(lead)].mean()
