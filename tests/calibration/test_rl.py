"""The bracket task: its answers are right, its reward is all or nothing, and a model learns from its own samples."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="needs the calibration extra")

from calibration import rl  # noqa: E402
from calibration.device import device  # noqa: E402
from calibration.plan import PLANS  # noqa: E402

PLAN = PLANS["cpu", "standard"].rl


def closing(brackets: list[int]) -> list[int]:
    """The closing brackets that a prompt asks for, by reading it."""
    still_open: list[int] = []
    for token in brackets:
        if token < rl.KINDS:
            still_open.append(token)
        else:
            assert still_open.pop() == token - rl.KINDS, "a prompt closes a bracket that is not open"
    return [kind + rl.KINDS for kind in reversed(still_open)]


def test_answers_close_what_is_open():
    asked, right = rl.prompts(PLAN, 300, torch.Generator().manual_seed(7))
    depths = set()
    for row, answer in zip(asked.tolist(), right.tolist(), strict=True):
        assert row[-1] == rl.ASK
        brackets = [token for token in row[:-1] if token != rl.PAD]
        assert 1 <= len(brackets) <= PLAN.longest
        expected = closing(brackets)
        depths.add(len(expected))
        assert answer == expected + [rl.END] + [rl.PAD] * (PLAN.deepest - len(expected))
    assert depths == set(range(1, PLAN.deepest + 1))


def test_only_the_whole_answer_is_paid():
    right = torch.tensor([[3, 4, rl.END, rl.PAD]])
    said = torch.tensor([[[3, 4, rl.END, 5]], [[3, 4, rl.PAD, 5]], [[3, 5, rl.END, 5]], [[3, rl.END, rl.END, 5]]])
    assert [float(rl.rewards(one, right)) for one in said] == [1, 0, 0, 0]


def test_what_comes_after_the_end_does_not_count():
    said = torch.tensor([[3, rl.END, 4, rl.END], [3, 4, 5, 3]])
    assert rl.up_to_end(said).tolist() == [[True, True, False, False], [True] * 4]
    # Filling that was sampled before an end is part of a wrong answer.
    assert rl.up_to_end(torch.tensor([[rl.PAD, 3, rl.END, 4]])).tolist() == [[True, True, True, False]]


def test_a_model_learns_from_its_own_samples():
    plan = replace(PLAN, steps=60, scored=512)
    task = rl.Bracket(plan, 0, device("cpu"))
    steps, flop = task.teach(0.2)
    assert flop == pytest.approx(steps * plan.shape.train_flop(rl.TAUGHT * 18, 19))
    points = task.reinforce()
    assert points[0].flop == 0
    assert points[0].passed == pytest.approx(0.22, abs=0.08)
    assert [p.flop for p in points] == sorted(p.flop for p in points)
    # Standard errors of 0.02 each: a rise by 0.12 is no luck.
    assert points[-1].passed > points[0].passed + 0.12


def test_a_seed_names_a_run():
    plan = replace(PLAN, steps=3, scored=64)
    runs = []
    for seed in (0, 0, 1):
        task = rl.Bracket(plan, seed, device("cpu"))
        task.teach(0.05)
        runs.append([(p.flop, p.passed) for p in task.reinforce()])
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_groups_that_fare_alike_teach_nothing():
    plan = replace(PLAN, steps=1, scored=16, prompts=4, samples=4)
    task = rl.Bracket(plan, 0, device("cpu"))  # untaught: nothing passes, so nothing is learned
    before = {name: p.clone() for name, p in task.model.named_parameters()}
    task.reinforce()
    assert all(torch.equal(p, before[name]) for name, p in task.model.named_parameters())


def test_a_gradient_in_parts_is_the_gradient(monkeypatch: pytest.MonkeyPatch):
    plan = replace(PLAN, scored=16)
    whole, parts = (rl.Bracket(plan, 0, device("cpu")) for _ in range(2))
    whole.teach(0.02)
    monkeypatch.setattr(rl, "AT_ONCE", 24)
    parts.teach(0.02)
    for one, other in zip(whole.model.parameters(), parts.model.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)
