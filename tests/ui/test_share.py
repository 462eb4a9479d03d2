"""Share: a link to copy, and a code of it where other devices can open it."""

import re

import pytest
import segno
from streamlit.testing.v1 import AppTest

from sim.ui.shared import share

LINK = "https://polarity.example/teach?scenario=tight_controls&enforcement=9"


@pytest.mark.parametrize(
    ("link", "here_only"),
    [
        ("http://127.0.0.1:8501/", True), ("http://localhost:8501/?scenario=x", True), ("http://[::1]:8501/", True),
        ("https://polarity.example/", False), ("http://192.168.1.20:8501/", False), ("", True),
    ],
)  # fmt: skip
def test_a_link_that_only_this_computer_can_open_is_told(link: str, here_only: bool):
    assert share.local(link) == here_only


def test_the_code_is_that_of_the_link_and_holds_no_link_itself():
    picture = share.code(LINK)
    drawn = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", picture)}
    rows = list(segno.make_qr(LINK, error="l").matrix_iter(border=2))
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
    assert f'viewBox="0 0 {len(rows)} {len(rows)}"' in picture
    assert "http" not in picture


def test_a_link_too_long_for_a_camera_has_no_code():
    assert share.code(LINK + "&events=" + "x" * share.LONGEST) == ""


def _panel(own: bool) -> None:
    from scenarios import load
    from sim.ui.shared import share
    from sim.ui.shared.setup import Setup

    share.panel(Setup("tight_controls", own=load("open_trade") if own else None), "teach", step="medians:2029-Q1")


def test_the_panel_holds_the_whole_link():
    test = AppTest.from_function(_panel, kwargs={"own": False}).run()
    assert not test.exception
    assert re.search(r"/teach\?v=1-\w{6}&scenario=tight_controls&step=medians:2029-Q1$", test.code[0].value)


def test_a_scenario_from_a_file_is_sent_as_a_file():
    test = AppTest.from_function(_panel, kwargs={"own": True}).run()
    assert test.markdown[0].value == share.FROM_A_FILE
    assert not test.code
