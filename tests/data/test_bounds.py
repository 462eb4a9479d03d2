"""Parameters, actors, numbers and texts of a scenario file: inside what they can mean, or refused by name and line."""

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest

from scenarios import load, names, parse
from scenarios.errors import InputError
from scenarios.frozen import FrozenDict
from scenarios.json_schema import json_schema
from scenarios.levers import LEVERS
from scenarios.parameters import parameters
from scenarios.schema import ActorChange, Scenario
from scenarios.tables import table

BASE = load("current_policy")
NUMBERS = [name for name, row in parameters().items() if not row.forms]


def refused(**changes: Any) -> str:
    with pytest.raises(InputError) as told:
        BASE.with_changes(**changes)
    assert len(str(told.value).splitlines()) == 1
    return str(told.value)


# --- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NUMBERS)
def test_a_parameter_stays_within_its_bounds(name: str) -> None:
    row = parameters()[name]
    for value in (row.lowest, row.highest):
        assert BASE.with_changes(parameters={name: value}).parameters[name] == value
    for value in (row.lowest - 1e-6 - abs(row.lowest), row.highest * 1.01, -1e308, 1e308):
        assert f"{name!r} is {value:g}; the range is {row.lowest:g} to {row.highest:g}" in refused(
            parameters={name: value}
        )
        assert repr(name) in refused(parameters={name: {"kind": "fixed", "value": value}})
    span = row.highest - row.lowest
    wide = {"kind": "uniform", "low": row.lowest - span, "high": row.highest + span}
    assert "in nine of ten draws" in refused(parameters={name: wide})
    for value in (float("nan"), float("inf")):
        assert "not finite" in refused(parameters={name: value})


def test_draws_of_a_distribution_of_ones_own_are_cut_off_at_the_bounds() -> None:
    from sim.ensemble.draws import draw
    from sim.ensemble.rng import Streams

    spec = BASE.with_changes(weighting="none", parameters={"diffusion": {"kind": "normal", "mean": 1.0, "sd": 0.6}})
    drawn = draw(spec, Streams(0, 0, 2048, 1)).diffusion
    assert drawn.min() == parameters()["diffusion"].lowest
    assert drawn.std() > 0.4


def test_nobody_can_change_the_table_for_the_next() -> None:
    with pytest.raises(TypeError):
        parameters()["mine"] = parameters()["diffusion"]  # type: ignore[index]


def test_the_parts_of_a_distribution_stand_in_their_order() -> None:
    for low, split, high in ((0.9, 0.5, 0.1), (0.1, 0.9, 0.2)):
        mixed = {"kind": "two_uniforms", "low": low, "split": split, "high": high, "weight": 0.5}
        assert "low < split < high" in refused(parameters={"substitution": mixed})


# --- actors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["united_states", "china"])
def test_the_superpowers_keep_kind_and_seat(name: str) -> None:
    for kind in ("ally", "hub", "rest"):
        assert f"{name} stays a superpower" in refused(actors={name: {"kind": kind}})
    assert f"{name} stays a superpower" in refused(actors={name: {"like": "gulf"}})
    assert "give a kind too" in refused(actors={"twin": {"like": name}})
    for actors in ({"twin": {"like": name, "kind": "ally"}}, {name: {"researchers": 0.3}}):
        seats = BASE.with_changes(actors=actors).roster()[:2]
        assert [row.actor for row in seats] == ["united_states", "china"]


@pytest.mark.parametrize("row", table("actors")[2:], ids=lambda row: row.actor)
def test_a_copied_actor_is_copied_whole(row: Any) -> None:
    spec = BASE.with_changes(actors={"brazil": {"like": row.actor}})
    copied = next(r for r in spec.roster() if r.actor == "brazil")
    assert copied.model_dump(exclude={"actor", "label"}) == row.model_dump(exclude={"actor", "label"})
    hosts = sum(r.hosts_us_share for r in spec.roster())
    assert hosts == pytest.approx(sum(r.hosts_us_share for r in BASE.roster()))


NUMBERS_OF_ACTORS = [name for name, field in ActorChange.model_fields.items() if field.annotation == float | None]


@pytest.mark.parametrize("field", NUMBERS_OF_ACTORS)
def test_a_number_of_an_actor_has_a_range(field: str) -> None:
    for value in (-0.01, float("nan"), float("inf"), 1e300, True):
        assert f"actors.gulf.{field}" in refused(actors={"gulf": {field: value}})


