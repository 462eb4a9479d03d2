"""What a scenario sets that does nothing in it, in a few small lines: what cannot act is said and not left to guess."""

from __future__ import annotations

import re
from functools import partial

from markupsafe import Markup

from scenarios.bills import PASSED, bills
from scenarios.partner_levers import ALL_LEVERS
from scenarios.schema import Scenario
from sim import inert
from sim.batch.hand_out import in_order
from sim.engine.paths import moved
from sim.ui.shared import common, theme

_NAMES = "|".join(map(re.escape, ALL_LEVERS))
_ID, _AT = re.compile(rf" \((?:{_NAMES})\)"), re.compile(rf" \((?:{_NAMES}): ([^)]*)\)")
"""A lever's name behind its label: alone, and with where it stands."""
_BILL = re.compile(rf"Rule {PASSED}(\w+) ")
_INSTEAD_OF = {
    "remote_access": "cloud_rule",
    "subsidiary": "cloud_rule",
    "tools": "tool_controls",
    "hbm": "hbm_controls",
}
"""Levers that take the place of rules, by scope."""
MOST = 3
"""Sentences that are shown of one scenario; the others are counted."""


def sentences(spec: Scenario) -> tuple[str, ...]:
    """One sentence for everything that cannot act by the last year of the pages; tried once for all users."""

    def make(bare: Scenario) -> tuple[str, ...]:
        return inert.without_effect(bare, common.UNTIL, each=partial(in_order, common.analysts()))

    return common.remembered("inert", make, (spec,), common.UNTIL)


def said(spec: Scenario) -> list[str]:
    """The sentences without the names that commands and files use."""
    return [_of_bill(spec, text) or _AT.sub(r" (\1)", _ID.sub("", text)) for text in sentences(spec)]


def _of_bill(spec: Scenario, text: str) -> str:
    """The sentence of a bill that was passed and does nothing: what to try instead, or what takes its place."""
    found = _BILL.match(text)
    if found is None:
        return ""
    bill = bills()[found[1]]
    lever = _INSTEAD_OF.get(bill.scope, "")
    if bill.instead:
        return f"{bill.title} changes nothing here. {bill.instead}"
    if lever and moved(spec, lever):
        return f"{bill.title} adds nothing: your setting of {ALL_LEVERS[lever].label} takes its place."
    return f"{bill.title} adds nothing to the rules and levers that are set."


def lines(spec: Scenario, title: str = "") -> Markup:
    """The sentences as lines of a page, after the title of their scenario where one is given."""
    found = said(spec)
    head = f"“{title}”: " if title else ""
    shown = [f"{head}{text}" for text in found[:MOST]]
    if found[MOST:]:
        shown.append(f"{head}and {len(found) - MOST} more that do nothing; the command polarity show lists them.")
    return Markup("").join(theme.paragraph(text, "fine inert") for text in shown)
