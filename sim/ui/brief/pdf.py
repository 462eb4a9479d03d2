"""The brief as a PDF: text as text, the chart as lines, on A4."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from markupsafe import Markup
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    Spacer,
    Table as Grid,
)
from reportlab.platypus.doctemplate import LayoutError

from sim.ui.brief import fonts
from sim.ui.brief.blocks import Beside, Block, Bullets, Code, Figure, Heading, Line, Table, Text
from sim.ui.brief.picture import Area, Label, Picture, Stroke
from sim.ui.brief.record import MARK
from sim.ui.brief.text import LANGUAGE, Brief

MARGIN = 45.0
"""Points on all sides; the chart is as wide as what is left."""
FOOT = 18.0
GUTTER = 18.0
"""Points between two columns."""
MOST_PAGES = 2
SCALES = (1.0, 0.95, 0.9, 0.85, 0.8)
"""Sizes of type that are tried, until the brief fits its pages."""
REGULAR, STRONG, ITALIC = "Polarity", "Polarity-Strong", "Polarity-Italic"
INK, MUTED, LINK, RULE = "#1A1F28", "#4B5563", "#234E9E", "#C9CDD3"
_SIZES: dict[str, tuple[float, float, str, str]] = {
    "eye": (8.2, 10, REGULAR, MUTED),
    "title": (17, 19.5, STRONG, INK),
    "question": (10.2, 12.8, ITALIC, INK),
    "lead": (10.2, 12.8, REGULAR, INK),
    "body": (9.3, 11.7, REGULAR, INK),
    "fine": (7.9, 9.8, REGULAR, MUTED),
    "code": (7.9, 9.8, REGULAR, INK),
    "heading": (10, 12.4, STRONG, INK),
}
"""Size, distance of lines, face and color of every kind of text."""


def pdf(brief: Brief) -> bytes:
    """The brief on one or two pages, in type as large as they allow.

    Raises:
        LayoutError: where it fits no two pages even in the smallest type.
    """
    pages = 0
    for scale in SCALES:
        made, pages = _laid(brief, scale)
        if pages <= MOST_PAGES:
            return made
    raise LayoutError(f"the brief takes {pages} pages; {MOST_PAGES} are allowed")


def _laid(brief: Brief, scale: float) -> tuple[bytes, int]:
    """The document in one size of type, and its pages."""
    _register()
    held, width = io.BytesIO(), A4[0] - 2 * MARGIN
    document = BaseDocTemplate(
        held, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=brief.title, author=brief.author, subject=fonts.drawable(brief.subject), creator="Polarity",
        keywords=[f"{MARK} {brief.record}"] if brief.record else [], lang=LANGUAGE, displayDocTitle=True,
    )  # fmt: skip
    frame = Frame(MARGIN, MARGIN + FOOT, width, A4[1] - 2 * MARGIN - FOOT + 8, 0, 0, 0, 0)

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont(REGULAR, 7.5)
        canvas.setFillColor(colors.HexColor(MUTED))
        canvas.drawString(MARGIN, MARGIN - 4, fonts.drawable(brief.made))
        canvas.drawRightString(A4[0] - MARGIN, MARGIN - 4, f"{canvas.getPageNumber()}")

    document.addPageTemplates([PageTemplate(frames=[frame], onPage=foot)])
    document.build([flowable for block in brief.blocks for flowable in _drawn(block, width, scale)])
    return held.getvalue(), document.page


@cache
def _register() -> None:
    """Make the typeface known, once."""
    for name, face in ((REGULAR, "regular"), (STRONG, "strong"), (ITALIC, "italic")):
        pdfmetrics.registerFont(TTFont(name, str(fonts.path(face))))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=STRONG, italic=ITALIC, boldItalic=STRONG)
    pdfmetrics.registerFontFamily(STRONG, normal=STRONG, bold=STRONG, italic=STRONG, boldItalic=STRONG)
    pdfmetrics.registerFontFamily(ITALIC, normal=ITALIC, bold=STRONG, italic=ITALIC, boldItalic=STRONG)


def _style(kind: str, scale: float, **more: Any) -> ParagraphStyle:
    size, leading, face, color = _SIZES[kind]
    after = {"title": 4, "eye": 3, "question": 4, "lead": 3}.get(kind, 2)
    return ParagraphStyle(
        kind, fontName=face, fontSize=size * scale, leading=leading * scale, textColor=colors.HexColor(color),
        spaceAfter=after * scale, splitLongWords=True, **more,
    )  # fmt: skip


def _markup(line: Line) -> str:
    """A line in the library's own markup, every value escaped."""
    parts = []
    for span in line:
        text = fonts.drawable(span.text)
        if span.link:
            parts.append(Markup('<a href="{}" color="{}">{}</a>').format(span.link, LINK, text))
        else:
            parts.append(Markup("<b>{}</b>").format(text) if span.strong else Markup("{}").format(text))
    return str(Markup("").join(parts))


