"""A group means its members wherever an actor may be named, and divides among them what is an amount."""

from typing import Any

import pytest

from scenarios import InputError, load, parse
from scenarios.groups import AMOUNTS, GROUPS, kinds, members, models
from scenarios.json_schema import json_schema
from scenarios.schema import Scenario
from scenarios.tables import Actor, table

BASE = load("current_policy")
EMIRATES, ARABIA = members("gulf")
BEFORE = {
    "stock_2022q3_h100e": 3000, "world_share_2025": 0.012, "researchers_2022": 0.005, "ai_power_mw_2022": 15,
    "ai_spend_2023_usd_bn": 0.8, "hosts_us_share": 0.008, "diversion_route": 0.1,
}  # fmt: skip
"""Amounts of the Gulf states when they were one actor."""
POWER = {2022: 80, 2023: 118, 2024: 204, 2025: 197, 2026: 578}
FABS = {2022: 0, 2023: 0, 2024: 0.1, 2025: 0.2, 2026: 0.3}
RULE: dict[str, Any] = {
    "id": "mine", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "deny", "title": "A rule",
    "summary": "A rule of one's own.", "source": "a test", "as_of": "2026-11-01", "tier": "judgment",
}  # fmt: skip


def changed(**actors: Any) -> dict[str, Actor]:
    return {row.actor: row for row in BASE.with_changes(actors=actors).roster()}


def refused(**fields: Any) -> str:
    with pytest.raises(InputError) as told:
        BASE.with_changes(**fields)
    return str(told.value)


@pytest.mark.parametrize("group", GROUPS)
def test_members_are_actors_of_one_kind_and_no_group_is_an_actor(group: str) -> None:
    known = {row.actor: row.kind for row in table("actors")}
    assert group not in known
    assert len({known[member] for member in members(group)}) == 1
    assert kinds()[group] == known[members(group)[0]]
    assert kinds()[group] != "superpower"


def test_the_two_have_what_the_gulf_states_had() -> None:
    for column, amount in BEFORE.items():
        assert sum(getattr(changed()[member], column) for member in members("gulf")) == amount
    for year, megawatts in POWER.items():
        assert sum(r.it_mw_added for r in table("power") if r.actor in members("gulf") and r.year == year) == megawatts
    found = [r for r in table("units") if r.actor in members("gulf") and r.quantity == "fabs_usd_bn"]
    for year, money in FABS.items():
        assert sum(r.value for r in found if r.year == year) == money


def test_what_is_no_amount_is_changed_of_each() -> None:
    rows = changed(gulf={"policing": 0.8, "alignment": 0.9, "kind": "rest"})
    for member in members("gulf"):
        assert (rows[member].policing, rows[member].alignment_2022, rows[member].kind) == (0.8, 0.9, "rest")
    assert rows["southeast_asia"] == changed()["southeast_asia"]


@pytest.mark.parametrize(("field", "column"), AMOUNTS.items())
@pytest.mark.parametrize("amount", [0.0, 0.1, 0.37])
def test_an_amount_is_divided_as_the_members_have_it(field: str, column: str, amount: float) -> None:
    rows, usual = changed(gulf={field: amount}), changed()
    one, two = (getattr(rows[member], column) for member in members("gulf"))
    assert one + two == amount
    assert one * getattr(usual[ARABIA], column) == pytest.approx(two * getattr(usual[EMIRATES], column))


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_said_of_a_member_stands_over_what_is_said_of_the_group(order: int) -> None:
    said = {"gulf": {"policing": 0.8, "stock_h100e": 6000}, ARABIA: {"policing": 0.1}}
    rows = changed(**dict(list(said.items())[::order]))
    assert (rows[EMIRATES].policing, rows[ARABIA].policing) == (0.8, 0.1)
    assert rows[EMIRATES].stock_2022q3_h100e + rows[ARABIA].stock_2022q3_h100e == 6000


def test_who_is_like_a_group_has_the_sum_of_its_members() -> None:
    twin = changed(oman={"like": "gulf"})["oman"]
    for column, amount in BEFORE.items():
        assert getattr(twin, column) == amount
    assert (twin.kind, twin.alignment_2022, twin.oversight, twin.label) == ("hub", 0.55, 0.0, "Oman")
    assert twin.model_dump(exclude={"actor", "label"}) == models()["gulf"].model_dump(exclude={"actor", "label"})


@pytest.mark.parametrize("field", [{"like": "japan"}, {"label": "The Gulf"}])
def test_a_group_has_no_name_and_no_model_of_its_own(field: dict[str, str]) -> None:
    line = refused(actors={"gulf": {**field, "stock_h100e": 1}})
    assert f"actors.gulf.{next(iter(field))}" in line
    assert f"gulf means {EMIRATES} and {ARABIA} together" in line


def test_shares_of_the_world_count_a_group_once() -> None:
    assert "add up to 1.03" in refused(actors={"gulf": {"world_share": 0.9}})
    assert BASE.with_changes(actors={"gulf": {"world_share": 0.85}})
    assert BASE.with_changes(actors={"gulf": {"world_share": 0.9}, EMIRATES: {"world_share": 0.1}})
    assert "add up to" in refused(actors={"oman": {"like": "gulf"}, "japan": {"world_share": 0.88}})


def test_a_rule_binds_each_member_of_a_group_and_nobody_else() -> None:
    rule = BASE.with_changes(rules=[{**RULE, "destination": "gulf"}]).rules[0]
    assert rule.destination == "gulf"
    assert [row.actor for row in table("actors") if rule.binds(row.actor)] == list(members("gulf"))


def test_shares_of_a_group_hold_for_each_member_that_has_none_of_its_own() -> None:
    spec = BASE.with_changes(
        allocation={EMIRATES: {"money": {"power": 0.4}}, "gulf": {"money": {"chips": 0.9}, "people": {"safety": 0.3}}}
    )
    assert spec.shares() == {
        EMIRATES: {"money": {"power": 0.4}, "people": {"safety": 0.3}},
        ARABIA: {"money": {"chips": 0.9}, "people": {"safety": 0.3}},
    }
    assert "gulf" in refused(allocation={"golf": {"money": {"chips": 0.9}}})


def test_a_scenario_keeps_the_group_that_its_author_wrote() -> None:
    spec = parse("like: current_policy\nactors: {gulf: {policing: 0.8}}\nallocation: {gulf: {money: {chips: 0.5}}}")
    assert list(spec.actors) == list(spec.allocation) == ["gulf"]
    assert Scenario.model_validate(spec.model_dump()).digest() == spec.digest()


@pytest.mark.parametrize(
    "given",
    [{"rules": [{**RULE, "destination": "gulff"}]}, {"actors": {"oman": {"like": "gulff"}}}],
)
def test_a_name_that_is_nearly_a_groups_is_refused_with_it(given: dict[str, Any]) -> None:
    assert "did you mean 'gulf'?" in refused(**given)


def test_an_editor_offers_groups_as_destinations() -> None:
    places = json_schema()["$defs"]["Rule"]["properties"]["destination"]["anyOf"][0]["enum"]
    assert {*GROUPS, EMIRATES, ARABIA, "world"} <= set(places)
