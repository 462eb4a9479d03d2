"""What makes two results the same to the last bit: the engine with its data, and how this machine computes."""

from __future__ import annotations

import hashlib
import json
import platform as machine
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim import __version__

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "agents", "scenarios", "calibration")
OUTSIDE = (
    "sim/ui",
    "sim/hindcast",
    "sim/refresh",
    "sim/forecast",
    "sim/room",
    "sim/analysis",
    "sim/cli",
    "sim/docs",
    "sim/batch",
    "sim/checks",
    "sim/checkout",
    "sim/inert",
    "sim/short",
    "sim/wheelhouse",
    "sim/own.py",
    "sim/fingerprint.py",
    "scenarios/library",
    "scenarios/questions",
    "scenarios/frames",
    "scenarios/forecasts",
    "scenarios/errors.py",
    "scenarios/glossary",
    "scenarios/data/glossary",
    "scenarios/data/lock",
    "scenarios/data/reference",
    "scenarios/seats",
)
"""Parts that decide no number of a member; of the library, the scenario's own digest says what there is to say."""
INSIDE = ("sim/batch/evaluate.py", "sim/batch/part.py")
"""Parts of the batch package that do: they simulate, and write the rows."""
FORMAT = 1


def digest(content: Any, length: int = 16) -> str:
    """Hexadecimal digits that name JSON content."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


@cache
def engine() -> str:
    """Names the source and the data from which members are made."""
    found = hashlib.sha256()
    for path in _files():
        found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def _files() -> list[Path]:
    wanted = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in (".py", ".csv", ".npy", ".json") and (name in INSIDE or not name.startswith(OUTSIDE)):
                wanted.append(path)
    return wanted


@cache
def platform() -> dict[str, str]:
    """How this machine computes: libraries, processor family, and the vector instructions that NumPy uses on it."""
    import polars as pl
    import scipy

    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}", "numpy": np.__version__,
        "scipy": scipy.__version__, "polars": pl.__version__, "system": machine.system(),
        "machine": machine.machine(), "vector": digest(_vector(), 8),
    }  # fmt: skip


def _vector() -> list[str]:
    """Instruction sets that NumPy found here and was built for: another set rounds the last bit in another way."""
    config = np.show_config(mode="dicts")
    assert isinstance(config, dict)
    simd = config.get("SIMD Extensions", {})
    return sorted([*simd.get("baseline", []), *simd.get("found", [])])


def stamp() -> dict[str, Any]:
    """What results are made with: version, engine and platform."""
    return {"format": FORMAT, "polarity": __version__, "engine": engine(), "platform": platform()}
