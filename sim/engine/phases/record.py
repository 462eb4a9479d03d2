"""Phase 11: what is kept of a quarter."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np

from agents.rows import BOTH, CHINA, PARTNERS, US
from scenarios.uses import MONEY, PEOPLE
from sim.engine import anchor
from sim.engine.context import Context
from sim.engine.inputs import Inputs
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import capability
from sim.equations.chips import ASCEND, CLASSES
from sim.equations.governance import INDICES
from sim.equations.trade import CHANNELS

OWNED_CHANNELS = ("legal", "diverted", "domestic")
"""Channels by which China comes to own chips; what it rents abroad belongs to others."""
TERMS = ("engineering", "synthetic_data", "distillation", "reinforcement_learning")
"""The visible efficiency terms: the first three in OOM, the last in ECI points."""
LEDGER = ("made", "delivered", "diverted", "seized", "retired", "stock", "stock_china", "retired_china")
DIVIDERS = ("united_states", "china", "partners")
"""Who divides money, compute and people; partners count by what they have."""
RUN_USES = ("serving", "experiments", "largest_run", "other_pretraining", "reinforcement", "safety", "idle")
"""Uses of compute as they are kept: the largest run apart from the rest of pretraining."""
PARTS = {
    "flows_china": CHANNELS, "terms_us": TERMS, "terms_china": TERMS, "governance": INDICES,
    "money_use": tuple(f"{who}.{use}" for who in DIVIDERS for use in MONEY),
    "compute_use": tuple(f"{who}.{use}" for who in DIVIDERS for use in RUN_USES),
    "people_use": tuple(f"{who}.{use}" for who in DIVIDERS for use in PEOPLE),
}  # fmt: skip
"""Names of the parts of recorded series that are not by actor."""
CHIPS_OWNED = ("owned_h100e", "received_h100e", "retired_h100e", "running_h100e", "us_chips_in", "rented_chips")
"""Series from which the flow of chips follows, from makers to users."""
BY_ACTOR = (
    "capability", "compute_train", "compute_decode", "training_flop", "training_cost", "alignment", "planned_usd",
    "paid_usd", "backlog_usd", "given_up_usd", "premium_usd", "diverted_through", "rented_from",
    "served_by_us", "served_by_china", *CHIPS_OWNED,
)  # fmt: skip
BY_BLOC = ("stock_h100e", "spending", "power", "power_used", "budget_usd", "people")
"""Series for the United States, China and the world."""
BY_RIVAL = ("efficiency", "possible_flop", "concentration", "run_share")
"""Series for the United States and China."""
RIVALS = ("united_states", "china")
BLOCS = ("united_states", "china", "world")
SINGLE = (
    "rented", "premium", "seized", "blocked", "priced_out", "permission", "push", "policing", "enforcement",
    "made_h100e", "list_price", "china_price", "order_cover", "legal_chips", "diverted_share",
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
        shapes |= {"decisions": (steps, len(inputs.decisions), runs)}
        shapes |= {"accounts": (steps, len(inputs.accounts), runs)} | {name: (steps, runs) for name in SINGLE}
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

    @property
    def kept(self) -> frozenset[str]:
        """Names of the series, and `ledger` where the books are kept too."""
        return frozenset((*self.series, "ledger") if self.ledger else self.series)

    def part(self, first: int, last: int) -> Log:
        """The columns of some members, as views that a chunk can write into."""
        part = object.__new__(Log)
        part.series = {name: values[..., first:last] for name, values in self.series.items()}
        part.ledger = {name: values[..., first:last] for name, values in self.ledger.items()}
        return part

    def take(self, part: Log) -> None:
        """Copy what another log of the same size holds."""
        for mine, theirs in ((self.series, part.series), (self.ledger, part.ledger)):
            for name, values in theirs.items():
                mine[name][...] = values

    @property
    def steps(self) -> int:
        """Quarters that it has room for."""
        return len(self.series[ALWAYS[0]])

    def __getitem__(self, name: str) -> Array:
        return self.series[name]


def _block(shapes: dict[str, tuple[int, ...]]) -> dict[str, Array]:
    """Arrays cut from one allocation: a large one gets large pages, and fresh small pages cost more than the model."""
    kinds = {name: np.dtype(np.float64 if name in ("capability", "decisions") else np.float32) for name in shapes}
    sizes = {name: int(np.prod(shape)) * kinds[name].itemsize for name, shape in shapes.items()}
    memory, start, result = np.empty(sum(-(-size // 64) * 64 for size in sizes.values()), np.uint8), 0, {}
    for name, shape in shapes.items():
        result[name] = memory[start : start + sizes[name]].view(kinds[name]).reshape(shape)
        start += -(-sizes[name] // 64) * 64
    return result


class Held(NamedTuple):
    """What a series may be read from."""

    c: Context
    s: State
    q: Quarter


def _of_blocs(values: Array) -> tuple[Array, Array, Array]:
    """The United States, China and the world, of rows for all actors."""
    return values[US], values[CHINA], values.sum(axis=0)


def _flop(w: Held) -> Array:
    return np.power(10.0, w.s.largest_run)


def _decisions(w: Held) -> tuple[Array, ...]:
    """Levels of every decision, in the order of `Inputs.decisions`."""
    return tuple(getattr(w.s, name)[w.c.inputs.actors.index(actor)] for actor, name in w.c.inputs.decisions)


def _premium(w: Held) -> Array:
    """US dollars above the list price by payer, (A, R): China pays it to smugglers, hosts and its own makers."""
    paid = np.zeros_like(w.s.spending)
    paid[CHINA] = w.q.premium_usd
    return paid


def _through(w: Held) -> Array:
    """Diverted compute by the country that it goes through, (A, R)."""
    through = np.zeros_like(w.s.spending)
    through[w.c.inputs.route_rows] = w.q.arrived
    return through


def _received(w: Held) -> Array:
    """New chips by owner, H100e, (A, R): China's are those under license, from its fabs, and diverted ones."""
    received = w.s.delivered.copy()
    received[CHINA] = sum(w.q.flows[CHANNELS.index(name)] for name in OWNED_CHANNELS)
    return received


