"""What a section says, in pieces that know nothing of where they are shown: the HTML report and the app draw the same.

Every helper gives blocks, so that a section adds them up: `text(...) + figure(...) + table(...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, Union

from calibration.report.plot import Figure
from calibration.report.words import typeset
from calibration.rows import Sheet


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    said: str


@dataclass(frozen=True)
class Missing:
    """What stands where something is absent: one sentence that says so."""

    why: str


@dataclass(frozen=True)
class Points:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Tiles:
    """A few numbers in large type, each with what it is."""

    items: tuple[tuple[str, str], ...]
    """Value and label."""


@dataclass(frozen=True)
class Table:
    """A table whose first column heads its rows."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Pair:
    """Blocks side by side where there is room."""

    sides: tuple[Blocks, ...]


@dataclass
class Fold:
    """What only some readers want, under a title; it is made when somebody opens it, since some of it takes seconds."""

    title: str
    make: Callable[[], Blocks]

    @cached_property
    def blocks(self) -> Blocks:
        """What is inside."""
        return self.make()


@dataclass(frozen=True)
class Choice:
    """A chart of which a reader may choose parts; the report shows all of them."""

    label: str
    options: tuple[str, ...]
    make: Callable[[tuple[str, ...]], Figure | None]


Block: TypeAlias = Union[Text, Missing, Points, Tiles, Table, Figure, Pair, Fold, Choice]  # noqa: UP007
Blocks: TypeAlias = tuple[Block, ...]


def text(*sentences: str) -> Blocks:
    """A paragraph; none where there is nothing to say."""
    said = " ".join(sentence for sentence in sentences if sentence)
    return (Text(said),) if said else ()


def missing(why: str) -> Blocks:
    """A sentence on what is absent."""
    return (Missing(why),)


def figure(found: Figure | None, absent: str = "") -> Blocks:
    """A chart, or why there is none."""
    return (found,) if found is not None else missing(absent) if absent else ()


def pair(*sides: Blocks) -> Blocks:
    """Blocks side by side; a single side needs no columns."""
    full = tuple(side for side in sides if side)
    return (Pair(full),) if len(full) > 1 else full[0] if full else ()


def points(items: Sequence[str]) -> Blocks:
    """A list; none without items."""
    return (Points(tuple(items)),) if items else ()


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Blocks:
    """A table."""
    return (Table(caption, tuple(head), tuple(tuple(row) for row in rows)),)


def shown(sheet: Sheet) -> Blocks:
    """A table that the terminal prints too."""
    return table(sheet.title, sheet.columns, [tuple(map(typeset, row)) for row in sheet.rows])


def fold(title: str, make: Callable[[], Blocks]) -> Blocks:
    """Something to open."""
    return (Fold(title, make),)


def choice(label: str, options: Sequence[str], make: Callable[[tuple[str, ...]], Figure | None]) -> Blocks:
    """A chart of which parts can be chosen."""
    return (Choice(label, tuple(options), make),)


def tiles(items: Sequence[tuple[str, str]]) -> Blocks:
    """Values with their labels; none without items."""
    return (Tiles(tuple(items)),) if items else ()
