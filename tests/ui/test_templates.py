"""HTML comes from templates, CSS from files, and no text of a stranger becomes a tag."""

import ast
import json
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup
from streamlit.testing.v1 import AppTest

from scenarios import parse
from scenarios.lessons import lessons
from scenarios.tables import table
from sim.hindcast import turns
from sim.ui.brief.blocks import Beside, Bullets, Code, Figure, Heading, Span, Table, Text
from sim.ui.brief.html import html as brief_html
from sim.ui.brief.picture import Label, Picture
from sim.ui.brief.text import Brief
from sim.ui.evidence import html as evidence_html, tables as evidence_tables
from sim.ui.shared import charts, common, sources, templates, theme
from sim.ui.shared.setup import Judge, Setup
from sim.ui.teach import claims_panel, futures, worksheet
from sim.ui.teach.claims import CLAIMS
from sim.ui.teach.decisions import Decision
from sim.ui.teach.worksheet import steps
from tests.ui.reading import raw, text

SOURCES = {path: path.read_text(encoding="utf-8") for path in sorted(templates.FOLDER.rglob("*.py"))}
NAMES = templates.environment.list_templates(["html", "css"])
FILES = {name: (templates.FOLDER / name).read_text(encoding="utf-8") for name in NAMES}
PAGES = (
    "explore",
    "compare",
    "strategy",
    "teach",
    "evidence",
    "assumptions",
    "data",
    "calibration",
    "play",
    "about",
    "sources",
)
TAG = re.compile(r"</?[a-z][a-z0-9]*[\s>/]|</?[a-z][a-z0-9]*$")
RULE = re.compile(r"[\w\]).*:-]\s*\{\s*-{0,2}[a-z][a-z-]*\s*:[^{}]*\}")
HOSTILE = "<script>alert(1)</script>\"'&"


