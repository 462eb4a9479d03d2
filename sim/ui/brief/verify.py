"""Whether a saved brief says what this Polarity says: everything in it is simulated again and compared."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sim
from scenarios.errors import InputError
from sim import checkout
from sim.batch.executors import environment
from sim.batch.identity import engine
from sim.ui.brief import record as records, saved
from sim.ui.brief.blocks import Beside, Block, Bullets, Code, Figure, Heading, Table, Text
from sim.ui.brief.files import written
from sim.ui.brief.record import Record
from sim.ui.brief.text import Brief, Tell, brief
from sim.ui.shared.public import VARIABLE

FUTURES = "POLARITY_FUTURES"
AROUND = 5
"""Words on each side of a difference that are shown with it."""
LAST_LINE, DRAWING = "the last line", "a drawing"


@dataclass(frozen=True)
class Difference:
    """Something that a saved brief says otherwise."""

    place: str
    """Where it stands: the heading, and of a table the row and the column."""
    saved: str
    now: str
    around: str = ""
    """The words about it, as they are saved."""

    @property
    def is_number(self) -> bool:
        """Whether a number differs, and not words alone."""
        return self.place != DRAWING and _numbers(self.saved) != _numbers(self.now)


@dataclass(frozen=True)
class Verdict:
    """What a comparison found."""

    record: Record
    form: str
    notes: tuple[str, ...]
    """What has to be said first: another version, another engine, a scenario that has changed."""
    differences: tuple[Difference, ...]
    numbers: int
    """Numbers in the brief as it is made now."""

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify(data: bytes, tell: Tell = lambda done, what: None) -> Verdict:
    """Make a saved brief again and compare every word, number and drawing. Stored answers are not used.

    Args:
        data: the file.
        tell: told how far it is.

    Raises:
        InputError: where the file is no brief, is damaged, or cannot be made again; without the file's name.
    """
    there = saved.read(data)
    record = records.read(there.record)
    with _as_then(record):
        made = _again(record, tell)
        raw = written(made, there.form)
    now = saved.read(raw if isinstance(raw, bytes) else raw.encode())
    places = _places(made, now.words)
    found = [*_words(there.words, now.words, places), *_drawings(there, now)]
    return Verdict(record, there.form, tuple(notes(record, made.record)), tuple(found), sum(map(_is_number, now.words)))


def header(data: bytes) -> tuple[Record, list[str]]:
    """The record of a saved brief, and what has to be said before anything is simulated.

    Raises:
        InputError: as `verify`.
    """
    record = records.read(saved.read(data).record)
    return record, notes(record)


def notes(record: Record, made: str = "") -> list[str]:
    """In words what is not as it was when a brief was made.

    Args:
        record: of the saved brief.
        made: the record of the brief as it is made now; of it the scenario's digest is compared.
    """
    found = []
    if (record.version, record.engine) != (sim.__version__, engine()):
        found.append(
            f"Made by Polarity {record.version} (engine {record.engine}); this is Polarity {sim.__version__} (engine "
            f"{engine()}). {_old(record)}"
        )
    if made and (now := records.read(made).scenario) != record.scenario:
        found.append(
            f"The scenario has changed since: its digest was {record.scenario} and is {now}. Some of its settings are "
            "others than those of the brief."
        )
    return found


def _old(record: Record) -> str:
    """How to get the numbers of then."""
    if record.version == sim.__version__:
        return (
            "Both have the same number, so one of them stands between two releases: for the old numbers check out the "
            "commit with that engine."
        )
    tag = f"v{record.version}"
    return "For the old numbers " + checkout.advice(
        f"run `git worktree add ../polarity-{record.version} {tag}`, there `make setup`, and verify the brief there.",
        f"install the old version in an environment of its own: `pip install 'polarity-sim=={record.version}'`.",
    )


def _as_then(record: Record) -> AbstractContextManager[None]:
    """The environment in which the brief was made: number of futures and public address."""
    return environment({FUTURES: str(record.futures), VARIABLE: record.public})


def _again(record: Record, tell: Tell) -> Brief:
    from sim.ui.shared import changes

    if problem := record.setup.problem:
        raise InputError(f"its settings make no valid scenario in this Polarity: {problem}")
    if record.priced:
        tell(0.0, "Moving every lever to its ends")
        changes.prices(record.setup.spec, record.setup.judge)
    return brief(record.setup, tell, record)


# -------------------------------------------------------------------------------------------------------- comparing
def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word))


def _numbers(text: str) -> list[str]:
    return re.findall(r"[-+−±]?\d[\d.,:]*", text)


def _words(then: tuple[str, ...], now: tuple[str, ...], places: list[str]) -> Iterator[Difference]:
    """What differs word by word, in the order of the brief."""
    for kind, i, j, k, m in difflib.SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if j - i == m - k:
            yield from (
                Difference(places[k + n], then[i + n], now[k + n], _around(then, i + n, i + n + 1))
                for n in range(j - i)
                if then[i + n] != now[k + n]
            )
        else:
            place = places[min(k, len(places) - 1)]
            yield Difference(place, " ".join(then[i:j]), " ".join(now[k:m]), _around(then, i, j))


def _around(words: tuple[str, ...], start: int, end: int) -> str:
    before, after = words[max(start - AROUND, 0) : start], words[end : end + AROUND]
    return " ".join([*before, f"[{' '.join(words[start:end])}]", *after])


def _drawings(then: saved.Saved, now: saved.Saved) -> Iterator[Difference]:
    """Whether what is drawn is the same; points say little to a reader, so that they are counted."""
    matcher = difflib.SequenceMatcher(None, then.drawings, now.drawings, autojunk=False)
    changed = [codes for codes in matcher.get_opcodes() if codes[0] != "equal"]
    if changed:
        pieces = sum(max(j - i, m - k) for _, i, j, k, m in changed)
        what = "picture or color" if then.form == "docx" else "line, area, color or style"
        yield Difference(DRAWING, f"{pieces} × {what} drawn otherwise", f"{len(now.drawings)} in all")


# ----------------------------------------------------------------------------------------------------------- places
def _places(made: Brief, words: tuple[str, ...]) -> list[str]:
    """Where each word of a file stands: the pieces of its brief are found in it one after the other."""
    found: list[str] = [""] * len(words)
    last = tuple(made.made.split())
    at = 0
    while (at := _find(last, words, at)) >= 0:
        found[at : at + len(last)] = [LAST_LINE] * len(last)
        at += len(last)
    cursor = 0
    for place, text in _pieces(made.blocks):
        piece = tuple(text.split())
        at = _find(piece, words, cursor)
        if piece and at >= 0:
            found[at : at + len(piece)] = [place] * len(piece)
            cursor = at + len(piece)
    before = "the head"
    for n, place in enumerate(found):
        before = found[n] = place or before
    return found


def _find(piece: tuple[str, ...], words: tuple[str, ...], start: int) -> int:
    """Where a run of words begins, from a place on; -1 where it is not there."""
    size = len(piece)
    if not size:
        return -1
    return next((n for n in range(start, len(words) - size + 1) if words[n : n + size] == piece), -1)


def _pieces(blocks: tuple[Block, ...], heading: str = "the head") -> Iterator[tuple[str, str]]:
    """Every text of a brief with the place where it stands."""
    for block in blocks:
        match block:
            case Heading(text):
                heading = text
                yield heading, text
            case Text(line):
                yield heading, "".join(span.text for span in line)
            case Bullets(lines):
                yield from ((heading, "".join(span.text for span in line)) for line in lines)
            case Table():
                yield from _cells(block, heading)
            case Figure(title, unit, _, _, key):
                heading = title
                yield from ((heading, text) for text in (title, unit, key) if text)
            case Code():
                pass
            case Beside(left, right):
                yield from _pieces(left, heading)
                yield from _pieces(right, heading)


def _cells(table: Table, heading: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{heading}: head of the table", cell) for cell in table.head if cell)
    for row in table.rows:
        for column, cell in zip(table.head, row, strict=True):
            yield f"{heading}: {row[0]}{f', {column}' if column and cell is not row[0] else ''}", cell
