"""Training text that is on every machine: the Python standard library's own source, split by file.

Nothing is downloaded. The text is the same for one patch version of Python, and its manifest hash stands in every
result: losses on another manifest are another experiment.
"""

from __future__ import annotations

import hashlib
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

NOT_TEXT = frozenset({"__pycache__", "site-packages", "dist-packages", "lib-dynload", "_bundled"})
"""Folders that hold no source of the standard library itself."""
HELD_BACK = frozenset({"test", "tests", "idlelib", "idle_test", "turtledemo"})
"""Folders that the small corpus leaves out: tests repeat themselves, and distributions package these apart."""
SMALLEST = 200
"""Files with fewer bytes are left out: most are empty package markers."""
VALIDATION_ONE_IN = 20
"""One file in this many, by the hash of its name, is for validation."""
SEPARATOR = b"\n\0"


@dataclass(frozen=True)
class Corpus:
    """Training and validation text, and the hash of the manifest (name and content of every file)."""

    name: str
    train: bytes
    validation: bytes
    files: int
    manifest: str

    @cached_property
    def train_bytes(self) -> np.ndarray:
        """(bytes,) training text as unsigned bytes."""
        return np.frombuffer(self.train, np.uint8)

    @cached_property
    def validation_bytes(self) -> np.ndarray:
        """(bytes,) validation text as unsigned bytes."""
        return np.frombuffer(self.validation, np.uint8)

    def describe(self) -> dict[str, str | int]:
        """What a result records of the text it was trained on."""
        return {
            "name": self.name, "manifest": self.manifest, "files": self.files,
            "train_bytes": len(self.train), "validation_bytes": len(self.validation),
        }  # fmt: skip


@cache
def corpus(name: str = "stdlib") -> Corpus:
    """The corpus of a name: `stdlib`, or `environment` (with tests and every installed package) for larger runs.

    Raises:
        OSError: where this Python has no source files of its standard library.
        ValueError: for an unknown name.
    """
    library = Path(sysconfig.get_paths()["stdlib"])
    if name == "stdlib":
        sources = list(_files(library, NOT_TEXT | HELD_BACK))
    elif name == "environment":
        sources = list(_files(library, NOT_TEXT))
        sources += [
            ("site/" + name, path) for name, path in _files(Path(sysconfig.get_paths()["purelib"]), frozenset())
        ]
    else:
        raise ValueError(f"unknown corpus {name!r}; choose from: environment, stdlib")
    parts: dict[bool, list[bytes]] = {True: [], False: []}
    manifest, seen = hashlib.sha256(), set()
    for relative, path in sorted(sources, key=lambda item: (_hash(item[0]), item[0])):
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if len(content) < SMALLEST or digest in seen:
            continue
        seen.add(digest)
        manifest.update(f"{relative}\0{digest}\n".encode())
        parts[int(_hash(relative)[:8], 16) % VALIDATION_ONE_IN == 0].append(content)
    if not parts[True] or not parts[False]:
        raise OSError(f"no source of the standard library in {library}; a Python with its .py files is needed")
    return Corpus(name, SEPARATOR.join(parts[False]), SEPARATOR.join(parts[True]), len(seen), manifest.hexdigest()[:16])


def _hash(relative: str) -> str:
    return hashlib.sha256(relative.encode()).hexdigest()


def _files(root: Path, left_out: frozenset[str]) -> Iterator[tuple[str, Path]]:
    for path in root.rglob("*.py"):
        relative = path.relative_to(root)
        made = path.name.startswith("_sysconfigdata") or relative.parts[0].startswith("config-")  # differ by machine
        if not made and not left_out.intersection(relative.parts[:-1]):
            yield relative.as_posix(), path
