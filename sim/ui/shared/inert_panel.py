"""What a scenario sets that does nothing in it, in a few small lines: what cannot act is said and not left to guess."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from scenarios.schema import Scenario
from sim import inert
from sim.batch.hand_out import in_order
from sim.ui.shared import common, theme

MOST = 3
"""Sentences that are shown of one scenario; the others are counted."""


def sentences(spec: Scenario) -> tuple[str, ...]:
    """One sentence for everything that cannot act by the last year of the pages; tried once for all users."""

    def make(bare: Scenario) -> tuple[str, ...]:
        return inert.without_effect(bare, common.UNTIL, each=partial(in_order, common.analysts()))

    return common.remembered("inert", make, (spec,), common.UNTIL)


def lines(spec: Scenario, title: str = "") -> Markup:
    """The sentences as lines of a page, after the title of their scenario where one is given."""
    found = sentences(spec)
    head = f"“{title}”: " if title else ""
    shown = [f"{head}{text}" for text in found[:MOST]]
    if found[MOST:]:
        shown.append(f"{head}and {len(found) - MOST} more that do nothing; the command polarity show lists them.")
    return Markup("").join(theme.paragraph(text, "fine inert") for text in shown)
