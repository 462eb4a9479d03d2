"""The page in a real browser: what only a browser can show."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
SLIDER = "[data-testid=stSlider] input[type=range]"
PROBE = """() => {
  const shown = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0; };
  const all = [...document.querySelectorAll('button, a[href], input, [role=slider]')].filter(shown);
  const name = e => (e.getAttribute('aria-label') || e.innerText || e.title || (e.labels && e.labels[0] &&
    e.labels[0].innerText) || '').trim();
  const small = e => { const r = e.getBoundingClientRect(); return r.width < 24 || r.height < 24; };
  const main = document.querySelector('[data-testid=stMain]');
  return {
    unnamed: all.filter(e => !name(e)).map(e => e.outerHTML.slice(0, 120)),
    small: all.filter(e => e.tagName === 'BUTTON' && small(e)).map(e => e.outerHTML.slice(0, 120)),
    sideways: Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth),
    charts: document.querySelectorAll('[data-testid=stVegaLiteChart] svg').length,
    broken: document.querySelectorAll('[data-testid=stException]').length,
  };
}"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser: {CHROMIUM} is missing"),
    # Playwright and its subprocess are closed by the fixtures; Python may notice later.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The app on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    quiet = subprocess.DEVNULL
    environment = {**os.environ, "POLARITY_FUTURES": "64", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet) as server:
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait(health: str) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(health, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the app did not start within 30 seconds")


class Browser:
    """One page that remembers what went wrong on it."""

    def __init__(self, context, url: str):
        self.page, self.url = context.new_page(), url
        self.errors: list[str] = []
        self.away: list[str] = []
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)

    def _request(self, request) -> None:
        if request.url.startswith(("http", "ws")) and urlparse(request.url).netloc != urlparse(self.url).netloc:
            self.away.append(request.url)

    def open(self, query: str = "", width: int = 1440, height: int = 900) -> None:
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.goto(f"{self.url}/{query}")
        self.page.wait_for_function(
            "() => document.querySelectorAll('[data-testid=stVegaLiteChart] svg').length === 4", timeout=60_000
        )
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_function(
            "() => document.querySelector('[data-test-script-state]').dataset.testScriptState === 'notRunning'"
        )
        self.page.wait_for_timeout(300)

    @property
    def verdict(self) -> str:
        return self.page.locator("h1.say").inner_text()


@pytest.fixture(scope="module")
def context():
    api = pytest.importorskip("playwright.sync_api")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        api.sync_playwright() as play,
        play.chromium.launch_persistent_context(
            profile, executable_path=str(CHROMIUM), headless=True, args=[*FLAGS]
        ) as found,
    ):
        yield found


@pytest.fixture
def browser(context, url: str) -> Iterator[Browser]:
    found = Browser(context, url)
    yield found
    found.page.close()
    assert found.errors == []
    assert found.away == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_nothing_is_unnamed_small_or_wider_than_the_screen(browser: Browser, width: int, theme: str):
    browser.page.emulate_media(color_scheme=theme)
    browser.open("?scenario=tight_controls&openness=10&nonsense=1", width)
    found = browser.page.evaluate(PROBE)
    assert found == {"unnamed": [], "small": [], "sideways": 0, "charts": 4, "broken": 0}


def test_a_key_press_changes_verdict_and_address_and_is_announced(browser: Browser):
    browser.open()
    before = browser.verdict
    slider = browser.page.locator(SLIDER).nth(5)
    slider.focus()
    browser.page.keyboard.press("Home")
    browser.page.wait_for_function(
        "text => document.querySelector('h1.say').innerText !== text", arg=before, timeout=10_000
    )
    browser.settle()
    assert browser.page.url.endswith("?openness=0")
    said = browser.page.locator("[role=status]", has_text="futures in 100").first
    assert said.inner_text(timeout=5000).startswith(browser.verdict)


def test_the_back_button_is_an_undo(browser: Browser):
    browser.open()
    before = browser.verdict
    slider = browser.page.locator(SLIDER).nth(5)
    for key in ("Home", "End"):
        slider.focus()
        browser.page.keyboard.press(key)
        browser.settle()
        browser.page.wait_for_timeout(500)
    browser.page.go_back()
    browser.page.wait_for_function(f"() => document.querySelectorAll('{SLIDER}')[5].value === '0'")
    browser.settle()
    browser.page.go_back()
    browser.page.wait_for_function(f"() => document.querySelectorAll('{SLIDER}')[5].value === '50'")
    browser.page.wait_for_function("text => document.querySelector('h1.say').innerText === text", arg=before)


def test_fast_keys_are_not_lost(browser: Browser):
    browser.open()
    browser.page.locator(SLIDER).nth(5).focus()
    for _ in range(4):
        browser.page.keyboard.press("ArrowRight")
        browser.page.wait_for_timeout(60)
    browser.page.wait_for_function("() => location.search === '?openness=90'", timeout=10_000)
    browser.settle()
    assert browser.page.locator(SLIDER).nth(5).input_value() == "90"


def test_the_skip_link_leads_to_the_results(browser: Browser):
    browser.open(height=500)
    link = browser.page.get_by_role("link", name="Skip to the results")
    link.focus()
    box = link.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    link.press("Enter")
    browser.page.wait_for_timeout(500)
    assert browser.page.evaluate("() => document.activeElement.id") == "results"


def test_the_phone_keeps_the_verdict_in_sight(browser: Browser):
    browser.open(width=390, height=844)
    browser.page.locator(SLIDER).nth(9).scroll_into_view_if_needed()
    browser.page.wait_for_timeout(300)
    box = browser.page.locator(".st-key-mini").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 120


def test_text_contrast_and_language(browser: Browser):
    browser.open()
    assert browser.page.evaluate("() => document.documentElement.lang") == "en"
    assert browser.page.locator("h1").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_evidence_page_fits_every_screen(browser: Browser, theme: str):
    browser.page.emulate_media(color_scheme=theme)
    browser.open()
    browser.page.get_by_role("link", name="Evidence").click()
    browser.page.wait_for_selector("h1.say:has-text('Blind from')")
    browser.settle()
    for width in (1440, 390, 320):
        browser.page.set_viewport_size({"width": width, "height": 900})
        browser.page.wait_for_timeout(600)
        found = browser.page.evaluate(PROBE)
        assert found == {"unnamed": [], "small": [], "sideways": 0, "charts": 4, "broken": 0}


def test_the_cut_off_of_a_blind_run_is_kept_in_the_address(browser: Browser):
    browser.open()
    browser.page.get_by_role("link", name="Evidence").click()
    browser.page.wait_for_selector("h1.say:has-text('Blind from')")
    before = browser.verdict
    browser.page.get_by_role("radio", name="2022").click()
    browser.page.wait_for_function(
        "text => document.querySelector('h1.say').innerText !== text", arg=before, timeout=10_000
    )
    browser.settle()
    assert browser.page.url.endswith("/evidence?cutoff=2022")
    assert "end of 2022" in browser.verdict
    browser.page.get_by_role("link", name="Explore").click()
    browser.page.wait_for_selector(".st-key-levers")
    browser.settle()
    assert browser.page.locator(".ignored").count() == 0
    browser.page.get_by_role("link", name="Evidence").click()
    browser.page.wait_for_selector("h1.say:has-text('end of 2022')")
