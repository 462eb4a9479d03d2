"""What would change the answer: every lever moved to its ends, and the nearest setting with another outcome."""

from __future__ import annotations

from scenarios.levers import LEVERS
from scenarios.quantities import Z90
from scenarios.schema import Scenario
from sim.analysis.flips import Change, Flips, flips, shares_of
from sim.analysis.prices import PriceList, price_list
from sim.batch.evaluate import Task, evaluate_all
from sim.results.outcomes.polarity import CLASSES, MONTHS
from sim.results.outcomes.scalar import parse
from sim.results.wording import PHRASES
from sim.ui.shared import common, levers, wording
from sim.ui.shared.setup import Judge

FEW = common.FEWER
"""Futures of each of the many simulations."""
MOST = 3
"""Flips that are looked for, the nearest ones."""
SECONDS = 6
"""Roughly what both searches take on two processors."""
PRECISION = (
    f"Each setting was tried in {FEW} futures: a count is good to ±{100 * Z90 * (0.25 / FEW) ** 0.5:.0f}. A lever "
    "that turns the outcome only between the settings that were tried can be missed."
)


def usual(judge: Judge) -> bool:
    """Whether outcomes are judged by the ruler for which flips and shares can be worked out."""
    return (judge.ruler, judge.limit) == ("fixed_pace", MONTHS)


def _asks(judge: Judge) -> tuple[str, ...]:
    lead = f"{judge.series}@{judge.year}"
    return (lead, f"us_ahead@{judge.year}") if usual(judge) else (lead,)


def known(spec: Scenario, judge: Judge) -> bool:
    """Whether it has been worked out for somebody already."""
    return common.has("prices", (spec,), _asks(judge), FEW)


def prices(spec: Scenario, judge: Judge) -> PriceList:
    """What each lever does to the lead, and to the futures with the United States well ahead, at both of its ends."""

    def make(bare: Scenario) -> PriceList:
        asks = [parse(ask) for ask in _asks(judge)]
        with common.waiting("Moving every lever to its ends") as progress:
            pool = common.analysts()
            return price_list(bare, asks, runs=FEW, executor=pool, progress=progress, thorough=False)

    return common.remembered("prices", make, (spec,), _asks(judge), FEW)


def flipping(spec: Scenario, judge: Judge) -> Flips:
    """Which single lever makes another outcome the most common one, judged by the usual ruler."""

    def make(bare: Scenario) -> Flips:
        with common.waiting("Looking for the nearest setting with another outcome") as progress:
            pool = common.analysts()
            return flips(bare, judge.year, kinds=("lever",), runs=FEW, executor=pool, progress=progress, nearest=MOST)

    return common.remembered("flips", make, (spec,), judge.year, FEW)


def _level_pair(spec: Scenario, judge: Judge) -> tuple[str, ...]:
    """The two most common outcomes where they are about equally common: nothing needs to be searched for then."""
    outcome = parse(f"outcome@{judge.year}")
    (answer,) = evaluate_all([Task(spec, (outcome,), FEW)], common.analysts())
    shares = shares_of(answer[str(outcome)])
    first, second = sorted(CLASSES, key=lambda name: -shares[name])[:2]
    return (first, second) if shares[first] - shares[second] < Z90 * (2 / FEW) ** 0.5 else ()


def largest(spec: Scenario, judge: Judge) -> list[tuple[str, str]]:
    """The end of each lever that moves the lead most, and by how much, from the largest on."""
    listed = prices(spec, judge)
    rows = []
    for group in listed.by_lever():
        best = max(group, key=lambda price: abs(price.effects[listed.lead].mean))
        label = f"{best.lever.label} at {wording.with_unit(best.value, best.lever.unit)}"
        rows.append((label, wording.exactly(best.effects[listed.lead].mean)))
    return rows


def sentences(spec: Scenario, judge: Judge, most: int = MOST) -> list[str]:
    """What would have to be true for another outcome: the smallest moves of single levers."""
    if not usual(judge):
        return [f"Available only if well ahead means {MONTHS:g} months at a fixed pace."]
    if level := _level_pair(spec, judge):
        even = f"Almost anything: {PHRASES[level[0]]} and {PHRASES[level[1]]} are about equally common."
        strongest = largest(spec, judge)[:1] if known(spec, judge) else []
        said = (f"The strongest single lever: {name}, {months} {judge.unit} of US lead." for name, months in strongest)
        return [even, *said]
    found = flipping(spec, judge)
    if not found.flipping:
        closest = found.changes[0]
        label = LEVERS[closest.name].label
        return [
            f"No single lever makes another outcome the most common. {label} comes closest: at "
            f"{_level(closest.name, closest.value)}, the count for {PHRASES[found.now]} falls to "
            f"{100 * closest.shares[found.now]:.0f} of 100 (from {100 * found.shares[found.now]:.0f})."
        ]
    return [
        f"{LEVERS[change.name].label} at about {_level(change.name, _to_step(change))} instead of "
        f"{_now(spec, change)}: then {PHRASES[change.outcome]} becomes the most common outcome "
        f"({100 * change.shares[change.outcome]:.0f} of 100)."
        for change in found.flipping[:most]
    ]


def settings(spec: Scenario, judge: Judge, most: int = MOST) -> list[tuple[str, float]]:
    """Levers of the nearest flips, each with the first stop of its control at which the outcome is another one."""
    result = []
    for change in flipping(spec, judge).flipping[:most] if usual(judge) and not _level_pair(spec, judge) else ():
        stops = levers.stops(LEVERS[change.name])
        past = [s for s in stops if (s >= change.value if change.value >= change.start else s <= change.value)]
        result.append((change.name, min(past or stops, key=lambda stop: abs(stop - change.value))))
    return result


def _to_step(change: Change) -> float:
    """Where a lever has to go, to a step of its control: counts are too few to say it more exactly."""
    lever = LEVERS[change.name]
    return lever.low + round((change.value - lever.low) / lever.step) * lever.step


def _now(spec: Scenario, change: Change) -> str:
    """Where a lever stands: in the words of its control where it is left to the model."""
    setting = spec.setting(change.name)
    return levers.shown(LEVERS[change.name], setting) if isinstance(setting, str) else _level(change.name, change.start)


def _level(name: str, value: float) -> str:
    return wording.with_unit(float(f"{value:.3g}"), LEVERS[name].unit)
