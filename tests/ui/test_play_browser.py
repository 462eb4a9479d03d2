"""A year of a class in real browsers: a teacher, a projector and a phone, each with cookies of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlparse

import pytest

from tests.ui.browsing import CHROMIUM, FLAGS, MARKS, PROBE, ROOT, _wait
from tests.ui.test_pages import SERIOUS

pytestmark = MARKS
LETTERS = 24
"""The smallest letters on a projector, px."""
SMALL = """smallest => {
  const found = [];
  for (const e of document.querySelectorAll('.st-key-play_projector *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()), box = e.getBoundingClientRect();
    if (!own || box.width < 2 || !box.height || e.closest('[data-testid=stIconMaterial]')) continue;
    const svg = e.closest('svg');
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    const size = parseFloat(getComputedStyle(e).fontSize) * scale;
    if (size < smallest - .6) found.push(`${size} ${e.tagName}: ${e.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""
INSIDE = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return [main.scrollHeight - innerHeight, main.scrollWidth - innerWidth];
}"""


class Server:
    """The app on a free port, with a folder of rooms; it can be killed and started again."""

    def __init__(self, folder) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.url = folder, f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        settings = {"POLARITY_ROOMS": str(self.folder), "POLARITY_FUTURES": "64", "POLARITY_AHEAD": "0",
                    "POLARITY_WORKERS": "1", "PYTHONPATH": str(ROOT)}  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={self.port}"], cwd=ROOT,
            env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _wait(f"{self.url}/_stcore/health")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("rooms"))
    yield found
    found.kill()


@pytest.fixture(scope="module")
def chromium(play):
    found = play.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS])
    yield found
    found.close()


@pytest.fixture
def open_at(chromium):
    """Opens an address in a browser of its own."""
    made = []

    def opened(address: str, width: int, height: int, theme: str = "light"):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        made.append(context)
        page = context.new_page()
        page.goto(address)
        settled(page)
        return page

    yield opened
    for context in made:
        context.close()


def settled(page) -> None:
    page.wait_for_selector("h1.say", timeout=60_000)
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state]').dataset.testScriptState === 'notRunning'",
        timeout=60_000,
    )
    page.wait_for_timeout(400)
    assert page.locator("[data-testid=stException]").count() == 0


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_timeout(200)
    settled(page)


def axe(page) -> set[str]:
    found = pytest.importorskip("axe_core_python.sync_playwright").Axe().run(page)
    return {
        f"{each['id']}: {node['html'][:140]} {node['any'][0]['message'] if node['any'] else ''}"
        for each in found["violations"] if each["impact"] in SERIOUS
        for node in each["nodes"]
    }  # fmt: skip


def clean(page) -> None:
    """Nothing serious in either theme, nothing sideways, no small target, nothing without a name."""
    page.mouse.move(1, 1)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(400)
        assert axe(page) == set(), theme
    page.emulate_media(color_scheme="light")
    assert page.evaluate(PROBE) == {"unnamed": [], "small": [], "sideways": 0, "charts": 0, "broken": 0}


def legible(page) -> None:
    """Letters for the back row, and nothing to scroll."""
    assert page.evaluate(SMALL, LETTERS) == []
    assert max(page.evaluate(INSIDE)) <= 0


def test_a_class_plays_a_year_and_survives_a_kill(server: Server, open_at):
    teacher = open_at(f"{server.url}/play", 1280, 800)
    clean(teacher)
    press(teacher, "Start the room")
    teacher.wait_for_function("() => location.search.includes('teacher=')")
    (code,) = parse_qs(urlparse(teacher.url).query)["room"]
    projector = open_at(f"{server.url}/play?room={code}&projector=1", 1280, 720)
    assert projector.locator(".huge").inner_text() == code
    legible(projector)

    phone = open_at(f"{server.url}/play?room={code}", 320, 640)
    phone.get_by_label("First name, if you like").fill("<b>Ada")
    press(phone, "Join")
    phone.wait_for_function("() => location.search.includes('me=')")
    projector.wait_for_function("() => document.querySelector('.names').innerText.includes('<b>Ada')", timeout=15_000)
    phone.get_by_role("radio", name="Two-power race").check(force=True)
    phone.get_by_role("radio", name="United States", exact=True).click()
    phone.get_by_label("By how many months?", exact=True).fill("6")
    press(phone, "Save my guess")
    phone.wait_for_selector(".saved")
    assert "the US leads by 6 months" in phone.locator(".saved").inner_text()
    clean(phone)

    press(teacher, "Start the guesses")
    projector.wait_for_function("() => document.body.innerText.includes('1 of 1 has guessed')", timeout=15_000)
    legible(projector)
    press(teacher, "Close the guesses")
    phone.wait_for_function("() => document.querySelector('h1.say').innerText.startsWith('2027')", timeout=15_000)
    projector.wait_for_selector("svg.picture circle", timeout=15_000)
    legible(projector)
    phone.get_by_role("radio", name="Tight controls").check(force=True)
    phone.wait_for_selector(".saved", timeout=15_000)
    assert phone.locator(".saved").inner_text() == "Saved: Tight controls. In your seat 1 of 1 has decided."
    clean(phone)

    server.kill()
    server.start()
    phone.reload()  # as a phone that comes back to its address
    settled(phone)
    assert phone.locator(".saved").inner_text().startswith("Saved: Tight controls")
    phone.get_by_role("radio", name="United States", exact=True).click()
    phone.get_by_label("By how many months?", exact=True).fill("9")
    press(phone, "Save my bet")
    teacher.reload()
    settled(teacher)
    began = time.monotonic()
    teacher.get_by_role("button", name="Close 2027 and play it").click()
    teacher.wait_for_function("() => document.querySelector('h1.say').innerText === '2027 has been played'")
    assert time.monotonic() - began < 8
    phone.wait_for_function(
        "() => document.querySelector('h1.say').innerText === 'What happened in 2027'", timeout=30_000
    )
    assert re.search("Your bet: the US leads by 9 months. That is ", phone.locator(".own").first.inner_text())
    clean(phone)
    clean(teacher)
    projector.reload()
    settled(projector)
    projector.wait_for_selector("svg.picture .played")
    assert "Tight controls" in projector.locator(".acts").inner_text()
    legible(projector)
    for theme in ("light", "dark"):
        projector.emulate_media(color_scheme=theme)
        projector.wait_for_timeout(200)
        assert axe(projector) == set(), theme


def test_a_phone_is_sent_little_and_nothing_while_nothing_changes(server: Server, open_at):
    from sim.room.rooms import Rooms

    rooms = Rooms(server.folder)
    code, teacher = rooms.open()
    _, me = rooms.join(code, "Ada", "united_states")
    others = [rooms.join(code, seat="china")[1] for _ in range(3)]
    rooms.advance(code, teacher, "lobby")
    rooms.advance(code, teacher, "guess")
    sizes: list[int] = []

    def listen(socket) -> None:
        socket.on("framereceived", lambda frame: sizes.append(len(frame)))

    phone = open_at(f"{server.url}/play?room={code}&me={me}", 320, 640)
    phone.on("websocket", listen)
    phone.reload()
    settled(phone)
    phone.wait_for_timeout(3_000)
    sizes.clear()
    phone.wait_for_timeout(8_000)
    still = sum(sizes)
    assert 0 < still < 10_000, f"{still} bytes in four looks"
    sizes.clear()
    rooms.vote(code, others[0], 2027, "import")  # in another seat: nothing that this phone shows
    phone.wait_for_timeout(4_500)
    assert sum(sizes) < 7_000, "three more looks that found nothing to draw"
    _, mate = rooms.join(code, seat="united_states")
    phone.wait_for_function("() => document.body.innerText.includes('0 of 2 have decided')", timeout=15_000)
    phone.wait_for_timeout(1_000)
    sizes.clear()
    rooms.vote(code, mate, 2027, "deal")
    phone.wait_for_function("() => document.body.innerText.includes('1 of 2 have decided')", timeout=15_000)
    phone.wait_for_timeout(500)
    assert sum(sizes) < 20_000, f"{sum(sizes)} bytes for a page that has changed"
