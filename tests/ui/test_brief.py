"""The brief: it says what the screen says, in one model that the page, the Word document and the PDF all draw."""

import io
import json
import re
from dataclasses import replace
from html import unescape

import pypdf
import pytest
from docx import Document
from docx.oxml.ns import qn

from scenarios import load, names
from scenarios.errors import InputError
from scenarios.events import Event
from sim.analysis import flips
from sim.hindcast.blind import CUTOFFS
from sim.hindcast.kept import kept
from sim.ui.brief import chart, fonts, text as content
from sim.ui.brief.__main__ import main, setup_of
from sim.ui.brief.blocks import Block, Bullets, Code, Figure, Heading, Table, Text, words
from sim.ui.brief.html import html
from sim.ui.brief.pdf import MOST_PAGES, pdf
from sim.ui.brief.picture import Label, Stroke, dashed
from sim.ui.brief.qr import PAPER, qr
from sim.ui.brief.word import docx
from sim.ui.shared import address, changes, common, costs, grid, levers, public, rules, strip, wording
from sim.ui.shared.setup import Judge, Setup
from tests.ui.reading import button, raw, text, verdict

PUBLIC = "https://polarity.example.org/app"
CHANGED = Setup(levers={"openness": 0.0, "enforcement": 5.0})


@pytest.fixture(autouse=True)
def _fewer(monkeypatch):
    monkeypatch.setattr(changes, "FEW", 16)
    monkeypatch.delenv(public.VARIABLE, raising=False)


@pytest.fixture(scope="module")
def made():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLARITY_FUTURES", "64")
        patch.setattr(changes, "FEW", 16)
        patch.setenv(public.VARIABLE, PUBLIC)
        return content.brief(CHANGED)


def said(blocks: tuple[Block, ...]) -> list[str]:
    return [piece for block in blocks for piece in words(block)]


def squeezed(content_: str) -> str:
    return re.sub(r"\s+", " ", content_).strip()


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


# ------------------------------------------------------------------------------------------------ equals the screen
def test_the_brief_equals_the_screen(page, made):
    test = page(**{name: f"{value:g}" for name, value in CHANGED.levers.items()})
    told, shown = said(made.blocks), squeezed(text(test))
    view = common.view(CHANGED.spec)
    for _, how, count in strip.rows(view, CHANGED.counted):
        assert told[told.index(how) + 1] == str(count)
    assert grid.sentence(grid.grid(CHANGED).filled(common.view)) in told
    assert verdict(test) in told
    assert wording.middle(*view.lead_end) in shown
    assert any(wording.middle(*view.lead_end) in piece for piece in told)
    for name, count in view.counts.items():
        assert str(count) in told, name
    moved = raw(test).split('class="work"')[1]
    parts = dict(re.findall(r"<li><span>(.*?)</span>.*?<b>(.*?)</b></li>", moved))
    assert parts
    for label, size in parts.items():
        assert told[told.index(unescape(label)) + 1] == size
    assert told[told.index("Together") + 1] == re.search(r"Together <b>(.*?)</b>", moved)[1]
    (paid,) = [piece for piece in told if piece.startswith("Costs ")]
    assert paid in shown
    (bars,) = [block for block in made.blocks if isinstance(block, Figure) and "pays" in block.title]
    assert costs.amount(common.costs_of(CHANGED.spec, 2032)[0]) in bars.told
    assert set(changes.sentences(CHANGED.spec, Judge())) <= set(told)


def test_the_cells_of_policy_and_world_stand_there_with_their_sentence(monkeypatch):
    monkeypatch.setattr(changes, "sentences", lambda spec, judge: [])
    setup = replace(CHANGED, worlds=("china_fab_breakthrough", "truce_ends"))
    found = grid.grid(setup).filled(common.view)
    told = said(content.brief(setup).blocks)
    assert grid.sentence(found) in told
    at = told.index(f"{grid.BASELINE_ROW}: current policy")
    counts = [str(cell.count("us_ahead")) for cell in found.cells]
    wide = len(found.columns)
    assert wide == 4
    assert told[at - wide : at] == list(found.columns)
    assert told[at + 1 : at + 1 + wide] + told[at + 2 + wide : at + 2 + 2 * wide] == counts
    assert "What if: Chinese fab breakthrough?" in content.question(setup)


def test_a_changed_policy_is_asked_about_in_words_and_not_with_the_question_of_another():
    asked = content.question(CHANGED)
    assert asked != load("current_policy").question
    assert levers.differences(CHANGED) in asked
    assert content.question(Setup("tight_controls")) == load("tight_controls").question


def test_a_lever_that_is_left_to_the_model_is_called_so_where_a_change_of_it_is_told():
    policy = load("current_policy")
    assert policy.setting("enforcement") == "actor"
    change = flips.Change("enforcement", "lever", "Enforcement", 1.0, 5.0, 0.2, True, "us_ahead", {})
    assert changes._now(policy, change) == levers.DECIDE
    assert changes._now(policy.with_levers(enforcement=2), replace(change, start=2.0)).startswith("2×")


