"""An event has the range of its kind, lies in the simulated time, and has no field that its kind does not read."""

from typing import Any

import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.events import KINDS, MOST_QUARTERS, USUAL_QUARTERS, Event
from scenarios.schema import Scenario

BASE = load("current_policy")
EVERY = pytest.mark.parametrize("kind", KINDS)


def middle(kind: str) -> float:
    return (KINDS[kind].low + KINDS[kind].high) / 2


def with_event(kind: str, **fields: Any) -> Scenario:
    return BASE.with_changes(events=[{"kind": kind, "date": "2028-Q1", "size": middle(kind), **fields}])


def refused(kind: str, **fields: Any) -> str:
    with pytest.raises(InputError) as told:
        with_event(kind, **fields)
    return str(told.value)


@EVERY
def test_sizes_at_the_ends_of_the_range_are_taken_and_those_beyond_refused(kind: str) -> None:
    low, high = KINDS[kind].low, KINDS[kind].high
    for size in (low, high):
        assert with_event(kind, size=size).events[0].size == size
    for size in (low - 0.01, high + 0.01, -99, 99, 5e9):
        assert f"{kind}: size is {size:g}; the range is {low:g} to {high:g}" in refused(kind, size=size)
    for size in (float("nan"), float("inf"), "large", None):
        assert "size" in refused(kind, size=size)


@EVERY
@pytest.mark.parametrize("date", ["2010-Q1", "2022-Q3", "1999-Q4"])
def test_an_event_before_history_is_refused(kind: str, date: str) -> None:
    assert f"{date} is before the first simulated quarter" in refused(kind, date=date)


@EVERY
@pytest.mark.parametrize("date", ["2028", "2028-Q5", "2028-01-01", "Q1 2028", ""])
def test_a_date_is_a_quarter(kind: str, date: str) -> None:
    assert "is not a quarter" in refused(kind, date=date)


@EVERY
def test_how_long_is_asked_only_of_events_that_end(kind: str) -> None:
    if KINDS[kind].passes:
        assert with_event(kind).events[0].quarters == USUAL_QUARTERS
        assert with_event(kind, quarters=MOST_QUARTERS).events[0].quarters == MOST_QUARTERS
        for wrong in (0, -1, MOST_QUARTERS + 1, 2.5):
            assert "quarters" in refused(kind, quarters=wrong)
    else:
        assert with_event(kind).events[0].quarters is None
        if KINDS[kind].may_end:
            assert with_event(kind, quarters=6).events[0].quarters == 6
            return
        assert f"{kind} has no quarters" in refused(kind, quarters=6)


@EVERY
def test_compliance_is_asked_only_of_an_agreement(kind: str) -> None:
    if KINDS[kind].is_kept:
        assert with_event(kind).events[0].compliance == 1
        for wrong in (-0.1, 1.1):
            assert "compliance" in refused(kind, compliance=wrong)
    else:
        assert f"{kind} has no compliance" in refused(kind, compliance=0.5)


@EVERY
def test_an_event_survives_its_own_dump(kind: str) -> None:
    event = with_event(kind).events[0]
    assert Event.model_validate(event.model_dump()) == event
    assert Event.model_validate_json(event.model_dump_json()) == event
