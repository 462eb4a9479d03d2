"""What Teach shows is the record up to its edge, and depends on nothing later than the quarter on the screen."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from scenarios import BASELINE, load
from scenarios.quarters import FIRST, label
from scenarios.tables import table
from sim.results.outcomes import polarity
from sim.results.sealed import letters
from sim.ui.shared import frames, recorded, wording
from sim.ui.shared.setup import Judge
from sim.ui.teach import charts, futures, playback
from tests.ui.reading import raw

PAGE = "sim/ui/teach/page.py"
SCENARIOS = (BASELINE, "china_surge", "tight_controls", "essay_2025:leaky")
OPEN = ("teach_since", "teach_answer")
"""Expanders that a class may open; the teacher's is closed."""
TEACHERS = "teach_teacher"
Parts = list[tuple[str, bytes]]


def shown(name: str) -> futures.Shown:
    return futures.shown(load(name), Judge())


def otherwise(found: futures.Shown, key: str, after: int) -> futures.Shown:
    """The same futures, but for one that goes another way after a quarter: other numbers, and another outcome."""
    f = found.futures[key]
    series = {name: np.where(np.arange(len(path)) > after, 0.6 * path + 3.3, path) for name, path in f.series.items()}
    codes = np.where(np.arange(len(f.codes)) > after, (f.codes + 1) % len(polarity.CLASSES), f.codes)
    return replace(found, futures={**found.futures, key: replace(f, series=series, codes=codes)})


def parts(block) -> Iterator[tuple[str, bytes]]:
    """Everything that a page sends: texts, labels, options, charts with tables and alt texts, and files by content."""
    for child in block.children.values():
        proto = getattr(child, "proto", None)
        if proto is not None:
            yield child.type, proto.SerializeToString(deterministic=True)
        if hasattr(child, "children"):
            yield from parts(child)


class Class:
    """One class at the page, whose place can be set."""

    def __init__(self, page_at: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, scenario: str):
        self.found, self.patch = shown(scenario), monkeypatch
        self.test = page_at(PAGE, **({} if scenario == BASELINE else {"scenario": scenario}))

    def sees(self, key: str, t: int, *, opened: bool, of: futures.Shown | None = None) -> Parts:
        self.patch.setattr(futures, "shown", lambda spec, judge: of or self.found)
        place = f"{self.found.spec.digest()}{self.found.judge}"
        guess = {"outcome": "several", "guess": 4.0} if opened else {}
        self.test.session_state["teach_seat"] = playback.Seat(key=key, t=t, opened=opened, of=place, **guess)
        for name in OPEN:
            self.test.session_state[name] = key != futures.MEDIANS  # a claim's medians can be those of the medians
        self.test.run().run()  # the second time no control is told anew what it holds
        assert not self.test.exception
        seen = [*parts(self.test.main), *parts(self.test.sidebar)]
        assert {"html", "vega_lite_chart", "download_button", "selectbox"} <= {kind for kind, _ in seen}
        return [*seen, ("address", repr(sorted(self.test.query_params.items())).encode())]


@pytest.fixture
def classroom(page_at: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Class]:
    return lambda scenario: Class(page_at, monkeypatch, scenario)


# ------------------------------------------------------------------------------------------------------------- the past
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_quarter_of_the_past_is_the_record(name: str):
    """Sentence, charts and tables of every future, read against the table of the record itself."""
    found = shown(name)
    eci = {(row.actor, row.quarter): row.eci for row in table("frontier_quarters")}
    for key, future in found.futures.items():
        for t in range(found.edge + 1):
            us, china = (eci[seat, found.quarter(t)] for seat in frames.SEATS)
            lead = float(recorded.lead_by("fixed_pace")[t])
            said = playback.stand(found, future, t)
            assert said.startswith(f"Recorded, end of {wording.last_month(found.quarter(t))}: index {us:.0f} for")
            assert f"{china:.0f} for the best Chinese one; {wording.lead(lead)}." in said
            assert ("Partly estimated" in said) == (not recorded.scored(t))
            path, months = charts.tables(found, future, t, None)
            for drawn in (path["path"], months["months"]):
                assert charts.SIMULATED not in drawn["what"].to_list()
                assert drawn["quarter"].to_list()[-1] == found.quarter(t)
                unscored = {label(FIRST + k) for k in range(t + 1) if not recorded.scored(k)}
                assert set(drawn.filter(pl.col("what") == charts.ESTIMATED)["quarter"]) == unscored
            ends = dict(path["path"].group_by("who").last().select("who", "y").rows())
            assert ends == {"United States": round(us, 2), "China": round(china, 2)}, (key, t)
            assert months["months"]["y"][-1] == pytest.approx(lead, abs=0.006)


