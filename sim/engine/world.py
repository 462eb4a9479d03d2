"""The world as a Mesa model: builds the actors, steps through the quarters and keeps what was asked for."""

from __future__ import annotations

from collections.abc import Mapping

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.actor import NationalActor
from agents.designer import ChipDesigner
from agents.partners import Ally, Hub, Partner, Rest
from agents.protocols import AtEdge, PublicInfo
from agents.rows import CHINA, PARTNERS, US
from agents.stakes import Wants
from agents.superpower import China, UnitedStates
from scenarios import load
from scenarios.errors import InputError
from scenarios.kinds import PartnerKind
from scenarios.quarters import DEFAULT_HORIZON, FIRST, label, number
from scenarios.schema import Scenario
from scenarios.values import Weights
from sim.checks import check_runs, check_until, checked
from sim.engine import start
from sim.engine.anchor import Anchor
from sim.engine.context import Actors, Constants, Context, Desires, Hardware
from sim.engine.edge import keeps_to_the_record, record_of
from sim.engine.inputs import Inputs, inputs_of
from sim.engine.noise import Noise, noise
from sim.engine.phases import record
from sim.engine.schedule import PHASES
from sim.engine.state import SIGNED, Quarter, State, written
from sim.ensemble.draws import Draws, draw
from sim.ensemble.rng import Array, Streams, check_seed
from sim.own import Own, seated

PARTNERS_BY_KIND: dict[PartnerKind, type[NationalActor]] = {"ally": Ally, "hub": Hub, "rest": Rest}


