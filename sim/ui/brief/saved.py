"""A brief that somebody has saved: its words, its drawings and its record, read from any form of it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from scenarios.errors import InputError, shown
from sim.ui.brief.record import MARK

LARGEST = 20_000_000
"""Bytes of a file, and of all that is packed in it; a brief has a quarter of a million."""
NO_BRIEF = "is no brief; a brief is a PDF, a Word document or a web page that `polarity brief` or the app has made"
NO_RECORD = (
    "carries no record of how it was made: Polarity did not make it, one from before briefs had a record did, or "
    "another program has saved it since; take the file as it was made"
)
CUT_OFF = "is cut off: its end is missing; take the file as it was made"
DAMAGED = "is damaged and cannot be read ({}); take the file as it was made"
PATHS = frozenset({b"m", b"l", b"c", b"re"})
"""Operators of a PDF that draw a path: their operands are the points of charts and the lines of tables."""
COLORS = frozenset({b"rg", b"RG", b"g", b"G", b"k", b"K", b"sc", b"scn", b"SC", b"SCN", b"Tr", b"Do", b"gs"})
"""Operators of a PDF that color, hide or overlay: a chart with two colors swapped says something else."""
LOOKS = ("w:color", "w:shd", "w:highlight", "w:vanish", "w:sym", "w:headerReference", "w:footerReference", "w:object",
         "w:pict")  # fmt: skip
"""Elements of a Word document that color or hide words, or show what is in no word."""
_FRAME = frozenset({"html", "head", "body", "meta", "tbody"})
"""Elements of a page that show nothing; some programs add them when they save it."""
_LINK = ("href", "target", "rel")
"""Attributes that lead elsewhere: links are not compared."""
_SILENT = frozenset({"style", "title"})
_SAYS = ("w:t", "w:br", "w:tab")
"""Elements of a Word document that hold text, or part it."""
_INLINE = frozenset({"a", "b", "i", "em", "strong", "span"})
"""Elements of a page that part no words."""


@dataclass(frozen=True)
class Saved:
    """What a file holds."""

    form: str
    """`pdf`, `docx` or `html`."""
    record: str
    """How it was made, as text."""
    words: tuple[str, ...]
    """All of its text in the order of the file, without spaces."""
    drawings: tuple[str, ...]
    """What is drawn: points or pixels, in words that are equal where the drawing is."""


def read(data: bytes) -> Saved:
    """The brief in a file, by what the file holds and not by what it is called.

    Raises:
        InputError: where it is no brief, cut off, damaged, or without a record; without the file's name.
    """
    if len(data) > LARGEST:
        raise InputError(f"is larger than {LARGEST // 1_000_000} MB, which no brief is")
    start = data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if data.startswith(b"%PDF"):
        return _pdf(data)
    if data.startswith(b"PK"):
        return _docx(data)
    if start.startswith((b"<!doctype html", b"<html")):
        return _html(data)
    raise InputError("is empty" if not data else NO_BRIEF)


def _known(record: str | None) -> str:
    if not record:
        raise InputError(NO_RECORD)
    return record


# -------------------------------------------------------------------------------------------------------------- page
@dataclass
class _Page(HTMLParser):
    """Collects what a page says and draws."""

    record: str | None = None
    pieces: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    """Every element that shows something, with how it looks, and the rules of style."""
    silent: int = 0
    ended: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and given.get("name") == MARK:
            self.record = given.get("content")
        if tag not in _FRAME:
            looks = sorted((name, " ".join((value or "").split())) for name, value in attrs if name not in _LINK)
            self.drawn.append(" ".join((tag, *(f"{name}={value}" for name, value in looks))))
        self.silent += tag in _SILENT
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT
        self.ended |= tag == "html"
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(data)
        elif data.strip():
            self.drawn.append(" ".join(data.split()))

    def _part(self, tag: str) -> None:
        if tag not in _INLINE:
            self.pieces.append(" ")


def _html(data: bytes) -> Saved:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(DAMAGED.format("it is no UTF-8 text")) from error
    page = _Page()
    page.feed(text)
    page.close()
    if not page.ended:
        raise InputError(CUT_OFF)
    return Saved("html", _known(page.record), tuple("".join(page.pieces).split()), tuple(page.drawn))


# -------------------------------------------------------------------------------------------------------------- Word
def _docx(data: bytes) -> Saved:
    from docx import Document
    from docx.oxml.ns import qn

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > LARGEST:
                raise InputError(f"holds more than {LARGEST // 1_000_000} MB, which no brief does")
            if (wrong := packed.testzip()) is not None:
                raise InputError(DAMAGED.format(f"in its part {shown(wrong)}"))
            if "word/document.xml" not in packed.namelist():
                raise InputError(NO_BRIEF)
        document = Document(io.BytesIO(data))
        record = _part_of(document)
        body = document.element.body
        pieces = ["".join(node.text or " " for node in line.iter(*map(qn, _SAYS))) for line in body.iter(qn("w:p"))]
        images = [document.part.related_parts[node.get(qn("r:embed"))].blob for node in body.iter(qn("a:blip"))]
        looks = [" ".join((node.tag, *sorted(map(str, node.values())))) for node in body.iter(*map(qn, LOOKS))]
        drawings = (*map(_pixels, images), *looks)
    except InputError:
        raise
    except zipfile.BadZipFile as error:
        raise InputError(CUT_OFF) from error
    except Exception as error:  # whatever a library meets in a stranger's file is the file's fault
        raise InputError(DAMAGED.format(shown(f"{type(error).__name__}: {error}"))) from error
    return Saved("docx", _known(record), tuple(" ".join(pieces).split()), drawings)


def _part_of(document: Any) -> str | None:
    """The text of the part that holds the record."""
    from docx.oxml import parse_xml  # resolves no entities

    for part in document.part.package.iter_parts():
        if str(part.partname).endswith(f"/{MARK}.xml"):
            return str(parse_xml(part.blob).text)
    return None


def _pixels(data: bytes) -> str:
    """A picture by its pixels: the bytes of its file depend on what packed them."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return f"{image.size} {hashlib.sha256(image.convert('RGB').tobytes()).hexdigest()}"


