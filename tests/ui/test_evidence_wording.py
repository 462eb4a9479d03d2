"""What the Evidence page says follows from the stored runs, and its tables keep to its axes."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import polars as pl
import pytest

from scenarios import load
from scenarios.quarters import DATA_UNTIL, number
from scenarios.tables import table
from sim.ensemble.posterior_draws import weighed
from sim.hindcast.blind import CUTOFFS, Hindcast, Point
from sim.hindcast.kept import kept
from sim.hindcast.record import SERIES
from sim.results.outcomes.china_compute import DEFINITIONS
from sim.run import simulate
from sim.ui.evidence import (
    charts,
    frames,
    html,
    misses,
    tables as evidence_tables,
    wording,
)

KEYS = [frames.FRONTIERS, *((series.key,) for series in SERIES)]


@pytest.fixture(scope="module")
def today() -> frames.Today:
    return frames.today(simulate(load("current_policy"), runs=32))


def point(recorded: float, quantiles: tuple[float, ...], naive: float = 0.0, series: str = "us_eci") -> Point:
    low, q25, mid, q75, high = quantiles
    return Point(
        series, "P5", "2025-Q4", recorded, quantiles, abs(mid - recorded) / 2, q25 <= recorded <= q75,
        low <= recorded <= high, naive, naive,
    )  # fmt: skip


def run(hits: int, total: int, naive: float = 0.0) -> Hindcast:
    band = (90.0, 95.0, 100.0, 105.0, 110.0)
    points = [point(101.0 if k < hits else 130.0, band, naive) for k in range(total)]
    return Hindcast("2024-12", 1, 1.0, tuple(points), {})


@pytest.mark.parametrize(
    ("hits", "word"), [(9, "about right"), (8, "about right"), (7, "too narrow"), (0, "too narrow")]
)
def test_a_test_is_told_by_its_count_and_whether_the_ranges_were_wide_enough(hits: int, word: str):
    found = run(hits, 10)
    assert wording.verdict(found) == (
        f"Given data to the end of 2024 only, {hits} of 10 later figures fell inside this model's 90% range."
    )
    assert wording.tested(found) == f"Ranges {word}: a good range holds about 9."


def test_the_naive_forecasts_are_told_where_they_were_closer():
    assert "on all 1 kinds" not in wording.support(run(10, 10, 101.0))
    assert "on 0 of 1 kinds of figures" in wording.support(run(10, 10, 101.0))


def test_a_run_without_later_figures_says_so():
    found = Hindcast("2024-12", 1, 1.0, (), {})
    assert "not tested" in wording.verdict(found)
    assert wording.support(found) == ""


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_the_verdict_counts_what_the_squares_show(cutoff: str):
    found = kept(cutoff)
    hits, total = map(int, re.search(r"(\d+) of (\d+) later", wording.verdict(found)).groups())
    squares = html.tiles(found).split('class="tilekey"')[0]
    assert len(re.findall(r'<i class="', squares)) == total
    assert squares.count('<i class="out"') == total - hits
    counts = [tuple(map(int, pair)) for pair in re.findall(r"<b>(\d+) of (\d+)</b>", squares)]
    assert (sum(a for a, _ in counts), sum(b for _, b in counts)) == (hits, total)


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_every_miss_is_named_with_its_numbers(cutoff: str):
    found = kept(cutoff)
    missed = {p.series for p in found.points if not p.in90}
    told = {miss.what for miss in misses.outside(found)}
    assert told == {misses.KNOWN[key].label for key in missed}
    for miss in (*misses.outside(found), *misses.beyond(found)):
        assert re.search(r"\d", miss.told)
    rows = html.figures(found)
    assert rows.count("<tr>") - 1 == len(found.points)
    assert rows.count(">outside<") == sum(not p.in90 for p in found.points)


def test_only_errors_beyond_the_limits_are_named():
    band = (90.0, 95.0, 100.0, 105.0, 110.0)
    near = replace(point(100 - misses.LIMITS["eci"], band), quarter="2025-Q4")
    far = replace(point(99.9 - misses.LIMITS["eci"], band), quarter="2025-Q4")
    assert not misses.beyond(Hindcast("2024-12", 1, 1.0, (near,), {}))
    named = misses.beyond(Hindcast("2024-12", 1, 1.0, (far,), {}))
    assert [miss.what for miss in named] == ["US frontier at the end of 2025"]
    assert "4.1 index points too high" in named[0].told
    barely = replace(point(99.97 - misses.LIMITS["eci"], band), quarter="2025-Q4")
    assert "4.03 index points" in misses.beyond(Hindcast("2024-12", 1, 1.0, (barely,), {}))[0].told


@pytest.mark.parametrize("cutoff", CUTOFFS)
@pytest.mark.parametrize("keys", KEYS, ids=lambda keys: keys[0])
def test_a_chart_of_a_blind_run_stays_on_its_axis(cutoff: str, keys: tuple[str, ...]):
    found, axis = kept(cutoff), frames.axis(keys)
    tables = frames.blind(found, keys)
    for column in ("lo90", "mid", "hi90"):
        assert tables["fan"][column].is_between(axis.low, axis.high).all()
    assert tables["recorded"]["y"].is_between(axis.low, axis.high).all()
    edge = f"{cutoff[:4]}-Q4"
    for quarter, state in tables["recorded"].select("quarter", "state").rows():
        assert (state == "known") == (number(quarter) <= number(edge))
    assert len(axis.ticks) == len(axis.labels) >= 2
    assert len(set(axis.labels)) == len(axis.labels)
    assert re.search(r"\d", wording.series_told(found, keys[0]))


def test_values_come_back_in_their_unit():
    for series in SERIES:
        for value, _ in series.figures().values():
            assert float(series.unscaled(series.scale(value))) == pytest.approx(value, rel=1e-6, abs=1e-6)


def test_charts_name_their_tables():
    axis = frames.axis(frames.FRONTIERS)
    for spec in (
        charts.blind(axis),
        charts.asked(axis, 2023, 2032),
        charts.china(axis, 2032),
    ):
        assert "'name'" in str(spec)
        assert "zoom" not in str(spec)


def test_history_says_how_many_inputs_it_moves():
    facts = weighed(DATA_UNTIL).facts
    moved = evidence_tables.moved(facts)
    assert f"The record changes {len(moved)} of {len(facts['parameters'])}" in wording.learned(facts)
    assert evidence_tables.known(facts).count("<li>") == min(evidence_tables.MOST, len(moved))
    assert evidence_tables.still(facts).count("<tr>") - 1 == len(facts["parameters"]) - len(moved)
    assert "narrows" in wording.narrowed((0, 5, 10), (-10, 5, 20))
    assert "from 30 months (−10 to +20) to 10 (0 to +10)" in wording.narrowed((0, 5, 10), (-10, 5, 20))


def test_other_peoples_figures_are_all_there(today: frames.Today):
    assert sum(len(question.rows) for question in today.questions.values()) == len(table("projections"))
    for question in today.questions.values():
        shown = evidence_tables.others(question)
        assert shown.count("<tr>") - 1 == len(question.rows)
        if question.compared:
            axis = frames.question_axis(question)
            tables = frames.asked(question)
            for column in ("value", "low", "high"):
                assert tables["theirs"][column].is_between(axis.low * 0.999, axis.high * 1.001).all(), question.name


def test_the_sentence_on_others_counts_them():
    ours = (1.0, 2.0, 3.0)
    assert wording.others([]) == "We have no figure for the same question"
    assert wording.others([(2, ours), (2.5, ours)]) == "Both published figures are inside our 90% range"
    assert wording.others([(2, ours)]) == "The one published figure is inside our 90% range"
    text = wording.others([(2, ours), (9, ours), (0, ours), (8, ours)])
    assert text == "Of 4 published figures, 1 is inside our 90% range, 2 above it and 1 below it"


def test_the_log_of_changes_is_counted():
    said = "3 changes to the model were tried to fix misses: 1 kept and 2 open"
    assert wording.tried(["kept", "open", "open"]) == said
    assert wording.tried(["rejected"]) == "1 change to the model was tried to fix misses: 1 rejected"
    assert "No change" in wording.tried([])
    shown = evidence_tables.mechanisms(table("mechanisms"))
    assert shown.count("<tr>") - 1 == len(table("mechanisms"))


def test_the_three_definitions_go_from_narrow_to_wide(today: frames.Today):
    last = today.china.filter(pl.col("year") == 2025)
    middles = [last.filter(pl.col("definition") == name)["mid"][0] for name in DEFINITIONS]
    assert np.all(np.diff(middles) > 0)
    for name in DEFINITIONS:
        tables = frames.china(today.china, name)
        assert tables["names"]["on"].sum() == 1
        assert tables["others"]["definition"].n_unique() == 2
    assert frames.published().height >= 3


def test_sources_that_disagree_keep_every_value():
    topics = frames.conflicts()
    text = unescape(evidence_tables.topics(topics))
    assert text.count("<details>") == len(topics)
    assert text.count("<li") == len(table("conflicts"))
    assert text.count('<li class="used"') == sum(row.chosen == "yes" for row in table("conflicts"))


def test_text_from_tables_is_escaped():
    row = replace_text(table("mechanisms")[0])
    assert "<script>" not in evidence_tables.mechanisms([row])


def replace_text(row):
    return row.model_copy(update={"miss": "<script>x</script>", "tried": "<script>", "why": "<script>"})


SPEED = frames.Speed(
    recorded=17.0, simulated=(11.0, 15.0, 21.0), years={2026: (7.0, 14.2, 22.0), 2032: (0.0, 5.4, 12.0)},
    parts={"compute": {2026: 3.0, 2032: 2.0}, "algorithms": {2026: 5.0, 2032: 3.5},
           "reinforcement": {2026: 5.0, 2032: 0.5}, "rest": {2026: 1.2, 2032: 0.4}, "all": {2026: 14.2, 2032: 6.4}},
)  # fmt: skip
FORMS = {"saturates": {2026: 14.0, 2032: 5.0}, "grows_with_base": {2026: 15.0, 2032: 6.0},
         "log_linear": {2026: 14.5, 2032: 5.5}}  # fmt: skip


def test_the_frontiers_slowing_is_told_with_what_loses_most_first() -> None:
    assert wording.slowing(SPEED) == "In the median run, the frontier gains 14 points in 2026 and 5 in 2032"
    assert "From 2026 to 2032: reinforcement −4.5, algorithms −1.5 and compute −1.0." in wording.why_slower(SPEED)
    assert "the record gained 17.0 and the model's own path 15.0 (11.0 to 21.0)" in wording.why_slower(SPEED)


def test_the_frontiers_tables_have_every_year_part_and_form() -> None:
    parts, forms = evidence_tables.speed(SPEED), evidence_tables.forms(FORMS)
    assert all(text in parts for text in ("14.2 (7.0 to 22.0)", "+5.0", "+0.5", "Algorithms"))
    assert all(text in forms for text in ("15.0", "Keeps growing with every tenfold", "2032"))
    assert parts.count("<tr>") == forms.count("<tr>") == 3