def test_all_blind_tests_stand_there_as_they_are_kept(made):
    told = said(made.blocks)
    for cutoff in CUTOFFS:
        score = kept(cutoff).pattern("all")
        assert f"{round(score['coverage90'] * score['points'])} of {score['points']}" in told


def test_it_says_that_it_is_about_ai_and_what_a_future_is(made):
    told = " ".join(said(made.blocks))
    assert "artificial intelligence (AI)" in told
    assert "Each run is one simulated future" in told
    assert "not a forecast" in told
    assert not re.search(r"\bwill\b|confiden", told.lower())


# ------------------------------------------------------------------------------------------------------- three forms
def test_page_word_document_and_pdf_hold_the_same_facts(made):
    told = [squeezed(piece) for piece in said(made.blocks)]
    web = squeezed(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", str(html(made)), flags=re.DOTALL)))
    document = Document(io.BytesIO(docx(made)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    runs = ["".join(t.text or "" for t in p._p.iter(qn("w:t"))) for p in document.paragraphs]
    word = squeezed(" ".join([*runs, *cells]))
    paper = re.sub(r"\s", "", "".join(pages(pdf(made))))
    for piece in told:
        assert re.sub(r"\s", "", piece) in re.sub(r"\s", "", web)
        assert piece in word
        assert re.sub(r"\s", "", piece) in paper, piece
    for form in (web, word):
        assert made.made in form


def test_the_page_fetches_nothing(made):
    page = html(made)
    assert "<script" not in page
    assert not re.search(r"(src=|@import|url\()", page)
    assert page.count("<svg") == 3  # the chart, who pays, and the code


def test_the_pdf_is_text_and_lines_with_title_author_and_language(made):
    reader = pypdf.PdfReader(io.BytesIO(pdf(made)))
    assert 1 <= len(reader.pages) <= MOST_PAGES
    assert reader.metadata.title == made.title
    assert reader.metadata.author == "The Polarity contributors"
    assert reader.metadata.subject == made.subject
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert all(not page.images for page in reader.pages)
    links = {note.get_object()["/A"]["/URI"] for page in reader.pages for note in page.get("/Annots", [])}
    assert address.link(CHANGED, read_url=lambda: PUBLIC) in links


def test_letters_with_accents_and_signs_come_through_and_others_are_marked():
    letters = "−×–±≥“Š”éüńşžłđ…"
    assert fonts.drawable(letters) == letters
    assert fonts.drawable("芯 chip") == "? chip"
    own = load("current_policy").model_copy(update={"title": f"Plan {letters}", "question": "芯?"})
    data = pdf(content.Brief(own.title, own.question, "", (Heading(own.title), Text(())), "made"))
    assert letters in "".join(pages(data))


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_scenario_of_the_library_fits_two_pages(name):
    assert len(pages(pdf(content.brief(Setup(name))))) <= MOST_PAGES


def test_even_a_setup_with_everything_changed_fits_two_pages(monkeypatch):
    # What differs is told in words, so that the most changes make the longest brief.
    monkeypatch.setattr(changes, "sentences", lambda spec, judge: [40 * "A long sentence. "] * 3)
    monkeypatch.setattr(content, "_moved", lambda *args: [Table(("", "n"), (("A long name " * 8, "+1"),) * 4)])
    moved = {name: levers.stops(lever)[-1] for name, lever in levers.LEVERS.items()}
    events = tuple(Event(kind="efficiency_shock", date=f"20{27 + k // 4}-Q{k % 4 + 1}", size=0.5) for k in range(12))
    setup = Setup(levers=moved, events=events, assumptions={"diffusion": 0.5})
    assert not setup.problem
    assert len(pages(pdf(content.brief(setup)))) <= MOST_PAGES


# ------------------------------------------------------------------------------------------------------------- chart
def test_the_chart_holds_the_median_the_band_the_baseline_and_the_rules(made):
    figure = next(block for block in made.blocks if isinstance(block, Figure))
    labels = [shape.text for shape in figure.picture.shapes if isinstance(shape, Label)]
    assert {"now", "2032", "US well ahead", "China well ahead", "nine in ten runs"} <= set(labels)
    signs = [str(k + 1) for k in range(len(rules.telling()))]
    assert set(signs) <= set(labels)
    for sign, rule in zip(signs, rules.telling(), strict=True):
        assert f"{sign} {rules.month(rule)} {rule.title}" in figure.key
    view = common.view(CHANGED.spec)
    longest = max((s for s in figure.picture.shapes if isinstance(s, Stroke)), key=lambda s: len(s.points))
    assert len(longest.points) == view.lead.height
    assert longest.points[-1] == chart._at(view.lead["t"][-1], view.lead["mid"][-1])
    inside = [0 <= x <= figure.picture.width and 0 <= y <= figure.picture.height
              for shape in figure.picture.shapes if not isinstance(shape, Label) for x, y in shape.points]  # fmt: skip
    assert all(inside)


def test_an_event_stands_on_the_time_axis_by_its_letter():
    event = Event(kind="taiwan_disruption", date="2028-Q1", size=0.8, quarters=8)
    (mark,) = [mark for mark in chart.marks(Setup(events=(event,)).spec) if mark.sign == "A"]
    assert 2028 <= mark.time <= 2028.25
    assert "Taiwan" in mark.text


def test_dashes_have_the_length_that_is_asked_for_around_corners_too():
    pieces = list(dashed([(0, 0), (5, 0), (5, 9)], "#000000", 1, on=4, off=3))
    assert [piece.points for piece in pieces] == [((0, 0), (4, 0)), ((5, 2), (5, 6))]


# -------------------------------------------------------------------------------------------------------- public link
def test_without_a_public_address_nothing_leads_to_this_machine_and_the_way_back_is_told():
    found = content.brief(CHANGED)
    told = " ".join(said(found.blocks))
    for form in (str(html(found)), "".join(pages(pdf(found)))):
        assert "127.0.0.1" not in form
        assert "localhost" not in form
    assert not any(isinstance(block, Code) for block in found.blocks)
    assert address.query(CHANGED) in told
    assert "polarity run current_policy --set openness=0 --set enforcement=5" in told


def test_the_public_address_is_used_for_the_brief_and_for_sharing(made, monkeypatch):
    monkeypatch.setenv(public.VARIABLE, PUBLIC + "/")
    link = address.link(CHANGED, read_url=lambda: "http://127.0.0.1:8501/compare?x=1")
    assert link == f"{PUBLIC}/{address.query(CHANGED)}"
    assert link in said(made.blocks)
    assert address.link(CHANGED, "compare", lambda: None).startswith(f"{PUBLIC}/compare?")


@pytest.mark.parametrize(
    "wrong",
    ["polarity.example.org", "ftp://x.org", "https://", "https://x.org/?a=1", "https://u:p@x.org", "https://x y.org",
     "http://localhost:8501", "http://127.0.0.1", "http://[::1]:8501", "http://0.0.0.0", "http://x.org:port"],
)  # fmt: skip
def test_an_address_that_others_cannot_open_is_refused_with_what_to_do(monkeypatch, wrong):
    monkeypatch.setenv(public.VARIABLE, wrong)
    with pytest.raises(InputError, match=rf"{public.VARIABLE} is .*; give the address .* or leave the variable unset"):
        public.public_url()


def test_the_code_is_one_that_a_reader_of_codes_expects():
    import segno

    link = f"{PUBLIC}/?enforcement=5"
    picture, rows = qr(link), segno.make_qr(link, error="l").matrix
    unit = picture.width / (len(rows) + 8)
    dark = [shape for shape in picture.shapes if shape.color != PAPER]
    area = sum((s.points[1][0] - s.points[0][0]) * (s.points[2][1] - s.points[1][1]) for s in dark)
    assert area == pytest.approx(sum(map(sum, rows)) * unit**2)
    assert min(x for shape in dark for x, _ in shape.points) == pytest.approx(4 * unit)


# -------------------------------------------------------------------------------------------------------------- panel
def test_the_panel_makes_three_files_and_keeps_them(page, monkeypatch):
    monkeypatch.setattr(changes, "sentences", lambda spec, judge: ["Nothing."])
    test = page()
    test.session_state["brief"] = True
    test.run()
    button(test, "Make the brief").click().run()
    assert not test.exception
    assert [found.label for found in test.get("download_button")] == [
        "PDF, to forward", "Word document, to edit", "Web page, to read or print"
    ]  # fmt: skip


def test_the_words_of_every_block_are_told():
    line = content.line("a")
    assert said((Text(line), Bullets((line,)), Table(("", "b"), (("c", "d"),)))) == ["a", "a", "b", "c", "d"]


# ------------------------------------------------------------------------------------------------------- command line
def test_the_command_line_asks_for_the_setup_that_the_page_would_have(tmp_path):
    asked = {"scenario": "tight_controls", "levers": {"openness": 0.0}, "what_ifs": ["truce_ends"]}
    assert setup_of(asked) == Setup("tight_controls", levers={"openness": 0.0}, worlds=("truce_ends",))
    assert setup_of({"scenario": "china_fab_breakthrough"}) == Setup(worlds=("china_fab_breakthrough",))
    path = tmp_path / "mine.yaml"
    path.write_text("like: tight_controls\nname: mine\ntitle: Mine\n")
    assert setup_of({"scenario": str(path)}).spec.title == "Mine"


def test_the_command_writes_the_files_or_says_what_is_wrong(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(changes, "sentences", lambda spec, judge: [])
    path = tmp_path / "brief.pdf"
    assert main(json.dumps({"scenario": "current_policy", "files": {"pdf": str(path)}})) == 0
    assert path.read_bytes().startswith(b"%PDF")
    monkeypatch.setenv(public.VARIABLE, "nowhere")
    assert main(json.dumps({"scenario": "current_policy", "files": {}})) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"polarity: brief: {public.VARIABLE} is 'nowhere'")
