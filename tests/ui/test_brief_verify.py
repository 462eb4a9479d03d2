"""`polarity brief --verify`: a saved brief is made again, and whatever it says otherwise is found."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from scenarios import load
from scenarios.errors import InputError
from scenarios.events import Event
from sim import checkout
from sim.batch.identity import digest
from sim.cli.commands import app
from sim.ui.brief import record as records, saved, verify as verifying
from sim.ui.brief.__main__ import main
from sim.ui.brief.blocks import Table
from sim.ui.brief.files import FORMS, written
from sim.ui.brief.text import Brief, brief
from sim.ui.brief.verify import DRAWING, LAST_LINE, verify
from sim.ui.shared import changes, public
from sim.ui.shared.setup import Judge, Setup
from tests.test_reproduced import FEW, SETUP

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made() -> Brief:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(verifying.FUTURES, str(FEW))
        patch.delenv(public.VARIABLE, raising=False)
        return brief(SETUP)


def file(made: Brief, form: str) -> bytes:
    found = written(made, form)
    return found if isinstance(found, bytes) else found.encode()


def changed(made: Brief, wrong: str) -> Brief:
    """The brief with another number in the first cell of its first table, and with the record of the true one."""
    at = next(n for n, block in enumerate(made.blocks) if isinstance(block, Table))
    table = made.blocks[at]
    assert isinstance(table, Table)
    (name, true, *others), *rest = table.rows
    assert true != wrong
    forged = replace(table, rows=((name, wrong, *others), *rest))
    return replace(made, blocks=(*made.blocks[:at], forged, *made.blocks[at + 1 :]))


def with_record(made: Brief, **fields: object) -> Brief:
    """The brief with another record, whose checksum is right."""
    content = {**json.loads(made.record), **fields}
    del content["sum"]
    return replace(made, record=json.dumps({**content, "sum": digest(content)}))


# ------------------------------------------------------------------------------------------------------------- verdict
@pytest.mark.parametrize("form", FORMS)
def test_a_brief_as_it_was_made_is_the_same_in_every_form(made: Brief, form: str) -> None:
    found = verify(file(made, form))
    assert found.same, found.differences
    assert found.form == form
    assert found.notes == ()
    assert found.numbers > 150
    assert found.record.setup == SETUP


@pytest.mark.parametrize("form", FORMS)
def test_a_number_changed_by_hand_is_found_with_its_place_and_both_values(made: Brief, form: str) -> None:
    found = verify(file(changed(made, "7"), form))
    (one,) = [one for one in found.differences if one.place != DRAWING]
    table = next(block for block in made.blocks if isinstance(block, Table))
    assert (one.saved, one.now) == ("7", table.rows[0][1])
    assert table.rows[0][0] in one.place
    assert table.head[1] in one.place
    assert one.is_number
    assert "[7]" in one.around


@pytest.mark.parametrize("form", FORMS)
def test_every_number_of_the_words_is_compared(made: Brief, form: str) -> None:
    there = saved.read(file(made, form))
    places = verifying._places(made, there.words)
    numbers = [n for n, word in enumerate(there.words) if verifying._is_number(word)]
    for n in numbers:
        forged = (*there.words[:n], "31415", *there.words[n + 1 :])
        (one,) = verifying._words(forged, there.words, places)
        assert (one.saved, one.now, one.place) == ("31415", there.words[n], places[n])
    assert {LAST_LINE, "The scenario", "How far to trust it: end of 2024, Later figures inside the 90% range"} <= set(
        places
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_chart_drawn_otherwise_is_found(made: Brief, form: str) -> None:
    def moved(block):
        if not hasattr(block, "picture") or not hasattr(block, "title"):
            return block
        shapes = [replace(shape, points=tuple((x, y - 3) for x, y in shape.points)) if hasattr(shape, "points")
                  else shape for shape in block.picture.shapes]  # fmt: skip
        return replace(block, picture=replace(block.picture, shapes=tuple(shapes)))

    found = verify(file(replace(made, blocks=tuple(map(moved, made.blocks))), form))
    assert [(one.place, one.is_number) for one in found.differences] == [(DRAWING, False)]
    assert not found.same


def other_drawings(made: Brief, form: str, data: bytes) -> bool:
    """Whether the words are the same and what is drawn is not."""
    there, now = saved.read(data), saved.read(file(made, form))
    assert there.words == now.words
    return there.drawings != now.drawings


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</style>", "p::after{content:' 99 months'}</style>"),
        ("</style>", "td{display:none}</style>"),
        ("</svg>", "<path d='M0 0L100 100' stroke='red'/></svg>"),
        ("</html>", "<img src='data:image/png;base64,AA' style='position:absolute;top:0'></html>"),
        ("<title>", "<title>Another "),
    ],
)
def test_what_a_page_shows_beside_its_words_is_compared(made: Brief, old: str, new: str) -> None:
    page = file(made, "html").decode()
    assert other_drawings(made, "html", page.replace(old, new, 1).encode())


def test_a_chart_with_two_colors_swapped_is_found(made: Brief) -> None:
    page = file(made, "html").decode()
    one, other = list(dict.fromkeys(re.findall(r'<polygon [^>]*fill="(#\w+)"', page)))[-2:]
    swapped = page.replace(one, "#none").replace(other, one).replace("#none", other)
    assert other_drawings(made, "html", swapped.encode())


@pytest.mark.parametrize("mark", ["<w:vanish/>", '<w:color w:val="FFFFFF"/>'])
def test_words_that_are_hidden_in_a_document_are_found(made: Brief, mark: str) -> None:
    held, data = io.BytesIO(), file(made, "docx")
    with zipfile.ZipFile(io.BytesIO(data)) as there, zipfile.ZipFile(held, "w") as forged:
        for name in there.namelist():
            part = there.read(name)
            is_text = name == "word/document.xml"
            forged.writestr(name, part.replace(b"<w:rPr>", b"<w:rPr>" + mark.encode(), 1) if is_text else part)
    assert other_drawings(made, "docx", held.getvalue())


def test_a_note_over_a_page_and_another_color_of_its_chart_are_found(made: Brief) -> None:
    from pypdf import PdfWriter
    from pypdf.annotations import FreeText
    from pypdf.generic import ContentStream, NameObject

    def other(paper: PdfWriter) -> bytes:
        held = io.BytesIO()
        paper.write(held)
        return held.getvalue()

    paper = PdfWriter(clone_from=io.BytesIO(file(made, "pdf")))
    assert not other_drawings(made, "pdf", other(paper))
    paper.add_annotation(0, FreeText(text="99 months", rect=(50, 700, 300, 730)))
    assert other_drawings(made, "pdf", other(paper))
    paper = PdfWriter(clone_from=io.BytesIO(file(made, "pdf")))
    content = ContentStream(paper.pages[0].get_contents(), paper)
    color = next(rgb for rgb, operator in content.operations if operator == b"rg" and rgb[0] != rgb[2])
    color[0], color[2] = color[2], color[0]
    paper.pages[0][NameObject("/Contents")] = paper._add_object(content)
    assert other_drawings(made, "pdf", other(paper))


def test_a_word_that_was_added_or_lost_is_a_difference_without_a_number(made: Brief) -> None:
    page = file(made, "html").replace(b"not a forecast", b"a forecast")
    (one,) = verify(page).differences
    assert (one.saved, one.now, one.is_number) == ("", "not", False)


def test_the_last_line_is_compared_with_the_record(made: Brief) -> None:
    page = file(made, "html").replace(b"seed 0,", b"seed 8,")
    (one,) = verify(page).differences
    assert (one.place, one.saved, one.now) == (LAST_LINE, "8,", "0,")


def test_a_brief_of_a_policy_of_ones_own_with_events_and_what_ifs_carries_them() -> None:
    own = load("tight_controls").with_changes(name="mine", title="Mine", levers={"enforcement": 4.0})
    event = Event(kind="taiwan_disruption", date="2028-Q1", size=0.8, quarters=8)
    setup = Setup(own=own, events=(event,), assumptions={"diffusion": 0.5}, worlds=("truce_ends",),
                  levers={"openness": {"2027-Q1": 10.0}}, values={"china": "balanced"}, judge=Judge("points", 10, 2030),
                  counted="two_power")  # fmt: skip
    there = records.read(records.record_of(setup, priced=True).text())
    assert there.setup == setup
    assert there.setup.spec.digest() == there.scenario == setup.spec.digest()
    assert there.priced


def test_the_strongest_lever_is_named_where_it_was_known_when_the_brief_was_made(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(changes, "prices", lambda spec, judge: asked.append(spec.digest()))
    monkeypatch.setattr(verifying, "brief", lambda *args: None)
    for priced in (True, False):
        verifying._again(records.record_of(SETUP, priced), lambda done, what: None)
    assert asked == [SETUP.spec.digest()]


# ------------------------------------------------------------------------------------------------------- other versions
def test_a_brief_of_another_version_says_so_first_and_how_to_get_the_old_numbers(made, tmp_path, capsys, monkeypatch):
    path = tmp_path / "brief.html"
    path.write_bytes(file(with_record(made, version="0.0.9", engine="0123456789abcdef"), "html"))
    monkeypatch.setattr(verifying, "verify", lambda data, tell: pytest.fail("said too late"))
    for is_one, way in ((True, "git worktree add ../polarity-0.0.9 v0.0.9"), (False, "'polarity-sim==0.0.9'")):
        monkeypatch.setattr(checkout, "is_checkout", lambda is_one=is_one: is_one)
        with pytest.raises(BaseException, match="said too late"):
            main(json.dumps({"verify": str(path)}))
        told = capsys.readouterr().err
        assert "Made by Polarity 0.0.9 (engine 0123456789abcdef); this is Polarity" in told
        assert way in told


def test_the_same_version_with_another_engine_is_told_from_a_release(made: Brief) -> None:
    there = records.read(with_record(made, engine="0123456789abcdef").record)
    (note,) = verifying.notes(there)
    assert "between two releases" in note


def test_a_scenario_that_has_changed_since_is_named_by_both_digests(made: Brief) -> None:
    there = with_record(made, scenario="0123456789abcdef")
    (note,) = verify(file(there, "html")).notes
    assert "0123456789abcdef" in note
    assert SETUP.spec.digest() in note


# ---------------------------------------------------------------------------------------------------- what is no brief
def refused(data: bytes) -> str:
    with pytest.raises(InputError) as told:
        verify(data)
    return str(told.value)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_cut_off_at_any_place_is_refused_in_words(made: Brief, form: str) -> None:
    data = file(made, form)
    for part in (0.01, 0.2, 0.5, 0.9, 0.999):
        assert "take the file as it was made" in refused(data[: int(len(data) * part)])


def test_a_damaged_file_is_refused_in_words(made: Brief) -> None:
    word = bytearray(file(made, "docx"))
    with zipfile.ZipFile(io.BytesIO(word)) as packed:
        at = packed.getinfo("word/document.xml").header_offset + 200
    word[at : at + 50] = bytes(50)
    assert "is damaged" in refused(bytes(word))
    assert "is damaged" in refused(file(made, "html").replace(b"the", b"t\xff\xfee"))
    paper = file(made, "pdf")
    for part in (0.1, 0.5, 0.9):
        assert "take the file as it was made" in refused(paper[: int(len(paper) * part)] + b"%%EOF")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"hello", "is no brief; a brief is a PDF, a Word document or a web page"),
        (b"<!doctype html><html><p>97</p></html>", "carries no record"),
        (b"x" * (saved.LARGEST + 1), "is larger than 20 MB"),
    ],
)
def test_a_foreign_file_is_refused_with_what_a_brief_is(data: bytes, says: str) -> None:
    assert says in refused(data)


def test_foreign_documents_are_refused_too() -> None:
    from reportlab.pdfgen.canvas import Canvas

    held = io.BytesIO()
    Document().save(held)
    assert "carries no record" in refused(held.getvalue())
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("table.csv", "1,2")
    assert "is no brief" in refused(held.getvalue())
    held = io.BytesIO()
    paper = Canvas(held)
    paper.drawString(100, 100, "97")
    paper.save()
    assert "carries no record" in refused(held.getvalue())


def test_a_record_changed_by_hand_is_refused(made: Brief) -> None:
    page = file(made, "html")
    assert "was changed or damaged" in refused(page.replace(b"&#34;futures&#34;: 64", b"&#34;futures&#34;: 65"))
    assert "is damaged" in refused(page.replace(b"&#34;futures&#34;: 64", b"&#34;futures&#34;: "))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"format": 2}, "install a newer one"),
        ({"futures": 10**9}, "futures"),
        ({"futures": "many"}, "futures"),
        ({"seed": 1}, "was made with seed 1"),
        ({"setup": {"scenario": "nowhere"}}, "the scenario 'nowhere', which this Polarity does not have"),
        ({"setup": {"scenario": "/etc/x.yaml"}}, "the scenario '/etc/x.yaml'"),
        ({"setup": {"bills": {"x": "2027-Q1"}}}, "the bill 'x'"),
        ({"setup": {"levers": {"enforcement": 1e9}}}, "enforcement"),
        ({"setup": {"levers": 7}}, "its record holds 'levers' as 7"),
        ({"setup": {"events": [{"kind": "flood"}]}}, "flood"),
        ({"setup": {"own": {"name": 3}}}, "its record"),
        ({"setup": {"judge": {"size": 3}}}, "its record lacks a part"),
        ({"setup": {"judge": {"ruler": "feet"}}}, "the measure of the lead 'feet'"),
        ({"setup": None}, "its record"),
        ({"more": 1}, "its record lacks a part"),
    ],
)
def test_a_record_that_asks_for_what_there_is_not_is_refused(made: Brief, fields: dict, says: str) -> None:
    assert says in refused(file(with_record(made, **fields), "html"))


# ------------------------------------------------------------------------------------------------------- command line
@pytest.mark.slow
def test_the_command_compares_a_brief_that_it_has_written(tmp_path) -> None:
    def polarity(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sim.cli", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    path = str(tmp_path / "brief.pdf")
    assert polarity("brief", "tight_controls", "--pdf", path).returncode == 0
    done = polarity("brief", "tight_controls", path, "--verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["same"]


def test_the_command_says_which_numbers_differ_and_leaves_with_1(made: Brief, tmp_path, capsys) -> None:
    path = tmp_path / "brief.html"
    path.write_bytes(file(changed(made, "7"), "html"))
    assert main(json.dumps({"verify": str(path)})) == 1
    told = capsys.readouterr().out
    assert f"{path}: Polarity " in told
    assert "1 of " in told
    assert "saved: 7    now: 88" in told
    assert main(json.dumps({"verify": str(path), "json": True})) == 1
    (one,) = json.loads(capsys.readouterr().out)["differences"]
    assert (one["saved"], one["number"]) == ("7", True)
    path.write_bytes(file(made, "html"))
    assert main(json.dumps({"verify": str(path), "scenario": "current_policy"})) == 0
    assert "every word and every drawing are the same" in capsys.readouterr().out


def test_the_brief_of_another_scenario_and_a_file_that_is_not_there_are_refused(made: Brief, tmp_path, capsys) -> None:
    path = tmp_path / "brief.html"
    path.write_bytes(file(made, "html"))
    assert main(json.dumps({"verify": str(path), "scenario": "tight_controls"})) == 2
    assert "it is a brief of current_policy, not of tight_controls" in capsys.readouterr().err
    assert main(json.dumps({"verify": str(tmp_path / "none.pdf")})) == 2
    assert "cannot be read (No such file or directory)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--verify",), "name a saved brief"),
        (("--verify", "brief.pdf", "--set", "openness=0"), "holds its own settings"),
        (("nowhere", "brief.pdf", "--verify"), "unknown scenario 'nowhere'"),
        (("current_policy", "brief.pdf"), "belongs to --verify"),
        (("current_policy", "--json"), "belongs to --verify"),
        ((), "name a scenario"),
        (("current_policy",), "say where to write it"),
    ],
)
def test_words_that_do_not_fit_together_are_refused(words, says) -> None:
    from typer.testing import CliRunner

    done = CliRunner().invoke(app, ["brief", *words])
    assert done.exit_code == 2
    assert says in done.stderr
