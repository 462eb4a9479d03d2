"""The brief of a setup: what the screen shows of it, as blocks of words, numbers and one chart, from the same views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scenarios import glossary, load
from scenarios.schema import Scenario
from sim.hindcast.blind import CUTOFFS
from sim.hindcast.kept import kept
from sim.results.costs import Cost
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.ui.brief import chart, payers
from sim.ui.brief.blocks import (
    Beside,
    Block,
    Bullets,
    Code,
    Figure,
    Heading,
    Line,
    Span,
    Table,
    Text,
    labeled,
    line,
    words,
)
from sim.ui.brief.qr import qr
from sim.ui.brief.record import Record, record_of
from sim.ui.evidence import wording as evidence_wording
from sim.ui.shared import (
    address,
    assumed,
    changes,
    common,
    costs,
    drivers,
    frames,
    grid,
    inert_panel,
    injector,
    levers,
    passed,
    recipes,
    rules,
    share,
    strip,
    uses,
    wants,
    wording,
)
from sim.ui.shared.citation import cited
from sim.ui.shared.paid import paid
from sim.ui.shared.public import public_url
from sim.ui.shared.setup import Judge, Setup

MOST_IDLE = 1
"""Sentences on settings without effect; the page has the others."""
LANGUAGE = "en"
MAST = f"Polarity: {wording.ABOUT} {wording.NO_FORECAST}"
DRIVERS = 3
"""Changes that are told one by one; the others stand together."""
TERMS = ("simulated future", "lead", "well ahead", "two-power race")
"""Terms that every brief defines."""
MOST_TERMS = 9
"""Definitions on the page."""
BESIDE = 3
"""Worlds at most whose cells leave room for the measures beside them."""


@dataclass(frozen=True)
class Brief:
    """Everything that stands on the page."""

    title: str
    subject: str
    """The question that it answers."""
    author: str
    blocks: tuple[Block, ...]
    made: str
    """Version, seed, futures, digests, date: what it takes to make it again, for a reader."""
    record: str = ""
    """The same for `polarity brief --verify`, with every setting; no form of the brief shows it."""


Tell = Callable[[float, str], object]
"""Called with the part of the work that is done, 0 to 1, and what comes next."""


def brief(setup: Setup, tell: Tell = lambda done, what: None, then: Record | None = None) -> Brief:
    """The brief of a setup; looks for what would change the answer, which takes some seconds the first time.

    Args:
        setup: what the reader has set.
        tell: told how far it is.
        then: of a saved brief that is made again: the last line names its version, engine, scenario and date.

    Raises:
        InputError: when the setup cannot be simulated, or POLARITY_PUBLIC_URL is no address.
    """
    spec, judge = setup.spec, setup.judge
    link = "" if setup.own or not public_url() else address.link(setup)
    record = record_of(setup, changes.known(spec, judge))
    named = then or record
    tell(0.05, "Simulating your settings")
    mine, base = common.view(spec, judge), common.view(setup.base, judge)
    same = spec.digest() == setup.base.digest()
    asked = question(setup)
    tell(0.2, "Dividing the difference among your changes")
    moved = _moved(setup, mine, base)
    tell(0.4, "Looking for what would change the answer")
    body = (
        *_answer(setup, mine, base, same),
        *_worlds(setup, mine),
        *_figure(setup, mine, None if same else base),
        *_policy(setup),
        *_beside(moved, _changes(setup)),
        *_costs(setup),
        *_tests(),
    )
    return Brief(
        title=f"Polarity brief: {spec.title}{', changed' if setup.changed else ''}",
        subject=asked,
        author=cited()[0],
        blocks=(*_head(setup, mine, asked), *body, *_terms(body), *_sources(spec), *_again(setup, link)),
        made=(
            f"Polarity {named.version}, engine {named.engine}, {mine.futures} futures, seed {mine.seed}, scenario "
            f"{named.scenario}, calibration {spec.calibration}, {named.day}"
        ),
        record=record.text(),
    )  # fmt: skip


def _head(setup: Setup, mine: frames.View, asked: str) -> list[Block]:
    return [Text(line(MAST), "eye"), Text(line(wording.headline_of(mine, setup.counted)), "title"),
            Text(line(asked), "question")]  # fmt: skip


def _beside(left: list[Block], right: list[Block]) -> list[Block]:
    return [Beside(tuple(left), tuple(right))] if left else right


def question(setup: Setup) -> str:
    """The question asked: the library's for a policy as it stands there, the changed policy in words otherwise."""
    worlds = "".join(f" What if: {wording.inside(load(name).title)}?" for name in setup.worlds)
    if not setup.changed:
        return f"{setup.policy.question}{worlds}"
    parts = [levers.differences(setup), wants.differences(setup), *map(injector.described, setup.events),
             *passed.described(setup)]  # fmt: skip
    said = "; ".join(filter(None, parts))
    return f"Who leads in AI at the end of {setup.judge.year} with this policy: {said}?{worlds}"


