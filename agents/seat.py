"""What every actor has: its rows in the tables, the part of the world it looks at, and how it explains a division."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Sequence
from itertools import pairwise
from typing import Any, Self

import mesa
import numpy as np

from agents import allocation, choice
from agents.adjustment import Target
from agents.explanation import Explanation, Reason, Unit, one
from agents.protocols import WorldView
from agents.rows import bloc_row
from agents.state import Array
from agents.worth import pressure
from scenarios.uses import USES
from scenarios.values import VALUES, Weights

OPENNESS_TODAY, SECURITY_TODAY = 0.5, 0.3
"""Openness and security of American research today, shares of the levers' ranges; all others are as open."""
SECURITY_PART, CLOSED_PART = 0.6, 0.4
"""Parts of secrecy's full cost in people that full security and full closure each take; judgment."""
SECRECY_TODAY = SECURITY_PART * SECURITY_TODAY + CLOSED_PART * (1 - OPENNESS_TODAY)
"""How much of the full cost of secrecy is paid today."""


LEAST_SAID = 5e7
"""US dollars a year below which a reason is not worth a clause."""


def _span(worth: Array) -> Array:
    """The most of a decision against the least."""
    return np.asarray(worth[-1] - worth[0])


class Seat(mesa.Agent):
    """Every quantity has shape `(runs,)` for one actor or `(k, runs)` for a group of one kind."""

    model: Any

    def __init__(self, model: Any, rows: int | slice, name: str = "") -> None:
        super().__init__(model)
        self.rows, self.bloc, self.name = rows, bloc_row(rows), name

    @classmethod
    def group(cls, model: Any, rows: int | slice) -> Self:
        """One object for a block of rows of the same kind; the same methods, not registered with Mesa."""
        group = object.__new__(cls)
        group.model, group.rows, group.bloc, group.name = model, rows, bloc_row(rows), cls.__name__
        return group

    def without(self, rows: Container[int]) -> list[Self]:
        """The same for the rows that are left when somebody else decides for some: one object per run of neighbors."""
        if isinstance(self.rows, int):
            return [] if self.rows in rows else [self]
        edges = [self.rows.start - 1, *(r for r in range(self.rows.start, self.rows.stop) if r in rows), self.rows.stop]
        return [self.group(self.model, slice(a + 1, b)) for a, b in pairwise(edges) if a + 1 < b]

    def __repr__(self) -> str:
        if isinstance(self.rows, int):
            return f"<{type(self).__name__} {self.name}, row {self.rows}>"
        return f"<{type(self).__name__}, rows {self.rows.start} to {self.rows.stop - 1}>"

    @property
    def capability(self) -> Array:
        """(runs,) capability of its best released model at the end of the last quarter, ECI points: a copy."""
        found: Array = self.model.state.eci[self.rows]
        return found.copy()

    @property
    def world(self) -> WorldView:
        """The part of the world that an actor may look at."""
        return self.model

    def worth(self, of: str) -> Array:
        """What a use is worth to its bloc, against the edge of the data."""
        found: Array = getattr(self.world.now.worth, of)[self.bloc]
        return found

    def pressure(self) -> Array | float:
        """1 when a rival is level or ahead, falling to 0 as the own lead grows."""
        return pressure(self.world.public.rival_gap[self.rows])

    def rivalry(self, member: int) -> Reason:
        """How near its best rival was last quarter."""
        gap, text = self.world.public.rival_gap[self.rows], "against its best rival it was {} last quarter"
        return Reason.of(member, "rival_gap", gap, Unit.LEAD, text)

    def closure(self) -> tuple[float | Array, float | Array]:
        """Security and openness of its models and ideas, shares."""
        return SECURITY_TODAY, OPENNESS_TODAY

    # --- decisions ---------------------------------------------------------------------------------------------------

    DECREED = 1.0
    """Share of the way that a decision moves in a quarter where the scenario fixes it."""

    def taken(self, decision: str, habit: Callable[[], Target], choose: Callable[[], Array]) -> Target:
        """Where a decision is heading: as the scenario fixes it, by habit, or as the actor chooses.

        In the record, actors did what they did by habit or by dated rules. After it they choose at the turn of a year,
        and what they chose then stands until the next.

        Args:
            decision: its name, which is also that of its row.
            habit: where habit leads.
            choose: the level that the actor would set, by what it values.
        """
        w = self.world
        given, habitual = w.given(decision), w.by_habit(decision)
        given, habitual = given[self.rows], habitual[self.rows]
        free = np.isnan(given)
        if not free.any():
            return Target(given, self.DECREED)
        held = w.held(decision)
        if held is not None:
            return Target(np.where(free, held[self.rows], given), np.where(free, 1.0, self.DECREED))
        if not w.choosing or habitual.all():
            goal = habit()
        else:
            now = getattr(self, decision)
            goal = Target(choice.moved(decision, now, choose()) if w.turn else now)
            if habitual.any():
                usual = habit()
                goal = Target(np.where(habitual, usual.level, goal.level), np.where(habitual, usual.speed, goal.speed))
        if free.all():
            return goal
        return Target(np.where(free, goal.level, given), np.where(free, goal.speed, self.DECREED))

    def fixed_at(self, decision: str, member: int) -> float:
        """What the scenario fixes a decision at; NaN where the actor decides."""
        return one(self.world.given(decision)[self.rows], member)

    def explain_choice(
        self, member: int, decision: str, unit: Unit, target: Target, habit: tuple[str, Sequence[Reason]],
        weighed: Callable[[], Sequence[Reason]],
    ) -> Explanation:  # fmt: skip
        """Why a decision stands where it stands.

        Args:
            member: one member of the ensemble.
            decision: its name.
            unit: its unit.
            target: where it is heading.
            habit: the habit in words, and what it looks at.
            weighed: what speaks for more of it and against, at the turn of a year.
        """
        w = self.world
        rule, reasons = habit
        if w.choosing and not w.by_habit(decision)[self.rows].flat[0]:
            rule, reasons = "Its choice at the turn of the year holds until the next one", []
            if w.turn:
                rule, reasons = "It moves halfway to what its values would choose", weighed()
        return Explanation.of(
            decision, unit, member, getattr(self, decision), target, rule=rule, reasons=reasons,
            setting=self.fixed_at(decision, member),
        )  # fmt: skip

    def weighing(self, member: int, decision: str, worth: Callable[[Weights], Array], weights: Weights) -> list[Reason]:
        """What each value and recorded politics say for the most of a decision against the least of it."""
        none = Weights(*(0.0 * np.asarray(w) for w in weights))
        apart, found = _span(worth(none)), []
        for value, weight in zip(VALUES, weights, strict=True):
            found.append(self.said(member, value, _span(worth(none._replace(**{value: weight}))) - apart))
        found.append(self.said(member, "what does not depend on values", apart))
        found.append(self.said(member, "recorded politics", self.world.politics(decision)[self.rows]))
        return [reason for reason in found if abs(reason.value) >= LEAST_SAID]

    def said(self, member: int, name: str, billions: Array) -> Reason:
        """What something says for the most of a decision against the least, as a clause."""
        side = "more" if one(billions, member) >= 0 else "less"
        text = f"{name.replace('_', ' ')} favors {side} of it, worth {{}} a year"
        return Reason.of(member, name, np.abs(1e9 * billions), Unit.DOLLARS, text)

    def as_fixed(self, what: str, shares: Array) -> Array:
        """Shares of which the scenario may fix some."""
        fixed = self.world.fixed(what)
        return shares if fixed is None else allocation.held(shares, fixed[self.rows])

    def fixed_share(self, what: str, use: int) -> float:
        """The share that the scenario fixes for a use; NaN where it fixes none."""
        fixed = self.world.fixed(what)
        return math.nan if fixed is None else float(np.atleast_2d(fixed[self.rows])[0, use])

    def explain_shares(
        self, member: int, what: str, before: Array, target: Array, shares: Array, rule: str,
        reasons: Sequence[list[Reason]],
    ) -> list[Explanation]:  # fmt: skip
        """One explanation per use of what is divided, as `TABLE.USE`."""
        speed = 1.0 if self.world.in_data else allocation.SPEED
        return [
            Explanation.of(
                f"{what}_use.{use}", Unit.SHARE, member, before[..., n, :], Target(target[..., n, :], speed),
                rule=rule, reasons=reasons[n], setting=self.fixed_share(what, n), value=shares[..., n, :],
            )
            for n, use in enumerate(USES[what])
        ]  # fmt: skip

    def people_reasons(self, member: int) -> list[Reason]:
        """What people and the compute that they use answer to."""
        points = self.worth("points")
        return [
            Reason.of(member, "points", points, Unit.SHARE, "capability is worth {} of what it was"),
            Reason.of(
                member, "found", self.worth("people") / points, Unit.SHARE, "researchers find {} of what they did"
            ),
        ]
