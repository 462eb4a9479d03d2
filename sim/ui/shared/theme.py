"""Looks: the style sheet, and the pieces of HTML that several pages share and Streamlit has no widget for."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from markupsafe import Markup

from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.ui.shared import charts, glossary, templates, wording
from sim.ui.shared.templates import render

FILL = {"us_ahead": "#2A68CF", "two_power": "#667080", "several": "#1D7F70", "china_ahead": "#C6470F"}
"""Segments of the outcome bar: dark enough for white text in both themes."""
INK = {name: charts.themed(color) for name, color in charts.OUTCOME.items()}
"""Colors of the outcomes as text and marks."""

QUIET = 0.05
"""Parts below it would be shown as zero."""
RESULTS = Markup('<div id="results" tabindex="-1"></div>')
"""The place of the results, to which the first link of a page leads."""

_said = st.components.v2.component(
    "polarity_said",
    html='<div role="status" aria-live="polite"></div>',
    js="""export default ({ parentElement, data }) => {
  const place = parentElement.querySelector("[role=status]");
  if (place.textContent !== data.text) place.textContent = data.text;
}""",
    isolate_styles=False,
)


def style(*further: str, terms: bool = True) -> None:
    """The style sheet, the link that leads past the levers, and the definitions that terms of the page open.

    Args:
        further: style sheets of the page. Together with the others they are sent once: Streamlit keeps what is long.
        terms: whether terms open definitions; a page that redraws by itself on many phones spares their 8 kB.
    """
    sheets = ("shared/colors.css", "shared/theme.css", "shared/glossary.css", *further)
    st.html(templates.style(*sheets, palette=charts.PALETTE, fill=FILL))
    skip = Markup('<div class="skip"><a href="#results">Skip to the results</a></div>')
    if terms:
        st.html(skip + glossary.definitions())
        glossary.begin()
    else:
        st.html(skip)
        glossary.leave()


def say(text: str, key: str = "said") -> None:
    """Have a screen reader read a changed verdict; the node stays, since a new one would not be heard."""
    with st.container(key=key):
        _said(data={"text": text}, key=f"{key}_text")


# ---------------------------------------------------------------------------------------------------------------- text
def verdict(headline: str, sub: str | Markup = "", fine: str = "") -> Markup:
    """The first heading of a page, and what stands below it."""
    return render("shared/verdict.html", headline=headline, sub=glossary.marked(sub), fine=glossary.marked(fine))


def part(title: str, text: str | Markup = "") -> Markup:
    """The heading of a part of a page, and what it is about."""
    return render("shared/part.html", title=title, text=glossary.marked(text))


def heading(title: str, unit: str, level: int = 2) -> Markup:
    """A chart's title, which is its message, and the line with its unit."""
    return Markup('<h{0} class="h">{1}</h{0}><p class="d">{2}</p>').format(level, title, glossary.marked(unit))


def group(name: str) -> Markup:
    """A heading over the levers of one decider."""
    return Markup('<h2 class="g">{}</h2>').format(name)


def paragraph(text: str | Markup, kind: str = "d") -> Markup:
    """A paragraph of one of the kinds of the style sheet; `d` is the small line below a heading."""
    return Markup('<p class="{}">{}</p>').format(kind, glossary.marked(text))


def ignored(notes: list[str], head: str = "Part of the address was not used:") -> Markup:
    """What was not used, of the address by default; the text comes from a stranger."""
    return render("shared/ignored.html", notes=notes, head=head)


# ---------------------------------------------------------------------------------------------------------------- bars
def by_class(counts: Mapping[str, int], *others: Mapping[str, int]) -> dict[str, int]:
    """Counts in the order in which outcomes are drawn, without those that neither they nor the others have."""
    return {name: counts[name] for name in CLASSES if any(each[name] for each in (counts, *others))}


def _changes(mine: Mapping[str, int], base: Mapping[str, int]) -> dict[str, str]:
    return {name: wording.change(mine[name], base[name]) for name in CLASSES}


def key(*counts: Mapping[str, int]) -> Markup:
    """The key of outcome bars that stand side by side: the outcomes that one of them has, in their colors."""
    return swatches({name: LABELS[name] for name in by_class(*counts)}, charts.OUTCOME)


def bar(mine: Mapping[str, int], base: Mapping[str, int], caption: str, reference: str) -> Markup:
    """The outcome bar, thick over the thin one of the reference, with key and changes."""
    spoken = f"Out of 100 futures: {wording.outcomes(mine)}. Under {reference}: {wording.outcomes(base)}."
    return render("shared/bar.html", mine=by_class(mine, base), base=by_class(base, mine), changes=_changes(mine, base),
                  ink=INK, labels=LABELS, caption=glossary.marked(caption), spoken=spoken)  # fmt: skip


def mini(mine: Mapping[str, int], base: Mapping[str, int], levers: bool = True) -> Markup:
    """The outcome bar for phones, which stays in sight while levers move, with the way to them where there are any."""
    return render("shared/mini.html", mine=by_class(mine, base), changes=_changes(mine, base), ink=INK,
                  labels=wording.SHORT, levers=levers)  # fmt: skip


def work(parts: list[tuple[str, float]]) -> Markup:
    """Bars of what each change adds; the ones that hardly matter are named below, with their sum."""
    seen = sorted((part for part in parts if abs(part[1]) >= QUIET), key=lambda part: -abs(part[1]))
    quiet = [part for part in parts if abs(part[1]) < QUIET]
    longest = max([abs(size) for _, size in seen], default=1.0)
    return render(
        "shared/work.html",
        rows=[(label, side(size, longest), wording.exactly(size)) for label, size in seen],
        quiet=wording.listed([label for label, _ in quiet]),
        quiet_count=len(quiet),
        quiet_sum=wording.exactly(sum(size for _, size in quiet)),
    )


def side(months: float, longest: float) -> str:
    """Where the bar of a difference lies in its track: to the right for the United States, to the left for China.

    Its place and the sign beside it say whom it helps; color is kept for the two themselves.
    """
    width = 50 * abs(months) / longest
    left = 50 if months > 0 else 50 - width
    return f"left:{left:.1f}%;width:{width:.1f}%;background:{charts.themed(charts.MUTED)}"


def swatches(labels: Mapping[str, str], colors: Mapping[str, str]) -> Markup:
    """A key of colors above a chart."""
    return render(
        "shared/swatches.html", items=[(label, charts.themed(colors[name])) for name, label in labels.items()]
    )
