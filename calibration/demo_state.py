"""What a demo has shown so far, from its events: read without torch, the same for a live run and a recorded one.

Every event has `event`, its kind, and `at`, the seconds since the start. The kinds and their fields:

- `plan`: `made`, `host`, `torch`, `seed`, `corpus`, `tokens` (bytes per model), `models` (`size`, `parameters`,
  `flop`), `base` (share of the task that the model is taught before reinforcement), `steps` (of reinforcement)
- `roofline`: `compute_flops` in FLOP/s, and `bandwidth` in byte/s: the better of `copied` and `read`
- `ladder`: a matrix product of `batch` rows, with its `intensity` in FLOP per byte and its rate `flops`
- `training`: a point of a loss curve: `size`, `tokens`, `flop`, `loss` in nats per byte
- `model`: a finished size: `size`, `parameters`, `flop`, validation `loss`, `seconds`
- `taught`: the base of reinforcement: `steps`, `flop`
- `point`: a score of the reinforcement run: `step`, `flop`, `passed` (share of prompts)
- `repeated`: the smallest size with another `seed`: `size`, `loss`
- `finished`: `seconds` by part, `processor_seconds` (less than these where other work shares the core; without the
  repeats), `peak_memory` in bytes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

HALF = 0.5
"""Success rate that the reinforcement run is watched to cross."""

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A straight line in log–log: ln loss = intercept + slope · ln x."""

    slope: float
    intercept: float
    error: float | None
    """Standard error of the slope; None where there are two points only."""

    def at(self, x: float) -> float:
        """The loss at x."""
        return float(np.exp(self.intercept + self.slope * np.log(x)))


def line(x: Sequence[float], loss: Sequence[float]) -> Line | None:
    """The least-squares line through losses in log–log; None for fewer than two points."""
    if len(x) < 2:
        return None
    u, v = np.log(np.asarray(x, float)), np.log(np.asarray(loss, float))
    about = u - u.mean()
    slope = float(about @ v / (about @ about))
    intercept = float(v.mean() - slope * u.mean())
    left = v - intercept - slope * u
    error = float(np.sqrt(left @ left / (len(x) - 2) / (about @ about))) if len(x) > 2 else None
    return Line(slope, intercept, error)


def crossing(flop: Sequence[float], passed: Sequence[float], share: float = HALF) -> float | None:
    """FLOP at which a run first reaches a share, between its scores by straight lines; None where it never does."""
    for i, reached in enumerate(passed):
        if reached >= share:
            if i == 0:
                return float(flop[0])
            part = (share - passed[i - 1]) / (reached - passed[i - 1])
            return float(flop[i - 1] + part * (flop[i] - flop[i - 1]))
    return None


@dataclass(frozen=True)
class Demo:
    """A demo as far as it has come."""

    events: tuple[Event, ...] = ()

    def of(self, kind: str) -> list[Event]:
        """The events of a kind, in order."""
        return self._by_kind.get(kind, [])

    @cached_property
    def _by_kind(self) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        for event in self.events:
            found.setdefault(event["event"], []).append(event)
        return found

    def one(self, kind: str) -> Event | None:
        """The only event of a kind, where it has happened."""
        return next(iter(self.of(kind)), None)

    def until(self, seconds: float) -> Demo:
        """The demo as it was so many seconds after its start."""
        return Demo(tuple(event for event in self.events if event["at"] <= seconds))

    @property
    def finished(self) -> bool:
        """Whether it has come to its end."""
        return self.one("finished") is not None

    @property
    def at(self) -> float:
        """Seconds from the start to the last event."""
        return float(self.events[-1]["at"]) if self.events else 0.0

    @property
    def plan(self) -> Event:
        """What it does and where.

        Raises:
            ValueError: before it has said so.
        """
        found = self.one("plan")
        if found is None:
            raise ValueError("the demo has not said its plan yet")
        return found

    @property
    def losses(self) -> dict[str, float]:
        """Validation losses by size, nats per byte, of the sizes that are finished."""
        return {row["size"]: row["loss"] for row in self.of("model")}

    def line(self, by: str) -> Line | None:
        """The line through the losses by `parameters` or `flop`."""
        rows = self.of("model")
        return line([row[by] for row in rows], [row["loss"] for row in rows])

    @property
    def ridge(self) -> float | None:
        """FLOP per byte from which arithmetic and no longer memory sets the rate."""
        roof = self.one("roofline")
        return None if roof is None else roof["compute_flops"] / roof["bandwidth"]

    @property
    def crossing(self) -> float | None:
        """FLOP of reinforcement at which half of the prompts are answered."""
        rows = self.of("point")
        return crossing([row["flop"] for row in rows], [row["passed"] for row in rows])

    @property
    def share(self) -> float:
        """Share of the whole that is done, by training steps where there are any; for bars only."""
        if not self.events or self.finished:
            return float(self.finished)
        whole = sum(model["flop"] for model in self.plan["models"])
        done = sum(row["flop"] for row in self.of("model"))
        curve = self.of("training")
        if curve and curve[-1]["size"] not in self.losses:
            done += curve[-1]["flop"]
        answered = len(self.of("point")) and self.of("point")[-1]["step"] / self.plan["steps"]
        return 0.1 * bool(curve) + 0.7 * done / whole + 0.2 * answered

    @property
    def seed_losses(self) -> list[float]:
        """Losses of the smallest size with every seed that it was trained with."""
        repeated = self.of("repeated")
        return [self.losses[repeated[0]["size"]], *(row["loss"] for row in repeated)] if repeated else []

    @property
    def doing(self) -> str:
        """What it is at, in words."""
        if not self.events:
            return "Starting"
        if self.finished:
            return "Finished"
        models, done = self.plan["models"], len(self.of("model"))
        if len(self.of("ladder")) == 0 or (not self.of("training") and not done):
            return "Measuring the processor"
        if done < len(models):
            return f"Training model {done + 1} of {len(models)}"
        return "Learning from its own answers" if self.of("taught") else "Teaching the model a task"


def demo(events: Iterable[Event]) -> Demo:
    """A demo from its events."""
    return Demo(tuple(events))
