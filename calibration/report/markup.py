"""The page while it is put together, and pieces of HTML; all that is not made here is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from html import escape

from calibration.record import CalibrationRecord, Update, read
from calibration.report.colours import CLASSES
from calibration.report.plot import Figure, Spec
from calibration.report.words import typeset
from calibration.rows import Sheet


class Draft:
    """A page in the making: it numbers the charts, keeps their specifications and finds things in the record."""

    def __init__(self, record: CalibrationRecord) -> None:
        self.record = record
        self.specs: dict[str, Spec] = {}

    @cached_property
    def prior(self) -> CalibrationRecord | None:
        """The result that this one started from."""
        return read(self.record.prior) if self.record.prior else None

    @property
    def flop(self) -> float | None:
        """Compute of the largest training run."""
        return max((cell["flop"] for cell in self.record.cells), default=None)

    def update(self, name: str | None) -> Update | None:
        """The update of a name."""
        every = (*self.record.hardware, *self.record.gains, *self.record.frontier)
        return next((update for update in every if update.name == name), None)

    def figure(self, figure: Figure | None, absent: str = "") -> str:
        """A chart, or why there is none."""
        if figure is None:
            return missing(absent)
        name = f"chart-{len(self.specs) + 1}"
        self.specs[name] = figure.spec
        key = "".join(f'<span><i class="{CLASSES[c]}"></i>{escape(label)}</span>' for label, c in figure.key.items())
        key = f'<div class="key" aria-hidden="true">{key}</div>' if key else ""
        return (
            f'<figure><h3>{escape(figure.title)}</h3><p class="unit">{escape(figure.unit)}</p>{key}'
            f'<div class="vis" id="{name}" role="img" aria-label="{escape(figure.alt)}"></div></figure>'
        )


def text(*sentences: str) -> str:
    """A paragraph."""
    return f"<p>{escape(' '.join(s for s in sentences if s))}</p>"


def missing(why: str) -> str:
    """What stands where something is absent."""
    return f'<p class="absent">{escape(why)}</p>'


def pair(*parts: str) -> str:
    """Charts side by side where there is room."""
    return f'<div class="pair">{"".join(f"<div>{part}</div>" for part in parts)}</div>'


def points(items: Sequence[str]) -> str:
    """A list."""
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>" if items else ""


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], folded: bool = False) -> str:
    """A table whose first column heads its rows; folded away where it is long."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(f'<tr><th scope="row">{escape(first)}</th>{"".join(map(_cell, rest))}</tr>' for first, *rest in rows)
    label = escape(caption)
    inner = f'<table aria-label="{label}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    scroll = f'<div class="scroll" role="region" aria-label="{label}" tabindex="0">{inner}</div>'
    if folded:
        return f"<details><summary>{label}</summary>{scroll}</details>"
    return f'<div class="table"><p class="caption">{label}</p>{scroll}</div>'


def _cell(content: str) -> str:
    """A cell; a short one stays on one line."""
    return f"<td{' class=n' if len(content) < 28 else ''}>{escape(content)}</td>"


def shown(sheet: Sheet, folded: bool = False) -> str:
    """A table that the terminal prints too."""
    return table(sheet.title, sheet.columns, [tuple(map(typeset, row)) for row in sheet.rows], folded)
