"""Whatever somebody writes into a file, a link or a plan: it is taken, or refused in one line of ours.

POLARITY_FUZZ says how many inputs of each kind are tried; a few hundred by default.
"""

import os
import string
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

import scenarios
from scenarios import parse
from scenarios.errors import InputError
from scenarios.events import KINDS
from scenarios.levers import LEVERS
from scenarios.parameters import parameters
from scenarios.quantities import ARGUMENTS
from scenarios.rules import MEANINGS, Rule
from scenarios.schema import ActorChange, Scenario, Switches
from scenarios.tables import table
from sim.batch import plan
from sim.run import simulate
from sim.ui.shared import address

TRIED = settings(
    max_examples=int(os.environ.get("POLARITY_FUZZ", "300")), deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
ACTORS = [row.actor for row in table("actors")]

# --- what people write -----------------------------------------------------------------------------------------------

WRONG = ["enforcment", "atlantis", "", "é", "2027"]
names = st.sampled_from([*LEVERS, *parameters(), *ACTORS, *scenarios.names(), *WRONG])
dates = st.sampled_from([
    "2026-Q4", "2027-Q1", "2022-Q3", "2045-Q1", "2027-Q5", "2027-01-01", "2027-13-01", "2028-02-30", "soon", "", "2027",
])  # fmt: skip
floats = st.floats(allow_nan=True, allow_infinity=True)
numbers = floats | st.integers(-(10**6), 10**6) | st.sampled_from([0, 1, -1, 0.5, 100])
words = st.text(string.printable, max_size=12) | names | dates
atoms = st.none() | st.booleans() | numbers | words
anything = st.recursive(
    atoms, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=6
)


def often(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what is meant, now and then anything at all."""
    return st.integers(0, 9).flatmap(lambda dice: anything if dice == 0 else usual)


def record(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: often(of) for name, of in fields.items()})


def of_lever(name: str) -> st.SearchStrategy[tuple[str, Any]]:
    within = st.floats(LEVERS[name].low, LEVERS[name].high)
    ways = within | numbers | st.just("actor") | st.dictionaries(dates, within | numbers, max_size=3)
    return st.tuples(st.just(name) | names, often(ways))


def of_kind(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    arguments = ARGUMENTS.get(kind, ("weights",))
    return st.fixed_dictionaries({"kind": st.just(kind)}, optional=dict.fromkeys(arguments, numbers))


levers = st.lists(st.sampled_from(list(LEVERS)).flatmap(of_lever), max_size=3).map(dict)
distribution = st.sampled_from([*ARGUMENTS, "choice", "norml"]).flatmap(of_kind)
event = record(
    kind=st.sampled_from([*KINDS, "hbm_shok"]), date=dates, size=numbers, quarters=numbers, compliance=numbers,
    note=words,
)  # fmt: skip
LISTS = {
    "issuer": st.sampled_from([*MEANINGS["issuer"], "usa"]), "scope": st.sampled_from([*MEANINGS["scope"], "sales"]),
    "measure": st.sampled_from([*MEANINGS["measure"], "denial"]),
    "tier": st.sampled_from(["data", "judgment", "judgement", "x"]),
    "destination": names, **dict.fromkeys(("start", "end", "us_available_by", "as_of"), dates),
}  # fmt: skip
rule = record(**{n: LISTS.get(n, words if f.annotation is str else numbers) for n, f in Rule.model_fields.items()})
actor = record(**{n: words if n in ("like", "label", "kind") else numbers for n in ActorChange.model_fields})
file = record(
    like=st.sampled_from([*scenarios.names(), "essay_2025", "nowhere"]), name=words, title=words, story=words,
    question=words, baseline=names, sources=st.lists(record(title=words, date=dates, url=words), max_size=2),
    start=dates, data_until=dates, rules_until=dates, levers=levers, weighting=words, calibration=words,
    switches=record(**dict.fromkeys(Switches.model_fields, st.booleans())), events=st.lists(event, max_size=2),
    rules=st.lists(rule, max_size=2), actors=st.dictionaries(names, actor, max_size=2),
    parameters=st.dictionaries(names, numbers | distribution, max_size=2), branches=anything, stroy=anything,
)  # fmt: skip
odd = st.text("{}[]:,-#&*!|>'\"%@` \n\t01xq", max_size=60)
parts = words | numbers.map(str) | st.sampled_from(list(KINDS))
several = st.lists(st.lists(parts, max_size=5).map(":".join), max_size=3).map("~".join)
link = st.dictionaries(
    names | st.sampled_from(["scenario", "events", "assume", "ruler", "limit", "year", "v"]),
    parts | several,
    max_size=5,
)
axes = st.dictionaries(names, st.lists(numbers, max_size=3) | record(low=numbers, high=numbers), max_size=2)
design = record(
    levers=axes, parameters=axes, points=numbers, seed=numbers,
    kind=st.sampled_from(["grid", "sobol", "latin_hypercube", "latin"]),
)  # fmt: skip
study = record(
    name=words, question=words, scenarios=st.lists(names | file, max_size=2), design=design, members=numbers,
    seeds=st.lists(numbers, max_size=2), outcomes=st.lists(words | st.just("lead_months@2030"), max_size=2),
    until=numbers, parameters=st.booleans(), weighting=words, made_with=anything,
)  # fmt: skip


def in_one_line(error: Exception) -> None:
    text = str(error)
    assert text
    assert len(text.splitlines()) == 1, text
    assert "Traceback" not in text


@TRIED
@given(content=file, simulated=st.integers(0, 19))
def test_a_scenario_file_is_taken_or_refused(content: dict[str, Any], simulated: int) -> None:
    """One in twenty of those that are taken is simulated too."""
    try:
        spec = parse(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "mine.yaml")
    except InputError as error:
        return in_one_line(error)
    assert Scenario.model_validate_json(spec.model_dump_json()).digest() == spec.digest()
    try:
        with np.errstate(all="ignore"):
            if simulated == 0:
                simulate(spec, runs=2, until=2028)
    except (InputError, FloatingPointError) as error:
        in_one_line(error)
    return None


@TRIED
@given(text=st.text(max_size=80) | st.text(string.printable, max_size=80) | odd)
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        parse(text, "mine.yaml")
    except InputError as error:
        in_one_line(error)


@TRIED
@given(query=link | st.text(max_size=60).map(lambda text: dict(parse_qsl(text))))
def test_a_link_is_read_or_told_about(query: Mapping[str, str]) -> None:
    setup, notes = address.read(query)
    assert setup.problem == ""
    assert all(len(note.splitlines()) <= 1 for note in notes)
    back, _ = address.read(address.parameters(setup))
    assert back.spec.digest() == setup.spec.digest()


@TRIED
@given(content=study)
def test_a_plan_is_taken_or_refused(content: dict[str, Any]) -> None:
    try:
        plan.parse(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "plan.yaml")
    except InputError as error:
        in_one_line(error)


@pytest.mark.parametrize("name", scenarios.names())
def test_the_strategies_can_make_what_is_right(name: str) -> None:
    assert parse(f"like: {name}\n").levers == scenarios.load(name).levers
