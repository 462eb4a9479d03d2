"""Fixed numbers of the model, read from its source, for the table of the documentation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from sim import checkout

ROOMS = ("sim/equations", "sim/engine", "agents", "sim/engine/phases", "sim/results/outcomes")
"""Folders in which the model computes: the fixed numbers of all their modules are listed."""
_MADE = (ast.Call, ast.Attribute, ast.Name, ast.Subscript)
"""What a number that is looked up or borrowed from elsewhere is made of: such numbers are not listed."""


def model_files() -> list[Path]:
    """The files in which the model computes."""
    return [path for room in ROOMS for path in sorted((checkout.ROOT / room).glob("[a-z]*.py"))]


def fixed_numbers() -> Iterator[tuple[str, str, str, str]]:
    """Every number that stands in a module of the model: name, value, file and reason."""
    for path in model_files():
        yield from _constants(path)


def _constants(path: Path) -> Iterator[tuple[str, str, str, str]]:
    place = path.relative_to(checkout.ROOT)
    module, where = import_module(".".join(place.with_suffix("").parts)), f"`{place.as_posix()}`"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies: list[tuple[Any, list[ast.stmt]]] = [(module, tree.body)]
    bodies += [(getattr(module, n.name), n.body) for n in tree.body if isinstance(n, ast.ClassDef)]
    for owner, body in bodies:
        for i, node in enumerate(body):
            if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                continue
            if any(isinstance(n, _MADE) for n in ast.walk(node.value)):
                continue
            text = docstring_after(body[i + 1] if i + 1 < len(body) else None)
            for target in ast.walk(node.targets[0] if isinstance(node, ast.Assign) else node.target):
                if not isinstance(target, ast.Name) or not target.id.isupper():
                    continue
                shown = _in_words(getattr(owner, target.id))
                if shown:
                    prefix = f"{owner.__name__}." if isinstance(owner, type) else ""
                    yield f"`{prefix}{target.id}`", shown, where, text


def _in_words(value: Any) -> str:
    """A number, or numbers by name, as the table shows them; empty for what is no number."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return _fixed(value)
    if isinstance(value, tuple):
        parts = [_in_words(v) for v in value]
        return ", ".join(parts) if all(parts) else ""
    if isinstance(value, dict):
        inner = {_fixed(k) if isinstance(k, float) else str(k): _in_words(v) for k, v in value.items()}
        return "; ".join(f"{k}: {v}" for k, v in inner.items()) if all(inner.values()) else ""
    return ""


def docstring_after(node: ast.stmt | None) -> str:
    """The text that follows a name in a module or class; a dash without one."""
    found = node.value if isinstance(node, ast.Expr) else None
    return str(found.value) if isinstance(found, ast.Constant) and isinstance(found.value, str) else "–"


def _fixed(value: float) -> str:
    """A number of the code as it stands there: years without separators, large ones as powers."""
    return f"{value:g}" if abs(value) < 1e4 else f"{value:,.0f}" if abs(value) < 1e9 else f"{value:.5g}"
