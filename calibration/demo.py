"""Scaling while somebody watches: a roofline, four small models and a reinforcement run, in under a minute of one core.

It tells what it does in events, one JSON object each, whose fields `calibration.demo_state` lists.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

import torch
from torch import Tensor

from calibration.corpus import Corpus, corpus
from calibration.device import Device, device
from calibration.guard import memory
from calibration.host import host
from calibration.microbench import LADDER_WIDTH, ON_CPU, _random, _rates
from calibration.model import GPT, Shape
from calibration.plan import DEMO
from calibration.rl import Bracket, Point
from calibration.text import text
from calibration.train import Branch, next_token, score, train_branches

LADDER = (1, 2, 4, 8, 16, 32, 64, 128)
"""Batches of the roofline: from one bound by memory to one bound by arithmetic."""
PRODUCT, COPIED = 1024, 2**26
"""Width of the matrix product, and bytes of the copy, that the roof is taken from."""
TOLD_EVERY = 16
"""Training steps between two points of a loss curve, each the mean over these steps."""
FLOAT = 4
"""Bytes of a float32 number."""

Emit = Callable[[dict[str, Any]], None]


class Teller:
    """Gives events the time since the start, in seconds."""

    def __init__(self, emit: Emit) -> None:
        self._emit, self._start = emit, time.perf_counter()
        self.seconds: dict[str, float] = {}
        """Wall-clock seconds by part."""

    @property
    def at(self) -> float:
        """Seconds since the start."""
        return round(time.perf_counter() - self._start, 3)

    def tell(self, event: str, **fields: Any) -> None:
        """Emit one event."""
        self._emit({"event": event, "at": self.at, **fields})

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time within as that of a part."""
        before = self.at
        yield
        self.seconds[name] = round(self.at - before, 2)


def run(emit: Emit, seed: int = 0, repeats: int = 0) -> None:
    """Run the demo.

    Args:
        emit: called with each event.
        seed: names the dice.
        repeats: how many further seeds the smallest model is trained with at the end, to see what a seed does.

    Raises:
        OSError: where this Python has no source of its standard library to train on.
        MemoryError: where the machine has too little memory.
    """
    teller = Teller(emit)
    try:
        _run(teller, device("cpu"), seed, repeats)
    except RuntimeError as error:  # what torch makes of an allocation that fails
        if "allocate memory" not in str(error):
            raise
        raise MemoryError("the machine has too little memory for the demo") from error


def _run(teller: Teller, where: Device, seed: int, repeats: int) -> None:
    torch.utils.deterministic.fill_uninitialized_memory = False  # it finds faults, changes no result, and takes time
    content = corpus(DEMO.corpus)
    teller.tell("plan", **_plan(where, content, seed))
    with teller.part("roofline"):
        _roofline(teller, where)
    with teller.part("training"):
        for shape in DEMO.sizes:
            _train(teller, where, content, shape, seed)
    with teller.part("reinforcement"):
        _reinforce(teller, where, seed)
    processor = where.seconds()
    if repeats:
        with teller.part("repeats"):
            _repeat(teller, where, content, seed, repeats)
    seconds = {**teller.seconds, "total": teller.at}
    teller.tell("finished", seconds=seconds, processor_seconds=round(processor, 2), peak_memory=memory(peak=True))


def _plan(where: Device, content: Corpus, seed: int) -> dict[str, Any]:
    """What will be done, and where."""
    budget = DEMO.budgets[0]
    return {
        "made": date.today().isoformat(), "host": host(where, ()).name, "torch": torch.__version__, "seed": seed,
        "corpus": content.describe(), "tokens": budget,
        "models": [
            {"size": s.name, "parameters": s.parameters, "flop": s.train_flop(budget)} for s in DEMO.sizes
        ],
        "base": DEMO.rl.bases[0][1], "steps": DEMO.rl.steps,
    }  # fmt: skip


# --- roofline ---------------------------------------------------------------------------------------------------------


