"""Many simulations, few numbers each: the one function that studies and analyses send to other processes.

Anything shaped like `concurrent.futures.Executor` runs the tasks; without one they run here, one after the other. A
task is plain data and its answer depends on nothing else, so that every executor gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from scenarios.quarters import FIRST, number
from scenarios.schema import Scenario
from sim.batch.executors import Pool, pool_of
from sim.batch.hand_out import hand_out
from sim.engine.abreast import together
from sim.engine.chunk import CHUNK
from sim.ensemble.rng import PAD, Array
from sim.own import Own, check_travels
from sim.results.outcomes import custom
from sim.results.outcomes.scalar import Outcome
from sim.results.run import Run
from sim.run import simulate, simulate_abreast
from sim.short import Short

TABLE = 2 * CHUNK
"""Members of a table in which tasks stand side by side: somebody who waits for a worker waits for one table."""
Progress = Callable[[int, int], None]
"""Called with (futures simulated, futures in all)."""


@dataclass(frozen=True, repr=False)
class Task(Short):
    """Members `first` … `first + runs` of a scenario, and what is asked of each."""

    spec: Scenario
    outcomes: tuple[Outcome, ...]
    runs: int
    seed: int = 0
    first: int = 0
    until: int | None = None
    """Last year; by default the last that an outcome needs."""
    scores: Array | None = None
    """Normal scores of the parameters, (Sobol columns, runs), instead of those that belong to the members."""
    parameters: bool = False
    """Whether the drawn parameters are answered too, as `parameter.NAME`."""
    agents: Mapping[str, Own] = field(default_factory=dict)
    """Custom actors, by the name of their seat."""

    def __post_init__(self) -> None:
        custom.check_names(self.outcomes)

    @property
    def horizon(self) -> int:
        """The year at whose end the run stops."""
        return self.until or max(outcome.until for outcome in self.outcomes)


def evaluate(task: Task) -> dict[str, Array]:
    """Answer a task: outcome (as text) → value in every member, `(runs,)`.

    Raises:
        InputError: for an outcome that the scenario cannot have.
        FloatingPointError: when a setting or parameter is too extreme to be simulated.
    """
    keep = frozenset().union(*(outcome.needs for outcome in task.outcomes))
    answers: list[dict[str, Array]] = []
    for begin in range(0, task.runs, CHUNK):
        count = min(CHUNK, task.runs - begin)
        with np.errstate(all="ignore"):  # numbers that are not finite are refused afterward, in one line
            run = simulate(
                task.spec, runs=count, seed=task.seed, until=task.horizon, first=task.first + begin, keep=keep,
                scores=None if task.scores is None else task.scores[:, begin : begin + count],
                agents=task.agents,
            )  # fmt: skip
        answers.append(_answer(task, run))
    return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}


def _answer(task: Task, run: Run) -> dict[str, Array]:
    """What is asked of a run."""
    found = {str(outcome): np.asarray(outcome.of(run)) for outcome in task.outcomes}
    if task.parameters:
        found |= {f"parameter.{name}": values for name, values in run.parameters.items()}
    return found


def evaluate_pack(tasks: Sequence[Task]) -> list[dict[str, Array]]:
    """Answer tasks of one pack side by side: the same bits as one by one, sooner.

    Raises:
        InputError: for an outcome that a scenario cannot have.
        FloatingPointError: when a setting or parameter is too extreme to be simulated.
    """
    if len(tasks) == 1:
        return [evaluate(tasks[0])]
    one = tasks[0]
    keep = frozenset().union(*(outcome.needs for task in tasks for outcome in task.outcomes))
    try:
        with np.errstate(all="ignore"):
            found = simulate_abreast([t.spec for t in tasks], one.runs, one.seed, one.horizon, one.first, keep)
    except FloatingPointError:
        return [evaluate(task) for task in tasks]  # it says which is too extreme
    return [_answer(task, run) for task, run in zip(tasks, found, strict=True)]


def packs(tasks: Sequence[Task], pool: Pool) -> list[list[int]]:
    """Places of tasks that are answered side by side, as many as fit into one table, the same number at each worker."""
    groups: dict[Hashable, list[int]] = {}
    for place, task in enumerate(tasks):
        shared = _alike(task)
        groups.setdefault(place if shared is None else (shared, pool.knows(task)), []).append(place)
    found = []
    for places in groups.values():
        fit = max(TABLE // max(tasks[places[0]].runs, PAD), 1)
        count = -(-len(places) // fit)
        count = min(-(-count // pool.workers) * pool.workers, len(places))
        found += [part.tolist() for part in np.array_split(np.array(places), count)]
    return found


def _alike(task: Task) -> Hashable:
    """What tasks share that can be answered side by side; None for one that stands alone."""
    if task.scores is not None or task.agents or task.runs > TABLE // 2:
        return None
    shared = together(task.spec, number(f"{task.horizon}-Q4") - FIRST + 1)
    return None if shared is None else (shared, task.runs, task.seed, task.first, task.horizon)


def evaluate_all(
    tasks: Iterable[Task],
    executor: Executor | None = None,
    progress: Progress | None = None,
    total: int | None = None,
) -> list[dict[str, Array]]:
    """Answer tasks in their order, here or by an executor; those of a list that fit together are simulated together.

    Args:
        tasks: what to simulate; they may be made as they are needed.
        executor: who does it; this process by default.
        progress: called after each task.
        total: futures in all, where tasks are not a list that can be counted.
    """
    packed: list[list[int]] | None = None
    if not isinstance(tasks, Sequence):
        tasks = list(tasks) if total is None else tasks
    if isinstance(tasks, Sequence):
        total = sum(task.runs for task in tasks)
        packed = packs(tasks, pool_of(executor))
        jobs: Iterable[list[Task]] = [[tasks[place] for place in places] for places in packed]
    else:
        jobs = ([task] for task in tasks)
    done, found = 0, dict[int, dict[str, Array]]()
    with closing(_answers(jobs, executor)) as answers:
        for n, answer in answers:
            places = [n] if packed is None else packed[n]
            for place, each in zip(places, answer, strict=True):
                found[place] = each
                done += len(next(iter(each.values())))
            if progress is not None:
                progress(done, total or 0)
    return [found[place] for place in range(len(found))]


def _answers(
    jobs: Iterable[list[Task]], executor: Executor | None
) -> Generator[tuple[int, list[dict[str, Array]]], None, None]:
    """Answers as they come, with the number of their job."""
    if executor is None:
        yield from enumerate(map(evaluate_pack, jobs))
        return
    pool = pool_of(executor)
    yield from hand_out(jobs if pool.shares_memory else map(_sendable, jobs), evaluate_pack, pool)


def _sendable(tasks: list[Task]) -> list[Task]:
    """Tasks whose actors and outcomes can be sent to other processes; others are refused here, where it can be said."""
    for task in tasks:
        check_travels(task.agents)
        custom.check_travels(task.outcomes)
    return tasks