def test_partners_cannot_have_more_than_all_orders() -> None:
    assert "add up to" in refused(actors={"gulf": {"world_share": 0.9}, "japan": {"world_share": 0.9}})
    assert "add up to" in refused(actors={f"a{n}": {"like": "european_union"} for n in range(30)})
    assert BASE.with_changes(actors={"gulf": {"world_share": 0.8}})


@pytest.mark.parametrize("name", ["", "Brazil", "2nd", "a b", "world", "a" * 41, "é"])
def test_an_actor_has_a_plain_name(name: str) -> None:
    assert "no name of an actor" in refused(actors={name: {"like": "gulf"}})


# --- numbers as YAML reads them --------------------------------------------------------------------------------------

ODD = {"010": 8, "0x10": 16, "0b11": 3, "1:40": 100, "1:40:30": 6030, "1_0": 10, "-012": -10, "1:40.5": 100.5}


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize(
    "place",
    [
        "levers: {{enforcement: {}}}", "levers: {{enforcement: {{2027-Q1: {}}}}}", "parameters: {{diffusion: {}}}",
        "events: [{{kind: hbm_shock, date: 2027-Q1, size: {}}}]", "schema_version: {}",
        "actors: {{gulf: {{alignment: {}}}}}",
    ],
)  # fmt: skip
def test_a_number_that_misleads_is_refused_with_its_line(text: str, place: str) -> None:
    with pytest.raises(InputError, match="not a plain decimal number") as told:
        parse("like: current_policy\n" + place.format(text), "mine.yaml")
    assert "line 2: " in str(told.value)
    assert repr(text) in str(told.value)


@pytest.mark.parametrize("text", ["0", "2", "-0", "+2", "0.5", ".5", "2.", "1e0", "1.0e+0", "5.0E-1"])
def test_a_plain_number_means_what_it_looks_like(text: str) -> None:
    spec = parse(f"like: current_policy\nlevers: {{enforcement: {text}}}")
    assert spec.levers["enforcement"] == float(text)


def test_the_same_text_in_quotes_is_text() -> None:
    assert parse('like: current_policy\ntitle: "1:40"').title == "1:40"


@pytest.mark.parametrize("text", ["1_0", "010", "0x1", "１", "1e", "1,5", "5%"])
def test_text_that_is_no_plain_number_is_none_anywhere(text: str) -> None:
    from sim.cli.options import lever_settings
    from sim.ui.shared.address import as_number

    assert "enforcement" in refused(levers={"enforcement": text})
    assert "enforcement" in refused(levers=lever_settings([f"enforcement={text}"]))
    assert as_number(text) is None


def test_yes_is_no_number_in_any_guise() -> None:
    import numpy as np

    for yes in (True, False, np.bool_(True)):
        assert "enforcement" in refused(levers={"enforcement": yes})
        assert "diffusion" in refused(parameters={"diffusion": yes})


# --- texts and a minimal file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["title", "story", "question"])
def test_a_text_is_neither_empty_nor_endless(field: str) -> None:
    for text in ("", "   ", "\n"):
        assert f"{field}: is empty" in refused(**{field: text})
    assert field in refused(**{field: "x" * 401})
    assert getattr(BASE.with_changes(**{field: "  two\n words "}), field) == "two words"


@pytest.mark.parametrize("date", ["2026-13-01", "2026-02-30", "soon", "26", "2026-1-1", "01.02.2026", "2026-Q1"])
def test_the_date_of_a_source_is_one(date: str) -> None:
    assert "is not a date" in refused(sources=[{"title": "A paper", "date": date}])


@pytest.mark.parametrize("date", ["", "2026", "2026-11", "2026-11-30"])
def test_a_source_may_have_a_year_or_a_month(date: str) -> None:
    assert BASE.with_changes(sources=[{"title": "A paper", "date": date}]).sources[0].date == date


def test_a_source_is_named_and_its_address_is_one() -> None:
    assert "is empty" in refused(sources=[{"title": " "}])
    for url in ("javascript:alert(1)", "www.example.org", "https://a b", "file:///etc/passwd"):
        assert "sources.0.url" in refused(sources=[{"title": "A paper", "url": url}])


