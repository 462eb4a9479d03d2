"""Other people's frames put to the model: what each claim says, and what the model says to it."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

from scenarios import load
from scenarios.frames import Claim, claims
from scenarios.tables import table
from sim.analysis.told import VISIBLE
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import check_runs, checked
from sim.ensemble.rng import Array
from sim.equations.costs import ITEMS
from sim.results.outcomes.scalar import Outcome, numbers_only, parse
from sim.results.paired import Paired, paired, paired_share
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

Verdict = Literal["agrees", "in part", "disagrees", "no difference", "not in the model"]
VERDICTS: dict[Verdict, str] = {
    "agrees": "The model agrees.",
    "in part": "The model agrees on the direction and not on the size.",
    "disagrees": "The model disagrees.",
    "no difference": "The model shows no difference.",
    "not in the model": "The model has no answer.",
}
"""What the model says to a claim, in words."""
RATIO = "ratio"
"""Unit of one outcome divided by another, in each future."""
SEEN = 0.01
"""Share of futures, and part of the value it is set against, below which a difference is called none."""


@dataclass(frozen=True)
class Asked:
    """An outcome of a claim, or the ratio of two in each future."""

    text: str
    parts: tuple[Outcome, ...]

    @property
    def label(self) -> str:
        """Its label for people."""
        return " against ".join(map(_label, self.parts))

    @property
    def unit(self) -> str:
        """Its unit."""
        return self.parts[0].unit if len(self.parts) == 1 else RATIO

    def of(self, found: dict[str, Array]) -> Array:
        """Its value in every future, `(runs,)`."""
        return reduce(operator.truediv, (found[str(part)] for part in self.parts))

    def change(self, before: Array, after: Array) -> Paired:
        """How it differs between two settings with the same random draws."""
        return paired_share(before, after) if self.parts[0].is_share else paired(after - before)


def _label(outcome: Outcome) -> str:
    """An outcome as a table names it, with actors and accounts by their own names."""
    actor, _, item = outcome.part.partition(".")
    name = {"us_bloc": "US bloc", **{row.actor: row.label for row in table("actors")}}.get(actor, actor)
    what = ITEMS[item].label if item in ITEMS else outcome.label.partition(",")[0]
    return ", ".join(filter(None, (what, name.replace("_", " "), outcome.date)))


@dataclass(frozen=True)
class Said:
    """What the model says about one outcome."""

    asked: Asked
    holds: Paired
    """Mean over the futures of the setting in which the claim holds, with its interval and its spread."""
    fails: Paired | None
    difference: Paired | None
    """The first less the second, future by future."""


@dataclass(frozen=True)
class Answer:
    """One claim, answered."""

    claim: Claim
    says: tuple[Said, ...]

    @property
    def verdict(self) -> Verdict:
        """Whether the first outcome goes the way that the text says, and as far."""
        claim = self.claim
        if not self.says or not (claim.expects or claim.ranged):
            return "not in the model"
        first = self.says[0]
        inside = not claim.ranged or (claim.low or 0.0) <= first.holds.mean <= (claim.high or 0.0)
        if claim.expects is None:
            return "agrees" if inside else "disagrees"
        if first.difference is None or not _seen(first):
            return "no difference"
        if (first.difference.mean > 0) != (claim.expects == "more"):
            return "disagrees"
        return "agrees" if inside else "in part"


def _seen(said: Said) -> bool:
    """Whether a difference is more than nothing: sure, and not too small to speak of."""
    if said.difference is None or said.fails is None:
        return False
    unit = said.asked.unit
    least = VISIBLE if unit == "months" else SEEN if unit == "share of futures" else SEEN * abs(said.fails.mean)
    return said.difference.is_clear and abs(said.difference.mean) >= least


@dataclass(frozen=True, repr=False)
class Answers(Short):
    """All claims, answered with the same random draws."""

    answers: tuple[Answer, ...]
    runs: int
    seed: int

    def _facts(self) -> dict[str, Any]:
        return {"claims": len(self.answers), "futures": self.runs}

    def frame(self) -> pl.DataFrame:
        """One row per claim and outcome; a claim that is not in the model has one row without numbers."""
        import polars as pl

        rows = []
        for one in self.answers:
            about = {
                "frame": one.claim.frame, "claim": one.claim.claim, "title": one.claim.title, "verdict": one.verdict,
                "scenario": one.claim.setting, "against": one.claim.fails or None,
            }  # fmt: skip
            for said in one.says or (None,):
                row: dict[str, Any] = about | dict.fromkeys(("outcome", "unit"))
                row |= dict.fromkeys(("holds", "fails", "difference", "low", "high"), None)
                if said is not None:
                    row |= {"outcome": said.asked.text, "unit": said.asked.unit, "holds": said.holds.mean}
                if said is not None and said.fails is not None and said.difference is not None:
                    row |= {"fails": said.fails.mean, "difference": said.difference.mean}
                    row |= {"low": said.difference.low, "high": said.difference.high}
                rows.append(row)
        return pl.DataFrame(rows, infer_schema_length=None)

    def summary(self) -> list[dict[str, Any]]:
        """The answers as plain values."""
        return [
            {
                "frame": one.claim.frame, "claim": one.claim.claim, "title": one.claim.title, "says": one.claim.says,
                "holds": one.claim.holds or None, "fails": one.claim.fails or None, "url": one.claim.url,
                "expects": one.claim.expects, "low": one.claim.low, "high": one.claim.high,
                "verdict": one.verdict, "futures": self.runs,
                "model": [
                    {
                        "outcome": said.asked.text, "label": said.asked.label, "unit": said.asked.unit,
                        "holds": _plain(said.holds), "fails": _plain(said.fails),
                        "difference": _plain(said.difference),
                    }
                    for said in one.says
                ],
            }
            for one in self.answers
        ]  # fmt: skip


def _plain(found: Paired | None) -> dict[str, float | None] | None:
    """Mean, its 90% interval, and nine in ten futures, to five digits."""
    if found is None:
        return None
    kept = {name: value for name, value in asdict(found).items() if name != "p50"}
    return {name: None if value is None else float(f"{value:.5g}") for name, value in kept.items()}


def written(value: float, unit: str, sign: bool = False) -> str:
    """A number of an answer for people, with its unit; with its sign where it is a difference."""
    number, after = _number(value, unit, sign)
    return f"{number}{after}"


def span(low: float, high: float, unit: str, sign: bool = False) -> str:
    """A range, whose unit stands once."""
    (one, first), (two, second) = (_number(value, unit, sign) for value in (low, high))
    return f"{one}{'' if first == second else first} to {two}{second}"


def _number(value: float, unit: str, sign: bool) -> tuple[str, str]:
    """A number and what stands after it; differences of percentages are in points."""
    points = " points" if sign else "%"
    if unit == "share of futures":
        text, after = f"{100 * value:.0f}", " of 100 futures"
    elif unit == RATIO and abs(value) < 1:
        text, after = f"{100 * value:.1f}", points
    elif unit == RATIO:
        text, after = f"{value:.1f}", " times"
    elif unit == "percent":
        text, after = f"{value:.1f}", points
    elif unit.startswith("US dollars"):
        text, after = f"${value / 1e9:,.1f}", f" billion{unit.removeprefix('US dollars')}"
    elif unit.startswith("H100e"):
        millions = value / 1e6
        text, after = f"{millions:,.{0 if abs(millions) >= 100 else 2}f}", f" million {unit}"
    else:
        text, after = (f"{value:.2f}", "") if unit.startswith("index") else (f"{value:.1f}", f" {unit}")
    text = text if text.strip("-0.") else text.removeprefix("-")
    plus = "+" if sign and value > 0 and text.strip("0.") else ""
    return (plus + text).replace("$-", "-$").replace("-", "−"), after


def expected(found: Mapping[str, Any]) -> str:
    """What a text says of the first outcome, from a stored answer; empty where nothing is expected."""
    if not found["model"]:
        return ""
    unit, parts = found["model"][0]["unit"], []
    if found["expects"]:
        parts.append(f"{found['expects']} than otherwise")
    if found["low"] is not None:
        parts.append(span(found["low"], found["high"], unit))
    return ", ".join(parts)


def asked(text: str) -> Asked:
    """An outcome, or a ratio of two as `A / B`.

    Raises:
        InputError: for an outcome that is unknown, a class, or missing in some futures.
    """
    parts = tuple(parse(part.strip()) for part in text.split(" / "))
    numbers_only(parts)
    return Asked(text, parts)


@checked
def answered(
    frame: str | None = None,
    runs: int = 256,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Answers:
    """Put every claim of a text, or of all, to the model.

    Args:
        frame: the text by name; all by default.
        runs: futures of each simulation.
        seed: names the random draws, which all share.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).

    Raises:
        InputError: for an unknown text.
    """
    check_runs(runs, fewest=2)
    wanted = claims(frame)
    needs: dict[str, dict[str, Outcome]] = {}
    for claim in wanted:
        for text in claim.asked:
            for name in filter(None, (claim.holds, claim.fails)):
                needs.setdefault(name, {}).update({str(part): part for part in asked(text).parts})
    tasks = [Task(load(name), tuple(outcomes.values()), runs, seed) for name, outcomes in needs.items()]
    found = dict(zip(needs, evaluate_all(tasks, executor, progress), strict=True))
    return Answers(tuple(Answer(claim, _says(claim, found)) for claim in wanted), runs, seed)


def _says(claim: Claim, found: dict[str, dict[str, Array]]) -> tuple[Said, ...]:
    result = []
    for one in map(asked, claim.asked):
        holds = one.of(found[claim.holds])
        fails = one.of(found[claim.fails]) if claim.fails else None
        result.append(Said(
            one, paired(holds), None if fails is None else paired(fails),
            None if fails is None else one.change(fails, holds),
        ))  # fmt: skip
    return tuple(result)
