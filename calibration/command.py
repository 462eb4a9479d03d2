"""Running a campaign from the command line: which parts, where its files go, and the result at the end."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from calibration import levers, rows, tables
from calibration.campaign import CALL_SECONDS, FLOP_PER_SECOND, RL_STEP_FLOP, Campaign, Tell
from calibration.corpus import corpus
from calibration.device import device
from calibration.host import Host, host
from calibration.log import Log
from calibration.plan import PLANS, Plan
from calibration.record import CalibrationRecord, Provenance, read, write
from calibration.result import assemble, fitted, reinforcement
from calibration.roofline import Chip, read_chips

ROOT = Path(__file__).resolve().parents[1]
MEASURING = ("campaign", "device", "levers", "microbench", "model", "rl", "text", "train")
BENCH_COST = 25.0
"""Cost of the microbenchmarks in the units of the progress bar."""


@dataclass(frozen=True)
class Order:
    """What is asked for on the command line."""

    what: str
    tier: str
    device: str
    out: Path
    catalogue: Path
    restart: bool = False
    seed: int = 0
    tflops: float | None = None
    gbs: float | None = None
    command: str = ""


def run(order: Order) -> Path | None:
    """Run the parts asked for; a result is written where the fit is one of them.

    Returns:
        the result's path, or None where only parts were run.
    """
    where = device(order.device)
    plan = PLANS[order.device, order.tier]
    folder = order.out / ".work" / f"{order.device}-{order.tier}-{order.seed}"
    if order.restart:
        shutil.rmtree(folder, ignore_errors=True)
    chips = read_chips(order.catalogue)
    machine = host(where, chips, order.tflops, order.gbs)
    log = Log(folder / "log.jsonl", _header(plan, machine.name, order.seed))
    with _progress(_work(plan, order.what)) as tell:
        try:
            _measure(order.what, Campaign(plan, where, machine, log, folder, order.seed, tell))
        except torch.OutOfMemoryError as error:
            raise MemoryError(f"the device has too little memory for the {plan.tier} tier; take --fast") from error
    _show(order.what, log)
    if order.what not in ("fit", "all"):
        return None
    if not log.starting("cell/"):
        tier = "" if order.tier == "standard" else f" --{order.tier}"
        raise ValueError(f"{log.path}: holds no training runs to fit; run `polarity calibrate train{tier}` first")
    path = _written(order, plan, machine, log, chips)
    if order.what == "all":
        shutil.rmtree(folder)  # the next campaign measures anew; the log lies beside the result
    return path


def _measure(what: str, campaign: Campaign) -> None:
    """The parts asked for, in order; what the log has is not measured again."""
    if what in ("bench", "all"):
        campaign.bench()
    if what in ("train", "levers", "all"):
        campaign.grid()  # levers are read against its curves
    if what in ("levers", "all"):
        campaign.log.once("levers", lambda: {"rows": levers.measure(campaign)})
        campaign.reinforcement()


def _show(what: str, log: Log) -> None:
    """The tables of a part that was asked for by itself."""
    if what == "bench":
        tables.show(rows.bench(log.get("bench")["rows"]))
    elif what == "train":
        tables.show(rows.grid(log.starting("cell/")))
    elif what == "levers":
        tables.show(rows.levers(log.get("levers")["rows"]))
        tables.show(rows.reinforcement(reinforcement(log.starting("rl/"))))


def _header(plan: Plan, name: str, seed: int) -> dict[str, Any]:
    """What must be the same for an interrupted campaign to go on."""
    return {
        "tier": plan.tier, "device": plan.device, "host": name, "torch": torch.__version__,
        "python": platform.python_version(), "corpus": corpus(plan.corpus).manifest, "seed": seed, "code": _code(),
        "plan": hashlib.sha256(repr(plan).encode()).hexdigest()[:16],
    }  # fmt: skip


def _code() -> str:
    """A hash of the modules that decide what is measured: two versions of them must not mix in one log."""
    here, digest = Path(__file__).parent, hashlib.sha256()
    for name in MEASURING:
        digest.update((here / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _written(order: Order, plan: Plan, machine: Host, log: Log, chips: tuple[Chip, ...]) -> Path:
    """The result and its raw log in the folder asked for."""
    today, slug = date.today().isoformat(), re.sub(r"[^a-z0-9]+", "-", _plain(machine.name).lower()).strip("-")
    tier = "" if plan.tier == "standard" else f"-{plan.tier}"
    name = f"{plan.device}-{slug}{tier}-{today}" + (f"-seed{order.seed}" if order.seed else "")
    raw = order.out / f"{name}.log.jsonl"
    shutil.copyfile(log.path, raw)
    provenance = Provenance(
        tier=plan.tier, device=plan.device, host=machine.describe(), versions=_versions(), commit=_commit(),
        command=order.command, seeds=(order.seed, *(order.seed + i for i in range(1, plan.seeds + 1))),
        corpus=corpus(plan.corpus).describe(), seconds=_seconds(log), flop=_flop(log), log=raw.name,
        log_sha256=hashlib.sha256(raw.read_bytes()).hexdigest(),
    )  # fmt: skip
    largest = max((row["flop"] for row in log.starting("cell/")), default=0.0)
    head = {
        "id": name, "made": today, "device": machine.name,
        "summary": f"Measured on {machine.name}: {len(log.starting('cell/'))} training runs of up to {largest:.1e} "
        f"FLOP, {plan.tier} tier.",
    }  # fmt: skip
    fit = fitted(plan, log.starting("cell/"), log.starting("seed/"))
    record: CalibrationRecord = assemble(machine, log, chips, read("literature"), head, provenance, fit)
    tables.result(record)
    return write(record, order.out)


def _plain(name: str) -> str:
    """A chip's name without trade marks and what every processor says of itself."""
    return re.sub(r"\((r|tm)\)|processor|cpu|@.*|\d+-core", "", name, flags=re.IGNORECASE)


def _versions() -> dict[str, str]:
    return {
        "polarity": version("polarity-sim"), "python": platform.python_version(), "torch": torch.__version__,
        "cuda": str(torch.version.cuda), "numpy": version("numpy"), "scipy": version("scipy"),
        "system": platform.platform(terse=True),
    }  # fmt: skip


def _commit() -> str:
    """The checkout's commit, with a mark where something in it is changed."""
    try:
        head, changed = (
            subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown: not under version control"
    return head + (" with changes" if changed else "")


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


# --- progress -------------------------------------------------------------------------------------------------------


def _work(plan: Plan, what: str) -> float:
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
def _progress(total: float) -> Iterator[Tell]:
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
