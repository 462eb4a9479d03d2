"""The world: owns the tables, builds the actors, and steps through the quarters."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.actor import BASE_SAFETY, NationalActor
from agents.designer import WORTH_A_DESIGN, ChipDesigner
from agents.partners import Ally, Hub, Partner, Rest
from agents.protocols import Picture
from agents.superpower import China, UnitedStates
from scenarios.quarters import FIRST
from sim import research
from sim.chips import CHINESE, CLASSES, Catalogue
from sim.compute import decode_equivalent, train_equivalents
from sim.domestic import Capacity
from sim.draws import Draws
from sim.inputs import Inputs
from sim.phases import build, decide, feedback, offer, record, rules, trade, train
from sim.phases import research as study
from sim.rng import Array

SIGNED = ("efficiency", "eci", "latent")
"""Tables of the state that may be negative; all others are amounts or shares."""
US, CHINA = 0, 1
"""Rows of the two superpowers."""
PHASES = (
    ("rules", rules.run),
    ("observe and decide", decide.run),
    ("offer", offer.run),
    ("trade", trade.run),
    ("build", build.run),
    ("research", study.run),
    ("train", train.run),
    ("feedback", feedback.run),
    ("record", record.run),
)
"""The schedule of one quarter, in order."""
KINDS: dict[str, type[NationalActor]] = {"ally": Ally, "hub": Hub, "rest": Rest}


RENT_WEIGHTS = {"superpower": 0.05, "ally": 0.1, "hub": 1.0, "rest": 0.4}
"""Share of compute that would be rented to Chinese users, by kind; judgement: known leases stand mostly in hubs."""
ANCHOR_FROM = 1
"""First step whose US frontier counts for the offset (2023-Q1: GPT-4, the first frontier with many benchmarks)."""


@dataclass(frozen=True)
class Anchor:
    """How a member's points are tied to the record."""

    offset: Array
    """(runs,) added to points of scale to give ECI: the mean over the record of the US frontier."""
    residual: Array
    """(actors, runs) what is left at the edge of the data, for the two superpowers."""
    path: Array
    """(data steps, runs) the offset that follows the record, for what feeds back during it."""

    @classmethod
    def of(cls, w: World) -> Anchor:
        """The anchor of a factual history that has just reached the edge of its data."""
        offset = w.offsets[min(ANCHOR_FROM, len(w.offsets) - 1) :].mean(axis=0)
        residual = np.zeros_like(w.state["eci"])
        edge = w.inputs.frontier[:, -1]
        residual[:2] = edge[:, None] - (w.state["latent"][:2] + offset)
        return cls(offset, residual, w.offsets.copy())


class Noise(SimpleNamespace):
    """Random paths by process.

    `release`, `generation` and `surprise` by actor, (actors, steps, runs), the others (steps, runs).
    """


