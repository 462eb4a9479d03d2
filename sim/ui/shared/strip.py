"""The strip by measure: futures with an outcome under each way to measure the lead, and how the model was tested."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

from sim.hindcast.blind import CUTOFFS
from sim.hindcast.kept import kept
from sim.results.outcomes.polarity import LABELS
from sim.ui.shared import frames, glossary, wording
from sim.ui.shared.templates import render

LIMITS = {"fixed_pace": "{} months at a fixed pace", "points": "{} index points", "backward": "{} calendar months"}
"""Ways to measure a lead, in the order of the strip, and how far ahead is well ahead by each."""


def strip(view: frames.View, outcome: str) -> Markup:
    """Three lines, one per measure, the sentence on why they differ, and the one on tests."""
    return render(
        "shared/strip.html",
        title=glossary.marked(title(view, outcome)),
        rows=[(name, glossary.marked(label), count) for name, label, count in rows(view, outcome)],
        used=view.judge.ruler,
        outcome=outcome,
        notes=[glossary.marked(text) for text in notes(view)],
    )


def bars(view: frames.View, outcome: str) -> Markup:
    """The three lines alone, where several stand side by side."""
    return render("shared/strip.html", title="", rows=rows(view, outcome), used=view.judge.ruler, outcome=outcome,
                  notes=())  # fmt: skip


def notes(view: frames.View) -> tuple[str, str]:
    """Why the measures differ, and how the model was tested."""
    return wording.pace(view.slopes[0], view.slopes[2], view.year), tested()


def title(view: frames.View, outcome: str) -> str:
    """What is counted."""
    return f"{LABELS[outcome]}, of 100 futures"


def rows(view: frames.View, outcome: str) -> list[tuple[str, str, int]]:
    """Measure, how it reads, and futures in 100 of an outcome."""
    n = view.judge.limit
    return [(name, label.format(f"{n:g}"), view.by_measure[name][outcome]) for name, label in LIMITS.items()]


@cache
def tested() -> str:
    """How many later figures fell inside the 90% range in the blind tests, the latest cut-off first."""
    parts = []
    for cutoff in reversed(CUTOFFS):
        score = kept(cutoff).pattern("all")
        if score["points"]:
            hits = round(score["points"] * score["coverage90"])
            parts.append(f"{hits} of {score['points']}")
    return f"Blind tests: {', '.join(parts)} later figures inside the 90% range."
