"""Whether a folder holds what was collected: each file is compared with its SHA-256 in the list beside it.

A copy of this file lies in every wheelhouse, for a machine on which nothing but Python is installed. So it imports
nothing beyond the standard library.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

LIST = "SHA256SUMS"
"""The list, in the form that `sha256sum --check` reads."""
_LINE = re.compile(r"([0-9a-f]{64})  ([^/\\]+)")


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def write_list(folder: Path) -> Path:
    """Write the list of all files in a folder, and give its path."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != LIST)
    (folder / LIST).write_text("".join(f"{digest(path)}  {path.name}\n" for path in files), encoding="utf-8")
    return folder / LIST


def listed(folder: Path) -> list[str]:
    """The names on the list of a folder; those of damaged lines are left out."""
    lines = (folder / LIST).read_text(encoding="utf-8", errors="replace").splitlines()
    return [parts[2] for line in lines if (parts := _LINE.fullmatch(line))]


def problems(folder: Path) -> list[str]:
    """What is wrong with a folder, in words; nothing where every file is as it was collected."""
    try:
        lines = (folder / LIST).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [f"{folder / LIST}: cannot be read ({error}); copy the whole folder again"]
    found, names = [], set()
    for number, line in enumerate(lines, start=1):
        parts = _LINE.fullmatch(line)
        if parts is None:
            found.append(f"{folder / LIST} line {number}: holds no file with its SHA-256; copy the list again")
            continue
        names.add(parts[2])
        path = folder / parts[2]
        if not path.is_file():
            found.append(f"{path}: is missing; copy the folder again")
        elif digest(path) != parts[1]:
            found.append(f"{path}: is damaged or was changed; copy it again, and do not install from it")
    if not names and not found:
        found.append(f"{folder / LIST}: is empty; copy the list again")
    strange = sorted(path.name for path in folder.iterdir() if path.name not in (*names, LIST))
    return [*found, *(f"{folder / name}: is not on the list; remove it" for name in strange)]


def main() -> int:
    """Check the folder that this file lies in, or the one that is named; the exit status."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    found = problems(folder)
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print(f"{folder}: every file is as it was collected")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
