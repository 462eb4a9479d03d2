"""What moved for one actor: a board of its own, so that a policy can be seen from The Hague or Abu Dhabi."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.decisions import DECISIONS, pairs
from scenarios.errors import unknown
from scenarios.schema import Scenario
from sim.batch.evaluate import Task, evaluate_all
from sim.checks import check_runs, checked
from sim.engine.inputs import accounts_of
from sim.equations.costs import ITEMS
from sim.results.costs import ACCOUNT
from sim.results.outcomes.scalar import Outcome, parse
from sim.results.paired import Paired, paired
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

YEAR = 2030
COMPUTE, ACCESS, REVENUE, COSTS, SECURITY = "Compute", "Access", "Income", "Spending", "Security"
"""What a board has, in the order in which it shows it."""
ACCESS_SERIES = {
    "received_h100e": ("New chips in the year", 1e3, "thousand H100e"),
    "backlog_usd": ("Chips on order", 1e9, "billion US dollars"),
    "diverted_through": ("Chips smuggled through it in the year", 1e3, "thousand H100e"),
    "rented_from": ("Compute that Chinese users rent there", 1e3, "thousand H100e"),
    "us_chips_in": ("US-owned chips that run there", 1e3, "thousand H100e"),
    "served_by_us": ("Use of AI there on American models", 0.01, "%"),
    "served_by_china": ("Use of AI there on Chinese models", 0.01, "%"),
}
"""Series of access to chips, by name: label, what it is divided by, and the unit."""


CHINA = "china"
ALSO = ("models_abroad",)
"""Accounts that a board shows although another one has them in it."""
CHANNELS = {
    "domestic": "Chips from Chinese fabs", "legal": "Licensed imports", "diverted": "Smuggled chips",
    "offshore": "Newly rented compute abroad",
}  # fmt: skip
"""China's ways to compute, a year of each."""


@dataclass(frozen=True)
class Row:
    """One line of a board."""

    group: str
    name: str
    """What it is called in studies, such as `compute_train.netherlands@2030`."""
    label: str
    unit: str
    before: float
    after: float
    effect: Paired
    """Change, with the same random draws, in the unit."""

    @property
    def share(self) -> float | None:
        """Change against before; None where there was nothing."""
        return self.effect.mean / abs(self.before) if abs(self.before) > 1e-9 else None


@dataclass(frozen=True, repr=False)
class Board(Short):
    """What a scenario changes for one actor, against another scenario."""

    actor: str
    label: str
    spec: Scenario
    base: Scenario
    rows: tuple[Row, ...]
    runs: int
    seed: int
    year: int

    def _facts(self) -> dict[str, Any]:
        return {"actor": self.label, "scenario": self.spec.name, "against": self.base.name, "futures": self.runs}

    def frame(self) -> pl.DataFrame:
        """One row per line: before, after and the change with its 90% interval."""
        import polars as pl

        return pl.DataFrame([
            {"actor": self.actor, "group": row.group, "measure": row.label, "name": row.name, "unit": row.unit,
             "before": row.before, "after": row.after, "change": row.effect.mean, "low": row.effect.low,
             "high": row.effect.high}
            for row in self.rows
        ])  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """The board as plain values."""
        return {"actor": self.actor, "scenario": self.spec.name, "against": self.base.name, "year": self.year,
                "runs": self.runs, "seed": self.seed, "rows": self.frame().drop("actor").to_dicts()}  # fmt: skip


@checked
def board(
    actor: str,
    spec: Scenario,
    base: Scenario,
    year: int = YEAR,
    runs: int = 256,
    seed: int = 0,
    executor: Executor | None = None,
) -> Board:
    """What a scenario changes for an actor: compute, access to chips, income, spending and security.

    Args:
        actor: an actor of the scenario. One that the other has not is shown as it stands, and compared with nothing.
        spec: the scenario.
        base: what it is compared with.
        year: at whose end it is looked at; flows are a year's.
        runs: futures.
        seed: names the dice, which both share.
        executor: who simulates; this process by default.

    Raises:
        InputError: for an actor that there is not, a year out of range, or a number of futures out of range.
    """
    check_runs(runs, fewest=2)
    roster = {row.actor: row for row in spec.roster()}
    if actor not in roster:
        raise unknown("actor", actor, roster)
    usual = base if has(base, actor) else spec
    lines = lines_of(actor, usual, year)
    tasks = [Task(one, tuple(outcome for *_, outcome in lines), runs, seed) for one in (usual, spec)]
    before, after = evaluate_all(tasks, executor)
    rows = []
    for group, label, unit, scale, outcome in lines:
        one, two = before[str(outcome)] / scale, after[str(outcome)] / scale
        if np.any(one) or np.any(two):
            rows.append(
                Row(group, str(outcome), label, unit, float(one.mean()), float(two.mean()), paired(two - one))
            )  # fmt: skip
    return Board(actor, roster[actor].label, spec, base, tuple(rows), runs, seed, year)


def has(spec: Scenario, actor: str) -> bool:
    """Whether a scenario has an actor."""
    return any(row.actor == actor for row in spec.roster())


def lines_of(actor: str, base: Scenario, year: int) -> list[tuple[str, str, str, float, Outcome]]:
    """Group, label, unit, divisor and outcome of every line."""
    known = [row.actor for row in base.roster()]

    def of(name: str) -> Outcome:
        return parse(f"{name}@{year}", known)

    lines = [
        (COMPUTE, "Compute that it uses", "thousand H100e", 1e3, of(f"compute_train.{actor}")),
        (COMPUTE, "Its best model", "index points", 1.0, of(f"capability.{actor}")),
        *((ACCESS, label, unit, scale, of(f"{name}.{actor}")) for name, (label, scale, unit) in ACCESS_SERIES.items()),
    ]  # fmt: skip
    if actor == CHINA:
        lines += [(ACCESS, label, "thousand H100e", 1e3, of(f"flows_china.{name}")) for name, label in CHANNELS.items()]
    for who, item in accounts_of(base.roster()):
        if who == actor and (not ITEMS[item].within or item in ALSO):
            group = REVENUE if ITEMS[item].sign < 0 else COSTS
            lines.append((group, ITEMS[item].label, "billion US dollars", 1e9, of(f"{ACCOUNT}.{actor}.{item}")))
    lines.append((SECURITY, "US lead over China", "months", 1.0, of("lead_months")))
    lines.append((SECURITY, "Chance of a serious accident", "% a year", 1.0, of("governance.accident_hazard")))
    for who, decision in pairs((row.actor, row.kind) for row in base.roster()):
        if who == actor:
            what = DECISIONS[decision]
            lines.append((SECURITY, what.label, what.unit, 1.0, of(f"decisions.{actor}.{decision}")))
    return lines
