"""The pieces of HTML of the page Strategy."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from scenarios.packages import SPOKEN, Response
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Source
from sim.analysis import signposts
from sim.analysis.game import SURE
from sim.analysis.payoffs import PARTS
from sim.analysis.strategy import Strategy
from sim.analysis.told import PAIRS
from sim.ensemble.rng import Array
from sim.results.wording import listed
from sim.ui.shared import wants, wording
from sim.ui.shared.sources import cited
from sim.ui.shared.templates import render
from sim.ui.strategy import words
from sim.ui.strategy.reading import Cell, Opened, Pair, Reading, dots
from sim.ui.strategy.shown import CRISIS, LEAD, SHOWN
from sim.ui.strategy.wishes import NAMES

STRONGEST = 42
"""Percent of a country's color behind the largest lead: dark text reads on it."""
COLUMNS = 40
"""Places beside each other in a field of dots."""


# ------------------------------------------------------------------------------------------------------ the matrix
def matrix(reading: Reading, show: str = LEAD) -> Markup:
    """Rows are packages of the United States, columns China's; every cell is a button that shows one outcome."""
    found = reading.found
    us, china = found.players[:2]
    sizes = [abs(cell.value(show)) for cell in reading.cells.values()]
    scale = (show, min(sizes), max(sizes))
    rows = [
        (
            words.title(found, us, row),
            [_cell(reading, (row, column), scale) for column in found.options[china]],
        )
        for row in found.options[us]
    ]  # fmt: skip
    return render(
        "strategy/matrix.html", rows=rows, sure=f"{100 * SURE:.0f}", column_name=NAMES[china],
        columns=[(name, words.title(found, china, name)) for name in found.options[china]],
        caption=f"{SHOWN[show].caption}: average of {found.runs} simulated futures. Arrow keys move between cells.",
    )  # fmt: skip


def _cell(reading: Reading, pair: Pair, scale: tuple[str, float, float]) -> dict[str, object]:
    """One button; its shade says where it lies between the least and the most of the table."""
    cell, (show, low, top) = reading.cells[pair], scale
    value = cell.value(show)
    marks = [
        (who, text if not reply.tie else f"{text}?", not reply.tie)
        for who, text, reply in zip(("us", "cn"), ("US", "CN"), cell.best, strict=True) if reply is not None
    ]  # fmt: skip
    share = (abs(value) - low) / (top - low) if top > low else 1.0
    side = "muted" if show != LEAD else "us" if value >= 0 else "china"
    return {
        "name": ":".join(pair), "column": pair[1], "value": SHOWN[show].text(value), "marks": marks,
        "holds": cell.holds, "tone": f"{4 + (STRONGEST - 4) * share:.0f}%",
        "side": f"var(--{side})", "tip": _tip(reading, cell, show), "spoken": _spoken(reading, pair, cell, show),
    }  # fmt: skip


def _tip(reading: Reading, cell: Cell, show: str) -> str:
    """The numbers of a cell in a few lines."""
    low, high = (wording.decimal(value) for value in cell.spread)
    worth = ", ".join(
        f"{words.short(player)} {words.gain(each)}"
        for player, each in zip(reading.found.players, cell.gains, strict=True)
    )
    return "\n".join([
        f"US lead {wording.decimal(cell.lead)} months (nine in ten futures: {low} to {high})",
        f"Worth against “As is”, bn $ a year: {worth}",
        f"Serious accident in {DEFAULT_HORIZON}: {cell.accident:.0f}%",
        *([f"{SHOWN[CRISIS].label}: {SHOWN[CRISIS].text(cell.crisis)}"] if show == CRISIS else []),
    ])  # fmt: skip


def _spoken(reading: Reading, pair: Pair, cell: Cell, show: str) -> str:
    """A cell as a screen reader says it."""
    said = [SHOWN[show].spoken(cell.value(show))]
    for player, reply in zip(reading.found.players, cell.best, strict=False):
        if reply is not None:
            said.append(f"best answer of {SPOKEN[player]}{', a tie' if reply.tie else ''}")
    if cell.holds:
        said.append("nobody gains by leaving it")
    return f"{words.combination(reading.found, (*pair, *reading.others))}: {'; '.join(said)}"


# ---------------------------------------------------------------------------------------------------- one cell
def cell(reading: Reading, opened: Opened, show: str = LEAD) -> Markup:
    """What a combination is, what it is worth to whom, how its futures spread, and who would leave it."""
    found, here = reading.found, opened.cell
    us, china = (words.title(found, player, name) for player, name in zip(found.players[:2], here[:2], strict=True))
    return render(
        "strategy/cell.html",
        title=f"“{us}” meets “{china}”", place=words.place(reading, here), facts=_facts(reading, here, show),
        leaving=[words.leaving(found, each) for each in opened.leaving],
        stories=[_story(found, player, name) for player, name in zip(found.players, here, strict=True)],
        caption=f"Worth against nobody doing anything new, {words.UNIT}",
        players=[NAMES[player] for player in found.players], rows=_worth(opened),
        spreads=_spreads(reading, opened),
    )  # fmt: skip


def _facts(reading: Reading, here: tuple[str, ...], show: str) -> list[tuple[str, str, str]]:
    """Lead, accidents and China's compute, each with its value if nobody does anything new; the index if asked for."""
    index = [(SHOWN[CRISIS].label, "crisis_index", SHOWN[CRISIS].form, 1.0)] if show == CRISIS else []
    found = []
    for name, outcome, text, scale in (
        ("US lead", "lead_months", "{:.1f} months", 1.0),
        (f"Serious accident in {DEFAULT_HORIZON}", "accident_hazard", "{:.0f}%", 1.0),
        (f"China trains with, {DEFAULT_HORIZON}", "china_compute", "{:.0f} million H100e", 1e-6),
        *index,
    ):
        value, usual = (
            text.format(scale * reading.mean(outcome, cell)).replace("-", "−") for cell in (here, reading.now)
        )
        found.append((name, value, "" if here == reading.now else f"as is: {usual}"))
    return found


