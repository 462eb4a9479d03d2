"""The demo in the app: one run at a time, ended when it is left, its errors in words, and its panel."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import IO

import pytest
from streamlit.testing.v1 import AppTest

from calibration.demo_compare import RECORDING, recorded
from sim import demo as stages, measuring
from sim.demo import Process, Stage
from sim.ui.calibration import demo_frames, demo_words

PLAN = json.dumps(recorded().plan)
FOREVER = f"import time\nprint({PLAN!r}, flush=True)\ntime.sleep(60)"
WHOLE = f"print(open({str(RECORDING)!r}).read(), end='')"
DIES = f"import sys\nprint({PLAN!r}, flush=True)\nsys.exit('polarity: calibrate: the machine has too little memory')"


def beginning(code: str) -> Callable[[IO[bytes]], Process]:
    """Starts a process in place of the demo."""

    def begin(errors: IO[bytes]) -> Process:
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=errors)

    return begin


def until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def stage(request: pytest.FixtureRequest):
    made = Stage(beginning(request.param))
    yield made
    made.stop()


@pytest.mark.parametrize("stage", [FOREVER], indirect=True)
def test_there_is_one_run_at_a_time(stage: Stage):
    assert stage.start()
    first = stage.live
    assert first is not None
    until(lambda: first.events)
    assert not stage.start(), "a second visitor gets the run that is on"
    assert stage.live is first
    stage.stop()
    assert first.process.poll() is not None
    assert not first.running
    assert first.error == "", "what was stopped on purpose has no error"
    assert stage.start()
    assert stage.live is not first


def test_a_run_that_nobody_watches_is_ended():
    stage = Stage(beginning(FOREVER), unwatched=0.6)
    stage.start()
    live = stage.live
    assert live is not None
    for _ in range(6):
        time.sleep(0.2)
        stage.watch()
    assert live.running, "it goes on while somebody watches"
    until(lambda: not live.running, 5)
    assert live.stopped
    assert live.process.returncode is not None


def test_a_page_that_is_left_is_noticed_in_fifteen_seconds():
    assert stages.UNWATCHED + stages.LOOK_EVERY + stages.PATIENCE < 15


@pytest.mark.parametrize("stage", [WHOLE], indirect=True)
def test_a_whole_run_is_kept(stage: Stage):
    stage.start()
    live = stage.live
    assert live is not None
    until(lambda: not live.running and live.demo.finished)
    assert live.demo.losses == recorded().losses
    assert live.error == ""


@pytest.mark.parametrize("stage", [DIES], indirect=True)
def test_why_a_run_ended_early_is_a_sentence(stage: Stage):
    stage.start()
    live = stage.live
    assert live is not None
    until(lambda: not live.running)
    assert live.error == "The run ended early: the machine has too little memory."


# --- the panel --------------------------------------------------------------------------------------------------------


def _page() -> None:
    from sim.ui.calibration import demo

    demo.panel()


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch):
    """Opens the panel with a stage of its own."""
    from sim.ui.calibration import demo as module

    made: list[Stage] = []

    def opened(code: str = FOREVER) -> tuple[AppTest, Stage]:
        made.append(Stage(beginning(code)))
        monkeypatch.setattr(module, "STAGE", made[-1])
        return AppTest.from_function(_page, default_timeout=30).run(), made[-1]

    yield opened
    for stage in made:
        stage.stop()


def texts(at: AppTest) -> str:
    return " ".join(element.proto.body for element in at.get("html"))


def test_the_recorded_run_is_shown_first_and_marked(panel):
    at, stage = panel()
    assert not at.exception
    assert "Recorded run: " in texts(at)
    assert len(at.get("vega_lite_chart")) + len(at.get("arrow_vega_lite_chart")) == 4
    assert stage.live is None


def test_the_button_starts_a_run_and_another_stops_it(panel, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measuring, "has_torch", lambda: True)
    at, stage = panel()
    at.button(key="demo_start").click().run()
    assert stage.live is not None
    assert stage.live.running
    at.button(key="demo_stop").click().run()
    assert not stage.live.running
    assert at.button(key="demo_start")
    assert not at.exception


def test_a_run_that_died_says_why(panel, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measuring, "has_torch", lambda: True)
    at, stage = panel(DIES)
    at.button(key="demo_start").click().run()
    until(lambda: not stage.live.running)
    at.run()
    assert [error.value for error in at.error] == ["The run ended early: the machine has too little memory."]
    assert "Recorded run: " in texts(at)


def test_a_finished_run_is_shown_as_this_machines(panel, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measuring, "has_torch", lambda: True)
    at, stage = panel(WHOLE)
    at.button(key="demo_start").click().run()
    until(lambda: not stage.live.running and stage.live.demo.finished)
    at.run()
    assert "Run on this machine: " in texts(at)
    assert "The losses are those of the recorded run" in texts(at)


def test_without_torch_the_recorded_run_plays(panel, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measuring, "has_torch", lambda: False)
    at, _ = panel()
    assert "To train here, add PyTorch" in texts(at)
    at.button(key="demo_play").click().run()
    assert "Recorded run, 4 times as fast" in at.get("progress")[0].proto.text
    assert not at.exception


def test_every_stage_of_a_run_can_be_drawn():
    stored = recorded()
    for n in range(0, len(stored.events) + 1, 3):
        found = stages.demo(stored.events[:n])
        for name in ("curves", "losses", "roofline", "reinforcement"):
            title, sentence = getattr(demo_words, name)(found, True)
            assert title
            assert sentence.endswith("recorded run.")
            assert all(len(table.columns) for table in getattr(demo_frames, name)(found, stored).values())


def test_titles_are_findings():
    stored = recorded()
    line = stored.line("parameters")
    assert line is not None
    assert demo_words.losses(stored, False)[0] == f"Each doubling of the model cuts the loss by {1 - 2**line.slope:.1%}"
    assert demo_frames.losses(stored, None)["stored"].height == 0
