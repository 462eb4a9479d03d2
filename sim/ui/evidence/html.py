"""The blind run's pieces of HTML: squares, scores, figures and misses. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sim.hindcast.blind import Hindcast, Point
from sim.hindcast.record import PATTERNS, SERIES
from sim.ui.evidence import wording
from sim.ui.evidence.misses import KNOWN, Miss
from sim.ui.evidence.style import BAD, GOOD
from sim.ui.shared import quantity

SHORT = {
    "P1": "Legal imports by year",
    "P2": "Imports by quarter",
    "P3": "Stocks of chips",
    "P4": "Largest training runs",
    "P5": "Capability frontiers",
}
"""The patterns where there is hardly any room."""
Cell = tuple[str, str]
"""What stands in a cell, as HTML, and its class: `n` for numbers."""


def part(title: str, text: str = "") -> str:
    """The heading of a part of the page and what it is about."""
    lead = f'<p class="lead">{escape(text)}</p>' if text else ""
    return f'<h2 class="part">{escape(title)}</h2>{lead}'


def heading(title: str, unit: str) -> str:
    """A chart's title, which is its message, and the line with its unit; a level below the parts."""
    return f'<h3 class="h">{escape(title)}</h3><p class="d">{escape(unit)}</p>'


def rows(heads: Sequence[str], body: Iterable[Sequence[Cell]], last: bool = False) -> str:
    """A table that turns into cards on a phone; `last` sets the last row apart."""
    lines = [
        "".join(
            f'<td class="{kind}"' + (f' data-l="{escape(head)}"' if head else "") + f">{text}</td>"
            for head, (text, kind) in zip(heads, line, strict=True)
        )
        for line in body
    ]
    kinds = [kind for _, kind in next(iter(body), [("", "")] * len(heads))] if isinstance(body, list) else []
    top = "".join(
        f'<th scope="col" class="{kinds[k] if k < len(kinds) else ""}">{escape(head)}</th>'
        for k, head in enumerate(heads)
    )
    body_ = "".join(
        f"<tr{' class=sum' if last and k == len(lines) - 1 else ''}>{line}</tr>" for k, line in enumerate(lines)
    )
    return f'<table class="data cards"><thead><tr>{top}</tr></thead><tbody>{body_}</tbody></table>'


def tall(name: str, table: str, kind: str = "") -> str:
    """A long table in a window of its own, which the keyboard can scroll."""
    return f'<div class="tall {kind}" role="region" tabindex="0" aria-label="{escape(name)}">{table}</div>'


# ------------------------------------------------------------------------------------------------------ the verdict
def tiles(found: Hindcast) -> str:
    """One square per recorded figure, by pattern: inside the inner band, inside the outer one, or outside."""
    lines, spoken = [], []
    counted = {series.key for series in SERIES if series.scored}
    for name, short in SHORT.items():
        mine = [p for p in found.points if p.pattern == name and p.series in counted]
        kinds = sorted((_tile(point) for point in mine), key=("t50", "t90", "out").index)
        squares = "".join(f'<i class="{kind}"></i>' for kind in kinds) or "<small>nothing to score</small>"
        hits = sum(kind != "out" for kind in kinds)
        count = f"{hits} of {len(kinds)}" if kinds else "–"
        lines.append(f"<span>{escape(short)}</span><b>{count}</b><p>{squares}</p>")
        spoken.append(f"{short}: {count} inside" if kinds else f"{short}: nothing to score")
    key = (
        '<div class="tilekey"><span><i class="t50"></i>inside the 50% band</span><span><i class="t90"></i>inside the '
        '90% band</span><span><i class="out"></i>outside</span></div>'
    )
    return (
        '<div class="cap">Each square is one figure recorded after the cut-off, by pattern of the record.</div>'
        f'<div class="tiles" role="img" aria-label="{escape(". ".join(spoken))}.">{"".join(lines)}</div>{key}'
    )


def _tile(point: Point) -> str:
    return "out" if not point.in90 else "t50" if point.in50 else "t90"


def marks(unscored: bool) -> str:
    """The key of the two charts of the blind run; later figures that are not scored need a mark only where they are."""
    drawn = {
        "known": "known to the run",
        "later": "later, inside 90%",
        "off": "later, outside",
        "mid": "middle future",
        "band": "50 and 90 in 100 futures",
    }
    if unscored:
        drawn = {**drawn, "dot": "later, not scored"}
    items = "".join(f'<span><i class="m-{kind}"></i>{escape(text)}</span>' for kind, text in drawn.items())
    return f'<div class="marks">{items}</div>'