@pytest.mark.parametrize(
    "name", ["minimal.yaml", "My bill (draft 2).yaml", "2027.yaml", "_.yaml", "Ärger-1.yml", "x" * 90 + ".yaml"]
)
def test_a_minimal_file_runs_under_its_own_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("like: current_policy\nlevers: {enforcement: 5}\n", encoding="utf-8")
    spec = load(path)
    assert spec.levers == {"enforcement": 5.0}
    assert spec.baseline == "current_policy"
    assert all((spec.name, spec.title, spec.story, spec.question))
    assert spec.sources[0].title == name[:300]
    assert Scenario.model_validate_json(spec.model_dump_json()) == spec


def test_a_branch_of_a_file_is_named_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("branches:\n  a: {levers: {enforcement: 2}}\n  b: {levers: {enforcement: 3}}\n")
    assert [load(f"{path}{which}").levers["enforcement"] for which in ("", ":a", ":b")] == [2, 2, 3]
    with pytest.raises(InputError, match="unknown branch 'c'"):
        load(f"{path}:c")
    path.write_text("levers: {enforcement: 2}\n")
    with pytest.raises(InputError, match="has no branches"):
        load(f"{path}:a")


def test_a_file_may_say_nothing_at_all() -> None:
    assert parse("start: 2027-Q1").levers == {}


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = """levers: {enforcment: 5, cloud_rule: 900}
events: [{kind: hbm, date: 2027-Q1, size: 1}]
stroy: x
start: 2020-Q1
baseline: nowhere
parameters: {diffusion: 010}
"""
    with pytest.raises(InputError) as told:
        parse(text, "mine.yaml")
    line = str(told.value)
    words = ((1, "'enforcment'"), (1, "'cloud_rule'"), (2, "'hbm'"), (3, "'stroy'"), (4, "2020-Q1"), (5, "'nowhere'"))
    for n, word in (*words, (6, "'010'")):
        assert any(f"line {n}: " in part and word in part for part in line.split("(")), (n, word, line)
    assert line.startswith("mine.yaml: 7 faults: ")


# --- levers and time -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LEVERS)
def test_a_path_that_begins_before_the_start_is_refused(name: str) -> None:
    low = LEVERS[name].low
    for start, date in (("2027-Q1", "2026-Q4"), ("2027-Q1", "2022-Q4"), ("2024-Q2", "2024-Q1"), ("2027-Q1", "2019-Q1")):
        line = refused(start=start, levers={name: {date: low}})
        assert f"{date} is before the scenario's start, {start}" in line
    assert BASE.with_changes(start="2027-Q1", levers={name: {"2027-Q1": low}})


# --- nobody changes what another one reads ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_a_scenario_cannot_be_changed_in_place(name: str) -> None:
    spec = load(name).with_levers(cloud_rule={"2026-Q4": 10}) if not load(name).blind else load(name)
    for mapping in (
        spec.levers,
        spec.actors,
        spec.parameters,
        *(s for s in spec.levers.values() if isinstance(s, dict)),
    ):
        assert isinstance(mapping, FrozenDict)
        for change in (
            lambda m: m.__setitem__("enforcement", 99), lambda m: m.update(enforcement=99), lambda m: m.clear(),
            lambda m: m.pop("enforcement", None), lambda m: m.setdefault("enforcement", 99), lambda m: m.__ior__({}),
            lambda m: m.popitem(), lambda m: m.__delitem__("enforcement"),
        ):  # fmt: skip
            with pytest.raises(TypeError, match="cannot be changed in place"):
                change(mapping)
    with pytest.raises(ValueError, match="frozen"):
        spec.levers = {}  # type: ignore[assignment]
    assert hash(spec) == hash(copy.deepcopy(spec))
    assert pickle.loads(pickle.dumps(spec)) == spec


# --- the JSON Schema says the same -----------------------------------------------------------------------------------


def test_the_json_schema_refuses_what_the_model_refuses() -> None:
    from jsonschema import Draft202012Validator

    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    known = Draft202012Validator(schema)
    assert known.is_valid({"like": "current_policy", "levers": {"enforcement": 5}})
    for name in NUMBERS:
        row = parameters()[name]
        assert known.is_valid({"parameters": {name: row.lowest}})
        assert not known.is_valid({"parameters": {name: row.highest * 1.01}})
    for wrong in (
        {"events": [{"kind": "taiwan_disruption", "date": "2028-Q1", "size": 5}]},
        {"events": [{"kind": "rl_ceiling", "date": "2028-Q1", "size": 0.5, "quarters": 3}]},
        {"rules": [{"measure": "denial"}]}, {"levers": {"enforcement": 99}},
        {"actors": {"gulf": {"kind": "superpower"}}},
    ):  # fmt: skip
        assert not known.is_valid(wrong), wrong
