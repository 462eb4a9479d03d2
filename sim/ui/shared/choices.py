"""What nations choose: levels of decisions from a run, and in words what moved most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.decisions import DECISIONS
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quarters import DATA_UNTIL
from scenarios.seats import SEATS
from sim.engine.inputs import inputs_of
from sim.ui.shared.setup import Setup

if TYPE_CHECKING:
    from sim.results.run import Run

SERIES = "decisions"
"""The series that holds the levels."""
TODAY = int(DATA_UNTIL[:4])
"""The year after whose end nations choose for the first time."""
CHOSEN, BY_HABIT, FIXED = "chosen", "habit", "fixed"
TELLING = 0.05
"""Part of a menu by which a level has to move to be worth a word."""
MOST = 2
"""Decisions in the sentence."""
_BY_CITY = ("united_states", "china")
"""Actors whose capital stands for them."""
_DID = {
    "licensing": "sets the strictness of licensing at {} instead of {}",
    "enforcement": "spends {} the 2026 budget on enforcement instead of {}",
    "model_access": "sets limits on access to its models at {} instead of {}",
    "permission": "approves {} of permitted imports instead of {}",
    "push": "sets subsidies for its own chips at {} instead of {}",
    "alignment": "follows US tool controls at {} instead of {}",
    "policing": "polices transit trade at {} instead of {}",
}
"""What an actor does, by decision, with its level and the one that it is set against."""
_WORDS = {"licensing": {"0%": "all sales", "50%": "as written", "100%": "no sales"}}
"""Levels in words, by decision."""
_RATIOS = {"enforcement": {0.5: "halves enforcement", 2.0: "doubles enforcement"}}
"""Ratios in words, by decision."""
_NEAR = 0.05
"""Part by which a ratio may miss a half or a double."""

Span = tuple[float, float, float]


@dataclass(frozen=True)
class Level:
    """Where a decision stands: 5th, 50th and 95th percentile."""

    now: Span
    then: Span
    how: str
    """Whether it is chosen, goes by habit or is fixed in the year that counts."""


Levels = dict[tuple[str, str], Level]
"""Actor and decision → level."""


def levels(run: Run, year: int) -> Levels:
    """Levels of every decision at the end of the last recorded year and of another one."""
    inputs, step = inputs_of(run.spec, len(run.quarters)), run.step(year)
    found = np.quantile(run[SERIES][[run.step(TODAY), step]], (0.05, 0.5, 0.95), axis=-1)
    result: Levels = {}
    for place, (actor, name) in enumerate(inputs.decisions):
        row = inputs.actors.index(actor)
        how = BY_HABIT if inputs.by_habit[name][row, 0] else CHOSEN
        if not np.isnan(inputs.given[name][step, row, 0]):
            how = FIXED
        now, then = ((float(low), float(mid), float(high)) for low, mid, high in found[:, :, place].T)
        result[actor, name] = Level(now, then, how)
    return result


# ------------------------------------------------------------------------------------------------------------ words
def amount(name: str, level: float) -> str:
    """A level: `39%`, `3.4%`, `1.4×`."""
    if DECISIONS[name].unit != "share":
        return f"{level:.0f}×" if level >= 9.95 else f"{level:.1f}×"
    size = 100 * level
    return f"{size:.1f}%".replace(".0%", "%") if 0.05 <= size < 9.95 else f"{size:.0f}%"


def worded(name: str, level: float) -> str:
    """A level as it stands in a table: in words where they say more than the number."""
    text = amount(name, level)
    return _WORDS.get(name, {}).get(text, text)


def span(name: str, level: Span) -> str:
    """The range of nine in ten futures: `12–39%`; one number where it has no width."""
    low, high = amount(name, level[0]), amount(name, level[2])
    return high if low == high else f"{low[:-1]}–{high}"


def fixed_by(chosen: Setup, name: str) -> str:
    """Who holds a decision that is fixed: the user, by its lever or by the license rules, or the scenario."""
    own = [lever for lever in chosen.levers if lever == DECISIONS[name].lever]
    if own:
        return "fixed by you"
    legal = ALL_LEVERS["licensing"]
    rules = [ALL_LEVERS[lever] for lever in chosen.levers if lever != legal.name]
    if name == "licensing" and any((rule.who, rule.output) == (legal.who, legal.output) for rule in rules):
        return "fixed by the license rules that you set"
    return "fixed by the scenario"


def moved(mine: Mapping[tuple[str, str], tuple[float, float]]) -> list[tuple[str, str]]:
    """Actors and decisions whose level and the other one are a telling part of the menu apart, the most first.

    Of each decision only the actor who moves it most.
    """
    apart = {key: abs(_place(key[1], one) - _place(key[1], other)) for key, (one, other) in mine.items()}
    ranked = sorted((key for key in apart if apart[key] >= TELLING), key=lambda key: -apart[key])
    return list({name: (actor, name) for actor, name in reversed(ranked)}.values())[::-1]


def _place(name: str, level: float) -> float:
    """Where on its menu a level stands, 0 to 1; by ratio where the menu begins above zero."""
    low, high = DECISIONS[name].levels[0], DECISIONS[name].levels[-1]
    if low <= 0:
        return (level - low) / (high - low)
    return math.log(max(level, low) / low) / math.log(high / low)


def sentence(mine: Levels, base: Levels, against: str, called: Mapping[str, str]) -> str:
    """What nations choose otherwise than under the reference, the two largest moves.

    Args:
        mine: levels; what is fixed is nobody's choice and has no place here.
        base: levels of the reference.
        against: the reference as it stands after `against`.
        called: actors as they stand inside a sentence.
    """
    both = {
        key: (level.then[1], base[key].then[1]) for key, level in mine.items() if level.how != FIXED and key in base
    }
    habitual = (
        "Nations follow fixed reactions. " if all(level.how != CHOSEN for level in mine.values()) and both else ""
    )
    still = f"No decision differs much from {against}."
    return habitual + _said(both, f"Compared with {against}, ", still, called)


def since(mine: Levels, year: int, called: Mapping[str, str]) -> str:
    """What nations choose differently from today."""
    both = {key: (level.then[1], level.now[1]) for key, level in mine.items() if level.how != FIXED}
    still = f"No decision changes much from the end of {TODAY} to the end of {year}."
    return _said(both, f"At the end of {year}, compared with {TODAY}, ", still, called)


def _said(both: Mapping[tuple[str, str], tuple[float, float]], head: str, still: str, called: Mapping[str, str]) -> str:
    clauses = [_clause(called.get(actor, actor), actor, name, *both[actor, name]) for actor, name in moved(both)[:MOST]]
    if not clauses:
        return still
    return f"{head}{', and '.join(clauses)}."


def _clause(called: str, actor: str, name: str, one: float, other: float) -> str:
    """`Beijing approves 39% of permitted imports instead of 3%`."""
    who = SEATS[actor].city if actor in _BY_CITY else called
    for ratio, did in _RATIOS.get(name, {}).items():
        if other and abs(one / other / ratio - 1) <= _NEAR:
            return f"{who} {did}"
    return f"{who} {_DID[name].format(amount(name, one), amount(name, other))}"


assert set(_DID) == set(DECISIONS)
