"""The masthead and its doors, About, Sources, and terms that open their definitions."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from scenarios.glossary import terms
from sim import __version__
from sim.ui.shared import address, glossary
from sim.ui.sources import tables
from tests.ui.reading import button, raw, text, verdict
from tests.ui.test_links import html

ROOT = Path(__file__).resolve().parents[2]
LINE = "Polarity: how export controls change the US–China AI race. A simulation, not a forecast."
DOORS = ("I have a policy question", "I teach", "I doubt it")
PAGES = tuple(address.OWN)
MARK = re.compile(r'popovertarget="(term-[\w-]+)"')
Open = Callable[..., AppTest]


def words(test: AppTest) -> str:
    return " ".join(text(test).split())


def labels(test: AppTest) -> list[str]:
    return [link.proto.label for link in test.get("page_link")] + [found.label for found in test.button]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_what_it_is_and_where_its_sources_are(page: Open, name: str):
    test = page().switch_page(f"sim/ui/{name}/page.py").run()
    assert LINE in words(test)
    assert {"About", "How it was tested", "Sources"} <= set(labels(test))
    assert raw(test).count("<h1") == 1


def test_the_doors_stand_open_on_a_first_visit_only(page: Open):
    test = page()
    assert set(DOORS) <= set(labels(test))
    assert not set(DOORS) & set(labels(page(scenario="tight_controls")))
    test.switch_page("sim/ui/teach/page.py").run()
    assert not set(DOORS) & set(labels(test))
    test.switch_page("sim/ui/explore/page.py").run()
    assert not set(DOORS) & set(labels(test))


def test_the_door_for_a_policy_question_begins_the_tour(page: Open):
    test = page()
    assert "1 of 4" not in text(test)
    button(test, DOORS[0]).click().run()
    assert "1 of 4: Enforcement." in text(test)
    assert not set(DOORS) & set(labels(test))


# --------------------------------------------------------------------------------------------------- About, Sources
def test_about_says_what_the_files_of_the_project_say(page: Open):
    said = words(page().switch_page("sim/ui/about/page.py").run())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert f"{cited['authors'][0]['name']}. {cited['title']}, version {project['version']}." in said
    assert project["version"] == __version__ == cited["version"]
    assert f"The code is under the {project['license']} license" in said
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith(f"{project['license']} License")
    for path in re.findall(r"(?:docs/)?[\w-]+\.md", said):
        assert (ROOT / path).is_file(), path
    for row in terms().values():
        assert f"{row.term} {row.definition}" in said


def test_the_credit_on_about_is_that_of_the_licenses(page: Open):
    said = words(page().switch_page("sim/ui/about/page.py").run())
    licenses = (ROOT / "docs/DATA-LICENSES.md").read_text(encoding="utf-8")
    credit = " ".join(re.search(r"## How to credit\n\n((?:> .*\n)+)", licenses)[1].replace("> ", "").split())
    assert credit in said


def test_sources_lists_every_rule_and_input_and_counts_its_links(page: Open):
    test = page().switch_page("sim/ui/sources/page.py").run()
    made = (tables.rules(), tables.inputs(), tables.chips(), tables.projections(), tables.facts(), tables.readings(),
            tables.scenarios())  # fmt: skip
    lines = [line for found in made for line in found]
    assert f"{len(lines)} entries, {tables.with_address(lines)} of them with a link" in verdict(test)
    said = words(test)
    for line in (*made[0], *made[1], *made[2]):
        assert line.what in said
    assert tables.with_address(made[0]) >= 40


# ------------------------------------------------------------------------------------------------------------ terms
@pytest.fixture
def drawing():
    glossary.begin()
    yield
    glossary._now.set(None)


def test_a_term_is_marked_where_it_first_stands(drawing: None):
    first = glossary.marked("A two-power race, then a Two-power race; 5 H100e")
    assert MARK.findall(first) == ["term-two-power-race", "term-h100-equivalent"]
    assert first.startswith('A <button type="button" class="term"')
    assert glossary.marked("A two-power race") == "A two-power race"


def test_the_longest_words_are_taken_whole_and_nothing_inside_a_word(drawing: None):
    assert MARK.findall(glossary.marked("hub policing in hubsville, TPPs")) == ["term-transit-policing"]
    assert re.findall(r">([^<]+)</button>", glossary.marked("the largest run of AI compute")) == [
        "largest run",
        "AI compute",
    ]


def test_tags_links_and_escapes_stay_as_they_are(drawing: None):
    from markupsafe import Markup

    link = Markup('<a href="/hubs" title="TPP">hubs &amp; TPP</a>')
    assert glossary.marked(link) == link
    assert glossary.marked("<b>TPP</b>").startswith("&lt;b&gt;<button")
    assert glossary.marked("<b>TPP</b>").endswith("&lt;/b&gt;")


def test_a_file_to_save_has_no_marks():
    assert glossary.marked("TPP & HBM") == "TPP &amp; HBM"


def test_a_part_that_is_drawn_anew_keeps_its_marks_and_takes_none_of_another(drawing: None):
    glossary.begin("one")
    assert MARK.findall(glossary.marked("TPP")) == ["term-tpp"]
    glossary.begin("two")
    assert MARK.findall(glossary.marked("TPP and HBM")) == ["term-high-bandwidth-memory"]
    glossary.begin("one")
    assert MARK.findall(glossary.marked("TPP and HBM")) == ["term-tpp"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_marks_each_term_once_and_holds_its_definition(page: Open, name: str):
    test = page().switch_page(f"sim/ui/{name}/page.py").run()
    content = html(test)
    marks = MARK.findall(content)
    assert len(marks) == len(set(marks))
    for mark in marks:
        assert content.count(f'id="{mark}"') == 1
    again = MARK.findall(html(test.run()))
    assert again == marks
    if name == "explore":
        assert len(marks) >= 8
