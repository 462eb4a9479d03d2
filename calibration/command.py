"""Running a campaign from the command line: which parts, where its files go, and the result at the end."""

from __future__ import annotations

import hashlib
import platform
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from calibration import levers, rows, tables
from calibration.campaign import Campaign
from calibration.corpus import corpus
from calibration.deadline import Deadline, check_within
from calibration.device import device
from calibration.host import host
from calibration.limits import Limits
from calibration.log import Log
from calibration.output import Output
from calibration.plan import PLANS, Plan
from calibration.progress import progress, work
from calibration.result import reinforcement
from calibration.roofline import read_chips

MEASURING = ("campaign", "device", "levers", "microbench", "model", "rl", "text", "train")


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
    within: float | None = None
    """Seconds for all of it."""
    started: float | None = None
    """When they began to count, seconds since the epoch; now where nothing is said."""
    plan: str | None = None
    """The device whose plan is run, where it is not the one that it runs on: a rehearsal."""
    each: bool = False
    """Whether a result is written after each part too."""


def run(order: Order) -> Path | None:
    """Run the parts asked for; a result is written where the fit is one of them.

    Returns:
        the result's path, or None where only parts were run.
    """
    check_within(order.within)
    deadline = Deadline(order.within, time.time() if order.started is None else order.started)
    where = device(order.device)
    plan = _plan(order.plan or order.device, order.tier)
    folder = order.out / ".work" / f"{order.device}-{order.tier}-{order.seed}"
    if order.restart:
        shutil.rmtree(folder, ignore_errors=True)
    chips = read_chips(order.catalogue)
    machine = host(where, chips, order.tflops, order.gbs)
    log = Log(folder / "log.jsonl", _header(plan, machine.name, order))
    with progress(work(plan, order.what)) as tell:
        campaign = Campaign(plan, where, machine, log, folder, order.seed, tell)
        limits = Limits(campaign, deadline)
        output = Output(order.out, order.command, order.device, plan, order.within, limits.for_fit, chips)
        try:
            _measure(order, campaign, limits, output)
        except torch.OutOfMemoryError as error:
            raise MemoryError(f"the device has too little memory for the {plan.tier} tier; take --fast") from error
    _show(order.what, log)
    if order.what not in ("fit", "all"):
        return None
    if not log.starting("cell/"):
        tier = "" if order.tier == "standard" else f" --{order.tier}"
        raise ValueError(f"{log.path}: holds no training runs to fit; run `polarity calibrate train{tier}` first")
    record, path = output.write(campaign)
    tables.result(record)
    if order.what == "all":
        shutil.rmtree(folder)  # the next campaign measures anew; the log lies beside the result
        with suppress(OSError):  # another campaign may be unfinished
            folder.parent.rmdir()
    return path


def _plan(device_kind: str, tier: str) -> Plan:
    if (device_kind, tier) not in PLANS:
        valid = ", ".join(f"{tier} on {kind}" for kind, tier in PLANS)
        raise ValueError(f"there is no campaign {tier} on {device_kind}; choose from: {valid}")
    return PLANS[device_kind, tier]


def _measure(order: Order, campaign: Campaign, limits: Limits, output: Output) -> None:
    """The parts asked for, in order; what the log has is not measured again."""
    what, log = order.what, campaign.log
    keep: Callable[[], object] = (lambda: output.write(campaign)) if order.each else lambda: None
    if what in ("bench", "all"):
        with limits.bench(alone=what == "bench"):
            campaign.bench()
        keep()
    if what in ("train", "levers", "all") or log.has("budget"):
        limits.shorten()
    if what in ("train", "levers", "all"):
        with limits.part("grid"):
            campaign.grid()  # levers are read against its curves
        limits.settle()
        if order.each:
            keep()
            limits.fit_is_made()
    if what in ("levers", "all"):
        log.once("levers", lambda: {"rows": _levers(campaign, limits)})
        keep()
        with limits.part("reinforcement"):
            campaign.reinforcement()


def _levers(campaign: Campaign, limits: Limits) -> list[dict[str, Any]]:
    """The levers' rows, as many as there is time for."""
    found: list[dict[str, Any]] = []
    with limits.part("levers"):
        for row in levers.each(campaign):  # one by one, since the time may be up
            found.append(row)
    return found


def _show(what: str, log: Log) -> None:
    """The tables of a part that was asked for by itself."""
    if what == "bench":
        tables.show(rows.bench(log.get("bench")["rows"]))
    elif what == "train":
        tables.show(rows.grid(log.starting("cell/")))
    elif what == "levers":
        tables.show(rows.levers(log.get("levers")["rows"]))
        tables.show(rows.reinforcement(reinforcement(log.starting("rl/"))))


def _header(plan: Plan, name: str, order: Order) -> dict[str, Any]:
    """What must be the same for an interrupted campaign to go on."""
    return {
        "tier": plan.tier, "device": plan.device, "host": name, "torch": torch.__version__,
        "python": platform.python_version(), "corpus": corpus(plan.corpus).manifest, "seed": order.seed,
        "within": order.within, "code": _code(), "plan": hashlib.sha256(repr(plan).encode()).hexdigest()[:16],
    }  # fmt: skip


def _code() -> str:
    """A hash of the modules that decide what is measured: two versions of them must not mix in one log."""
    here, digest = Path(__file__).parent, hashlib.sha256()
    for name in MEASURING:
        digest.update((here / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]
