"""Signposts: series that somebody publishes, on whose readings a policy can wait; the only home of their names."""

from __future__ import annotations

from typing import NamedTuple


class Signpost(NamedTuple):
    """A series that can be read in the world and in a run."""

    label: str
    unit: str
    series: str
    """The series of a run, as NAME or NAME.part."""
    scale: float = 1.0
    """Divide the series by this to get the unit."""
    flow: bool = False
    """Whether it is what came in four quarters, rather than what stands."""


SIGNPOSTS: dict[str, Signpost] = {
    "lead": Signpost("US lead on the capability index", "months", "lead_months"),
    "china_stock": Signpost("Chips owned in China", "million H100e", "stock_h100e.china", 1e6),
    "chinese_chips": Signpost("Chinese chips made in a year", "million H100e", "flows_china.domestic", 1e6, True),
    "licensed": Signpost("Licensed chips that reach China in a year", "million H100e", "flows_china.legal", 1e6, True),
    "smuggled": Signpost(
        "Smuggled chips that reach China in a year", "million H100e", "flows_china.diverted", 1e6, True
    ),
}
"""Signposts by name; what each reads today is told by `sim.analysis.signposts`."""
READ, FOLLOWS = "Q3", "Q1"
"""Signposts are read at the end of this quarter, and what follows from it holds from the first of the next year."""
YEARS = (2027, 2028, 2029, 2030)
"""Years in which they are read."""
