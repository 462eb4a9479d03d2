"""What `polarity check` and `polarity new` say of a file."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.cli.text import layout

if TYPE_CHECKING:
    from scenarios.errors import Fault
    from scenarios.schema import Scenario
    from sim.cli.check import Checked


def checked(file: str, found: Checked) -> None:
    """All faults of a file, or what it sets and what of it does nothing."""
    if found.faults:
        number = len(found.faults)
        print(f"{file}: not valid, {number} fault{'s' if number > 1 else ''}")
        for fault in found.faults:
            print(f"  {place(fault)}{fault.text}")
        return
    print(f"{file}: valid. {found.what}")
    _listed("Sets", found.sets)
    _listed("Without effect", found.without_effect)
    if not found.sets:
        print("It sets nothing that differs from current policy.")
    elif not found.without_effect:
        print("Everything that it sets has an effect.")


def place(fault: Fault) -> str:
    """The line of a fault, where it has one."""
    return f"line {fault.line}: " if fault.line else ""


def new(file: str, spec: Scenario, sets: Sequence[str], idle: Sequence[str]) -> None:
    """What a file that was written sets, and what of it does nothing."""
    print(f"Wrote {file}: {spec.title} ({spec.name})")
    _listed("Sets", sets)
    _listed("Without effect", idle)
    print("Next:")


def _listed(title: str, lines: Sequence[str]) -> None:
    """Lines under a title; long ones are wrapped to the page."""
    if lines:
        print(f"{title}:")
        width = layout.console().width
        for line in lines:
            print(textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False))
