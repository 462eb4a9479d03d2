"""What a phase may read beside the state and the quarter: the scenario, the draws, chance, hardware and the date."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from agents.actor import NationalActor
from agents.compute import BASE_SAFETY, HAZARD_STATED
from agents.designer import ChipDesigner
from agents.people import MOST_SECRET, ON_CAPABILITY, SAFETY_PEOPLE
from agents.rows import CHINA, US
from agents.seat import SECRECY_TODAY
from agents.stakes import Wants
from scenarios.kinds import KINDS
from scenarios.quarters import FIRST
from scenarios.values import Weights
from sim.engine.anchor import Anchor
from sim.engine.inputs import Inputs
from sim.engine.noise import Noise
from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array
from sim.equations import research
from sim.equations.chips import CLASSES, Catalogue
from sim.equations.compute import decode_equivalent, train_equivalents

WISHES = {"planned_usd", "given_up_usd", "ledger"}
"""What is kept of the money that actors would place if they could."""


@dataclass(frozen=True)
class Hardware:
    """A catalogue and what its chips are worth before software and precision move it."""

    chips: Catalogue
    in_bf16: Array
    """(K, R) H100 equivalents in training with BF16 arithmetic."""
    in_fp8: Array
    """(K, R) the same with 8-bit arithmetic."""
    decode: Array
    """(K, R) H100 equivalents in decoding."""

    @classmethod
    def of(cls, chips: Catalogue, p: Draws) -> Hardware:
        """The worth of a catalogue's chips in every member."""
        in_bf16, in_fp8 = train_equivalents(chips, p)
        return cls(chips, in_bf16, in_fp8, decode_equivalent(chips, p))


@dataclass(frozen=True)
class Constants:
    """What no quarter changes."""

    initial: Array
    """(A, R) A100s owned at the start."""
    uplift_shape: tuple[Array, Array]
    """(R,) each: the shape of AI's help for research."""
    users: Array
    """(A, 1) each partner's share of the users that foreign providers have among partners."""
    labour_share: Array
    """(A, 1) share of the world's researchers."""
    oversight: Array
    """(A, 1) share of compute under democratic oversight."""
    gpu_share: Array
    """(A, 1) share of orders of merchant chips outside China at trend."""
    order_share: Array
    """(A, 1) share of orders outside China at trend, custom chips with them."""
    hosted: Array
    """(A, 1) where the chips of US owners stand; adds to 1."""
    rent_weight: Array
    """(A, 1) share of compute that would be rented to Chinese users."""
    capability_share: Array
    """(R,) share of people who work on capability with today's secrecy."""
    applied_share: Array
    """(R,) the same of those who work on products."""
    baseline_safety: Array
    """(R,) share of compute for safety without a rival in sight."""

    @classmethod
    def of(cls, inputs: Inputs, p: Draws) -> Constants:
        """The constants of a scenario's members."""
        rent = np.array([KINDS[row.kind].rents for row in inputs.roster])[:, None]
        rent[CHINA] = 0.0
        free = 1 - np.minimum(p.secrecy_cost * SECRECY_TODAY, MOST_SECRET) - SAFETY_PEOPLE
        a100 = inputs.designs[0].h100e[CLASSES.index("A100")]
        return cls(
            initial=(inputs.column("stock_2022q3_h100e") / a100)[:, None] * p.supply_scale,
            uplift_shape=research.uplift_scale(p),
            users=inputs.users_abroad[:, None],
            labour_share=inputs.column("researchers_2022")[:, None],
            oversight=inputs.column("oversight")[:, None],
            gpu_share=inputs.gpu_share[:, None],
            order_share=inputs.order_share[:, None],
            hosted=inputs.column("hosts_us_share")[:, None],
            rent_weight=rent,
            capability_share=ON_CAPABILITY * free,
            applied_share=(1 - ON_CAPABILITY) * free,
            # A technology known to be safer is met with less care: effort rises with the fourth root of the hazard.
            baseline_safety=BASE_SAFETY * np.sqrt(np.sqrt(p.accident_hazard / HAZARD_STATED)),
        )


@dataclass(frozen=True)
class Actors:
    """Who decides."""

    allocators: list[NationalActor]
    """Who allocates money and compute: the superpowers, and all partners as one block of rows."""
    deciders: list[NationalActor]
    """Who takes postures: the superpowers, and one group per kind of partner."""
    designer: ChipDesigner
    own: list[NationalActor]
    """Custom actors, after the data: whoever holds one of their seats by default is not among the others."""


