"""Chips are neither made nor lost on the way, and nothing physical is exceeded."""

from collections.abc import Callable

import numpy as np
import pytest

from scenarios import load, names
from sim.engine.phases.build import LIFE
from sim.engine.phases.record import DIVIDERS
from sim.engine.world import World
from sim.equations import market
from sim.equations.chips import CHINESE, CLASSES, US_CLASSES, VARIANTS, catalogue
from sim.results.run import Run

US_N = len(US_CLASSES)
CUSTOM = CLASSES.index("CUSTOM")
SCENARIOS = ("current_policy", "open_trade", "tight_controls", "taiwan_disruption", "power_limited", "essay_2025:leaky")
WORLD_ELECTRICITY_MW = 3.5e6
"""Average power of all electricity made in the world in 2024: 30,850 TWh over a year (Ember, Global Electricity
Review 2025)."""


@pytest.fixture(params=SCENARIOS)
def run(request: pytest.FixtureRequest, library_run: Callable[..., Run]) -> Run:
    return library_run(request.param, runs=32, until=2032, keep="ledger")


def before(values: np.ndarray, start: np.ndarray | float = 0.0) -> np.ndarray:
    """The values a quarter earlier; the first quarter follows `start`."""
    return np.concatenate([np.broadcast_to(start, values[:1].shape), values[:-1]])


def close(one: np.ndarray, two: np.ndarray, *scale: np.ndarray, rel: float = 1e-9) -> None:
    """The two agree to `rel` of the largest of the quantities that went into them."""
    size = np.maximum.reduce([np.abs(one), np.abs(two), *map(np.abs, scale), np.ones_like(one)])
    worst = np.unravel_index(np.argmax(np.abs(one - two) / size), one.shape)
    assert np.all(np.abs(one - two) <= rel * size), (worst, one[worst], two[worst])


