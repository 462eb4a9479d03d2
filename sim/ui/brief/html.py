"""The brief as a page that stands alone, for the browser and the printer."""

from __future__ import annotations

from markupsafe import Markup

from sim.ui.brief.record import MARK
from sim.ui.brief.text import Brief
from sim.ui.shared.templates import render


def html(brief: Brief) -> Markup:
    """The page: no script, and no address that it would fetch; charts are drawn in it as shapes."""
    return render(
        "brief/brief.html", sheet="brief/paper.css", title=brief.title, blocks=brief.blocks, made=brief.made, mark=MARK,
        record=brief.record,
    )  # fmt: skip