# ---------------------------------------------------------------------------------------------------------- the source
def strings(tree: ast.AST, above: tuple[ast.AST, ...] = ()) -> Iterator[tuple[str, tuple[ast.AST, ...]]]:
    """Every string of the code that is no docstring, with the nodes around it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, (*above, tree)
        yield from strings(node, (*above, tree))


def called(node: ast.AST) -> str:
    """The name of what is called."""
    return getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(templates.FOLDER).as_posix())
def test_code_holds_neither_style_sheets_nor_html_with_values(path: Path):
    for found, above in strings(ast.parse(SOURCES[path])):
        assert not RULE.search(found), f"CSS belongs into a file: {found[:80]}"
        assert not re.search(r"<style>(?!\{\})", found), f"CSS belongs into a file: {found[:80]}"
        if TAG.search(found):
            assert not any(isinstance(node, ast.JoinedStr) for node in above), f"a template escapes: {found[:80]}"
            whole = any(called(node) in ("Markup", "html", "component") for node in above)
            assert whole, f"HTML is a template or Markup: {found[:80]}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(templates.FOLDER).as_posix())
def test_nothing_is_escaped_by_hand_and_nothing_passes_unescaped(path: Path):
    for node in ast.walk(ast.parse(SOURCES[path])):
        if isinstance(node, ast.ImportFrom):
            assert node.module != "html"
        if isinstance(node, ast.Import):
            assert "html" not in {alias.name for alias in node.names}
        if called(node) == "Markup" and path.name != "templates.py":
            (given,) = node.args or [ast.Constant("")]
            literal = isinstance(given, ast.Constant | ast.IfExp) or called(given) == "advice"
            assert literal, f"line {node.lineno}: Markup is for literals; a template or .format() escapes"


def test_the_checks_of_the_source_see_what_they_look_for():
    assert RULE.search(".a b{color:red}")
    assert RULE.search("@media print{.x { --k: 1px; }}")
    assert not RULE.search("export default ({ parentElement, data }) => {\n  if (a) return;\n}")
    code = "def f():\n    '''Not <b> this.'''\n    g(f'<p>{x}</p>')"
    assert [found for found, _ in strings(ast.parse(code))] == ["<p>", "</p>"]


# ------------------------------------------------------------------------------------------------------- the templates
@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles_and_is_used(name: str):
    templates.environment.get_template(name)
    assert any(f'"{name}"' in source for source in (*SOURCES.values(), *FILES.values()))
    assert not re.search(r"\|\s*safe\b|autoescape|\bMarkup\b", FILES[name])
    if name.endswith(".html"):
        assert not RULE.search(FILES[name].replace("{{", "").replace("{%", ""))
        assert not re.search(r"=\{\{|\son\w+=|<script", FILES[name]), "a value in quotes, and no script"


def test_every_color_and_length_of_a_style_sheet_is_defined():
    sheets = "".join(FILES.values())
    defined = {*re.findall(r"--([\w-]+)\s*:", sheets + "".join(SOURCES.values())), *charts.PALETTE}
    assert set(re.findall(r"var\(--([\w-]+)", sheets)) <= defined
    for name in ("us_ahead", "several"):
        assert f".o-{name} {{ background: {theme.FILL[name]}; }}" in colors()
        assert theme.INK[name][4:-1] + ": light-dark(" in colors()


def colors() -> str:
    return templates.style("shared/colors.css", palette=charts.PALETTE, fill=theme.FILL)


def test_a_forgotten_value_is_an_error():
    with pytest.raises(UndefinedError, match="'headline' is undefined"):
        templates.render("shared/verdict.html", sub="", fine="")


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("<ul>\n  <li>a</li>\n\n  <li>b</li>\n</ul>\n", "<ul><li>a</li><li>b</li></ul>"),
        ("<b>a</b> <i>b</i>", "<b>a</b> <i>b</i>"),
        ("<p>a\nb</p>", "<p>a\nb</p>"),
        ("<p>{{ x }}\n{{ x }}</p>", "<p>&lt;\n&lt;</p>"),
        ("<ul>\n  {% for y in '12' %}\n    <li>{{ y }}</li>\n  {% endfor %}\n</ul>", "<ul><li>1</li><li>2</li></ul>"),
        ("<i>\n  {{ x }}\n</i>", "<i>&lt;</i>"),
    ],
)
def test_a_line_break_between_tags_is_no_space(source: str, page: str):
    assert templates.environment.from_string(source).render(x="<") == page


def test_an_error_names_the_line_of_the_template():
    with pytest.raises(UndefinedError) as told:
        templates.environment.from_string("<ul>\n  <li>\n\n  </li>\n</ul>\n{{ missing }}").render()
    assert [place.lineno for place in traceback.extract_tb(told.tb) if place.filename == "<template>"] == [6]


def test_markup_passes_once_and_text_is_escaped_once():
    assert theme.heading("a & b", "<i>") == '<h2 class="h">a &amp; b</h2><p class="d">&lt;i&gt;</p>'
    assert theme.paragraph(Markup("<b>{}</b>").format("<")) == '<p class="d"><b>&lt;</b></p>'
    said = str(theme.verdict("1 < 2", Markup("<i>x</i>")))
    assert said == '<h1 class="say">1 &lt; 2</h1><p class="sub"><i>x</i></p>'
    assert isinstance(theme.heading("a", "b") + "<", Markup)


# ------------------------------------------------------------------------------------------------------- hostile texts
FILE = json.dumps({
    **dict.fromkeys(("title", "story", "question"), HOSTILE), "name": "mine", "sources": [{"title": HOSTILE}],
    "levers": {"openness": 20},
})  # fmt: skip


def tame(page: str) -> bool:
    """Whether the hostile text stands there, escaped once."""
    return "&lt;script&gt;alert(1)" in page and "<script" not in page and "&amp;lt;" not in page


def test_a_hostile_file_stays_text_on_every_page(page: Callable[..., AppTest]):
    test = page().switch_page("sim/ui/data/page.py").run()
    test.file_uploader[0].set_value(("mine.json", FILE.encode(), "application/json")).run()
    said = {}
    for name in PAGES:
        test = test.switch_page(f"sim/ui/{name}/page.py").run()
        assert not test.exception, name
        said[name] = raw(test)
        assert "<script" not in said[name], name
        assert "&amp;lt;" not in said[name], name
    silent = {"evidence", "calibration", "play", "about", "sources"}
    assert {name for name, html in said.items() if tame(html)} == {*PAGES} - silent


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_address_stays_text(page: Callable[..., AppTest], name: str):
    test = page().switch_page(f"sim/ui/{name}/page.py")
    own = ("columns", "claim", "step", "cutoff", "question", "tier", "search", "result", "beside", "room", "me")
    for parameter in ("scenario", "openness", *own):
        test.query_params[parameter] = HOSTILE
    test = test.run()
    assert not test.exception
    assert tame(raw(test))
    assert 'role="alert"' in raw(test)
    assert "<script>alert(1)" in text(test)


def test_hostile_rows_of_tables_stay_text():
    mechanism = table("mechanisms")[0].model_copy(update=dict.fromkeys(("miss", "tried", "why"), HOSTILE))
    conflict = table("conflicts")[0].model_copy(update=dict.fromkeys(("definition", "source", "value"), HOSTILE))
    decision = Decision("China", HOSTILE, HOSTILE, HOSTILE)
    groups = [{"who": HOSTILE, "color": "", "decisions": [decision]}] * 3
    pieces = (
        evidence_tables.mechanisms([mechanism]),
        evidence_tables.choices(replace(turns.kept(), turns=(replace(turns.kept().turns[0], title=HOSTILE),))),
        evidence_tables.topics({HOSTILE: [conflict]}),
        evidence_html.tall(HOSTILE, evidence_html.rows([HOSTILE], [[(HOSTILE, "n")]])),
        templates.render("teach/decisions.html", quarter="2026-Q3", groups=groups),
        templates.render("teach/plan.html", steps=[dict.fromkeys(steps(lessons()[45])[0], HOSTILE)], root=""),
        templates.render("teach/questions.html", head=HOSTILE, asked=[HOSTILE]),
        templates.render("teach/endings.html", endings=[(HOSTILE,) * 3], title=HOSTILE, difference=HOSTILE),
        templates.render("teach/facts.html", facts=[(HOSTILE, HOSTILE)], nothing=""),
        templates.render("shared/glossary.html", terms=[{"term": HOSTILE, "definition": HOSTILE}]),
        templates.render("shared/definitions.html", terms=[{"key": HOSTILE, "term": HOSTILE, "definition": HOSTILE}]),
        sources.cited(HOSTILE, f"https://x.org/{HOSTILE}"),
        sources.cited(HOSTILE, f"https://x.org/{HOSTILE} https://y.org/{HOSTILE}"),
        theme.bar(dict.fromkeys(theme.INK, 25), dict.fromkeys(theme.INK, 25), HOSTILE, HOSTILE),
        theme.swatches({"x": HOSTILE}, {"x": charts.US}),
        theme.work([(HOSTILE, 3.0), (HOSTILE, 0.01)]),
    )
    for piece in pieces:
        assert tame(piece), piece
        assert not re.search(r"""="[^"<>]*<|='""", piece), piece  # none breaks out of an attribute


def test_hostile_papers_stay_text():
    setup = Setup(own=parse(FILE))
    shown, view, claim = futures.shown(setup.spec, Judge()), common.view(setup.spec), CLAIMS["C10"]
    link = f"http://x/?{HOSTILE}"
    line = (Span(HOSTILE), Span(HOSTILE, strong=True), Span(HOSTILE, link))
    picture = Picture(9, 9, (Label(0, 0, HOSTILE, "#000000"),))
    blocks = (
        Text(line, "title"), Text(line), Heading(HOSTILE), Bullets((line,)), Table((HOSTILE,), ((HOSTILE,),)),
        Figure(HOSTILE, HOSTILE, picture, HOSTILE, HOSTILE), Beside((Text(line),), (Code(picture, HOSTILE),)),
    )  # fmt: skip
    brief = brief_html(Brief(HOSTILE, HOSTILE, HOSTILE, blocks, HOSTILE))
    for paper in (
        brief,
        worksheet.sheet(shown, "medians", claim),
        worksheet.answers(shown, "medians", view, claim, claims_panel.answer(claim)),
        worksheet.guide(shown, "medians", view, lessons()[45]),
    ):
        assert tame(paper)
    assert 'href="http://x/?&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;"' in brief