def _us_chips_in(w: Held) -> Array:
    """US-owned chips that run, by the territory whose power they use, H100e, (A, R): the rest of it is its own."""
    own = w.s.running * w.s.power_need
    own[US] = 0.0
    used = np.maximum(w.q.power_used - own, 0.0)
    return np.asarray(w.q.stock_h100e[US] * (used / np.maximum(w.s.power_need[US], 1e-9)))


def _rented_chips(w: Held) -> Array:
    """Chips that Chinese users rent, by owner, H100e, (A, R): the share of a host's compute that is rented."""
    return np.asarray(w.q.stock_h100e * (w.s.rented / np.maximum(w.s.own_train, 1e-9)))


def _terms(w: Held, row: int) -> tuple[Array, ...]:
    return (*(w.q.follower_terms[part][row] for part in range(3)), w.q.rl_gain[row])


def _of_dividers(shares: Array, whole: Array) -> tuple[Array, ...]:
    """Shares of the United States, China and all partners together, by what they have, of a table by use, (A, U, R)."""
    partners = np.einsum("aur,ar->ur", shares[PARTNERS], _weights(whole))
    return (*shares[US], *shares[CHINA], *partners)


def _weights(whole: Array) -> Array:
    """Partners' parts of what all of them have, (partners, R)."""
    return whole[PARTNERS] / np.maximum(whole[PARTNERS].sum(axis=0), 1e-300)


def _compute_use(w: Held) -> tuple[Array, ...]:
    s = w.s
    run = np.minimum(s.concentration / capability.REFERENCE_PRETRAINING, 1.0) * s.pretraining
    uses = (s.serving, s.experiments, run, s.pretraining - run, s.reinforcement, s.safety, s.idle)
    weight = _weights(s.used_train)
    partners = [np.einsum("ar,ar->r", share[PARTNERS], weight) for share in uses]
    return (*(share[US] for share in uses), *(share[CHINA] for share in uses), *partners)


