"""The pieces of HTML of the page Compare."""

from __future__ import annotations

from html import escape

from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.paired import Paired
from sim.results.wording import most_common, signed
from sim.ui.compare.frames import Row
from sim.ui.shared import charts, frames, theme, wording
from sim.ui.shared.frames import View

CSS = """
h2.col{font-family:"Source Sans","Source Sans Pro",sans-serif!important;font-weight:600!important;margin:0!important;
 font-size:1.08rem!important;line-height:1.25!important;border-top:2px solid currentColor;padding:.4rem 0 0!important}
.colsay{margin:.1rem 0 .35rem;font-size:.92rem;line-height:1.35;min-height:4em}
table.cmp{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.3;font-variant-numeric:tabular-nums}
table.cmp th,table.cmp td{padding:.32rem .7rem .32rem 0;text-align:left;vertical-align:top;
 border-bottom:1px solid color-mix(in srgb,currentColor 16%,transparent)}
table.cmp small{display:block;opacity:.8;font-size:.8rem;font-weight:400}
table.cmp td b{font-weight:600}
table.worlds td.c{white-space:nowrap}table.worlds i{display:inline-block;width:.75em;height:.75em;border-radius:50%;
 margin-right:.4em;vertical-align:-.05em}table.worlds td.no{opacity:1;font-weight:600}
.stack{display:flex;height:14px;border-radius:3px;overflow:hidden;gap:1px;margin:.15rem 0}
.stack i{display:block}
.cap2{font-size:.82rem;opacity:.85;line-height:1.3;margin:.3rem 0 0}
"""


def column(title: str, view: View) -> str:
    """The head of a column: the scenario, what comes of it in one sentence, and its bar."""
    name = most_common(view.counts)
    segments = "".join(f'<i class="o-{key}" style="flex:{view.counts[key]} 1 0"></i>' for key in CLASSES)
    spoken = f"Out of 100 futures: {wording.outcomes(view.counts)}."
    low, mid, high = view.lead_end
    ahead = wording.lead(mid, view.judge.unit)
    return (
        f'<h2 class="col">{escape(title)}</h2>'
        f'<p class="colsay"><b>{escape(LABELS[name])}: {view.counts[name]} in 100.</b> '
        f"{escape(ahead[:1].upper() + ahead[1:])} in the middle future ({wording.signed(low)} to "
        f"{wording.signed(high)}).</p>"
        f'<div class="bar" role="img" aria-label="{escape(spoken)}" style="height:20px">{segments}</div>'
    )


def compute(parts: list[tuple[str, float]], top: float, year: int) -> str:
    """China's new compute of a year as one bar, on a scale that all columns share."""
    total = sum(size for _, size in parts)
    bars = "".join(
        f'<i style="width:{100 * size / top:.2f}%;background:{charts.themed(charts.ORIGIN[channel])}"></i>'
        for channel, size in parts
    )
    spoken = ", ".join(f"{frames.ORIGINS[channel]} {size:.1f}" for channel, size in parts)
    return (
        f'<p class="cap2">China adds {total:.0f} million H100e in {year}</p>'
        f'<div class="stack" role="img" aria-label="{escape(spoken)} million">{bars}</div>'
    )


def table(titles: list[str], rows: list[Row]) -> str:
    """Outcomes per column, with the paired difference from the first."""
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(
        f"<tr><th>{escape(row.label)}<small>{escape(row.unit)}</small></th>"
        + "".join(
            f"<td><b>{value}</b>{_difference(found, row)}</td>"
            for value, found in zip(row.values, row.differences, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table class="cmp"><tr><th></th>{head}</tr>{body}</table></div>'


def _difference(found: Paired | None, row: Row) -> str:
    if found is None:
        return ""
    size = signed(row.scale * found.mean, row.digits)
    half = "" if found.half is None else f" ±{row.scale * found.half:.{max(row.digits, 1)}f}"
    return f"<small>{size}{half}{'' if found.is_clear else ', not told from none'}</small>"


def worlds(titles: list[str], labels: list[str], cells: list[list[tuple[str, int]]], usual: list[str]) -> str:
    """Which outcome is most common in which world; where it is another than usual stands bold.

    Args:
        titles: of the columns.
        labels: of the worlds.
        cells: per world and column, the most common outcome and its futures in 100.
        usual: the most common outcome of each column as things are.
    """
    holds = [sum(row[c][0] == name for row in cells) for c, name in enumerate(usual)]
    head = "".join(
        f"<th>{escape(title)}<small>{escape(LABELS[name])} holds in {count} of {len(labels)} worlds</small></th>"
        for title, name, count in zip(titles, usual, holds, strict=True)
    )
    body = "".join(
        f"<tr><th>{escape(label)}</th>"
        + "".join(_cell(name, count, name == usual[c]) for c, (name, count) in enumerate(row))
        + "</tr>"
        for label, row in zip(labels, cells, strict=True)
    )
    return f'<div class="scroll"><table class="cmp worlds"><tr><th></th>{head}</tr>{body}</table></div>'


def _cell(name: str, count: int, holds: bool) -> str:
    mark = f'<i style="background:{theme.INK[name]}"></i>'
    return f'<td class="c{"" if holds else " no"}">{mark}{escape(LABELS[name])} {count}</td>'