@pytest.mark.parametrize("name", ["china_surge", "essay_2025:leaky"])
def test_no_simulated_number_is_on_the_page_before_the_edge(classroom: Callable[[str], Class], name: str):
    """A future whose whole past is another one shows the same page in every quarter of the data."""
    room = classroom(name)
    for t in range(room.found.edge + 1):
        key = ("us_ahead", "china_ahead", futures.MEDIANS)[t % 3]
        key = key if key in room.found.futures else f"{futures.SEALED}2"
        other = otherwise(room.found, key, after=-1)
        assert room.sees(key, t, opened=False) == room.sees(key, t, opened=False, of=other), (key, t)


def test_what_is_assumed_of_a_year_with_data_says_so(classroom: Callable[[str], Class]):
    room = classroom(BASELINE)
    room.sees("two_power", room.found.edge + 2, opened=True)
    said = raw(room.test)
    assert "a year before, assumed)" in said
    assert "a year before)" in said  # what was paid for chips is recorded
    room.sees("two_power", room.found.edge + 6, opened=True)
    assert "a year before, assumed)" not in raw(room.test)


# ----------------------------------------------------------------------------------------------------------- the ending
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_on_the_page_depends_on_a_later_quarter(classroom: Callable[[str], Class], name: str):
    """All texts, charts with their tables, downloads and the address, before and after the guess."""
    room = classroom(name)
    edge, last = room.found.edge, room.found.last
    keys = [key for key in ("drawn1", "us_ahead", "two_power", "china_ahead", "medians") if key in room.found.futures]
    quarters = [(0, False), (edge, False), (edge, True), (edge + 1, True), (28, True), (last - 1, True)]
    for n, (t, opened) in enumerate(quarters):
        for key in keys[n % 2 :: 2]:
            other = otherwise(room.found, key, after=t)
            assert room.sees(key, t, opened=opened) == room.sees(key, t, opened=opened, of=other), (key, t)
    for key in keys:  # and at the end it is told
        other = otherwise(room.found, key, after=last - 1)
        assert room.sees(key, last, opened=True) != room.sees(key, last, opened=True, of=other), key


@pytest.mark.parametrize("name", SCENARIOS)
def test_tables_hold_no_later_quarter_and_axes_do_not_move(name: str):
    found = shown(name)
    for key, future in found.futures.items():
        for t in range(found.last + 1):
            path, months = charts.tables(found, future, t, None)
            for drawn in (path["path"], months["months"]):
                assert max(drawn["quarter"]) == found.quarter(t), key
    domains = [str(spec).count(str(list(span))) for spec, span in
               ((charts.specs()["path"], frames.ECI), (charts.specs()["months"], frames.LEAD))]  # fmt: skip
    assert min(domains) >= 1


@pytest.mark.parametrize("name", SCENARIOS)
def test_names_and_addresses_of_futures_tell_no_outcome(name: str):
    found = shown(name)
    seat = playback.Seat(key="drawn3")
    told = playback.options(found, seat)
    for key in told:
        place = replace(seat, key=key, t=30)
        words = f"{told[key]} {playback.public(found, key)} {playback.written(found, place)}"
        words += f" {playback.name_of(found, place)} {playback.about(found, place)}"
        words = words.replace(found.spec.title, "").lower()  # a policy may be called what it is
        for outcome in (*polarity.CLASSES, *polarity.LABELS.values(), "polar", "well ahead", "race", "powers"):
            assert outcome.lower() not in words, (key, outcome)


def test_a_letter_means_another_ending_in_another_scenario():
    orders = {tuple(letters(name).items()) for name in ("current_policy", "tight_controls", "open_trade", "truce_ends")}
    assert len(orders) >= 3
    assert all(sorted(letters(name).values()) == [*"ABCD"] for name in SCENARIOS)


def test_what_tells_the_ending_is_made_only_when_the_teacher_opens_it(classroom: Callable[[str], Class]):
    room = classroom(BASELINE)
    room.sees("two_power", room.found.edge, opened=False)
    assert [button.proto.label for button in room.test.get("download_button")] == ["Worksheet"]
    room.test.session_state[TEACHERS] = True
    room.test.run()
    assert [button.proto.label for button in room.test.get("download_button")] == [
        "Worksheet", "Answers", "Teacher's page",
    ]  # fmt: skip
    assert "Two-power race (bipolar)</td>" in raw(room.test)
