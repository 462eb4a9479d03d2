"""Bills that the user passes, in words."""

from __future__ import annotations

from scenarios.bills import bills
from sim.ui.shared.setup import Setup


def described(setup: Setup) -> list[str]:
    """One phrase for each bill that has passed: what, and from when."""
    return [f"{bills()[name].title} in force from {quarter}" for name, quarter in setup.bills.items()]
