"""Every link leads somewhere: to a page or a place of the app, or in a new tab to a known host outside."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from calibration.record import ids, read
from scenarios import load, names
from scenarios.parameters import earlier, parameters
from scenarios.rules import history
from scenarios.tables import ADDRESS, table
from sim.ui.shared import address, sources
from tests.data.test_tables import READ_BY_TABLE

ROOT = Path(__file__).resolve().parents[2]
HOSTS = {line for line in (ROOT / "tests/ui/hosts.txt").read_text(encoding="utf-8").split() if line}
"""Hosts that links of the tables, the app and the guides may lead to; a new one is entered by hand."""
GUIDES = ("README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
PAGES = tuple(address.OWN)
LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
Open = Callable[..., AppTest]


def recorded() -> Iterator[str]:
    """Every address of the tables, of measured chips and of the library."""
    rows = [row for name in READ_BY_TABLE for row in table(name)]
    rows += [*parameters().values(), *history(), *(row for found in earlier().values() for row in found)]
    for row in rows:
        yield from (row.url or "").split()
    yield from (reading["url"] for name in ids() for reading in read(name).readings if reading["url"])
    yield from (source.url for name in names() for source in load(name).sources if source.url)


def written() -> Iterator[str]:
    """Every address outside of the guides."""
    for path in GUIDES:
        yield from re.findall(r"\]\((https?://[^)\s]+)\)", (ROOT / path).read_text(encoding="utf-8"))


def host(link: str) -> str:
    return link.split("/")[2]


def test_addresses_are_public_pages_of_known_hosts():
    found = {*recorded(), *written()}
    assert len(set(recorded())) > 80
    assert [link for link in found if not ADDRESS.fullmatch(link)] == []
    assert {host(link) for link in found} == HOSTS


def test_identifiers_lead_to_the_page_of_what_the_row_names():
    for row in (*parameters().values(), *history(), *(row for found in earlier().values() for row in found)):
        links = (row.url or "").split()
        for number in re.findall(r"arxiv\.org/abs/(\S+)", row.url or ""):
            assert number in row.source
        for number in re.findall(r"(?:house|senate)-bill/(\d+)", row.url or ""):
            assert number in row.source or row.id == "us_2026_01_remote_act"
        if re.fullmatch(r"\d+ FR \d+", row.source):
            assert [host(link) for link in links] == ["www.federalregister.gov"], row.source
    of_a_citation: dict[str, set[str]] = {}
    for row in history():
        if re.fullmatch(r"\d+ FR \d+", row.source):
            of_a_citation.setdefault(row.source, set()).add(row.url)
    assert all(len(links) == 1 for links in of_a_citation.values())
    assert len({*map(frozenset, of_a_citation.values())}) == len(of_a_citation)


def html(test: AppTest) -> str:
    return "\n".join(str(block.proto.body) for block in test.get("html"))


def whole(page: Open, name: str) -> AppTest:
    """A page with everything open that is read from the server when somebody opens it."""
    test = page()
    for key in ("all_rules", "meanings", "others", "their_table", "sources"):
        test.session_state[key] = True
    return test.switch_page(f"sim/ui/{name}/page.py").run()


@pytest.mark.parametrize("name", PAGES)
def test_links_of_a_page_lead_somewhere(page: Open, name: str):
    test = whole(page, name)
    assert not test.exception
    content = html(test)
    places, known = set(re.findall(r'\bid="([^"]+)"', content)), set(recorded())
    for attributes, text in LINK.findall(content):
        given = dict(ATTRIBUTE.findall(attributes))
        assert text.strip(), attributes
        if given["href"].startswith("#"):
            assert given["href"][1:] in places, given["href"]
            continue
        assert given["href"] in known, given["href"]
        assert given["target"] == "_blank"
        assert given["rel"] == "noopener"
    assert set(re.findall(r'popovertarget="([^"]+)"', content)) <= places
    for link in test.get("page_link"):
        assert link.proto.page in {"", *PAGES} - {"explore"}, link.proto.page


def test_links_are_seen_where_there_are_some(page: Open):
    assert len(LINK.findall(html(whole(page, "sources")))) > 250
    assert len(LINK.findall(html(whole(page, "explore")))) > 40


def test_a_source_is_a_link_only_where_its_address_is_known():
    assert sources.cited("a & b", None) == "a &amp; b"
    alone = sources.cited("a & b", "https://epoch.ai/eci")
    assert alone == '<a class="away" href="https://epoch.ai/eci" target="_blank" rel="noopener">a &amp; b</a>'
    several = sources.cited("a; b", "https://epoch.ai/eci https://www.rand.org/x")
    assert several.startswith("a; b (<a ")
    assert [text for _, text in LINK.findall(several)] == ["epoch.ai", "rand.org"]


@pytest.mark.parametrize("path", GUIDES)
def test_guides_lead_to_files_that_are_there(path: str):
    content = (ROOT / path).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?://|#)([^)\s#]+)", content):
        assert ((ROOT / path).parent / link).exists(), link
