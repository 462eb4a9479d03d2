"""What a scenario sets that does nothing is said, and what does something is not accused."""

import itertools
from typing import Any

import numpy as np
import pytest

from scenarios import load, names
from scenarios.errors import InputError
from scenarios.events import KINDS
from scenarios.levers import LEVERS
from scenarios.rules import known_values
from scenarios.schema import Scenario
from sim.inert import without_effect
from sim.run import simulate

BASE = load("current_policy")
RULE: dict[str, Any] = {
    "id": "mine", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "deny", "title": "A rule",
    "summary": "A rule of one's own.", "source": "a test", "as_of": "2026-11-01", "tier": "judgment",
}  # fmt: skip


def one(spec: Scenario, *words: str, until: int = 2030) -> None:
    said = without_effect(spec, until)
    assert len(said) == 1, said
    assert [word for word in words if word not in said[0]] == [], said


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_after_the_run_is_named_with_its_date(kind: str) -> None:
    size = KINDS[kind].low if kind == "agreement" else KINDS[kind].high  # runs that may grow fourfold are not held up
    event = {"kind": kind, "date": "2045-Q1", "size": size}
    one(BASE.with_changes(events=[event]), kind, "2045-Q1", "no effect", "2030")
    assert without_effect(BASE.with_changes(events=[{**event, "date": "2027-Q1"}]), 2030) == ()


def test_an_event_of_no_size_is_named() -> None:
    one(BASE.with_changes(events=[{"kind": "taiwan_disruption", "date": "2028-Q1", "size": 0}]), "its size is 0")
    deal = {"kind": "agreement", "date": "2028-Q1", "size": 1.1, "compliance": 0}
    one(BASE.with_changes(events=[deal]), "its compliance is 0")


@pytest.mark.parametrize("name", LEVERS)
def test_a_setting_after_the_run_is_named(name: str) -> None:
    low, high = LEVERS[name].low, LEVERS[name].high
    late = BASE.with_changes(start="2035-Q1", levers={name: high if low == LEVERS[name].default else low})
    one(late, "2035-Q1")
    said = without_effect(BASE.with_levers(**{name: {"2026-Q4": high, "2041-Q1": low}}), 2030)
    assert any("2041-Q1" in line and name in line for line in said)


def test_rules_that_cannot_act_are_named() -> None:
    for fields, word in (
        ({"scope": "foundry"}, "recorded only"), ({"measure": "proposed"}, "proposed"),
        ({"start": "2040-01-01"}, "no effect"), ({"destination": "united_states"}, "own buyers"),
        ({"tpp_min": 21000, "priority": 1}, "no effect"), ({"destination": "gulf", "tpp_max": 100}, "no effect"),
        ({"scope": "tools", "strength": 0.1}, "no effect"),
        ({"scope": "tools", "strength": 0.9, "destination": "gulf"}, "act on China alone"),
    ):  # fmt: skip
        one(BASE.with_changes(rules=[{**RULE, **fields}]), "Rule mine", word)
    one(BASE.with_changes(rules=[{**RULE, "destination": "gulf"}]), "other rules")  # the Gulf is free at priority 20
    for fields in ({"priority": 90}, {"destination": "gulf", "priority": 90}, {"scope": "tools", "strength": 0.9}):
        assert without_effect(BASE.with_changes(rules=[{**RULE, **fields}]), 2030) == ()


@pytest.mark.parametrize("scope", known_values("scope"))
@pytest.mark.parametrize("issuer", known_values("issuer"))
def test_a_rule_acts_or_is_refused_or_is_said_to_be_recorded_only(issuer: str, scope: str) -> None:
    """Every issuer, scope, measure and destination, each as strong as it can be."""
    start = "2025-01-01" if scope == "import_permission" else "2027-01-01"
    bases = {start: simulate(BASE, 8, until=2029)}
    for measure, place in itertools.product(known_values("measure"), ("china", "gulf", "world", "united_states")):
        strength = {} if scope == "sale" else {"strength": 0.0 if scope == "import_permission" else 0.99}
        terms = {"approval_share": 0.01} if (scope, measure) == ("sale", "license") else strength
        rule = {**RULE, **terms, "issuer": issuer, "scope": scope, "measure": measure, "destination": place,
                "start": start, "priority": 90}  # fmt: skip
        try:
            spec = BASE.with_changes(rules=[rule])
        except InputError:
            continue
        run = simulate(spec, 8, until=2029)
        moves = any(not np.array_equal(values, run.series[name]) for name, values in bases[start].series.items())
        said = without_effect(spec, 2029)
        assert moves != bool(said), (issuer, scope, measure, place, said)
        assert bool(spec.rules[0].unread) <= (not moves), (issuer, scope, measure, place)


