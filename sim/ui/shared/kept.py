"""Settings that the user keeps as columns of Compare: each is an address's query, and all of them one parameter."""

from __future__ import annotations

from urllib.parse import parse_qsl

from scenarios import BASELINE, load
from sim.ui.shared import address
from sim.ui.shared.setup import Setup, choice

PARAMETER = "kept"
MOST = 3
"""Your own columns beside the baseline."""
LONGEST = 1500
"""Letters of one column's query that are read."""
_BETWEEN = "|"


def setups() -> list[Setup]:
    """The kept settings, in the order in which they were kept."""
    return [setup for setup, _ in map(_read, _texts())]


def problems() -> list[str]:
    """What of the kept settings in the address could not be used, in words."""
    found = [note for _, notes in map(_read, _texts()) for note in notes]
    count = len([part for part in address.own(PARAMETER).split(_BETWEEN) if part])
    if count > MOST:
        found.append(f"{PARAMETER}: only the first {MOST} of {count} columns are shown")
    return [f"{PARAMETER}: {note}" if not note.startswith(PARAMETER) else note for note in found]


def _texts() -> list[str]:
    parts = [part[:LONGEST] for part in address.own(PARAMETER).split(_BETWEEN) if part]
    return list(dict.fromkeys(parts))[:MOST]


def _read(text: str) -> tuple[Setup, list[str]]:
    return address.read(dict(parse_qsl(text)))


def text_of(setup: Setup) -> str:
    """The query by which a setting is kept: without assumptions and judgment, which hold for all columns."""
    return address.query(Setup(
        setup.scenario, setup.levers, setup.events, values=setup.values, rule=setup.rule, worlds=setup.worlds,
        bills=setup.bills,
    ))[1:]  # fmt: skip


def keepable(now: Setup) -> bool:
    """Whether the settings can be kept: they are not the baseline, no file, not kept yet, and there is room."""
    text = text_of(now)
    return bool(text) and now.own is None and text not in _texts() and len(_texts()) < MOST and len(text) <= LONGEST


def keep() -> None:
    """Keep the present settings."""
    now = choice().now
    if keepable(now):
        address.keep(PARAMETER, _BETWEEN.join([*_texts(), text_of(now)]))


def drop(place: int) -> None:
    """Remove one of the kept settings."""
    texts = _texts()
    address.keep(PARAMETER, _BETWEEN.join(texts[:place] + texts[place + 1 :]))


def title(setup: Setup) -> str:
    """What a column is called: policy, what ifs, and how many settings the user changed."""
    parts = [load(setup.scenario).title] if setup.scenario != BASELINE or not setup.worlds else []
    parts += [load(name).title for name in setup.worlds]
    changes = len(setup.levers) + len(setup.events) + len(setup.bills) + len(setup.values) + bool(setup.rule)
    if changes:
        parts.append(f"{changes} change{'s' if changes > 1 else ''}")
    return " + ".join(parts)
