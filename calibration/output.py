"""What a campaign leaves behind: its result and its raw log, at the end and, where asked for, after each part."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from calibration import origin
from calibration.budget import bootstraps
from calibration.campaign import Campaign
from calibration.corpus import corpus
from calibration.log import Log
from calibration.pace import search
from calibration.plan import Plan
from calibration.record import CalibrationRecord, Provenance, Shortened, read, write
from calibration.result import assemble, fitted, grid_of
from calibration.roofline import Chip
from calibration.scaling import LEAST_CELLS, Grid

HOST_SPECIFIC = r"\((r|tm)\)|processor|cpu|@.*|\d+-core"
"""Trade marks and what every processor says of itself."""


@dataclass
class Output:
    """Writes a campaign's result; the law is fitted again only where there are new cells."""

    folder: Path
    command: str
    device: str
    whole: Plan
    """What would have been done without a time limit."""
    within: float | None
    time: Callable[[], float]
    """Seconds that a fit may take."""
    chips: tuple[Chip, ...]
    _fits: dict[tuple[int, int], dict[str, Any] | None] = field(default_factory=dict)

    def write(self, campaign: Campaign) -> tuple[CalibrationRecord, Path]:
        """The result of what has been measured so far, in the folder, with its log beside it."""
        record = self._record(campaign)
        return record, write(record, self.folder)

    def fit(self, campaign: Campaign) -> dict[str, Any] | None:
        """The law through the cells so far."""
        cells, seeds = campaign.log.starting("cell/"), campaign.log.starting("seed/")
        counts = len(cells), len(seeds)
        if counts not in self._fits:
            plan = self._in_time(campaign.plan, grid_of(campaign.plan.fit_from, cells, seeds))
            self._fits[counts] = fitted(plan, cells, seeds) if plan.bootstraps else None
        return self._fits[counts]

    def _in_time(self, plan: Plan, grid: Grid) -> Plan:
        """The plan with as many bootstraps as there is time for; none where there is none for a law."""
        if self.within is None or len(grid.loss) < LEAST_CELLS:
            return plan
        return replace(plan, bootstraps=bootstraps(plan, search(grid), self.time()))

    def _record(self, campaign: Campaign) -> CalibrationRecord:
        plan, machine, log, seed = campaign.plan, campaign.host, campaign.log, campaign.seed
        today, name = date.today().isoformat(), self._name(campaign)
        fit = self.fit(campaign)
        raw = self.folder / f"{name}.log.jsonl"
        beside = raw.with_suffix(".part")
        shutil.copyfile(log.path, beside)
        beside.replace(raw)
        provenance = Provenance(
            tier=plan.tier, device=self.device, host=machine.describe(), versions=versions(), commit=origin.commit(),
            command=self.command, seeds=(seed, *(seed + i for i in range(1, plan.seeds + 1))),
            corpus=corpus(plan.corpus).describe(), seconds=_seconds(log), flop=_flop(log), log=raw.name,
            log_sha256=hashlib.sha256(raw.read_bytes()).hexdigest(), shortened=self._shortened(campaign),
        )  # fmt: skip
        head = {
            "id": name, "made": today, "device": machine.name,
            "summary": f"Measured on {machine.name}: {_runs(log, provenance.shortened)} of up to "
            f"{_flop(log)['largest']:.1e} FLOP, {plan.tier} tier.",
        }  # fmt: skip
        return assemble(machine, log, self.chips, read("literature"), head, provenance, fit)

    def _name(self, campaign: Campaign) -> str:
        plan, today = campaign.plan, date.today().isoformat()
        slug = re.sub(r"[^a-z0-9]+", "-", _plain(campaign.host.name).lower()).strip("-")
        tier = "" if plan.tier == "standard" else f"-{plan.tier}"
        rehearsed = "" if plan.device == self.device else f"-{plan.device}-plan"
        seed = f"-seed{campaign.seed}" if campaign.seed else ""
        return f"{self.device}-{slug}{rehearsed}{tier}-{today}{seed}"

    def _shortened(self, campaign: Campaign) -> Shortened | None:
        """What the time limit left out; None without a limit."""
        if self.within is None:
            return None
        log, whole = campaign.log, self.whole
        done = {(row["size"], row["tokens"]) for row in log.starting("cell/")}
        divisor = log.get("budget")["divided_by"] if log.has("budget") else 1
        cells = [(shape.name, budget // divisor) for shape in whole.sizes for budget in whole.cells(shape)]
        measured = {row["lever"] for row in log.get("levers")["rows"]} if log.has("levers") else set()
        return Shortened(
            within=self.within, cells=len(done), of_cells=len(cells), divided_by=divisor,
            dropped=tuple(f"{size} on {budget:,} bytes" for size, budget in cells if (size, budget) not in done),
            levers=tuple(name for name in whole.levers.names if name not in measured),
            reinforcement=len(log.starting("rl/")), of_reinforcement=len(whole.rl.bases) * whole.rl.seeds,
            steps=campaign.plan.rl.steps, of_steps=whole.rl.steps,
            seeds=len(log.starting("seed/")), of_seeds=whole.seeds,
        )  # fmt: skip


def _runs(log: Log, shortened: Shortened | None) -> str:
    """How many training runs, and of how many."""
    count = len(log.starting("cell/"))
    if shortened is None or count == shortened.of_cells:
        return f"{count} training runs"
    return f"{count} of {shortened.of_cells} training runs"


def _plain(name: str) -> str:
    return re.sub(HOST_SPECIFIC, "", name, flags=re.IGNORECASE)


def versions() -> dict[str, str]:
    """Versions of what the measurements depend on."""
    return {
        "polarity": version("polarity-sim"), "python": platform.python_version(), "torch": torch.__version__,
        "cuda": str(torch.version.cuda), "numpy": version("numpy"), "scipy": version("scipy"),
        "system": platform.platform(terse=True),
    }  # fmt: skip


def _seconds(log: Log) -> dict[str, float]:
    parts = {
        "bench": ("bench",), "grid": ("cell/",), "seeds": ("seed/",),
        "levers": ("plain/", "distilled/", "repeated/", "written", "synthetic/", "adamw/"), "reinforcement": ("rl/",),
    }  # fmt: skip
    return {
        name: round(sum(row["seconds"] for start in starts for row in log.starting(start)), 1)
        for name, starts in parts.items()
    }


def _flop(log: Log) -> dict[str, float]:
    cells = log.starting("cell/")
    return {
        "grid": float(f"{sum(row['flop'] for row in cells):.4g}"),
        "largest": float(f"{max((row['flop'] for row in cells), default=0.0):.4g}"),
        "reinforcement": float(f"{sum(row['flop'][-1] for row in log.starting('rl/')):.4g}"),
    }