# -------------------------------------------------------------------------------------------------------- the answer
def _answer(setup: Setup, mine: frames.View, base: frames.View, same: bool) -> list[Block]:
    """What it comes to: the comparison, the median run, and all outcomes."""
    against = "" if same else wording.comparison(mine.counts, base.counts, setup.counted, setup.reference)
    rows = [(grid.MINE_ROW if not same else _capital(setup.reference), mine.counts)]
    if not same:
        rows.append((_capital(setup.reference), base.counts))
    return [
        Text(line(f"{against} {wording.middle(*mine.lead_end, setup.judge.unit)}".strip()), "lead"),
        Text(line(
            f"Polarity simulates the race in artificial intelligence (AI) between the United States and China "
            f"{mine.futures} times, each time with other luck and with other values of what nobody knows. Each run is "
            f"one simulated future; counts are of 100 futures, at the end of {mine.year}. The counts say what follows "
            f"from stated assumptions. They do not cover the chance that the model is wrong."
        )),
        Table((f"Futures of 100, end of {mine.year}", *(LABELS[name] for name in CLASSES)),
              tuple((name, *(str(counts[one]) for one in CLASSES)) for name, counts in rows), strong=(0,)),
    ]  # fmt: skip


def _worlds(setup: Setup, mine: frames.View) -> list[Block]:
    """Policy and world: the cells of the screen with their sentence; then the count by every measure of the lead."""
    measures: list[Block] = [
        Heading(strip.title(mine, setup.counted)),
        Table(("Well ahead from", "Futures"), tuple((how, str(n)) for _, how, n in strip.rows(mine, setup.counted))),
        Text(line(wording.pace(mine.slopes[0], mine.slopes[2], mine.year)), "fine"),
    ]
    if not grid.worth_showing(setup):
        return measures
    found = grid.grid(setup).filled(lambda spec: common.view(spec, setup.judge))
    outcome, rows = setup.counted, [(f"{grid.BASELINE_ROW}: {wording.inside(found.baseline)}", found.base)]
    if found.mine:
        rows.append((grid.MINE_ROW, found.mine))
    cells: list[Block] = [
        Heading(f"{LABELS[outcome]}: policy and world"),
        Table(("Futures of 100", *found.columns),
              tuple((name, *(str(cell.count(outcome)) for cell in row)) for name, row in rows),
              strong=(len(rows) - 1,)),
        Text(line(grid.sentence(found))),
    ]  # fmt: skip
    return [Beside(tuple(cells), tuple(measures))] if len(found.columns) <= BESIDE else [*cells, *measures]


def _figure(setup: Setup, mine: frames.View, base: frames.View | None) -> list[Block]:
    found, unit = chart.marks(setup.spec), mine.judge.unit
    names = ("Median run" if base is None else "Your policy, median run", f"{_capital(setup.reference)}, median run")
    return [
        Figure(
            title=wording.lead_title(mine.lead_now, mine.lead_end[1], mine.judge, mine.year),
            unit=f"US lead in {unit}; below zero China is ahead. The band closes where the record ends.",
            picture=chart.chart(mine, base, names, found),
            told=f"Chart of the US lead from 2022 to {mine.year}. {chart.told(mine, base, setup.reference)}",
            key=chart.key(found),
        )
    ]


def _policy(setup: Setup) -> list[Block]:
    """What is set, beyond what the question says already."""
    found: list[Line] = [line(setup.start.story)]
    if not setup.changed:
        found += [labeled("Differs:", text) for text in (levers.differences(setup), wants.differences(setup)) if text]
        if setup.spec.events:
            found.append(labeled("Events:", wording.listed(list(map(injector.described, setup.spec.events)))))
    if fixed := uses.fixed(setup.spec):
        found.append(labeled("Fixed shares:", fixed))
    if setup.assumptions:
        found.append(labeled("Assumed, for both sides:", assumed.described(setup.assumptions)))
    if setup.judge != Judge():
        found.append(labeled("How the outcome is judged:", wording.judged(setup.judge)))
    idle = " ".join(inert_panel.said(setup.spec)[:MOST_IDLE])
    return [Heading("The scenario"), *(Text(one) for one in found), *([Text(line(idle), "fine")] if idle else [])]


def _moved(setup: Setup, mine: frames.View, base: frames.View) -> list[Block]:
    """The largest parts of the difference from the reference; nothing where there is none."""
    spec, judge = setup.spec, setup.judge
    parts, _ = drivers.parts(setup.base, spec, mine, base)
    if not parts:
        return []
    ranked = sorted(parts, key=lambda part: -abs(part[1]))
    rows = [(label, wording.exactly(size)) for label, size in ranked[:DRIVERS]]
    if ranked[DRIVERS:]:
        rest = ranked[DRIVERS:]
        rows.append((f"{len(rest)} more", wording.exactly(sum(size for _, size in rest))))
    rows.append(("Together", wording.exactly(sum(size for _, size in parts))))
    unit = f"{judge.unit.capitalize()} of US lead, end of {judge.year}"
    return [Heading(f"What moved the lead against {setup.reference}"),
            Table(("", unit), tuple(rows), strong=(len(rows) - 1,))]  # fmt: skip


