"""Fitting a campaign into a time: which runs are kept where a device is too slow for all of them.

A pure function of the plan, of what a step costs on the device, and of the seconds there are, so that an interrupted
campaign comes to the same choice. The most expensive runs go first: along a size's budgets the largest, since a
smaller one neither needs it nor changes without it. Where the fewest cells that carry a law are still too many, every
budget of text is halved, and again; from a sixteenth on, fewer cells say more than cells of hardly any text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from calibration.microbench import Sizes
from calibration.model import Shape
from calibration.plan import Plan, RLPlan
from calibration.rl import SCORES
from calibration.scaling import FORMS, LEAST_CELLS
from calibration.train import DECAY

SHARES = {"bench": 0.12, "grid": 0.55, "levers": 0.55}
"""What a part may use: of the whole limit, of what is left for runs, and of what the grid leaves; reinforcement has the
rest. About the shares that the standard campaign uses on a processor."""
FIT, MOST_FIT = 0.15, 0.25
"""Share of the limit that is kept for the fit; and at most, where those that cannot be left out need more."""
MARGIN = 0.9
"""Share of the remaining time that runs are planned for: a shared machine may be slower than at its first steps."""
SERIES = 16
"""Series of microbenchmarks that share the time for them."""
HALVINGS, MOST_HALVINGS = 4, 12
"""How often text is halved to keep enough runs for a law, and to keep any at all."""
FEWEST_STEPS = 32
"""Steps that the smallest budget should have: with fewer, halving the text halves the sequences of a step too."""
WRITING = 5.0
"""Writing text costs this many times the arithmetic of reading it; from the committed campaigns."""
FEWEST_RL_STEPS = 50
"""Steps below which reinforcement is not shortened: it would show no curve."""
TAUGHT_STEPS = 150
"""Steps of demonstrations before and after reinforcement, each; the committed campaigns took 50 to 125."""
LEAST_BOOTSTRAPS = 20


@dataclass(frozen=True)
class Pace:
    """Seconds that things take on a device, measured on a few steps or extrapolated from what was measured."""

    per_token: Mapping[str, float]
    """Seconds of training per token, by size."""
    batch: int
    """Sequences of a step that this was measured with."""
    fixed: float
    """Share of such a step of the smallest size that is the same for any number of sequences."""
    measured: tuple[str, ...]
    """The sizes that were tried; the others follow from them by their arithmetic."""
    flop_per_second: float
    """Of the largest size that was tried."""
    rl_step: float
    """Seconds of a step of reinforcement."""
    rl_taught: float
    """Seconds of a step of demonstrations, its share of the scoring included."""
    rl_score: float
    search: float
    """Seconds of one search for a law."""

    def as_row(self) -> dict[str, Any]:
        """As the log keeps it."""
        return asdict(self)


def pace_from(row: Mapping[str, Any]) -> Pace:
    """What `as_row` wrote."""
    found = {name: row[name] for name in Pace.__dataclass_fields__}
    return Pace(**found | {"measured": tuple(found["measured"])})


@dataclass(frozen=True)
class Budget:
    """A plan that fits, and what each part of it should take."""

    plan: Plan
    halvings: int
    grid: float
    """Seconds, the repeated cell included."""
    levers: float
    reinforcement: float


# --- what runs cost -------------------------------------------------------------------------------------------------


def training(plan: Plan, pace: Pace, shape: Shape, budgets: tuple[int, ...], batch: int | None = None) -> float:
    """Seconds of one size on some budgets of a common trunk, with the scores of each."""
    tokens = max(budgets, default=0) * (1 - DECAY) + DECAY * sum(budgets)
    slower = 1 + pace.fixed * (pace.batch / (batch or plan.batch) - 1)
    scoring = len(budgets) * plan.scored * plan.context / 3  # a forward pass is a third of a step
    return pace.per_token[shape.name] * (tokens * slower + scoring)


def levers(plan: Plan, pace: Pace) -> dict[str, float]:
    """Seconds of each lever of a plan, with the plain runs that it is read against."""
    lever = plan.levers
    teacher = pace.per_token[plan.teacher[0].name] / 3  # asked, not trained
    passes = tuple(lever.unique * epochs for epochs in lever.epochs)
    longest = lever.unique * (1 + lever.stretched)
    below = tuple(_doubling(lever.unique, min(plan.budgets)))
    asked = sum(lever.distilled) * (DECAY + 1) * teacher  # a trunk and its decays, roughly
    costs = {
        "distillation": training(plan, pace, lever.student, lever.distilled) + asked
        + training(plan, pace, lever.student, (min(lever.distilled),)),
        "repetition": training(plan, pace, lever.reader, passes)
        + sum(training(plan, pace, lever.reader, (budget,)) for budget in below),
        "synthetic": WRITING * teacher * lever.unique * lever.stretched
        + training(plan, pace, lever.reader, (longest,)),
        "optimizer": sum(_optimizer(plan, pace, shape) for shape in lever.optimized),
    }  # fmt: skip
    if "repetition" not in lever.names or longest not in passes:  # its reference is trained for it alone
        costs["synthetic"] += training(plan, pace, lever.reader, (longest,))
    return {name: costs[name] for name in lever.names}


def _optimizer(plan: Plan, pace: Pace, shape: Shape) -> float:
    budget = min(plan.budgets)
    tried = sum(training(plan, pace, shape, (budget,), batch) for batch, _ in plan.levers.adam)
    return tried + sum(training(plan, pace, shape, (below,)) for below in _doubling(budget // 4, budget))


def _doubling(least: int, end: int) -> Iterator[int]:
    while least < end:
        yield least
        least *= 2


def reinforcement_run(rl: RLPlan, pace: Pace) -> float:
    """Seconds of one reinforcement run: demonstrations before, the run, and as many demonstrations as equal it."""
    return rl.steps * pace.rl_step + 2 * TAUGHT_STEPS * pace.rl_taught + (SCORES + 1) * pace.rl_score


# --- what is kept ---------------------------------------------------------------------------------------------------


def fit_into(plan: Plan, pace: Pace, seconds: float) -> Budget:
    """The plan with the runs that fit.

    Args:
        plan: what would be done with all the time in the world.
        pace: what it costs on this device.
        seconds: for training runs and reinforcement.

    Raises:
        ValueError: where not even the shortest grid fits.
    """
    seconds *= MARGIN
    shorter, halvings = plan, 0
    while (kept := _grid(shorter, pace, SHARES["grid"] * seconds, LEAST_CELLS if halvings < HALVINGS else 1)) is None:
        if halvings == MOST_HALVINGS:
            raise ValueError(f"--within is too short for this device: {seconds:.0f} s are left for training runs")
        shorter, halvings = halved(shorter), halvings + 1
    shorter, grid = kept
    left = seconds - grid
    costs = levers(shorter, pace)
    while sum(costs.values()) > SHARES["levers"] * left:
        del costs[max(costs, key=costs.__getitem__)]
    lever = replace(shorter.levers, names=tuple(costs))
    left -= sum(costs.values())
    rl, taken = _reinforcement(shorter.rl, pace, left)
    return Budget(replace(shorter, levers=lever, rl=rl), halvings, grid, sum(costs.values()), taken)


def _reinforcement(rl: RLPlan, pace: Pace, seconds: float) -> tuple[RLPlan, float]:
    """The reinforcement runs that fit and the seconds they take: fewer seeds, then fewer steps, then fewer bases."""
    while seconds < len(rl.bases) * reinforcement_run(rl, pace) and rl.steps >= 2 * FEWEST_RL_STEPS:
        rl = replace(rl, steps=rl.steps // 2)
    each = reinforcement_run(rl, pace)
    runs = min(int(seconds / each), len(rl.bases) * rl.seeds)
    if runs < len(rl.bases) * rl.seeds:
        rl = replace(rl, bases=rl.bases[:runs], seeds=max(runs // len(rl.bases), 1))
    return rl, len(rl.bases) * rl.seeds * each


def _grid(plan: Plan, pace: Pace, seconds: float, least: int) -> tuple[Plan, float] | None:
    """The plan with the cells that fit and the seconds they take; None where fewer than `least` would be left."""
    kept = {shape: plan.cells(shape) for shape in plan.sizes}
    least = min(sum(map(len, kept.values())), least)

    def cost() -> float:
        return sum(training(plan, pace, shape, budgets) for shape, budgets in kept.items())

    def saved(shape: Shape) -> float:
        return training(plan, pace, shape, kept[shape]) - training(plan, pace, shape, kept[shape][:-1])

    seeded = training(plan, pace, plan.shape(plan.seed_cell[0]), (plan.seed_cell[1],))
    room = seconds - min(plan.seeds, 1) * seeded
    while cost() > room:
        if sum(map(len, kept.values())) <= least:
            return None
        dearest = max((shape for shape in kept if kept[shape]), key=saved)
        kept[dearest] = kept[dearest][:-1]
    shorter = restricted(plan, {(shape.name, budget) for shape, own in kept.items() for budget in own})
    seeds = min(plan.seeds, int((seconds - cost()) / seeded)) if seeded else plan.seeds
    return replace(shorter, seeds=seeds), cost() + seeds * seeded


def restricted(plan: Plan, kept: set[tuple[str, int]]) -> Plan:
    """The plan with these cells of its grid alone, and levers on sizes that have some."""
    sizes = tuple(shape for shape in plan.sizes if any((shape.name, budget) in kept for budget in plan.budgets))
    without = frozenset((s.name, b) for s in plan.sizes for b in plan.budgets if (s.name, b) not in kept)
    lever, names = plan.levers, {shape.name for shape in sizes}
    gone = {"distillation"} if lever.student.name not in names else set()
    gone |= {"repetition", "synthetic"} if lever.reader.name not in names else set()
    optimized = tuple(shape for shape in lever.optimized if shape.name in names)
    gone |= set() if optimized else {"optimizer"}
    cell = plan.seed_cell
    if cell not in kept:
        cell = min(kept, key=lambda c: (c[0] != cell[0], c[1]))  # the same size if there is one, its smallest budget
    return replace(
        plan, sizes=sizes, without=without, seed_cell=cell,
        levers=replace(lever, optimized=optimized, names=tuple(name for name in lever.names if name not in gone)),
    )  # fmt: skip


def halved(plan: Plan) -> Plan:
    """The plan on half as much text everywhere, in smaller steps where there would be few of them."""
    lever, recipe = plan.levers, plan.recipe
    few = min(plan.budgets) < 2 * FEWEST_STEPS * plan.batch * plan.context

    def sequences(batch: int) -> int:
        return max(batch // 2, 1) if few else batch

    return replace(
        plan, batch=sequences(plan.batch), scored=max(plan.scored // 2, 64), fit_from=plan.fit_from // 2,
        budgets=tuple(budget // 2 for budget in plan.budgets),
        without=frozenset((name, budget // 2) for name, budget in plan.without),
        seed_cell=(plan.seed_cell[0], plan.seed_cell[1] // 2),
        recipe=replace(recipe, warm_up=recipe.warm_up // 2),
        levers=replace(
            lever, distilled=tuple(budget // 2 for budget in lever.distilled), unique=lever.unique // 2,
            adam=tuple((sequences(batch), rate) for batch, rate in lever.adam),
        ),
    )  # fmt: skip


def fit_seconds(plan: Plan, pace: Pace, within: float) -> float:
    """What to keep for the fit: its share or what it needs; nothing where that is more than training can spare."""
    draws = min(LEAST_BOOTSTRAPS, plan.bootstraps), plan.bootstraps
    least, most = (pace.search * (_searches(plan) + 2 * count) for count in draws)
    return min(max(FIT * within, least), most) if least < MOST_FIT * within else 0.0


def _searches(plan: Plan) -> int:
    """Searches for a law that cannot be left out: each form, the fit held back, and each cell left out of each form."""
    cells = sum(len(plan.cells(shape)) for shape in plan.sizes)
    return sum(len(form.starts) for form in FORMS.values()) + len(FORMS["additive"].starts) + 2 * cells * len(FORMS)


def bootstraps(plan: Plan, search: float, seconds: float) -> int:
    """As many refits of the law as fit into the time; 0 where there is none for a law at all.

    Args:
        plan: says how many there are without a limit, and the cells.
        search: seconds of one search for a law through them.
        seconds: for all of the fit.
    """
    fitting = int((seconds / search - _searches(plan)) / 2)
    return min(plan.bootstraps, fitting) if fitting >= min(LEAST_BOOTSTRAPS, plan.bootstraps) else 0


def bench_sizes(sizes: Sizes, plan: Plan, pace: Pace, seconds: float) -> Sizes:
    """Microbenchmarks that end in time.

    A series stops where it takes too long, and the training step is no larger than the device can repeat.
    """
    most = seconds / SERIES
    shape, batch = sizes.step, sizes.step_batch

    def step() -> float:
        return shape.train_flop(batch * shape.context) / pace.flop_per_second

    while step() > most and batch > 1:
        batch //= 2
    for smaller in reversed(plan.sizes):
        if step() <= most:
            break
        if smaller.train_flop(1) < shape.train_flop(1):
            shape = smaller
    return replace(sizes, most_seconds=most, step=shape, step_batch=batch)
