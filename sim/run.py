"""Running scenarios: `simulate` an ensemble, in chunks, on one set of dice, and `compare` two of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from scenarios.decisions import DECISIONS
from scenarios.errors import InputError, shown, unknown
from scenarios.quarters import DEFAULT_HORIZON, FIRST, label, number
from scenarios.schema import Scenario
from sim.checks import RUNS, check_runs, check_until, checked
from sim.engine.abreast import simulate_members_abreast, together
from sim.engine.chunk import CHUNK, run_world, simulate_members
from sim.engine.edge import record_of
from sim.engine.inputs import Inputs, inputs_of
from sim.engine.noise import noise
from sim.engine.phases.record import KEPT, Keep, Log
from sim.engine.world import World
from sim.ensemble.draws import at_scores
from sim.ensemble.rng import SOBOL_DIMENSIONS, Array, Streams, check_seed
from sim.own import Own, identities, seated
from sim.results.comparison import Comparison
from sim.results.costs import ACCOUNT, Costs, reference_of
from sim.results.run import Run

MEMBERS = 10**9
"""Members that a scenario has: more points than these are not in a Sobol sequence."""


@checked
def simulate(
    spec: Scenario,
    runs: int = RUNS,
    seed: int = 0,
    until: int = DEFAULT_HORIZON,
    first: int = 0,
    keep: Keep = "results",
    progress: Callable[[int, int], None] | None = None,
    scores: Array | None = None,
    agents: Mapping[str, Own] | None = None,
    held: Array | None = None,
) -> Run:
    """Simulate the members `first` … `first + runs` of a scenario's ensemble to the end of a year.

    Args:
        spec: the scenario.
        runs: members, 1 to 100,000.
        seed: names the dice; two scenarios with one seed share them, member by member.
        until: last year, 2027 to 2035.
        first: number of the first member.
        keep: `results`, or `ledger` to keep the chip ledger per class too, or the names of the series that are needed:
            fewer cost less.
        progress: called with (members done, members) after each chunk.
        scores: normal scores of the parameters, (Sobol columns, runs), instead of those that belong to the members.
        agents: custom actors, by name (`united_states`): subclasses of `agents.actor.NationalActor`, usually of
            the actor whose seat they take, or `functools.partial(Mine, threshold=5)` of one with its parameters. They
            decide from the first quarter after the data on; what actors did before is recorded.
        held: (quarters, decisions, 1 or runs) levels at which decisions of actors are held after the data, such as
            another run's `run["decisions"]`; what the scenario fixes comes first.

    Raises:
        InputError: when a number is out of range, or an actor cannot hold its seat.
        FloatingPointError: when a setting, a parameter or an actor is too extreme to be simulated.
    """
    _check(runs, seed, until, first, keep, scores)
    own = seated(agents, spec)
    steps = number(f"{until}-Q4") - FIRST + 1
    inputs, record = inputs_of(spec, steps), record_of(spec)
    held = _check_held(held, inputs, runs)
    log, draws = Log(inputs, runs, keep), []
    for begin in range(first, first + runs, CHUNK):
        end = min(begin + CHUNK, first + runs)
        given = None if scores is None else scores[:, begin - first : end - first]
        part = held if held is None or held.shape[-1] == 1 else held[..., begin - first : end - first]
        into = log.part(begin - first, end - first)
        draws.append(simulate_members(inputs, record, seed, begin, end, into, given, own, part))
        if progress is not None:
            progress(end - first, runs)
    drawn = {name: np.concatenate([getattr(d, name) for d in draws]) for name in vars(draws[0])}
    run = Run(
        spec=spec, seed=seed, first=first, until=until, actors=inputs.actors, series=log.series, parameters=drawn,
        ledger=log.ledger, agents=identities(own), seats=own, held=held,
    )  # fmt: skip
    run.check_finite()
    return run


@checked
def simulate_abreast(
    specs: Sequence[Scenario], runs: int, seed: int = 0, until: int = DEFAULT_HORIZON, first: int = 0,
    keep: Keep = "results",
) -> list[Run]:  # fmt: skip
    """Simulate scenarios that differ in nothing but levers side by side: faster than one by one, to the same bits.

    Args:
        specs: scenarios with one `together`, of `sim.engine.abreast`.
        runs: members of each; all of them stand in one table.
        seed: names the dice.
        until: last year, 2027 to 2035.
        first: number of the first member.
        keep: as for `simulate`.

    Raises:
        InputError: when a number is out of range, or scenarios cannot stand side by side.
        FloatingPointError: when one of them is too extreme to be simulated; by itself it says which.
    """
    _check(runs, seed, until, first, keep, None)
    steps = number(f"{until}-Q4") - FIRST + 1
    shared = {together(spec, steps) for spec in specs}
    if len(shared) != 1 or None in shared:
        raise InputError(f"{', '.join(spec.name for spec in specs)} cannot stand side by side: simulate each by itself")
    each = [inputs_of(spec, steps) for spec in specs]
    logs = [Log(inputs, runs, keep) for inputs in each]
    drawn = vars(simulate_members_abreast(specs, record_of(specs[0]), seed, first, first + runs, logs))
    found = [
        Run(spec=spec, seed=seed, first=first, until=until, actors=inputs.actors, series=log.series, parameters=drawn,
            ledger=log.ledger, agents=identities({}), seats={}, held=None)
        for spec, inputs, log in zip(specs, each, logs, strict=True)
    ]  # fmt: skip
    for run in found:
        run.check_finite()
    return found


def _check(runs: int, seed: int, until: int, first: int, keep: Any, scores: Array | None) -> None:
    check_runs(runs)
    if scores is not None and scores.shape != (SOBOL_DIMENSIONS, runs):
        raise InputError(f"scores has the shape {scores.shape}; with runs={runs} it is ({SOBOL_DIMENSIONS}, {runs})")
    check_seed(seed)
    check_until(until)
    if not 0 <= first <= MEMBERS - runs:
        raise InputError(f"first is {first}; members are numbered from 0 to {MEMBERS - 1:,}")
    if isinstance(keep, str) or not isinstance(keep, Collection):
        if keep not in ("results", "ledger"):
            raise InputError(f"keep is {shown(keep)}; choose from: ledger, results, or a list of names of series")
        return
    for name in keep:
        if not isinstance(name, str) or name not in KEPT:
            raise unknown("series", name if isinstance(name, str) else repr(name), KEPT, "keep")


def _check_held(held: Any, inputs: Inputs, runs: int) -> Array | None:
    """Levels at which decisions are held, as numbers that they can have.

    Raises:
        InputError: for another shape, or a level that is none, after the data.
    """
    if held is None:
        return None
    few = (inputs.steps, len(inputs.decisions))
    levels = np.asarray(held)
    if levels.shape not in ((*few, 1), (*few, runs)) or levels.dtype.kind not in "fiu":
        raise InputError(
            f"held has the shape {levels.shape} and the type {levels.dtype}; for this scenario it is numbers, "
            f"{(*few, runs)}, or 1 at the end for all members"
        )
    levels = levels.astype(float)
    for n, (actor, name) in enumerate(inputs.decisions):
        low, high = min(DECISIONS[name].levels[0], 0.0), DECISIONS[name].levels[-1]
        wrong = ~((levels[inputs.decided_steps :, n] >= low) & (levels[inputs.decided_steps :, n] <= high))
        if wrong.any():
            t, member = np.argwhere(wrong)[0]
            value = levels[inputs.decided_steps + t, n, member]
            raise InputError(
                f"held: {actor}.{name} is {value:g} in {label(FIRST + inputs.decided_steps + int(t))}; the range is "
                f"{low:g} to {high:g}"
            )
    return levels


def past(spec: Scenario, scores: Array) -> tuple[Run, World]:
    """The recorded past at given parameters, with every stream of chance at its middle.

    Args:
        spec: the scenario; the run ends at the edge of its data.
        scores: (Sobol columns, runs) normal scores of the parameters.

    Returns:
        The run, and the world at its end.
    """
    calm = spec.with_changes(switches=spec.switches.model_copy(update={"luck": False}))
    inputs = inputs_of(calm, number(spec.data_until) - FIRST + 1)
    runs = scores.shape[1]
    drawn, log = at_scores(calm, scores), Log(inputs, runs)
    world = run_world(inputs, drawn, noise(inputs, Streams(0, 0, runs, inputs.steps)), None, log)
    run = Run(calm, 0, 0, number(spec.data_until) // 4, inputs.actors, log.series, vars(drawn))
    return run, world


@checked
def compare(
    first: Scenario | Run,
    second: Scenario | Run,
    runs: int = RUNS,
    seed: int = 0,
    until: int = DEFAULT_HORIZON,
    progress: Callable[[int, int], None] | None = None,
    agents: Mapping[str, Own] | None = None,
) -> Comparison:
    """Compare two scenarios (or runs of them) with the same random draws.

    Runs may also be of one scenario with different actors.

    Args:
        first: the reference.
        second: what is compared with it.
        runs: members, where scenarios are given.
        seed: names the dice, where scenarios are given.
        until: last year, where scenarios are given.
        progress: called with (members done, members of both) where scenarios are given.
        agents: custom actors, as for `simulate`, in both where scenarios are given.

    Raises:
        InputError: when runs with different dice are given, a number is out of range, or an actor cannot hold its seat.
    """
    done = [0]

    def each(spec: Scenario | Run) -> Run:
        if isinstance(spec, Run):
            return spec
        run = simulate(
            spec, runs=runs, seed=seed, until=until, agents=agents,
            progress=None if progress is None else lambda n, total: progress(done[0] + n, 2 * total),
        )  # fmt: skip
        done[0] += runs
        return run

    return Comparison(each(first), each(second))


@checked
def costs(run: Run, reference: Scenario | None = None, progress: Callable[[int, int], None] | None = None) -> Costs:
    """What a run costs whom, against a reference with the same random draws and with the same custom actors.

    Args:
        run: a run that keeps its accounts, as one does by default.
        reference: what it is held against; by default current policy in the same world, or open trade where the run is
            of current policy itself.
        progress: called with (members done, members) while the reference is simulated.

    Raises:
        InputError: for a run that did not keep its accounts.
    """
    run[ACCOUNT]  # refuses a run without them
    if run.agents and not run.seats:
        raise InputError(
            "the run was loaded from a file, which holds no code of its custom actors "
            f"({', '.join(run.agents)}); give them: Run.load(…, agents={{…}})"
        )
    other = simulate(
        reference or reference_of(run.spec), runs=run.runs, seed=run.seed, until=run.until, first=run.first,
        keep=[ACCOUNT], progress=progress, agents=run.seats, held=run.held,
    )  # fmt: skip
    return Costs(run, other)
