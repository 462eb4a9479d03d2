"""`polarity calibrate demo`: the recorded run without torch, and what is refused."""

import json

import pytest

from tests.cli.test_calibrate import cli


def test_the_recorded_run_needs_no_torch():
    done = cli("calibrate", "demo", "--recorded", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["recorded"] is True
    assert len(found["losses"]) == 4
    assert {"compute_flops", "bandwidth"} <= set(found["roofline"])


def test_the_recorded_run_is_marked_as_such():
    done = cli("calibrate", "demo", "--recorded")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Recorded run: ")
    assert "Model 2x48" in done.stderr


def test_a_live_run_without_torch_says_how_to_get_it():
    done = cli("calibrate", "demo")
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "polarity: calibrate demo: torch is not installed; `make calibration` installs it; --recorded shows a run "
        "without it"
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("bench", "--recorded"), "calibrate bench: --recorded has no effect here; it is for demo"),
        (("demo", "--fast"), "calibrate demo: --fast has no effect here; it is for bench, train"),
        (("demo", "--device", "cuda"), "calibrate demo: --device has no effect here; it is for bench, train"),
        (("demo", "some-id"), "calibrate demo: takes no ID"),
    ],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], why: str):
    done = cli("calibrate", *words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"polarity: {why}")
