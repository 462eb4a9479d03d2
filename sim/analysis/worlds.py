"""Alternative sets of assumptions under which a conclusion should be looked at before it is believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scenarios.events import Event
from scenarios.parameters import parameters
from scenarios.schema import Scenario


@dataclass(frozen=True)
class World:
    """One way in which the world may be otherwise, laid over any scenario."""

    name: str
    label: str
    over: Callable[[Scenario], Scenario]
    """The scenario in that world; what the scenario itself fixes or lets happen stays."""


def _fixed(name: str, place: int) -> Callable[[Scenario], Scenario]:
    """A parameter at the low (0) or high (2) end of the 90% interval of its prior."""

    def over(spec: Scenario) -> Scenario:
        value = parameters()[name].distribution.interval()[place]
        return spec.with_changes(parameters={name: value, **spec.parameters})

    return over


def _switched(**switches: bool) -> Callable[[Scenario], Scenario]:
    return lambda spec: spec.with_changes(switches={**spec.switches.model_dump(), **switches})


def _happening(*events: Event) -> Callable[[Scenario], Scenario]:
    return lambda spec: spec.with_changes(events=(*spec.events, *events))


WORLDS: tuple[World, ...] = (
    World("priors", "Parameters not weighted by history", lambda spec: spec.with_changes(weighting="none")),
    World("slow_ideas", "Ideas spread slowly", _fixed("diffusion", 0)),
    World("fast_ideas", "Ideas spread fast", _fixed("diffusion", 2)),
    World("weak_followers", "Followers less efficient than assumed", _fixed("follower_efficiency", 0)),
    World("strong_followers", "Followers more efficient than assumed", _fixed("follower_efficiency", 2)),
    World("no_feedback", "AI does not speed up AI research", _switched(research_feedback=False)),
    World("no_reinvestment", "Revenue is not reinvested in compute", _switched(reinvestment=False)),
    World("us_reacts", "The US tightens when its lead shrinks", _switched(us_reacts=True)),
    World("slowdown", "Scaling slows down in 2027", _happening(
        Event(kind="scaling_slowdown", date="2027-Q2", size=0.5), Event(kind="rl_ceiling", date="2027-Q2", size=0.25)
    )),
    World("shock", "A large efficiency shock in 2027", _happening(
        Event(kind="efficiency_shock", date="2027-Q2", size=1.0)
    )),
    World("fabs", "Chinese fab breakthrough in 2028", _happening(
        Event(kind="fab_breakthrough", date="2028-Q1", size=5.0)
    )),
    World("taiwan", "Taiwan is cut off for two years in 2028", _happening(
        Event(kind="taiwan_disruption", date="2028-Q2", size=0.8, quarters=8)
    )),
)  # fmt: skip
"""Twelve of them: the inputs that drive the lead most (Sobol), switches, and the shocks of the library's scenarios."""
