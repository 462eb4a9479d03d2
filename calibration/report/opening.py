"""What stands above the sections: how little the run pins down, in a heading, a few sentences and four numbers."""

from __future__ import annotations

from calibration import mapping
from calibration.record import IN_USE, CalibrationRecord, numbers
from calibration.report import effect
from calibration.report.blocks import Blocks, pair, text, tiles
from calibration.report.densities import wider
from calibration.report.draft import Draft
from calibration.report.grid import cells_of
from calibration.report.moves import moves
from calibration.report.words import interval, number, signed, typeset

KINDS = {"literature": "The literature", "readings": "Published and single measurements"}
"""Results that are of no machine, by kind."""


def title(record: CalibrationRecord) -> str:
    """A result's name for people: its machine, how much was run, and when."""
    what = KINDS.get(record.kind, record.device)
    tier = f", {record.provenance.tier} campaign" if record.provenance else ""
    return f"{what}{tier}, {record.made}{' (in use)' if record.id == IN_USE else ''}"


def headline(draft: Draft) -> str:
    """The page's heading: what the run pins down, in words."""
    record, flop = draft.record, draft.flop
    if record.kind == "literature":
        return "Nothing was measured: these are priors from the literature"
    if record.kind == "readings":
        chips = len({row["chip"] for row in record.readings})
        return f"{len(record.readings)} readings of {chips} chips, with no campaign behind them"
    if flop is None:
        return "No model was trained: this result pins down no growth constant"
    if record.fit is None:
        return f"A run of {number(flop, 2)} FLOP on {len(cells_of(record))} cells pins down no growth constant"
    return f"This is how little a run of {number(flop, 2)} FLOP pins down"


def opening(draft: Draft) -> Blocks:
    """The summary under the heading: what was measured where, what it cost, what it moves and what it does not."""
    record, flop, alpha = draft.record, draft.flop, draft.update("alpha")
    if record.kind == "literature":
        return text(record.summary, "The simulator runs on the numbers below, each with its source.")
    lines = text(typeset(record.summary), cost(record)) + text(_moves(draft), *effect.together(draft))
    if flop and alpha and alpha.measured:
        lines += text(
            f"It moves no growth constant. The exponent of model size, α, comes out at {interval(alpha.measured)}; the "
            f"prior for the frontier is {interval(alpha.prior)}. The run lies {number(mapping.distance(flop))} orders "
            f"of magnitude below a frontier run of {number(10**mapping.FRONTIER)} FLOP, so it counts with weight "
            f"{number(alpha.weight, 2)}, and α moves by {signed(alpha.moved)} of the prior's standard deviation. "
            "Believe the growth constants because of the published runs behind the priors, not because of this one."
        )  # fmt: skip
    else:
        lines += text("No scaling law was fitted, so the frontier's exponents stay where the literature has them.")
    return pair(lines, _tiles(draft))


def cost(record: CalibrationRecord) -> str:
    """What the campaign cost."""
    made = record.provenance
    if made is None or not made.seconds:
        return ""
    seconds = sum(made.seconds.values())
    time = f"{number(seconds / 60, 2)} minutes" if seconds >= 120 else f"{number(seconds, 2)} seconds"
    whose = "of a GPU" if made.device == "cuda" else "of processor time"
    grid = made.flop.get("grid")
    return f"It took {time} {whose}" + (f" and {number(grid, 2)} FLOP for the training runs." if grid else ".")


def _moves(draft: Draft) -> str:
    """What the simulator takes from the result."""
    taken = moves(draft)
    if not taken:
        return "The simulator takes nothing from it."
    label, moved, weight = max(taken, key=lambda row: abs(row[1]))
    return (
        f"The simulator takes {len(numbers(draft.record))} numbers from this result. What moves most is “{label}”: by "
        f"{signed(moved)} of its prior's standard deviation, with weight {number(weight, 2)}."
    )


def _tiles(draft: Draft) -> Blocks:
    """The four numbers that say how much the run may say."""
    flop, alpha, items = draft.flop, draft.update("alpha"), []
    if flop:
        weight = alpha.weight if alpha else 0.0
        items = [(number(flop, 2), "FLOP in the largest run"),
                 (number(weight, 2), "weight on the frontier's exponents"),
                 (number(mapping.distance(flop)), "orders of magnitude below the frontier")]  # fmt: skip
    if alpha and alpha.measured:
        items.append((f"{number(wider(alpha), 2)}×", "as wide as the prior: the run's interval of α"))
    return tiles(items)
