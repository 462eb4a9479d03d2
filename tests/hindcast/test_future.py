"""What comes after the cut-off of a hindcast changes nothing that it says, only what it is held against."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import scenarios.parameters as priors
from scenarios import tables
from scenarios.parameters import earlier, known_by, parameters
from scenarios.quarters import DATA_UNTIL, end_date, number, of_date
from scenarios.rules import history
from scenarios.tables import supply_mix, table
from sim.engine import export_rules, inputs, recorded
from sim.ensemble import draws
from sim.ensemble.rng import Array
from sim.equations import chips
from sim.hindcast import blind, likelihood, record
from sim.hindcast.blind import blind_spec, predicted
from sim.hindcast.fit import Fit, fit
from sim.hindcast.observe import observed
from sim.hindcast.weigh import spec_at
from sim.results import projections
from sim.results.run import Run
from sim.run import simulate

CUTOFF, EDGE = "2024-12", "2024-Q4"
FIELDS = {
    "supply_history": ("h100e_p05", "h100e_p50", "h100e_p95"),
    "spending": ("ai_capex_usd_bn", "chip_spend_usd_bn"),
    "power": ("it_mw_added", "ai_share"),
    "domestic_supply": ("value",),
    "frontier": ("eci",),
    "frontier_quarters": ("eci",),
    "training_runs": ("flop",),
    "stocks": ("h100e", "low", "high"),
    "imports_quarters": ("h100e", "h100e_low", "h100e_high", "chips", "chips_low", "chips_high"),
    "china_channels": ("median", "low", "high"),
    "projections": ("value",),
}
"""Tables with dates, and their numbers."""
NAMES = (*FIELDS, "supply_mix", "parameters")
UNREAD = ("frontier", "china_channels", "projections")
"""Tables that no run reads: they are shown, or stand behind others."""


def later(row: Any, edge: str) -> bool:
    """Whether a row was not known at the end of a quarter; a year is known when it has ended."""
    if hasattr(row, "quarter"):
        return number(row.quarter) > number(edge)
    if hasattr(row, "date"):
        return of_date(row.date) > number(edge)
    return (row.year + 1) * 4 > number(edge) + 1


def poisoned(row: Any, field: str) -> float:
    value = getattr(row, field) or 0.0
    if field == "eci":
        return value + 40
    if field == "ai_share":
        return value / 2
    return 3 * value + (40_000 if type(row) is tables.ImportQuarter else 0)


def changed_rows(name: str, edge: str) -> tuple[Any, ...]:
    """A table with everything after a quarter changed."""
    result, touched = [], 0
    for row in table(name):
        if later(row, edge):
            touched += 1
            row = row.model_copy(update={field: poisoned(row, field) for field in FIELDS[name]})
        result.append(row)
    assert touched, f"nothing in {name} is later"
    return tuple(result)


def changed_priors(monkeypatch: pytest.MonkeyPatch, edge: str) -> None:
    """Every prior whose source is later than a quarter, where there is one of the time."""
    date = end_date(edge)
    nonsense = {"kind": "fixed", "a": 0.777, "b": None, "c": None, "d": None}

    def other(row: Any) -> Any:
        return row.model_copy(update=nonsense) if row.as_of > date else row

    known = {name for name in parameters() if known_by(name, date)[0].as_of <= date}
    today = {name: other(row) if name in known else row for name, row in parameters().items()}
    before = {name: tuple(other(row) for row in rows) for name, rows in earlier().items()}
    assert sum(today[name] != row for name, row in parameters().items()) > 10
    for module in (priors, draws):
        monkeypatch.setattr(module, "parameters", lambda: today)
    monkeypatch.setattr(priors, "earlier", lambda: before)


def change(monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], edge: str = EDGE) -> None:
    """Change everything that tables say after a quarter."""
    found = {name: changed_rows(name, edge) for name in names if name in FIELDS}

    def other(asked: str) -> tuple[Any, ...]:
        return found.get(asked) or table(asked)

    for module in (tables, inputs, recorded, record, likelihood, projections):
        monkeypatch.setattr(module, "table", other)
    if "supply_mix" in names:
        mix = {
            q: dict(zip(shares, reversed(shares.values()), strict=True)) if number(q) > number(edge) else shares
            for q, shares in supply_mix().items()
        }
        monkeypatch.setattr(recorded, "supply_mix", lambda: mix)
    if "parameters" in names:
        changed_priors(monkeypatch, edge)


def change_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """US rules on chips that came after the cut-off lift what they stopped."""
    rules = tuple(
        rule.model_copy(update={"measure": "free", "approval_share": 1.0, "price_share": None})
        if rule.start > end_date(EDGE) and (rule.issuer, rule.scope) == ("us", "sale") else rule
        for rule in history()
    )  # fmt: skip
    monkeypatch.setattr(export_rules, "history", lambda: rules)


def equal(one: dict[str, Array], two: dict[str, Array]) -> list[str]:
    assert set(one) == set(two)
    return [name for name, values in one.items() if not np.array_equal(values, two[name], equal_nan=True)]


def weigh() -> tuple[Fit, Run]:
    weighed = fit(blind_spec(CUTOFF), 512, 0)
    return weighed, predicted(weighed, 64, 0)


@pytest.mark.parametrize("cutoff", blind.CUTOFFS)
def test_the_likelihood_of_a_blind_run_does_not_hear_of_the_future(
    cutoff: str, monkeypatch: pytest.MonkeyPatch, forget: Callable[[], None], some_scores: Callable[[int], Array]
) -> None:
    spec = blind_spec(cutoff)
    before = likelihood.terms(spec, some_scores(32))
    change(monkeypatch, NAMES, spec.data_until)
    forget()
    assert equal(before, likelihood.terms(spec, some_scores(32))) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNREAD])
def test_the_same_changes_are_heard_by_a_run_that_may_look(
    name: str, monkeypatch: pytest.MonkeyPatch, forget: Callable[[], None], some_scores: Callable[[int], Array]
) -> None:
    """Otherwise the tests around it would test nothing."""
    spec = spec_at(DATA_UNTIL)
    before = likelihood.terms(spec, some_scores(32))
    change(monkeypatch, (name,))
    forget()
    assert equal(before, likelihood.terms(spec, some_scores(32))) != []


def test_futures_do_not_hear_of_the_future_and_what_came_does(
    monkeypatch: pytest.MonkeyPatch, forget: Callable[[], None]
) -> None:
    """Weights, parameters, all series and fans to the last bit; the figures they are held against are others."""
    weighed, run = weigh()
    seen = observed(run)
    points = blind._points(run, seen, number(EDGE), 0)
    change(monkeypatch, NAMES)
    forget()
    again, run_again = weigh()
    seen_again = observed(run_again)
    points_again = blind._points(run_again, seen_again, number(EDGE), 0)

    for field in ("scores", "log_likelihood", "correction", "weights"):
        assert np.array_equal(getattr(weighed.sample, field), getattr(again.sample, field)), field
    assert equal(run.series, run_again.series) == []
    assert equal(run.parameters, run_again.parameters) == []
    assert equal(seen, seen_again) == []
    assert [(p.series, p.quarter) for p in points] == [(p.series, p.quarter) for p in points_again]
    for mine, other in zip(points, points_again, strict=True):
        assert (mine.last_value, mine.trend) == (other.last_value, other.trend), mine.series
    told = {p.series for p, q in zip(points, points_again, strict=True) if p.recorded != q.recorded}
    steady = {"h100e_per_chip", "lag", "gap", "us_slope", "china_slope", "china_run"}
    assert told >= {p.series for p in points} - steady


@pytest.mark.parametrize("cutoff", blind.CUTOFFS)
def test_chips_that_came_later_do_not_exist(
    cutoff: str,
    monkeypatch: pytest.MonkeyPatch,
    forget: Callable[[], None],
    some_scores: Callable[[int], Array],
    differences: Callable[[Run, Run], list[str]],
) -> None:
    """Doubled arithmetic and memory of every chip released after the cut-off, until the roadmap's are made in 2027."""
    spec, scores = blind_spec(cutoff), some_scores(32)
    before = simulate(spec, 32, 0, 2027, scores=scores)
    real = chips.catalogue()
    late = real.released > number(spec.data_until)
    late &= ~np.isin(chips.CLASSES, ("EDGE", "CUSTOM", chips.CHINESE[0]))  # what stands for a whole line
    assert late.any()
    fields = ("h100e", "bf16", "fp8_tflops", "bandwidth", "link", "tpp", "kw", "price")
    twice = replace(real, **{name: np.where(late, 2, 1) * getattr(real, name) for name in fields})
    for module in (inputs, recorded, export_rules):
        monkeypatch.setattr(module, "catalogue", lambda: twice)
    forget()
    after = simulate(spec, 32, 0, 2027, scores=scores)
    edge = before.quarters.index(DATA_UNTIL) + 1
    wrong = [name for name, values in before.series.items() if not np.array_equal(values[:edge], after[name][:edge])]
    assert wrong == []