def _roofline(teller: Teller, where: Device) -> None:
    """The roof, and products whose batch grows until arithmetic and no longer memory bounds them.

    A copy also fetches what it overwrites, so a product that only reads may draw more from memory: the roof is the
    better of the two.
    """
    a, b = (torch.ones(COPIED // FLOAT) for _ in range(2))
    copied, _ = _rates(where, ON_CPU, lambda: b.copy_(a), 2 * COPIED)
    square = _random(where, PRODUCT, PRODUCT)
    compute, _ = _rates(where, ON_CPU, lambda: square @ square, 2 * PRODUCT**3)
    weights = _random(where, LADDER_WIDTH, LADDER_WIDTH)
    for batch in LADDER:
        flop, moved = 2 * batch * LADDER_WIDTH**2, FLOAT * (LADDER_WIDTH**2 + 2 * batch * LADDER_WIDTH)
        best, _ = _rates(where, ON_CPU, partial(torch.matmul, _random(where, batch, LADDER_WIDTH), weights), flop)
        if batch == LADDER[0]:
            read = best * moved / flop
            teller.tell("roofline", compute_flops=compute, bandwidth=max(copied, read), copied=copied, read=read)
        teller.tell("ladder", batch=batch, intensity=flop / moved, flops=best)


# --- training ---------------------------------------------------------------------------------------------------------


def _train(teller: Teller, where: Device, content: Corpus, shape: Shape, seed: int) -> None:
    """Train a size on the budget, and tell its loss on the way and its validation loss at the end."""
    before, budget = teller.at, DEMO.budgets[0]
    told: list[float] = []
    trained = [0]

    def objective(model: GPT, tokens: Tensor) -> Tensor:
        loss = next_token(model, tokens)
        told.append(loss.item())
        return loss

    def tick(tokens: int) -> None:
        trained[0] += tokens
        if len(told) == TOLD_EVERY:
            flop = shape.train_flop(trained[0])
            teller.tell("training", size=shape.name, tokens=trained[0], flop=flop, loss=round(statistics.mean(told), 5))
            told.clear()

    loss = _loss(where, content, shape, seed, objective, tick)
    seconds = round(teller.at - before, 2)
    flop = shape.train_flop(budget)
    teller.tell("model", size=shape.name, parameters=shape.parameters, flop=flop, loss=loss, seconds=seconds)


def _loss(where: Device, content: Corpus, shape: Shape, seed: int, objective: Any = next_token,
          tick: Callable[[int], None] = lambda tokens: None) -> float:  # fmt: skip
    """Validation loss of a size after the budget, nats per byte: the same cell as in a campaign."""
    held_back = text(content.validation_bytes, DEMO.context, 1, 0, where).all_in_order(DEMO.scored)
    found: list[float] = []

    def finished(branch: Branch) -> None:
        found.append(score(branch.model, held_back, where))

    source = text(content.train_bytes, DEMO.context, DEMO.batch, seed, where)
    train_branches(
        shape, DEMO.recipe, source, DEMO.budgets, where, seed, finished, objective=objective, tick=tick
    )  # fmt: skip
    return round(found[0], 6)


def _repeat(teller: Teller, where: Device, content: Corpus, seed: int, repeats: int) -> None:
    """The smallest model again with other seeds."""
    shape = DEMO.shape(DEMO.seed_cell[0])
    for extra in range(seed + 1, seed + repeats + 1):
        teller.tell("repeated", size=shape.name, seed=extra, loss=_loss(where, content, shape, extra))


# --- reinforcement ----------------------------------------------------------------------------------------------------


def _reinforce(teller: Teller, where: Device, seed: int) -> None:
    """Teach a base, then let it learn from its own samples."""
    task = Bracket(DEMO.rl, seed, where)
    steps, flop = task.teach(DEMO.rl.bases[0][1])
    teller.tell("taught", steps=steps, flop=flop)

    def scored(point: Point) -> None:
        teller.tell("point", step=point.step, flop=point.flop, passed=point.passed)

    task.reinforce(scored=scored)
