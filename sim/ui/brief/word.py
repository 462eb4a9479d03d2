"""The brief as a Word document."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from sim.ui.brief import raster
from sim.ui.brief.blocks import Beside, Block, Bullets, Code, Figure, Heading, Line, Table, Text
from sim.ui.brief.picture import Picture
from sim.ui.brief.record import MARK
from sim.ui.brief.text import LANGUAGE, Brief

MARGIN = 16
"""Millimeters on all sides."""
_SIZES = {"eye": 8.5, "title": 17.0, "question": 10.5, "lead": 10.5, "body": 9.5, "fine": 8.0, "code": 8.0}
_INK, _MUTED, _LINK = RGBColor(0x1A, 0x1F, 0x28), RGBColor(0x4B, 0x55, 0x63), "234E9E"


def docx(brief: Brief) -> bytes:
    """The document, with title, author and language in its properties."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(_SIZES["body"]), _INK
    normal.paragraph_format.space_after = Pt(2)
    known = document.core_properties
    known.title, known.author, known.subject, known.language = brief.title, brief.author, brief.subject[:255], LANGUAGE
    for block in brief.blocks:
        _add(document, block)
    _spans(document.add_paragraph(), ((brief.made, "", False),), "fine")
    _keep(document, brief.record)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _keep(document: Any, record: str) -> None:
    """The record as a part of the document that Word keeps and does not show."""
    root = parse_xml(f"<{MARK}/>")
    root.text = record
    part = Part(PackURI(f"/customXml/{MARK}.xml"), "application/xml", serialize_part_xml(root), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


def _add(document: Any, block: Block) -> None:
    match block:
        case Heading(text):
            _heading(document, text)
        case Text(line, "title"):
            heading = document.add_heading("".join(span.text for span in line), level=1)
            heading.runs[0].font.color.rgb = _INK
        case Text(line, kind):
            _spans(document.add_paragraph(), _triples(line), kind)
        case Bullets(lines):
            for line in lines:
                _spans(document.add_paragraph(style="List Bullet"), _triples(line), "body")
        case Table():
            _table(document, block)
        case Figure(title, unit, picture, told, key):
            _heading(document, title)
            _spans(document.add_paragraph(), ((unit, "", False),), "fine")
            _picture(document, picture, told)
            _spans(document.add_paragraph(), ((key, "", False),), "fine")
        case Beside(left, right):
            for one in (*left, *right):
                _add(document, one)
        case Code(picture, told):
            _picture(document, picture, told)


def _triples(line: Line) -> tuple[tuple[str, str, bool], ...]:
    return tuple((span.text, span.link, span.strong) for span in line)


def _heading(document: Any, text: str) -> None:
    heading = document.add_heading(text, level=2)
    heading.paragraph_format.space_before = Pt(7)
    heading.runs[0].font.size, heading.runs[0].font.color.rgb = Pt(10.5), _INK


def _spans(paragraph: Any, spans: tuple[tuple[str, str, bool], ...], kind: str) -> None:
    for text, link, strong in spans:
        run = _linked(paragraph, text, link) if link else paragraph.add_run(text)
        run.bold, run.italic = strong or None, kind == "question" or None
        run.font.size = Pt(_SIZES[kind])
        if kind in ("fine", "eye") and not link:
            run.font.color.rgb = _MUTED


def _linked(paragraph: Any, text: str, link: str) -> Any:
    """A run that leads somewhere; the library has no call for it."""
    outer = OxmlElement("w:hyperlink")
    outer.set(qn("r:id"), paragraph.part.relate_to(link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(text)
    run.font.color.rgb = RGBColor.from_string(_LINK)
    run.font.underline = True
    outer.append(run._r)
    paragraph._p.append(outer)
    return run


def _table(document: Any, block: Table) -> None:
    made = document.add_table(rows=0, cols=len(block.head))
    made.style = "Light List Accent 1"
    for n, row in enumerate((block.head, *block.rows)):
        for k, (cell, text) in enumerate(zip(made.add_row().cells, row, strict=True)):
            cell.text = text
            paragraph = cell.paragraphs[0]
            if k:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            for run in paragraph.runs:
                run.bold = n == 0 or n - 1 in block.strong
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _picture(document: Any, picture: Picture, told: str) -> None:
    """A drawing with its description, for whoever hears the document."""
    shown = document.add_picture(io.BytesIO(raster.png(picture)), width=Pt(picture.width))
    shown._inline.docPr.set("descr", told)
