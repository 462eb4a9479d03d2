"""Single futures of a scenario, picked by how they end or drawn blindly, and the medians of all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from agents.protocols import Traits
from agents.rows import CHINA, PARTNERS, US
from scenarios.decisions import DECISIONS
from scenarios.levers import LEVERS
from scenarios.quarters import FIRST, label, number
from scenarios.schema import Scenario
from sim.engine.inputs import Inputs, inputs_of
from sim.ensemble.rng import Array
from sim.equations.domestic import TOOLS_TODAY
from sim.results.outcomes import blocs, lead as leads, polarity
from sim.results.run import Run
from sim.results.wording import rounded
from sim.short import Short
from sim.ui.shared import common, frames
from sim.ui.shared.setup import Judge

DRAWN = 12
"""Futures that can be drawn blindly, one after the other."""
SEALED, MEDIANS = "drawn", "medians"
_SINGLE = ("enforcement", "policing", "permission", "push", "premium", "seized", "blocked", "priced_out", "made_h100e",
           "diverted_share")  # fmt: skip
_BY_SEAT = ("capability", "spending", "concentration", "run_share", "compute_train")
_SAFETY = {"united_states": "compute_use.united_states.safety", "china": "compute_use.china.safety"}
_CHOSEN = {name: f"decisions.united_states.{name}" for name in ("licensing", "model_access")}
"""Decisions of the United States that no series has alone."""
_KEEP = frozenset({*_SINGLE, *_BY_SEAT, "flows_china", "compute_use", "decisions"})
_FOLLOWERS = ("japan", "netherlands")
"""Allies with chip tools, whose alignment decides how far tool controls hold."""


@dataclass(frozen=True, repr=False)
class Future(Short):
    """One future that can be shown, or the medians of all of them: a series is one number per quarter."""

    member: int | None
    series: dict[str, Array]
    codes: Array
    traits: dict[str, float]
    """Parameter values that actors' decisions depend on."""

    def at(self, name: str, t: int) -> float:
        """A series in a quarter; before the first quarter stands the first."""
        return float(self.series[name][max(t, 0)])


@dataclass(frozen=True, repr=False)
class Shown(Short):
    """What the page keeps of a run: a few futures, and the odds of all."""

    spec: Scenario
    judge: Judge
    futures: dict[str, Future]
    counts: dict[str, int]
    ends: Array
    """Lead of every future at the end."""
    settings: dict[str, Array]
    """Levers by quarter; NaN leaves the decision to the actor."""
    held: dict[str, Array]
    """What decisions are fixed at by quarter; NaN where those who take them decide."""
    chosen: dict[str, NDArray[np.bool_]]
    """Whether decisions that are not fixed are chosen in a quarter, and not recorded or by habit."""
    stockpiling: Array
    strain: Array
    """Controls on chip tools against those of 2026, by quarter: what allies' sales suffer by."""
    edge: int
    """The last quarter of data, as a step."""
    rules: int
    """How many of the first quarters have dated rules."""
    first_choice: int
    """The step in which nations choose for the first time: at a turn of the year, after the record and its rules."""

    @property
    def runs(self) -> int:
        """Number of futures."""
        return len(self.ends)

    @property
    def last(self) -> int:
        """The step at whose end the outcome counts."""
        return number(f"{self.judge.year}-Q4") - FIRST

    def quarter(self, t: int) -> str:
        """Label of a step."""
        return label(FIRST + t)

    def fixed(self, lever: str, t: int) -> float | None:
        """Where the scenario holds a decision; None where the actor decides."""
        value = float(self.settings[lever][t])
        return None if np.isnan(value) else value


def shown(spec: Scenario, judge: Judge) -> Shown:
    """The futures of a scenario that can be played; simulated once for all users, with the wording of this one."""
    return replace(_shown(spec.canonical(), common.futures(), common.SEED, judge), spec=spec)


@st.cache_resource(max_entries=40, show_spinner=False)
def _shown(canonical: str, runs: int, seed: int, judge: Judge) -> Shown:
    return common.of_run(partial(_played, judge), canonical, runs, seed, common.UNTIL, _KEEP)


