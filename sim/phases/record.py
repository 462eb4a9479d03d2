"""Phase 9: what is kept of a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


class Log:
    """Arrays over the quarters: by actor `(T, A, runs)`, by part `(T, P, runs)`, single `(T, runs)`."""

    def __init__(self, inputs: Inputs, runs: int, keep: str = "results") -> None:
        steps, actors = inputs.steps, len(inputs.actors)
        shapes: dict[str, tuple[int, ...]] = {name: (steps, actors, runs) for name in BY_ACTOR}
        for name, parts in {**PARTS, **dict.fromkeys(BY_BLOC, BLOCS), **dict.fromkeys(BY_RIVAL, RIVALS)}.items():
            shapes[name] = (steps, len(parts), runs)
        shapes |= {name: (steps, runs) for name in SINGLE}
        self.series: dict[str, Array] = _block(shapes)
        self.ledger: dict[str, Array] = {}
        if keep == "ledger":
            self.ledger = {name: np.zeros((steps, len(CLASSES), runs)) for name in LEDGER}

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


def run(w: World) -> None:
    """Copy this quarter into the log."""
    s, n, t, log = w.state, w.now, w.t, w.log.series
    log["capability"][t] = s["eci"]
    log["compute_train"][t], log["compute_decode"][t] = s["used_train"], s["used_decode"]
    for name, values in (
        ("stock_h100e", n.stock_h100e), ("spending", s["spending"]), ("power", s["power"]), ("power_used", n.power_used)
    ):  # fmt: skip
        log[name][t, :2], log[name][t, 2] = values[:2], values.sum(axis=0)
    flop = np.power(10.0, n.largest)
    log["training_flop"][t] = flop
    log["training_cost"][t] = capability.run_cost(flop, w.p, n.list_price)
    log["efficiency"][t], log["concentration"][t], log["alignment"][t] = (
        s["efficiency"][:2], s["concentration"][:2], s["alignment"],
    )  # fmt: skip
    log["flows_china"][t] = n.flows
    for row, name in ((0, "us"), (1, "china")):
        for part in range(3):
            log[f"terms_{name}"][t, part] = n.terms[part][row]
        log[f"terms_{name}"][t, 3] = n.rl_gain[row]
        for part, use in enumerate(USES):
            log[f"use_{name}"][t, part] = s[use][row]
    log["governance"][t] = n.governance
    h = w.chips.h100e
    log["rented"][t], log["premium"][t] = w.rented, w.seen.premium
    log["seized"][t] = n.seized_h100e
    log["blocked"][t], log["unmet"][t] = w.seen.blocked, w.seen.unmet
    log["permission"][t], log["enforcement"][t] = n.permission, s["enforcement"][0]
    log["policing"][t] = s["policing"][w.inputs.rows_of("hub")].mean(axis=0)
    log["made_h100e"][t] = n.made_h100e
    log["unsold_h100e"][t] = summed(h, w.inventory)
    log["list_price"][t], log["push"][t], log["legal_chips"][t] = n.list_price, s["push"][1], n.legal_chips
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
