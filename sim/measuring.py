"""Calibration runs in a process of their own: nothing outside `calibration` imports torch."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from sim import checkout


def has_torch() -> bool:
    """Whether torch is installed; it is looked up and not imported."""
    return find_spec("torch") is not None


def how_to_add_torch() -> str:
    """What somebody without torch can do about it."""
    return f"torch is not installed; {checkout.advice('`make calibration` installs it', checkout.extra('calibration'))}"


def start(words: Sequence[str], device: str = "cpu", **pipes: Any) -> subprocess.Popen[bytes]:
    """Start `python -m calibration` with some words.

    Args:
        words: the command and its options.
        device: `cpu`, where it gets one thread, or `cuda`.
        pipes: what Popen takes as standard input and output.
    """
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"} if device == "cpu" else {}
    environment = {**os.environ, **threads, "PYTHONPATH": str(checkout.ROOT)}
    return subprocess.Popen([sys.executable, "-m", "calibration", *words], env=environment, **pipes)
