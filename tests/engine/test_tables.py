"""Every table of the engine: calendar years, quarters beside them, and an empty cell where there is nothing."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from scenarios import load
from scenarios.parameters import parameters
from sim.analysis.flips import flips
from sim.batch import Plan, run_study
from sim.ensemble.draws import Draws, draw
from sim.ensemble.rng import Streams
from sim.results.comparison import Comparison
from sim.results.measures import MEASURES
from sim.results.outcomes import scalar
from sim.results.outcomes.scalar import parse
from sim.results.run import Run
from sim.run import simulate

SPLIT = load("current_policy").with_changes(events=({"kind": "allied_split", "date": "2027-Q2", "size": 0.7},))


def check_years(table: pl.DataFrame) -> None:
    """A year is the calendar's, a whole number, and its quarter stands beside it."""
    assert table.schema["year"] == pl.Int64
    assert table.schema["quarter"] == pl.String
    assert (table["quarter"].str.slice(0, 4).cast(pl.Int64) == table["year"]).all()


def check_filled(table: pl.DataFrame) -> None:
    """A number is a number or nothing: no NaN, no infinity."""
    for name, kind in table.schema.items():
        if kind in (pl.Float32, pl.Float64):
            assert table[name].drop_nulls().is_finite().all(), name


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(load("current_policy"), runs=8)


@pytest.mark.parametrize("name", MEASURES)
def test_every_series_has_calendar_years_and_quarters(run: Run, name: str) -> None:
    for table in (run.frame(name), run.quantiles(name)):
        check_years(table)
        check_filled(table)
        ends = pl.col("quarter").str.slice(-1).cast(pl.Float64) / 4 + pl.col("year")
        assert (table["time"] == table.select(ends).to_series()).all()
        of_2030 = table.filter(pl.col("year") == 2030)["quarter"].unique().sort().to_list()
        assert of_2030 == ["2030-Q1", "2030-Q2", "2030-Q3", "2030-Q4"]


def test_the_axes_of_a_run_are_of_its_quarters(run: Run) -> None:
    assert run.years.tolist() == [int(quarter[:4]) for quarter in run.quarters]
    assert (run.years.dtype, run.time[run.step(2030)]) == (np.int64, 2031.0)


def test_tables_by_year_name_the_quarter_that_ends_it(run: Run) -> None:
    other = simulate(load("tight_controls"), runs=8)
    tried = flips(load("current_policy"), 2028, kinds=["lever"], runs=8).frame()
    for table in (run.members(), Comparison(run, other).frame("lead_months"), tried):
        check_years(table)
        check_filled(table)
        assert set(table["quarter"].str.slice(-2)) == {"Q4"}


# ---------------------------------------------------------------------------------------------------- empty cells
def test_no_third_bloc_is_an_empty_cell_and_one_that_comes_is_a_number(library_run: Callable[..., Run]) -> None:
    whole = library_run("tight_controls", 16).members()
    assert whole["third_eci"].null_count() == whole.height
    split = simulate(SPLIT, runs=8, until=2028).members()
    there = split.filter(pl.col("year") >= 2027)["third_eci"]
    assert split.filter(pl.col("year") < 2027)["third_eci"].null_count() == 5 * 8
    assert there.null_count() == 0
    assert (there > 50).all()


def every_outcome() -> list[str]:
    """Every outcome that can be asked, with every part of it."""
    found = []
    for name in scalar.names():
        kind = scalar.made().get(name) or parse_series(name)
        found += [f"{name}{f'.{part}' if part else ''}{'@2028' if kind.dated else ''}" for part in kind.parts or ("",)]
    return found


def parse_series(name: str) -> scalar._Kind:
    return scalar._series(name, tuple(row.actor for row in SPLIT.roster()))


def test_studies_hold_an_empty_cell_for_what_a_future_does_not_have(tmp_path) -> None:
    """Every outcome in one study, where some futures have none: in its files and in its table."""
    plan = Plan(name="all", scenarios=[SPLIT, "tight_controls"], members=32, outcomes=every_outcome(), until=2028)
    study = run_study(plan, tmp_path)
    rows, table = study.scan().collect(), study.table()
    check_filled(rows)
    check_filled(table)
    missing = {name for name in rows.columns if rows[name].null_count()}
    assert {"frontier.third@2028", "third_behind_months@2028", "crossing_year.china"} <= missing
    assert missing <= {str(outcome) for outcome in plan.asked if outcome.may_not_exist}
    third = rows.group_by("scenario").agg(pl.col("frontier.third@2028").null_count()).rows_by_key("scenario")
    assert third == {"current_policy": [(0,)], "tight_controls": [(32,)]}
    exists = table.filter(pl.col("scenario") == "tight_controls")["frontier.third@2028 exists"].item()
    assert exists == 0


@pytest.fixture(scope="module")
def runs_asked(run: Run) -> list[Run]:
    return [run, simulate(SPLIT, runs=8), simulate(load("tight_controls"), runs=8)]


@pytest.mark.parametrize("name", every_outcome())
def test_no_outcome_has_a_number_that_stands_for_nothing(name: str, runs_asked: list[Run]) -> None:
    """What does not exist is NaN in arrays; no number is infinite, or far below every real one."""
    outcome = parse(name)
    for run in runs_asked:
        values = outcome.of(run)
        assert outcome.may_not_exist or np.isfinite(values).all()
        assert not np.isinf(values).any()
        # Money may be negative: what China pays above the list price, where it is below.
        assert np.nanmin(values, initial=0) > -900 or "usd" in name


def test_summaries_have_none_for_what_is_not_reached(run: Run) -> None:
    def numbers(content: object) -> list[float]:
        if isinstance(content, dict):
            return [n for value in content.values() for n in numbers(value)]
        return [content] if isinstance(content, float) else []

    assert np.isfinite(numbers(run.summary())).all()
    assert min(numbers(run.summary())) > -900


def test_every_parameter_is_declared_where_the_model_reads_it() -> None:
    """The type checker knows the names of `Draws`; one that is in the table alone would pass for a typing error."""
    drawn = draw(load("current_policy"), Streams(0, 0, 2, 20))
    assert set(Draws.__annotations__) == set(vars(drawn))
    assert set(parameters()) <= set(Draws.__annotations__)
