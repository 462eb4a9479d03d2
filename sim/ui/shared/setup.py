"""What a user has chosen: everything that the results on a page depend on, and the way back and forth through it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import streamlit as st
from pydantic import ValidationError

from scenarios import BASELINE, load, names
from scenarios.bills import USUAL, bills, passed
from scenarios.decisions import CHOOSE, DECISIONS, HABIT, taken_by
from scenarios.errors import InputError
from scenarios.events import Event
from scenarios.levers import ACTOR
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario, Setting
from scenarios.values import BALANCED
from scenarios.what_ifs import under
from sim.results.outcomes.polarity import MONTHS
from sim.ui.shared import wording

STEPS = 100
"""Steps of undo that are kept."""
YEARS = tuple(range(2027, DEFAULT_HORIZON + 1))
"""Years whose end the verdict can be about; charts end with the last."""
LIMITS = tuple(range(6, 25, 2))
"""Leads from which somebody can be well ahead. Even, so that no column of dots stands on both sides of the limit."""
RULERS = {
    "fixed_pace": "Months at a fixed pace",
    "points": "Index points",
    "backward": "Calendar months behind the leader",
}
"""How a lead can be measured."""
REFUSED = (ValueError, ArithmeticError, LookupError)
"""What settings bring about that cannot be simulated: wrong input, numbers that are not finite, names that are missing.

