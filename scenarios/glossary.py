"""The glossary: the field's terms, each in one sentence. The app, the docs and the command line read this table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from scenarios.errors import InputError, unknown
from scenarios.tables import DATA, Line, read

LONGEST = 170
"""Letters of a definition: what fits a small box at a glance."""


class Term(BaseModel):
    """One term of the field."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    term: Line = Field(max_length=40)
    variants: tuple[Line, ...] = Field(min_length=1, description="the words by which it appears in a text")
    definition: Line = Field(max_length=LONGEST)

    @field_validator("variants", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return value.split(";") if isinstance(value, str) else value

    @field_validator("definition")
    @classmethod
    def _sentence(cls, value: str) -> str:
        if not value.endswith(".") or ". " in value:
            raise ValueError("a definition is one sentence")
        return value

    @property
    def key(self) -> str:
        """The term as part of an address: `#term-two-power-race`."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.term.lower())


@cache
def terms() -> Mapping[str, Term]:
    """All terms by name, in the order of the table; nobody can change what others read.

    Raises:
        InputError: for a wrong row, or words that belong to two terms.
    """
    found: dict[str, Term] = {}
    owners: dict[str, str] = {}
    for line, row in enumerate(read(Term, DATA / "glossary.csv"), start=2):
        if row.term in found:
            raise InputError(f"glossary.csv row {line}: the term {row.term!r} appears twice")
        for words in map(str.lower, row.variants):
            if words in owners:
                raise InputError(f"glossary.csv row {line}: {words!r} belongs to {owners[words]!r} already")
            owners[words] = row.term
        found[row.term] = row
    return MappingProxyType(found)


def look_up(words: str) -> Term:
    """The term that somebody asks for, by its name or by words in which it appears.

    Raises:
        InputError: with the nearest term.
    """
    for row in terms().values():
        if words.strip().lower() in (row.term.lower(), *map(str.lower, row.variants)):
            return row
    raise unknown("term", words, terms())