def _story(found: Strategy, player: str, name: str) -> tuple[tuple[str, str], str, str, Markup, Markup]:
    package = next(package for package in found.packages[player] if package.name == name)
    rule = Markup("") if package.response is None else _rule(player, package.response)
    return (player, NAMES[player]), package.title, package.story, _sources(package.sources), rule


def _rule(player: str, response: Response) -> Markup:
    """What a package waits for, and what its signpost reads today."""
    return Markup("{} {}").format(words.rule(player, response), today(response.when))


def today(name: str) -> Markup:
    """The last published reading of a signpost, with its source."""
    read = signposts.today(name)
    return Markup("{} ({}).").format(words.today(name, read), cited(read.source, read.url))


def _sources(sources: tuple[Source, ...]) -> Markup:
    each = [cited(source.title, source.url) for source in sources]
    return Markup("{}: {}").format("Sources" if len(each) > 1 else "Source", Markup("; ").join(each))


def _worth(opened: Opened) -> list[tuple[str, list[str]]]:
    """Value by value, and the total with where nine in ten futures lie."""
    rows = [
        (words.PARTS[part], [words.gain(own[k]) for own in opened.parts]) for k, part in enumerate(PARTS)
    ]  # fmt: skip
    totals = []
    for own in opened.worth:
        low, high = np.quantile(own, [0.05, 0.95])
        totals.append(f"{words.gain(float(own.mean()))} ({words.gain(float(low))} to {words.gain(float(high))})")
    return [*rows, ("Total (nine in ten futures)", totals)]


def _spreads(reading: Reading, opened: Opened) -> list[dict[str, object]]:
    """Fields of dots: the lead, and what it is worth to each."""
    fields = [_spread("US lead, months", opened.lead, "ink")]
    if opened.cell != reading.now:
        for player, own in zip(reading.found.players[:2], opened.worth, strict=False):
            kind = "us" if player == "united_states" else "cn"
            fields.append(_spread(f"Worth to {SPOKEN[player]} against “As is”, bn $ a year", own, kind))
    return fields


def _spread(title: str, values: Array, kind: str) -> dict[str, object]:
    """Fifty dots that stand for all futures, piled where they lie close."""
    drawn = dots(values)
    low, high = min([*drawn, 0.0]), max([*drawn, 0.0])
    width = max(high - low, 1e-9)
    piles: dict[int, int] = {}
    placed = []
    for value in drawn:
        at = round((COLUMNS - 1) * (value - low) / width)
        placed.append((f"{100 * (at + 0.5) / COLUMNS:.1f}", piles.get(at, 0)))
        piles[at] = piles.get(at, 0) + 1
    first, last = np.quantile(values, [0.05, 0.95])
    return {
        "title": title, "kind": kind, "dots": placed, "rows": max(piles.values()),
        "zero": f"{100 * (round((COLUMNS - 1) * -low / width) + 0.5) / COLUMNS:.1f}",
        "low": words.gain(low) if low else "0", "high": words.gain(high) if high else "0",
        "spoken": f"{title}: nine in ten futures lie between {words.gain(float(first))} and {words.gain(float(last))}; "
        f"average {words.gain(float(np.mean(values)))}.",
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ below the matrix
def said(sentences: dict[str, str]) -> Markup:
    """The sentences of the table under plain headings."""
    return render("strategy/said.html", topics=[
        (head, sentences[topic]) for topic, head in words.TOPICS.items() if topic in sentences
    ])  # fmt: skip


def regrets(reading: Reading) -> Markup:
    """Bars of the largest regret of every package, on one scale for each player."""
    players = []
    for player, found in reading.regrets.items():
        longest, least = max(max(found.values()), 1e-9), reading.game.least_regret(player)
        ordered = sorted(found.items(), key=lambda item: item[1])
        rows = [
            (
                words.title(reading.found, player, name),
                words.dollars(worst),
                f"{100 * worst / longest:.1f}",
                name == least,
            )
            for name, worst in ordered
        ]
        players.append(
            ("us" if player == "united_states" else "cn" if player == "china" else "ink", NAMES[player], rows)
        )
    return render("strategy/regrets.html", players=players)


def profiles(reading: Reading, follows: dict[tuple[str, str], tuple[str, ...]]) -> Markup:
    """What follows by profiles of values, of the first player and of all others."""
    found = reading.found
    lead = found.lead.mean(axis=-1)
    rows = []
    for pair in PAIRS:
        cell = follows[pair]
        titles = [words.title(found, player, name) for player, name in zip(found.players, cell, strict=True)]
        rows.append((_profiles(pair), [*titles, wording.decimal(float(lead[reading.game.place(cell)]))]))
    return render(
        "strategy/profiles.html", rows=rows, caption="What follows if all sides want the same",
        heads=["Values", *(NAMES[player] for player in found.players), "US lead, months"],
    )  # fmt: skip


def _profiles(pair: tuple[str, str]) -> str:
    return listed([wants.named(name) for name in dict.fromkeys(pair)])


def objections() -> Markup:
    """What speaks against all of it."""
    return render("strategy/objections.html", points=words.OBJECTIONS)
