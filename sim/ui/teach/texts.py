"""The texts that Teach takes claim by claim: the essay of January 2025, and other people's frames beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from scenarios import BASELINE, frames as others, load
from sim.ui.shared import sources
from sim.ui.teach.claims import CLAIMS, Claim, Variant

ESSAY = "essay"


@dataclass(frozen=True)
class Text:
    """A text: what it is called, the heading and the words above its claims, and these by their names."""

    title: str
    name: str
    """As it stands in a sentence, after "a claim of"."""
    head: str
    lead: Markup
    claims: dict[str, Claim]

    def titles(self) -> dict[str, str]:
        """Claims by name, with their titles, as a picker shows them."""
        return {claim.id: f"{claim.id}. {claim.title}" for claim in self.claims.values()}


@cache
def texts() -> dict[str, Text]:
    """All texts by name, the essay first."""
    return {ESSAY: _essay(), **{name: _other(frame) for name, frame in others.frames().items()}}


@cache
def claims() -> dict[str, Claim]:
    """The claims of all texts by the names that stand in the address."""
    return {name: claim for text in texts().values() for name, claim in text.claims.items()}


def of(claim: Claim) -> Text:
    """The text that a claim is of."""
    return texts()[claim.frame or ESSAY]


def _essay() -> Text:
    (essay,) = load("essay_2025:enforced").sources
    lead = Markup(
        "Thirteen claims of {}, in our own words. Each is a switch or an output of the model: discuss what would "
        "follow if it holds and if not, then open what has been recorded since and what the model says."
    ).format(sources.linked(essay.title, essay.url))
    name = "January 2025"
    return Text("The essay of January 2025", name, "The essay of January 2025, claim by claim", lead, CLAIMS)


def _other(frame: others.Frame) -> Text:
    lead = Markup("{} {} In our own words, and with settings that are our reading: {}").format(
        frame.about, frame.reading, sources.linked(frame.source, frame.url)
    )
    found = {row.claim: _claim(row) for row in others.claims(frame.frame)}
    return Text(frame.title, f"“{frame.title}”", frame.head, lead, found)


def _claim(row: others.Claim) -> Claim:
    holds, fails = (Variant(load(name).title, name) for name in (row.setting, row.fails or BASELINE))
    return Claim(
        row.claim, row.title, row.says, row.place, (), holds, fails, note=row.note, recorded=row.recorded,
        frame=row.frame,
    )  # fmt: skip
