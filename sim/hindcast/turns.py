"""Choices on the record: the rules by which nations choose, scored on every recorded turn against plain persistence.

**The rules** are run unforced (`sim.hindcast.unforced`). Of the year that begins with a quarter they say how likely a
decision is to move up, not at all, or down. `p` of a turn is what they said, the quarter before, of its direction.

**Persistence** says that nothing changes, except as often as it usually does: the share of the other years of those who
take the same decision in which it went that way. The year of the turn itself is left out. One year of no opinion, a
third each way, is added, so that it never says never. It knows how often turns come over the whole record, which nobody
knew at the time: that favors it.

**Turns alone** would favor a rule that always turns. So every year of every decision counts too, as up, none or down;
a year with turns both ways counts by their shares. The last year ends with the record.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from scenarios import BASELINE, load
from scenarios.decisions import DECISIONS, pairs
from scenarios.quarters import DATA_UNTIL, FIRST, number, of_date
from scenarios.tables import Turn, table
from sim.checks import check_runs, checked
from sim.hindcast.stored import FOLDER, write_lines
from sim.hindcast.unforced import Outcome, Outlook, Pair, outlooks

RUNS = 256
"""Members over which the kept score is a mean."""
YEARS = tuple(range(FIRST // 4 + 1, number(DATA_UNTIL) // 4 + 1))
"""Years that are scored: all after the first quarter."""
LEAST = 0.01
"""A chance below this counts as this in the log score, for the rules and for persistence alike."""
Forecast = Literal["rules", "standing", "persistence"]
FORECASTS: dict[Forecast, str] = {
    "rules": "The rules, from their own level",
    "standing": "The rules, from the recorded level",
    "persistence": "Persistence",
}
"""What is scored, in words."""
NONE = Outcome(0.0, 1.0, 0.0)


@dataclass(frozen=True)
class Called:
    """A recorded turn and how likely each forecast held it, 0 to 1."""

    id: str
    date: str
    actor: str
    decision: str
    direction: str
    title: str
    p: float
    """By the rules, from the level that they had reached themselves."""
    standing_p: float
    """By the rules, from the recorded level."""
    opposite_p: float
    """By the rules, of a turn the other way."""
    persistence_p: float

    @property
    def better(self) -> bool:
        """Whether the rules held it likelier than persistence did."""
        return self.p > self.persistence_p

    @property
    def miss(self) -> str:
        """What the model got wrong, in a sentence; empty where it did better than persistence."""
        if self.better:
            return ""
        mine, other, plain = (round(100 * p) for p in (self.p, self.opposite_p, self.persistence_p))
        if other > mine:
            return f"The model leaned the wrong way: {other} in 100 for the opposite, {mine} for this."
        return f"The model gave it a chance of {mine} in 100; counting past turns gave {plain}."


@dataclass(frozen=True)
class Year:
    """A year of one actor's decision: what came, and what each forecast had said."""

    actor: str
    decision: str
    year: int
    came: Outcome
    """Shares of its turns; no change where there was none."""
    rules: Outcome
    standing: Outcome
    persistence: Outcome


@dataclass(frozen=True)
class Scored:
    """Turns and years with their forecasts."""

    runs: int
    seed: int
    turns: tuple[Called, ...]
    years: tuple[Year, ...]

    @property
    def better(self) -> int:
        """Turns that the rules held likelier than persistence did."""
        return sum(turn.better for turn in self.turns)

    def on_turns(self) -> dict[Forecast, dict[str, float]]:
        """Mean Brier score (0 to 1) and log score (nats) over turns by forecast; lower is better."""
        chances: dict[Forecast, list[float]] = {
            "rules": [t.p for t in self.turns], "standing": [t.standing_p for t in self.turns],
            "persistence": [t.persistence_p for t in self.turns],
        }  # fmt: skip
        return {
            name: {
                "brier": _plain(np.mean([(1 - p) ** 2 for p in of])),
                "log": _plain(np.mean([_surprise(p) for p in of])),
            }
            for name, of in chances.items()
        }

    def on_years(self) -> dict[Forecast, dict[str, float]]:
        """Mean Brier score (0 to 2) and log score (nats) over the three outcomes of a year; lower is better."""
        return {
            name: {
                "brier": _plain(np.mean([brier(getattr(y, name), y.came) for y in self.years])),
                "log": _plain(np.mean([surprise(getattr(y, name), y.came) for y in self.years])),
            }
            for name in FORECASTS
        }

    def summary(self) -> dict[str, Any]:
        """Everything that is kept."""
        return {
            "runs": self.runs, "seed": self.seed, "better": self.better, "on_turns": self.on_turns(),
            "on_years": self.on_years(), "turns": [asdict(t) for t in self.turns],
            "years": [asdict(y) for y in self.years],
        }  # fmt: skip


# --- scores ----------------------------------------------------------------------------------------------------------


def _surprise(p: float) -> float:
    return -math.log(max(p, LEAST))


def brier(said: Outcome, came: Outcome) -> float:
    """Squared distance of chances from what came, over three outcomes (Brier 1950), 0 to 2."""
    return sum((p - share) ** 2 for p, share in zip(said, came, strict=True))


def surprise(said: Outcome, came: Outcome) -> float:
    """Log score of chances by what came, nats: the mean over turns where a year has them both ways."""
    return sum(share * _surprise(p) for p, share in zip(said, came, strict=True) if share)


