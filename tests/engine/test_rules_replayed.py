"""The rules since October 2022 replayed on the chips they were written for, and what they did to trade."""

import itertools
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from scenarios import load
from scenarios.levers import LEVERS
from scenarios.quarters import FIRST, number
from scenarios.rules import history
from sim.engine.export_rules import Regime, Specification, Verdict, build, policy_of, specification, verdict
from sim.engine.world import World
from sim.equations.chips import CLASSES, US_CLASSES, VARIANTS
from sim.results.run import Run
from sim.run import compare, simulate

BASE = load("current_policy").with_changes(decisions="habit")  # the rules as they are written
NO_EDGE = Specification(0, 0, 0, 0, "2030-01-01")


def judged(name: str, date: str) -> Verdict:
    return verdict(history(), specification(name, NO_EDGE), date)


def regime() -> Regime:
    return build(policy_of(BASE, FIRST, 17))


@pytest.mark.parametrize("name", ["A800", "H800"])
def test_the_variants_of_2022_are_free_until_the_rule_of_october_2023_takes_effect(name: str) -> None:
    """Published on 17 October 2023, in force from 17 November; never licensed again before 2026."""
    for date in ("2022-11-07", "2023-06-30", "2023-10-17", "2023-11-16"):
        assert judged(name, date) == Verdict(), date
    for date in ("2023-11-17", "2024-06-30", "2025-12-31"):
        assert judged(name, date).approval == 0, date


def test_the_h20_is_free_then_denied_then_licensed_with_a_revenue_share() -> None:
    for date in ("2023-11-09", "2024-06-30", "2025-04-14"):
        assert judged("H20", date) == Verdict(), date
    for date in ("2025-04-15", "2025-08-07"):
        assert judged("H20", date).approval == 0, date
    for date in ("2025-08-08", "2026-09-30"):
        found = judged("H20", date)
        assert 0 < found.approval < 1, date
        assert found.price_share == 0.15


def test_the_h200_is_licensed_from_2026_with_both_caps() -> None:
    """Half of what US customers buy, and a quarter of the price."""
    assert judged("H200", "2026-01-14").approval == 0
    for date in ("2026-01-15", "2026-05-14", "2026-09-30"):
        found = judged("H200", date)
        assert 0 < found.approval < 1
        assert (found.cap_share, found.price_share) == (0.5, 0.25)


@pytest.mark.parametrize("name", ["A100", "H100"])
def test_the_best_chips_of_2022_may_not_go_until_the_case_by_case_rule_of_2026(name: str) -> None:
    """The rule of January 2026 covers every chip up to 21,000 TPP and 6.5 TB/s that was on sale by then.

    By its letter that takes in the A100 and the H100 (4,992 and 15,832 TPP), without the tariff, which is written for
    the H200 and the MI325X. The data say so, and so does this test, although nobody is known to have asked.
    """
    for date in ("2022-10-07", "2023-06-30", "2024-06-30", "2025-12-31", "2026-01-14"):
        assert judged(name, date).approval == 0, date
    found = judged(name, "2026-01-15")
    assert 0 < found.approval < 1
    assert (found.cap_share, found.price_share) == (0.5, 0.0)


@pytest.mark.parametrize("name", ["B200", "B300", "RUBIN", "RUBIN_ULTRA", "FEYNMAN"])
def test_newer_generations_never_may(name: str) -> None:
    for date in ("2022-10-07", "2024-06-30", "2025-06-30", "2026-01-15", "2026-09-30", "2032-12-31"):
        assert judged(name, date).approval == 0, (name, date)


def test_before_october_2022_only_the_letters_to_the_makers_stand() -> None:
    assert judged("H100", "2022-08-25") == Verdict()
    assert judged("H100", "2022-08-26").approval == 0


def test_approvals_of_2026_rise_once() -> None:
    assert judged("H200", "2026-05-13").approval < judged("H200", "2026-05-14").approval


def test_a_chip_stands_inside_a_limit_only_below_it() -> None:
    """The same predicate at the edge: 4,799 TPP at a low density is free, 4,800 is not."""
    at = [
        verdict(history(), Specification(tpp, 1.0, 1.0, 400, "2023-01-01"), "2024-06-30").approval
        for tpp in (4799, 4800)
    ]
    assert at[0] > 0 == at[1]


