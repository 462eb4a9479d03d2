"""Phase 8: revenue follows capability, and everybody sees the new picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.partners import Ally
from sim import feedback, governance

if TYPE_CHECKING:
    from sim.world import World


def run(w: World) -> None:
    """Revenue, the picture for the next quarter, and the governance indices."""
    s, n = w.state, w.now
    s["revenue"] = feedback.revenue(s["eci"], s["used_decode"] * s["serving"], w.p)
    eci = s["eci"]
    frontier = eci.max(axis=0)
    behind = frontier - eci
    gap = -behind
    gap[0] = eci[0] - eci[1:].max(axis=0)
    gap[1] = eci[1] - np.maximum(eci[0], eci[2:].max(axis=0))
    w.seen.rival_gap, w.seen.behind = gap, behind
    w.seen.lead = eci[0] - eci[1]
    n.with_us = (s["alignment"] >= Ally.PARTS_BELOW).astype(float)
    n.with_us[0], n.with_us[1] = 1.0, 0.0
    n.governance = governance.indices(
        eci, s["used_train"], s["serving"], s["safety"], w.oversight, n.with_us, w.p
    )  # fmt: skip
