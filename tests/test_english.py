"""English by the guide: American spelling, plain verbs, and no forecast words or inside words where people read."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PACKAGES = ("sim", "agents", "scenarios", "calibration")
SPELLING = {
    r"judgement": "judgment",
    r"licence|licences|licenced": "license",
    r"colou?red by|colours?|coloured|colouring": "color",
    r"behaviours?|favour\w*|labours?|neighbour\w*|rumours?|honour\w*|endeavour\w*": "-or",
    r"centres?|centred|metres?|millimetres?|kilometres?|litres?|theatres?": "-er",
    r"defence|offence|pretence": "-se",
    r"catalogues": "catalogs",
    r"(?:organ|author|real|recogn|summar|normal|penal|optim|minim|maxim|initial|visual|standard|random|general|emphas"
    r"|util|prior|central|stabil|character|categor|critic|final|amort|annual|parametr)is(?:e|ed|es|ing|ation|ations|er)":
        "-ize",
    r"analys(?:e|ed|er|ing)": "analyze",
    r"modelled|modelling|labelled|labelling|cancelled|cancelling|travelled|fuelled|signalled|totalled": "one l",
    r"learnt|spelt|burnt|whilst|amongst|towards|afterwards|backwards and forwards": "American form",
    r"programmes?|grey|ageing|fulfils?|sceptic\w*|artefacts?|cheques?|tonnes": "American form",
    r"per cent": "percent or %",
}  # fmt: skip
"""Words of British spelling, with the American one or the ending that it has."""
SPACED = re.compile(r"\d %(?![\w(])")
"""A percentage with a blank before its sign."""
IDIOM = {
    r"(?:come|comes|came|coming) of(?! age)": "follow from, result from",
    r"(?:hang|hangs|hung|hanging) on": "depend on",
    r"foretell\w*|foretold": "explain, predict",
    r"lets? (?:something|it) happen": "add an event",
    r"told from none|told from zero": "no detectable difference",
    r"the middle future": "the median run",
    r"what becomes? of|what became of": "what happens to",
    r"of one's own": "your own",
    r"founded on": "based on",
    r"set otherwise": "differs from",
    r"sources part|where they part": "sources disagree, where they differ",
    r"anew": "again, re-",
    r"mend|mends|mended|mending": "fix, repair",
    r"roll(?:s|ed)? the same dice|on the same dice|the same dice": "use the same random draws",
    r"go(?:es)? on by|go(?:es)? on from there": "continue, resume",
}  # fmt: skip
"""Turns of phrase that read as translated, with what to write instead."""
SHOWN = {
    r"almost no chance|very unlikely|as likely as not|very likely|almost certain": "count simulated futures",
    r"dice": "random draws",
    r"(?<![\"'])rulers?(?![=\"'])": "measure, definition",
    r"orders? of magnitude of compute": "times the compute",
    r"barred": "blocked",
}  # fmt: skip
"""Words that belong in no page, command or story."""


class Text(NamedTuple):
    """A text with its place."""

    place: str
    words: str
    inside: bool = False
    """Whether only those who read the code see it."""


def python(path: Path) -> Iterator[Text]:
    """Docstrings and string literals with a blank in them; formatted values stand as 0."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            words = "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            words = node.value
        else:
            continue
        if " " in words.strip():
            yield Text(f"{path.relative_to(ROOT)}:{node.lineno}", words, id(node) in bare)


def markdown(path: Path) -> Iterator[Text]:
    """Paragraphs outside code and generated blocks, which are checked through their sources."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(
        r"<!-- generated: .*?<!-- end -->|^```.*?^```", lambda m: "\n" * m[0].count("\n"), text, flags=re.S | re.M
    )
    for number, line in enumerate(text.splitlines(), start=1):
        yield Text(f"{path.relative_to(ROOT)}:{number}", re.sub(r"`[^`]*`|\]\([^)]*\)", "", line))


def template(path: Path) -> Iterator[Text]:
    """Lines of a template without tags and expressions."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        yield Text(f"{path.relative_to(ROOT)}:{number}", re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", line))


def story(path: Path) -> Iterator[Text]:
    """Texts of a scenario; titles of sources are quoted and keep their spelling."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from () if key in ("sources", "source") else texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)
        elif isinstance(value, str) and " " in value:
            yield value

    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    yield from (Text(str(path.relative_to(ROOT)), words) for words in texts(content))


QUOTED = {"source", "title", "author", "url", "urls", "variants", "model"}
"""Columns that quote others, or list what others write."""


def table(path: Path) -> Iterator[Text]:
    """Texts of a data table, apart from what it quotes."""
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            for column, words in row.items():
                if words and column not in QUOTED and " " in words:
                    yield Text(f"{path.relative_to(ROOT)} row {number}, {column}", words)


def makefile(path: Path) -> Iterator[Text]:
    """Help of the commands."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if "## " in line:
            yield Text(f"Makefile:{number}", line.partition("## ")[2])


@cache
def everything() -> tuple[Text, ...]:
    """Every text that people read."""
    return tuple(_everything())


def _everything() -> Iterator[Text]:
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        yield from markdown(path)
    yield from makefile(ROOT / "Makefile")
    for path in sorted((ROOT / "scenarios/library").glob("*.yaml")):
        yield from story(path)
    for path in sorted((ROOT / "scenarios/data").glob("*.csv")):
        yield from table(path)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from python(path)
        for path in sorted((ROOT / package).rglob("*.html")):
            yield from template(path)


def found(texts: Iterable[Text], words: dict[str, str]) -> list[str]:
    """Where banned words stand, with what to write instead."""
    any_of = re.compile(rf"\b(?:{'|'.join(words)})\b", re.I)
    better = [(re.compile(pattern, re.I), instead) for pattern, instead in words.items()]
    return [
        f"{text.place}: “{match[0]}”: {next(instead for pattern, instead in better if pattern.match(match[0]))}"
        for text in texts
        for match in any_of.finditer(text.words)
    ]


@cache
def shown() -> tuple[Text, ...]:
    """What pages, commands, stories and the README say; docstrings are for those who read the code."""
    places = ("README", "scenarios/library", "sim/ui/", "sim/cli/", "Makefile")
    return tuple(text for text in everything() if text.place.startswith(places) and not text.inside)


def test_spelling_is_american() -> None:
    quoted = {"calibration/record.py"}  # says which older spelling is read
    assert [line for line in found(everything(), SPELLING) if line.partition(":")[0] not in quoted] == []


def test_percentages_have_no_blank() -> None:
    assert [text for text in everything() if SPACED.search(text.words)] == []


def test_phrases_are_idiomatic() -> None:
    assert found(everything(), IDIOM) == []


def test_pages_and_commands_use_no_inside_words() -> None:
    assert found(shown(), SHOWN) == []


@pytest.mark.parametrize(
    ("words", "banned"),
    [
        ("Its judgement of the labour market", ["judgement", "labour"]),
        ("What comes of it hangs on luck", ["comes of", "hangs on"]),
        ("The outcomes of 100 futures change on that day", []),
        ("analyses of data centers; a catalog of programs", []),
    ],
)
def test_a_banned_word_is_found_and_others_are_not(words: str, banned: list[str]) -> None:
    lines = found([Text("here", words)], SPELLING | IDIOM)
    assert [line.split("“")[1].split("”")[0] for line in lines] == banned
