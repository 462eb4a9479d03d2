"""A rule says something that is known, with real dates and bounds that do not cross, or it is refused by name."""

from typing import Any

import pytest

from scenarios import load, parse
from scenarios.errors import InputError
from scenarios.quarters import FIRST, end_date, label
from scenarios.rules import MEANINGS, Rule, history, known_values
from scenarios.schema import Scenario
from scenarios.tables import table

BASE = load("current_policy")
SALE: dict[str, Any] = {
    "id": "mine", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "license", "approval_share": 0.5,
    "title": "A rule", "summary": "A rule of one's own.", "source": "a test", "as_of": "2026-11-01",
    "tier": "judgment",
}  # fmt: skip
TOOLS = {**{k: v for k, v in SALE.items() if k != "approval_share"}, "scope": "tools", "strength": 0.5}
ACTORS = [row.actor for row in table("actors")]


def with_rule(**fields: Any) -> Scenario:
    return BASE.with_changes(rules=[{**SALE, **fields}])


def refused(rule: dict[str, Any]) -> str:
    with pytest.raises(InputError) as told:
        BASE.with_changes(rules=[rule])
    line = str(told.value)
    assert len(line.splitlines()) == 1
    return line


@pytest.mark.parametrize("field", MEANINGS)
def test_every_value_of_a_list_is_explained(field: str) -> None:
    assert set(MEANINGS[field]) == set(known_values(field))


@pytest.mark.parametrize("field", ["issuer", "scope", "measure"])
@pytest.mark.parametrize("change", ["x", "", "{}s", "{}ial", " {}", "upper"])
def test_a_value_that_is_not_on_the_list_is_refused_with_the_nearest(field: str, change: str) -> None:
    for value in known_values(field):
        wrong = value.upper() if change == "upper" else change.replace("{}", value)
        line = refused({**SALE, field: wrong})
        assert f"rules.0.{field}" in line
        assert "did you mean" in line or "choose from" in line


def test_a_misspelled_ban_is_not_an_opening() -> None:
    assert "'denial' is not known; did you mean 'deny'?" in refused({**SALE, "measure": "denial"})


@pytest.mark.parametrize("field", ["start", "end", "us_available_by", "as_of"])
@pytest.mark.parametrize(
    "date", ["2027-13-01", "2027-00-10", "2027-02-29", "2027-1-1", "27-01-01", "2027-W01-1", "20270101", "soon", ""]
)
def test_a_date_is_a_day_of_the_calendar(field: str, date: str) -> None:
    line = refused({**SALE, field: date}) if date or field in ("start", "as_of") else "rules.0." + field
    assert f"rules.0.{field}" in line


@pytest.mark.parametrize("end", ["2027-01-01", "2026-12-31", "2022-10-07"])
def test_an_end_lies_after_the_start(end: str) -> None:
    assert f"{end} does not lie after the start, 2027-01-01" in refused({**SALE, "end": end})
    assert with_rule(end="2027-01-02").rules[0].end == "2027-01-02"


@pytest.mark.parametrize("name", ["tpp", "pd", "memory_tbs"])
def test_bounds_do_not_cross(name: str) -> None:
    for low, high in ((2.0, 1.0), (2.0, 2.0)):
        line = refused({**SALE, f"{name}_min": low, f"{name}_max": high})
        assert f"rules.0.{name}_min: 2 must be below {name}_max" in line
    assert with_rule(**{f"{name}_min": 1.0, f"{name}_max": 2.0})


@pytest.mark.parametrize("field", ["approval_share", "volume_cap_share", "price_share", "strength"])
@pytest.mark.parametrize("value", [-0.01, 1.01, 80, float("inf"), float("nan"), "half", True])
def test_a_share_lies_between_0_and_1(field: str, value: object) -> None:
    rule = TOOLS if field == "strength" else SALE
    assert f"rules.0.{field}" in refused({**rule, field: value})


