"""Training with a branched schedule: one trunk at a constant rate, and a decay from it for every token budget.

A branch costs a fifth of its budget, so that all budgets of a size cost little more than the largest one alone. The
trunk is saved where a branch leaves it: an interrupted run resumes there and gives the same losses.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from calibration.device import Device
from calibration.model import GPT, Shape
from calibration.muon import Float32Muon
from calibration.text import Text

DECAY = 0.2
"""Share of a budget in which the rate falls linearly to zero."""
SAVED_EVERY = 60.0
"""Seconds after which a trunk is saved although no branch leaves it yet."""
CLIP = 1.0
"""Largest norm of the gradient."""

Objective = Callable[[GPT, Tensor], Tensor]
"""Loss of a model on tokens `(batch, context + 1)`."""


@dataclass(frozen=True)
class Recipe:
    """How a model is trained."""

    optimizer: str = "muon"
    """`muon` for the matrices in the blocks with AdamW for the rest, `float32 muon` for the same without bfloat16, or
    `adamw` for all."""
    matrix_rate: float = 0.02
    rate: float = 0.03
    """Learning rate of what AdamW trains."""
    warm_up: int = 25 * 1024
    """Tokens over which the rate rises: the same for every run of a plan, since runs are compared."""


class Trainer:
    """A model with its optimizers at a step; its whole state can be saved and restored."""

    def __init__(self, model: GPT, recipe: Recipe, device: Device) -> None:
        self.model, self.recipe, self.device, self.steps = model, recipe, device, 0
        matrices = [] if recipe.optimizer == "adamw" else [p for block in model.blocks for p in block.parameters()]
        chosen = {id(p) for p in matrices}
        rest = [p for p in model.parameters() if id(p) not in chosen]
        adam = torch.optim.AdamW(rest, lr=recipe.rate, betas=(0.9, 0.95), weight_decay=0.0, foreach=True)
        self.optimizers: list[tuple[Any, float]] = [(adam, recipe.rate)]
        if matrices:
            muon: torch.optim.Optimizer
            if recipe.optimizer == "muon":
                muon = torch.optim.Muon(matrices, lr=recipe.matrix_rate, momentum=0.95, weight_decay=0.0)
            else:
                muon = Float32Muon(matrices, lr=recipe.matrix_rate, momentum=0.95)
            self.optimizers.append((muon, recipe.matrix_rate))

    def step(self, tokens: Tensor, objective: Objective, factor: float) -> None:
        """One update at a share `factor` of the full rate."""
        with self.device.precision():
            loss = objective(self.model, tokens)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        for optimizer, rate in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.steps += 1

    def state(self) -> dict[str, Any]:
        """A copy of everything that decides what comes next."""
        return copy.deepcopy(
            {
                "steps": self.steps,
                "model": self.model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer, _ in self.optimizers],
            }
        )

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        state = copy.deepcopy(state)
        self.steps = state["steps"]
        self.model.load_state_dict(state["model"])
        for (optimizer, _), saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)


def next_token(model: GPT, tokens: Tensor) -> Tensor:
    """Cross-entropy of the next token, nats per token."""
    logits = model(tokens[:, :-1])
    return F.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten())


@torch.no_grad()
def score(model: GPT, batches: list[Tensor], device: Device) -> float:
    """Mean cross-entropy over batches, nats per token."""
    total, count = 0.0, 0
    for tokens in batches:
        with device.precision():
            loss = next_token(model, tokens)
        total += float(loss) * len(tokens)
        count += len(tokens)
    return total / count


@dataclass(frozen=True)
class Branch:
    """A finished budget: the model it gave, and the steps that led to it."""

    budget: int
    """Tokens."""
    steps: int
    model: GPT


def branch_step(budget: int, tokens_per_step: int) -> int:
    """The step at which the decay of a budget leaves the trunk."""
    steps = budget // tokens_per_step
    return steps - max(math.ceil(DECAY * steps), 1)


def train_branches(
    shape: Shape,
    recipe: Recipe,
    source: Text,
    budgets: tuple[int, ...],
    device: Device,
    seed: int,
    finished: Callable[[Branch], None],
    done: frozenset[int] = frozenset(),
    objective: Objective = next_token,
    trunk: Path | None = None,
    tick: Callable[[int], None] = lambda _: None,
) -> None:
    """Train one size on every budget, smallest first.

    Args:
        shape: the model.
        recipe: optimizer and rates.
        source: training text.
        budgets: tokens to train on.
        device: where it runs.
        seed: names the model's first weights.
        finished: called with each branch, in order of budget.
        done: budgets that an earlier, interrupted run has finished.
        objective: what is minimized.
        trunk: file in which the trunk is kept between a branch and the next.
        tick: called with the tokens trained on since the last call.
    """
    left = [b for b in sorted(budgets) if b not in done]
    if not left:
        return
    trainer = Trainer(GPT(shape, seed).to(device.torch), recipe, device)
    warm = max(recipe.warm_up // source.tokens_per_step, 1)
    if trunk is not None and trunk.is_file():
        saved = torch.load(trunk, map_location=device.torch, weights_only=True)
        if saved["steps"] <= branch_step(left[0], source.tokens_per_step):  # else the log was cut after the trunk
            trainer.restore(saved)
    saved_at = time.monotonic()
    for budget in left:
        leaves = branch_step(budget, source.tokens_per_step)
        while trainer.steps < leaves:
            trainer.step(source.step(trainer.steps), objective, min(1.0, (trainer.steps + 1) / warm))
            tick(source.tokens_per_step)
            if trunk is not None and time.monotonic() - saved_at > SAVED_EVERY:
                save(trainer.state(), trunk)
                saved_at = time.monotonic()
        saved = trainer.state()
        if trunk is not None:
            save(saved, trunk)
        _decay(trainer, source, budget // source.tokens_per_step, objective, tick)
        finished(Branch(budget, trainer.steps, trainer.model))
        trainer.restore(saved)


def _decay(trainer: Trainer, source: Text, last: int, objective: Objective, tick: Callable[[int], None]) -> None:
    """Train to the step `last` with a rate that falls linearly to zero."""
    length = last - trainer.steps
    while trainer.steps < last:
        trainer.step(source.step(trainer.steps), objective, (last - trainer.steps) / length)
        tick(source.tokens_per_step)


def save(state: dict[str, Any], path: Path) -> None:
    """Write a state so that the file is either the old one or the new one.

    Raises:
        OSError: where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    try:
        torch.save(state, beside)
    except RuntimeError as error:  # what torch makes of a full disk
        raise OSError(f"{beside} cannot be written: {error}") from error
    beside.replace(path)
