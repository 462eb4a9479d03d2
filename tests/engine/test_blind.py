"""A blind run knows nothing that came after its data ends: changed data of the future change nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scenarios import load
from scenarios.quarters import number
from scenarios.rules import history
from scenarios.schema import Scenario
from scenarios.tables import supply_mix, table
from sim.engine import export_rules, inputs, recorded
from sim.results.run import Run
from sim.run import simulate

EDGE, YEAR = "2025-Q1", 2025
Same = Callable[..., list[str]]
BLIND = load("current_policy").with_changes(data_until=EDGE, start="2025-Q2")


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """Prepared inputs and regimes are kept between runs; here they would hide, or keep, what a test changes."""
    forget()
    yield
    forget()


def forget() -> None:
    for kept in (inputs.inputs_of, export_rules.build, export_rules.known_by):
        kept.cache_clear()


def later(row: Any, year: int) -> bool:
    if hasattr(row, "quarter"):
        return number(row.quarter) > number(EDGE)
    return hasattr(row, "year") and row.year >= year


SCALED = {
    "supply_history": ("h100e_p05", "h100e_p50", "h100e_p95"),
    "spending": ("ai_capex_usd_bn", "chip_spend_usd_bn"),
    "power": ("it_mw_added", "ai_share"),
    "domestic_supply": ("value",),
}
NAMES = (*SCALED, "frontier_quarters", "supply_mix", "rules")


def changed(monkeypatch: pytest.MonkeyPatch, name: str, year: int) -> None:
    """Change everything in a table that is dated after the edge; yearly rows from `year` on."""
    if name == "rules":
        rules = tuple(
            rule.model_copy(update={"measure": "free", "strength": 0.0, "approval_share": 1.0, "price_share": None})
            if rule.start > "2025-03-31"
            else rule.model_copy(update={"end": "2026-02-02"})
            if rule.end and rule.end > "2025-03-31"
            else rule
            for rule in history()
        )
        monkeypatch.setattr(export_rules, "history", lambda: rules)
        return
    if name == "supply_mix":
        mix = {
            q: dict(zip(shares, reversed(shares.values()), strict=True)) if number(q) > number(EDGE) else shares
            for q, shares in supply_mix().items()
        }
        monkeypatch.setattr(recorded, "supply_mix", lambda: mix)
        return

    def other(asked: str) -> tuple[Any, ...]:
        rows = table(asked)
        if asked != name:
            return rows
        result, touched = [], 0
        for row in rows:
            if later(row, year):
                touched += 1
                update: dict[str, Any] = {"eci": row.eci + 40} if name == "frontier_quarters" else {
                    field: (getattr(row, field) or 0.0) * (0.5 if field == "ai_share" else 3) for field in SCALED[name]
                }  # fmt: skip
                row = row.model_copy(update=update)
            result.append(row)
        assert touched, f"nothing in {name} is later"
        return tuple(result)

    for module in (inputs, recorded):
        monkeypatch.setattr(module, "table", other)


def run_of(spec: Scenario) -> Run:
    return simulate(spec, runs=8, until=2028, keep="ledger")


@pytest.mark.parametrize("name", NAMES)
def test_later_data_change_nothing_in_a_blind_run(name: str, monkeypatch: pytest.MonkeyPatch, mismatch: Same) -> None:
    """Rows of quarters after 2025-Q1, rules after March 2025 (and ends not yet known), yearly rows from 2026."""
    before = run_of(BLIND)
    changed(monkeypatch, name, YEAR + 1)
    forget()
    assert mismatch(before, run_of(BLIND)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_same_changes_are_seen_by_a_run_that_may_look(
    name: str, monkeypatch: pytest.MonkeyPatch, mismatch: Same
) -> None:
    """Otherwise the test above would test nothing."""
    seeing = load("current_policy")
    before = run_of(seeing)
    changed(monkeypatch, name, YEAR + 1)
    forget()
    assert mismatch(before, run_of(seeing)) != []


@pytest.mark.parametrize("name", ["spending", "power", "domestic_supply"])
def test_a_year_that_had_only_begun_is_not_known(name: str, monkeypatch: pytest.MonkeyPatch, mismatch: Same) -> None:
    """At the end of March 2025 nobody knew what 2025 as a whole would bring."""
    before = run_of(BLIND)
    changed(monkeypatch, name, YEAR)
    forget()
    assert mismatch(before, run_of(BLIND)) == []


@pytest.mark.parametrize("name", ["essay_2025:enforced", "essay_2025:leaky"])
def test_the_essay_is_run_blind(name: str, monkeypatch: pytest.MonkeyPatch, mismatch: Same) -> None:
    spec = load(name)
    assert (spec.data_until, spec.start) == (EDGE, "2025-Q2")
    before = run_of(spec)
    for table_name in NAMES:
        with monkeypatch.context() as patch:
            changed(patch, table_name, YEAR + 1)
            forget()
            assert mismatch(before, run_of(spec)) == [], table_name


def test_a_rule_that_ended_later_was_not_known_to_end() -> None:
    """The November 2023 rule on headquarters ended in May 2026; seen from March 2025 it goes on."""
    known = {rule.id: rule for rule in export_rules.known_by(number(EDGE))}
    assert known["us_2023_11_hq"].end is None
    assert known["us_2022_10_chips"].end == "2023-11-17"
    assert not any(rule.start > "2025-03-31" for rule in known.values())
