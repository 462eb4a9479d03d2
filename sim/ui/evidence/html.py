"""The blind run's pieces of HTML: squares, scores, figures and misses."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sim.hindcast.blind import Hindcast, Point
from sim.hindcast.record import PATTERNS, SERIES
from sim.ui.evidence import wording
from sim.ui.evidence.misses import KNOWN, Miss
from sim.ui.shared import quantity
from sim.ui.shared.templates import render

SHORT = {
    "P1": "Legal imports by year",
    "P2": "Imports by quarter",
    "P3": "Stocks of chips",
    "P4": "Largest training runs",
    "P5": "Capability frontiers",
}
"""The patterns where there is hardly any room."""
Cell = tuple[str | Markup, str]
"""What stands in a cell, and its class: `n` for numbers."""


def rows(heads: Sequence[str], body: Sequence[Sequence[Cell]], total: bool = False) -> Markup:
    """A table that turns into cards on a phone; `total` sets the last row apart."""
    return render("evidence/table.html", heads=heads, rows=body, total=total)


def tall(name: str, table: Markup, kind: str = "") -> Markup:
    """A long table in a window of its own, which the keyboard can scroll."""
    window = Markup('<div class="tall {}" role="region" tabindex="0" aria-label="{}">{}</div>')
    return window.format(kind, name, table)


def under(text: str | Markup, small: str) -> Markup:
    """What stands in a cell, and something small below it."""
    return Markup("{}<small>{}</small>").format(text, small) if small else Markup.escape(text)


def bold(text: str) -> Markup:
    """A text in bold."""
    return Markup("<b>{}</b>").format(text)


def flag(text: str, kind: str) -> Markup:
    """A small label: filled where it is `good`, dashed where it is `bad`, and plain where it is `open`."""
    return Markup('<span class="flag {}">{}</span>').format(kind, text)


# ------------------------------------------------------------------------------------------------------ the verdict
def tiles(found: Hindcast) -> Markup:
    """One square per recorded figure, by pattern: inside the inner band, inside the outer one, or outside."""
    lines, spoken = [], []
    counted = {series.key for series in SERIES if series.scored}
    for name, short in SHORT.items():
        mine = [p for p in found.points if p.pattern == name and p.series in counted]
        kinds = sorted((_tile(point) for point in mine), key=("t50", "t90", "out").index)
        hits = sum(kind != "out" for kind in kinds)
        count = f"{hits} of {len(kinds)}" if kinds else "–"
        lines.append((short, count, kinds))
        spoken.append(f"{short}: {count} inside" if kinds else f"{short}: nothing to score")
    return render("evidence/tiles.html", lines=lines, spoken=". ".join(spoken))


def tests(found: Sequence[Hindcast], chosen: str) -> Markup:
    """All blind tests side by side, in words; the chosen one is the one that the page shows."""
    rows_ = []
    for each in found:
        score = each.pattern("all")
        count = f"{wording.inside(score)} of {score['points']}"
        rows_.append(
            (f"Data to the {wording.year_end(each.cutoff)}", count, wording.tested(each), each.cutoff == chosen)
        )
    return render("evidence/tests.html", tests=rows_)


def _tile(point: Point) -> str:
    return "out" if not point.in90 else "t50" if point.in50 else "t90"


def marks(unscored: bool, colors: Markup) -> Markup:
    """The key of the two charts of the blind run; later figures that are not scored need a mark only where they are."""
    return render("evidence/marks.html", unscored=unscored, colors=colors)


# ------------------------------------------------------------------------------------------------------- the scores
HEADS = ("", "", "Figures", "In 50% range", "In 90% range", "CRPS", "Last value", "Trend", "Median error")


def scores(found: Hindcast) -> Markup:
    """One row a pattern, in words and in numbers, and all figures together."""
    body: list[list[Cell]] = []
    for name, meaning in PATTERNS.items():
        score = found.pattern(name)
        title = Markup("{} {}").format(bold(name), meaning)
        words = " ".join((wording.standing(score), wording.typical(name, score), wording.band_width(score))).strip()
        numbers = [""] * 6
        if score["points"]:
            digits = 1 if name == "P5" else 2
            unit = "points" if name == "P5" else "OOM"
            four = [f"{score[key]:.{digits}f}" for key in ("crps", "crps_last_value", "crps_trend")]
            numbers = [*_coverage(score), *four, f"{quantity.signed(score['median_error'], digits)} {unit}"]
        body.append([(title, ""), (words, ""), (str(score["points"]), "n"), *((n, "n") for n in numbers)])
    total = found.pattern("all")
    share = _coverage(total) if total["points"] else ["", ""]
    words = "Errors in different units do not add up."
    body.append(
        [(bold("All figures"), ""), (words, ""), (str(total["points"]), "n"), *((n, "n") for n in [*share, *[""] * 4])]
    )
    return rows(HEADS, body, total=True)


def _coverage(score: dict[str, float]) -> list[str]:
    return [f"{wording.inside(score, band)} ({round(100 * score[f'coverage{band}'])}%)" for band in ("50", "90")]


MEANINGS = {
    "In 50% and 90% range": "figures that fell inside the range of half of all runs, or of nine in ten; a good range "
    "holds that share of figures.",
    "CRPS": "the continuous ranked probability score: the average distance of the runs from the record, minus their "
    "own spread; lower is better. For a single number it is the plain error, so it compares a range with the two naive "
    "forecasts.",
    "Last value, trend": "the error of two naive forecasts: that nothing changes, and that the trend of the last two "
    "known years continues.",
    "Median error": "the median run minus the record. OOM: orders of magnitude (factors of ten), so 0.3 is a factor of "
    "two; P5 is in points of the Epoch Capabilities Index.",
}
"""The scores, one line each."""


def meanings() -> Markup:
    """What the scores mean."""
    return render("evidence/meanings.html", meanings=MEANINGS)


def figures(found: Hindcast) -> Markup:
    """Every recorded figure after the cut-off, in the unit of its series."""
    body: list[list[Cell]] = []
    for series in SERIES:
        for quarter, point in found.of(series.key).items():
            low, mid, high = (float(series.unscaled(point.quantiles[k])) for k in (0, 2, 4))
            came = float(series.unscaled(point.recorded))
            verdict = "inside 50%" if point.in50 else "inside 90%" if point.in90 else "outside"
            extra = "" if series.scored else "derived; not counted in the scores"
            body.append(
                [
                    (under(KNOWN[series.key].label, extra), ""),
                    (quarter, ""),
                    (quantity.amount(came, series.unit), "n"),
                    (quantity.number(mid, series.unit), "n"),
                    (quantity.span(low, high, series.unit), "n"),
                    (flag(verdict, "good" if point.in90 else "bad"), ""),
                ]
            )
    heads = ("", "Quarter", "Recorded", "Median run", "90% range", "")
    return tall("Recorded figures", rows(heads, body))


# ------------------------------------------------------------------------------------------------------- the misses
def misses(found: Sequence[Miss]) -> Markup:
    """What the model got wrong, worst first."""
    return render("evidence/misses.html", misses=found)