def test_a_strength_has_a_measure_that_closes() -> None:
    for scope in ("tools", "hbm", "subsidiary", "remote_access"):
        with pytest.raises(InputError, match="`free` closes nothing"):
            BASE.with_changes(rules=[{**RULE, "scope": scope, "measure": "free", "strength": 0.9}])


def test_a_rare_chance_is_not_called_nothing() -> None:
    assert without_effect(BASE.with_changes(parameters={"taiwan_hazard": 0})) == ()


def test_two_settings_that_each_do_the_same_are_not_both_called_idle() -> None:
    ban = {**RULE, "destination": "gulf", "priority": 90}
    twice = [ban, {**ban, "id": "two"}]
    said = without_effect(BASE.with_changes(rules=twice), 2029)
    assert len(said) == 2
    assert all("adds nothing to the rest" in line for line in said)


def test_too_many_settings_are_said_not_to_be_tried() -> None:
    events = [{"kind": "efficiency_shock", "date": "2028-Q1", "size": 0.01}] * 41
    one(BASE.with_changes(events=events), "41 settings", "too many to test")


def test_an_actor_without_a_change_and_a_license_lever_before_licenses_are_named() -> None:
    one(BASE.with_changes(actors={"gulf": {}}), "Actor gulf", "nothing about it changes")
    said = without_effect(BASE.with_changes(start="2023-Q3", levers={"revenue_share": 50}))
    assert any("takes effect in 2025-Q3, not in 2023-Q3" in line for line in said)


@pytest.mark.parametrize(
    ("levers", "bound", "by"),
    [
        ({"licence_approval": 80, "import_permission": 0}, "licence_approval", "Beijing's limit on imports"),
        ({"licence_tpp": 100, "licence_approval": 0}, "licence_tpp", "the approval rate for licenses"),
        ({"licence_quota": 5, "licence_approval": 0}, "licence_quota", "the approval rate for licenses"),
        ({"revenue_share": 60, "licence_approval": 0}, "revenue_share", "the approval rate for licenses"),
    ],
)
def test_a_lever_that_another_one_binds_is_named_with_it(levers: dict[str, Any], bound: str, by: str) -> None:
    said = [line for line in without_effect(BASE.with_levers(**levers)) if f"({bound})" in line]
    assert len(said) == 1
    assert by in said[0]


@pytest.mark.parametrize(
    ("actor", "field", "value"), [("china", "world_share", 0.1), ("united_states", "world_share", 0.5),
                                  ("united_states", "alignment", 0.2), ("china", "alignment", 0.2)],
)  # fmt: skip
def test_a_field_of_an_actor_that_nothing_reads_is_named(actor: str, field: str, value: float) -> None:
    one(BASE.with_changes(actors={actor: {field: value}}), field, actor, "no effect")


@pytest.mark.parametrize(
    "field", ["stock_h100e", "world_share", "researchers", "ai_power_mw", "oversight", "alignment"]
)
def test_a_field_that_is_read_is_not_named(field: str) -> None:
    value = 1e5 if field in ("stock_h100e", "ai_power_mw") else 0.09
    assert without_effect(BASE.with_changes(actors={"gulf": {field: value}})) == ()


@pytest.mark.parametrize("name", names())
def test_the_library_says_of_itself_only_what_is_so(name: str) -> None:
    """Each lever that a scenario of the library is told to have for nothing can be left out to the last bit."""
    spec = load(name)
    dead = [lever for lever in spec.levers if any(f"({lever}) has no effect" in line for line in without_effect(spec))]
    whole = simulate(spec, 16)
    for lever in dead:
        less = simulate(spec.with_changes(levers={k: v for k, v in spec.levers.items() if k != lever}), 16)
        assert all(np.array_equal(values, less.series[series]) for series, values in whole.series.items()), lever
    assert all(line.endswith(".") and len(line) < 200 for line in without_effect(spec))


def test_without_trying_only_dates_and_rules_are_looked_at() -> None:
    spec = BASE.with_levers(licence_tpp=100, licence_approval=0)
    assert without_effect(spec, tried=False) == ()
    assert without_effect(spec) != ()
