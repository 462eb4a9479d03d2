"""The machine that the calibration runs on: which chip it is and what its maker says it can do at most."""

from __future__ import annotations

import math
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibration.roofline import Chip

if TYPE_CHECKING:  # a recorded machine is read without torch
    from calibration.device import Device

FLOP_PER_CYCLE: tuple[tuple[str, str, float, float, str], ...] = (
    ("AuthenticAMD", "25", 32, 32, "Zen 3 and 4: two 256-bit FMA units"),
    ("AuthenticAMD", "26", 32, 64, "Zen 5: two FMA units of 256 or 512 bits"),
    ("AuthenticAMD", "23", 16, 32, "Zen 1 and 2: two FMA units of 128 or 256 bits"),
    ("GenuineIntel", "avx512f", 32, 64, "one or two 512-bit FMA units"),
    ("GenuineIntel", "avx2", 32, 32, "two 256-bit FMA units"),
)
"""Dense float32 operations per cycle of one core: (maker, family or flag, least, most, why), first match counts.

LLVM's scheduling models and published measurements for Zen 4 and AVX2; where models of one family differ, both ends.
"""
UNKNOWN_BOOST = 1.5
"""Where a machine reports no top clock, it lies between the clock it reports and this many times it."""


@dataclass(frozen=True)
class Peak:
    """A peak rate with the interval in which it lies: a data sheet's is a point, a virtual machine's clock is not."""

    low: float
    high: float
    basis: str

    @property
    def middle(self) -> float:
        """Geometric middle of the interval."""
        return math.sqrt(self.low * self.high)


@dataclass(frozen=True)
class Host:
    """The chip that is measured."""

    name: str
    vendor: str
    """`nvidia`, `other` (another accelerator) or `processor`."""
    chip: str | None
    """Its product name in the chip catalogue."""
    chip_class: str | None
    compute: Peak | None
    """Dense peak in FLOP/s: bfloat16 on an accelerator, float32 of one core on a processor."""
    bandwidth: Peak | None
    """Memory peak in byte/s."""

    def describe(self) -> dict[str, object]:
        """What a result records of the machine."""
        return {
            "name": self.name, "vendor": self.vendor, "chip": self.chip, "system": platform.system(),
            "machine": platform.machine(),
            "peak_compute": None if self.compute is None else vars(self.compute),
            "peak_bandwidth": None if self.bandwidth is None else vars(self.bandwidth),
        }  # fmt: skip


def recorded(described: Mapping[str, Any], chips: tuple[Chip, ...]) -> Host:
    """The machine that a result was measured on, from what the result says of it.

    Args:
        described: as `Host.describe` wrote it.
        chips: the catalogue, which knows the class of the chip.
    """
    chip_class = next((c.chip_class for c in chips if c.name == described["chip"]), None)
    compute, bandwidth = (
        None if described[peak] is None else Peak(**described[peak]) for peak in ("peak_compute", "peak_bandwidth")
    )
    return Host(described["name"], described["vendor"], described["chip"], chip_class, compute, bandwidth)


def host(device: Device, chips: tuple[Chip, ...], tflops: float | None = None, gbs: float | None = None) -> Host:
    """The machine behind a device.

    Args:
        device: where the measurements run.
        chips: the catalogue, in which a GPU is looked up by name.
        tflops: dense peak to use instead of the one found, TFLOP/s.
        gbs: memory peak to use instead of the one found, GB/s.
    """
    found = _gpu(chips) if device.is_gpu else _processor()
    given = "given by the user"
    compute = Peak(tflops * 1e12, tflops * 1e12, given) if tflops else found.compute
    bandwidth = Peak(gbs * 1e9, gbs * 1e9, given) if gbs else found.bandwidth
    return Host(found.name, found.vendor, found.chip, found.chip_class, compute, bandwidth)


def _gpu(chips: tuple[Chip, ...]) -> Host:
    import torch

    name = str(torch.cuda.get_device_name())
    maker = "other" if torch.version.hip else "nvidia"
    chip = match(name, chips)
    if chip is None:
        return Host(name, maker, None, None, None, None)
    return Host(
        name, chip.vendor, chip.name, chip.chip_class,
        Peak(chip.bf16_tflops * 1e12, chip.bf16_tflops * 1e12, f"catalogue, {chip.name}"),
        Peak(chip.memory_tbs * 1e12, chip.memory_tbs * 1e12, f"catalogue, {chip.name}"),
    )  # fmt: skip


def match(name: str, chips: tuple[Chip, ...]) -> Chip | None:
    """The catalogue's chip for a driver's device name: the longest whose model and form are all in the name."""
    words = set(re.findall(r"[A-Z0-9]+", name.upper()))
    if "PCIE" not in words and "NVL" not in words:
        words.add("SXM")
    fitting = [c for c in chips if set(re.findall(r"[A-Z0-9]+", c.name.upper())) <= words | {"80"}]
    return max(fitting, key=lambda c: len(c.name), default=None)


def _processor() -> Host:
    info = _cpuinfo()
    name = info.get("model name") or platform.processor() or platform.machine() or "processor"
    clock = _clock(info)
    flop = _flop_per_cycle(info)
    peak = None
    if clock is not None and flop is not None:
        (low, high, how), (least, most, why) = clock, flop
        each = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        peak = Peak(least * low, most * high, f"one core, float32: {each} FLOP a cycle ({why}), {how}")
    # What one core can draw from memory that all share is in no data sheet.
    return Host(name.strip(), "processor", None, None, peak, None)


def _cpuinfo() -> dict[str, str]:
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return {}
    first = path.read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}


def _flop_per_cycle(info: dict[str, str]) -> tuple[float, float, str] | None:
    flags = {info.get("cpu family", ""), *info.get("flags", "").split()}
    for maker, sign, least, most, why in FLOP_PER_CYCLE:
        if info.get("vendor_id") == maker and sign in flags:
            return least, most, why
    return None


def _clock(info: dict[str, str]) -> tuple[float, float, str] | None:
    """Lowest and highest top clock in Hz, and where they come from."""
    top = Path("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")
    if top.is_file():
        hertz = float(top.read_text()) * 1e3
        return hertz, hertz, "top clock as the system reports it"
    try:
        hertz = float(info["cpu MHz"]) * 1e6
    except (KeyError, ValueError):
        return None
    return hertz, UNKNOWN_BOOST * hertz, f"{hertz / 1e9:.2f} GHz reported, boost unknown"
