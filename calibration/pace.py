"""How fast a device is, from its first steps: what a time limit is divided by."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from calibration import scaling
from calibration.budget import Pace
from calibration.device import Device
from calibration.model import GPT, Shape
from calibration.plan import Plan, RLPlan
from calibration.rl import SCORED_EVERY, TAUGHT, Bracket, answer, prompts
from calibration.train import Recipe, Trainer, next_token

TRIED = 0.02
"""Share of the time limit that one try may take; what is expected to take more is extrapolated."""
REPEATS = 3


def measured(plan: Plan, where: Device, within: float) -> Pace:
    """Seconds of a step at every size, of reinforcement and of the fit; a few hundredths of the time limit in all."""
    most = TRIED * within
    per_token, batch, fixed, tried, rate = _sizes(plan, where, most)
    taught, scored, step = _reinforcement(plan.rl, where, rate, most)
    return Pace(per_token, batch, fixed, tried, rate, step, taught, scored, _search())


def _wall(where: Device, call: Callable[[], object]) -> float:
    """Seconds that pass, whoever else uses the machine: a limit is one of time, not of work."""
    where.seconds()  # on a GPU, wait for what is under way
    start = time.perf_counter()
    call()
    where.seconds()
    return time.perf_counter() - start


def _typical(where: Device, call: Callable[[], object], most: float) -> float:
    """Median of a few calls after a first one, which may have to load a library; of one where it is slow."""
    if (first := _wall(where, call)) > most:
        return first
    once = _wall(where, call)
    if once > most / REPEATS:
        return once
    return statistics.median(_wall(where, call) for _ in range(REPEATS))


def _sizes(plan: Plan, where: Device, most: float) -> tuple[dict[str, float], int, float, tuple[str, ...], float]:
    """What steps take at each size.

    Returns:
        seconds per token by size; the sequences of the steps that were timed; the share of such a step of the smallest
        size that is the same for one sequence; the sizes that were timed; FLOP/s of the largest of them.
    """
    smallest = plan.sizes[0]
    single = _typical(where, _step(smallest, 1, plan.recipe, where), most)
    batch = plan.batch
    while batch > 1 and single * batch > most / REPEATS:  # as many sequences as can be tried without knowing more
        batch //= 2
    per_token: dict[str, float] = {}
    tried: list[str] = []
    rate = smallest.train_flop(smallest.context) / single
    for shape in plan.sizes:
        if shape.train_flop(batch * shape.context) / rate > most:
            per_token[shape.name] = shape.train_flop(1) / rate
            continue
        seconds = single
        if (shape, batch) != (smallest, 1):
            seconds = _typical(where, _step(shape, batch, plan.recipe, where), most)
        tokens = batch * shape.context
        per_token[shape.name], rate = seconds / tokens, shape.train_flop(tokens) / seconds
        tried.append(shape.name)
    whole = per_token[smallest.name] * batch * smallest.context
    fixed = min(max((batch * single / whole - 1) / (batch - 1), 0.0), 1.0) if batch > 1 else 0.0
    return per_token, batch, fixed, tuple(tried), rate


def _step(shape: Shape, batch: int, recipe: Recipe, where: Device) -> Callable[[], None]:
    trainer = Trainer(GPT(shape, seed=1).to(where.torch), recipe, where)
    tokens = torch.zeros((batch, shape.context + 1), dtype=torch.long, device=where.torch)
    return lambda: trainer.step(tokens, next_token, 1.0)


def _reinforcement(plan: RLPlan, where: Device, rate: float, most: float) -> tuple[float, float, float]:
    """Seconds of a step of demonstrations with its part of the scoring, of a score, and of a step of reinforcement."""
    length = plan.longest + plan.deepest + 2
    answers = plan.prompts * plan.samples
    work = {
        "taught": plan.shape.train_flop(TAUGHT * (length - 1), length),
        "scored": plan.shape.forward_flop(plan.scored * length, length),
        "answered": plan.shape.forward_flop(answers * plan.deepest, length),
        "improved": plan.shape.train_flop(answers * (length - 1), length),
    }
    task = Bracket(plan, 1, where)
    optimizer = torch.optim.AdamW(task.model.parameters(), lr=0.0)
    asked, right = (x.to(where.torch) for x in prompts(plan, plan.prompts, task.maker))

    def learn(count: int) -> Callable[[], None]:
        rows = torch.arange(count, device=where.torch) % len(asked)
        weight = torch.ones(count, device=where.torch)
        return lambda: task._step(optimizer, asked[rows], right[rows], weight)

    calls: dict[str, Callable[[], object]] = {
        "taught": learn(TAUGHT), "scored": task.passed, "improved": learn(answers),
        "answered": lambda: answer(task.model, asked, right.shape[1], task.generator, where, plan.samples),
    }  # fmt: skip
    took = {
        name: _typical(where, call, most) if work[name] / rate < most else work[name] / rate
        for name, call in calls.items()
    }
    return (
        took["taught"] + took["scored"] / SCORED_EVERY, took["scored"],
        took["answered"] + took["improved"],
    )  # fmt: skip


def search(grid: scaling.Grid) -> float:
    """Seconds of one search for a law through cells."""
    form = scaling.FORMS["additive"]
    starts = form.starts[::9]
    start = time.perf_counter()
    scaling.fit(grid, form, starts)
    return (time.perf_counter() - start) / len(starts)


def _search() -> float:
    """The same before there are cells, on a grid that follows a law."""
    size, tokens = (x.ravel() for x in np.meshgrid(np.geomspace(1e4, 1e6, 4), np.geomspace(1e6, 1e8, 3)))
    return search(scaling.Grid(size, tokens, 1.0 + 30 * size**-0.4 + 300 * tokens**-0.45))