@dataclass(frozen=True)
class Desires:
    """What is fixed of decisions beside the scenario."""

    held: Mapping[str, Array] = field(default_factory=dict)
    """Decision → (T, A, 1 or R) what it is held at; NaN where the actor decides."""
    politics: Mapping[str, Array] | None = None
    """Decision → (A, R) recorded politics, where this history goes otherwise."""


@dataclass(frozen=True)
class Context:
    """The quarter's date and everything that phases read and none of them writes."""

    inputs: Inputs
    p: Draws
    noise: Noise
    constants: Constants
    hardware: Hardware
    actors: Actors
    factual: Anchor | None
    """The anchor of the recorded history, where this one goes otherwise."""
    t: int
    desires: Desires
    """What actors want, and what of their decisions is fixed."""
    kept: Collection[str]
    """Series that are kept, and `ledger` where the books of chips are: what else nobody needs is not computed."""

    @property
    def year(self) -> float:
        """Decimal year at the end of the quarter."""
        return float(self.inputs.years[self.t])

    @property
    def in_data(self) -> bool:
        """Whether the quarter has data."""
        return self.t < self.inputs.data_steps

    @property
    def quarter(self) -> int:
        """Number of the quarter."""
        return FIRST + self.t

    @property
    def runs(self) -> int:
        """Number of members."""
        return int(self.p.points_per_oom.size)

    @property
    def chips(self) -> Catalogue:
        """The catalogue in force."""
        return self.hardware.chips

    @property
    def books(self) -> bool:
        """Whether the ledger of chips is kept."""
        return "ledger" in self.kept

    @property
    def wishes(self) -> bool:
        """Whether the money that actors would place if they could is asked for."""
        return not WISHES.isdisjoint(self.kept)

    @property
    def choosing(self) -> bool:
        """Whether actors choose: the record and its dated rules are over."""
        return self.t >= self.inputs.decided_steps

    @property
    def turn(self) -> bool:
        """Whether it is the quarter of a year in which they do."""
        return self.choosing and self.quarter % 4 == 0

    @property
    def politics(self) -> Mapping[str, Array] | None:
        """Recorded politics, where this history goes otherwise."""
        return self.desires.politics

    def given(self, decision: str) -> Array:
        """What the scenario fixes a decision at, (A, 1); NaN where the actor decides."""
        return self.inputs.given[decision][self.t]

    def held(self, decision: str) -> Array | None:
        """What a decision is held at beside the scenario, (A, 1) or (A, R), or None where nothing is."""
        found = self.desires.held.get(decision)
        return None if found is None or not self.choosing else found[self.t]

    def weights(self, rows: int | slice, balanced: bool = False) -> Weights:
        """Weights of actors on the four values, (1,) or (k, 1) each."""
        table = np.ones_like(self.inputs.weights) if balanced else self.inputs.weights
        return Weights(*(column[rows] for column in table[..., None]))

    def wants(self, row: int, balanced: bool = False) -> Wants:
        """What the United States or China wants."""
        month, side = (self.p.us_month_value, 1.0) if row == US else (self.p.china_month_value, -1.0)
        return Wants(self.weights(row, balanced), month, side)

    def setting(self, lever: str) -> float | Array:
        """This quarter's setting of a lever, (R,) where settings stand side by side; NaN leaves it to the actor."""
        now: Array = self.inputs.levers[lever][self.t]
        return now if now.ndim else float(now)

    @property
    def located(self) -> float | Array:
        """Share of newly exported chips that must report where they run, by a lever or a rule."""
        by_lever = np.maximum(self.setting("location_verification"), self.setting("chip_checks"))
        return np.maximum(np.asarray(by_lever) / 100, self.asked("location_verification"))

    def own(self, lever: str) -> Array | None:
        """(A, 1) what partners set a lever of theirs to this quarter, in its unit; None where nobody moves it."""
        found = self.inputs.by_partners.get(lever)
        return None if found is None else found[self.t][:, None]

    def asked(self, scope: str) -> float:
        """What rules of a scope ask this quarter, 0 to 1."""
        return float(self.inputs.asked[scope][self.t])

    def switch(self, name: str) -> bool:
        """Whether a mechanism is on."""
        return bool(getattr(self.inputs.spec.switches, name))
