"""How results show themselves where somebody types their name: a few lines, whatever they hold."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

LINES = 8
"""Facts that are shown of a result at most."""
WIDE = 100
"""Characters of a fact."""
FEW = 4
"""Values or names of a collection that are shown."""


class Short:
    """A result that shows itself in fewer than ten lines, as text and in a notebook.

    Its dataclass has to be made with `repr=False`, so that this text is the one that is shown.
    """

    def _facts(self) -> dict[str, Any]:
        """What is shown, by name; by default the fields, with the sizes of what is large."""
        here: Any = self
        return {f.name: getattr(here, f.name) for f in fields(here)} if is_dataclass(here) else vars(here)

    def _shown(self) -> dict[str, str]:
        facts = {name: _brief(value) for name, value in self._facts().items()}
        left = len(facts) - LINES
        if left <= 0:
            return facts
        return {**dict(list(facts.items())[: LINES - 1]), "…": f"{left + 1} more fields"}

    def __repr__(self) -> str:
        lines = [f"  {name}: {text}" for name, text in self._shown().items()]
        return "\n".join([type(self).__name__, *lines])

    def _repr_html_(self) -> str:
        """The same as a table, for a notebook."""
        rows = "".join(
            f'<tr><th style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(text)}</td></tr>'
            for name, text in self._shown().items()
        )
        return f"<table><caption>{type(self).__name__}</caption>{rows}</table>"


def _brief(value: Any) -> str:
    """A value in a part of a line: the size of what is large, and the name of what has one."""
    text = _words(value)
    return text if len(text) <= WIDE else text[: WIDE - 1] + "…"


def _words(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"array {value.shape}" if value.ndim else f"{value:g}"
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    if isinstance(value, Mapping | tuple | list | set | frozenset):
        return _several(value)
    if hasattr(value, "shape"):  # a table
        return f"table {value.shape}"
    if isinstance(value, Short):
        return type(value).__name__
    return _name(value) or " ".join(str(value).split())


def _several(values: Collection[Any]) -> str:
    """A few plain values as they are, and otherwise how many there are."""
    contents = list(values.values()) if isinstance(values, Mapping) else list(values)
    if all(isinstance(value, int | float | str) for value in contents) and len(values) <= FEW:
        keys = [f"{key} " for key in values] if isinstance(values, Mapping) else [""] * len(values)
        return ", ".join(key + _words(value) for key, value in zip(keys, contents, strict=True)) or "none"
    names = [name for value in list(values)[:FEW] if (name := value if isinstance(value, str) else _name(value))]
    return f"{len(values)}" + (f": {', '.join(names)}{' …' if len(values) > FEW else ''}" if names else "")


def _name(value: Any) -> str:
    named = getattr(value, "name", None)
    return named if isinstance(named, str) else ""
