"""Efficiency levers measured on small models: what the same loss would have cost without them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from calibration import curves
from calibration.campaign import Campaign
from calibration.dice import torch_seed
from calibration.model import GPT, Shape
from calibration.plan import Plan

SOFT = 0.9
"""Weight of the teacher's probabilities in a student's loss; the rest is the text itself."""
LARGEST_ERROR = 2.0
"""Standard deviation of ln gain beyond which a gain says nothing anyway: on a curve that hardly falls."""
GENERATED_AT_ONCE = 512
"""Sequences that the teacher writes side by side."""


def measure(campaign: Campaign) -> list[dict[str, Any]]:
    """Every lever of the plan, from the log as far as it is there."""
    return list(each(campaign))


def each(campaign: Campaign) -> Iterator[dict[str, Any]]:
    """The same lever by lever: what was finished stays when the time is up."""
    parts = {
        "distillation": distillation, "repetition": repetition, "synthetic": synthetic, "optimizer": optimizer
    }  # fmt: skip
    for name in campaign.plan.levers.names:
        yield from parts[name](campaign)


def plain_curve(campaign: Campaign, shape: Shape, also: tuple[int, ...] = ()) -> tuple[list[float], list[float]]:
    """Tokens and losses of plain training of a size: the grid's cells and some further, smaller budgets."""
    cells = campaign.trained(f"cell/{shape.name}", shape, campaign.plan.cells(shape))
    for budget in also:  # each on its own, so that the order in which levers ask for them changes nothing
        if budget not in campaign.plan.cells(shape):
            cells = cells + campaign.trained(f"plain/{shape.name}", shape, (budget,))
    cells = sorted(cells, key=lambda row: row["tokens"])
    return [row["tokens"] for row in cells], [row["loss"] for row in cells]


def _gain(name: str, row: dict[str, Any], curve: tuple[list[float], list[float]], sd: float) -> dict[str, Any]:
    """A lever's row: tokens of plain training that its loss is worth, over the tokens it took."""
    value = curves.worth(row["loss"], *curve)
    error = min(math.sqrt(2) * sd / abs(curves.slope_at(*curve, value)), LARGEST_ERROR)
    return {
        "lever": name, "size": row["size"], "tokens": row["tokens"], "flop": row["flop"], "loss": row["loss"],
        "worth_tokens": value, "gain": value / row["tokens"], "log_gain_sd": error, "seconds": row["seconds"],
    }  # fmt: skip


def seed_sd(campaign: Campaign) -> float:
    """What a seed does to a loss; a thousandth of a nat is the least that is believed."""
    sd = campaign.seed_sd()
    return max(sd, 1e-3) if math.isfinite(sd) else 0.01


# --- distillation ---------------------------------------------------------------------------------------------------


def distillation(campaign: Campaign) -> list[dict[str, Any]]:
    """A student that learns from a teacher's probabilities: the teacher free, charged, and charged with training."""
    plan = campaign.plan
    shape, (teacher_shape, teacher_tokens) = plan.levers.student, plan.teacher
    curve = plain_curve(campaign, shape, also=(min(plan.levers.distilled),))
    part = f"distilled/{shape.name}"
    left = [budget for budget in plan.levers.distilled if not campaign.log.has(f"{part}/{budget}")]
    teacher = campaign.teacher() if left else None

    def objective(student: GPT, tokens: Tensor) -> Tensor:
        with torch.no_grad():
            soft = teacher(tokens[:, :-1]).float().softmax(-1).flatten(0, 1)  # type: ignore[misc]  # asked only if left
        logits = student(tokens[:, :-1]).float().flatten(0, 1)
        return SOFT * F.cross_entropy(logits, soft) + (1 - SOFT) * F.cross_entropy(logits, tokens[:, 1:].flatten())

    rows = campaign.trained(part, shape, plan.levers.distilled, objective=objective)
    result = []
    for row in rows:
        found = _gain("distillation", row, curve, seed_sd(campaign))
        own = shape.train_flop(row["tokens"])
        asked = teacher_shape.forward_flop(row["tokens"])
        found["gain_charged"] = found["gain"] * own / (own + asked)
        found["gain_charged_with_training"] = (
            found["gain"] * own / (own + asked + teacher_shape.train_flop(teacher_tokens))
        )
        found["teacher"] = f"{teacher_shape.name} on {teacher_tokens:,} bytes"
        result.append(found)
    return result


# --- data -----------------------------------------------------------------------------------------------------------


def small_text(campaign: Campaign) -> np.ndarray:
    """Passages from all over the training text, those it would be read in first: what is repeated or stretched.

    One stretch of it would be a few files, and their own words; new text would then differ in more than being new.
    """
    whole, count = campaign.reading(), campaign.plan.levers.unique // campaign.plan.context
    chosen = whole.order(0)[:count, None] * whole.context + np.arange(whole.context)
    return campaign.corpus.train_bytes[chosen.ravel()]