def test_the_rules_that_came_do_act(
    monkeypatch: pytest.MonkeyPatch, forget: Callable[[], None], differences: Callable[[Run, Run], list[str]]
) -> None:
    """The stated exception: a hindcast is told which rules came, and its past stays the same."""
    weighed, run = weigh()
    scores = weighed.scores(np.arange(32))
    before = likelihood.terms(weighed.spec, scores)
    change_rules(monkeypatch)
    forget()
    assert equal(before, likelihood.terms(weighed.spec, scores)) == []
    other = predicted(weighed, 64, 0)
    assert "flows_china" in differences(run, other)
    edge = run.quarters.index(EDGE)
    legal = [r.part("flows_china.legal") for r in (run, other)]
    assert np.array_equal(legal[0][: edge + 1], legal[1][: edge + 1])
    # The H20 stopped in April 2025; without that it is bought until Beijing refuses it.
    assert np.median(legal[1][edge + 2]) > 3 * np.median(legal[0][edge + 2])


def test_a_scenario_told_no_later_rules_does_not_hear_of_them(
    monkeypatch: pytest.MonkeyPatch, forget: Callable[[], None], differences: Callable[[Run, Run], list[str]],
    some_scores: Callable[[int], Array],
) -> None:  # fmt: skip
    spec = blind_spec(CUTOFF).with_changes(rules_until=None)
    before = simulate(spec, 16, until=2027, scores=some_scores(16))
    change_rules(monkeypatch)
    forget()
    assert differences(before, simulate(spec, 16, until=2027, scores=some_scores(16))) == []
