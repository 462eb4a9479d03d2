"""A world by turns: one future that people play a year at a time, with many others of the same moves beside it.

A turn decides a year. It is announced a quarter ahead, as signposts are read and rules are known, so that the world is
stepped from the third quarter of the year before to the third of the year itself. What is played is a scenario like any
other: simulated in one go, it gives the same numbers to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scenarios import load
from scenarios.errors import InputError, unknown
from scenarios.events import Event
from scenarios.levers import ACTOR
from scenarios.packages import SEATS, SIGNATORIES, SPOKEN, Package, packages, seat_of
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quarters import DEFAULT_HORIZON, FIRST, number
from scenarios.schema import Scenario, Source
from sim.checks import check_runs, checked
from sim.engine.chunk import CHUNK, simulate_past
from sim.engine.edge import Past, keeps_to_the_record, put_down, record_of, take_up
from sim.engine.inputs import inputs_of
from sim.engine.noise import noise
from sim.engine.phases.record import Keep, Log
from sim.engine.world import World
from sim.ensemble.draws import draw
from sim.ensemble.rng import PAD, Streams, check_seed
from sim.results.run import Run

FIRST_YEAR = 2027
"""The year that the first turn decides: the first that begins after the data."""
RUNS = 256
AS_IS = "as_is"
"""The move of a seat that nobody holds: its actor decides as the model describes it."""
OPENS, CLOSES = "Q1", "Q3"
"""The quarter from which a year's moves hold, and the one to whose end a turn is stepped."""


@dataclass(frozen=True)
class Turn:
    """A year that was played."""

    year: int
    moves: Mapping[str, str]
    """Seat → the name of its package; every seat has one."""


def moves_of(seat: str) -> tuple[Package, ...]:
    """What a seat can do in a turn: its packages, but for those that wait for a signpost.

    Raises:
        InputError: for no seat.
    """
    return tuple(package for package in packages(seat_of(seat)).values() if package.response is None)


def _move(seat: str, name: str) -> Package:
    known = {package.name: package for package in moves_of(seat)}
    if name not in known:
        raise unknown(f"move of {SPOKEN[seat]}", name, known)
    return known[name]


@dataclass
class Game:
    """A game from the edge of the data to the end of the horizon, a year a turn.

    Attributes:
        base: the scenario in which it is played; what nobody decides follows it.
        runs: futures, up to 512; one of them is played.
        seed: names the dice.
        future: number of the future that is played.
        keep: series that are kept, as for `simulate`.
    """

    base: Scenario
    runs: int = RUNS
    seed: int = 0
    future: int = 0
    keep: Keep = "results"
    turns: list[Turn] = field(default_factory=list)
    _past: Past | None = field(default=None, repr=False)

    @classmethod
    @checked
    def of(
        cls, base: Scenario | str = "current_policy", runs: int = RUNS, seed: int = 0, future: int = 0,
        keep: Keep = "results", turns: Sequence[Turn] = (),
    ) -> Game:  # fmt: skip
        """A game before its first turn, or after some that have been played: the same to the last bit.

        Raises:
            InputError: for a scenario with a past of its own, a number out of range, or a turn that cannot be played.
        """
        spec = load(base) if isinstance(base, str) else base
        check_runs(runs, fewest=PAD)
        check_seed(seed)
        if runs > CHUNK:
            raise InputError(f"runs is {runs}; a game has at most {CHUNK} futures")
        if not 0 <= future < runs:
            raise InputError(f"future is {future}; there are {runs}, from 0 to {runs - 1}")
        if spec.blind or not keeps_to_the_record(spec):
            raise InputError(f"{spec.name} changes the past; a game goes on from the recorded one")
        game = cls(spec, runs, seed, future, keep)
        for turn in turns:
            if turn.year != game.year:
                raise InputError(f"turn {turn.year} comes before {game.year} has been played")
            game.play(turn.moves)
        return game

    # --- where it stands ----------------------------------------------------------------------------------------------

    @property
    def year(self) -> int:
        """The year that the next turn decides."""
        return FIRST_YEAR + len(self.turns)

    @property
    def over(self) -> bool:
        """Whether the last year has been played."""
        return self.year > DEFAULT_HORIZON

    @property
    def quarters(self) -> int:
        """Quarters since the first of the data that have been played or recorded."""
        return self.past.quarters

    @property
    def past(self) -> Past:
        """What has happened: the record, and the turns that were played."""
        if self._past is None:
            record = record_of(self.base)
            streams = Streams(self.seed, 0, self.runs, record.steps)
            self._past = simulate_past(record, draw(record.spec, streams), streams, self._kept)
        return self._past

    @cached_property
    def _kept(self) -> Keep:
        """What is kept: the names that a log of this scenario has."""
        return Log(inputs_of(self.base, 4), 1, self.keep).keep

    @property
    def run(self) -> Run:
        """What has been played, as a run that ends where the game stands."""
        inputs = inputs_of(self.spec, self._steps)
        drawn = draw(self.spec, Streams(self.seed, 0, self.runs, self._steps))
        return Run(
            spec=self.spec, seed=self.seed, first=0, until=(FIRST + self.quarters) // 4 - 1, actors=inputs.actors,
            series=dict(self.past.series), parameters=vars(drawn),
        )  # fmt: skip

    # --- playing ------------------------------------------------------------------------------------------------------

    def play(self, moves: Mapping[str, str]) -> Turn:
        """Play a year: every seat's move holds in it, and the world is stepped to its third quarter, or to the end.

        Args:
            moves: seat → the name of its package; seats that are left out are played by their actors.

        Raises:
            InputError: after the last turn, for no seat, or a move that the seat does not have.
        """
        if self.over:
            raise InputError(f"{DEFAULT_HORIZON} was the last year; the game is over")
        past = self.past
        turn = Turn(self.year, {seat: AS_IS for seat in SEATS} | {seat_of(s): _move(seat_of(s), m).name
                                                                 for s, m in moves.items()})  # fmt: skip
        turns = [*self.turns, turn]
        spec = played(self.base, turns)
        world = self._world(spec, past)
        last = self._steps if turn.year == DEFAULT_HORIZON else number(f"{turn.year}-{CLOSES}") - FIRST + 1
        try:
            while world.steps < last:
                world.step()
        finally:
            world.close()
        self._past, self.turns = put_down(world), turns
        return turn

    @property
    def _steps(self) -> int:
        """Quarters of the whole game."""
        return number(f"{DEFAULT_HORIZON}-Q4") - FIRST + 1

    def _world(self, spec: Scenario, past: Past) -> World:
        inputs = inputs_of(spec, self._steps)
        streams = Streams(self.seed, 0, self.runs, self._steps)
        world = World(inputs, draw(spec, streams), noise(inputs, streams), None, Log(inputs, self.runs, self._kept))
        take_up(past, world)
        return world

    # --- what it has become -------------------------------------------------------------------------------------------

    @property
    def spec(self) -> Scenario:
        """What has been played so far, as a scenario."""
        return played(self.base, self.turns)


