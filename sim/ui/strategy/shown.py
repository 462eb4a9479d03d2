"""What the cells of the matrix show: the lead, the chance of an accident, or how heated the competition is."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.quarters import DEFAULT_HORIZON
from sim.equations.crisis import FORMULA

LEAD, ACCIDENTS, CRISIS = "lead", "accidents", "crisis"


@dataclass(frozen=True)
class Shown:
    """An outcome of a cell."""

    outcome: str
    """Its name in `sim.analysis.cells.OUTCOMES`."""
    label: str
    caption: str
    """What it is and its unit, as the caption of the table says it."""
    form: str
    unit: str
    """As it stands behind a number that is read out."""

    def text(self, value: float) -> str:
        """A value as it stands in a cell."""
        return self.form.format(value).replace("-", "−")

    def spoken(self, value: float) -> str:
        """A value as a screen reader says it."""
        return f"{self.text(value)} {self.unit}"


SHOWN = {
    LEAD: Shown("lead_months", "US lead", f"US lead at the end of {DEFAULT_HORIZON}, months", "{:.1f}", "months"),
    ACCIDENTS: Shown(
        "accident_hazard", "Accidents", f"Chance of a serious accident in {DEFAULT_HORIZON}",
        "{:.0f}%", "chance",
    ),
    CRISIS: Shown(
        "crisis_index", "Heightened competition",
        f"Heightened competition at the end of {DEFAULT_HORIZON}, an index from 0 (calm) to 1", "{:.2f}",
        "on an index from 0 to 1",
    ),
}  # fmt: skip
"""Outcomes by the word of the address; the first is shown by default."""
UNMEASURED = (
    f"The index of heightened competition goes from 0 (calm) to 1. It is {FORMULA} Nobody has measured such an index: "
    "its formula is judgment, and it counts in no payoff."
)
"""What stands beside the table where the crisis index is shown."""
