"""The glossary: every term in one sentence, found by its words, and in step with the numbers of the model."""

import re
from pathlib import Path

import pytest

from scenarios import InputError, glossary
from scenarios.glossary import Term, look_up, terms
from scenarios.tables import read
from sim.results.outcomes.lead import PACE
from sim.results.outcomes.polarity import LABELS, MONTHS, THIRD_MONTHS

HEAD = "term,variants,definition\n"
OF_THE_FIELD = (
    "export controls", "license", "enforcement", "cloud access rule", "chip tools", "high-bandwidth memory",
    "diversion", "domestic production", "frontier model", "training compute", "lead", "median run", "90% range",
    "baseline",
    "scenario", "policy lever", "transit hub", "compute", "TPP", "ECI", "H100-equivalent", "diffusion", "prior",
    "blind test", "fixed pace", "calendar months", "index points", "what if", "verified agreement", "simulated future",
)  # fmt: skip


def test_the_terms_of_the_field_are_there() -> None:
    assert set(OF_THE_FIELD) <= set(terms())
    for label in LABELS.values():  # every outcome is explained where it is named
        assert look_up(label).definition


@pytest.mark.parametrize("row", terms().values(), ids=lambda row: row.term)
def test_a_definition_is_one_plain_sentence(row: Term) -> None:
    assert re.fullmatch(r"[A-Z0-9][^.]*(\d\.\d[^.]*)*\.", row.definition)
    assert not re.search(r"\b(licence|judgement|centre|programme|behaviour|labour|defence|millimetre)", row.definition)
    assert all(words == " ".join(words.split()) for words in row.variants)
    assert re.fullmatch(r"[a-z0-9-]+", row.key)


def test_definitions_hold_the_numbers_of_the_model() -> None:
    assert f"{PACE:g} points a year" in look_up("fixed pace").definition
    assert f"{MONTHS:g} months" in look_up("well ahead").definition
    assert f"{THIRD_MONTHS:g} months" in look_up("several powers").definition


def test_a_term_is_found_by_its_words_and_a_wrong_one_gets_a_hint() -> None:
    assert look_up("HBM") is look_up("high-bandwidth memory") is terms()["high-bandwidth memory"]
    with pytest.raises(InputError, match=r"unknown term 'divertion'; did you mean 'diversion'\?"):
        look_up("divertion")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,x,One. Two.\n", "row 2, column definition: a definition is one sentence"),
        ("a,x,No stop\n", "row 2, column definition: a definition is one sentence"),
        ("a,,A thing.\n", "row 2, column variants"),
        ("a,x,A thing.\na,y,A thing.\n", "row 3: the term 'a' appears twice"),
        ("a,x;Y,A thing.\nb,y,A thing.\n", "row 3: 'y' belongs to 'a' already"),
    ],
)
def test_a_wrong_row_is_refused(rows: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "glossary.csv").write_text(HEAD + rows, encoding="utf-8")
    monkeypatch.setattr(glossary, "DATA", tmp_path)
    with pytest.raises(InputError) as error:
        terms.__wrapped__()
    assert str(error.value).startswith("glossary.csv " + told)


def test_the_rows_of_the_file_are_those_that_are_read() -> None:
    assert len(read(Term, glossary.DATA / "glossary.csv")) == len(terms())
