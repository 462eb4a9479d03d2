"""What the command that collects a wheelhouse starts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scenarios.errors import InputError
from sim.wheelhouse import check
from sim.wheelhouse.collect import collect, unpinned
from sim.wheelhouse.platforms import PLATFORMS, target


def main() -> int:
    """Collect a wheelhouse and say what it holds; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sim.wheelhouse", description="Collect a wheelhouse.")
    parser.add_argument("folder", type=Path, help="where it goes")
    parser.add_argument("--extras", default="", help="optional parts, such as analysis,cluster")
    parser.add_argument("--platform", default="", help=f"another machine: {', '.join(PLATFORMS)}")
    parser.add_argument("--python", default="", help="its version of Python, such as 3.12")
    asked = parser.parse_args()
    extras = [extra.strip() for extra in asked.extras.split(",") if extra.strip()]
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        if asked.python and not asked.platform:
            raise InputError("name the platform too, such as linux-x86_64: for this one, run this with that Python")
        other = target(asked.platform, asked.python or here) if asked.platform else None
        wheels = collect(asked.folder, extras, other)
    except InputError as error:
        print(f"wheelhouse: {error}", file=sys.stderr)
        return 2
    if odd := unpinned(wheels):
        print(f"not among the tested versions: {', '.join(odd)}")
    size = sum(path.stat().st_size for path in asked.folder.iterdir()) / 1e6
    print(f"{asked.folder}: {len(wheels)} wheels, {size:.0f} MB; INSTALL.txt says how to install them")
    print(f"SHA-256 of its list {check.LIST}: {check.digest(asked.folder / check.LIST)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
