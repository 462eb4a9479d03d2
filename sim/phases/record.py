"""Phase 9: what is kept of a quarter."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import capability
from sim.chips import CLASSES, summed
from sim.governance import INDICES
from sim.rng import Array
from sim.trade import CHANNELS

if TYPE_CHECKING:
    from sim.inputs import Inputs
    from sim.world import World

TERMS = ("engineering", "synthetic_data", "distillation", "reinforcement_learning")
"""The visible efficiency terms: the first three in OOM, the last in ECI points."""
USES = ("serving", "experiments", "pretraining", "reinforcement", "safety")
LEDGER = ("made", "delivered", "diverted", "seized", "retired", "inventory", "stock", "stock_china", "retired_china")
PARTS = {"flows_china": CHANNELS, "terms_us": TERMS, "terms_china": TERMS, "governance": INDICES, "use_us": USES,
         "use_china": USES}  # fmt: skip
"""Names of the parts of recorded series that are not by actor."""
BY_ACTOR = (
    "capability", "compute_train", "compute_decode", "training_flop", "training_cost", "alignment",
)  # fmt: skip
BY_BLOC = ("stock_h100e", "spending", "power", "power_used")
"""Series for the United States, China and the world."""
BY_RIVAL = ("efficiency", "concentration")
"""Series for the United States and China."""
RIVALS = ("united_states", "china")
BLOCS = ("united_states", "china", "world")
SINGLE = (
    "rented", "premium", "seized", "blocked", "unmet", "permission", "push", "policing", "enforcement", "made_h100e",
    "unsold_h100e", "list_price", "legal_chips",
)  # fmt: skip
ALWAYS = ("capability", "alignment")
"""Series that every run keeps: who leads follows from them."""
Keep = str | Collection[str]
"""`results`: all series; `ledger`: also the chips by class; or the names of some series."""


class Log:
    """Arrays over the quarters: by actor `(T, A, runs)`, by part `(T, P, runs)`, single `(T, runs)`."""

    def __init__(self, inputs: Inputs, runs: int, keep: Keep = "results") -> None:
        steps, actors = inputs.steps, len(inputs.actors)
        shapes: dict[str, tuple[int, ...]] = {name: (steps, actors, runs) for name in BY_ACTOR}
        for name, parts in {**PARTS, **dict.fromkeys(BY_BLOC, BLOCS), **dict.fromkeys(BY_RIVAL, RIVALS)}.items():
            shapes[name] = (steps, len(parts), runs)
        shapes |= {name: (steps, runs) for name in SINGLE}
        if not isinstance(keep, str):
            shapes = {name: shape for name, shape in shapes.items() if name in keep or name in ALWAYS}
        self.series: dict[str, Array] = _block(shapes)
        self.ledger: dict[str, Array] = {}
        if keep == "ledger":
            self.ledger = {name: np.zeros((steps, len(CLASSES), runs)) for name in LEDGER}

    @property
    def keep(self) -> Keep:
        """What is kept, as it was asked for."""
        return "ledger" if self.ledger else frozenset(self.series)

    def part(self, first: int, last: int) -> Log:
        """The columns of some members, as views that a chunk can write into."""
        part = object.__new__(Log)
        part.series = {name: values[..., first:last] for name, values in self.series.items()}
        part.ledger = {name: values[..., first:last] for name, values in self.ledger.items()}
        return part

    def __getitem__(self, name: str) -> Array:
        return self.series[name]


def _block(shapes: dict[str, tuple[int, ...]]) -> dict[str, Array]:
    """Arrays cut from one allocation: a large one gets large pages, and fresh small pages cost more than the model."""
    kinds = {name: np.dtype(np.float64 if name == "capability" else np.float32) for name in shapes}
    sizes = {name: int(np.prod(shape)) * kinds[name].itemsize for name, shape in shapes.items()}
    memory, start, result = np.empty(sum(-(-size // 64) * 64 for size in sizes.values()), np.uint8), 0, {}
    for name, shape in shapes.items():
        result[name] = memory[start : start + sizes[name]].view(kinds[name]).reshape(shape)
        start += -(-sizes[name] // 64) * 64
    return result


def _of_blocs(values: Array) -> tuple[Array, Array, Array]:
    """The United States, China and the world, of rows for all actors."""
    return values[0], values[1], values.sum(axis=0)


def _flop(w: World) -> Array:
    return np.power(10.0, w.now.largest)


def _terms(w: World, row: int) -> tuple[Array, ...]:
    return (*(w.now.terms[part][row] for part in range(3)), w.now.rl_gain[row])


KEPT: dict[str, Callable[[Any], Array | tuple[Array, ...]]] = {
    "capability": lambda w: w.state["eci"],
    "compute_train": lambda w: w.state["used_train"],
    "compute_decode": lambda w: w.state["used_decode"],
    "training_flop": _flop,
    "training_cost": lambda w: capability.run_cost(_flop(w), w.p, w.now.list_price),
    "alignment": lambda w: w.state["alignment"],
    "stock_h100e": lambda w: _of_blocs(w.now.stock_h100e),
    "spending": lambda w: _of_blocs(w.state["spending"]),
    "power": lambda w: _of_blocs(w.state["power"]),
    "power_used": lambda w: _of_blocs(w.now.power_used),
    "efficiency": lambda w: w.state["efficiency"][:2],
    "concentration": lambda w: w.state["concentration"][:2],
    "flows_china": lambda w: w.now.flows,
    "terms_us": lambda w: _terms(w, 0),
    "terms_china": lambda w: _terms(w, 1),
    "use_us": lambda w: tuple(w.state[use][0] for use in USES),
    "use_china": lambda w: tuple(w.state[use][1] for use in USES),
    "governance": lambda w: w.now.governance,
    "rented": lambda w: w.rented,
    "premium": lambda w: w.seen.premium,
    "seized": lambda w: w.now.seized_h100e,
    "blocked": lambda w: w.seen.blocked,
    "unmet": lambda w: w.seen.unmet,
    "permission": lambda w: w.now.permission,
    "push": lambda w: w.state["push"][1],
    "policing": lambda w: w.hub_policing,
    "enforcement": lambda w: w.state["enforcement"][0],
    "made_h100e": lambda w: w.now.made_h100e,
    "unsold_h100e": lambda w: summed(w.chips.h100e, w.inventory),
    "list_price": lambda w: w.now.list_price,
    "legal_chips": lambda w: w.now.legal_chips,
}
"""What is recorded at the end of a quarter, by series: one row per actor or part, or a single one."""


def run(w: World) -> None:
    """Copy this quarter into the log."""
    for name, values in w.log.series.items():
        found = KEPT[name](w)
        if isinstance(found, tuple):
            for part, row in enumerate(found):
                values[w.t, part] = row
        else:
            values[w.t] = found
    if w.log.ledger:
        _ledger(w)


def finish(w: World) -> None:
    """Write the history of capability with the member's one offset: before the edge it is the model, not the record."""
    fixed, last = w.fixed, w.inputs.data_steps - 1
    assert fixed is not None  # every run passes the edge of its data
    since = last - np.arange(last + 1)
    fading = np.exp(-since[:, None] / w.p.residual_memory)
    w.log.series["capability"][: last + 1] = (
        w.points_history + fixed.offset + fixed.residual * fading[:, None, :]
    )  # fmt: skip


def _ledger(w: World) -> None:
    book, n, t = w.log.ledger, w.now, w.t
    for name in ("made", "delivered", "diverted", "seized"):
        book[name][t] = n.ledger[name]
    book["made"][t][w.ascend] = n.made_chinese
    book["retired"][t], book["retired_china"][t] = n.retired_sum, n.retired_china
    book["inventory"][t] = w.inventory
    book["stock"][t] = w.state["chips"].sum(axis=0)
    book["stock_china"][t] = w.state["chips"][1]
