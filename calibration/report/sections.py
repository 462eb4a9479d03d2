"""The sections of a result in order: the HTML report and the app both show what these say."""

from __future__ import annotations

from collections.abc import Callable

from calibration.report import (
    hardware,
    iso_compute,
    levers,
    limits,
    losses,
    moves,
    provenance,
    reinforcement,
    roofline,
)
from calibration.report.blocks import Blocks
from calibration.report.draft import Draft

SECTIONS: tuple[tuple[str, str, Callable[[Draft], Blocks]], ...] = (
    ("takes", "What the simulator takes from this result", moves.section),
    ("losses", "Losses and the law fitted to them", losses.section),
    ("compute", "Curves of equal compute", iso_compute.section),
    ("levers", "Lever gains", levers.section),
    ("reinforcement", "Reinforcement learning", reinforcement.section),
    ("roofline", "Roofline: what bounds training and decoding", roofline.section),
    ("hardware", "Hardware", hardware.section),
    ("limits", "What cannot be concluded", limits.section),
    ("provenance", "Provenance", provenance.section),
)
"""Every section in order: its anchor, its heading, and what writes it."""
