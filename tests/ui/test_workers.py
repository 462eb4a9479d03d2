"""Pages that are simulated in processes of their own: the same numbers, words and order, whoever asks."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future

import numpy as np
import pytest

from scenarios import BASELINE, load
from scenarios.errors import InputError
from sim.batch.evaluate import Task, evaluate, evaluate_all, evaluate_pack
from sim.batch.executors import Here
from sim.batch.urgency import LATER, NOW, SOON
from sim.results.outcomes.scalar import parse
from sim.ui.shared import changes, common, frames, recall, work, workers
from sim.ui.shared.setup import Judge
from sim.ui.shared.slots import Slot


@pytest.fixture(scope="module", autouse=True)
def _ended() -> Iterator[None]:
    yield
    workers.end()


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARITY_WORKERS", "2")
    monkeypatch.setattr(workers, "available", lambda: 2)


def test_a_view_from_a_worker_is_that_of_this_process(two):
    specs = [load("tight_controls").with_levers(openness=n) for n in (11, 12, 13)]
    found = common.views(specs)
    for spec, view in zip(specs, found, strict=True):
        mine = frames.view(work.simulated(spec.canonical(), 64, 0, common.UNTIL, work.SHOWN))
        assert view.shares == mine.shares
        assert np.array_equal(view.leads, mine.leads)
        assert view.fan.equals(mine.fan)
        assert common.view(spec) is view


def test_several_judges_share_one_simulation(monkeypatch: pytest.MonkeyPatch):
    counted, simulated = [], work.simulated
    monkeypatch.setattr(work, "simulated", lambda *given: counted.append(given) or simulated(*given))
    spec = load("tight_controls").with_levers(openness=14)
    judges = [Judge(limit=limit) for limit in (6.0, 12.0, 18.0)]
    found = common.judged(spec, judges)
    assert [view.judge for view in found] == judges
    assert found[0].shares["us_ahead"] > found[2].shares["us_ahead"]
    assert common.view(spec, judges[1]) is found[1]
    assert len(counted) == 1


def test_what_cannot_be_simulated_is_said_in_the_same_words_and_asked_again(two):
    spec = load(BASELINE).with_changes(parameters=dict(points_per_oom=40, algorithm_growth=5, revenue_growth=0.5))
    with pytest.raises(FloatingPointError) as there:
        common.view(spec)
    with pytest.raises(FloatingPointError) as here:
        work.simulated(spec.canonical(), 64, 0, common.UNTIL, work.SHOWN)
    assert str(there.value) == str(here.value)
    with pytest.raises(FloatingPointError):
        common.view(spec)


def test_a_killed_worker_costs_nobody_an_answer(two):
    killed = workers.pool(SOON).submit(os.getpid).result(60)
    os.kill(killed, signal.SIGKILL)
    assert common.view(load("open_trade").with_levers(openness=15)).futures == 64


@pytest.mark.parametrize("text", ["two", "-1", "1.5", "65"])
def test_a_wrong_number_of_workers_is_explained(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLARITY_WORKERS", text)
    with pytest.raises(InputError, match=f"POLARITY_WORKERS is '{text}'; give a whole number from 0 to 64"):
        workers.number()


def test_there_are_never_more_workers_than_processors(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers, "available", lambda: 3)
    monkeypatch.setenv("POLARITY_WORKERS", "9")
    assert workers.number() == 3
    monkeypatch.delenv("POLARITY_WORKERS")
    assert workers.number() == 3


# ------------------------------------------------------------------------------------------------------------- slots
def test_what_waits_with_less_urgency_is_taken_over_and_what_runs_is_not():
    slot: Slot[int] = Slot()
    idle: Future[int] = Future()
    assert slot.claim(LATER)
    slot.follow(idle, lambda found: found)
    assert not slot.claim(LATER)
    assert slot.claim(NOW)
    assert idle.cancelled()
    urgent: Future[int] = Future()
    slot.follow(urgent, lambda found: found + 1)
    assert not slot.claim(NOW)
    urgent.set_result(1)
    assert slot.result() == 2
    running: Future[int] = Future()
    running.set_running_or_notify_cancel()
    other: Slot[int] = Slot()
    assert other.claim(LATER)
    other.follow(running, lambda found: found)
    assert not other.claim(NOW)


# ------------------------------------------------------------------------------------------------------------ recall
def test_a_setting_is_simulated_once_for_all_analyses(monkeypatch: pytest.MonkeyPatch):
    spec, counted = load("controls_erode"), []
    pool = recall.Recalling(Here())
    monkeypatch.setattr(Here, "submit", _counting(Here.submit, counted))
    asked = [Task(spec, (parse(ask),), 16) for ask in ("outcome@2031", "lead_months@2031", "us_ahead@2031")]
    same = spec.with_levers(china_power=100)  # where it stands by itself
    answers = evaluate_all([*asked, Task(same, (parse("outcome@2031"),), 16)], pool)
    assert len(counted) == 1
    for task, answer in zip(asked, answers, strict=False):
        for name, values in evaluate(task).items():
            assert np.array_equal(answer[name], values)
    evaluate_all([Task(spec, (parse("outcome@2031"),), 16, seed=1), Task(spec, (parse("outcome@2031"),), 17)], pool)
    assert len(counted) == 3


def _counting(submit, counted):
    def counts(self, fn, /, *args, **kwargs):
        counted.append(args)
        return submit(self, fn, *args, **kwargs)

    return counts


@pytest.mark.slow
def test_the_search_and_the_price_list_share_what_they_simulate(monkeypatch: pytest.MonkeyPatch):
    counted: list = []
    monkeypatch.setattr(changes, "FEW", 8)
    kind = type(workers.pool(SOON))
    monkeypatch.setattr(kind, "submit", _counting(kind.submit, counted))
    spec = load("open_trade").with_levers(openness=17)
    listed = changes.prices(spec, Judge())
    before = {task.spec.digest() for args in counted for task in _tasks(args)}
    counted.clear()
    found = changes.flipping(spec, Judge())
    after = [task.spec.digest() for args in counted for task in _tasks(args)]
    assert len(before) >= len(listed.by_lever())
    assert before.isdisjoint(after)
    assert len(after) == len({*after}) > 0
    assert len(found.changes) == len(listed.by_lever())


def _tasks(args):
    return args[0] if isinstance(args[0], list) else []


def test_only_what_is_new_of_a_pack_is_simulated(monkeypatch: pytest.MonkeyPatch):
    counted: list = []
    monkeypatch.setattr(Here, "submit", _counting(Here.submit, counted))
    spec, ask = load("controls_erode"), (parse("outcome@2030"),)
    pool = recall.Recalling(Here())
    tasks = [Task(spec.with_levers(openness=n), ask, 24) for n in (3, 4, 5, 6)]
    evaluate_all(tasks[:2], pool)
    assert [len(_tasks(args)) for args in counted] == [2]
    assert [pool.knows(task) for task in tasks] == [True, True, False, False]
    found = evaluate_all(tasks, pool)
    assert [len(_tasks(args)) for args in counted] == [2, 2]
    for task, answer in zip(tasks, found, strict=True):
        assert np.array_equal(answer["outcome@2030"], evaluate(task)["outcome@2030"])


def test_whoever_leaves_takes_no_answer_from_those_who_stay():
    asked: list[Future] = []

    class Slow(Here):
        def submit(self, fn, /, *args, **kwargs):
            asked.append(Future())
            return asked[-1]

    pool = recall.Recalling(Slow())
    task = Task(load("controls_erode"), (parse("outcome@2029"),), 40)
    first = pool.submit(evaluate_pack, [task])
    second = pool.submit(evaluate_pack, [task])
    assert len(asked) == 1
    first.cancel()
    assert asked[0].cancelled()
    with pytest.raises(CancelledError):
        second.result(1)  # whoever hands it out asks again
    third = pool.submit(evaluate_pack, [task])
    assert len(asked) == 2
    asked[1].set_result([{"outcome@2029": np.zeros(40)}])
    assert third.result(1)[0]["outcome@2029"].shape == (40,)


def test_idle_workers_share_a_setting_to_the_same_bits(two, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLARITY_FUTURES", "512")
    kind, counted = type(workers.pool(NOW)), []
    spec = load("tight_controls").with_levers(openness=15)
    _wait_for_idle(2)
    monkeypatch.setattr(kind, "submit", _counting(kind.submit, counted))
    shared = common.view(spec)
    assert [args[1:3] for args in counted] == [(0, 256), (256, 256)]
    alone = frames.view(work.simulated(spec.canonical(), 512, 0, common.UNTIL, work.SHOWN))
    assert np.array_equal(shared.leads, alone.leads)
    assert shared.fan.equals(alone.fan)
    counted.clear()
    common.views([spec.with_levers(openness=n) for n in (16, 17)])
    assert [args[2] for args in counted] == [512, 512]  # each worker has one


def _wait_for_idle(count):
    for _ in range(200):
        if workers.pool(NOW).idle == count:
            return
        time.sleep(0.05)
    raise AssertionError("workers never came to rest")