def played(base: Scenario, turns: Sequence[Turn]) -> Scenario:
    """The scenario of some turns over a base: what seats set holds for its year, and goes back where they let it go.

    Args:
        base: the scenario.
        turns: years in order, with the move of every seat.
    """
    chosen = [(turn.year, {seat: _move(seat, name) for seat, name in turn.moves.items()}) for turn in turns]
    if not chosen:
        return base
    set_by = [(year, _levers(moves)) for year, moves in chosen]
    names = dict.fromkeys(name for _, given in set_by for name in given)
    levers = {name: path for name in names if (path := _path(base, name, set_by))}
    return base.with_levers(**levers).with_changes(
        events=(*base.events, *_events(chosen)), name=_name(base), title=f"{base.title}, played"[:120],
        story="What a room decided, a year at a time.", question="Where did the decisions of the room lead?",
        baseline=base.name, sources=(*base.sources, Source(title="A game")),
    )  # fmt: skip


def _name(base: Scenario) -> str:
    return f"{base.name.replace(':', '_')}_played"[:80]


def _levers(moves: Mapping[str, Package]) -> dict[str, Any]:
    """What the moves of a year set; the settings of a treaty that both superpowers choose come first."""
    found: dict[str, Any] = {}
    if name := _treaty(moves):
        found |= {lever: _first(setting) for lever, setting in load(name).levers.items()}
    for package in moves.values():
        found |= {lever: _first(setting) for lever, setting in package.levers.items()}
    return found


def _first(setting: Any) -> Any:
    """A setting in the year in which it is chosen: of a dated path the first level."""
    return setting[min(setting, key=number)] if isinstance(setting, Mapping) else setting


def _treaty(moves: Mapping[str, Package]) -> str:
    """The treaty that both superpowers choose in a year; empty where they do not choose the same."""
    named = {moves[seat].treaty for seat in SIGNATORIES}
    return named.pop() if len(named) == 1 else ""


def _path(base: Scenario, name: str, set_by: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[str, Any]:
    """A lever's dated path: what moves set in their years, and the base's setting elsewhere; empty where it stays."""
    usual = base.setting(name)
    own: Mapping[str, Any] = usual if isinstance(usual, Mapping) else {base.start: usual}
    steps = [(date, level) for date, level in own.items() if number(date) < number(_opens(set_by[0][0]))]
    for year, given in set_by:
        inside = [(d, x) for d, x in own.items() if number(_opens(year)) < number(d) < number(_opens(year + 1))]
        first = given.get(name, _at(own, _opens(year)))
        steps += [(_opens(year), first), *(() if name in given else inside)]
    path: dict[str, Any] = {}
    stands: Any = ALL_LEVERS[name].default
    for date, level in sorted(steps, key=lambda step: number(step[0])):
        if level != stands:
            path[date] = stands = level
    return path


def _opens(year: int) -> str:
    return f"{year}-{OPENS}"


def _at(path: Mapping[str, Any], date: str) -> Any:
    """What a path stands at in a quarter; left to the actor before it begins."""
    begun = [when for when in path if number(when) <= number(date)]
    return path[max(begun, key=number)] if begun else ACTOR


def _events(chosen: Sequence[tuple[int, Mapping[str, Package]]]) -> list[Event]:
    """Events of moves in the year in which they are made, and treaties for as long as both keep choosing them."""
    found: list[Event] = []
    for n, (year, moves) in enumerate(chosen):
        before = chosen[n - 1][1] if n else {}
        for seat, package in moves.items():
            fresh = not before or before[seat].name != package.name
            found += [_dated(event, year) for event in package.events if fresh]
        name = _treaty(moves)
        if name and (not before or _treaty(before) != name):
            kept = next((y for y, later in chosen[n:] if _treaty(later) != name), None)
            lasts = {} if kept is None else {"quarters": 4 * (kept - year)}
            found += [_dated(event, year).model_copy(update=lasts) for event in load(name).events]
    return found


def _dated(event: Event, year: int) -> Event:
    return event.model_copy(update={"date": _opens(year)})