def _changes(setup: Setup) -> list[Block]:
    found = changes.sentences(setup.spec, setup.judge)
    note = [Text(line(changes.PRECISION), "fine")] if changes.usual(setup.judge) else []
    return [Heading("What would change the answer"), Bullets(tuple(map(line, found))), *note]


def _shown(found: Sequence[Cost]) -> list[Cost]:
    """The largest costs of the United States, of China and of everybody else, the largest of all first."""
    sides = {"united_states": 2, "china": 1, "": 1}
    kept = []
    for cost in found:
        side = cost.actor if cost.actor in sides else ""
        if sides[side]:
            sides[side] -= 1
            kept.append(cost)
    return kept


def _costs(setup: Setup) -> list[Block]:
    """The sentence of the page Explore, and the first of its lines."""
    found, names = paid(setup), costs.labels(setup.spec)
    shown = _shown(found.costs)
    head = Heading("What it costs, and who pays")
    if not shown:
        return [head, Text(line(found.sentence))]
    sides = "Bars to the right cost, bars to the left save or earn; lines: nine in ten runs."
    unit = f"US dollars in {setup.judge.year}, median runs. {sides} {costs.NOT_A_LOSS}"
    drawn = Figure(head.text, unit, payers.picture(shown, names), payers.told(shown, names))
    return [drawn, Text(line(found.sentence))]


# --------------------------------------------------------------------------------------------------- trust and terms
def _tests() -> list[Block]:
    """All blind tests, the one with most data first, and the worst misses of that one."""
    rows, latest = [], kept(CUTOFFS[-1])
    for cutoff in reversed(CUTOFFS):
        score = kept(cutoff).pattern("all")
        if score["points"]:
            hits = evidence_wording.inside(score)
            rows.append((evidence_wording.year_end(cutoff), f"{hits} of {score['points']}"))
    return [
        Heading("How far to trust it"),
        Table(("Blind tests: data given to the", "Later figures inside the 90% range"), tuple(rows)),
        Text(line(f"A range that is right holds nine in ten. {evidence_wording.worst(latest)}")),
    ]


def _terms(body: tuple[Block, ...]) -> list[Block]:
    """Definitions of the terms that stand on the page, those of every brief first."""
    text = " ".join(piece for block in body for piece in words(block)).lower()
    known = glossary.terms()
    used = [name for name, term in known.items() if any(variant.lower() in text for variant in term.variants)]
    chosen = [*TERMS, *(name for name in used if name not in TERMS)][:MOST_TERMS]
    return [Heading("Terms"),
            *(Text(labeled(f"{_capital(name)}:", known[name].definition), "fine") for name in chosen)]  # fmt: skip


def _sources(spec: Scenario) -> list[Block]:
    """The scenario's own sources, and those of the rules by their number on the chart; linked where there is a page."""
    own = [Span(", ".join(filter(None, (source.title, source.date))), source.url) for source in spec.sources]
    signs: dict[tuple[str, str], list[str]] = {}
    for sign, rule in enumerate(rules.telling(), start=1):
        signs.setdefault((rule.source, (rule.url or "").split(" ")[0]), []).append(str(sign))
    found: Line = tuple(part for span in own for part in (span, Span("; ")))[:-1]
    found += (Span(". Rules on the chart: "),)
    for place, ((source, url), which) in enumerate(signs.items()):
        found += (Span(f"{'; ' if place else ''}{', '.join(which)} "), Span(source, url))
    every = Span("the page Sources", f"{public_url()}/sources" if public_url() else "")
    return [Heading("Sources"), Text((*found, Span(". Of every other number: "), every, Span(".")), "fine")]


# -------------------------------------------------------------------------------------------------------- open again
def _again(setup: Setup, link: str) -> list[Block]:
    """How to open this setting: the link and its pattern, or what to do where no public address is known."""
    head = Heading("Open this setting")
    if link:
        told = f"QR code of {link}"
        code = [Code(qr(link), told)] if len(link) <= share.LONGEST else []
        return [head, Text((Span(link, link),), "fine"), *code]
    command = recipes.command(setup, recipes.Dice(common.futures(), common.SEED, common.UNTIL))
    found: list[Block] = [head]
    if setup.own or recipes.needs_file(setup):
        found.append(
            Text(line(f"With the scenario file {recipes.file_name(setup)}, which Data and API makes:"), "fine")
        )
    if not setup.own:
        query = address.query(setup)
        said = (
            f"Put this behind the address of your Polarity: {query}" if query else "Open Polarity: it begins with this."
        )
        found.append(Text(line(said), "fine"))
    return [*found, Text((Span("On the command line: "), Span(command, strong=True)), "code")]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
