"""The demo of scaling: what its events come to, and what it is compared with. None of this needs torch but the last."""

import importlib.util
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from calibration import demo_compare
from calibration.demo_compare import WITHIN, compare, crossings, recorded, result, seed_sd, sentences
from calibration.demo_state import Demo, crossing, demo, line
from calibration.record import CalibrationError, read

FULL = "cpu-amd-epyc-full-2026-11-25"


@pytest.fixture(scope="module")
def stored() -> Demo:
    return recorded()


def changed(found: Demo, kind: str, **fields: object) -> Demo:
    """A demo in which fields of all events of a kind are different."""
    return demo({**event, **fields} if event["event"] == kind else event for event in found.events)


# --- from events ------------------------------------------------------------------------------------------------------


def test_a_power_law_is_a_line():
    sizes = [1e4, 2e4, 8e4, 3e5]
    found = line(sizes, [7 * n**-0.1 for n in sizes])
    assert found is not None
    assert found.slope == pytest.approx(-0.1)
    assert found.intercept == pytest.approx(math.log(7))
    assert found.error == pytest.approx(0, abs=1e-9)
    assert found.at(1e6) == pytest.approx(7 * 1e6**-0.1)


def test_the_error_of_a_slope_is_that_of_least_squares():
    from scipy.stats import linregress

    x, y = [1.0, 10.0, 100.0, 1000.0], [5.0, 3.9, 3.2, 2.2]
    expected = linregress([math.log(v) for v in x], [math.log(v) for v in y])
    found = line(x, y)
    assert found is not None
    assert (found.slope, found.error) == pytest.approx((expected.slope, expected.stderr))


def test_one_point_makes_no_line():
    assert line([1e4], [2.0]) is None


def test_half_is_crossed_between_two_scores():
    assert crossing([0, 10, 20], [0.3, 0.4, 0.6]) == pytest.approx(15)
    assert crossing([0, 10], [0.3, 0.4]) is None
    assert crossing([0, 10], [0.5, 0.6]) == 0


def test_a_demo_is_followed_from_start_to_end(stored: Demo):
    said = list(dict.fromkeys(demo(stored.events[:n]).doing for n in range(len(stored.events) + 1)))
    assert said == [
        "Starting", "Measuring the processor", "Training model 1 of 4", "Training model 2 of 4",
        "Training model 3 of 4", "Training model 4 of 4", "Teaching the model a task", "Learning from its own answers",
        "Finished",
    ]  # fmt: skip
    shares = [demo(stored.events[:n]).share for n in range(len(stored.events) + 1)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_what_is_not_finished_has_no_loss(stored: Demo):
    two = stored.of("model")[1]["at"]
    assert list(stored.until(two).losses) == ["2x16", "2x24"]
    assert stored.until(two).line("flop") is not None
    assert stored.until(0).line("flop") is None


# --- the recorded run -------------------------------------------------------------------------------------------------


def test_the_recorded_losses_are_those_of_the_full_campaign(stored: Demo):
    cells = {row["size"]: row["loss"] for row in read(FULL).cells if row["tokens"] == stored.plan["tokens"]}
    assert len(stored.losses) == 4
    for size, loss in stored.losses.items():
        assert abs(loss - cells[size]) < WITHIN * seed_sd(stored), size


def test_recorded_losses_fall_along_a_line(stored: Demo):
    for by in ("parameters", "flop"):
        found = stored.line(by)
        assert found is not None
        assert -0.2 < found.slope < -0.05
        for row in stored.of("model"):
            assert found.at(row[by]) == pytest.approx(row["loss"], rel=0.015)


def test_the_recorded_run_crosses_half_after_starting_below(stored: Demo):
    assert stored.of("point")[0]["passed"] < 0.4
    assert stored.crossing is not None


def test_a_seed_is_known_from_several(stored: Demo):
    assert len(stored.seed_losses) == 4
    assert 0.002 < seed_sd(stored) < 0.03


# --- comparisons ------------------------------------------------------------------------------------------------------


def test_a_run_is_the_same_within_three_deviations_of_a_seed(stored: Demo):
    sd = seed_sd(stored)
    near = changed(stored, "model", loss=stored.losses["2x16"] + 2.9 * sd)
    near = demo(event for event in near.events if event.get("size") == "2x16" or event["event"] == "plan")
    assert compare(near, stored).deviations == pytest.approx({"2x16": 2.9})
    assert compare(near, stored).within
    far = changed(near, "model", loss=stored.losses["2x16"] - 3.1 * sd)
    assert compare(far, stored).within is False
    assert sentences(far, stored)[0].startswith("The losses differ from those of the recorded run")


def test_another_text_is_said_and_not_compared(stored: Demo):
    other = changed(stored, "plan", corpus={**stored.plan["corpus"], "manifest": "0123456789abcdef"})
    assert compare(other, stored).within is None
    assert not compare(other, stored).deviations
    first, second, *_ = sentences(other, stored)
    assert "another text" in first
    assert "0123456789abcdef" in first
    assert "not compared" in second


def test_the_campaign_is_compared_by_cells_law_and_reinforcement(stored: Demo):
    cells, law, reinforcement = sentences(stored, stored, read(FULL))
    assert "trained 4 of these sizes on as many bytes" in cells
    assert "fitted law falls with a slope of −0." in law
    assert f"{len(crossings(read(FULL).rl))} of the campaign's {len(read(FULL).rl)} reinforcement runs" in reinforcement


def test_a_calibration_without_training_runs_is_no_comparison(stored: Demo):
    assert sentences(stored, stored, read("literature")) == [
        "The calibration in use (literature) holds no training runs to compare with."
    ]


def test_the_result_has_its_parts(stored: Demo):
    found = json.loads(json.dumps(result(stored, stored), allow_nan=False))
    assert found["recorded"] is True
    assert list(found["losses"]) == list(found["parameters"]) == ["2x16", "2x24", "2x32", "2x48"]
    assert set(found["fit"]) == {"by_parameters", "by_flop"}
    assert set(found["fit"]["by_flop"]) == {"slope", "intercept", "error"}
    roof = found["roofline"]
    assert roof["ridge"] == pytest.approx(roof["compute_flops"] / roof["bandwidth"])
    assert set(found["seconds"]) >= {"total", "roofline", "training", "reinforcement"}
    assert found["compared"]["within"] is True
    assert found["reinforcement"]["crossing_flop"] == stored.crossing


# --- the demo itself --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs the calibration extra")
def test_a_real_run_gives_the_recorded_losses(stored: Demo):
    done = subprocess.run(
        [sys.executable, "-m", "calibration", "demo", "--within", "900"], capture_output=True, text=True, check=True
    )
    found = demo(json.loads(row) for row in done.stdout.splitlines())
    assert found.finished
    assert found.crossing is not None
    roof = found.one("roofline")
    assert roof is not None
    assert all(row["flops"] < 1.3 * roof["compute_flops"] for row in found.of("ladder"))
    if compare(found, stored).same_corpus:
        assert compare(found, stored).within
    found_line = found.line("parameters")
    assert found_line is not None
    assert found_line.slope < -0.04


@pytest.mark.parametrize("text", ['{"a": 1}', "[]", "{", "", '{"event": "plan", "at": 0}'])
def test_a_damaged_recording_is_refused_in_one_line(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "demo.jsonl"
    path.write_text(text)
    monkeypatch.setattr(demo_compare, "RECORDING", path)
    with pytest.raises(CalibrationError, match=r"^demo\.jsonl: the recorded demo [^\n]*$"):
        recorded.__wrapped__()