class World(mesa.Model):
    """One part of an ensemble: all members at once, in tables of shape `(actors, runs)`."""

    def __init__(
        self, inputs: Inputs, draws: Draws, noise: Noise, anchor: Any = None, log: record.Log | None = None
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generators stay unused
        self.inputs, self.p, self.noise, self.anchor = inputs, draws, noise, anchor
        self.runs = draws.points_per_oom.size
        self.t, self.year, self.in_data = 0, float(inputs.years[0]), True
        self.fixed: Anchor | None = anchor
        self.swing: Array = np.zeros((len(inputs.actors), self.runs))
        self.chips = inputs.designs[0]
        self.now = SimpleNamespace()
        """Quantities of this quarter that phases hand on to each other."""
        self._tables()
        self._constants()
        self._actors()
        self.log = log or record.Log(inputs, self.runs)

    def step(self) -> None:
        """One quarter.

        1. rules: the dated regime in force, and the scenario's levers and events
        2. observe and decide: every actor sees last quarter's picture and decides
        3. offer: what can be made, by the designer and by Chinese fabs
        4. trade: licences, quotas, permission, diversion, rental; the ledger balances
        5. build: chips join stocks and retire; they run where there is power
        6. research: algorithmic efficiency grows and diffuses
        7. train: the largest run becomes a model when the release clock says so
        8. feedback: revenue, and the picture that everybody sees next quarter
        9. record: what is kept
        """
        self.t = self.steps - 1
        for _, phase in PHASES:
            phase(self)

    def run(self) -> record.Log:
        """All quarters; the log holds what was kept."""
        for _ in range(self.inputs.steps):
            self.step()
        record.finish(self)
        self.check()
        return self.log

    def stocks(self) -> dict[str, Array]:
        """Everything that is carried from quarter to quarter and cannot be negative, by name."""
        found = {name: values for name, values in self.state.items() if name not in SIGNED}
        found |= {f"domestic {name}": values for name, values in vars(self.domestic).items()}
        return found | {
            "inventory": self.inventory, "unsold Chinese chips": self.unsold_chinese, "smuggling network": self.network,
            "rented compute": self.rented, "legal imports so far": self.legal_total, "production": self.supply_level,
        }  # fmt: skip

    def check(self) -> None:
        """Refuse a world that has left the numbers, whatever of it is kept.

        Raises:
            FloatingPointError: naming what is not finite.
        """
        carried = self.stocks() | {name: self.state[name] for name in SIGNED} | {"largest run": self.largest}
        for name, values in carried.items():
            if not np.isfinite(values).all():
                raise FloatingPointError(f"{self.inputs.spec.name}: {name} is not finite")

    def close(self) -> None:
        """Let go of the model: Mesa 3.3 keeps every model alive in a table of the class."""
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    # --- what actors may ask ----------------------------------------------------------------------------------

    def setting(self, lever: str) -> float:
        """This quarter's setting of a lever; NaN leaves the decision to the actor."""
        return float(self.inputs.levers[lever][self.t])

    def switch(self, name: str) -> bool:
        """Whether a mechanism is on."""
        return bool(getattr(self.inputs.spec.switches, name))

    @property
    def hub_policing(self) -> Array:
        """(runs,) how hard hubs look for diverted chips, the mean over them; a world without hubs has none."""
        rows = self.inputs.rows_of("hub")
        return np.asarray(self.state["policing"][rows].mean(axis=0)) if rows.stop > rows.start else np.zeros(self.runs)

    def variant_is_worth_it(self) -> NDArray[np.bool_]:
        """Whether a variant for the Chinese market is worth designing, `(runs,)`: frontier chips are hard to sell."""
        return (self.seen.blocked > WORTH_A_DESIGN) & (not self.in_data)

    def anchor_capability(self) -> None:
        """Turn points of scale into ECI: the offset and the residual come from the record.

        While data lasts the offset follows the US frontier; at its end one offset per member and the residual of each
        frontier are fixed. A counterfactual history takes both from the factual one, or it would be erased.
        """
        s, t, last = self.state, self.t, self.inputs.data_steps - 1
        if t <= last:
            self.offset = self.inputs.frontier[US, t] - s["latent"][US] if self.anchor is None else self.anchor.path[t]
            s["eci"] = s["latent"] + self.offset
            self.offsets[t] = self.offset
            self.points_history[t] = s["latent"]
            if t == last:
                self.fixed = self.anchor or Anchor.of(self)
            return
        assert self.fixed is not None  # set at the edge of the data
        memory = np.exp(-1.0 / self.p.residual_memory)
        self.swing = memory * self.swing + self.p.residual_sd * np.sqrt(1 - memory * memory) * self.noise.surprise[:, t]
        fading = self.fixed.residual * np.exp((last - t) / self.p.residual_memory)
        now = s["latent"] + self.fixed.offset + fading + self.swing
        s["eci"] = now if t == last + 1 else np.maximum(now, s["eci"])

    def use(self, chips: Catalogue) -> None:
        """Go by a catalogue from now on: the designer's variant is in it."""
        self.chips = chips
        self.in_bf16, self.in_fp8 = train_equivalents(chips, self.p)
        self.kappa_train, self.kappa_decode = self.in_bf16.copy(), decode_equivalent(chips, self.p)
        self.raw_decode = self.kappa_decode[self.ascend].copy()

    # --- building ---------------------------------------------------------------------------------------------

    def _tables(self) -> None:
        i, runs = self.inputs, self.runs
        actors, classes = len(i.actors), len(CLASSES)
        self.state: dict[str, Array] = {
            name: np.zeros((actors, runs))
            for name in (
                "trend_spending", "spending", "serving", "experiments", "pretraining", "reinforcement", "safety",
                "concentration", "revenue", "revenue_base", "alignment", "policing", "strictness", "enforcement",
                "permission", "hoard", "push", "used_train", "used_decode", "power", "power_growth", "ai_share",
                "efficiency", "eci", "latent", "own_train", "own_decode", "running",
            )
        }  # fmt: skip
        s = self.state
        s["chips"] = np.zeros((actors, classes, runs))
        a100 = CLASSES.index("A100")
        self.initial = (i.column("stock_2022q3_h100e") / self.chips.h100e[a100])[:, None] * self.p.supply_scale
        s["chips"][:, a100] = self.initial
        self.deliveries: list[trade.Delivery] = []
        """Deliveries of the last 22 quarters: what was delivered 22 quarters ago retires now."""
        s["safety"][:] = BASE_SAFETY
        s["reinforcement"][:] = 0.0006 * (1 - BASE_SAFETY)  # a trace: the axis was known, not used
        s["alignment"][:] = i.column("alignment_2022")[:, None]
        s["policing"][i.rows_of("hub")] = 0.15
        s["power"][:] = i.column("ai_power_mw_2022")[:, None]
        s["enforcement"][US], s["permission"][CHINA], s["push"][CHINA] = 1.0, 1.0, 0.5
        s["used_train"][:] = s["used_decode"][:] = i.column("stock_2022q3_h100e")[:, None]
        s["running"][:] = 1.0
        behind = np.where(np.arange(actors) == US, 0.0, 0.5)[:, None]
        s["efficiency"][:] = -self.p.algorithm_growth * 1.25 - behind

    def _constants(self) -> None:
        i, p = self.inputs, self.p
        ascend = [CLASSES.index(name) for name in CHINESE]
        self.ascend = slice(ascend[0], ascend[-1] + 1)
        self.use(self.chips)
        self.uplift_shape = research.uplift_scale(p)
        self.labour_share = i.column("researchers_2022")[:, None]
        self.oversight = i.column("oversight")[:, None]
        self.gpu_share = i.gpu_share[:, None]
        self.hosted = i.column("hosts_us_share")[:, None]
        self.rent_weight = np.array([RENT_WEIGHTS[row.kind] for row in i.roster])[:, None]
        self.rent_weight[CHINA] = 0.0
        ones = np.ones(self.runs)
        self.effort = np.ones((len(i.actors), 1))
        self.supply_level = i.supply[0] * p.supply_scale
        self.inventory = np.zeros((len(CLASSES), self.runs))
        self.unsold_chinese = np.zeros(self.runs)
        self.outage = np.zeros(self.runs)
        self.network, self.rented = 0.3 * p.diversion_share, 0.0 * ones
        self.legal_total = np.zeros((len(CLASSES), self.runs))
        self.domestic = Capacity(
            logic=i.domestic["logic_capacity"][0] * ones, memory=i.domestic["hbm_capacity"][0] * ones,
            assembly=i.domestic["ascend_units"][0] * ones,
            die_bank=i.domestic_stock("die_bank") * p.domestic_scale,
            memory_stock=(i.domestic_stock("hbm_stockpile") + 60.0) * p.domestic_scale,
        )  # fmt: skip
        # A technology known to be safer is met with less care, so effort rises with the fourth root of the hazard.
        self.care = BASE_SAFETY * np.sqrt(np.sqrt(p.accident_hazard / 0.01))
        self.fleets: list[tuple[Array, Array]] = []
        self.largest = i.first_run[:, None] * np.ones(self.runs)
        """(actors, runs) log10 FLOP of the largest training run so far."""
        self.possible_at_first = self.largest
        """(actors, runs) what the first quarter's compute allows."""
        self.kink = np.full(self.runs, np.inf)
        self.rl_value = np.zeros((len(i.actors), self.runs))
        self.leader_efficiency = np.zeros((i.steps + 1, self.runs))
        self.leader_rl = np.zeros((i.steps, self.runs))
        self.offset = np.zeros(self.runs)
        self.offsets = np.zeros((i.data_steps, self.runs))
        self.points_history = np.zeros((i.data_steps, len(i.actors), self.runs))
        self.agreed_run = np.full((len(i.actors), self.runs), np.inf)
        ones2 = np.ones((len(i.actors), self.runs))
        self.seen = Picture(
            rival_gap=10.0 * ones2, behind=10.0 * ones2, lead=10.0 * ones, blocked=0.0 * ones,
            unmet=0.0 * ones, premium=0.0 * ones, diverted=0.0 * ones,
        )  # fmt: skip

    def _actors(self) -> None:
        i = self.inputs
        lag = 2.0 + 2.0 * self.noise.variant_lag
        self.designer = ChipDesigner(self, lag)
        us, china = UnitedStates(self, US, "united_states"), China(self, CHINA, "china")
        self.deciders: list[NationalActor] = [us, china]
        """Who takes postures: the superpowers, and one group per kind of partner."""
        self.allocators: list[NationalActor] = [us, china, Partner.group(self, slice(2, len(i.actors)))]
        """Who allocates money and compute: the superpowers, and all partners as one block of rows."""
        for kind, cls in KINDS.items():
            rows = i.rows_of(kind)
            for row in range(rows.start, rows.stop):
                cls(self, row, i.actors[row])
            if rows.stop > rows.start:
                self.deciders.append(cls.group(self, rows))

    def decide_one_by_one(self) -> None:
        """Let every actor decide by itself instead of in groups: slower, and the same to the last bit."""
        self.deciders = [agent for agent in self.agents if isinstance(agent, NationalActor)]
        self.allocators = list(self.deciders)

    @property
    def quarter(self) -> int:
        """Number of the present quarter."""
        return FIRST + self.t
