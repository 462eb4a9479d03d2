"""The flow of chips adds up to the engine's ledger, in every scenario and every year."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from scenarios import load, names
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from sim.engine.inputs import Inputs
from sim.equations.chips import US_CLASSES
from sim.results import flows
from sim.results.run import Run
from sim.run import simulate

BASE = load("current_policy")
US_N = len(US_CLASSES)
CLOSE = {"rel": 2e-6, "abs": 1.0}
"""Series are kept in single precision; one chip is nothing."""


@pytest.fixture(params=names())
def run(request: pytest.FixtureRequest, library_run: Callable[..., Run]) -> Run:
    return library_run(request.param, runs=16, until=2032, keep="ledger")


def in_h100e(run: Run, name: str, classes: slice = slice(None)) -> np.ndarray:
    """A table of the ledger in H100-equivalents, mean over futures, (T,); a variant counts as it is designed then."""
    designs = Inputs(run.spec, len(run.quarters)).designs
    h = np.stack([designs[max(s for s in designs if s <= t)].h100e for t in range(len(run.quarters))])
    return np.einsum("tk,tkr->tr", h[:, classes], run.ledger[name][:, classes]).mean(axis=-1)


def summed(table: pl.DataFrame, stage: str, **ends: object) -> float:
    """Chips of the links of a stage from or to some nodes."""
    found = table.filter(pl.col("stage") == stage)
    for end, nodes in ends.items():
        wanted = [nodes] if isinstance(nodes, str) else list(nodes)  # type: ignore[call-overload]
        found = found.filter(pl.col({"source": "from", "target": "to"}.get(end, end)).is_in(wanted))
    return float(found["h100e"].sum())


def adds_up(table: pl.DataFrame) -> None:
    """What reaches a node in one stage leaves it in the next."""
    for stage, following in (("owner", "place"), ("place", "user")):
        reached = set(table.filter(pl.col("stage") == stage)["to"]) - {*flows.ENDS}
        left = set(table.filter(pl.col("stage") == following)["from"])
        for node in reached | left:
            came, went = summed(table, stage, target=node), summed(table, following, source=node)
            assert came == pytest.approx(went, **CLOSE), (stage, node)


def test_sums_are_those_of_the_ledger_in_every_year(run: Run) -> None:
    made = in_h100e(run, "made", slice(0, US_N)), in_h100e(run, "made", slice(US_N, None))
    ledger = {name: in_h100e(run, name) for name in ("seized", "retired", "diverted", "stock", "stock_china")}
    every = flows.links(run)
    assert every["year"].unique().to_list() == list(range(2023, run.until + 1))
    for year in range(2023, run.until + 1):
        t, table = run.step(year), every.filter(pl.col("year") == year)
        quarters = slice(t - 3, t + 1)
        assert summed(table, "owner", source="us_designed") == pytest.approx(made[0][quarters].sum(), **CLOSE)
        assert summed(table, "owner", source="chinese_made") == pytest.approx(made[1][quarters].sum(), **CLOSE)
        for node, name in (("seized", "seized"), ("retired", "retired"), ("china_smuggled", "diverted")):
            assert summed(table, "owner", target=node) == pytest.approx(ledger[name][quarters].sum(), **CLOSE)
        assert summed(table, "owner", source="earlier") == pytest.approx(ledger["stock"][t - 4], **CLOSE)
        assert summed(table, "place") == pytest.approx(ledger["stock"][t], **CLOSE)
        china = summed(table, "place", source=flows.CHINA_OWNS)
        assert china == pytest.approx(ledger["stock_china"][t], **CLOSE)
        assert (table["h100e"] > 0).all()
        adds_up(table)


def test_users_are_those_of_the_log(run: Run) -> None:
    """China uses what it owns and has power for, and what it rents; hosts use the rest of theirs."""
    for year in (2026, 2032):
        t, table = run.step(year), flows.links(run, [year])
        running, hired = (run[name][t].mean(axis=-1, dtype=float) for name in ("running_h100e", "rented_chips"))
        china = run.actors.index("china")
        assert summed(table, "user", target="china") == pytest.approx(running[china] + hired.sum(), **CLOSE)
        assert summed(table, "user", target="united_states") == pytest.approx(running[0] - hired[0], **CLOSE)
        assert summed(table, "place", target="waiting") == pytest.approx(
            run["owned_h100e"][t].mean(axis=-1, dtype=float).sum() - running.sum(), rel=1e-5, abs=500.0
        )


def test_rented_chips_are_the_share_of_compute_that_is_rented(library_run: Callable[..., Run]) -> None:
    run = library_run("current_policy", runs=16, until=2032, keep="ledger")
    hosts = np.arange(len(run.actors)) != run.actors.index("china")
    used, rented = (run[name][:, hosts].astype(float) for name in ("compute_train", "rented_from"))
    chips, running = (run[name][:, hosts].astype(float) for name in ("rented_chips", "running_h100e"))
    np.testing.assert_allclose(chips / running, rented / (used + rented), rtol=1e-5, atol=1e-9)


def test_us_chips_stand_where_the_table_of_actors_says_while_there_is_power(library_run: Callable[..., Run]) -> None:
    """At first every territory has power for its share; later the rest moves to where there is room."""
    run = library_run("current_policy", runs=16, until=2032, keep="ledger")
    shares = np.array([row.hosts_us_share for row in run.spec.roster()])
    at_home = run["us_chips_in"][0].mean(axis=-1) / run["running_h100e"][0, 0].mean()
    power = run["running_h100e"][0] >= run["owned_h100e"][0] * (1 - 1e-6)
    assert at_home.sum() == pytest.approx(1.0, rel=1e-5)
    assert power[0].all()
    elsewhere = ~power.all(axis=-1)  # who lacks power for its own chips has none for those of others
    np.testing.assert_allclose(at_home[~elsewhere][1:], shares[~elsewhere][1:], rtol=0.02)
    assert run["us_chips_in"][:, run.actors.index("china")].max() == 0.0, "none of them stand in China"


def test_a_variant_that_is_designed_anew_has_a_node_of_its_own() -> None:
    """Variants sold before a rule changes count like those designed after it: the books have less than they had."""
    rule = {
        "id": "later", "start": "2029-01-01", "issuer": "us", "scope": "sale", "measure": "deny", "tpp_min": 1000,
        "priority": 99, "title": "A lower threshold", "summary": "Only weak chips.", "source": "none, for a test",
        "as_of": "2026-09-30", "tier": "judgment",
    }  # fmt: skip
    run = simulate(BASE.with_levers(import_permission=100).with_changes(rules=[rule]), runs=8, keep="ledger")
    every = flows.links(run)
    again = every.filter((pl.col("from") == "rerated") | (pl.col("to") == "rerated"))
    assert again.select("year", "from", "kind").rows() == [(2029, "earlier", "flow")]
    assert again["h100e"].item() > 1000
    for year in range(2023, 2033):
        table = every.filter(pl.col("year") == year)
        adds_up(table)
        assert summed(table, "place") == pytest.approx(in_h100e(run, "stock")[run.step(year)], **CLOSE)
        assert summed(table, "owner", source="earlier") == pytest.approx(
            in_h100e(run, "stock")[run.step(year) - 4], **CLOSE
        )


@settings(max_examples=12)
@given(st.data())
def test_any_policy_adds_up(data: st.DataObject) -> None:
    moved = data.draw(st.lists(st.sampled_from(sorted(LEVERS)), unique=True, max_size=6))
    levers = {name: data.draw(st.floats(LEVERS[name].low, LEVERS[name].high)) for name in moved}
    run = simulate(BASE.with_levers(**levers), runs=4, keep="ledger")
    every = flows.links(run)
    for year in (2026, 2029, 2032):
        table, t = every.filter(pl.col("year") == year), run.step(year)
        adds_up(table)
        assert summed(table, "place") == pytest.approx(in_h100e(run, "stock")[t], **CLOSE)
        made = in_h100e(run, "made")[t - 3 : t + 1].sum()
        assert summed(table, "owner", source=("us_designed", "chinese_made")) == pytest.approx(made, **CLOSE)


def test_totals_are_the_sums_of_links(library_run: Callable[..., Run]) -> None:
    run = library_run("tight_controls", runs=16, until=2032, keep="ledger")
    table, nodes = flows.links(run, [2030]), flows.totals(run, [2030])
    for stage, node, chips in nodes.select("stage", "node", "h100e").iter_rows():
        found = summed(table, "owner", source=node) if stage == "source" else summed(table, stage, target=node)
        assert chips == pytest.approx(found, rel=1e-12)


def test_new_seized_and_retired_chips_are_flows_and_the_rest_stocks(library_run: Callable[..., Run]) -> None:
    table = flows.links(library_run("current_policy", runs=16, until=2032, keep="ledger"), [2030])
    flowing = table.filter(pl.col("kind") == "flow")
    assert set(flowing["from"]) == {"us_designed", "chinese_made", "earlier"}
    assert set(flowing.filter(pl.col("from") == "earlier")["to"]) == {"retired"}
    assert set(table["kind"]) == {"flow", "stock"}


def test_a_run_without_the_series_and_a_year_outside_it_are_refused() -> None:
    run = simulate(BASE, runs=2, until=2028, keep=flows.SERIES)
    assert flows.links(run, [2028]).height > 20
    with pytest.raises(InputError, match="2022"):
        flows.links(run, [2022])
    with pytest.raises(InputError, match="2029"):
        flows.links(run, [2029])
    with pytest.raises(InputError, match="not kept"):
        flows.links(simulate(BASE, runs=2, until=2028, keep=["rented"]), [2028])
