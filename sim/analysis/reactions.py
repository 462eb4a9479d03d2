"""Do nations answer, and to what? Standing checks on choices, all with the same random draws.

- *Reaction test*: a policy with everybody else choosing, and with everybody held to what they chose without it.
- *Responses*: what every decision does when something else changes.
- *Freeze*: all decisions held at their medians.
- *Best replies* of China to packages of the United States, by the values that both hold, with their odds.
- *Beliefs* of actors against what the model delivers, and the share of futures in which a decision stands at an end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import scenarios
from agents import choices, licensing
from agents.choice import MENUS
from agents.stakes import HORIZON
from scenarios.decisions import DECISIONS
from scenarios.events import Event
from scenarios.parameters import parameters
from scenarios.quantities import LogitNormal
from scenarios.quarters import FIRST, label, number
from scenarios.schema import Scenario
from sim.analysis.game import Reply, best_of
from sim.analysis.payoffs import NEEDED, payoff
from sim.batch.evaluate import Progress
from sim.checks import check_runs, checked
from sim.engine.world import World
from sim.ensemble.rng import Array
from sim.results.paired import Paired, paired
from sim.results.run import Run
from sim.run import simulate
from sim.short import Short

UNTIL, LEAD_YEAR, RESPONSE_YEAR, FREEZE_YEAR = 2032, 2032, 2030, 2030
"""Last year of the runs, and the years in which leads and decisions are read."""
TRIED = 3
"""Shocks tried for each decision: those to which it answers most."""
LOOKED_AT = 2027
"""Year at whose turn beliefs are read."""
AT_AN_END = 0.02
"""Part of a range within which a decision counts as standing at its end."""
SERIES = (*NEEDED, "compute_train")
"""Series that the checks read beside capability."""

Change = Callable[[Scenario], Scenario]
"""Lays a policy or a shock over a scenario."""


def _levers(**settings: float) -> Change:
    return lambda spec: spec.with_levers(**settings)


def _values(actor: str, **weights: float) -> Change:
    return lambda spec: spec.with_changes(values={**spec.values, actor: weights})


def _event(kind: str, date: str, **fields: float) -> Change:
    event = Event.model_validate({"kind": kind, "date": date, **fields})
    return lambda spec: spec.with_changes(events=(*spec.events, event))


def tripled_smuggling(spec: Scenario) -> Scenario:
    """Smuggling networks that can carry three times as much, in every future."""
    limit = parameters()["network_limit"].distribution
    wide = {f: 3 * getattr(limit, f) for f in ("low", "median", "high")}
    return spec.with_changes(parameters={**spec.parameters, "network_limit": LogitNormal(**wide)})


POLICIES: dict[str, Change] = {
    "us_opens": _levers(licensing=0),
    "us_half": _levers(licensing=25),
    "us_closes": _levers(licensing=100, enforcement=8, tool_controls=95),
    "china_permits": _levers(import_permission=100),
    "china_refuses": _levers(import_permission=0),
    "smuggling_x3": tripled_smuggling,
    "allies_leave": _levers(allied_alignment=10),
}
"""Policies of the reaction test: each fixes what its own decider decides."""
SHOCKS: dict[str, Change] = {
    **POLICIES,
    "china_pools": _levers(china_concentration=5),
    "us_pools": _levers(us_concentration=3),
    "tools_tighten": _levers(tool_controls=95),
    "china_retaliates": _event("mineral_controls", "2027-Q1", size=0.8, quarters=16),
    "us_security_x3": _values("united_states", security=3),
    "us_money_x3": _values("united_states", money=3),
    "us_prosperity_x3": _values("united_states", prosperity=3),
    "china_security_x3": _values("china", security=3),
    "china_prosperity_x3": _values("china", prosperity=3),
    "china_money_x3": _values("china", money=3),
    "allies_prosperity_x3": lambda spec: spec.with_changes(values={
        **spec.values, **{row.actor: {"prosperity": 3} for row in spec.roster() if row.kind == "ally"}
    }),
    "hubs_prosperity_x3": lambda spec: spec.with_changes(values={
        **spec.values, **{row.actor: {"prosperity": 3} for row in spec.roster() if row.kind == "hub"}
    }),
}  # fmt: skip
"""What responses are asked for: policies, races, and values."""
US_PACKAGES: dict[str, Change] = {
    "as_is": lambda spec: spec,
    "open": _levers(licensing=0),
    "half": _levers(licensing=25),
    "deny": _levers(licensing=100, enforcement=4),
    "deny_and_close": _levers(licensing=100, enforcement=8, tool_controls=95, distillation_limits=60),
}
CHINA_PACKAGES: dict[str, Change] = {
    "buy": _levers(import_permission=100, chip_push=20),
    "hedge": _levers(import_permission=50, chip_push=60),
    "refuse": _levers(import_permission=5, chip_push=50),
    "autarky": _levers(import_permission=0, chip_push=100),
    "retaliate": lambda spec: _levers(import_permission=0, chip_push=60)(SHOCKS["china_retaliates"](spec)),
}
PROFILE_PAIRS = (
    ("balanced", "balanced"), ("security_first", "security_first"), ("prosperity_first", "prosperity_first"),
    ("safety_first", "balanced"),
)  # fmt: skip
"""Values of the United States and of China for which best replies are asked."""


@dataclass(frozen=True)
class Reaction:
    """A policy with others answering, and with others held to what they chose without it."""

    answered: Paired
    """Change of the lead, months."""
    held: Paired
    difference: Paired
    """What the answers change, months."""


@dataclass(frozen=True)
class Size:
    """What the answer of one decision to a shock changes, against the same shock without that answer."""

    shock: str
    change: float
    """Mean change of its level."""
    months: float
    """Mean change of the lead that it makes."""
    compute: float
    """Mean change of the compute of the United States or China, whichever is larger, as a share."""


@dataclass(frozen=True)
class Belief:
    """What actors believe of one thing, against what the model delivers."""

    what: str
    unit: str
    believed: float
    delivered: float


@dataclass(frozen=True, repr=False)
class Reactions(Short):
    """All standing checks on a scenario's choices."""

    spec: Scenario
    runs: int
    seed: int
    reactions: dict[str, Reaction]
    unlimited: dict[str, Reaction]
    """The same without China's power limit."""
    responses: dict[str, dict[str, float]]
    """Decision (`actor.decision`) → shock → mean change of its level."""
    sizes: dict[str, Size]
    """Decision → the answer that changes most."""
    freeze: dict[str, float]
    """Scenario → median change of the lead, months, with all decisions at their medians."""
    replies: dict[tuple[str, str], dict[str, Reply]]
    """Values of both → package of the United States → best reply."""
    corners: dict[str, float]
    """Decision → share of futures in which it stands at an end of its range."""
    beliefs: tuple[Belief, ...]
    politics: dict[str, Paired]
    """Decision → slope of recorded politics over its menu, billions of US dollars a year, over futures."""

    year: int = LEAD_YEAR
    """Year at whose end the lead of the reaction test is read."""
    response_year: int = RESPONSE_YEAR
    """Year at whose end decisions are compared."""

    def answers(self, decision: str) -> dict[str, float]:
        """What a decision does under the shocks that do not set it: shock → mean change of its level."""
        return {shock: x for shock, x in self.responses[decision].items() if not _fixes(self.spec, shock, decision)}

    def summary(self) -> dict[str, Any]:
        """The checks as plain values."""
        usual, *others = self.replies
        return {
            "scenario": self.spec.name, "digest": self.spec.digest(), "runs": self.runs, "seed": self.seed,
            "reactions": {name: _reaction(r) for name, r in self.reactions.items()},
            "reactions_without_power_limit": {name: _reaction(r) for name, r in self.unlimited.items()},
            "responses": self.responses, "sizes": {name: vars(size) for name, size in self.sizes.items()},
            "freeze": self.freeze,
            "best_reply": _replies(self.replies[usual]),
            "best_reply_by_values": {", ".join(pair): _replies(self.replies[pair]) for pair in (usual, *others)},
            "corners": self.corners,
            "beliefs": {
                b.what: {"believed": b.believed, "delivered": b.delivered, "unit": b.unit} for b in self.beliefs
            },
            "politics": {name: _three(p) for name, p in self.politics.items()},
        }  # fmt: skip