class World(mesa.Model):
    """One part of an ensemble: all members at once, in tables of shape `(actors, runs)`.

    It begins at a state that is given, as that at the edge of the data, or before the first quarter. `World.of` makes
    one to be stepped by hand, as any model of Mesa: `running` is False after the last quarter.
    """

    running: bool

    def __init__(
        self,
        inputs: Inputs,
        draws: Draws,
        noise: Noise,
        factual: Anchor | None = None,
        log: record.Log | None = None,
        state: State | None = None,
        own: Mapping[str, Own] | None = None,
        desires: Desires | None = None,
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generators stay unused
        self.inputs, self.p, self.noise, self.factual = inputs, draws, noise, factual
        self.desires = desires or Desires()
        self.constants = Constants.of(inputs, draws)
        self.hardware = Hardware.of(inputs.designs[0], draws)
        self.state: State = state or start.first(inputs, draws, self.constants, factual)
        self._actors(own or {})
        self.log = log or record.Log(inputs, draws.points_per_oom.size)
        self.begin(0, Quarter())

    @classmethod
    @checked
    def of(
        cls,
        spec: Scenario | str,
        runs: int = 256,
        seed: int = 0,
        until: int = DEFAULT_HORIZON,
        agents: Mapping[str, Own] | None = None,
    ) -> World:
        """A world before its first quarter, to be stepped by hand.

        At its end `log.series` holds what `simulate` gives for the same members, to the last bit from eight of them on:
        narrower tables NumPy adds up in another order.

        Args:
            spec: the scenario, or the name of one of the library.
            runs: members, 1 to 100,000; all of them stand in one table.
            seed: names the dice.
            until: last year, 2027 to 2035.
            agents: custom actors, as for `simulate`.

        Raises:
            InputError: when a number is out of range, or an actor cannot hold its seat.
        """
        spec = load(spec) if isinstance(spec, str) else spec
        check_runs(runs)
        check_seed(seed)
        check_until(until)
        inputs = inputs_of(spec, number(f"{until}-Q4") - FIRST + 1)
        streams = Streams(seed, 0, runs, inputs.steps)
        drawn = draw(spec, streams)
        past = None if keeps_to_the_record(spec) else cls._past(inputs, drawn, seed)
        factual = past.anchor.among(len(inputs.actors)) if past and past.anchor else None
        desires = Desires(politics=past.politics if past and past.politics else None)
        world = cls(inputs, drawn, noise(inputs, streams), factual, own=seated(agents, spec), desires=desires)
        world.close()
        return world

    @classmethod
    def _past(cls, inputs: Inputs, drawn: Draws, seed: int) -> State:
        """The past as it was, where a scenario has another: what ties its members to the record is found in it."""
        record_inputs, runs = record_of(inputs.spec), drawn.points_per_oom.size
        dice = noise(record_inputs, Streams(seed, 0, runs, record_inputs.steps))
        past = cls(record_inputs, drawn, dice, log=record.Log(record_inputs, runs, ()))
        past.run()
        past.close()
        return past.state

    def step(self) -> None:
        """One quarter: the phases of `sim/engine/schedule.py` in their order, and what is kept of it.

        Raises:
            InputError: after the last quarter.
            FloatingPointError: when a setting, a parameter or an actor is too extreme to be simulated.
        """
        if not self.running:
            self.steps -= 1  # Mesa has counted it already
            raise InputError(f"{self.inputs.spec.name}: {self.quarter} was the last quarter; make another world")
        self.begin(self.steps - 1, Quarter())
        for phase in PHASES:
            phase.run(self.context, self.state, self.now)
        record.run(self.context, self.state, self.now, self.log)
        if self.steps == self.inputs.steps:
            self.running = False
            record.finish(self.context, self.state, self.log)
            self.check()

    def begin(self, t: int, quarter: Quarter) -> None:
        """Open a quarter: its date, an empty record, and the catalogue in force."""
        self.now = quarter
        if t and t in self.inputs.designs:
            self.make_what_is_designed(t)
        if self.newcomers and t >= self.inputs.data_steps:
            self._hand_over()
        actors = Actors(self.allocators, self.deciders, self.designer, self.own)
        self.context = Context(
            self.inputs, self.p, self.noise, self.constants, self.hardware, actors, self.factual, t,
            self.desires, self.log.kept,
        )  # fmt: skip

    def make_what_is_designed(self, t: int) -> None:
        """Take the catalogue that is in force in a quarter, if it is not the first."""
        if latest := max(step for step in self.inputs.designs if step <= t):
            self.hardware = Hardware.of(self.inputs.designs[latest], self.p)

    def run(self) -> record.Log:
        """All quarters that are left; the log holds what was kept.

        Raises:
            FloatingPointError: when a setting, a parameter or an actor is too extreme to be simulated.
        """
        while self.running:
            self.step()
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

    @property
    def quarter(self) -> str:
        """The quarter that was stepped last, such as `2027-Q1`; before the first step, the one that comes first."""
        return label(self.context.quarter)

    def __repr__(self) -> str:
        return f"<World of {self.inputs.spec.name}, {self.context.runs:,} futures, at {self.quarter}>"

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

    @property
    def choosing(self) -> bool:
        """Whether actors choose: the record and its dated rules are over."""
        return self.context.choosing

    @property
    def turn(self) -> bool:
        """Whether it is the quarter of a year in which they do."""
        return self.context.turn

    def given(self, decision: str) -> Array:
        """What a decision is fixed at; NaN where the actor decides."""
        return self.context.given(decision)

    def held(self, decision: str) -> Array | None:
        """What a decision is held at beside the scenario."""
        return self.context.held(decision)

    def by_habit(self, decision: str) -> NDArray[np.bool_]:
        """Whether actors decide by habit."""
        return self.inputs.by_habit[decision]

    def wants(self, row: int) -> Wants:
        """What the United States or China wants."""
        return self.context.wants(row)

    def weights(self, rows: int | slice) -> Weights:
        """Weights of actors on the four values."""
        return self.context.weights(rows)

    def politics(self, decision: str) -> Array:
        """Slope of a menu that makes the recorded level rational."""
        return self.state.politics[decision]

    def by_itself(self, lever: str) -> Array | None:
        """(actors, 1) what partners set a lever of theirs to this quarter; None where nobody moves it."""
        return self.context.own(lever)

    def setting(self, lever: str) -> float | Array:
        """This quarter's setting of a lever, (runs,) where settings stand side by side; NaN leaves it to the actor."""
        return self.context.setting(lever)

    def switch(self, name: str) -> bool:
        """Whether a mechanism is on."""
        return self.context.switch(name)

    # --- building -----------------------------------------------------------------------------------------------------

    def _actors(self, own: Mapping[str, Own]) -> None:
        i = self.inputs
        self.designer = ChipDesigner(self, 2.0 + 2.0 * self.noise.variant_lag)
        self.usual: list[NationalActor] = []
        self.newcomers: list[NationalActor] = []
        self.own: list[NationalActor] = []
        superpowers = [self._seat(UnitedStates, US, own), self._seat(China, CHINA, own)]
        self.deciders: list[NationalActor] = list(superpowers)
        self.allocators: list[NationalActor] = [
            *superpowers, Partner.group(self, slice(PARTNERS.start, len(i.actors)))
        ]  # fmt: skip
        for kind, cls in PARTNERS_BY_KIND.items():
            rows = i.rows_of(kind)
            for row in range(rows.start, rows.stop):
                self._seat(cls, row, own)
            if rows.stop > rows.start:
                self.deciders.append(cls.group(self, rows))

    def _seat(self, usual: type[NationalActor], row: int, own: Mapping[str, Own]) -> NationalActor:
        """Who decides in a row while the data last: the usual actor, since what it did is recorded.

        Mesa knows the custom actor where there is one. It waits for the edge of the data.
        """
        name = self.inputs.actors[row]
        if name in own:
            self.newcomers.append(own[name](self, row, name))
            self.usual.append(usual.group(self, row))
        else:
            self.usual.append(usual(self, row, name))
        return self.usual[-1]

    def _hand_over(self) -> None:
        """Give custom actors their seats; all others go on in the groups that are left."""
        self.own, self.newcomers = self.newcomers, []
        self.deciders, self.allocators = self._but_own(self.deciders), self._but_own(self.allocators)

    def _but_own(self, actors: list[NationalActor]) -> list[NationalActor]:
        taken = {actor.rows for actor in self.own if isinstance(actor.rows, int)}
        return [left for actor in actors for left in actor.without(taken)]

    def decide_one_by_one(self) -> None:
        """Let every actor decide by itself instead of in groups: slower, and the same to the last bit."""
        self.deciders = self._but_own(self.usual)
        self.allocators = list(self.deciders)