def test_a_regime_is_the_mean_over_its_quarter() -> None:
    """17 November 2023 lies in the middle of its quarter: about half of it was free."""
    k, t = CLASSES.index("H800"), number("2023-Q4") - FIRST
    assert regime().approval[t - 1, k] == 1
    assert 0.4 < regime().approval[t, k] < 0.6
    assert regime().approval[t + 1, k] == 0


def test_chinese_chips_are_under_no_us_sale_rule() -> None:
    assert np.all(regime().approval[:, len(US_CLASSES) :] == 1)


# --- what the rules did --------------------------------------------------------------------------------------------


@cache
def _sold() -> tuple[np.ndarray, np.ndarray, Run]:
    """Legal sales to China by class and quarter of 32 futures (T, K, runs), approvals, and the run."""
    run = simulate(BASE, runs=32, until=2028, keep="ledger")
    stock, diverted, retired = (run.ledger[n] for n in ("stock_china", "diverted", "retired_china"))
    bought = np.diff(stock, axis=0, prepend=0.0) + retired - diverted
    bought[0] = 0.0  # the stock of the start is no sale
    policy = policy_of(BASE, FIRST, len(run.quarters))
    return bought, build(policy).approval, run


def test_no_chip_is_sold_while_it_is_denied() -> None:
    bought, approval, _ = _sold()
    tested = 0
    for k, name in enumerate(US_CLASSES):
        denied = approval[: len(bought), k] == 0
        assert np.abs(bought[denied, k]).max(initial=0) < 1e-3, name
        tested += denied.sum()
    assert tested > 100
    assert bought[:, CLASSES.index("CUSTOM")].max() < 1e-3


def test_legal_totals_of_the_world_stand_still_for_denied_classes(make_world: Callable[..., World]) -> None:
    """The same, read from the world itself quarter by quarter."""
    w = make_world(load("controls_erode"), runs=8, until=2030)
    for _ in range(w.inputs.steps):
        total = w.state.legal_total.copy()
        w.step()
        denied = np.nonzero(w.now.approval == 0)[0]
        assert np.array_equal(w.state.legal_total[denied], total[denied])


def yearly(run: Run, name: str, year: int) -> np.ndarray:
    t = run.step(year)
    return run.part(name)[t - 3 : t + 1].sum(axis=0)


def test_h800s_are_bought_in_2023_and_h20s_in_2024() -> None:
    """Substitution from the rule predicate alone, and a fall in H100e per unit when the H20 takes over."""
    bought, _, run = _sold()
    units = {n: [bought[run.step(y) - 3 : run.step(y) + 1, CLASSES.index(n)].sum(axis=0) for y in (2023, 2024)]
             for n in ("A800", "H800", "H20")}  # fmt: skip
    assert np.all(units["H800"][0] > 1000)
    assert np.all(units["H800"][1] < 1)
    assert np.all(units["H20"][1] > 3 * units["H20"][0])
    per_unit = [
        yearly(run, "flows_china.legal", y)
        / bought[run.step(y) - 3 : run.step(y) + 1, : len(US_CLASSES)].sum(axis=(0, 1))
        for y in (2023, 2024)
    ]
    assert np.all(per_unit[1] < 0.5 * per_unit[0])


def test_buyers_rush_in_the_quarter_before_the_rule_of_october_2023() -> None:
    _, _, run = _sold()
    legal = run.part("flows_china.legal")
    before, rush, after = (legal[run.quarters.index(q)] for q in ("2023-Q2", "2023-Q3", "2023-Q4"))
    assert np.median(rush) > 1.15 * np.median(before)
    assert np.median(rush) > 1.15 * np.median(after)
    assert np.mean((rush > before) & (rush > after)) > 0.7, "the rush is a matter of luck"


def test_an_edge_variant_appears_only_after_the_data_and_only_within_the_rule() -> None:
    bought, _, run = _sold()
    edge = bought[:, CLASSES.index("EDGE")]
    assert np.abs(edge[: run.quarters.index("2027-Q1")]).max() < 1e-3
    from sim.engine.inputs import Inputs

    for design in Inputs(BASE, 21).designs.values():
        k = CLASSES.index("EDGE")
        spec = Specification(design.tpp[k], design.density[k], design.bandwidth[k], design.link[k], "2026-11-15")
        assert verdict(history(), spec, "2026-11-15").approval > 0
        assert spec.tpp < 21_000
    assert set(VARIANTS) == {"A800", "H800", "H20", "EDGE"}


