"""Where the calibration runs: one processor thread, or one GPU. Nothing else of it knows the difference."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch


class DeviceError(ValueError):
    """A device that this machine does not have."""


@dataclass(frozen=True)
class Device:
    """A torch device with its own clock and its own way to save precision."""

    kind: str
    """`cpu` or `cuda`."""

    @property
    def torch(self) -> torch.device:
        """The device as torch names it."""
        return torch.device(self.kind)

    @property
    def is_gpu(self) -> bool:
        """Whether work is queued rather than done when a call returns."""
        return self.kind == "cuda"

    def seconds(self) -> float:
        """A clock: processor time of this process, or the time when the GPU has nothing left to do.

        Processor time, because other work on a shared machine does not count into it.
        """
        if self.is_gpu:
            torch.cuda.synchronize()
            return time.perf_counter()
        return time.process_time()

    def timed(self, call: Callable[[], object], repeats: int) -> float:
        """Seconds per call over `repeats` calls in a row."""
        start = self.seconds()
        for _ in range(repeats):
            call()
        return (self.seconds() - start) / repeats

    def free_bytes(self) -> int:
        """Memory that nobody uses."""
        if self.is_gpu:
            return int(torch.cuda.mem_get_info()[0])
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")

    def precision(self) -> AbstractContextManager[object]:
        """Matrix products in bfloat16 on a GPU; in float32 on a processor, where narrow models gain nothing."""
        return torch.autocast(self.kind, torch.bfloat16) if self.is_gpu else nullcontext()


def device(kind: str) -> Device:
    """A device, made ready: one thread on a processor, so that a figure means the same on every machine.

    Raises:
        DeviceError: for one that is not there.
    """
    if kind not in ("cpu", "cuda"):
        raise DeviceError(f"--device {kind}: unknown device; choose from: cpu, cuda")
    if kind == "cuda" and not torch.cuda.is_available():
        raise DeviceError("--device cuda: this torch sees no CUDA device; use --device cpu, or install a CUDA build")
    if kind == "cpu":
        torch.set_num_threads(1)
    else:
        torch.backends.cuda.matmul.allow_tf32 = False  # float32 means float32 in the table of results
    torch.use_deterministic_algorithms(kind == "cpu")
    return Device(kind)
