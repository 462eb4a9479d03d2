"""Decisions of custom actors: code that nobody here has seen."""

from __future__ import annotations

import numpy as np

from agents.actor import NationalActor
from agents.state import Row
from scenarios.decisions import DECISIONS
from scenarios.quarters import label
from sim.engine.context import Context
from sim.engine.state import SIGNED


def decide(c: Context, actor: NationalActor) -> None:
    """Let an actor decide, and refuse what no table can hold; NumPy has refused a wrong shape where it is written.

    Raises:
        FloatingPointError: naming the actor and what is not finite, or below 0 where that makes no sense.
    """
    actor.decide()
    for name in _rows_of(type(actor)):
        values = getattr(actor, name)
        finite = np.isfinite(values).all()
        if finite and name in DECISIONS:
            low, high = min(DECISIONS[name].levels[0], 0.0), DECISIONS[name].levels[-1]
            if (values < low).any() or (values > high).any():
                raise FloatingPointError(
                    f"{c.inputs.spec.name}: {actor.name} ({type(actor).__name__}) decides in {label(c.quarter)}: "
                    f"{name} goes from {low:g} to {high:g}"
                )
        if finite and (name in SIGNED or (values >= 0).all()):
            continue
        raise FloatingPointError(
            f"{c.inputs.spec.name}: {actor.name} ({type(actor).__name__}) decides in {label(c.quarter)}: "
            f"{name} is {'below 0' if finite else 'not finite'}"
        )


def _rows_of(kind: type[NationalActor]) -> list[str]:
    """Names of the tables in which a kind of actor has rows."""
    return [name for name in dir(kind) if isinstance(getattr(kind, name), Row)]