@pytest.mark.parametrize("field", ["tpp_min", "tpp_max", "pd_min", "pd_max", "memory_tbs_min", "memory_tbs_max",
                                   "link_gbs_min", "volume_cap_units"])  # fmt: skip
def test_a_bound_is_a_finite_amount(field: str) -> None:
    for value in (-1, float("inf"), float("nan"), "many"):
        assert f"rules.0.{field}" in refused({**SALE, field: value})


@pytest.mark.parametrize("scope", ["hbm", "tools", "subsidiary", "remote_access"])
def test_a_field_that_no_rule_of_the_scope_reads_is_refused(scope: str) -> None:
    assert BASE.with_changes(rules=[{**TOOLS, "scope": scope}])
    for field in ("tpp_min", "approval_share", "volume_cap_units", "price_share"):
        assert f"rules.0.{field}: is read for `scope: sale` only" in refused({**TOOLS, "scope": scope, field: 0.5})
    line = refused({**TOOLS, "scope": scope, "strength": None})
    assert f"rules.0.strength: a rule of scope {scope} needs it" in line


def test_a_licence_says_what_it_limits_and_a_ban_has_no_share() -> None:
    assert "lets everything through" in refused({**SALE, "approval_share": None})
    for measure in ("deny", "free"):
        assert "is for `measure: license`" in refused({**SALE, "measure": measure})
        assert with_rule(measure=measure, approval_share=None)


@pytest.mark.parametrize("place", ["atlantis", "Gulf", "the gulf", "", "us", "europe"])
def test_a_destination_that_does_not_exist_is_refused_with_the_nearest(place: str) -> None:
    assert "unknown actor" in refused({**SALE, "destination": place})


def test_every_actor_and_an_added_one_can_be_a_destination() -> None:
    for place in (*ACTORS, "world"):
        assert with_rule(destination=place).rules[0].destination == place
    added = BASE.with_changes(actors={"brazil": {"like": "gulf"}}, rules=[{**SALE, "destination": "brazil"}])
    assert added.rules[0].destination == "brazil"


def test_two_rules_have_two_ids() -> None:
    with pytest.raises(InputError, match="'mine' is the id of another rule"):
        BASE.with_changes(rules=[SALE, SALE])


@pytest.mark.parametrize("row", history(), ids=lambda row: row.id)
def test_the_id_of_a_recorded_rule_is_taken(row: Rule) -> None:
    assert "is the id of a recorded rule" in refused({**SALE, "id": row.id})


def test_the_table_itself_would_be_refused() -> None:
    """Every row is validated by the same model: a typo in the table cannot run in silence either."""
    for row in history():
        for field, wrong in (("measure", "denied"), ("scope", "sales"), ("issuer", "usa"), ("start", "2027-13-01")):
            with pytest.raises(ValueError, match=field):
                Rule.model_validate({**row.model_dump(exclude={"inert"}), field: wrong})


def test_rules_that_are_recorded_only_say_why() -> None:
    why = {row.id: row.recorded_only for row in history() if row.recorded_only}
    assert "proposed" in why["us_2026_04_match"]
    assert "foundry" in why["us_2024_11_tsmc"]
    assert all(not row.recorded_only for row in history() if row.id.startswith("us_2026_05_case"))


def test_all_faults_of_a_rule_are_named_with_their_lines() -> None:
    text = """like: current_policy
rules:
  - id: one
    start: "2027-13-01"
    issuer: usa
    scope: sale
    destination: atlantis
    measure: denial
    title: A title
    summary: A summary
    source: a test
    as_of: "2026-11-01"
    tier: judgment
"""
    with pytest.raises(InputError) as told:
        parse(text, "mine.yaml")
    for line, word in ((4, "2027-13-01"), (5, "'usa'"), (7, "'atlantis'"), (8, "'denial'")):
        assert f"line {line}: " in str(told.value)
        assert word in str(told.value)


def test_quarters_end_on_days_that_exist() -> None:
    for quarter in range(FIRST, FIRST + 8):
        assert with_rule(start=end_date(label(quarter)))
