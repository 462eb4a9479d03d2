"""Who feels what a partner does by itself: for each of its levers, the line on another's board that moves the most."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scenarios import BASELINE, load
from scenarios.decisions import DECISIONS, taken_by
from scenarios.errors import unknown
from scenarios.partner_levers import PARTNER_LEVERS, levers_of
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from sim.analysis.board import SECURITY, lines_of
from sim.batch.evaluate import Task, evaluate_all
from sim.checks import check_runs, checked
from sim.ensemble.rng import Array
from sim.results.outcomes.scalar import Outcome, parse
from sim.results.paired import paired

if TYPE_CHECKING:
    from concurrent.futures import Executor

STORED = Path(__file__).parent / "reach.json"
SMALLEST = {"thousand H100e": 500.0, "billion US dollars": 1.0, "%": 5.0}
"""What a line must be at least, in its unit, for a change of it to count: much of next to nothing is nothing."""
LEAST = 1e-9
"""What any line must be at least."""
FELT = 0.05
"""Share of a line of somebody else's board from which a lever is said to be felt there."""


@dataclass(frozen=True)
class Reach:
    """What a lever of a partner does at one end of its range, where it is felt the most by somebody else."""

    lever: str
    label: str
    setting: float
    unit: str
    felt_by: str
    """Label of the actor."""
    measure: str
    """The line of its board."""
    before: float
    after: float
    line_unit: str
    share: float
    """Change against before; an infinite one, where there was nothing, does not count."""
    lead_months: float
    """What it does to the US lead over China at the end of the year."""

    @property
    def felt(self) -> bool:
        """Whether it moves that line by a twentieth."""
        return abs(self.share) >= FELT

    @property
    def told(self) -> str:
        """The same in words."""
        way = "up" if self.share > 0 else "down"
        return (
            f"{self.label} at {self.setting:g} {self.unit}: “{self.measure}” of {self.felt_by} goes {way} by "
            f"{abs(self.share):.0%}"
        )


class _Move(NamedTuple):
    """One end of what a partner can decide."""

    name: str
    label: str
    setting: float
    unit: str
    spec: Scenario


@checked
def reach_of(
    actor: str, base: Scenario | None = None, year: int = DEFAULT_HORIZON, runs: int = 128, seed: int = 0,
    executor: Executor | None = None,
) -> tuple[Reach, ...]:  # fmt: skip
    """For each lever and decision of a partner, who else feels it most, at the end of its range that they feel more.

    Args:
        actor: a partner.
        base: the scenario in which it acts; by default current policy.
        year: at whose end it is looked at.
        runs: futures, the same for all.
        seed: names the dice.
        executor: who simulates; this process by default.

    Raises:
        InputError: for an actor that has no levers of its own, or a number of futures out of range.
    """
    check_runs(runs, fewest=2)
    start = base or load(BASELINE)
    moves = _moves(actor, start)
    labels = {row.actor: row.label for row in start.roster()}
    found = {
        str(outcome): (labels[who], label, unit, scale, outcome)
        for who in labels if who != actor
        for group, label, unit, scale, outcome in lines_of(who, start, year) if group != SECURITY
    }  # fmt: skip
    lead = parse(f"lead_months@{year}", tuple(labels))
    asked = (*(line[-1] for line in found.values()), lead)
    usual, *others = evaluate_all([Task(s, asked, runs, seed) for s in (start, *(m.spec for m in moves))], executor)
    best: dict[str, Reach] = {}
    for move, values in zip(moves, others, strict=True):
        name, share = _most(usual, values, found)
        who, label, unit, scale, _ = found[name]
        one = Reach(
            move.name, move.label, move.setting, move.unit, who, label, float(usual[name].mean() / scale),
            float(values[name].mean() / scale), unit, share, float((values[str(lead)] - usual[str(lead)]).mean()),
        )  # fmt: skip
        if move.name not in best or abs(one.share) > abs(best[move.name].share):
            best[move.name] = one
    return tuple(best.values())


def _moves(actor: str, start: Scenario) -> list[_Move]:
    """Both ends of every lever and decision of a partner, but for those at which it stands."""
    own = levers_of(actor)
    if not own:
        raise unknown("partner", actor, partners())
    moves = [
        _Move(lever.name, lever.label, end, lever.unit, start.with_levers(**{lever.name: end}))
        for lever in own for end in (lever.low, lever.high) if end != lever.default
    ]  # fmt: skip
    row = next(row for row in start.roster() if row.actor == actor)
    for name in taken_by(actor, row.kind):
        decision = DECISIONS[name]
        for level in (decision.levels[0], decision.levels[-1]):
            spec = start.with_changes(decisions={actor: {name: level}})
            moves.append(_Move(f"{name}.{actor}", f"{row.label}: {decision.label}", level, decision.unit, spec))
    return moves


def _most(
    usual: dict[str, Array], moved: dict[str, Array], names: Mapping[str, tuple[str, str, str, float, Outcome]]
) -> tuple[str, float]:
    """The line that changes most against its mean, of those whose change is no accident of the draws."""
    most, found = next(iter(names)), 0.0
    for name, (_, _, unit, scale, _) in names.items():
        mean = float(usual[name].mean())
        if abs(mean) / scale < SMALLEST.get(unit, 0.0) or abs(mean) < LEAST:
            continue
        effect = paired(moved[name] - usual[name])
        share = effect.mean / abs(mean)
        if (
            effect.low is not None
            and effect.high is not None
            and effect.low * effect.high > 0
            and abs(share) > abs(found)
        ):
            most, found = name, share
    return most, found


@cache
def stored() -> tuple[Reach, ...]:
    """What `polarity board partners --levers --json` gave for this version."""
    rows = json.loads(STORED.read_text(encoding="utf-8"))
    return tuple(Reach(**{name: row[name] for name in Reach.__dataclass_fields__}) for row in rows)


def partners() -> tuple[str, ...]:
    """Actors that have levers of their own, in the order of the table."""
    return tuple(dict.fromkeys(lever.actor for lever in PARTNER_LEVERS.values()))


def summary(rows: Iterable[Reach]) -> list[dict[str, Any]]:
    """Rows as plain values."""
    return [asdict(row) | {"felt": row.felt} for row in rows]