def test_china_buys_ahead_of_a_dated_rule_after_the_data_too_as_far_as_a_cap_lets_it() -> None:
    rule = {
        "id": "mine", "start": "2028-01-01", "issuer": "us", "scope": "sale", "measure": "deny", "priority": 90,
        "destination": "china", "title": "A rule", "summary": "A rule of one's own.", "source": "a test",
        "as_of": "2026-11-01", "tier": "judgment",
    }  # fmt: skip
    open_ = BASE.with_levers(import_permission=100, licence_approval=100, licence_tpp=600, licence_quota=100)
    for spec, more in ((open_, 1.05), (open_.with_levers(licence_quota=10), 1.0)):
        base, ruled = (simulate(s, 16, until=2028) for s in (spec, spec.with_changes(rules=[rule])))
        at = base.quarters.index("2027-Q4")
        legal = [run.part("flows_china.legal").mean(axis=1) for run in (base, ruled)]
        assert np.array_equal(legal[0][:at], legal[1][:at])
        assert legal[1][at] >= more * legal[0][at] * (1 - 1e-9)
        assert legal[1][at + 1] == 0


# --- tighter rules never help --------------------------------------------------------------------------------------

TIGHTER = [
    # lever, from loose to tight, what must not rise
    ("licence_tpp", (600.0, 60.0, 30.0, 10.0, 2.0), "flows_china.legal"),
    ("licence_approval", (100.0, 60.0, 30.0, 10.0, 0.0), "flows_china.legal"),
    ("licence_quota", (100.0, 50.0, 25.0, 5.0, 0.0), "flows_china.legal"),
    ("enforcement", (0.5, 1.0, 3.0, 10.0), "flows_china.diverted"),
    ("location_verification", (0.0, 40.0, 100.0), "flows_china.diverted"),
    ("cloud_rule", (0.0, 40.0, 80.0, 100.0), "flows_china.offshore"),
    ("tool_controls", (0.0, 60.0, 100.0), "flows_china.domestic"),
    ("hbm_controls", (0.0, 60.0, 100.0), "flows_china.domestic"),
]


@pytest.mark.parametrize(("lever", "settings", "output"), TIGHTER, ids=[row[0] for row in TIGHTER])
def test_tighter_rules_never_raise_the_channel_they_close(lever: str, settings: tuple[float, ...], output: str) -> None:
    """Mean over futures of the compute that comes in through the channel from the rule's start to 2030."""
    spec = BASE.with_levers(**LEVERS[lever].setting)
    start = number("2026-Q4") - FIRST
    sums = []
    for value in settings:
        run = simulate(spec.with_levers(**{lever: value}), runs=32, until=2030)
        sums.append(float(run.part(output)[start:].astype(float).sum(axis=0).mean()))
    assert all(loose >= tight for loose, tight in itertools.pairwise(sums)), dict(zip(settings, sums, strict=True))
    assert sums[0] > sums[-1]


def test_without_licences_only_a_weak_variant_is_left() -> None:
    """No product of the catalogue may go; what the designer makes to the edge of the older rules brings far less."""
    wide = BASE.with_levers(import_permission=100)
    closed = simulate(wide.with_levers(licence_tpp=2, licence_approval=0), runs=16, until=2029, keep="ledger")
    start = closed.quarters.index("2027-Q1")
    stock, diverted, retired = (closed.ledger[n] for n in ("stock_china", "diverted", "retired_china"))
    bought = (np.diff(stock, axis=0, prepend=0.0) + retired - diverted)[start:, : len(US_CLASSES)]
    sold = {CLASSES[k] for k in range(len(US_CLASSES)) if bought[:, k].max() > 1}
    assert sold <= {"EDGE"}
    open_ = simulate(wide, runs=16, until=2029)
    legal = [run.part("flows_china.legal")[start:].sum(axis=0).mean() for run in (closed, open_)]
    assert legal[0] < 0.5 * legal[1]


def test_tighter_controls_together_never_raise_chinas_legal_imports() -> None:
    """From free trade through today's rules to everything closed, future by future, from 2027 on."""
    names = ("open_trade", "current_policy", "tight_controls")
    open_, today, tight = (load(name).with_changes(decisions="habit") for name in names)
    loose, close = compare(open_, today, runs=32, until=2030), compare(today, tight, runs=32, until=2030)
    for pair in (loose, close):
        for year in (2028, 2030):
            assert pair.difference("flows_china.legal", year).max() <= 0
