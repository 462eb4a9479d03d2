"""What an actor may ask of its world: last quarter's public information, its own rows and the settings of levers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.state import Array
from scenarios.values import Weights

if TYPE_CHECKING:
    from agents.stakes import Stakes, Wants


@dataclass(frozen=True)
class PublicInfo:
    """What everybody saw of the last quarter; shapes `(runs,)` or `(actors, runs)`. Made again at its end."""

    rival_gap: Array
    """(actors, runs) own capability less the best rival's, ECI points."""
    lead: Array
    """(runs,) the United States less China, ECI points."""
    blocked: Array
    """(runs,) share of the frontier chips that China is kept from."""
    priced_out: Array
    """(runs,) share of China's chip money that the price of usable compute kept from being spent."""
    premium: Array
    """(runs,) street premium over the list price."""
    diverted: Array
    """(runs,) diverted chips as a share of the supply outside China."""
    cover: Array
    """(runs,) chips on order, in quarters of production."""
    flows: Array
    """(channels, runs) China's new compute by channel, H100e a quarter."""
    licensed: Array
    """(runs,) share of a frontier chip's use that the best chip under license has, by the rules as they are written."""
    enforcement: Array
    """(runs,) US enforcement, times the budget of 2026."""
    distilled: Array
    """(runs,) orders of magnitude of efficiency that China gains from what others' models answer."""


@dataclass(frozen=True)
class AtEdge:
    """What was divided at the edge of the data, and what each use was worth then: later values are held against it."""

    money_use: Array
    """(actors, uses, runs) shares of the budget."""
    race: Array
    """(blocs, runs) what rivalry made of the value of capability, a factor."""
    revenue: Array
    """(blocs, runs) AI revenue, US dollars a year."""
    power_use: Array
    """(blocs, runs) power that chips needed against what there would be."""
    from_experiments: Array
    """(blocs, runs) efficiency that an e-fold of experiments added in a quarter, orders of magnitude."""
    from_people: Array
    """(blocs, runs) the same of an e-fold of researchers."""
    pay: Array
    """(actors, runs) US dollars a year per person."""
    people: Array
    """(actors, runs) people, full-time equivalents."""
    safety: Array
    """(actors, runs) share of compute for safety."""
    public: Array
    """(actors, runs) US dollars a quarter that governments paid for controls: the record has them already."""
    cover: Array
    """(runs,) chips on order, in quarters of production."""
    margin: Array
    """(runs,) price of a chip over its cost."""


class Trends(Protocol):
    """What holds this quarter for everybody, as far as actors look at it."""

    prospects: Array
    """(actors, runs) money for chips that revenue carries, against that of the last quarter of data."""
    run_share: Array
    """(actors, runs) share of compute that money and the fleet give the largest run, policy apart; after the data."""
    stakes: Stakes
    """What everybody can see of the market; at the turn of a year."""
    licenses: tuple[Array, Array]
    """(runs,) licensing and permission that the United States and China would set, each expecting the other's; at the
    turn of a year."""
    permission_recorded: float
    """Share that Beijing let in by its dated rules; NaN where there were none."""
    since: float
    """Years after the data."""
    recorded_money: Array
    """(actors, uses, runs) US dollars for AI by use, by the record; while the data last."""
    worth: Any
    """What uses of money, compute and people are worth to the three blocs: an `agents.worth.Worth`."""
    chip_return: Array
    """(blocs, runs) yearly revenue over the worth of the compute that earns it, against that at the edge."""
    margin: Array
    """(runs,) price of a chip over its cost, last quarter."""
    public_costs: Array
    """(actors, runs) US dollars that a government pays this quarter for controls and their enforcement."""
    effort: Array
    """(actors, 1) spending of allies against the trend, a factor set by policy."""
    usual_use: Array
    """(actors, uses, runs) usual shares of money by use: those at the edge, but for what policy asks to be spent."""
    stockpiling: float
    """How much of what China may buy is about to be taken away, 0 to 1."""
    strain: Array | float
    """Controls on chip tools against those of 2026: what allies' sales suffer by."""
    allies_parted: bool
    """Whether an event has parted the allies from the United States."""


class Traits(Protocol):
    """Parameter values that decisions depend on, `(runs,)` each; their meaning stands in the table of parameters."""

    points_per_oom: Array
    rl_ramp: Array
    us_concentration: Array
    us_concentration_fall: Array
    china_concentration: Array
    china_concentration_fall: Array
    run_value: Array
    run_money: Array
    spend_share_late: Array
    plan_returns: Array
    state_share: Array
    hoarding: Array
    import_reluctance: Array
    ally_drift: Array
    hub_commerce: Array
    hostility: Array
    pooling_cost: Array
    secrecy_cost: Array
    us_month_value: Array
    china_month_value: Array
    choice_temperature: Array


class WorldView(Protocol):
    """The world as actors see it; their own rows they reach through `agents.state.Row`."""

    @property
    def p(self) -> Traits:
        """Parameter values that decisions depend on."""
        ...

    @property
    def public(self) -> PublicInfo:
        """What everybody saw of the last quarter."""
        ...

    @property
    def now(self) -> Trends:
        """What holds this quarter for everybody."""
        ...

    @property
    def in_data(self) -> bool:
        """Whether the quarter has data: what actors did then is recorded."""
        ...

    @property
    def baseline_safety(self) -> Array:
        """(runs,) share of compute for safety without a rival in sight."""
        ...

    @property
    def edge(self) -> AtEdge:
        """What was divided at the edge of the data, and what it was worth."""
        ...

    def fixed(self, what: str) -> Array | None:
        """(actors, uses) shares of `money`, `compute` or `people` that the scenario fixes; None where it fixes none."""
        ...

    @property
    def choosing(self) -> bool:
        """Whether actors choose: the record and its dated rules are over."""
        ...

    @property
    def turn(self) -> bool:
        """Whether it is the quarter of a year in which they do."""
        ...

    def given(self, decision: str) -> Array:
        """(actors, 1) what the scenario fixes a decision at; NaN where the actor decides."""
        ...

    def held(self, decision: str) -> Array | None:
        """(actors, 1) or (actors, runs) what a decision is held at beside the scenario; None where nothing is."""
        ...

    def by_habit(self, decision: str) -> NDArray[np.bool_]:
        """(actors, 1) whether a decision goes by habit."""
        ...

    def wants(self, row: int) -> Wants:
        """What the United States or China wants."""
        ...

    def weights(self, rows: int | slice) -> Weights:
        """Weights of actors on the four values, (1,) or (k, 1) each."""
        ...

    def politics(self, decision: str) -> Array:
        """(actors, runs) slope of a menu that makes the recorded level rational, billions of US dollars a year."""
        ...

    def by_itself(self, lever: str) -> Array | None:
        """(actors, 1) what partners set a lever of theirs to this quarter; None where nobody moves it."""
        ...

    def setting(self, lever: str) -> float | Array:
        """This quarter's setting of a lever, (runs,) where settings stand side by side; NaN leaves it to the actor."""
        ...

    def switch(self, name: str) -> bool:
        """Whether a mechanism is on."""
        ...
