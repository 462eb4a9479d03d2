"""A campaign: the parts of a calibration in order, each done once and noted in the log."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from calibration import curves
from calibration.corpus import Corpus, corpus
from calibration.deadline import OutOfTime, Tell
from calibration.device import Device
from calibration.host import Host
from calibration.log import Log
from calibration.microbench import measurements
from calibration.model import GPT, Shape
from calibration.plan import Plan
from calibration.rl import Bracket
from calibration.text import Text, text
from calibration.train import Branch, Recipe, save, score, train_branches

CALL_SECONDS, FLOP_PER_SECOND = 4e-3, 4e10
"""Cost model of a training step on a processor: a fixed part and arithmetic; only the progress bar uses it."""
RL_STEP_FLOP = 4e9
"""Cost of a step of reinforcement of the small model, in the same model."""


@dataclass
class Campaign:
    """One run of a plan on a device, with its log and its folder for what must survive an interruption."""

    plan: Plan
    device: Device
    host: Host
    log: Log
    work: Path
    seed: int = 0
    tell: Tell = lambda what, cost: None
    _texts: dict[str, Any] = field(default_factory=dict)

    # --- data -------------------------------------------------------------------------------------------------------

    @property
    def corpus(self) -> Corpus:
        """The text that it trains on."""
        return corpus(self.plan.corpus)

    def reading(self, content: np.ndarray | None = None, batch: int | None = None, seed: int | None = None) -> Text:
        """Training text in batches; the whole corpus where nothing else is given."""
        chosen = self.corpus.train_bytes if content is None else content
        chosen_seed = self.seed if seed is None else seed
        return text(chosen, self.plan.context, batch or self.plan.batch, chosen_seed, self.device)

    def loss(self, model: GPT) -> float:
        """Validation loss, nats per byte."""
        if "validation" not in self._texts:
            content = text(self.corpus.validation_bytes, self.plan.context, 1, 0, self.device)
            self._texts["validation"] = content.all_in_order(self.plan.scored)
        return score(model, self._texts["validation"], self.device)

    # --- parts ------------------------------------------------------------------------------------------------------

    def bench(self) -> list[dict[str, Any]]:
        """The microbenchmarks."""

        def make() -> dict[str, Any]:
            start, rows = self.device.seconds(), []
            with suppress(OutOfTime):  # what was measured in time counts
                for found in measurements(self.device, self.plan.bench):
                    rows.append(found.as_row())
                    self.tell(found.name, 0.5)
            return {"rows": rows, "seconds": self.device.seconds() - start}

        rows: list[dict[str, Any]] = self.log.once("bench", make)["rows"]
        return rows

    def grid(self) -> list[dict[str, Any]]:
        """All cells: losses by size and budget, then the repeated cell."""
        for shape in self.plan.sizes:
            self.trained(f"cell/{shape.name}", shape, self.plan.cells(shape))
        name, budget = self.plan.seed_cell
        for extra in range(1, self.plan.seeds + 1):
            self.trained(f"seed/{extra}/{name}", self.plan.shape(name), (budget,), seed=self.seed + extra)
        return self.log.starting("cell/")

    def seed_sd(self) -> float:
        """Standard deviation of the loss over seeds, from all runs of the repeated cell; NaN where there is one."""
        found = curves.seed_sd(self.log.starting("cell/"), self.log.starting("seed/"))
        return float("nan") if found is None else found

    def trained(
        self,
        part: str,
        shape: Shape,
        budgets: tuple[int, ...],
        source: Text | None = None,
        recipe: Recipe | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> list[dict[str, Any]]:
        """Losses of one size on budgets, from the log as far as they are there."""
        chosen = source if source is not None else self.reading(seed=seed)
        done = frozenset(b for b in budgets if self.log.has(f"{part}/{b}"))
        mark = [self.device.seconds()]

        def finished(branch: Branch) -> None:
            loss = self.loss(branch.model)
            spent, mark[0] = self.device.seconds() - mark[0], self.device.seconds()
            if (shape, branch.budget) == self.plan.teacher and part.startswith("cell/"):
                self._keep(branch.model)
            self.log.add(
                f"{part}/{branch.budget}",
                {
                    "size": shape.name, "parameters": shape.parameters, "with_head": shape.with_head,
                    "tokens": branch.budget, "flop": shape.train_flop(branch.budget), "loss": loss, "seconds": spent,
                    "epochs": branch.budget / (chosen.chunks * chosen.context),
                },
            )  # fmt: skip

        trunk = self.work / f"{part.replace('/', '-')}.trunk"
        train_branches(
            shape, recipe or self.plan.recipe, chosen, budgets, self.device, self.seed if seed is None else seed,
            finished, done, trunk=trunk, tick=lambda tokens: self.tell(f"{part} {shape.name}", _cost(shape, tokens)),
            **options,
        )  # fmt: skip
        trunk.unlink(missing_ok=True)
        return [self.log.get(f"{part}/{b}") for b in sorted(budgets)]

    # --- the teacher ------------------------------------------------------------------------------------------------

    def _keep(self, model: GPT) -> None:
        save(model.state_dict(), self.work / "teacher.pt")

    def teacher(self) -> GPT:
        """The model that students learn from, trained in the grid."""
        shape, budget = self.plan.teacher
        path = self.work / "teacher.pt"
        if not path.is_file():  # the folder was cleared after the grid was finished: train that cell again
            others = frozenset(b for b in self.plan.cells(shape) if b != budget)
            with torch.enable_grad():  # whoever asks for it is not learning at that moment
                train_branches(
                    shape, self.plan.recipe, self.reading(), self.plan.cells(shape), self.device, self.seed,
                    lambda branch: self._keep(branch.model), others,
                    tick=lambda tokens: self.tell(f"teacher {shape.name}", _cost(shape, tokens)),
                )  # fmt: skip
        teacher = GPT(shape, self.seed).to(self.device.torch)
        teacher.load_state_dict(torch.load(path, map_location=self.device.torch, weights_only=True))
        return teacher.requires_grad_(False)

    # --- reinforcement ----------------------------------------------------------------------------------------------

    def reinforcement(self) -> list[dict[str, Any]]:
        """Reinforcement runs, by base and seed."""
        plan = self.plan.rl
        for base, share in plan.bases:
            for seed in range(self.seed, self.seed + plan.seeds):
                self.log.once(f"rl/{base}/{seed}", partial(self._run, base, share, seed))
        return self.log.starting("rl/")

    def _run(self, base: str, share: float, seed: int) -> dict[str, Any]:
        start = self.device.seconds()

        def tick() -> None:
            self.tell(f"reinforcement {base} seed {seed}", RL_STEP_FLOP / FLOP_PER_SECOND)

        task = Bracket(self.plan.rl, seed, self.device)
        steps, flop = task.teach(share, lambda: self.tell(f"demonstrations {base} seed {seed}", 0.0))
        before = task.passed(greedy=True)
        points = task.reinforce(tick)
        after = task.passed(greedy=True)
        taught = Bracket(self.plan.rl, seed, self.device)
        _, same = taught.teach(
            max(p.passed for p in points), lambda: self.tell(f"demonstrations {base} seed {seed}", 0.0)
        )
        return {
            "base": base, "seed": seed, "taught_steps": steps, "taught_flop": flop, "greedy_before": before,
            "greedy_after": after, "flop": [p.flop for p in points], "passed": [p.passed for p in points],
            "demonstrations_to_best": same, "demonstrated_best": taught.passed(),
            "seconds": self.device.seconds() - start,
        }  # fmt: skip


def _cost(shape: Shape, tokens: int) -> float:
    return CALL_SECONDS + shape.train_flop(tokens) / FLOP_PER_SECOND
