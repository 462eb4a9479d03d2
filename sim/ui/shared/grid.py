"""Policy × world: futures with one outcome, under the baseline and the user's policy, as is and in each what if."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from scenarios import load
from scenarios.schema import Scenario
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.paired import Paired, paired_share
from sim.results.wording import listed
from sim.ui.shared import wording
from sim.ui.shared.frames import View
from sim.ui.shared.setup import Setup
from sim.ui.shared.templates import render

AS_IS = "As things stand"
TOGETHER = "All of these"
BASELINE_ROW = "Baseline"
MINE_ROW = "Your policy"


@dataclass(frozen=True)
class Cell:
    """One setting: what is simulated, and its view once there is one."""

    spec: Scenario
    view: View | None = None

    def count(self, outcome: str) -> int | None:
        """Futures in 100; None while it is not simulated."""
        return None if self.view is None else self.view.counts[outcome]


@dataclass(frozen=True)
class Grid:
    """Rows are the baseline and the user's policy, columns the world as is and every chosen what if."""

    outcome: str
    baseline: str
    """The baseline's title."""
    columns: tuple[str, ...]
    base: tuple[Cell, ...]
    mine: tuple[Cell, ...]
    """Empty where the policy is the baseline."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, row by row."""
        return (*self.base, *self.mine)

    def effect(self, column: int) -> Paired | None:
        """What the policy adds in a column: a share of futures, paired; None where a view or the policy is missing."""
        if not self.mine:
            return None
        return difference(self.base[column], self.mine[column], self.outcome)

    def filled(self, view: Callable[[Scenario], View | None]) -> Grid:
        """With the view of every cell."""
        base, mine = (tuple(replace(c, view=c.view or view(c.spec)) for c in row) for row in (self.base, self.mine))
        return replace(self, base=base, mine=mine)


def difference(first: Cell, second: Cell, outcome: str) -> Paired | None:
    """How the share of futures with an outcome differs between two cells, future by future."""
    if first.view is None or second.view is None:
        return None
    n = CLASSES.index(outcome)
    one, other = first.view.codes == n, second.view.codes == n
    return paired_share(one, other, first.spec.digest() == second.spec.digest())


def worlds(now: Setup) -> list[tuple[str, tuple[str, ...]]]:
    """The columns: title, and the what ifs that hold in it."""
    found = [(AS_IS, ()), *((load(name).title, (name,)) for name in now.worlds)]
    return [*found, (TOGETHER, now.worlds)] if len(now.worlds) > 1 else found


def grid(now: Setup) -> Grid:
    """The settings of all cells.

    Raises:
        InputError: where a policy and a what if together are no valid scenario.
    """
    columns = worlds(now)
    return Grid(
        now.counted,
        now.base_in(()).title,
        tuple(title for title, _ in columns),
        tuple(Cell(now.base_in(some)) for _, some in columns),
        () if now.is_baseline else tuple(Cell(replace(now, worlds=some).spec) for _, some in columns),
    )


def worth_showing(now: Setup) -> bool:
    """Whether there is more than one cell."""
    return bool(now.worlds) or not now.is_baseline


def html(found: Grid) -> Markup:
    """The card: the sentence and the table."""
    rows = [(BASELINE_ROW, found.baseline, _texts(found.base, found.outcome))]
    if found.mine:
        rows.append((MINE_ROW, "", _texts(found.mine, found.outcome)))
    effects = [_effect(found, k) for k in range(len(found.columns))] if found.mine else []
    return render(
        "shared/grid.html", outcome=LABELS[found.outcome], columns=found.columns, rows=rows, effects=effects,
        sentence=sentence(found),
    )  # fmt: skip


def _texts(cells: Sequence[Cell], outcome: str) -> list[str]:
    return ["…" if (n := cell.count(outcome)) is None else str(n) for cell in cells]


def _effect(found: Grid, column: int) -> tuple[str, str]:
    """The difference of the two counts that stand in a column, and its 90% interval or that it is none to be told."""
    effect = found.effect(column)
    if effect is None:
        return "…", ""
    change = wording.signed(_change(found, column))
    if not effect.is_clear:
        return change, "no detectable difference"
    return change, "" if effect.half is None else f"±{100 * effect.half:.0f}"


def sentence(found: Grid) -> str:
    """What the card says, in one or two sentences; empty until all cells are there."""
    if any(cell.view is None for cell in found.cells):
        return "Simulating the other cells …"
    if not found.mine:
        return _of_worlds(found)
    head = f"{_adds(found, 0)} as things stand"
    parts = [f"{_short(found, k)} under “{found.columns[k]}”" for k in range(1, len(found.columns))]
    if not parts:
        return f"Your policy {head}."
    return f"Your policy {head}; {listed(parts)}."


def _adds(found: Grid, column: int) -> str:
    """`adds 15 futures of 100`."""
    effect, change = found.effect(column), _change(found, column)
    if effect is None or not effect.is_clear or not change:
        return "makes no detectable difference"
    futures = "future" if abs(change) == 1 else "futures"
    verb = "adds" if change > 0 else "takes away"
    return f"{verb} {abs(change)} {futures} of 100 with {wording.inside(LABELS[found.outcome])}"


def _short(found: Grid, column: int) -> str:
    effect, change = found.effect(column), _change(found, column)
    if effect is None or not effect.is_clear or not change:
        return "no detectable difference"
    return wording.signed(change)


def _change(found: Grid, column: int) -> int:
    """The difference of the two counts that stand in a column."""
    before, after = found.base[column].count(found.outcome), found.mine[column].count(found.outcome)
    return 0 if before is None or after is None else after - before


def _of_worlds(found: Grid) -> str:
    """How the count moves with each what if, where there is no policy to speak of."""
    counts = [cell.count(found.outcome) for cell in found.base]
    parts = [f"{count} under “{name}”" for name, count in zip(found.columns[1:], counts[1:], strict=True)]
    return f"{LABELS[found.outcome]}: {counts[0]} of 100 futures as things stand, {listed(parts)}."
