"""A real browser on the running app, for tests: what only a browser can show."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
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

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser: {CHROMIUM} is missing"),
    # Playwright and its subprocess are closed by the fixtures; Python may notice later.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The app on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    quiet = subprocess.DEVNULL
    settings = {"POLARITY_FUTURES": "64", "POLARITY_AHEAD": "0", "POLARITY_WORKERS": "1"}
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
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


@contextmanager
def visitor(play):
    """A browser of its own, with its own cookies."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        play.chromium.launch_persistent_context(
            profile, executable_path=str(CHROMIUM), headless=True, args=[*FLAGS]
        ) as found,
    ):
        yield found


@pytest.fixture(scope="session")
def play():
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def context(play):
    with visitor(play) as found:
        yield found


@pytest.fixture
def browser(context, url: str) -> Iterator[Browser]:
    found = Browser(context, url)
    yield found
    found.page.close()
    assert found.errors == []
    assert found.away == []