def initial_stock(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Chips of the world and of China before the first quarter, (K, runs): all of them A100s."""
    rows = run.spec.roster()
    a100, units = CLASSES.index("A100"), np.zeros((2, len(CLASSES), run.runs))
    for n, chosen in enumerate((rows, [r for r in rows if r.actor == "china"])):
        h100e = sum(r.stock_2022q3_h100e for r in chosen)
        units[n, a100] = h100e / catalogue().h100e[a100] * run.parameters["supply_scale"]
    return units[0], units[1]


def test_chips_made_are_delivered(run: Run) -> None:
    """made(t) = delivered(t), per class: lines make to order, and Chinese chips are all sold.

    `delivered` includes the legal sales to China and what is diverted or seized afterward.
    """
    made, delivered = run.ledger["made"], run.ledger["delivered"]
    close(made, delivered)
    assert delivered.sum() > 0


def test_every_dollar_is_paid_owed_or_given_up(run: Run) -> None:
    """planned(t) = paid(t) + owed(t) − owed(t−1) + given up(t), per actor and quarter."""
    planned, paid, owed, given_up = (
        run[f"{name}_usd"].astype(float) for name in ("planned", "paid", "backlog", "given_up")
    )
    balance = planned[1:] - paid[1:] - np.diff(owed, axis=0) - given_up[1:]
    size = np.maximum.reduce([planned[1:], paid[1:], owed[1:], owed[:-1], np.ones_like(paid[1:])])
    assert np.abs(balance / size).max() < 1e-6, "kept in single precision"


def test_the_books_balance_to_the_last_dollar(make_world: Callable[..., World]) -> None:
    for name in names():
        w = make_world(load(name), runs=4, until=2032)
        for _ in range(w.inputs.steps):
            owed = w.state.backlog_usd.copy()
            w.step()
            s, q = w.state, w.now
            close(owed + q.placed - s.spending - q.refunded, s.backlog_usd, owed, q.placed)
            assert np.all(q.placed <= s.wished * (1 + 1e-9) + 1)
            assert np.all(s.order_price * (1 - market.LEAST_MARGIN) >= s.cost * (1 - 1e-9))


def test_world_stock_changes_by_deliveries_less_seizures_and_retirement(run: Run) -> None:
    """stock(t) − stock(t−1) = delivered(t) − seized(t) − retired(t), per class, over all owners.

    Diverted chips stay in the world's stock: they only change owner on the way. Seized chips leave it.
    """
    stock, delivered, seized, retired = (run.ledger[n] for n in ("stock", "delivered", "seized", "retired"))
    was = before(stock, initial_stock(run)[0])
    close(stock, was + delivered - seized - retired, stock, was, delivered)


def test_chinas_stock_changes_by_its_purchases_and_diverted_chips(run: Run) -> None:
    """stock_china(t) − stock_china(t−1) = legal + domestic + diverted(t) − retired_china(t).

    What China bought openly follows per class where nobody else can own the class (variants and Chinese chips:
    delivered is all China's) and in H100e over all classes from the recorded flows, which are kept in single precision.
    """
    stock, diverted, retired = (run.ledger[n] for n in ("stock_china", "diverted", "retired_china"))
    bought = stock - before(stock, initial_stock(run)[1]) + retired - diverted
    only = [CLASSES.index(name) for name in (*VARIANTS, *CHINESE)]
    close(bought[:, only], run.ledger["delivered"][:, only], stock[:, only])
    h = run_h100e(run)
    for channel, classes in (("legal", slice(0, US_N)), ("domestic", slice(US_N, None))):
        found = np.einsum("tk,tkr->tr", h[:, classes], bought[:, classes])
        scale = np.einsum("tk,tkr->tr", h[:, classes], stock[:, classes])
        close(found, run.part(f"flows_china.{channel}").astype(float), 1e-2 * scale, rel=1e-6)


def run_h100e(run: Run) -> np.ndarray:
    """H100e per chip by quarter, (T, K): the edge variant is designed anew when a rule changes."""
    from sim.engine.inputs import Inputs

    designs = Inputs(run.spec, len(run.quarters)).designs
    return np.stack([designs[max(s for s in designs if s <= t)].h100e for t in range(len(run.quarters))])


def test_diverted_chips_are_those_that_arrive_in_china(run: Run) -> None:
    """Σ diverted·h per class is the recorded flow, and seized chips are the caught share of what left."""
    h = run_h100e(run)
    diverted = np.einsum("tk,tkr->tr", h, run.ledger["diverted"])
    seized = np.einsum("tk,tkr->tr", h, run.ledger["seized"])
    close(diverted, run.part("flows_china.diverted").astype(float), rel=1e-6)
    close(seized, run.part("seized").astype(float), rel=1e-6)
    assert np.all(run.ledger["diverted"] + run.ledger["seized"] <= run.ledger["delivered"] * (1 + 1e-12))
    assert not run.ledger["diverted"][:, CUSTOM:].any(), "custom chips and variants are not for sale to smugglers"


def test_chips_retire_22_quarters_after_delivery(run: Run) -> None:
    """retired(t) = delivered(t−22) − seized(t−22), beside the stock of the start, which goes within 22 quarters."""
    arrived = run.ledger["delivered"] - run.ledger["seized"]
    retired = run.ledger["retired"]
    close(retired[LIFE:], arrived[:-LIFE], arrived[:-LIFE])
    close(retired[:LIFE].sum(axis=0), initial_stock(run)[0])


def test_lines_make_no_more_than_they_can(make_world: Callable[..., World]) -> None:
    """What is delivered, diverted and cut for China together fits into the capacity of the quarter."""
    w = make_world(load("open_trade"), runs=16, until=2032)
    for _ in range(w.inputs.steps):
        before = w.state.legal_total.copy()
        w.step()
        h = w.context.chips.h100e[:, None]
        licensed = w.state.legal_total - before
        others = w.now.ledger["delivered"] - np.where(np.arange(len(CLASSES))[:, None] < US_N, licensed, np.inf)
        used = (others[:CUSTOM] * h[:CUSTOM]).sum(axis=0) + (w.now.die[:US_N, None] * licensed[:US_N]).sum(axis=0)
        assert np.all(used <= w.now.made_to_order * (1 + 1e-9))
        assert np.all(others[CUSTOM] * h[CUSTOM] <= w.now.capacity[CUSTOM] * (1 + 1e-9))


def test_nothing_is_negative_and_everything_is_finite(run: Run) -> None:
    for name, values in {**run.series, **run.ledger}.items():
        assert np.isfinite(values).all(), name
        if name not in ("efficiency", "capability", "premium", "premium_usd", "accounts"):
            # Stocks are sums and differences of large numbers: a rounding error below a chip is not a chip.
            assert values.min() >= -1e-9 * np.abs(values).max(), (name, values.min())


def test_shares_of_money_compute_and_people_add_to_one(run: Run) -> None:
    for name in ("money_use", "compute_use", "people_use"):
        for actor in DIVIDERS:
            parts = [part for part in run.parts(name) if part.startswith(f"{actor}.")]
            np.testing.assert_allclose(sum(run.part(f"{name}.{part}") for part in parts), 1, rtol=1e-6)


def test_power_used_is_available_and_below_what_the_world_has(run: Run) -> None:
    used, available = run["power_used"], run["power"]
    assert np.all(used <= available * (1 + 1e-6))
    assert run.part("power_used.world").max() < 0.5 * WORLD_ELECTRICITY_MW


def test_ai_takes_less_than_a_fifth_of_the_worlds_electricity_by_2032(library_run: Callable[..., Run]) -> None:
    run = library_run("current_policy", runs=32, until=2032, keep="ledger")
    assert np.median(run.part("power_used.world")[-1]) < 0.2 * WORLD_ELECTRICITY_MW
