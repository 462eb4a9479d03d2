"""What is simulated before somebody asks for it."""

import time
from itertools import islice

import pytest

from scenarios import BASELINE, load, names
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from sim.ui import start
from sim.ui.shared import ahead, common, levers


def test_the_library_comes_first_then_every_stop_of_every_lever():
    found = list(ahead.likely())
    assert [spec.name for spec in found[: len(names())]] == list(names())
    base = load(BASELINE)
    single = {name: set() for name in LEVERS}
    for spec in found[len(names()) :]:
        for name, value in spec.levers.items():
            if value != base.setting(name):
                single[name].add(value)
    for name, lever in LEVERS.items():
        assert set(levers.stops(lever)) - {base.setting(name)} <= single[name], name


def test_near_stops_of_open_levers_come_before_far_ones():
    base, seen = load(BASELINE), []
    for spec in islice(ahead.likely(), len(names()), None):
        changed = [name for name, value in spec.levers.items() if value != base.setting(name)]
        seen += changed
    assert set(seen[: sum(len(levers.stops(LEVERS[name])) for name in levers.FIRST) // 2]) <= set(levers.FIRST)
    assert set(seen[:60]) >= {"enforcement", "cloud_rule", "openness", "licence_approval"}


def test_it_waits_while_somebody_asks_and_passes_over_what_cannot_be_simulated(monkeypatch: pytest.MonkeyPatch):
    specs = [load(name) for name in names()[:3]]
    monkeypatch.setattr(ahead, "likely", lambda: iter(specs))
    began: list[float] = []

    def simulate(spec):
        began.append(time.monotonic())
        if spec is specs[1]:
            raise InputError("not this one")

    ahead.heard()
    asked = time.monotonic()
    thread = ahead.begin(simulate, calm=0.3)
    time.sleep(0.2)
    ahead.heard()
    assert not began
    thread.join(10)
    assert not thread.is_alive()
    assert len(began) == 3
    assert began[0] - asked >= 0.5


def test_a_server_simulates_ahead_unless_it_is_told_not_to(page, monkeypatch: pytest.MonkeyPatch):
    begun = []
    monkeypatch.setattr(ahead, "begin", lambda simulate, first: begun.append(simulate))
    for setting, count in (("0", 0), ("1", 1)):
        monkeypatch.setenv("POLARITY_AHEAD", setting)
        start.warm.clear()
        page()
        assert len(begun) == count
    simulate, before = begun[0], common.view(load("tight_controls"))
    assert simulate(load("tight_controls")) is before
