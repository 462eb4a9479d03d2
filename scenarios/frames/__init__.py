"""Other people's frames: texts about the race in AI, claim by claim, and the scenarios that express them.

`frames.csv` has a row for each text and `claims.csv` one for each claim, in our own words; every scenario is a file
beside them. A claim names the scenario in which it holds, the one it is set against, and the outcomes looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, model_validator

from scenarios import BASELINE, FRAMES, apart, names
from scenarios.errors import InputError, shown, unknown
from scenarios.tables import Line, Row, read

Expected = Literal["more", "less"]
"""Whether the first outcome is larger or smaller where a claim holds than where it does not."""


class Frame(Row):
    """A text whose claims are put to the model."""

    frame: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Line = Field(description="what the app calls it")
    head: Line = Field(description="the heading above its claims")
    about: Line = Field(description="what the text is, in a sentence or two")
    reading: Line = Field(description="how far we could read it")


class Claim(Row):
    """A claim of a text, and what is asked of the model about it.

    Where the model has no answer, nothing is expected; outcomes then show the nearest that it has, if there is one.
    """

    frame: str
    claim: str = Field(pattern=r"^[A-Z]\d{1,2}$", description="its name in the address, unique among all texts")
    title: Line
    says: Line = Field(description="what it claims, in our words")
    place: Line = Field(description="where it stands in the model, or that it does not")
    holds: str = Field("", description="the scenario in which it holds")
    fails: str = Field("", description="the scenario it is set against; may be missing where a range is claimed")
    outcomes: str = Field("", description="outcomes with `; ` between, the first decides; A / B is a ratio per future")
    expects: Expected | None = None
    low: float | None = Field(None, description="least that the text claims for the first outcome where it holds")
    high: float | None = None
    recorded: str = Field("", description="which records the app shows beside it")

    @model_validator(mode="after")
    def _whole(self) -> Claim:
        for name in (self.holds, self.fails):
            if name and not (apart(name) or name in names()):
                raise unknown("scenario", name, names())
        if bool(self.holds) != bool(self.outcomes):
            raise InputError("give both a scenario that holds and outcomes, or neither")
        if (self.low is None) != (self.high is None):
            raise InputError("give both low and high, or neither")
        if self.expects and not self.fails:
            raise InputError(f"expects is {shown(self.expects)}; give the scenario it is set against as fails")
        return self

    @property
    def asked(self) -> tuple[str, ...]:
        """The outcomes one by one; a ratio is written `A / B`."""
        return tuple(part.strip() for part in self.outcomes.split(";") if part.strip())

    @property
    def ranged(self) -> bool:
        """Whether the text gives a number."""
        return self.low is not None and self.high is not None

    @property
    def setting(self) -> str:
        """The scenario that shows it; current policy where the model has no answer."""
        return self.holds or BASELINE


@cache
def frames() -> Mapping[str, Frame]:
    """The texts by name, in the order of their table."""
    return MappingProxyType({row.frame: row for row in read(Frame, FRAMES / "frames.csv")})


@cache
def claims(frame: str | None = None) -> tuple[Claim, ...]:
    """The claims of a text, or of all, in the order of their table.

    Raises:
        InputError: for an unknown text, or a table with a name twice or of no text.
    """
    rows = read(Claim, FRAMES / "claims.csv")
    ids = [row.claim for row in rows]
    for row in rows:
        if row.frame not in frames() or ids.count(row.claim) > 1:
            raise InputError(f"claims.csv: {row.claim} stands there twice, or its frame {row.frame} is in no row")
    if frame is None:
        return rows
    if frame not in frames():
        raise unknown("frame", frame, frames())
    return tuple(row for row in rows if row.frame == frame)


@cache
def stored() -> dict[str, dict[str, Any]]:
    """Claim → its answer as `polarity frames --json` gave it for this version."""
    return {one["claim"]: one for one in json.loads((FRAMES / "answers.json").read_text(encoding="utf-8"))}
