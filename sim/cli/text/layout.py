"""How text for people is laid out on the command line: width, tables, numbers and the footer."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.table import Table

from sim.results.wording import signed

WIDTH = 120
"""Columns of what is written into a file or a pipe."""
FOOTER = "These results follow from stated assumptions; they are not forecasts."


def console() -> Console:
    """The console for text that people read."""
    # Text of scenarios is text: no markup, no emoji codes, no guessing of colors.
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH
    return Console(file=sys.stdout, width=wide, markup=False, emoji=False, highlight=False)


def table(title: str, *columns: str, left: int = 1) -> Table:
    """A plain table; the first columns are text and the others numbers."""
    made = Table(title=title or None, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for i, name in enumerate(columns):
        made.add_column(name, justify="left" if i < left else "right", header_style="dim")
    return made


def put(page: Console, *parts: Table | str) -> None:
    """Print texts and tables with a line between them."""
    for part in parts:
        if isinstance(part, Table) and part.title:  # apart, since a title is wrapped to the width of its table
            page.print(part.title, style="bold")
            part.title = None
        page.print(part)
        page.print()


def plain(value: float, digits: int) -> str:
    """A number without a plus."""
    text = signed(value, digits)
    return text.removeprefix("+")
