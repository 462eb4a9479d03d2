"""Chips are neither made nor lost on the way, and nothing physical is exceeded."""

from collections.abc import Callable

import numpy as np
import pytest

from scenarios import load
from sim.engine.context import ASCEND
from sim.engine.phases.build import LIFE
from sim.engine.world import World
from sim.equations.chips import CHINESE, CLASSES, MAIN_CLASSES, US_CLASSES, VARIANTS, catalogue
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


def test_us_designed_chips_made_are_delivered_or_kept_on_the_shelf(run: Run) -> None:
    """made(t) + inventory(t−1) = delivered(t) + inventory(t), per US-designed class.

    `made` is the production of the quarter with the variants cut for China; `delivered` includes the legal sales to
    China and what is diverted or seized afterwards.
    """
    made, delivered, inventory = (run.ledger[name][:, :US_N] for name in ("made", "delivered", "inventory"))
    close(made + before(inventory), delivered + inventory, made, inventory)
    assert delivered.sum() > 0


def test_chinese_chips_made_are_sold_or_unsold(run: Run) -> None:
    """Σ made·h(t) − Σ delivered·h(t) is the change of the unsold stock, which starts at nothing and is never negative.

    Generations change over in between, and an unsold equivalent is sold in the form of its day, so the balance holds
    in H100e over the Chinese classes together.
    """
    h = catalogue().h100e[US_N:]
    made, delivered = (np.einsum("k,tkr->tr", h, run.ledger[name][:, US_N:]) for name in ("made", "delivered"))
    unsold = (made - delivered).cumsum(axis=0)
    assert made[-1].min() > 0
    assert unsold.min() >= -1e-9 * made.sum(axis=0).max()


def test_chinese_unsold_chips_are_carried_over(make_world: Callable[..., World]) -> None:
    """Per quarter: output + unsold(t−1) = sold + unsold(t), in 910C equivalents, read from a world in the making."""
    w = make_world(load("open_trade"), runs=16, until=2028)
    k910, h = CLASSES.index(CHINESE[0]), catalogue().h100e[US_N:, None]
    kept = False
    for _ in range(w.inputs.steps):
        unsold = w.state.unsold_chinese.copy()
        w.step()
        made = (h * w.now.made_chinese).sum(axis=0) / catalogue().h100e[k910]
        sold = (h * w.now.delivery.china[ASCEND]).sum(axis=0) / catalogue().h100e[k910]
        close(made + unsold, sold + w.state.unsold_chinese, made, unsold)
        kept = kept or bool((w.state.unsold_chinese > 1).any())
    assert kept, "no future ever had an unsold Chinese chip: the test tests nothing"


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


def test_variants_use_the_dies_of_the_lines_they_are_cut_from(make_world: Callable[..., World]) -> None:
    """Production of the main classes and the dies in variants together use exactly the capacity of the quarter.

    Merchant lines give up the capacity that legal sales to China take; custom lines make no variants.
    """
    w = make_world(load("open_trade"), runs=16, until=2028)
    for _ in range(w.inputs.steps):
        shelf = w.state.inventory.copy()
        w.step()
        h = w.context.chips.h100e[:, None]
        made = w.now.ledger["delivered"] + w.state.inventory - shelf - np.where(
            np.arange(len(CLASSES))[:, None] < US_N, w.now.delivery.china - w.now.ledger["diverted"], np.inf
        )  # fmt: skip
        used = (made[:CUSTOM] * h[:CUSTOM]).sum(axis=0) + w.now.dies
        close(used, w.now.made_to_order, used)
        close(made[CUSTOM] * h[CUSTOM], w.now.capacity[CUSTOM])


def test_nothing_is_negative_and_everything_is_finite(run: Run) -> None:
    for name, values in {**run.series, **run.ledger}.items():
        assert np.isfinite(values).all(), name
        if name not in ("efficiency", "capability"):
            # Stocks are sums and differences of large numbers: a rounding error below a chip is not a chip.
            assert values.min() >= -1e-9 * np.abs(values).max(), (name, values.min())


def test_shares_of_compute_add_to_one(run: Run) -> None:
    for name in ("use_us", "use_china"):
        np.testing.assert_allclose(run[name].sum(axis=1), 1, rtol=1e-6)


def test_power_used_is_available_and_below_what_the_world_has(run: Run) -> None:
    used, available = run["power_used"], run["power"]
    assert np.all(used <= available * (1 + 1e-6))
    assert run.part("power_used.world").max() < 0.5 * WORLD_ELECTRICITY_MW


def test_ai_takes_less_than_a_fifth_of_the_worlds_electricity_by_2032(library_run: Callable[..., Run]) -> None:
    run = library_run("current_policy", runs=32, until=2032, keep="ledger")
    assert np.median(run.part("power_used.world")[-1]) < 0.2 * WORLD_ELECTRICITY_MW


def test_only_main_classes_lie_on_shelves(run: Run) -> None:
    others = [k for k, name in enumerate(CLASSES) if name not in MAIN_CLASSES]
    assert not run.ledger["inventory"][:, others].any()
