"""What the interface's tests share: few futures, and the page as a test harness."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.browsing import browser, context, play, url  # noqa: F401 - fixtures

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture(autouse=True)
def _few_futures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARITY_FUTURES", "64")
    monkeypatch.setenv("POLARITY_AHEAD", "0")
    monkeypatch.setenv("POLARITY_WORKERS", "0")


@pytest.fixture(autouse=True)
def _main() -> Iterator[None]:
    """A page that runs in this process takes the place of the main module, from which new processes begin."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def page() -> Callable[..., AppTest]:
    """Opens the app at an address."""

    def opened(**parameters: str) -> AppTest:
        test = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in parameters.items():
            test.query_params[name] = value
        return test.run()

    return opened


@pytest.fixture
def page_at(page: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Opens another page at an address; the harness begins on the first page."""

    def opened(path: str, **parameters: str) -> AppTest:
        test = page().switch_page(path)
        for name, value in parameters.items():
            test.query_params[name] = value
        return test.run()

    return opened
