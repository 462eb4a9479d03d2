"""A board as its seat sees it: in one sentence, and in numbers as people read them. App and command line share both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from scenarios import BASELINE
from scenarios.seats import Seat, seat
from sim.analysis.amounts import dollars
from sim.analysis.board import ACCESS, COMPUTE, COSTS, REVENUE, SECURITY, Board, Row, has
from sim.analysis.told import VISIBLE
from sim.checks import checked
from sim.results.wording import listed, signed

GROUPS = {COMPUTE: "compute", ACCESS: "access to chips", REVENUE: "income", COSTS: "spending", SECURITY: "security"}
"""Groups of a board as they stand inside a sentence."""
LEAST = 0.005
"""Share of what it was by which a line has to change to be worth a word."""
LEAST_OF = {"share": 0.005, "% a year": 0.1, "months": VISIBLE, "index points": 0.1, "%": 0.5}
"""How much a line of these units has to change instead: a change of them is no share of anything."""
MILLIONS = 1e4
"""Thousands from which on a line is counted in millions."""
MOST = 10
"""Times what it was from which on a percentage says nothing."""
_SERIES = {
    "compute_train": "{it} uses {by} {more} compute",
    "capability": "{its} best model {gains} {by} index points",
    "received_h100e": "{it} receives {by} {more} new chips",
    "backlog_usd": "{it} has {by} {more} chips on order",
    "diverted_through": "{by} {fewer} smuggled chips pass through {it}",
    "rented_from": "Chinese users rent {by} {more} compute {there}",
    "us_chips_in": "{by} {more} US-owned chips run {there}",
    "served_by_us": "the share of its use of AI on American models {rises}",
    "served_by_china": "the share of its use of AI on Chinese models {rises}",
    "lead_months": "the US lead over China {rises}",
    "governance": "the chance of a serious accident {rises}",
}
"""What it means that a series of a board changes, by its name."""
_ITEMS = {
    "premium": "{it} pays {by} {more} above list price",
    "minerals": "{it} forgoes {by} {more} in mineral exports",
    "production_lost": "{it} loses {by} {more} of production to mineral controls",
    "experiments_forgone": "{it} loses {by} {more} of research compute to idling, security and safety",
}
"""The same for accounts whose label says too little; the others follow from their label and group."""
_MONEY = {REVENUE: "{it} earns {by} {more} from {what}", COSTS: "{it} spends {by} {more} on {what}"}
_ELSE = "{its} {what} {rises}"
_COUNTED = {"received_h100e", "backlog_usd", "us_chips_in"}
"""Series of things that are counted: there are fewer of them, not less."""
_HEAD = re.compile(r" (?:of|on|for|over|that|through|with|in)\b")
"""Where the noun of a label ends."""


# -------------------------------------------------------------------------------------------------------- the numbers
@dataclass(frozen=True)
class Shown:
    """The numbers of a line as people read them, in one unit and with the same digits."""

    unit: str
    before: str
    after: str
    change: str
    """With its sign."""
    span: str
    """The 90% interval of the change: `−29.0 to −26.4`."""
    ratio: str
    """The change against before: `+7%`, `×12` for what grows that much; empty where it is no share of anything."""


def shown(row: Row) -> Shown:
    """A line of a board in numbers."""
    size = max(abs(row.before), abs(row.after))
    unit, scale = row.unit, 1.0
    if row.unit == "share":
        unit, scale = "%", 100.0
    elif row.unit.startswith("thousand ") and size >= MILLIONS:
        unit, scale = row.unit.replace("thousand", "million", 1), 1e-3
    digits = 2 if scale * size < 10 else 1 if scale * size < 1000 else 0
    low, high = (row.effect.mean if end is None else end for end in (row.effect.low, row.effect.high))
    before, after, *ends = (signed(scale * x, digits).removeprefix("+") for x in (row.before, row.after, low, high))
    return Shown(unit, before, after, signed(scale * row.effect.mean, digits), " to ".join(ends), _signed(_ratio(row)))


def _ratio(row: Row) -> float | None:
    """The change against before, where it is a share of anything."""
    return None if row.unit in LEAST_OF else row.share


def _signed(share: float | None) -> str:
    if share is None:
        return ""
    if share > MOST - 1:
        return f"×{share + 1:,.0f}"
    return _percent(share) if abs(share) < LEAST / 10 else ("−" if share < 0 else "+") + _percent(share)


def _percent(share: float) -> str:
    """A share without its sign: `7%`, `0.4%`; what is nearly all is not `100%`."""
    size = 100 * abs(share)
    digits = 1 if 0.05 <= size < 0.95 or 99.5 <= size < 99.95 else 0
    return f"{size:,.{digits}f}%"


# ------------------------------------------------------------------------------------------------------- what moves
def moves(row: Row) -> bool:
    """Whether a line moves by enough to be worth a word, and its interval leaves out zero."""
    if row.unit in LEAST_OF:
        return row.effect.is_clear and abs(row.effect.mean) >= LEAST_OF[row.unit]
    seen = shown(row).change.strip("0.") != ""
    return row.effect.is_clear and seen and (row.share is None or abs(row.share) >= LEAST)


def largest(found: Board) -> list[Row]:
    """The line of each group that moves most, in the order of groups; groups in which nothing moves have none.

    Money and shares are ranked by their change, everything else by the change against the larger of before and after.
    """
    moving = [row for row in found.rows if moves(row)]
    best = [max((row for row in moving if row.group == group), key=_rank, default=None) for group in GROUPS]
    return [row for row in best if row is not None]


def _rank(row: Row) -> float:
    size = abs(row.effect.mean)
    return size if row.group in _MONEY or row.unit == "share" else size / max(abs(row.before), abs(row.after))


# ------------------------------------------------------------------------------------------------------ the sentence
class _Whom(NamedTuple):
    """How a clause names the actor: by name in the first one, and then by pronouns."""

    it: str
    its: str
    there: str


@checked
def told(found: Board, against: str = "") -> str:
    """The largest move of each group in one sentence, and in another which groups do not move.

    Args:
        found: the board.
        against: what it is compared with, as it stands inside a sentence; by default the title of that scenario.
    """
    against, who = against or _title(found), seat(found.actor, found.label)
    seen = f"Seen from {who.city} in {found.year}"
    if not has(found.base, found.actor):
        return f"{seen}, nothing is compared: under {against}, {who.spoken} is no actor of its own."
    if found.spec.digest() == found.base.digest():
        return f"{seen}, nothing is compared: this is {against} itself. Choose a policy to see what it changes."
    rows = largest(found)
    if not rows:
        return f"{seen}, {_none(found, [*GROUPS]).lower()} on this board moves compared with {against}."
    whom = [_named(who), *[_Whom("it", "its", "there")] * (len(rows) - 1)]
    clauses = [_clause(row, one) for row, one in zip(rows, whom, strict=True)]
    still = [group for group in GROUPS if group not in {row.group for row in rows}]
    rest = f" {_none(found, still)} moves in its {listed([GROUPS[each] for each in still], 'or')}." if still else ""
    return f"{seen}, compared with {against}: {'; '.join(clauses)}.{rest}"


def _title(found: Board) -> str:
    title = found.base.title
    return title.lower() if found.base.name == BASELINE else f"“{title}”"


def _none(found: Board, groups: list[str]) -> str:
    """How little moves in groups."""
    still = all(row.effect.mean == 0 for row in found.rows if row.group in groups)
    return "Nothing" if still else "Little or nothing"


def _named(who: Seat) -> _Whom:
    return _Whom(who.spoken, f"{who.spoken}’" if who.spoken.endswith("s") else f"{who.spoken}’s", f"in {who.spoken}")


def _clause(row: Row, whom: _Whom) -> str:
    """What a line says: `it earns $17bn less from chip tools sold to China`."""
    series, _, rest = row.name.partition("@")[0].partition(".")
    grows, share = row.effect.mean > 0, _ratio(row)
    way = "more" if grows else "fewer" if series in _COUNTED else "less"
    words = {
        **whom._asdict(), "more": way, "fewer": "more" if grows else "fewer", "gains": "gains" if grows else "loses",
        "what": _inside(row.label), "rises": _rises(row),
    }  # fmt: skip
    if row.group in _MONEY:
        said = _ITEMS.get(rest.rpartition(".")[2], _MONEY[row.group])
        return said.format(by=dollars(abs(row.effect.mean) * 1e9), **words)
    said = _SERIES.get(series, _ELSE)
    if "{by}" in said and row.unit not in LEAST_OF and (share is None or share > MOST - 1):
        said = _ELSE
    by = shown(row).change.lstrip("+−") if share is None else _percent(share)
    return said.format(by=by, **words)


def _rises(row: Row) -> str:
    """`rises from 11.4 to 14.1 months`, `fall from 36.6% to 26.3%`, `falls from 1.9× to 0.5× the 2026 budget`."""
    numbers = shown(row)
    many = _HEAD.split(row.label)[0].endswith("s")
    verb = ("rise" if row.effect.mean > 0 else "fall") + "s" * (not many)
    before, after, unit = numbers.before, numbers.after, f" {numbers.unit}"
    if numbers.unit.startswith("%"):
        before, after, unit = f"{before}%", f"{after}%", numbers.unit[1:]
    elif numbers.unit.startswith("× "):
        before, after, unit = f"{before}×", f"{after}×", f" the {numbers.unit[2:]}"
    return f"{verb} from {before} to {after}{unit}"


def _inside(label: str) -> str:
    """A label as it stands inside a sentence: `chip tools sold to China`, but `AI revenue`."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