def _plain(text: str) -> str:
    return str(Markup("{}").format(fonts.drawable(text)))


def _drawn(block: Block, width: float, scale: float) -> list[Flowable]:
    match block:
        case Heading(text):
            # Neither the line nor the words stand alone at the foot of a page.
            rule = HRFlowable(
                width="100%", thickness=1, color=colors.HexColor(INK), spaceBefore=6 * scale, spaceAfter=1
            )
            rule.keepWithNext = True
            return [rule, Paragraph(_plain(text), _style("heading", scale, keepWithNext=True))]
        case Text(line, kind):
            return [Paragraph(_markup(line), _style(kind, scale))]
        case Bullets(lines):
            style = _style("body", scale)
            items: Any = [ListItem(Paragraph(_markup(line), style), leftIndent=9) for line in lines]
            return [ListFlowable(items, bulletType="bullet", start="•", leftIndent=9, bulletFontName=REGULAR,
                                 bulletFontSize=9 * scale)]  # fmt: skip
        case Table():
            return [_table(block, width, scale), Spacer(1, 3 * scale)]
        case Figure(title, unit, picture, _, key):
            head = [*_drawn(Heading(title), width, scale), Paragraph(_plain(unit), _style("fine", scale))]
            told = [Paragraph(_plain(key), _style("fine", scale))] if key else []
            return [KeepTogether([*head, Drawing(picture), *told])]
        case Beside(left, right):
            return [Spacer(1, 5 * scale), _beside(left, right, width, scale)]
        case Code(picture):
            return [Drawing(picture)]


def _table(block: Table, width: float, scale: float) -> Grid:
    """Words to the left, numbers to the right, in columns as wide as the page allows."""
    right = _style("body", scale, alignment=TA_RIGHT)
    left, head = _style("body", scale), _style("fine", scale)
    heads = [Paragraph(_plain(cell), head if k == 0 else _style("fine", scale, alignment=TA_RIGHT))
             for k, cell in enumerate(block.head)]  # fmt: skip
    rows = [
        [Paragraph(_bold(cell, n in block.strong), left if k == 0 else right) for k, cell in enumerate(row)]
        for n, row in enumerate(block.rows)
    ]
    others = len(block.head) - 1
    first = 0.62 if others == 1 else 0.4
    widths = [first * width, *[(1 - first) * width / others] * others]
    line: list[Any] = [("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor(RULE)), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    room: list[Any] = [(f"{side}PADDING", (0, 0), (-1, -1), size) for side, size in
            (("LEFT", 0), ("RIGHT", 0), ("TOP", 1), ("BOTTOM", 0.5))]  # fmt: skip
    return Grid([heads, *rows], colWidths=widths, style=[*line, *room], hAlign="LEFT")


def _beside(left: tuple[Block, ...], right: tuple[Block, ...], width: float, scale: float) -> Grid:
    """Two columns, which stay on one page."""
    half = (width - GUTTER) / 2
    cells = [[flowable for block in side for flowable in _drawn(block, half, scale)] for side in (left, right)]
    bare: list[Any] = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    return Grid([[cells[0], "", cells[1]]], colWidths=[half, GUTTER, half],
                style=[*bare, ("VALIGN", (0, 0), (-1, -1), "TOP")])  # fmt: skip


def _bold(text: str, strong: bool) -> str:
    return str(Markup("<b>{}</b>").format(fonts.drawable(text))) if strong else _plain(text)


class Drawing(Flowable):
    """A picture on the page, as lines and letters."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture
        self.width, self.height = picture.width, picture.height

    def draw(self) -> None:
        """Paint the shapes; a PDF counts from the lower left."""
        canvas, high = self.canv, self.height
        for shape in self.picture.shapes:
            color = colors.HexColor(shape.color)
            if isinstance(shape, Label):
                canvas.setFillColor(color)
                canvas.setFont(STRONG if shape.strong else REGULAR, shape.size)
                draw = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}
                draw[shape.anchor](shape.x, high - shape.y, fonts.drawable(shape.text))
                continue
            path = canvas.beginPath()
            (x, y), *rest = shape.points
            path.moveTo(x, high - y)
            for x, y in rest:
                path.lineTo(x, high - y)
            if isinstance(shape, Area):
                path.close()
                canvas.setFillColor(color)
                canvas.drawPath(path, stroke=0, fill=1)
            elif isinstance(shape, Stroke):
                canvas.setStrokeColor(color)
                canvas.setLineWidth(shape.width)
                canvas.setLineJoin(1)
                canvas.drawPath(path, stroke=1, fill=0)
