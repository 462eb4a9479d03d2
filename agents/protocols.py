"""What an actor may ask of its world: last quarter's public information, its own rows and the settings of levers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agents.state import Array


@dataclass(frozen=True)
class PublicInfo:
    """What everybody saw of the last quarter; shapes `(runs,)` or `(actors, runs)`. Made anew at its end."""

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


class Trends(Protocol):
    """What holds this quarter for everybody, as far as actors look at it."""

    prospects: Array
    """(actors, runs) money for chips that revenue carries, against that of the last quarter of data."""
    run_share: Array
    """(actors, runs) share of compute that money and the fleet give the largest run, policy apart; after the data."""
    policing_set: Array
    """(actors, 1) how hard an actor polices diversion where its row of data fixes it; NaN where it decides."""
    since: float
    """Years after the data."""
    recorded_spending: Array
    """(actors, runs) US dollars for chips by the record; while the data last."""
    effort: Array
    """(actors, 1) spending of allies against the trend, a factor set by policy."""
    stockpiling: float
    """How much of what China may buy is about to be taken away, 0 to 1."""
    allies_parted: bool
    """Whether an event has parted the allies from the United States."""


class Traits(Protocol):
    """Parameter values that decisions hang on, `(runs,)` each; their meaning stands in the table of parameters."""

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


class WorldView(Protocol):
    """The world as actors see it; their own rows they reach through `agents.state.Row`."""

    @property
    def p(self) -> Traits:
        """Parameter values that decisions hang on."""
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

    def setting(self, lever: str) -> float:
        """This quarter's setting of a lever; NaN leaves the decision to the actor."""
        ...

    def switch(self, name: str) -> bool:
        """Whether a mechanism is on."""
        ...
