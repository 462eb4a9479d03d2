"""The questions of autumn 2026, answered: the effect of each on the lead, what it costs whom, and what binds."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios import BASELINE, load
from scenarios.questions import questions
from scenarios.schema import Scenario
from sim.analysis.told import VISIBLE
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import check_runs, checked
from sim.engine.inputs import accounts_of
from sim.ensemble.rng import Array
from sim.equations.costs import ITEMS
from sim.inert import held
from sim.results.costs import ACCOUNT
from sim.results.outcomes.scalar import Outcome, parse
from sim.results.paired import Paired, paired
from sim.results.wording import listed
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

YEAR = 2030
SEEN = 1e8
"""US dollars a year below which a cost is left out."""
RELEASES: tuple[Mapping[str, float], ...] = (
    {"import_permission": 100}, {"cloud_rule": 0}, {"hub_policing": 0}, {"allied_alignment": 95}, {"tool_controls": 0},
    {"distillation_limits": 0}, {"enforcement": 0}, {"us_spending": 200}, {"us_power": 40}, {"hub_effort": 10},
    {"licence_approval": 80, "import_permission": 100}, {"licence_tpp": 60, "import_permission": 100},
    {"licence_tpp": 600, "licence_quota": 100, "import_permission": 100},
    {"licence_tpp": 60, "licence_approval": 80, "import_permission": 100},
    {"licence_tpp": 60, "licence_approval": 80, "import_permission": 100, "china_spending": 300},
    {"licence_tpp": 600, "licence_quota": 100, "licence_approval": 100, "import_permission": 100},
)  # fmt: skip
"""What is released, on both sides of a comparison, to see what held a question back: few settings first."""


@dataclass(frozen=True)
class Bound:
    """What keeps a question from having an effect."""

    words: str
    release: Mapping[str, float]
    """Settings under which it has one."""
    months: float
    """Its effect under them, months of lead."""


@dataclass(frozen=True)
class Answer:
    """One question, answered."""

    id: str
    spec: Scenario
    lead: Paired
    """Months of US lead at the end of the year, against current policy."""
    costs: Mapping[str, Mapping[str, float]]
    """Actor → item → US dollars in the year that it costs; a minus is a gain."""
    binds: Bound | None


@dataclass(frozen=True, repr=False)
class Answers(Short):
    """All questions, answered with the same random draws."""

    base: Scenario
    answers: tuple[Answer, ...]
    runs: int
    seed: int

    def _facts(self) -> dict[str, Any]:
        return {"questions": len(self.answers), "futures": self.runs}

    def frame(self) -> pl.DataFrame:
        """One row per question: what it does to the lead, its largest cost, and what binds."""
        import polars as pl

        rows = []
        for one in self.answers:
            each = [(f"{actor}.{item}", usd) for actor, items in one.costs.items() for item, usd in items.items()]
            name, usd = max(each, key=lambda pair: abs(pair[1]), default=("", 0.0))
            rows.append({
                "id": one.id, "scenario": one.spec.name, "title": one.spec.title,
                f"lead_months_{YEAR}": one.lead.mean, "low": one.lead.low, "high": one.lead.high,
                "largest cost": name, f"usd_{YEAR}": usd, "binds": one.binds.words if one.binds else "",
            })  # fmt: skip
        return pl.DataFrame(rows)

    def summary(self) -> list[dict[str, Any]]:
        """The answers as plain values."""
        return [
            {
                "id": one.id, "question": one.spec.question, "scenario": one.spec.name, "title": one.spec.title,
                "url": one.spec.sources[0].url, "source": one.spec.sources[0].title,
                f"lead_months_{YEAR}": {"mean": one.lead.mean, "low": one.lead.low, "high": one.lead.high},
                f"costs_usd_{YEAR}": {actor: dict(items) for actor, items in one.costs.items()},
                "binds": None if one.binds is None else {
                    "words": one.binds.words, "release": dict(one.binds.release), "months": one.binds.months,
                },
            }
            for one in self.answers
        ]  # fmt: skip


@checked
def answered(
    runs: int = 256, seed: int = 0, executor: Executor | None = None, progress: Progress | None = None
) -> Answers:
    """Answer every question against current policy.

    Args:
        runs: futures of each simulation.
        seed: names the dice, which all share.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).
    """
    check_runs(runs, fewest=2)
    base, asked = load(BASELINE), questions()
    lead = parse(f"lead_months@{YEAR}")
    roster = [row.actor for row in base.roster()]
    accounts = {
        f"{actor}.{item}": parse(f"{ACCOUNT}.{actor}.{item}@{YEAR}", roster)
        for actor, item in accounts_of(base.roster())
    }  # fmt: skip
    every = (lead, *accounts.values())
    usual, *each = evaluate_all([Task(s, every, runs, seed) for s in (base, *asked.values())], executor, progress)
    effects = {name: paired(found[str(lead)] - usual[str(lead)]) for name, found in zip(asked, each, strict=True)}
    bound = _bound(base, {n: s for n, s in asked.items() if not acts(effects[n])}, lead, runs, seed, executor)
    return Answers(base, tuple(
        Answer(name, spec, effects[name], _costs(accounts, usual, found), bound.get(name))
        for (name, spec), found in zip(asked.items(), each, strict=True)
    ), runs, seed)  # fmt: skip


def acts(effect: Paired) -> bool:
    """Whether an effect is worth calling one: large enough, and with an interval that leaves out zero."""
    return abs(effect.mean) >= VISIBLE and effect.is_clear


def _costs(
    accounts: Mapping[str, Outcome], usual: Mapping[str, Array], found: Mapping[str, Array]
) -> dict[str, dict[str, float]]:
    """What a question costs whom, US dollars in the year."""
    result: dict[str, dict[str, float]] = {}
    for name, outcome in accounts.items():
        actor, _, item = name.partition(".")
        usd = ITEMS[item].sign * float((found[str(outcome)] - usual[str(outcome)]).mean())
        if abs(usd) >= SEEN and not ITEMS[item].within:
            result.setdefault(actor, {})[item] = float(f"{usd:.5g}")
    return result


def _bound(
    base: Scenario, idle: Mapping[str, Scenario], lead: Outcome, runs: int, seed: int, executor: Executor | None
) -> dict[str, Bound]:
    """What holds back questions without an effect, by trial."""
    tried = [
        (name, release, base.with_levers(**release), spec.with_levers(**release))
        for name, spec in idle.items() for release in RELEASES if not set(release) & set(spec.levers)
    ]  # fmt: skip
    specs = {s.digest(): s for _, _, before, after in tried for s in (before, after)}
    answers = evaluate_all([Task(s, (lead,), runs, seed) for s in specs.values()], executor)
    leads = {digest: found[str(lead)] for digest, found in zip(specs, answers, strict=True)}
    result: dict[str, Bound] = {}
    for name, release, before, after in tried:
        effect = paired(leads[after.digest()] - leads[before.digest()])
        if name not in result and acts(effect):
            words = f"limited by {listed([held(base, lever) for lever in release])}"
            result[name] = Bound(words, release, float(f"{effect.mean:.3g}"))
    return result
