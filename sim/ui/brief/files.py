"""The brief as files: a page for the browser and the printer, and a Word document."""

from __future__ import annotations

import io

from markupsafe import Markup

from sim.ui.brief.text import NOT_A_FORECAST, Brief
from sim.ui.shared.templates import render
from sim.ui.shared.theme import FILL


def html(brief: Brief) -> Markup:
    """A page that stands alone: no script, no picture, no address that it would fetch."""
    colors = FILL.values()
    segments = [(mine, color) for (_, mine, _), color in zip(brief.outcomes, colors, strict=True) if mine]
    return render(
        "brief/brief.html",
        sheet="brief/paper.css",
        title=brief.title,
        brief=brief,
        segments=segments,
        not_a_forecast=NOT_A_FORECAST,
        made=brief.made,
    )


def docx(brief: Brief) -> bytes:
    """A Word document of one page."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(14)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10)
    normal.paragraph_format.space_after = Pt(2)

    def heading(text: str) -> None:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(7)
        paragraph.paragraph_format.keep_with_next = True
        paragraph.add_run(text).bold = True

    def table(rows: list[tuple[str, ...]], bold_first: bool) -> None:
        made = document.add_table(rows=0, cols=len(rows[0]))
        made.style = "Light Grid Accent 1" if bold_first else "Table Grid"
        for row in rows:
            for cell, text in zip(made.add_row().cells, row, strict=True):
                cell.text = text

    document.add_paragraph(f"Polarity brief: {brief.title}")
    document.add_heading(brief.verdict, level=1)
    document.add_paragraph(brief.detail)
    head = (f"Futures in 100, end of {brief.year}", "Here", f"Under {brief.reference}")
    table([head, *((label, str(mine), str(base)) for label, mine, base in brief.outcomes)], True)
    heading("The scenario")
    document.add_paragraph(brief.question).runs[0].italic = True
    for text in brief.scenario:
        document.add_paragraph(text)
    heading(brief.drivers_head)
    table([(what, size) for what, size in brief.drivers], False)
    heading("What it costs")
    document.add_paragraph(brief.costs)
    if brief.cost_lines:
        table(list(brief.cost_lines), False)
        document.add_paragraph(brief.costs_note).runs[0].font.size = Pt(8)
    heading("What would change the answer")
    for text in brief.changes:
        document.add_paragraph(text, style="List Bullet")
    heading("How far to trust it")
    document.add_paragraph(f"{brief.evidence} {NOT_A_FORECAST}")
    heading("Sources")
    for text in (*brief.sources, brief.made, *([brief.link] if brief.link else [])):
        document.add_paragraph(text).runs[0].font.size = Pt(8)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()