# --------------------------------------------------------------------------------------------------------------- PDF
def _pdf(data: bytes) -> Saved:
    from pypdf import PdfReader

    if b"%%EOF" not in data[-1024:]:
        raise InputError(CUT_OFF)
    try:
        reader = PdfReader(io.BytesIO(data))
        known = reader.metadata
        record = str(known.get("/Keywords", "")).removeprefix(f"{MARK} ") if known is not None else None
        pages = list(reader.pages)
        words = tuple(" ".join(page.extract_text() for page in pages).split())
        drawings = tuple(piece for page in pages for piece in (*_paths(page), *_notes(page)))
    except Exception as error:  # as above
        raise InputError(DAMAGED.format(shown(f"{type(error).__name__}: {error}"))) from error
    return Saved("pdf", _known(record), words, drawings)


def _paths(page: Any) -> Iterator[str]:
    """The points of each path of a page, to a tenth of a point, and the colors they are drawn in."""
    content = page.get_contents()
    for operands, operator in () if content is None else content.operations:
        if operator in PATHS:
            yield f"{operator.decode()} {' '.join(f'{float(number):.1f}' for number in operands)}"
        elif operator in COLORS:
            shades = (f"{value:.2f}" for value in operands if isinstance(value, int | float))
            yield " ".join((operator.decode(), *shades))


def _notes(page: Any) -> Iterator[str]:
    """What a reader's program lays over a page: notes, boxes and fields, but no links."""
    for note in page.get("/Annots") or ():
        if (kind := note.get_object().get("/Subtype")) != "/Link":
            yield f"note {kind}"