def _three(effect: Paired) -> dict[str, float | None]:
    return {"p05": effect.p05, "p50": effect.p50, "p95": effect.p95}


def _reaction(r: Reaction) -> dict[str, Any]:
    return {"with": _three(r.answered), "held": _three(r.held), "answers_change": _three(r.difference) | {
        "mean": r.difference.mean, "low": r.difference.low, "high": r.difference.high,
    }}  # fmt: skip


def _replies(found: Mapping[str, Reply]) -> dict[str, dict[str, Any]]:
    return {name: {"reply": reply.reply, "p": reply.p, "tied": reply.tie} for name, reply in found.items()}


class _Runs:
    """Runs of one spread of futures, each simulated once."""

    def __init__(self, runs: int, seed: int, progress: Progress | None, total: int) -> None:
        self.runs, self.seed, self.progress, self.total = runs, seed, progress, total
        self.done, self.kept = 0, dict[str, Run]()

    def of(self, spec: Scenario, held: Array | None = None) -> Run:
        """A run of a scenario, with decisions held where that is asked for."""
        key = spec.digest()
        if held is None and key in self.kept:
            run = self.kept[key]
        else:
            run = simulate(spec, self.runs, self.seed, UNTIL, keep=SERIES, held=held)
            if held is None:
                self.kept[key] = run
        self.done += 1
        if self.progress is not None:
            self.progress(min(self.done, self.total) * self.runs, self.total * self.runs)
        return run


