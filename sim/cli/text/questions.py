"""The questions of autumn 2026 in a terminal."""

from __future__ import annotations

from sim.analysis.questions import YEAR, Answer, Answers
from sim.cli.text import layout
from sim.equations.costs import ITEMS


def questions(found: Answers) -> None:
    """Print one line for each question."""
    page = layout.console()
    table = layout.table(
        f"Change of the US lead at the end of {YEAR}, months, with its 90% interval, and the largest cost", "",
        "Question", "Largest cost, billion dollars", "Months", "", left=3,
    )  # fmt: skip
    for one in found.answers:
        span = f"{layout.plain(one.lead.low or 0.0, 2)} to {layout.plain(one.lead.high or 0.0, 2)}"
        binds = f"\n{one.binds.words}; then {one.binds.months:+.2f}" if one.binds else ""
        table.add_row(one.id, f"{one.spec.title}{binds}", _cost(one), layout.plain(one.lead.mean, 2), span)
    layout.put(page, table)
    page.print(f"Against current policy, {found.runs} futures with the same draws. {layout.FOOTER}")


def _cost(one: Answer) -> str:
    """The largest cost or gain."""
    each = [(actor, item, usd) for actor, items in one.costs.items() for item, usd in items.items()]
    if not each:
        return "–"
    actor, item, usd = max(each, key=lambda row: abs(row[2]))
    return f"{actor.replace('_', ' ')}, {ITEMS[item].label.lower()}: {usd / 1e9:+,.1f}".replace("-", "−")
