"""Where a result's code comes from: the checkout's commit, or what a kit says of itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STAMP = "COMMIT"
"""File beside the packages in which a kit keeps the commit that it was packed from."""


def commit(root: Path = ROOT) -> str:
    """The commit, with a mark where something was changed.

    A kit's own word comes first: the folder that it is unpacked in may lie in the checkout of something else.
    """
    stamp = root / STAMP
    if stamp.is_file():
        return stamp.read_text(encoding="utf-8").strip()
    try:
        head, changed = (
            subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown: not under version control"
    return head + (" with changes" if changed else "")