KEPT: dict[str, Callable[[Held], Array | tuple[Array, ...]]] = {
    "capability": lambda w: w.s.eci,
    "compute_train": lambda w: w.s.used_train,
    "compute_decode": lambda w: w.s.used_decode,
    "training_flop": _flop,
    "training_cost": lambda w: capability.run_cost(_flop(w), w.c.p, w.s.run_price),
    "alignment": lambda w: w.s.alignment,
    "stock_h100e": lambda w: _of_blocs(w.q.stock_h100e),
    "spending": lambda w: _of_blocs(w.s.spending),
    "power": lambda w: _of_blocs(w.s.power),
    "power_used": lambda w: _of_blocs(w.q.power_used),
    "efficiency": lambda w: w.s.efficiency[BOTH],
    "possible_flop": lambda w: np.power(10.0, w.q.possible_run[BOTH]),
    "concentration": lambda w: w.s.concentration[BOTH],
    "run_share": lambda w: w.q.run_share[BOTH],
    "flows_china": lambda w: w.q.flows,
    "terms_us": lambda w: _terms(w, US),
    "terms_china": lambda w: _terms(w, CHINA),
    "money_use": lambda w: _of_dividers(w.s.money_use, w.s.budget),
    "compute_use": _compute_use,
    "people_use": lambda w: _of_dividers(w.s.people_use, w.s.people),
    "budget_usd": lambda w: _of_blocs(w.s.budget),
    "people": lambda w: _of_blocs(w.s.people),
    "accounts": lambda w: w.q.accounts,
    "decisions": _decisions,
    "governance": lambda w: w.q.governance,
    "planned_usd": lambda w: w.s.wished,
    "paid_usd": lambda w: w.s.spending,
    "backlog_usd": lambda w: w.s.backlog_usd,
    "given_up_usd": lambda w: w.s.wished - w.q.placed + w.q.refunded,
    "premium_usd": _premium,
    "diverted_through": _through,
    "rented_from": lambda w: w.s.rented,
    "served_by_us": lambda w: w.q.served_by.us,
    "served_by_china": lambda w: w.q.served_by.china,
    "owned_h100e": lambda w: w.q.stock_h100e,
    "received_h100e": _received,
    "retired_h100e": lambda w: w.q.retired_h100e,
    "running_h100e": lambda w: w.q.stock_h100e * w.s.running,
    "us_chips_in": _us_chips_in,
    "rented_chips": _rented_chips,
    "rented": lambda w: w.s.rented.sum(axis=0),
    "premium": lambda w: w.q.premium,
    "seized": lambda w: w.q.seized_h100e,
    "blocked": lambda w: w.q.blocked,
    "priced_out": lambda w: w.q.priced_out,
    "permission": lambda w: w.q.permitted,
    "push": lambda w: w.s.push[CHINA],
    "policing": lambda w: w.s.hub_policing(w.c.inputs.hub_part),
    "enforcement": lambda w: w.s.enforcement[US],
    "made_h100e": lambda w: w.q.made_h100e,
    "list_price": lambda w: w.q.list_price,
    "china_price": lambda w: w.s.china_price,
    "order_cover": lambda w: w.q.cover,
    "legal_chips": lambda w: w.q.legal_chips,
    "diverted_share": lambda w: w.q.diverted,
}
"""What is recorded at the end of a quarter, by series: one row per actor or part, or a single one."""


def run(c: Context, s: State, q: Quarter, log: Log) -> None:
    """Copy this quarter into the log."""
    held = Held(c, s, q)
    for name, values in log.series.items():
        found = KEPT[name](held)
        if isinstance(found, tuple):
            for part, row in enumerate(found):
                values[c.t, part] = row
        else:
            values[c.t] = found
    if log.ledger:
        _ledger(held, log)


def finish(c: Context, s: State, log: Log) -> None:
    """Write the history of capability with the member's one offset: before the edge it is the model, not the record."""
    assert s.anchor is not None  # every run passes the edge of its data
    last = c.inputs.data_steps
    log.series["capability"][:last] = anchor.history(s.points_history, s.anchor, c.p.residual_memory)


def _ledger(w: Held, log: Log) -> None:
    book, t = log.ledger, w.c.t
    for name in ("made", "delivered", "diverted", "seized"):
        book[name][t] = w.q.ledger[name]
    book["made"][t][ASCEND] = w.q.made_chinese
    book["retired"][t], book["retired_china"][t] = w.q.retired, w.q.retired_china
    book["stock"][t] = w.s.chips.sum(axis=0)
    book["stock_china"][t] = w.s.chips[CHINA]
