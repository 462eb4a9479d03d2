"""Nothing of one visitor reaches another: not through a cache, not on a page, not on paper."""

import ast
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from scenarios import load, names, parse
from scenarios.lessons import lessons
from scenarios.schema import Scenario
from sim.ui.explore import board_panel
from sim.ui.shared import address, changes, common, drivers, inert_panel
from sim.ui.shared.setup import Judge, Setup
from sim.ui.teach import claims_panel, futures, worksheet
from sim.ui.teach.claims import AHEAD, CLAIMS
from sim.ui.teach.claims_panel import Answer
from tests.ui.reading import raw, text

Open = Callable[..., AppTest]
PAGES = tuple(address.OWN)
MINE = "Zanzibar"
"""A word that stands in the wording of one visitor's file alone."""
OWN = (
    f"name: {MINE.lower()}\ntitle: {MINE} plan\nstory: {MINE} story.\nquestion: {MINE}?\nsources: [{{title: {MINE}}}]\n"
    "like: tight_controls\n"
)
CACHES = {"cache", "lru_cache", "cache_resource", "cache_data"}
PLAIN = {"str", "int", "float", "bool", "Judge", "Axis", "tuple", "Hashable", "None", "frames"}
"""What a key of a cache may be made of: nothing that holds a person's wording."""


def cached() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the interface whose results are kept for all users."""
    for path in [*Path("sim/ui").rglob("*.py"), Path("app.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                getattr(part, "attr", getattr(part, "id", "")) in CACHES
                for decorator in node.decorator_list for part in ast.walk(decorator)
            ):  # fmt: skip
                yield f"{path}: {node.name}", node


def test_the_caches_are_found():
    known = ("shared/common.py: _view", "teach/futures.py: _shown", "assumptions/page.py: _standing",
             "teach/claims_panel.py: _asked")  # fmt: skip
    assert {f"sim/ui/{name}" for name in known} <= {name for name, _ in cached()}


@pytest.mark.parametrize(("name", "node"), [*cached()])
def test_a_cache_is_made_from_its_key_alone(name: str, node: ast.FunctionDef):
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    arguments += [one for one in (node.args.vararg, node.args.kwarg) if one]
    hidden = [one.arg for one in arguments if one.arg.startswith("_")]
    assert hidden == [], "Streamlit leaves arguments with an underscore out of the key"
    for one in arguments:
        used = {part.id for part in ast.walk(one.annotation) if isinstance(part, ast.Name)}
        assert used <= PLAIN, f"{one.arg}: {ast.unparse(one.annotation)}"


@pytest.mark.parametrize("name", names())
def test_a_canonical_text_gives_the_scenario_back_without_its_wording(name: str):
    spec = load(name)
    bare = common.unworded(spec.canonical())
    assert bare.digest() == spec.digest()
    assert bare.canonical() == spec.canonical()
    for part in ("name", "title", "story", "question"):
        assert getattr(bare, part) != getattr(spec, part)
    assert not {source.title for source in bare.sources} & {source.title for source in spec.sources}


@pytest.mark.slow
def test_no_cache_keeps_the_wording_of_the_person_who_asked_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(changes, "FEW", 8)
    monkeypatch.setattr(common, "FEWER", 16)

    def ask() -> None:
        spec, judge = parse(OWN + "levers: {enforcement: 7, openness: 33}"), Judge()
        assert MINE in futures.shown(spec, judge).spec.title
        common.view(spec, judge)
        claims_panel.values(spec, (AHEAD,))
        changes.prices(spec, judge)
        changes.flipping(spec, judge)
        drivers.divided(load("current_policy"), spec, judge, "side")
        inert_panel.sentences(spec)
        assert board_panel.board(Setup(own=spec), "japan", 2030).spec.title == spec.title

    ask()
    gc.collect()
    left = [one for one in gc.get_objects() if isinstance(one, Scenario) and MINE in f"{one.title}{one.story}"]
    assert left == []
    texts = [text for one in gc.get_objects() if type(one) in (dict, list, tuple) for text in _strings(one)]
    assert not [text for text in texts if text.startswith(f"{MINE} ")]


def _strings(one: object) -> list[str]:
    parts = list(one.values()) if isinstance(one, dict) else one
    return [part for part in parts if type(part) is str and len(part) < 40]  # type: ignore[attr-defined]


def test_what_one_visitor_uploads_stays_off_the_pages_and_papers_of_another(page: Open):
    mine = page().switch_page("sim/ui/data/page.py").run()
    mine.file_uploader[0].set_value(("mine.yaml", OWN.encode(), "application/yaml")).run()
    assert f"{MINE} plan" in text(mine)
    for path in PAGES:
        mine.switch_page(f"sim/ui/{path}/page.py").run()
        assert not mine.exception
    mine.switch_page("sim/ui/teach/page.py").run()
    assert f"{MINE} plan" in text(mine)
    spec = load("tight_controls")
    assert parse(OWN).digest() == spec.digest()
    other = page(scenario="tight_controls")
    for path in PAGES:
        other.switch_page(f"sim/ui/{path}/page.py").run()
        assert not other.exception
        assert MINE not in raw(other)
    found, view = futures.shown(spec, Judge()), common.view(spec)
    answer = Answer((), (), 64)
    papers = (
        worksheet.sheet(found, "drawn1", CLAIMS["C1"]),
        worksheet.answers(found, "drawn1", view, CLAIMS["C1"], answer),
        worksheet.guide(found, "drawn1", view, lessons()[45]),
    )
    for paper in papers:
        assert MINE not in paper
        assert spec.title in paper
