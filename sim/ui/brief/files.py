"""The brief as files: a page for the browser and the printer, and a Word document."""

from __future__ import annotations

import io
from html import escape

from sim.ui.brief.text import NOT_A_FORECAST, Brief
from sim.ui.shared.theme import FILL

_CSS = """
@page{size:A4;margin:14mm 16mm}
body{font:10.5pt/1.42 "Source Sans 3","Source Sans Pro",Calibri,Arial,sans-serif;color:#1A1F28;background:#fff;
 max-width:178mm;margin:8mm auto;padding:0 4mm}
h1{font:600 19pt/1.18 "Source Serif 4",Georgia,serif;margin:.1em 0 .25em;text-wrap:balance}
h2{font-size:10.5pt;margin:.9em 0 .2em;border-top:1.5pt solid #1A1F28;padding-top:.25em}
.eye{font-size:9pt;letter-spacing:.05em;text-transform:uppercase;color:#4B5563}
p{margin:.2em 0}.fine{font-size:8.5pt;color:#4B5563}
.bar{display:flex;gap:1px;height:18px;margin:.5em 0 .1em}.bar i{display:block;-webkit-print-color-adjust:exact;
 print-color-adjust:exact}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{text-align:left;padding:.12em .5em .12em 0;border-bottom:.5pt solid #C9CDD3;vertical-align:top}
td.n,th.n{text-align:right}ul{margin:.2em 0;padding-left:1.2em}a{color:#234E9E;overflow-wrap:anywhere}
"""


def html(brief: Brief) -> str:
    """A page that stands alone: no script, no picture, no address that it would fetch."""
    colours = list(FILL.values())
    segments = "".join(
        f'<i style="flex:{mine} 1 0;background:{colour}"></i>'
        for (_, mine, _), colour in zip(brief.outcomes, colours, strict=True) if mine
    )  # fmt: skip
    rows = "".join(
        f'<tr><td>{escape(label)}</td><td class="n">{mine}</td><td class="n">{base}</td></tr>'
        for label, mine, base in brief.outcomes
    )
    moved = "".join(f'<tr><td>{escape(what)}</td><td class="n">{size}</td></tr>' for what, size in brief.drivers)
    link = f'<p class="fine">Open it: <a href="{escape(brief.link)}">{escape(brief.link)}</a></p>' if brief.link else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(brief.title)}: Polarity</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_CSS}</style>'
        f'<p class="eye">Polarity brief: {escape(brief.title)}</p><h1>{escape(brief.verdict)}</h1>'
        f"<p>{escape(brief.detail)}</p>"
        f'<div class="bar" aria-hidden="true">{segments}</div>'
        f'<table><tr><th>Futures in 100, end of {brief.year}</th><th class="n">Here</th>'
        f'<th class="n">Under {escape(brief.reference)}</th></tr>{rows}</table>'
        f"<h2>The scenario</h2><p><i>{escape(brief.question)}</i></p>"
        + "".join(f"<p>{escape(text)}</p>" for text in brief.scenario)
        + f"<h2>{escape(brief.drivers_head)}</h2><table>{moved}</table>"
        + f"<h2>What would change the answer</h2><ul>{_items(brief.changes)}</ul>"
        + f"<h2>How far to trust it</h2><p>{escape(brief.evidence)} {escape(NOT_A_FORECAST)}</p>"
        + f'<h2>Sources</h2><ul class="fine">{_items(brief.sources)}</ul>'
        + f'<p class="fine">{escape(brief.made)}</p>{link}</html>'
    )


def _items(texts: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts)


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
