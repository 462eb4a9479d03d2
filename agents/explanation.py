"""Why an actor decided what it decided: the numbers that its rule looked at, and a plain sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from agents.adjustment import Target, adjusted
from agents.state import Array


class Unit(Enum):
    """Units of what actors decide and look at."""

    SHARE = "share"
    POINTS = "index points"
    LEAD = "index points ahead"
    DOLLARS = "US dollars"
    BUDGETS = "× the 2026 budget"
    CHIPS = "H100e"
    FACTOR = "times"
    GROWTH = "times last quarter's"
    QUARTERS = "quarters"


@dataclass(frozen=True)
class Reason:
    """One number that a decision turned on."""

    name: str
    """What it is: a field of the public information, an own row, a parameter, a lever, or a step of the rule."""
    value: float
    unit: Unit
    clause: str
    """The number in words, as a clause that can follow the rule and a colon."""
    effect: float | None = None
    """What it adds to the target, as a share; None where the rule does not add up, or not all of it is known."""

    @classmethod
    def of(
        cls, member: int, name: str, value: Array | float, unit: Unit, text: str, effect: Array | float | None = None
    ) -> Reason:
        """One member's reason; `text` has `{}` where its number goes."""
        number = one(value, member)
        added = None if effect is None else one(effect, member)
        return cls(name, number, unit, text.format(in_words(number, unit)), added)

    def __str__(self) -> str:
        if self.effect is None:
            return self.clause
        sign, size = "+" if self.effect >= 0 else "−", percent(abs(self.effect)).removesuffix("%")
        return f"{self.clause} ({sign}{size} percentage point{'' if size == '1' else 's'})"


@dataclass(frozen=True)
class Explanation:
    """What one actor decides this quarter in one member of the ensemble, and why. Unknown numbers are NaN."""

    decision: str
    """The table of the state that it writes: `push`, `spending`."""
    unit: Unit
    before: float
    """Where it stood after last quarter."""
    target: float
    """Where it is heading."""
    value: float
    """What it decides."""
    speed: float
    """Share of the way to the target that it moves in a quarter; 1 where it gets there at once."""
    rule: str
    """The rule in words, without numbers."""
    reasons: tuple[Reason, ...]

    @classmethod
    def of(
        cls, decision: str, unit: Unit, member: int, before: Array, target: Target, *, rule: str,
        reasons: Iterable[Reason] = (), setting: float = math.nan, value: Array | float | None = None,
    ) -> Explanation:  # fmt: skip
        """One member's explanation out of what was computed for all.

        Args:
            decision: the table of the state that is written.
            unit: its unit.
            member: index of the member.
            before: where it stands, `(runs,)`.
            target: where it is heading.
            rule: the rule in words.
            reasons: what the rule looked at; a reason whose number is unknown is left out.
            setting: the lever that can take the decision out of the actor's hands; NaN where it does not.
            value: what is decided, `(runs,)`, where it is not the plain adjustment to the target.
        """
        level = one(target.level, member)
        if not math.isnan(setting):
            rule, reasons = f"The scenario sets it at {in_words(level, unit)}", [Reason("setting", setting, unit, "")]
        known = [reason for reason in reasons if not math.isnan(reason.value)]
        if math.isnan(level):
            known = [replace(reason, effect=None) for reason in known]  # parts of a sum mislead where one is missing
        return cls(
            decision, unit, one(before, member), level,
            one(adjusted(before, target) if value is None else value, member), one(target.speed, member), rule,
            tuple(known),
        )  # fmt: skip

    @property
    def moved(self) -> float:
        """How far the decision moves it, in its unit."""
        return self.value - self.before

    @property
    def sentence(self) -> str:
        """The rule, the numbers that it looked at, and where it leads."""
        seen = [str(reason) for reason in self.reasons if reason.clause]
        said = f"{self.rule}: {_listed(seen)}." if seen else f"{self.rule}."
        if self.speed >= 1 or math.isnan(self.target):
            return said
        goal = in_words(self.target, self.unit)
        return f"{said} It moves {percent(self.speed)} of the way to {goal} each quarter."


def one(value: Array | float, member: int) -> float:
    """One member's number out of `(runs,)` or `(1, runs)`; what holds for all members may be a number or `(1,)`."""
    values = np.atleast_1d(value)
    return float(values[..., member if values.shape[-1] > 1 else 0].item())


def in_words(value: float, unit: Unit) -> str:
    """A number with its unit, as people write it."""
    if unit is Unit.SHARE:
        return percent(value)
    if unit is Unit.LEAD:
        return f"{abs(value):.1f} {Unit.POINTS.value} {'ahead' if value >= 0 else 'behind'}"
    if unit is Unit.DOLLARS:
        return f"${value / 1e9:,.1f} billion"
    if unit is Unit.CHIPS:
        return f"{value / 1e6:,.{2 if value < 1e7 else 0}f} million H100e"
    if unit is Unit.GROWTH:
        return f"{100 * (value - 1):+.1f}%".replace("-", "−")
    return f"{value:.3g} {unit.value}"


def percent(share: float) -> str:
    """A share with two or more digits: `44%`, `4.4%`, `0.44%`."""
    size = round(100 * abs(share), 2)
    digits = 0 if size == 0 or size >= 10 else 1 if size >= 1 else 2
    return f"{100 * share:.{digits}f}%"


def _listed(clauses: list[str]) -> str:
    return " and ".join([", ".join(clauses[:-1]), clauses[-1]] if len(clauses) > 1 else clauses)
