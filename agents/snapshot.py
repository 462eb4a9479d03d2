"""An actor in a quarter that is over, seen through the numbers that were kept of one member of the ensemble."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import nan
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from agents.actor import NationalActor
from agents.protocols import AtEdge, PublicInfo, Traits, Trends
from agents.state import Array, Row
from agents.worth import Worth
from scenarios.decisions import DECISIONS
from scenarios.uses import COMPUTE, MONEY, PEOPLE

BY_USE = {"money_use": MONEY, "people_use": PEOPLE, "recorded_money": MONEY, "mix": COMPUTE[:3]}
"""Tables that have a row per use."""
A = TypeVar("A", bound=NationalActor)
Numbers = Mapping[str, float | Sequence[float]]


@dataclass(frozen=True)
class Snapshot:
    """What is known of a quarter. Whatever is not given is unknown (NaN), and explanations do without it."""

    public: Numbers = field(default_factory=dict)
    """What everybody saw of the quarter before, by field of `PublicInfo`."""
    trends: Numbers = field(default_factory=dict)
    """What holds this quarter for everybody, by field of `Trends`; allies have not parted where nothing is said."""
    edge: Numbers = field(default_factory=dict)
    """What was divided at the edge of the data, and what it was worth, by field of `AtEdge`."""
    worth: Mapping[str, float] = field(default_factory=dict)
    """What uses are worth to the actor's bloc, by field of `Worth`."""
    traits: Numbers = field(default_factory=dict)
    """Parameter values of the member, by field of `Traits`, and `baseline_safety`."""
    settings: Mapping[str, float] = field(default_factory=dict)
    """This quarter's settings of levers; NaN leaves the decision to the actor."""
    switches: Mapping[str, bool] = field(default_factory=dict)
    """Which mechanisms are on."""
    in_data: bool = False
    """Whether the quarter has data."""
    choosing: bool = False
    """Whether actors chose by then, and did not go by habit or by the record."""

    def actor(self, kind: type[A], rows: Numbers) -> A:
        """An actor of a kind that is about to decide; `rows` are its own numbers at the end of the quarter before."""
        return kind.group(_World(self, kind, rows), 0)


class _World:
    """A world of one actor and one member: tables are `(1, 1)`, everything else is `(1,)`."""

    def __init__(self, known: Snapshot, kind: type[NationalActor], rows: Numbers) -> None:
        self.known, self.in_data, self.choosing, self.turn = known, known.in_data, known.choosing, False
        own = [name for name in dir(kind) if isinstance(getattr(kind, name), Row)]
        seen = [field.name for field in fields(PublicInfo)]
        self.state: Any = _Known(rows, own, tables=own)
        then = AtEdge.__annotations__
        self.edge: Any = _Known(known.edge, then, tables=set(then) - {"cover", "margin"})
        self.public: Any = _Known(known.public, seen, tables=("rival_gap",))
        now: Any = _Known(
            {"allies_parted": False, **known.trends},
            [name for name in Trends.__annotations__ if name not in ("worth", "usual_use")],
            tables=("effort", "recorded_money", "chip_return", "public_costs", "prospects", "run_share"),
            alike=("allies_parted", "since", "stockpiling", "strain", "permission_recorded"),
        )  # fmt: skip
        now.worth = Worth(*(np.full((3, 1), known.worth.get(name, nan)) for name in Worth._fields))
        now.usual_use = getattr(self.edge, "money_use")  # noqa: B009 - a table that answers to any name
        self.now: Any = now
        self.p: Any = _Known(known.traits, [*Traits.__annotations__, "baseline_safety"])

    @property
    def baseline_safety(self) -> Array:
        """(1,) share of compute for safety without a rival in sight."""
        return self.p.baseline_safety

    def by_itself(self, lever: str) -> None:
        """Nobody moves a lever of a single partner."""

    def given(self, decision: str) -> Array:
        """What a lever fixes a decision at."""
        return np.full((1, 1), self.setting(DECISIONS[decision].lever) / DECISIONS[decision].scale)

    def held(self, decision: str) -> Array | None:
        """Nothing beside the scenario holds a decision."""
        return None

    def by_habit(self, decision: str) -> NDArray[np.bool_]:
        """Whether a decision goes by habit: who chose is told apart by `choosing`."""
        return np.zeros((1, 1), bool)

    def fixed(self, what: str) -> Array | None:
        """Shares that the scenario fixes: a page does not keep them."""
        return None

    def setting(self, lever: str) -> float:
        """This quarter's setting of a lever."""
        return self.known.settings[lever]

    def switch(self, name: str) -> bool:
        """Whether a mechanism is on."""
        return self.known.switches[name]


class _Known:
    """Numbers by name, in the shapes that decisions expect; NaN for those that nobody gave."""

    def __init__(
        self, given: Numbers, names: Iterable[str], tables: Iterable[str] = (), alike: Iterable[str] = ()
    ) -> None:
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise ValueError(f"no actor looks at {', '.join(unknown)}; known: {', '.join(sorted(names))}")
        for name in names:
            value: Any = given.get(name, nan)
            if name in BY_USE:
                value = np.reshape(np.broadcast_to(value, len(BY_USE[name])), (1, -1, 1))
            elif name not in alike:
                value = np.full((1, 1) if name in tables else (1,), value)
            setattr(self, name, value)