def _played(judge: Judge, run: Run) -> Shown:
    spec = run.spec
    table, codes = _series(run, judge), _codes(run, judge)
    inputs, end = inputs_of(spec, len(run.quarters)), run.step(judge.year)
    traits = {name: run.parameters[name] for name in Traits.__annotations__}

    def one(m: int) -> Future:
        kept = {name: np.array(values[:, m], dtype=float) for name, values in table.items()}
        return Future(m, kept, codes[:, m].copy(), {name: float(values[m]) for name, values in traits.items()})

    drawn = sorted(range(run.runs), key=lambda m: hashlib.sha256(f"{spec.digest()}{m}".encode()).digest())[:DRAWN]
    found = {f"{SEALED}{n + 1}": one(m) for n, m in enumerate(drawn)}
    for k, name in enumerate(polarity.CLASSES):
        if (codes[end] == k).any():
            found[name] = one(_middle(table["lead"], codes[end] == k, end))
    found[MEDIANS] = Future(
        None, {name: np.median(values, axis=1).astype(float) for name, values in table.items()},
        np.array([np.bincount(row.astype(int)).argmax() for row in codes]),
        {name: float(np.median(values)) for name, values in traits.items()},
    )  # fmt: skip
    return Shown(
        spec, judge, found, rounded(polarity.shares(codes[end])), table["lead"][end].copy(),
        {name: np.asarray(inputs.levers[name], dtype=float) for name in LEVERS},
        {name: _held(inputs, name) for name in DECISIONS}, {name: _chosen(inputs, name) for name in DECISIONS},
        inputs.stockpiling[: len(run.quarters)], inputs.closures["tools"] / TOOLS_TODAY, inputs.data_steps - 1,
        inputs.rules_steps, inputs.decided_steps + -(FIRST + inputs.decided_steps) % 4,
    )  # fmt: skip


def _takers(inputs: Inputs, decision: str) -> list[int]:
    """Rows of those whose decision the page shows."""
    actors = [actor for actor, name in inputs.decisions if name == decision]
    if decision == "alignment":
        actors = [actor for actor in _FOLLOWERS if actor in actors]
    return [inputs.actors.index(actor) for actor in actors]


def _held(inputs: Inputs, decision: str) -> Array:
    """(T,) what a decision is fixed at, where it is at the same for all who take it."""
    given = inputs.given[decision][:, _takers(inputs, decision), 0]
    alike = (given == given[:, :1]).all(axis=1)
    return np.where(alike, given[:, 0], np.nan)


def _chosen(inputs: Inputs, decision: str) -> NDArray[np.bool_]:
    """(T,) whether any of those who take it chooses."""
    some = not inputs.by_habit[decision][_takers(inputs, decision)].all()
    return np.array((np.arange(inputs.steps) >= inputs.decided_steps) & some)


def _middle(lead: Array, mine: Array, end: int) -> int:
    """The member of a class whose lead stays nearest to the middle of its class, quarter by quarter."""
    members = np.flatnonzero(mine)
    paths = lead[: end + 1, members]
    apart = np.abs(paths - np.median(paths, axis=1, keepdims=True)).mean(axis=0)
    return int(members[apart.argmin()])


def _series(run: Run, judge: Judge) -> dict[str, Array]:
    """Everything the page tells about a quarter, `(T, runs)` each."""
    found = {name: run[name] for name in _SINGLE}
    found |= {f"{name}.{seat}": run.part(f"{name}.{seat}") for name in _BY_SEAT for seat in frames.SEATS}
    found |= {f"flows.{name}": run.part(f"flows_china.{name}") for name in frames.ORIGINS}
    found |= {f"safety.{seat}": run.part(part) for seat, part in _SAFETY.items()}
    makers = [run.part(f"alignment.{name}") for name in _FOLLOWERS if name in run.actors]
    found["alignment"] = np.mean(makers, axis=0)
    found |= {name: run.part(part) for name, part in _CHOSEN.items()}
    eci = run["capability"]
    others = eci[:, PARTNERS].max(axis=1)
    found["us_gap"] = eci[:, US] - np.maximum(eci[:, CHINA], others)
    found["china_gap"] = eci[:, CHINA] - np.maximum(eci[:, US], others)
    found["seen_lead"] = eci[:, US] - eci[:, CHINA]
    found["lead"] = run[judge.series]
    return found


def _codes(run: Run, judge: Judge) -> Array:
    """Outcome class in every quarter, `(T, runs)`, by the judge's ruler."""
    us, china, third = blocs.frontiers(run)
    ahead = np.maximum(us, china)
    behind: Array = ahead - third
    if judge.ruler == "fixed_pace":
        behind = leads.months(behind)
    if judge.ruler == "backward":
        behind = leads.backward_months(ahead, np.fmax(third, ahead - 200))
    return polarity.classify(run[judge.series], behind, judge.limit, judge.limit)


# ------------------------------------------------------------------------------------------- who decided what, and why
