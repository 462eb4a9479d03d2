"""From views of several scenarios to the tables of the page Compare; nothing here draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.results.costs import Cost
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.paired import Paired, paired, paired_share
from sim.ui.shared import costs, frames, wording
from sim.ui.shared.frames import View


@dataclass(frozen=True)
class Row:
    """One line of the table of outcomes: a value per column, and the paired difference from the first."""

    label: str
    unit: str
    values: tuple[str, ...]
    differences: tuple[Paired | None, ...]
    """None for the first column, and for one that is the same simulation."""
    digits: int
    scale: float


def rows(views: list[View], same: list[bool]) -> list[Row]:
    """The table of outcomes; differences are paired, since all columns use the same random draws."""
    judge = views[0].judge
    found = []
    for i, name in enumerate(CLASSES):
        if not any(view.counts[name] for view in views):
            continue  # an outcome that nobody has says nothing
        shares = [view.codes == i for view in views]
        found.append(Row(
            LABELS[name], f"of 100 futures, end of {judge.year}", tuple(str(view.counts[name]) for view in views),
            tuple(None if s else paired_share(shares[0], x) for x, s in zip(shares, same, strict=True)), 0, 100.0,
        ))  # fmt: skip
    for year in sorted({*frames.YEARS_TOLD, judge.year}):
        leads = [view.leads_by_year[year].astype(float) for view in views]
        found.append(_number(f"US lead, end of {year}", f"{judge.unit}, median run", leads, same))
    label = f"China's new compute in {judge.year}"
    found.append(_number(label, "million H100e, median run", [view.compute_of.astype(float) for view in views], same))
    tops = [view.eci_end("united_states") for view in views], [view.eci_end("china") for view in views]
    for who, values in zip(frames.SEATS.values(), tops, strict=True):
        found.append(Row(
            f"{who}: frontier, end of {judge.year}", "ECI, median run", tuple(f"{value:.0f}" for value in values),
            (None,) * len(views), 0, 1.0,
        ))  # fmt: skip
    return found


def _number(label: str, unit: str, values: list[np.ndarray], same: list[bool]) -> Row:
    shown = tuple(wording.decimal(float(np.median(value))) for value in values)
    return Row(
        label, unit, shown,
        tuple(None if s else paired(value - values[0]) for value, s in zip(values, same, strict=True)), 1, 1.0,
    )  # fmt: skip


def columns_of_compute(views: list[View]) -> list[list[tuple[str, float]]]:
    """China's new compute of the year by channel, per column, million H100-equivalents."""
    found = []
    for view in views:
        total = view.compute_in(view.year)
        found.append([(channel, total * view.share_of(channel, view.year)) for channel in frames.ORIGINS])
    return found


def costs_by_row(found: list[tuple[Cost, ...]]) -> list[tuple[tuple[str, str], list[Cost | None]]]:
    """Actor and item of the costs that are largest in any column, and what each column has there.

    Args:
        found: costs per column against the first column, which itself is not among them.
    """
    tables = [{(cost.actor, cost.item): cost for cost in column} for column in found]
    largest: dict[tuple[str, str], float] = {}
    for pair, cost in ((pair, cost) for table in tables for pair, cost in table.items()):
        largest[pair] = max(largest.get(pair, 0.0), abs(cost.median))
    order = sorted(largest, key=lambda pair: -largest[pair])[: costs.MOST]
    return [(pair, [table.get(pair) for table in tables]) for pair in order]
