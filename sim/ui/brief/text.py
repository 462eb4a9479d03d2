"""A one-page brief: what the screen shows of a setup, in words and few numbers, made from the same views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sim
from scenarios.schema import Scenario
from sim.hindcast.blind import CUTOFFS
from sim.hindcast.kept import kept
from sim.results.costs import reference_of
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.ui.evidence import wording as evidence_wording
from sim.ui.shared import assumed, changes, common, costs, drivers, frames, injector, levers, uses, wants, wording
from sim.ui.shared.setup import Judge, Setup

NOT_A_FORECAST = (
    "Estimates of what follows from stated assumptions, not forecasts. The ranges cover luck and unknown inputs, not "
    "the chance that the model is wrong."
)

COST_LINES = 4
"""Lines of costs on the page."""


@dataclass(frozen=True)
class Brief:
    """Everything that stands on the page."""

    title: str
    question: str
    scenario: tuple[str, ...]
    """The scenario in words: its story, what was changed, what is assumed otherwise."""
    verdict: str
    detail: str
    year: int
    outcomes: tuple[tuple[str, int, int], ...]
    """Outcome, futures in 100 here, and under the reference."""
    reference: str
    drivers_head: str
    drivers: tuple[tuple[str, str], ...]
    """What, and by how much."""
    costs: str
    """The largest costs in one sentence."""
    cost_lines: tuple[tuple[str, str], ...]
    """Who pays what, and how much."""
    costs_note: str
    changes: tuple[str, ...]
    """What would change the answer."""
    evidence: str
    sources: tuple[str, ...]
    made: str
    """Version, seed, futures, digests, date: what it takes to make it again."""
    link: str


def brief(setup: Setup, link: str, reference: str) -> Brief:
    """The brief of a setup; looks for what would change the answer, which takes some seconds the first time.

    Raises:
        InputError: when the setup cannot be simulated.
    """
    spec, base_spec, judge = setup.spec, setup.base, setup.judge
    mine, base = common.view(spec, judge), common.view(base_spec, judge)
    same = spec.digest() == base_spec.digest()
    against = (
        f"This is {reference}." if same else wording.comparison(mine.counts, base.counts, setup.counted, reference)
    )
    head, parts = _drivers(spec, base_spec, mine, base, judge, reference)
    cost, lines = _costs(spec, judge.year)
    return Brief(
        title=spec.title + (", changed" if setup.changed else ""),
        question=spec.question,
        scenario=tuple(_scenario(setup)),
        verdict=wording.headline_of(mine, setup.counted),
        detail=f"{against} {wording.middle(*mine.lead_end, judge.unit)}",
        year=mine.year,
        outcomes=tuple((LABELS[name], mine.counts[name], base.counts[name]) for name in CLASSES),
        reference=reference,
        drivers_head=head,
        drivers=parts,
        costs=cost,
        cost_lines=lines,
        costs_note=f"Median of futures, and where nine in ten lie; a minus saves or earns money. {costs.NOT_A_LOSS}",
        changes=tuple(changes.sentences(spec, judge)),
        evidence=_evidence(),
        sources=tuple(_source(spec)),
        made=(
            f"Polarity {sim.__version__}, {mine.futures} futures, seed {mine.seed}, scenario {spec.digest()}, "
            f"calibration {spec.calibration}, {date.today().isoformat()}."
        ),
        link=link,
    )


def _scenario(setup: Setup) -> list[str]:
    found = [setup.start.story]
    if otherwise := levers.differences(setup):
        found.append(f"Set otherwise than under {setup.reference}: {otherwise}.")
    if wanted := wants.differences(setup):
        found.append(f"What nations want otherwise: {wanted}.")
    if fixed := uses.fixed(setup.spec):
        found.append(f"Fixed shares: {fixed}.")
    if setup.spec.events:
        found.append(f"What happens: {wording.listed(list(map(injector.described, setup.spec.events)))}.")
    if setup.assumptions:
        found.append(f"Assumed, for both sides: {assumed.described(setup.assumptions)}.")
    if setup.judge != Judge():
        found.append(f"Judged so: {wording.judged(setup.judge)}.")
    return found


def _drivers(
    spec: Scenario, base_spec: Scenario, mine: frames.View, base: frames.View, judge: Judge, reference: str
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The three largest parts of the difference; without one, the three levers that would make the largest."""
    if spec.digest() == base_spec.digest():
        head = f"What would move the lead most, one lever at a time ({judge.unit}, end of {judge.year})"
        return head, tuple(changes.largest(spec, judge)[:3])
    parts, _ = drivers.parts(base_spec, spec, mine, base)
    ranked = sorted(parts, key=lambda part: -abs(part[1]))
    rows = [(label, wording.exactly(size)) for label, size in ranked[:3]]
    if ranked[3:]:
        rows.append((f"{len(ranked) - 3} more", wording.exactly(sum(size for _, size in ranked[3:]))))
    total = wording.exactly(sum(size for _, size in parts))
    head = f"What moved the lead against {reference} ({judge.unit}, end of {judge.year}; together {total})"
    return head, tuple(rows)


def _costs(spec: Scenario, year: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The sentence of the page Explore, and the first of its lines."""
    usual, names = reference_of(spec), costs.labels(spec)
    found = common.costs_of(spec, year)
    said = costs.sentence(found, costs.acting(spec, usual), year, costs.against(usual), names)
    lines = [
        (f"{costs.line(cost, names)} ({wording.inside(costs.group(cost))})",
         costs.amount(cost))
        for cost in found[:COST_LINES]
    ]  # fmt: skip
    return said, tuple(lines)


def _evidence() -> str:
    found = kept(CUTOFFS[-1])
    return f"{evidence_wording.verdict(found)} {evidence_wording.worst(found)}"


def _source(spec: Scenario) -> list[str]:
    found = [", ".join(filter(None, (source.title, source.date, source.url))) for source in spec.sources]
    return [*found, "Parameters and recorded figures: the tables of Polarity, each row with its source."]
