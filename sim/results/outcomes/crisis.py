"""How heated is the competition? An index that stands in no default list, since nobody measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.inputs import inputs_of
from sim.ensemble.rng import Array
from sim.equations.crisis import crisis_index
from sim.results.outcomes import lead

if TYPE_CHECKING:
    from sim.results.run import Run


def index(run: Run, step: int) -> Array:
    """Heightened competition at the end of a quarter, `(runs,)`, 0 to 1; `sim.equations.crisis` has the formula.

    Retaliation is the share of minerals that China withholds while it does, not the chips that are lost by it, which
    grow fewer as stocks and substitutes are built.
    """
    withheld = min(float(inputs_of(run.spec, len(run.quarters)).event_paths["mineral_controls"][step]), 1.0)
    return crisis_index(lead.gap(run)[step], run.parameters["hostility"], withheld)
