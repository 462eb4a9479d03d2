"""Every page on four screens in both themes: nothing too wide, nameless, small, overlapping, or from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from scenarios.glossary import look_up
from sim.ui.shared import address
from tests.ui.browsing import MARKS, PROBE, Browser
from tests.ui.test_pages import CONTRAST, OVERLAPS, PAGES, THROUGH, charts_there

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = MARKS
SCREENS = ((1440, 900), (1280, 720), (390, 844), (320, 640))
"""Desk, projector, phone and small phone: width and height, px."""
PATHS = dict(zip(PAGES, address.OWN, strict=True))
STILL = """() => JSON.stringify([document.documentElement.scrollWidth,
  ...[...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')].map(svg => svg.clientWidth)])"""
SEEN = """e => {
  let seen = 1;
  for (; e; e = e.parentElement) seen *= getComputedStyle(e).opacity;
  return seen;
}"""
"""How much of an element can be seen: what the opacities of all around it leave."""


@pytest.fixture(scope="module")
def tour(context, url: str) -> Iterator[Browser]:
    """One visitor who goes from page to page by links: no page is loaded anew, and no screen is opened twice."""
    found = Browser(context, url)
    found.page.set_default_timeout(90_000)  # the first look at a page waits for its simulations
    found.open()
    yield found
    found.page.close()


def follow(tour: Browser, link: Locator, name: str) -> None:
    """Go where a link leads, and wait until the page stands."""
    path = "" if name == "Explore" else PATHS[name]
    link.click()
    tour.page.wait_for_function("path => location.pathname === path", arg=f"/{path}")
    tour.page.wait_for_timeout(200)
    tour.settle()
    charts_there(tour, PAGES[name])


def arrive(tour: Browser, name: str) -> None:
    tour.page.set_viewport_size({"width": 1440, "height": 900})
    for stop in filter(None, (THROUGH.get(name), name)):
        follow(tour, tour.page.get_by_role("link", name=stop, exact=True).first, stop)


def resized(tour: Browser, width: int, height: int) -> None:
    """Another screen, once charts have followed it."""
    tour.page.set_viewport_size({"width": width, "height": height})
    before = ""
    for _ in range(20):
        tour.page.wait_for_timeout(120)
        now = tour.page.evaluate(STILL)
        if now == before:
            return
        before = now


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_screen_in_both_themes(tour: Browser, name: str):
    arrive(tour, name)
    for width, height in SCREENS:
        resized(tour, width, height)
        found = tour.page.evaluate(PROBE)
        assert found == {"unnamed": [], "small": [], "sideways": 0, "charts": PAGES[name], "broken": 0}, width
        assert tour.page.evaluate(OVERLAPS) == [], width
        for theme in ("light", "dark"):
            tour.page.emulate_media(color_scheme=theme)
            assert tour.page.evaluate(CONTRAST) == {}, (width, theme)
    assert tour.errors == []
    assert tour.away == []


@pytest.mark.parametrize("name", ["Compare", "Evidence", "Data and API"])
def test_a_phone_names_the_pages_and_leads_to_them(tour: Browser, name: str):
    tour.page.set_viewport_size({"width": 390, "height": 844})
    follow(tour, tour.page.locator(".st-key-pages_bar").get_by_role("link", name=name, exact=True), name)
    assert tour.errors == []


def test_a_desk_shows_the_pages_once(tour: Browser):
    resized(tour, 1440, 900)
    tour.page.wait_for_timeout(500)
    assert tour.page.get_by_role("link", name="Evidence", exact=True).count() == 1


def test_a_finger_finds_the_button_that_copies_the_link(tour: Browser):
    arrive(tour, "Teach")
    resized(tour, 390, 844)
    tour.page.get_by_role("button", name="Share").click()
    place = tour.page.locator(".st-key-share_link")
    place.locator("code").wait_for(timeout=10_000)
    assert place.locator("code").inner_text().startswith(f"{tour.url}/teach")
    copy = place.get_by_role("button", name="Copy")
    box = copy.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    assert copy.evaluate(SEEN) == 1
    assert "Only this computer" in place.inner_text()
    tour.page.keyboard.press("Escape")


CONTRAST_OF = """box => {
  const light = text => (text.match(/[\\d.]+/g) || []).slice(0, 3).map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const [ink, paper] = [getComputedStyle(box).color, getComputedStyle(box).backgroundColor].map(light);
  return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [SCREENS[0], SCREENS[-1]])
def test_a_term_opens_its_definition_by_keyboard_within_the_screen(tour: Browser, width: int, height: int, theme: str):
    arrive(tour, "Explore")
    resized(tour, width, height)
    tour.page.emulate_media(color_scheme=theme)
    term, opened = tour.page.locator("button.term").first, tour.page.locator(".definition:popover-open")
    term.scroll_into_view_if_needed()
    term.focus()
    assert opened.count() == 0
    tour.page.keyboard.press("Enter")
    told = look_up(term.inner_text())
    assert opened.inner_text().split("\n")[-1] == told.definition
    box = opened.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    assert 0 <= box["y"] <= box["y"] + box["height"] <= height
    assert opened.evaluate(CONTRAST_OF) > 7
    described = term.evaluate("term => document.getElementById(term.getAttribute('aria-describedby')).textContent")
    assert told.definition in described
    tour.page.keyboard.press("Escape")
    assert opened.count() == 0
    assert tour.errors == []


def test_a_source_opens_in_a_new_tab(tour: Browser):
    arrive(tour, "Sources")
    first = tour.page.locator("a.away").first
    assert first.get_attribute("href").startswith("https://www.sec.gov/")
    assert (first.get_attribute("target"), first.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    tour.page.get_by_role("link", name="Chips", exact=True).click()
    tour.page.wait_for_function("() => Math.abs(document.querySelector('#chips').getBoundingClientRect().top) < 200")