@checked
def reactions(
    spec: Scenario,
    runs: int = 256,
    seed: int = 0,
    frozen: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Reactions:
    """All standing checks on the choices of a scenario's actors.

    Args:
        spec: the scenario in which they are asked.
        runs: futures of each simulation.
        seed: names the dice, which all simulations share.
        frozen: scenarios of the library that are frozen too; by default the whole library.
        progress: called with (futures done, futures in all).

    Raises:
        InputError: for a number of futures out of range.
    """
    check_runs(runs, fewest=2)
    library = scenarios.names() if frozen is None else tuple(frozen)
    total = 4 * len(POLICIES) + len(SHOCKS) + 2 * len(library) + len(US_PACKAGES) * len(CHINA_PACKAGES) + 64
    every = _Runs(runs, seed, progress, total)
    base = every.of(spec)
    unlimited = spec.with_levers(china_power=400)
    politics, responses = politics_of(spec, runs, seed), _responses(every, spec, base)
    return Reactions(
        spec, runs, seed, _test(every, spec), _test(every, unlimited), responses,
        _sizes(every, spec, base, responses),
        {name: _frozen(every, scenarios.load(name)) for name in library}, _best_replies(every, spec, politics),
        _corners(base), _beliefs(every, spec), {name: paired(slope) for name, slope in politics.items()},
    )  # fmt: skip


def _lead(run: Run, year: int = LEAD_YEAR) -> Array:
    return run["lead_months"][run.step(year)]


def _test(every: _Runs, spec: Scenario) -> dict[str, Reaction]:
    """The reaction test in one world."""
    base = every.of(spec)
    found = {}
    for name, over in POLICIES.items():
        answered = _lead(every.of(over(spec))) - _lead(base)
        held = _lead(every.of(over(spec), base["decisions"])) - _lead(base)
        found[name] = Reaction(paired(answered), paired(held), paired(answered - held))
    return found


def _responses(every: _Runs, spec: Scenario, base: Run) -> dict[str, dict[str, float]]:
    """Mean changes of all decisions under all shocks."""
    t, names = base.step(RESPONSE_YEAR), base.parts("decisions")
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for shock, over in SHOCKS.items():
        moved = (every.of(over(spec))["decisions"][t] - base["decisions"][t]).mean(axis=-1)
        for name, change in zip(names, moved, strict=True):
            found[name][shock] = float(f"{change:.4g}")
    return found


def _sizes(every: _Runs, spec: Scenario, base: Run, responses: Mapping[str, Mapping[str, float]]) -> dict[str, Size]:
    """What each decision's answer changes: the world of a shock, against the same with that decision as without it."""
    found: dict[str, Size] = {}
    for n, name in enumerate(base.parts("decisions")):
        others = {shock: x for shock, x in responses[name].items() if not _fixes(spec, shock, name)}
        strongest = sorted(others, key=lambda one: -abs(others[one]))[:TRIED]
        sizes = [_size(every, SHOCKS[shock](spec), shock, others[shock], base, n) for shock in strongest]
        found[name] = max(sizes, key=lambda size: max(abs(size.months), abs(size.compute)))
    return found


def _size(every: _Runs, shocked: Scenario, shock: str, change: float, base: Run, n: int) -> Size:
    t, free = base.step(LEAD_YEAR), every.of(shocked)
    path = free["decisions"].copy()
    path[:, n] = base["decisions"][:, n]
    still = every.of(shocked, path)
    compute = (free["compute_train"][t, :2] / still["compute_train"][t, :2]).mean(axis=-1) - 1
    months = float((_lead(free) - _lead(still)).mean())
    return Size(shock, change, float(f"{months:.3g}"), float(f"{compute[np.abs(compute).argmax()]:.3g}"))


def _fixes(spec: Scenario, shock: str, decision: str) -> bool:
    """Whether a shock sets the decision itself."""
    lever = DECISIONS[decision.partition(".")[2]].lever
    return SHOCKS[shock](spec).setting(lever) != spec.setting(lever)


def _frozen(every: _Runs, spec: Scenario) -> float:
    """Median change of the lead with every decision at its median."""
    base = every.of(spec)
    medians = np.median(base["decisions"], axis=-1, keepdims=True)
    return float(f"{np.median(_lead(every.of(spec, medians), FREEZE_YEAR) - _lead(base, FREEZE_YEAR)):.4g}")


def _best_replies(
    every: _Runs, spec: Scenario, politics: Mapping[str, Array]
) -> dict[tuple[str, str], dict[str, Reply]]:
    """China's best replies to every package, by the values of both."""
    cells = {
        (ours, theirs): every.of(answer(package(spec)))
        for ours, package in US_PACKAGES.items() for theirs, answer in CHINA_PACKAGES.items()
    }  # fmt: skip
    found: dict[tuple[str, str], dict[str, Reply]] = {}
    for pair in PROFILE_PAIRS:
        found[pair] = {}
        for ours in US_PACKAGES:
            worth = np.stack([payoff(cells[ours, theirs], "china", pair[1], politics) for theirs in CHINA_PACKAGES])
            found[pair][ours] = best_of(tuple(CHINA_PACKAGES), worth, every.seed)
    return found


def _corners(base: Run) -> dict[str, float]:
    """Share of futures in which each decision stands at an end of its range at the horizon."""
    t, found = base.step(UNTIL), {}
    for n, name in enumerate(base.parts("decisions")):
        place = MENUS[name.partition(".")[2]].where(base["decisions"][t, n])
        found[name] = float(f"{((place < AT_AN_END) | (place > 1 - AT_AN_END)).mean():.4g}")
    return found


def _beliefs(every: _Runs, spec: Scenario) -> tuple[Belief, ...]:
    """Change of the lead that actors expect of a level by the end of their horizon, against what the model delivers."""
    still = spec.with_changes(decisions="habit").with_levers(
        licensing=50, enforcement=1, distillation_limits=20, import_permission=5, chip_push=50
    )
    looked = max(LOOKED_AT, -(-number(spec.start) // 4))
    year = looked + int(HORIZON) - 1
    if year > UNTIL:
        return ()
    s, base = _world(still, every.runs, every.seed, f"{looked}-Q1").now.stakes, every.of(still)
    asked: tuple[tuple[str, Array, dict[str, float]], ...] = (
        ("enforcement x5", choices.lead_if_enforced(s, 5 * s.enforcement), {"enforcement": 5}),
        ("limits on access to models from 20 to 80%", choices.lead_if_limited(s, 0.8 + 0 * s.lead),
         {"distillation_limits": 80}),
        ("a full domestic push", choices.lead_if_pushed(s, 1 + 0 * s.lead), {"chip_push": 100}),
        ("all chips licensed and let in", licensing.lead_if_bought(s, s.wanted),
         {"licensing": 0, "import_permission": 100}),
    )  # fmt: skip
    return tuple(
        Belief(
            what, "months of lead", float(f"{(believed - s.lead).mean():.3g}"),
            float(f"{(_lead(every.of(still.with_levers(**levers)), year) - _lead(base, year)).mean():.3g}"),
        )
        for what, believed, levers in asked
    )  # fmt: skip


def politics_of(spec: Scenario, runs: int, seed: int) -> dict[str, Array]:
    """Recorded politics of every decision, (runs,)."""
    world = _world(spec, runs, seed, label(number(spec.rules_known) + 1))
    rows = world.inputs.actors
    return {
        f"{actor}.{name}": world.state.politics[name][rows.index(actor)]
        for actor, name in world.inputs.decisions
    }  # fmt: skip


def _world(spec: Scenario, runs: int, seed: int, quarter: str) -> World:
    """A world in which actors have just decided in a quarter."""
    world = World.of(spec, runs, seed, max(number(quarter) // 4, LOOKED_AT))
    for _ in range(number(quarter) - FIRST + 1):
        world.step()
    return world
