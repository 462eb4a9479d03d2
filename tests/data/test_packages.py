"""Packages set what their player decides and nothing else, with a source; own ones are checked the same way."""

import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from scenarios.packages import PLAYERS, combined, packages, player_of, read


@pytest.mark.parametrize("player", PLAYERS)
def test_every_package_is_its_players_and_has_a_source(player):
    found = packages(player)
    assert next(iter(found)) == "as_is"
    assert sum(package.usual for package in found.values()) == {"allies": 3, "hubs": 4}.get(player, 8)
    for package in found.values():
        assert package.sources[0].title
        for lever, value in package.levers.items():
            assert LEVERS[lever].who == PLAYERS[player]
            assert LEVERS[lever].low <= value <= LEVERS[lever].high
            # Packages that people recognize, not ends of sliders, but where a policy is one: a ban, nothing let in.
            assert value not in (LEVERS[lever].low, LEVERS[lever].high) or value in (0, 100)


def test_packages_add_up_and_as_is_changes_nothing():
    base = load("current_policy")
    ours, theirs = packages("united_states"), packages("china")
    both = combined(base, {"united_states": ours["close_ideas"], "china": theirs["retaliate"]})
    assert both.levers == {**ours["close_ideas"].levers, **theirs["retaliate"].levers}
    assert [event.kind for event in both.events] == ["mineral_controls"]
    same = combined(base, {"united_states": ours["as_is"], "china": theirs["as_is"]})
    assert same.digest() == base.digest()


def test_names_of_players():
    assert [player_of(name) for name in ("us", "cn", "china")] == ["united_states", "china", "china"]
    with pytest.raises(InputError, match="unknown player"):
        player_of("mars")


GOOD = """\
player: china
title: Build power
story: China builds more power.
levers: {china_power: 150}
sources: [{title: A plan}]
"""


def test_a_package_of_ones_own(tmp_path):
    path = tmp_path / "power.yaml"
    path.write_text(GOOD)
    package = read(path)
    assert (package.name, package.player, package.levers) == ("power", "china", {"china_power": 150})


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("player: china", "player: mars", "unknown player"), ("china_power: 150", "china_power: 15000", "40 to 400"),
        ("china_power: 150", "us_power: 150", "a lever of United States"),
        ("china_power: 150", "chna_power: 150", "china_power"),
        ("sources: [{title: A plan}]", "", "sources"),
        ("story:", "tale:", "story"),
        ("levers: {china_power: 150}", "response: {when: lead, then: import}", "one of below and above"),
        ("levers: {china_power: 150}", "response: {when: led, below: 3, then: import}", "unknown signpost"),
        ("levers: {china_power: 150}", "treaty: no_such", "unknown scenario"),
        ("player: china", "treaty: verified_agreement\nplayer: hubs", "not of"),
        ("{china_power: 150}", "{china_power: {2028-Q1: 150}}\nresponse: {when: lead, below: 3, then: import}",
         "without dates"),
        ("levers: {china_power: 150}", "events: [{kind: hbm_shock, date: 2028-Q1, size: 1}]", "no event that China"),
    ],
)  # fmt: skip
def test_what_is_no_package_is_refused_in_words(tmp_path, old, new, told):
    path = tmp_path / "own.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError, match=told):
        read(path)


def test_what_follows_takes_the_place_of_what_was():
    base = load("current_policy")
    own = packages("united_states")
    later = combined(
        base, {"united_states": own["sell_at_volume"]}, {"united_states": ("2029-Q1", own["tight_controls"])}
    )
    assert later.levers["licence_tpp"] == {base.start: 36.0, "2029-Q1": 2.0}
    assert later.levers["enforcement"] == {"2029-Q1": 5.0}  # left to Washington until then
    back = combined(base, {"united_states": own["pool_compute"]}, {"united_states": ("2029-Q1", own["as_is"])})
    assert back.levers == {"us_concentration": {base.start: 3.0, "2029-Q1": 1.0}}
    minerals = combined(
        base, {"china": packages("china")["as_is"]}, {"china": ("2029-Q1", packages("china")["retaliate"])}
    )
    assert [event.date for event in minerals.events] == ["2029-Q1"]


def test_a_treaty_needs_both_signatures():
    base = load("current_policy")
    ours, theirs = packages("united_states")["deal"], packages("china")["deal"]
    both = combined(base, {"united_states": ours, "china": theirs})
    assert [event.kind for event in both.events] == ["agreement"]
    assert both.levers == load("verified_agreement").levers
    for alone in ({"united_states": ours}, {"united_states": ours, "china": packages("china")["as_is"]}):
        assert combined(base, alone).digest() == base.digest()
