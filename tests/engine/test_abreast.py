"""Scenarios side by side in one table: each of them with the numbers that it has by itself, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from scenarios import load
from scenarios.errors import InputError
from scenarios.levers import ACTOR, LEVERS
from sim.batch.evaluate import TABLE, Task, evaluate, evaluate_all, evaluate_pack, packs
from sim.batch.executors import Here
from sim.engine.abreast import WRITTEN, repeated, together
from sim.results.outcomes.scalar import parse
from sim.run import simulate, simulate_abreast

STEPS = 42
FREE = [name for name in LEVERS if name not in (*WRITTEN, "licensing", "import_permission")]
ASK = (parse("lead_months@2028"), parse("outcome@2028"))


def same(one, other):
    """Whether two runs hold the same bits."""
    assert one.series.keys() == other.series.keys()
    assert one.ledger.keys() == other.ledger.keys()
    for mine, theirs in ((one.series, other.series), (one.ledger, other.ledger), (one.parameters, other.parameters)):
        for name, values in mine.items():
            assert np.array_equal(values, theirs[name], equal_nan=True), name


def alone(specs, runs, until=2028, keep="ledger"):
    return [simulate(spec, runs=runs, until=until, keep=keep) for spec in specs]


@pytest.mark.parametrize("name", ["current_policy", "china_surge", "third_power"])
def test_every_lever_at_both_ends_beside_the_others(name):
    base = load(name)
    ends = [base.with_levers(**{lever: end}) for lever in FREE for end in (LEVERS[lever].low, LEVERS[lever].high)]
    specs = [base, *ends] if together(base, STEPS) is not None else []
    for begin in range(0, len(specs), 16):
        part = specs[begin : begin + 16]
        assert len({together(spec, STEPS) for spec in part}) == 1
        for one, other in zip(simulate_abreast(part, 8, until=2028, keep="ledger"), alone(part, 8), strict=True):
            same(one, other)


@given(data=st.data(), runs=st.integers(1, 40), first=st.integers(0, 200))
@settings(max_examples=8, deadline=None)
def test_many_levers_at_once_and_dated(data, runs, first):
    def drawn(lever):
        at = st.floats(lever.low, lever.high, allow_nan=False)
        dated = st.dictionaries(st.sampled_from(["2026-Q4", "2027-Q2", "2028-Q1"]), at, min_size=1)
        return st.one_of(at, dated, st.just(lever.default))

    chosen = st.dictionaries(st.sampled_from(FREE), st.none(), max_size=6)
    specs = []
    for _ in range(3):
        names = data.draw(chosen)
        specs.append(load("current_policy").with_levers(**{n: data.draw(drawn(LEVERS[n])) for n in names}))
    found = simulate_abreast(specs, runs, first=first, until=2028)
    for one, spec in zip(found, specs, strict=True):
        same(one, simulate(spec, runs=runs, first=first, until=2028))


def test_who_must_stand_alone():
    base = load("current_policy")
    assert together(base, STEPS) == together(base.with_levers(openness=10, cloud_rule=80), STEPS)
    for lever, value in (("licence_tpp", 36), ("licensing", 80), ("import_permission", 40)):
        assert together(base, STEPS) != together(base.with_levers(**{lever: value}), STEPS), lever
    pair = [base.with_levers(licensing=level) for level in (10, 90)]
    assert together(pair[0], STEPS) == together(pair[1], STEPS)
    assert together(base.with_levers(licensing=ACTOR), STEPS) == together(base, STEPS)
    for change in ({"parameters": {"diffusion": 0.5}}, {"switches": {"luck": False}}, {"decisions": "habit"}):
        assert together(base.with_changes(**change), STEPS) != together(base, STEPS), change
    early = base.with_changes(start="2024-Q1", levers={"openness": 10})
    assert together(early, STEPS) is None
    with pytest.raises(InputError, match="cannot stand side by side"):
        simulate_abreast([base, base.with_levers(licence_quota=10)], 8)
    with pytest.raises(InputError, match="cannot stand side by side"):
        simulate_abreast([early, early], 8)


def test_a_table_is_full_and_workers_get_the_same_number():
    base = load("current_policy")
    tasks = [Task(base.with_levers(openness=n), ASK, 256) for n in range(9)]

    class Two(Here):
        workers = 2

    assert [len(pack) for pack in packs(tasks, Here())] == [5, 4]
    assert [len(pack) for pack in packs(tasks, Two())] == [5, 4]
    assert [len(pack) for pack in packs(tasks[:3], Two())] == [2, 1]
    big = [Task(base.with_levers(openness=n), ASK, TABLE) for n in range(3)]
    assert [len(pack) for pack in packs(big, Here())] == [1, 1, 1]
    mixed = [*tasks[:3], Task(base, ASK, 256, seed=1), Task(base.with_levers(licence_quota=10), ASK, 256)]
    assert sorted(packs(mixed, Here())) == [[0, 1, 2], [3], [4]]


def test_tasks_of_a_list_are_answered_side_by_side_with_their_own_bits():
    base = load("tight_controls")
    tasks = [Task(base.with_levers(openness=n), ASK if n else ASK[:1], 12, first=5) for n in (0, 20, 40, 60)]
    tasks += [Task(base.with_levers(licence_approval=n), ASK, 12) for n in (0, 100)]
    tasks += [Task(base, ASK, 12, parameters=True)]
    for task, answer in zip(tasks, evaluate_all(tasks), strict=True):
        expected = evaluate(task)
        assert answer.keys() == expected.keys()
        for name, values in expected.items():
            assert np.array_equal(answer[name], values), name


def test_one_that_is_too_extreme_is_named_and_the_others_are_as_ever(monkeypatch):
    base = load("current_policy")
    tasks = [Task(base.with_levers(openness=n), ASK, 8) for n in (10, 20)]
    asked = []

    def broken(specs, *rest):
        asked.append(len(specs))
        raise FloatingPointError("something is not finite")

    monkeypatch.setattr("sim.batch.evaluate.simulate_abreast", broken)
    found = evaluate_pack(tasks)
    assert asked == [2]
    assert all(np.array_equal(answer[name], evaluate(task)[name]) for task, answer in zip(tasks, found, strict=True)
               for name in answer)  # fmt: skip


def test_what_is_repeated_keeps_its_shape_elsewhere():
    held = ({"a": np.arange(3.0)}, [np.ones((2, 3)), np.ones((3, 1))], 1.0, None)
    (a, rest, number, none) = repeated(held, 3, 2)
    assert a["a"].tolist() == [0, 1, 2, 0, 1, 2]
    assert [each.shape for each in rest] == [(2, 6), (3, 1)]
    assert (number, none) == (1.0, None)
