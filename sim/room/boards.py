"""What a seat knows in a game: a few lines of its own, as they stand in the future that is played and a year before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.packages import SEATS, members
from scenarios.schema import Scenario
from sim.analysis.board import CHINA, SECURITY, Row, lines_of
from sim.play import Game
from sim.results.measures import MEASURES
from sim.results.paired import paired
from sim.results.run import Run

US = "united_states"
_LEAD = "lead_months"
_BOARDS: dict[str, tuple[str, ...]] = {
    "united_states": (_LEAD, "compute_train", "capability", "accounts.ai_revenue", "accounts.chip_profit",
                      "governance.accident_hazard"),
    "china": (_LEAD, "compute_train", "flows_china.domestic", "flows_china.legal", "flows_china.diverted",
              "flows_china.offshore"),
    "allies": (_LEAD, "compute_train", "accounts.ai_revenue", "accounts.tool_revenue", "decisions.alignment",
               "governance.accident_hazard"),
    "hubs": (_LEAD, "compute_train", "received_h100e", "accounts.rent", "accounts.transit_trade",
             "decisions.policing"),
    "designer": ("accounts.chip_profit", "flows_china.legal", "flows_china.diverted", "flows_china.domestic", _LEAD),
}  # fmt: skip
"""Lines of every seat, in order; those of an actor without the actor."""
assert set(_BOARDS) == set(SEATS)


def board(game: Game, seat: str) -> list[Row]:
    """The lines of a seat: four quarters before and now, in the future that is played.

    Amounts of several actors are added, shares and index points averaged; flows are those of four quarters.

    Args:
        game: as far as it has been played.
        seat: a seat.
    """
    run = game.run
    found = {name: row for name, row in _rows(run, game.base, seat, game.future)}
    return [found[name] for name in _BOARDS[seat] if name in found]


def _rows(run: Run, base: Scenario, seat: str, future: int) -> Iterator[tuple[str, Row]]:
    """Every line of a seat by its name without the actor."""
    of: dict[str, list[tuple[tuple[str, str, str, float], np.ndarray]]] = {}
    for actor in _actors(base, seat):
        for *line, outcome in lines_of(actor, base, run.until + 1):
            full = str(outcome).partition("@")[0]
            name = full.replace(f".{actor}", "", 1)
            of.setdefault(name, []).append(((*line,), _levels(run, full, future)))  # type: ignore[arg-type]
    for name, lines in of.items():
        (group, label, unit, scale), _ = lines[0]
        both = np.array([values for _, values in lines]) / scale
        spread = group == SECURITY or unit in ("%", "index points")
        before, after = map(float, both.mean(axis=0) if spread else both.sum(axis=0))
        yield name, Row(group, name, label, unit, before, after, paired(np.array([after - before])))


def _actors(base: Scenario, seat: str) -> tuple[str, ...]:
    """Whose lines a seat sees: its own actors'; the chip designers see their country's, and those of their customer."""
    return (US, CHINA) if seat == "designer" else members(base, seat)


def _levels(run: Run, name: str, future: int) -> np.ndarray:
    """A line a year before and now, (2,): sums of four quarters of a flow, else the level at the end of the quarter."""
    path = run.part(name)[:, future].astype(float)
    flow = name != _LEAD and MEASURES[name.partition(".")[0]][1].endswith(" a quarter")
    if flow:
        return np.array([path[-8:-4].sum(), path[-4:].sum()])
    return path[[-5, -1]]