Every page says so where its results would stand."""
BEYOND = (
    "with these settings the numbers grow beyond what the model can compute; move levers, assumptions or events back "
    "toward their usual values"
)
WITH_YOURS = " with your assumptions"
SAME_WORLD = " with the same what ifs"
COUNTED = "us_ahead"
"""The outcome whose futures are counted unless the reader picks another."""
AS_THERE = "scenario"
"""What an actor wants where the scenario writes weights of its own and the user leaves them."""
_STATE = "polarity_choice"


@dataclass(frozen=True)
class Judge:
    """When somebody is well ahead: the ruler, the lead that it takes, and the year whose end counts."""

    ruler: str = "fixed_pace"
    limit: float = MONTHS
    year: int = DEFAULT_HORIZON

    @property
    def unit(self) -> str:
        """What a lead is counted in."""
        return "index points" if self.ruler == "points" else "months"

    @property
    def series(self) -> str:
        """The series of a run that holds the lead."""
        return {"fixed_pace": "lead_months", "backward": "lead_months_backward", "points": "gap_eci"}[self.ruler]


@cache
def loadable() -> frozenset[str]:
    """Names of the library that can be loaded: its scenarios, and a NAME alone for the first of its branches."""
    return frozenset({*names(), *(name.partition(":")[0] for name in names())})


def baseline_of(spec: Scenario) -> Scenario:
    """What a scenario is compared with: the baseline that it names, or current policy where it names none.

    The pages read no files, so a baseline that is a file counts as none; an upload that names one is refused.
    """
    return load(spec.baseline if spec.baseline in loadable() else BASELINE)


def placed(name: str) -> tuple[str, tuple[str, ...]]:
    """A scenario of the library as a policy and what ifs: a what if stands on current policy."""
    return (BASELINE, (name,)) if load(name).kind == "what_if" else (name, ())


@dataclass(frozen=True)
class Setup:
    """A policy of the library or of the user's own, what ifs laid over it, and what was changed on it."""

    scenario: str = BASELINE
    """The policy, by its name in the library."""
    levers: dict[str, Setting] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    """Events that the user adds to those of the scenario."""
    assumptions: dict[str, float] = field(default_factory=dict)
    """Uncertain parameters that the user fixes; they hold for the reference too, since they are about the world."""
    judge: Judge = Judge()
    own: Scenario | None = None
    """The scenario that the user brought along, instead of one of the library."""
    values: dict[str, str] = field(default_factory=dict)
    """What the United States and China want where the user says so: actor → profile."""
    rule: str = ""
    """How nations decide where the user says so: by choice or by habit."""
    worlds: tuple[str, ...] = ()
    """What ifs, in the order of the library: they hold for what it is compared with as well."""
    bills: dict[str, str] = field(default_factory=dict)
    """Pending bills that the user passes: id → quarter at whose start it takes effect."""
    counted: str = COUNTED
    """The outcome whose futures the headline and the cells count."""

    @property
    def policy(self) -> Scenario:
        """The policy as it stands in the library or the user's file."""
        return self.own or load(self.scenario)

    @cached_property
    def start(self) -> Scenario:
        """The policy under the what ifs, before the user's changes: under its own name where the library has it."""
        return load(self.named) if self.named else under(self.policy, *self.worlds)

    @cached_property
    def spec(self) -> Scenario:
        """The scenario with all changes.

        Raises:
            InputError: when they make no valid scenario.
        """
        start = self.start
        if not (self.changed or self.assumptions):
            return start
        return start.with_changes(
            levers={**start.levers, **self.levers},
            events=(*start.events, *self.events),
            rules=(*start.rules, *passed(self.bills)),
            parameters={**start.parameters, **self.assumptions},
            values={**start.values, **self.values},
            decisions=self._decisions() if self.rule else start.decisions,
        )

    def _decisions(self) -> Any:
        """The user's rule for everybody; what the scenario itself holds a decision at stands."""
        if isinstance(self.start.decisions, str):
            return self.rule
        found: dict[str, Any] = {}
        for row in self.start.roster():
            held = {name: how for name, how in self.start.decided(row.actor).items() if not isinstance(how, str)}
            open_ones = [name for name in taken_by(row.actor, row.kind) if self._open(name) and name not in held]
            found[row.actor] = {**dict.fromkeys(open_ones, self.rule), **held}
        return {actor: own for actor, own in found.items() if own}

    def _open(self, decision: str) -> bool:
        """Whether no lever fixes a decision."""
        return self.setting(DECISIONS[decision].lever) == ACTOR

    @cached_property
    def base(self) -> Scenario:
        """What the results are compared with, under the same assumptions.

        A policy is compared with the baseline under the same what ifs, so that the difference is the policy's. Where
        the policy is the baseline itself, the what ifs are the difference.
        """
        return self.base_in(() if self.is_baseline else self.worlds)

    def base_in(self, worlds: tuple[str, ...]) -> Scenario:
        """The baseline under some what ifs and the user's assumptions."""
        base = under(baseline_of(self.policy), *worlds)
        return base.with_changes(parameters={**base.parameters, **self.assumptions}) if self.assumptions else base

    def in_worlds(self, worlds: tuple[str, ...]) -> Setup:
        """The same policy and changes under other what ifs; a lever back at the start's own setting is no change."""
        return replace(self, worlds=worlds)._tidied()

    @cached_property
    def is_baseline(self) -> bool:
        """Whether the policy, whatever the what ifs, is what it would be compared with."""
        return replace(self, worlds=()).spec.digest() == self.base_in(()).digest()

    @property
    def reference(self) -> str:
        """The baseline as it stands after `under`."""
        base = baseline_of(self.policy)
        name = wording.inside(base.title) if base.name == BASELINE else f"“{base.title}”"
        world = SAME_WORLD if self.worlds and not self.is_baseline else ""
        return name + world + (WITH_YOURS if self.assumptions else "")

    @property
    def changed(self) -> bool:
        """Whether levers, events, bills, values or the rule differ from the scenario's own."""
        return bool(self.levers or self.events or self.bills or self.values or self.rule)

    def setting(self, lever: str) -> Setting:
        """The setting of a lever as it stands now."""
        return self.levers.get(lever, self.start.setting(lever))

    def moved(self, lever: str, setting: Setting) -> Setup:
        """With one lever set; a lever back at the scenario's own setting is no change."""
        kept = {name: value for name, value in self.levers.items() if name != lever}
        if setting != self.start.setting(lever):
            kept[lever] = setting
        return replace(self, levers=kept)

    def want(self, actor: str) -> str:
        """The profile of an actor as it stands now, or AS_THERE."""
        return self.values.get(actor, self.want_there(actor))

    def want_there(self, actor: str) -> str:
        """The profile of an actor in the scenario, or AS_THERE where weights of its own are written."""
        given = self.start.values.get(actor, BALANCED)
        return given if isinstance(given, str) else AS_THERE

    def wanting(self, actor: str, profile: str) -> Setup:
        """With the profile of one actor; what the scenario itself says is no change."""
        kept = {name: value for name, value in self.values.items() if name != actor}
        if profile != self.want_there(actor):
            kept[actor] = profile
        return replace(self, values=kept)

    @property
    def decides(self) -> str:
        """The rule by which nations decide as it stands now."""
        return self.rule or self._rule_there

    @property
    def _rule_there(self) -> str:
        """The rule in the scenario; they choose where it says more than one word about it."""
        return HABIT if self.start.decisions == HABIT else CHOOSE

    def deciding(self, rule: str) -> Setup:
        """With a rule for all nations; the scenario's own is no change."""
        return replace(self, rule="" if rule == self._rule_there else rule)

    def with_event(self, event: Event) -> Setup:
        """With one more event."""
        return replace(self, events=(*self.events, event))

    def without_event(self, place: int) -> Setup:
        """Without one of the added events."""
        return replace(self, events=(*self.events[:place], *self.events[place + 1 :]))

    def passing(self, names: Iterable[str]) -> Setup:
        """With these bills passed and no others; one that has passed before keeps its quarter."""
        return replace(self, bills={name: self.bills.get(name, USUAL) for name in bills() if name in set(names)})

    def passing_in(self, name: str, quarter: str) -> Setup:
        """With the quarter in which a passed bill takes effect."""
        return replace(self, bills={**self.bills, name: quarter})

    def taking(self, name: str) -> Setup:
        """Another policy, or a what if alone under current policy; what the user changed stays on top of it."""
        policy, worlds = placed(name)
        kept = worlds if policy == BASELINE and worlds else self.worlds
        return replace(self, scenario=policy, worlds=kept, own=None)._tidied()

    @property
    def named(self) -> str:
        """The scenario of the library that policy and what ifs are together; empty where they are none."""
        if self.own or len(self.worlds) > 1 or (self.worlds and self.scenario != BASELINE):
            return ""
        return self.worlds[0] if self.worlds else self.scenario

    def cleared(self) -> Setup:
        """The policy and the what ifs as they stand in the library; assumptions and the judge stay."""
        return replace(self, levers={}, events=(), bills={}, values={}, rule="")

    def _tidied(self) -> Setup:
        """Without changes that the start already holds."""
        start = self.start
        levers = {name: value for name, value in self.levers.items() if value != start.setting(name)}
        values = {actor: profile for actor, profile in self.values.items() if profile != self.want_there(actor)}
        return replace(self, levers=levers, values=values, rule="" if self.rule == self._rule_there else self.rule)

    @cached_property
    def problem(self) -> str:
        """Why this is no valid scenario; empty where it is one."""
        try:
            self.spec.digest()
        except (InputError, ValidationError) as error:
            return first_line(error)
        return ""


