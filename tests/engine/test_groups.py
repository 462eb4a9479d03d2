"""A group of actors acts as its members do, and has together what they have."""

from typing import Any

import numpy as np
import pytest

from scenarios import InputError, load
from scenarios.groups import members
from scenarios.schema import Scenario
from sim.analysis.prices import Price, _by_actor
from sim.engine.inputs import Inputs
from sim.engine.phases.record import BY_ACTOR
from sim.inert import without_effect
from sim.results.measures import MEASURES
from sim.results.outcomes import scalar
from sim.results.paired import paired
from sim.results.run import Run
from sim.results.together import LARGEST
from sim.run import costs, simulate

BASE = load("current_policy")
TWO = members("gulf")
RULE: dict[str, Any] = {
    "id": "mine", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "license",
    "volume_cap_units": 500, "priority": 90, "title": "A rule", "summary": "A rule of one's own.",
    "source": "a test", "as_of": "2026-11-01", "tier": "judgment",
}  # fmt: skip


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(BASE, 8, until=2028)


def same(one: Scenario, two: Scenario) -> bool:
    first, second = (simulate(spec, 8, until=2028).series for spec in (one, two))
    return all(np.array_equal(values, second[name]) for name, values in first.items())


def test_a_rule_on_a_group_is_the_same_rule_on_each_member() -> None:
    each = [{**RULE, "id": f"mine_{n}", "destination": actor} for n, actor in enumerate(TWO)]
    spec = BASE.with_changes(rules=[{**RULE, "destination": "gulf"}])
    assert same(spec, BASE.with_changes(rules=each))
    assert not same(spec, BASE)


def test_what_changes_of_a_group_or_is_fixed_for_it_is_so_for_each_member() -> None:
    changes, shares = {"policing": 0.8, "oversight": 0.5}, {"money": {"chips": 0.9}, "compute": {"safety": 0.2}}
    one, two = (
        BASE.with_changes(actors=dict.fromkeys(names, changes), allocation=dict.fromkeys(names, shares))
        for names in (("gulf",), TWO)
    )
    assert same(one, two)


def test_who_is_like_a_group_builds_pays_and_hosts_as_its_members_together() -> None:
    inputs = Inputs(BASE.with_changes(actors={"oman": {"like": "gulf"}}), 20)
    rows, twin = [inputs.actors.index(actor) for actor in TWO], inputs.actors.index("oman")
    added, share = inputs.power_added
    np.testing.assert_allclose(added[:, rows].sum(axis=1), added[:, twin])
    np.testing.assert_allclose((added * share)[:, rows].sum(axis=1), (added * share)[:, twin])
    np.testing.assert_allclose(inputs.fab_money[:, rows].sum(axis=1), inputs.fab_money[:, twin])
    for price in (inputs.megawatt_usd, inputs.pay_usd):
        assert price[twin] == pytest.approx(price[rows].mean())
    assert inputs.column("hosts_us_share")[twin] == inputs.column("hosts_us_share")[rows].sum()


@pytest.mark.parametrize("name", BY_ACTOR)
def test_a_part_of_a_group_is_the_sum_the_mean_or_the_largest_of_its_members(name: str, run: Run) -> None:
    one, two = (run.part(f"{name}.{actor}") for actor in TWO)
    expected = np.maximum(one, two) if name in LARGEST else (one + two) / (2 if MEASURES[name][1] == "share" else 1)
    assert np.array_equal(run.part(f"{name}.gulf"), expected)
    assert "gulf" not in run.parts(name), "nobody is counted twice"


def test_accounts_of_a_group_are_the_sum_of_its_members(run: Run) -> None:
    for item in ("transit_trade", "rent", "chips", "policing"):
        one, two = (run.part(f"accounts.{actor}.{item}") for actor in TWO)
        assert np.array_equal(run.part(f"accounts.gulf.{item}"), one + two)
    for wrong in ("accounts.gulf.tool_revenue", "accounts.gulf", "stock_h100e.gulf", "capability.golf"):
        with pytest.raises(InputError, match="unknown part"):
            run.part(wrong)


def test_an_outcome_of_a_group_can_be_asked_for(run: Run) -> None:
    for asked in ("paid_usd.{}@2028", "accounts.{}.chips@2028", "diverted_through.{}@2027"):
        total = sum(scalar.parse(asked.format(actor)).of(run) for actor in TWO)
        np.testing.assert_allclose(scalar.parse(asked.format("gulf")).of(run), total, rtol=1e-6)
    assert scalar.parse("capability.gulf@2028").unit == "ECI points"
    with pytest.raises(InputError, match="did you mean 'gulf'"):
        scalar.parse("capability.gulff@2028")


def test_the_summary_has_the_group_beside_its_members(run: Run) -> None:
    found = run.summary()
    for name in ("capability_eci", "compute_h100e", "crossing_year", "market"):
        assert list(found[name]) == [*run.actors, "gulf"]
    largest = np.median(np.maximum(*(run.part(f"capability.{actor}")[-1] for actor in TWO)))
    assert found["capability_eci"]["gulf"]["2028"]["p50"] == pytest.approx(largest, rel=1e-5)
    paid = np.median(sum(run.part(f"paid_usd.{actor}")[-4:].sum(axis=0, dtype=float) for actor in TWO))
    assert found["market"]["gulf"]["2028"]["paid_usd"] == pytest.approx(paid, rel=1e-5)


def test_costs_of_a_group_are_those_of_its_members() -> None:
    found = costs(simulate(BASE.with_changes(rules=[{**RULE, "destination": "gulf"}]), 8, until=2028))
    total = sum(found.of(actor, "chips", 2028) for actor in TWO)
    np.testing.assert_allclose(found.of("gulf", "chips", 2028), total, rtol=1e-5)
    medians = found.summary()["costs_usd"]
    assert medians["gulf"]["chips"]["2028"] == pytest.approx(np.median(total), rel=1e-4)
    assert set(medians["gulf"]) == set(medians[TWO[0]])
    assert "gulf" not in {cost.actor for cost in found.largest(2028)}


def test_the_price_list_has_the_group_too() -> None:
    mean = {f"{actor}.rent": paired(np.array([n, n + 1.0])) for n, actor in enumerate(TWO)}
    price = Price.__new__(Price)
    object.__setattr__(price, "costs", mean)
    assert _by_actor(price) == {TWO[0]: {"rent": 0.5}, TWO[1]: {"rent": 1.5}, "gulf": {"rent": 2.0}}


def test_what_does_nothing_is_called_as_its_author_called_it() -> None:
    assert "Actor gulf is listed" in without_effect(BASE.with_changes(actors={"gulf": {}}), 2028)[0]
    beaten = {"gulf": {"policing": 0.8}, **{actor: {"policing": 0.2} for actor in TWO}}
    (said,) = without_effect(BASE.with_changes(actors=beaten), 2028)
    assert "The field policing of actor gulf" in said
