"""What a person sees while a campaign runs: a bar with the time left, or a line for each thing that begins."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from calibration.campaign import CALL_SECONDS, FLOP_PER_SECOND, RL_STEP_FLOP
from calibration.deadline import Tell
from calibration.plan import Plan

BENCH_COST = 25.0
"""Cost of the microbenchmarks in the units of the bar."""


def work(plan: Plan, what: str) -> float:
    """Cost of the parts asked for, roughly, in seconds of a processor; only the bar uses it."""

    def training(shape: Any, budgets: tuple[int, ...], step: int) -> float:
        tokens = max(budgets) * 0.8 + 0.2 * sum(budgets)
        return tokens / step * CALL_SECONDS + shape.train_flop(tokens) / FLOP_PER_SECOND

    step = plan.batch * plan.context
    grid = sum(training(shape, plan.cells(shape), step) for shape in plan.sizes)
    grid += plan.seeds * training(plan.shape(plan.seed_cell[0]), (plan.seed_cell[1],), step)
    lever, rl = plan.levers, plan.rl
    costs = {
        "distillation": training(lever.student, lever.distilled, step),
        "repetition": training(lever.reader, tuple(lever.unique * e for e in lever.epochs), step),
        "synthetic": training(lever.reader, (lever.unique * (1 + lever.stretched),), step),
        "optimizer": sum(
            training(shape, (min(plan.budgets),), batch * plan.context)
            for shape in lever.optimized
            for batch, _ in lever.adam
        ),
    }
    extra = sum(costs[name] for name in lever.names)
    extra += len(rl.bases) * rl.seeds * rl.steps * RL_STEP_FLOP / FLOP_PER_SECOND
    return {
        "bench": BENCH_COST, "train": grid, "levers": grid + extra, "all": BENCH_COST + grid + extra, "fit": 1.0
    }[what]  # fmt: skip


@contextmanager
def progress(total: float) -> Iterator[Tell]:
    """A bar with time left where a person is watching; otherwise a line whenever something else begins."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description:<34}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("starting", total=total)
            yield lambda what, cost: bar.update(task, advance=cost, description=what[:34])
        return
    last = [""]

    def tell(what: str, cost: float) -> None:
        if what != last[0]:
            print(what, file=sys.stderr, flush=True)
            last[0] = what

    yield tell
