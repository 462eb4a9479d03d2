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
        ("player: china", "player: mars", "unknown player"),
        ("china_power: 150", "us_power: 150", "a lever of United States"),
        ("china_power: 150", "chna_power: 150", "china_power"),
        ("sources: [{title: A plan}]", "", "sources"),
        ("story:", "tale:", "story"),
        ("levers: {china_power: 150}", "events: [{kind: hbm_shock, date: 2028-Q1, size: 1}]", "no event that China"),
    ],
)  # fmt: skip
def test_what_is_no_package_is_refused_in_words(tmp_path, old, new, told):
    path = tmp_path / "own.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError, match=told):
        read(path)
