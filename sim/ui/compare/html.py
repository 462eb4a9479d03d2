"""The pieces of HTML of the page Compare."""

from __future__ import annotations

from markupsafe import Markup

from sim.results.costs import Cost
from sim.results.outcomes.polarity import LABELS
from sim.results.paired import Paired
from sim.results.wording import signed
from sim.ui.compare.frames import Row
from sim.ui.shared import charts, costs as shared_costs, frames, payers, theme, wording
from sim.ui.shared.frames import View
from sim.ui.shared.templates import render


def column(title: str, view: View, name: str) -> Markup:
    """The head of a column: the scenario, the count of an outcome and the lead in one sentence, and its bar."""
    low, mid, high = view.lead_end
    ahead = wording.lead(mid, view.judge.unit)
    return render(
        "compare/column.html",
        title=title,
        outcome=LABELS[name],
        count=view.counts[name],
        ahead=ahead[:1].upper() + ahead[1:],
        low=wording.minus(low),
        high=wording.minus(high),
        spoken=f"Out of 100 futures: {wording.outcomes(view.counts)}.",
        counts=theme.by_class(view.counts),
    )


def compute(parts: list[tuple[str, float]], top: float, year: int) -> Markup:
    """China's new compute of a year as one bar, on a scale that all columns share."""
    return render(
        "compare/compute.html",
        total=f"{sum(size for _, size in parts):.0f}",
        year=year,
        bars=[(f"{100 * size / top:.2f}", charts.themed(charts.ORIGIN[channel])) for channel, size in parts],
        spoken=", ".join(f"{frames.ORIGINS[channel]} {size:.1f}" for channel, size in parts),
    )


def table(titles: list[str], rows: list[Row]) -> Markup:
    """Outcomes per column, with the paired difference from the first."""
    lines = [
        (
            row.label,
            row.unit,
            [(v, _difference(found, row), None) for v, found in zip(row.values, row.differences, strict=True)],
        )
        for row in rows
    ]
    return render("compare/table.html", kind="", titles=titles, rows=lines)


def _difference(found: Paired | None, row: Row) -> str:
    if found is None:
        return ""
    size = signed(row.scale * found.mean, row.digits)
    half = "" if found.half is None else f" ±{row.scale * found.half:.{max(row.digits, 1)}f}"
    return f"{size}{half}{'' if found.is_clear else ' (no detectable difference)'}"


def costs(titles: list[str], rows: list[tuple[tuple[str, str], list[Cost | None]]], names: dict[str, str]) -> Markup:
    """What each column but the first costs whom, against the first.

    Args:
        titles: of those columns.
        rows: actor and item, and the cost in each column; None where it is too small for a line.
        names: of the actors.
    """
    longest = payers.longest(cost for _, found in rows for cost in found if cost)
    lines = [
        (
            shared_costs.line(next(filter(None, found)), names), shared_costs.tier(item),
            [_paid(cost, longest) for cost in found],
        )
        for (_, item), found in rows
    ]  # fmt: skip
    return render("compare/table.html", kind="paid", titles=titles, rows=lines)


def _paid(cost: Cost | None, longest: float) -> tuple[str, str, payers.Track | None]:
    """A cost in a cell: its median, its range and its bar, on the scale of all columns."""
    if cost is None:
        return "", "below 0.05", None
    small = f"{shared_costs.kind(cost)}; {shared_costs.span(cost)}"
    return shared_costs.billions(cost.median), small, payers.track(cost, longest)


def worlds(titles: list[str], labels: list[str], cells: list[list[tuple[str, int]]], usual: list[str]) -> Markup:
    """Which outcome is most common in which world; where it is another than usual stands bold.

    Args:
        titles: of the columns.
        labels: of the worlds.
        cells: per world and column, the most common outcome and its futures in 100.
        usual: the most common outcome of each column as things are.
    """
    holds = [sum(row[c][0] == name for row in cells) for c, name in enumerate(usual)]
    return render(
        "compare/worlds.html",
        heads=list(zip(titles, usual, holds, strict=True)),
        rows=list(zip(labels, cells, strict=True)),
        labels=LABELS,
        ink=theme.INK,
    )