# ------------------------------------------------------------------------------------------------------- the scores
HEADS = ("", "", "Figures", "In 50% band", "In 90% band", "CRPS", "Last value", "Trend", "Median error")


def scores(found: Hindcast) -> str:
    """One row a pattern, in words and in numbers, and all figures together."""
    body: list[list[Cell]] = []
    for name, meaning in PATTERNS.items():
        score = found.pattern(name)
        title = f"<b>{name}</b> {escape(meaning)}"
        words = " ".join((wording.standing(score), wording.typical(name, score), wording.band_width(score))).strip()
        numbers = [""] * 6
        if score["points"]:
            digits = 1 if name == "P5" else 2
            unit = "points" if name == "P5" else "OOM"
            four = [f"{score[key]:.{digits}f}" for key in ("crps", "crps_last_value", "crps_trend")]
            numbers = [*_coverage(score), *four, f"{quantity.signed(score['median_error'], digits)} {unit}"]
        body.append([(title, ""), (escape(words), ""), (str(score["points"]), "n"), *((n, "n") for n in numbers)])
    total = found.pattern("all")
    share = _coverage(total) if total["points"] else ["", ""]
    words = "Errors of different units are not added up."
    body.append(
        [("<b>All figures</b>", ""), (words, ""), (str(total["points"]), "n"), *((n, "n") for n in [*share, *[""] * 4])]
    )
    return rows(HEADS, body, last=True)


def _coverage(score: dict[str, float]) -> list[str]:
    return [f"{wording.inside(score, band)} ({round(100 * score[f'coverage{band}'])}%)" for band in ("50", "90")]


MEANINGS = {
    "In 50% and 90% band": "figures that fell where half, and nine in ten, of the futures lay; a well-judged "
    "band holds that share.",
    "CRPS": "how far the futures lay from what came, on average, less their own spread; lower is better. For a "
    "forecast of one number it is the plain error, so it compares a range with the two naive forecasts.",
    "Last value, trend": "the error of saying that nothing changes, and of drawing the line through the last two "
    "known years on.",
    "Median error": "the middle future less the record. OOM: orders of magnitude, so that 0.3 is a factor of two; "
    "P5 is in points of the Epoch Capabilities Index.",
}
"""The scores, one line each."""


def meanings() -> str:
    """What the scores mean."""
    return (
        '<ul class="plain two">'
        + "".join(f"<li><b>{escape(name)}:</b> {escape(text)}</li>" for name, text in MEANINGS.items())
        + "</ul>"
    )


def figures(found: Hindcast) -> str:
    """Every recorded figure after the cut-off, in the unit of its series."""
    body: list[list[Cell]] = []
    for series in SERIES:
        for quarter, point in found.of(series.key).items():
            low, mid, high = (float(series.unscaled(point.quantiles[k])) for k in (0, 2, 4))
            came = float(series.unscaled(point.recorded))
            verdict = _flag("inside 50%" if point.in50 else "inside 90%" if point.in90 else "outside", point.in90)
            extra = "" if series.scored else "<small>derived: not counted in the scores</small>"
            body.append(
                [
                    (f"{escape(KNOWN[series.key].label)}{extra}", ""),
                    (quarter, ""),
                    (quantity.amount(came, series.unit), "n"),
                    (quantity.number(mid, series.unit), "n"),
                    (quantity.span(low, high, series.unit), "n"),
                    (verdict, ""),
                ]
            )
    heads = ("", "Quarter", "Recorded", "Middle future", "90% band", "")
    return tall("Recorded figures", rows(heads, body))


def _flag(text: str, good: bool) -> str:
    return f'<span class="flag" style="--k:{GOOD if good else BAD}">{escape(text)}</span>'


def flag(text: str, colour: str) -> str:
    """A small label in a colour."""
    return f'<span class="flag" style="--k:{colour}">{escape(text)}</span>'


# ------------------------------------------------------------------------------------------------------- the misses
def misses(found: Sequence[Miss]) -> str:
    """What the model got wrong, worst first."""
    items = "".join(f"<li><b>{escape(miss.what)}</b>{escape(_capital(miss.told))}</li>" for miss in found)
    return f'<ul class="miss">{items}</ul>'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
