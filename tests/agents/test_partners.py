"""Allies and hubs: what pulls their postures which way, and how fast."""

import numpy as np
import pytest

from agents.partners import Ally, Hub, Partner, Rest
from tests.agents.conftest import Seen


def settled(cls: type, table: str, quarters: int = 80, **what: float) -> float:
    """Where a posture ends when everything stays as it is."""
    world = Seen()
    for name in [n for n in what if n in world.levers and n != "enforcement"]:
        world.levers[name] = what.pop(name)
    for name in [n for n in what if hasattr(world.p, n)]:
        setattr(world.p, name, np.full(3, what.pop(name)))
    actor = cls.group(world.see(**what), slice(1, 2))
    for _ in range(quarters):
        actor.take_postures()
    return float(getattr(world.state, table)[1, 0])


def test_a_close_china_brings_allies_nearer_to_the_united_states() -> None:
    assert (
        settled(Ally, "alignment", lead=0.0)
        > settled(Ally, "alignment", lead=10.0)
        > settled(Ally, "alignment", lead=40.0)
    )


def test_a_china_that_is_ahead_is_no_more_of_a_threat_than_a_level_one() -> None:
    assert settled(Ally, "alignment", lead=-20.0) == pytest.approx(settled(Ally, "alignment", lead=0.0))


def test_lost_sales_pull_allies_away() -> None:
    assert settled(Ally, "alignment", ally_drift=0.1) > settled(Ally, "alignment", ally_drift=0.9)


def test_allies_whom_an_event_has_parted_do_not_come_back() -> None:
    world = Seen()
    world.now.allies_parted = True
    world.state.alignment[1] = 0.1
    Ally.group(world, slice(1, 2)).take_postures()
    assert np.all(world.state.alignment[1] == 0.1)


@pytest.mark.parametrize(
    ("cls", "lever", "table"), [(Ally, "allied_alignment", "alignment"), (Hub, "hub_policing", "policing")]
)
def test_what_is_decreed_is_carried_out_over_quarters(cls: type, lever: str, table: str) -> None:
    assert settled(cls, table, quarters=1, **{lever: 90.0}) == pytest.approx(0.5 + Partner.DECREED * 0.4)
    assert settled(cls, table, **{lever: 90.0}) == pytest.approx(0.9)


def test_hubs_look_harder_under_us_enforcement_and_after_scandals_and_less_where_trade_pays() -> None:
    usual = settled(Hub, "policing")
    assert settled(Hub, "policing", enforcement=8.0) > usual
    assert settled(Hub, "policing", diverted=0.1) > usual
    assert settled(Hub, "policing", hub_commerce=0.9) < usual < settled(Hub, "policing", hub_commerce=0.1)


def test_policing_has_no_ceiling_short_of_nearly_all() -> None:
    assert settled(Hub, "policing", enforcement=10.0, diverted=0.2, hub_commerce=0.1) == pytest.approx(0.95)
    assert settled(Hub, "policing", enforcement=0.0, diverted=0.0, hub_commerce=0.99) == pytest.approx(0.02)


def test_everybody_else_takes_no_posture() -> None:
    assert settled(Rest, "alignment", lead=0.0) == settled(Rest, "policing", diverted=0.2) == 0.5
