"""The world as a Mesa model: builds the actors, steps through the quarters and keeps what was asked for."""

from __future__ import annotations

import mesa
import numpy as np

from agents.actor import NationalActor
from agents.designer import ChipDesigner
from agents.partners import Ally, Hub, Partner, Rest
from agents.protocols import AtEdge, PublicInfo
from agents.rows import CHINA, PARTNERS, US
from agents.superpower import China, UnitedStates
from scenarios.kinds import PartnerKind
from sim.engine import start
from sim.engine.anchor import Anchor
from sim.engine.context import Actors, Constants, Context, Hardware
from sim.engine.inputs import Inputs
from sim.engine.noise import Noise
from sim.engine.phases import record
from sim.engine.schedule import PHASES
from sim.engine.state import SIGNED, Quarter, State, written
from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array

PARTNERS_BY_KIND: dict[PartnerKind, type[NationalActor]] = {"ally": Ally, "hub": Hub, "rest": Rest}


class World(mesa.Model):
    """One part of an ensemble: all members at once, in tables of shape `(actors, runs)`.

    It begins at a state that is given, as that at the edge of the data, or before the first quarter.
    """

    def __init__(
        self,
        inputs: Inputs,
        draws: Draws,
        noise: Noise,
        factual: Anchor | None = None,
        log: record.Log | None = None,
        state: State | None = None,
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generators stay unused
        self.inputs, self.p, self.noise, self.factual = inputs, draws, noise, factual
        self.constants = Constants.of(inputs, draws)
        self.hardware = Hardware.of(inputs.designs[0], draws)
        self.state: State = state or start.first(inputs, draws, self.constants, factual)
        self._actors()
        self.log = log or record.Log(inputs, draws.points_per_oom.size)
        self.begin(0, Quarter())

    def step(self) -> None:
        """One quarter: the phases of `sim/engine/schedule.py` in their order, and what is kept of it."""
        self.begin(self.steps - 1, Quarter())
        for phase in PHASES:
            phase.run(self.context, self.state, self.now)
        record.run(self.context, self.state, self.now, self.log)

    def begin(self, t: int, quarter: Quarter) -> None:
        """Open a quarter: its date, an empty record, and the catalogue in force."""
        self.now = quarter
        if t and t in self.inputs.designs:
            self.hardware = Hardware.of(self.inputs.designs[t], self.p)
        actors = Actors(self.allocators, self.deciders, self.designer)
        self.context = Context(
            self.inputs, self.p, self.noise, self.constants, self.hardware, actors, self.factual, t,
            self.log.kept,
        )  # fmt: skip

    def run(self) -> record.Log:
        """All quarters; the log holds what was kept.

        Raises:
            FloatingPointError: when a setting or parameter is too extreme to be simulated.
        """
        for _ in range(self.steps, self.inputs.steps):
            self.step()
        record.finish(self.context, self.state, self.log)
        self.check()
        return self.log

    def check(self) -> None:
        """Refuse a world that has left the numbers, whatever of it is kept.

        Raises:
            FloatingPointError: naming what is not finite.
        """
        infinite = {"agreed_run", "slowdown_start"}  # without an agreement, and before a slowdown
        carried = dict(self.state.amounts()) | {n: v for n, v in written(self.state).items() if n in SIGNED - infinite}
        for name, values in carried.items():
            if not np.isfinite(values).all():
                raise FloatingPointError(f"{self.inputs.spec.name}: {name} is not finite")

    def close(self) -> None:
        """Release the model from Mesa's registry: Mesa 3.3 keeps every model alive in a table of the class."""
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    # --- what actors may ask ------------------------------------------------------------------------------------------

    @property
    def public(self) -> PublicInfo:
        """What everybody saw of the last quarter."""
        return self.state.public

    @property
    def in_data(self) -> bool:
        """Whether the quarter has data."""
        return self.context.in_data

    @property
    def baseline_safety(self) -> Array:
        """(runs,) share of compute for safety without a rival in sight."""
        return self.constants.baseline_safety

    @property
    def edge(self) -> AtEdge:
        """What was divided at the edge of the data, and what it was worth."""
        return self.state.edge

    def fixed(self, what: str) -> Array | None:
        """(actors, uses) shares that the scenario fixes this quarter; None where it fixes none."""
        return self.context.inputs.fixed[what][self.context.t]

    def setting(self, lever: str) -> float:
        """This quarter's setting of a lever; NaN leaves the decision to the actor."""
        return self.context.setting(lever)

    def switch(self, name: str) -> bool:
        """Whether a mechanism is on."""
        return self.context.switch(name)

    # --- building -----------------------------------------------------------------------------------------------------

    def _actors(self) -> None:
        i = self.inputs
        self.designer = ChipDesigner(self, 2.0 + 2.0 * self.noise.variant_lag)
        us, china = UnitedStates(self, US, "united_states"), China(self, CHINA, "china")
        self.deciders: list[NationalActor] = [us, china]
        self.allocators: list[NationalActor] = [us, china, Partner.group(self, slice(PARTNERS.start, len(i.actors)))]
        for kind, cls in PARTNERS_BY_KIND.items():
            rows = i.rows_of(kind)
            for row in range(rows.start, rows.stop):
                cls(self, row, i.actors[row])
            if rows.stop > rows.start:
                self.deciders.append(cls.group(self, rows))

    def decide_one_by_one(self) -> None:
        """Let every actor decide by itself instead of in groups: slower, and the same to the last bit."""
        self.deciders = [agent for agent in self.agents if isinstance(agent, NationalActor)]
        self.allocators = list(self.deciders)