def repetition(campaign: Campaign) -> list[dict[str, Any]]:
    """The same small text over and over: how many new tokens the passes are worth."""
    lever = campaign.plan.levers
    budgets = tuple(lever.unique * epochs for epochs in lever.epochs)
    curve = plain_curve(campaign, lever.reader, also=_below_grid(campaign.plan, lever.unique))
    rows = campaign.trained(
        f"repeated/{lever.reader.name}", lever.reader, budgets, campaign.reading(small_text(campaign))
    )
    result = []
    for row in rows:
        found = _gain("repetition", row, curve, seed_sd(campaign))
        epochs = row["tokens"] / lever.unique
        found["epochs"] = epochs
        constant = curves.repetition_constant(lever.unique, found["worth_tokens"], epochs)
        found["constant"] = constant if math.isfinite(constant) else None
        found["unique"] = lever.unique
        result.append(found)
    return result


def _below_grid(plan: Plan, least: int) -> tuple[int, ...]:
    """Budgets between `least` and the grid's smallest, each twice the one before."""
    budgets = []
    while least < min(plan.budgets):
        budgets.append(least)
        least *= 2
    return tuple(budgets)


def synthetic(campaign: Campaign) -> list[dict[str, Any]]:
    """A small text stretched with text that the teacher wrote, against the small text repeated as often."""
    lever = campaign.plan.levers
    budget = lever.unique * (1 + lever.stretched)
    curve = plain_curve(campaign, lever.reader, also=_below_grid(campaign.plan, lever.unique))
    repeated = campaign.trained(
        f"repeated/{lever.reader.name}", lever.reader, _with(campaign, budget), campaign.reading(small_text(campaign))
    )
    part = f"synthetic/{lever.reader.name}"
    source = None
    if not campaign.log.has(f"{part}/{budget}"):
        source = campaign.reading(np.concatenate([small_text(campaign), _written(campaign)]))
    (row,) = campaign.trained(part, lever.reader, (budget,), source)
    found = _gain("synthetic", row, curve, seed_sd(campaign))
    same = next(r for r in repeated if r["tokens"] == budget)
    against = _gain("repetition", same, curve, seed_sd(campaign))
    found["worth_of_repetition"] = against["worth_tokens"]
    found["gain_over_repetition"] = found["worth_tokens"] / against["worth_tokens"]
    found["log_gain_sd"] = math.hypot(found["log_gain_sd"], against["log_gain_sd"])
    return [found]


def _with(campaign: Campaign, budget: int) -> tuple[int, ...]:
    lever = campaign.plan.levers
    return tuple(sorted({lever.unique * epochs for epochs in lever.epochs} | {budget}))


def _written(campaign: Campaign) -> np.ndarray:
    """Bytes that the teacher writes at temperature 1; they are kept, since writing them takes a while."""
    path = campaign.work / "written.npy"
    if not path.is_file() or not campaign.log.has("written"):
        start = campaign.device.seconds()
        content = _write(campaign, campaign.plan.levers.unique * campaign.plan.levers.stretched)
        with path.with_suffix(".part").open("wb") as file:
            np.save(file, content)
        path.with_suffix(".part").replace(path)
        campaign.log.add("written", {"bytes": len(content), "seconds": campaign.device.seconds() - start})
    return np.asarray(np.load(path))


@torch.no_grad()
def _write(campaign: Campaign, count: int) -> np.ndarray:
    """Passages of one context each, every one from a byte of the small text."""
    teacher, device = campaign.teacher(), campaign.device
    generator = torch.Generator(device=device.torch).manual_seed(torch_seed(campaign.seed, "synthetic text"))
    firsts = torch.from_numpy(small_text(campaign)).to(device.torch).long()
    passages = []
    for _ in range(math.ceil(count / (GENERATED_AT_ONCE * campaign.plan.context))):
        places = torch.randint(len(firsts), (GENERATED_AT_ONCE, 1), generator=generator, device=device.torch)
        token, cache, said = firsts[places], None, []
        for _ in range(campaign.plan.context):
            said.append(token)
            with device.precision():
                logits, cache = teacher.extend(token, cache)
            token = torch.multinomial(logits[:, -1].float().softmax(-1), 1, generator=generator)
        passages.append(torch.cat(said, 1).flatten().to(torch.uint8).cpu().numpy())
        campaign.tell("writing synthetic text", 1.0)
    return np.concatenate(passages)[:count]


# --- optimizer ------------------------------------------------------------------------------------------------------


def optimizer(campaign: Campaign) -> list[dict[str, Any]]:
    """Muon against AdamW: tokens that AdamW, at the best of its settings, needs for each of Muon's, by size."""
    lever, budget = campaign.plan.levers, min(campaign.plan.budgets)
    least = _below_grid(campaign.plan, max(budget // 4, campaign.plan.context * campaign.plan.batch * 10))
    result = []
    for shape in lever.optimized:
        curve = plain_curve(campaign, shape, also=least)
        rows = []
        for batch, rate in lever.adam:
            recipe = replace(campaign.plan.recipe, optimizer="adamw", rate=rate)
            part = f"adamw/{batch}/{rate:g}/{shape.name}"
            rows += campaign.trained(part, shape, (budget,), campaign.reading(batch=batch), recipe)
        found = _gain("optimizer", min(rows, key=lambda row: row["loss"]), curve, seed_sd(campaign))
        found["gain"] = 1 / found["gain"]  # its loss is worth so much less to Muon
        found["tried"] = [
            {"batch": b, "rate": r, "loss": row["loss"]} for (b, r), row in zip(lever.adam, rows, strict=True)
        ]
        result.append(found)
    return result
