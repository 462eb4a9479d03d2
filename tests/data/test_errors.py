"""A scenario with something of the wrong kind is told in the words of its fields, and never in those of a library."""

import pytest

from scenarios import load
from scenarios.errors import InputError

HEAD = "name: mine\ntitle: Mine\n"
ALLY = "events: [{kind: allied_split, date: 2027-Q1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("levers: [1, 2]", "levers: give fields with their values, such as {field: value}; got a list of 2"),
        ("levers:", "levers: give fields with their values, such as {field: value}; got nothing"),
        ("events: 3", "events: give a list; got 3"),
        (ALLY + "}]", "events.0.size: is required and missing"),
        (ALLY + ", size: big}]", "events.0.size: give a number; got 'big'"),
        ("actors: {x: 1}", "actors.x: give fields with their values"),
        ("parameters: {diffusion: abc}", "parameters.diffusion: give a number; got 'abc'"),
        ("parameters: {diffusion: [1]}", "parameters.diffusion: give a number; got a list of 1"),
        ("switches: {luck: 3}", "switches.luck: give true or false; got 3"),
        ("question: 5", "question: give text; got 5"),
        ("question: true", "question: give text; got true"),
        ("story: {a: b}", "story: give text; got a mapping"),
        ("sources: [3]", "sources.0: give fields with their values"),
        ("rules: [{}]", "rules.0.source: is required and missing"),
        ("story: " + "x" * 500, "story: give at most 160 characters; got 'xxx"),
        ("rules_until: 5", "rules_until"),
    ],
)
def test_what_is_of_the_wrong_kind_is_told_what_to_give(tmp_path, text: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        load(path)
    assert said in str(told.value)
    for foreign in ("Input should", "String should", "Field required", "valid dictionary", "None", "ActorChange"):
        assert foreign not in str(told.value)
