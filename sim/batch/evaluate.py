"""Many simulations, few numbers each: the one function that studies and analyses send to other processes.

Anything shaped like `concurrent.futures.Executor` runs the tasks; without one they run here, one after the other. A
task is plain data and its answer depends on nothing else, so that every executor gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from scenarios.schema import Scenario
from sim.batch.executors import pool_of
from sim.batch.hand_out import hand_out
from sim.engine.chunk import CHUNK
from sim.ensemble.rng import Array
from sim.own import Own, check_travels
from sim.results.outcomes.scalar import Outcome
from sim.run import simulate
from sim.short import Short

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
        found = {str(outcome): np.asarray(outcome.of(run)) for outcome in task.outcomes}
        if task.parameters:
            found |= {f"parameter.{name}": values for name, values in run.parameters.items()}
        answers.append(found)
    return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}


def evaluate_all(
    tasks: Iterable[Task],
    executor: Executor | None = None,
    progress: Progress | None = None,
    total: int | None = None,
) -> list[dict[str, Array]]:
    """Answer tasks in their order, here or by an executor.

    Args:
        tasks: what to simulate; they may be made as they are needed.
        executor: who does it; this process by default.
        progress: called after each task.
        total: futures in all, where tasks are not a list that can be counted.
    """
    if total is None:
        tasks = list(tasks)
        total = sum(task.runs for task in tasks)
    done, found = 0, dict[int, dict[str, Array]]()
    with closing(_answers(tasks, executor)) as answers:
        for number, answer in answers:
            found[number] = answer
            done += len(next(iter(answer.values())))
            if progress is not None:
                progress(done, total)
    return [found[number] for number in range(len(found))]


def _answers(tasks: Iterable[Task], executor: Executor | None) -> Generator[tuple[int, dict[str, Array]], None, None]:
    """Answers as they come, with the number of their task."""
    if executor is None:
        yield from enumerate(map(evaluate, tasks))
        return
    pool = pool_of(executor)
    yield from hand_out(tasks if pool.shares_memory else map(_sendable, tasks), evaluate, pool)


def _sendable(task: Task) -> Task:
    """A task whose actors can be sent to other processes; others are refused here, where it can be said."""
    check_travels(task.agents)
    return task