@dataclass
class Choice:
    """The present setup of a user, and what can be undone and redone."""

    now: Setup = Setup()
    past: list[Setup] = field(default_factory=list)
    future: list[Setup] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was said about the address; until the next change."""

    def take(self, setup: Setup) -> None:
        """Change to a setup, so that it can be undone."""
        if setup == self.now:
            return
        self.past.append(self.now)
        del self.past[:-STEPS]
        self.now, self.future, self.notes = setup, [], []

    def undo(self) -> None:
        """Go back one step."""
        if self.past:
            self.future.append(self.now)
            self.now, self.notes = self.past.pop(), []

    def redo(self) -> None:
        """Go forward again."""
        if self.future:
            self.past.append(self.now)
            self.now, self.notes = self.future.pop(), []

    def replay(self) -> None:
        """Show the last change once more: back at the first press, forward at the second."""
        if self.future:
            self.redo()
        else:
            self.undo()


def choice() -> Choice:
    """The choice of this user."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = Choice()
    found: Choice = st.session_state[_STATE]
    return found


def edit(**changes: Any) -> None:
    """Change some fields of the present setup."""
    chosen = choice()
    chosen.take(replace(chosen.now, **changes))


def first_line(error: Exception) -> str:
    """What went wrong, in the same words on every page and without those that a library adds."""
    if isinstance(error, ArithmeticError):
        return f"{BEYOND[:1].upper()}{BEYOND[1:]}."
    if isinstance(error, ValidationError):
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return str(error).splitlines()[0]
