"""Reinforcement learning with a verifiable reward: close the brackets, and be paid only for the whole answer.

A base is first taught by demonstrations until it answers a given share of prompts. Then it learns from its own
samples by group-relative policy optimization (GRPO: Shao et al. 2024, arXiv 2402.03300), without a penalty for
leaving the base and with on-policy updates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from calibration.device import Device
from calibration.dice import torch_seed
from calibration.model import GPT, Cache
from calibration.plan import RLPlan

KINDS = 3
"""Kinds of brackets: tokens 0 to 2 open, 3 to 5 close."""
END, PAD, ASK = 6, 7, 8
"""The remaining tokens: end of an answer, filling before a prompt, and the mark after it."""
TAUGHT = 64
"""Demonstrations per step."""
TEACHING_RATE = 3e-3
SCORED_EVERY = 5
"""Steps of demonstrations between two looks at how many prompts pass."""
LONGEST_TEACHING = 2000
"""Steps after which a base that has not reached its share is taken as it is."""
AT_ONCE = 1024
"""Answers whose gradient is taken together; more would not fit into a GPU's memory."""
SCORES = 12
"""How often a run is scored along the way."""


def prompts(plan: RLPlan, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Random prompts and their only right answers.

    Returns:
        (count, longest + 1) brackets that leave 1 … deepest open, filled from the left, then the mark; and
        (count, deepest + 1) the closing brackets in order and the end, filled from the right.
    """
    asked = torch.full((count, plan.longest + 1), PAD)
    answers = torch.full((count, plan.deepest + 1), PAD)
    numbers = torch.rand(count, plan.longest + 1, generator=generator).tolist()
    kinds = torch.randint(KINDS, (count, plan.longest), generator=generator).tolist()
    for row in range(count):
        least = min(4, plan.longest)
        length = least + int(numbers[row][0] * (plan.longest - least + 1))
        brackets, still_open = _brackets(plan, length, numbers[row][1:], kinds[row])
        asked[row, plan.longest - len(brackets) : plan.longest] = torch.tensor(brackets)
        answer = [kind + KINDS for kind in reversed(still_open)] + [END]
        answers[row, : len(answer)] = torch.tensor(answer)
    asked[:, -1] = ASK
    return asked, answers


def _brackets(plan: RLPlan, length: int, numbers: list[float], kinds: list[int]) -> tuple[list[int], list[int]]:
    """A sequence of brackets, and the kinds of those that are still open after it."""
    written: list[int] = []
    still_open: list[int] = []
    for i in range(length):
        last = i == length - 1
        may_close = still_open and not (last and len(still_open) == 1)
        if len(still_open) == plan.deepest or (may_close and numbers[i] < 0.45):
            written.append(still_open.pop() + KINDS)
        else:
            still_open.append(kinds[i])
            written.append(kinds[i])
    return (written, still_open) if still_open else _brackets(plan, 1, numbers, kinds)


def rewards(said: Tensor, right: Tensor) -> Tensor:
    """(…,) 1 where everything up to and including the end is right, else 0."""
    return ((said == right) | (right == PAD)).all(-1).float()


@torch.no_grad()
def answer(
    model: GPT, asked: Tensor, length: int, generator: torch.Generator | None, device: Device, samples: int = 1
) -> Tensor:
    """(prompts × samples, length) answers; a prompt is read once for all its samples.

    Sampled at temperature 1, or the likeliest tokens where there is no generator.
    """
    with device.precision():
        logits, cache = model.extend(asked, None)
    logits, cache = logits[:, -1:].repeat_interleave(samples, 0), _repeated(cache, samples)
    said: list[Tensor] = []
    for i in range(length):
        last = logits[:, -1].float()
        if generator is None:
            token = last.argmax(-1, keepdim=True)
        else:
            token = torch.multinomial(last.softmax(-1), 1, generator=generator)
        said.append(token)
        if i < length - 1:
            with device.precision():
                logits, cache = model.extend(token, cache)
    return torch.cat(said, 1)


def _repeated(cache: Cache, times: int) -> Cache:
    return [(k.repeat_interleave(times, 0), v.repeat_interleave(times, 0)) for k, v in cache]


@dataclass(frozen=True)
class Point:
    """A score along a run."""

    step: int
    flop: float
    """FLOP of reinforcement so far: rollouts and updates, not the demonstrations before."""
    passed: float
    """Share of the fixed prompts answered by sampling."""


class Bracket:
    """The task, its scores and its two ways to learn, for one model."""

    def __init__(self, plan: RLPlan, seed: int, device: Device) -> None:
        self.plan, self.device = plan, device
        self.model = GPT(plan.shape, torch_seed(seed, "bracket model")).to(device.torch)
        self.generator = torch.Generator(device=device.torch).manual_seed(torch_seed(seed, "rollouts"))
        self.maker = torch.Generator().manual_seed(torch_seed(seed, "prompts"))
        asked, right = prompts(plan, plan.scored, torch.Generator().manual_seed(1))
        self.scored = asked.to(device.torch), right.to(device.torch)

    def passed(self, greedy: bool = False) -> float:
        """Share of the fixed prompts that the model answers."""
        asked, right = self.scored
        sampler = None if greedy else torch.Generator(device=self.device.torch).manual_seed(2)
        return float(rewards(answer(self.model, asked, right.shape[1], sampler, self.device), right).mean())

    def teach(self, share: float, tick: Callable[[], None] = lambda: None) -> tuple[int, float]:
        """Learn from demonstrations until `share` of the prompts pass; returns the steps and their FLOP.

        `tick` is called after every step.
        """
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=TEACHING_RATE, weight_decay=0.0)
        length, steps = self.plan.longest + self.plan.deepest + 2, 0
        while steps < LONGEST_TEACHING and (steps % SCORED_EVERY or self.passed() < share):
            asked, right = prompts(self.plan, TAUGHT, self.maker)
            self._step(optimizer, asked, right, torch.ones(TAUGHT, device=self.device.torch))
            steps += 1
            tick()
        return steps, steps * self.plan.shape.train_flop(TAUGHT * (length - 1), length)

    def reinforce(
        self, tick: Callable[[], None] = lambda: None, scored: Callable[[Point], None] = lambda point: None
    ) -> list[Point]:
        """Learn from own samples; returns the scores along the way.

        Args:
            tick: called after every step.
            scored: called with each score as it comes, that of the base included.
        """
        plan, flop = self.plan, 0.0
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=plan.rate, weight_decay=0.0)
        points = [Point(0, 0.0, self.passed())]
        scored(points[0])
        marks = {max(round(plan.steps ** (i / SCORES)), i) for i in range(1, SCORES + 1)} | {plan.steps}
        for step in range(1, plan.steps + 1):
            flop += self._improve(optimizer)
            tick()
            if step in marks:
                points.append(Point(step, flop, self.passed()))
                scored(points[-1])
        return points

    def _improve(self, optimizer: torch.optim.Optimizer) -> float:
        """Sample answers, rank each within its group and learn from the difference; returns the FLOP."""
        plan = self.plan
        asked, right = (x.to(self.device.torch) for x in prompts(plan, plan.prompts, self.maker))
        said = answer(self.model, asked, right.shape[1], self.generator, self.device, plan.samples)
        reward = rewards(said, right.repeat_interleave(plan.samples, 0)).view(plan.prompts, plan.samples)
        told = (reward.std(1) > 0).nonzero().flatten()  # a group in which all fare alike says nothing
        length = plan.longest + plan.deepest + 2
        flop = plan.shape.forward_flop(plan.prompts * (plan.longest + 1), plan.longest)
        flop += plan.shape.forward_flop(plan.prompts * plan.samples * plan.deepest, 2 * length)
        if len(told):
            chosen = (told[:, None] * plan.samples + torch.arange(plan.samples, device=told.device)).flatten()
            group = reward[told]
            advantage = ((group - group.mean(1, keepdim=True)) / (group.std(1, keepdim=True) + 1e-6)).flatten()
            self._step(optimizer, asked.repeat_interleave(plan.samples, 0)[chosen], said[chosen], advantage)
            flop += plan.shape.train_flop(len(chosen) * (length - 1), length)
        return flop

    def _step(self, optimizer: torch.optim.Optimizer, asked: Tensor, said: Tensor, weight: Tensor) -> None:
        """Make answers likelier by their weight; what comes behind an answer's end does not count."""
        asked, said = asked.to(self.device.torch), said.to(self.device.torch)
        counts = up_to_end(said)
        for part in torch.arange(len(said), device=said.device).split(AT_ONCE):
            with self.device.precision():
                logits = self.model(torch.cat((asked[part], said[part]), 1)[:, :-1])[:, asked.shape[1] - 1 :]
            loss = F.cross_entropy(logits.float().flatten(0, 1), said[part].flatten(), reduction="none")
            weighted = loss.view_as(said[part]) * counts[part] * weight[part, None]
            (weighted.sum() / counts.sum()).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)


def up_to_end(said: Tensor) -> Tensor:
    """Which tokens of answers belong to them: all up to and including the first end."""
    ends = (said == END).int()
    return ends.cumsum(1) == ends
