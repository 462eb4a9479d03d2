"""Fixed numbers of the model have a name, a reason and a line in the documentation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim import checkout
from sim.docs import numbers

GUARDS = 1e-3
"""Below this a number only keeps a quotient or a logarithm finite."""
YEARS = range(1900, 2200)


def in_formulas(path: Path) -> Iterator[str]:
    """Fractions and years that stand in a function; whole numbers count, and units need no name."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        said = {n for text in ast.walk(function) if isinstance(text, ast.JoinedStr) for n in ast.walk(text)}
        for node in (n for statement in function.body for n in ast.walk(statement) if n not in said):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, int | float) and ((value % 1 and value >= GUARDS) or value in YEARS):
                yield f"{path.relative_to(checkout.ROOT)}:{node.lineno}: {value}"


@pytest.mark.parametrize("path", numbers.model_files(), ids=lambda path: path.stem)
def test_no_number_of_the_model_is_without_a_name(path: Path) -> None:
    """A threshold in the middle of a formula cannot be found, cited or doubted."""
    assert sorted(set(in_formulas(path))) == []


def test_the_search_finds_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    file = tmp_path / "a.py"
    file.write_text("HERE = 0.5\n\ndef f(x, year):\n    return 0.9 * x + max(year - 2026, 0) + 1e-9 + 12 * x\n")
    assert sorted(in_formulas(file)) == ["a.py:4: 0.9", "a.py:4: 2026"]


def test_every_fixed_number_says_what_it_is() -> None:
    rows = list(numbers.fixed_numbers())
    assert {"`USES`", "`FORM`", "`ROADMAP`", "`LIST_PRICE`", "`FADES_FROM`"} <= {row[0] for row in rows}
    assert [row[0] for row in rows if row[3] == "–"] == []