def came(turns: Sequence[Turn], pair: Pair, year: int) -> Outcome:
    """How a decision turned in a year: shares of its turns up and down, or no change."""
    ways = [t.direction for t in turns if (t.actor, t.decision) == pair and t.date[:4] == str(year)]
    return Outcome(ways.count("up") / len(ways), 0.0, ways.count("down") / len(ways)) if ways else NONE


def persistence(turns: Sequence[Turn], takers: Sequence[Pair], pair: Pair, year: int) -> Outcome:
    """How often the decision of a pair goes each way in a year, by all other years of all who take it.

    Args:
        turns: the recorded turns.
        takers: every actor with every decision that it takes.
        pair: the actor and its decision.
        year: the year that is left out.
    """
    others = [
        came(turns, other, then) for other in takers if other[1] == pair[1]
        for then in YEARS if (other, then) != (pair, year)
    ]  # fmt: skip
    up, none, down = ((sum(ways) + 1 / 3) / (len(others) + 1) for ways in zip(*others, strict=True))
    return Outcome(up, none, down)


@checked
def scored(runs: int = RUNS, seed: int = 0) -> Scored:
    """Score the rules of current policy on every recorded turn and year.

    Args:
        runs: members of the ensemble, 1 to 100,000.
        seed: names the dice.

    Raises:
        InputError: when a number is out of range.
    """
    check_runs(runs)
    spec = load(BASELINE)
    takers = pairs((row.actor, row.kind) for row in spec.roster())
    turns, years = score(table("turns"), takers, outlooks(spec, runs, seed))
    return Scored(runs, seed, turns, years)


def score(
    turns: Sequence[Turn], takers: Sequence[Pair], said: dict[int, Outlook]
) -> tuple[tuple[Called, ...], tuple[Year, ...]]:
    """Every turn and every year of every decision, with what each forecast said.

    Args:
        turns: recorded turns.
        takers: every actor with every decision that it takes.
        said: what the rules say of the year that begins with a quarter, by its number.
    """
    years = tuple(
        Year(*pair, year, *map(_rounded, (
            came(turns, pair, year), said[4 * year].unforced[pair], said[4 * year].standing[pair],
            persistence(turns, takers, pair, year),
        ))) for pair in takers for year in YEARS
    )  # fmt: skip
    return tuple(_called(turn, turns, takers, said[of_date(turn.date)]) for turn in turns), years


def _called(turn: Turn, turns: Sequence[Turn], takers: Sequence[Pair], said: Outlook) -> Called:
    pair, way = (turn.actor, turn.decision), turn.direction
    rules, standing = said.unforced[pair], said.standing[pair]
    plain = persistence(turns, takers, pair, int(turn.date[:4]))
    return Called(
        turn.id, turn.date, *pair, way, turn.title, _plain(getattr(rules, way)), _plain(getattr(standing, way)),
        _plain(rules.down if way == "up" else rules.up), _plain(getattr(plain, way)),
    )  # fmt: skip


def _rounded(chances: Outcome) -> Outcome:
    return Outcome(*(round(p, 4) for p in chances))


def _plain(value: Any) -> float:
    return float(f"{float(value):.4g}")


# --- the kept score --------------------------------------------------------------------------------------------------

PATH = FOLDER / "turns.json"


def keep(found: Scored) -> Path:
    """Store a score in the repository."""
    kept.cache_clear()
    return write_lines(found.summary(), PATH)


@cache
def kept() -> Scored:
    """The score that is kept in the repository."""
    found = json.loads(PATH.read_text(encoding="utf-8"))
    outcomes = ("came", *FORECASTS)
    years = (Year(**{**row, **{name: Outcome(*row[name]) for name in outcomes}}) for row in found["years"])
    return Scored(found["runs"], found["seed"], tuple(Called(**row) for row in found["turns"]), tuple(years))


def by_turn() -> dict[str, dict[str, float]]:
    """How likely the rules and persistence held each recorded turn, by its id, from the kept score."""
    return {turn.id: {"p": turn.p, "persistence_p": turn.persistence_p} for turn in kept().turns}


# --- words -----------------------------------------------------------------------------------------------------------


def verdict(found: Scored) -> str:
    """The score in a sentence or two: on turns, and on all years, where a rule that always turns does not win."""
    on = found.on_years()
    mine, plain = on["rules"], on["persistence"]
    closer = {name: mine[name] < plain[name] for name in ("brier", "log")}
    word = "better than" if all(closer.values()) else "worse than" if not any(closer.values()) else "about as well as"
    return (
        f"For {found.better} of {len(found.turns)} recorded policy turns, the model gave a higher chance than counting "
        f"past turns does. Over all {len(found.years)} years of all decisions, quiet years included, it does {word} "
        f"persistence (lower is better): Brier score {mine['brier']:.2f} against {plain['brier']:.2f}, log score "
        f"{mine['log']:.2f} against {plain['log']:.2f}."
    )


WAYS = {
    "licensing": ("stricter", "looser"), "enforcement": ("more", "less"), "model_access": ("stricter", "looser"),
    "permission": ("more approved", "less approved"), "push": ("harder", "easier"), "alignment": ("closer", "further "
    "away"),
    "policing": ("harder", "easier"),
}  # fmt: skip
"""What up and down mean on the scale of each decision."""


def way(turn: Called) -> str:
    """Decision and direction of a turn, in words."""
    return f"{DECISIONS[turn.decision].label}: {WAYS[turn.decision][turn.direction == 'down']}"


def result(turn: Called) -> str:
    """Whether the rules did better than persistence, in a word or two."""
    return "better" if turn.better else "missed"


def who(turn: Called) -> str:
    """The label of the actor that turned."""
    return next(row.label for row in table("actors") if row.actor == turn.actor)
