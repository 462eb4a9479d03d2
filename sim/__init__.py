"""Polarity: AI capability under geopolitics, simulated.

    >>> from sim import load, simulate, compare
    >>> run = simulate(load("current_policy"), runs=256)
    >>> round(sum(run.outcome_shares().values()), 6)
    1.0

Results are mechanism explorations, not forecasts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios import load, under

if TYPE_CHECKING:
    from sim.engine.world import World
    from sim.inert import without_effect
    from sim.results.comparison import Comparison
    from sim.results.run import Run
    from sim.run import compare, costs, simulate

__version__ = "0.1.0"

_LAZY = {
    "simulate": "sim.run", "compare": "sim.run", "costs": "sim.run", "Comparison": "sim.results.comparison",
    "Run": "sim.results.run", "World": "sim.engine.world", "without_effect": "sim.inert",
}  # fmt: skip

__all__ = [
    "Comparison",
    "Run",
    "World",
    "__version__",
    "compare",
    "costs",
    "load",
    "simulate",
    "under",
    "without_effect",
]


def __getattr__(name: str) -> Any:
    """Import the engine only when it is asked for: `import sim` stays light."""
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What can be used, also what is not imported yet."""
    return sorted({*globals(), *__all__})
