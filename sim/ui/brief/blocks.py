"""What a brief consists of: blocks that its page, its Word document and its PDF all draw, so that they say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sim.ui.brief.picture import Picture


@dataclass(frozen=True)
class Span:
    """Some words of a line."""

    text: str
    link: str = ""
    """Where they lead; empty where nowhere."""
    strong: bool = False


Line: TypeAlias = tuple[Span, ...]
Kind = Literal["eye", "title", "question", "lead", "body", "fine", "code"]


def line(text: str) -> Line:
    """A line of plain words."""
    return (Span(text),)


def labeled(label: str, text: str) -> Line:
    """A line that begins with what it is about."""
    return Span(f"{label} ", strong=True), Span(text)


@dataclass(frozen=True)
class Heading:
    """The heading of a part."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    line: Line
    kind: Kind = "body"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """A table: words in the first column, numbers or few words in the others."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: tuple[int, ...] = ()
    """Rows that stand out."""


@dataclass(frozen=True)
class Figure:
    """A chart, with what it shows in words for whoever cannot see it, and the key of its marks."""

    title: str
    unit: str
    picture: Picture
    told: str
    key: str = ""


@dataclass(frozen=True)
class Code:
    """A pattern of squares that a phone reads as an address."""

    picture: Picture
    told: str


@dataclass(frozen=True)
class Beside:
    """Two parts that stand beside each other where the page is wide enough, and one after the other in Word."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]


Block: TypeAlias = Heading | Text | Bullets | Table | Figure | Code | Beside


def words(block: Block) -> Iterator[str]:
    """Everything a block says, piece by piece: what every form of the brief has to hold as text."""
    match block:
        case Heading(text):
            yield text
        case Text(spans):
            yield "".join(span.text for span in spans)
        case Bullets(lines):
            yield from ("".join(span.text for span in spans) for spans in lines)
        case Table(head, rows):
            yield from filter(None, (*head, *(cell for row in rows for cell in row)))
        case Figure(title, unit, _, _, key):
            yield from filter(None, (title, unit, key))
        case Code():
            return
        case Beside(left, right):
            for one in (*left, *right):
                yield from words(one)
