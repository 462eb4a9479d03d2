"""Every function that the guides call refuses what it is given of the wrong kind, by the name of the argument."""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from scenarios.packages import packages
from sim import World, compare, costs, simulate
from sim.analysis.attribution import attribute, players
from sim.analysis.board import board
from sim.analysis.continuous import equilibrium
from sim.analysis.correlation_ratio import correlation_ratios
from sim.analysis.discovery import discover, question
from sim.analysis.durable import durable
from sim.analysis.flips import flips
from sim.analysis.frames import answered
from sim.analysis.frontier import composition, speed_by_form
from sim.analysis.morris import morris
from sim.analysis.oracle import deepened
from sim.analysis.pathways import pathways
from sim.analysis.prices import price_list, usual
from sim.analysis.regret import own_policy, policy_of, regret
from sim.analysis.seat import told
from sim.analysis.shapley import of_sample, shapley_effects
from sim.analysis.sobol import sobol
from sim.analysis.strategy import strategy
from sim.analysis.told import sentences
from sim.batch import Plan, Study, executors, read, run_study
from sim.batch.plan import parse as parse_plan
from sim.checks import check_of, checked
from sim.hindcast.blind import blind_spec, hindcast, quarter_of
from sim.reasons import reasons
from sim.refresh import refresh
from sim.results import flows
from sim.results.comparison import Comparison
from sim.results.costs import Costs, allocation
from sim.results.outcomes import china_compute
from sim.results.outcomes.custom import custom
from sim.results.outcomes.scalar import parse
from sim.results.projections import beside, reading
from sim.results.run import Run

ROOT = Path(__file__).resolve().parents[2]
TODAY = load("current_policy")
TIGHT = load("tight_controls")
LEAD = parse("lead_months@2027")
RUN = simulate(TODAY, runs=4, until=2027)
PLAN = Plan(name="p", scenarios=["current_policy"], outcomes=["lead_months@2027"], members=8)
POLICIES = [policy_of(TODAY), policy_of(TIGHT)]
MOST = [
    n
    for who in ("united_states", "china")
    for n, one in packages(who).items()
    if one.usual and n not in ("as_is", "deal")
]
TABLE = strategy(TODAY, runs=4, without=MOST)

CALLS: dict[Callable[..., Any], dict[str, Any]] = {
    simulate: {"spec": TODAY}, World.of: {"spec": TODAY}, compare: {"first": TODAY, "second": TIGHT},
    sobol: {"spec": TODAY, "outcomes": [LEAD]}, morris: {"spec": TODAY, "outcomes": [LEAD]},
    discover: {"spec": TODAY, "questions": [question("us_ahead@2027")]}, question: {"text": "us_ahead@2027"},
    attribute: {"first": TODAY, "second": TIGHT, "outcomes": [LEAD]}, players: {"first": TODAY, "second": TIGHT},
    price_list: {"spec": TODAY}, usual: {}, flips: {"spec": TODAY}, policy_of: {"spec": TODAY},
    own_policy: {"name": "x", "levers": {"enforcement": 2.0}},
    regret: {"policies": POLICIES, "worlds": [TODAY], "outcome": LEAD},
    correlation_ratios: {"spec": TODAY, "outcomes": [LEAD]}, shapley_effects: {"spec": TODAY, "outcomes": [LEAD]},
    of_sample: {"x": np.ones((1, 64)), "y": np.ones(64), "names": ["a"]},
    read: {"path": "plan.yaml"}, parse_plan: {"text": ""}, run_study: {"plan": PLAN, "out": "unused"},
    Study.of: {"plan": PLAN, "out": "unused"}, Study.open: {"folder": "unused"},
    executors.processes: {"workers": 1}, executors.dask: {"address": "local"},
    hindcast: {"cutoff": "2024-12"}, blind_spec: {"cutoff": "2024-12"}, quarter_of: {"cutoff": "2024-12"},
    parse: {"text": "lead_months@2027"}, beside: {"run": RUN},
    reading: {"run": RUN, "expression": "end:premium", "year": 2027},
    costs: {"run": RUN}, allocation: {"run": RUN}, Costs.largest: {"self": Costs(RUN, RUN), "year": 2027},
    Costs.of: {"self": Costs(RUN, RUN), "actor": "china", "item": "premium", "year": 2027},
    flows.links: {"run": RUN}, flows.totals: {"run": RUN}, reasons: {"spec": TODAY, "year": 2027},
    strategy: {"spec": TODAY}, board: {"actor": "japan", "spec": TIGHT, "base": TODAY}, deepened: {"found": TABLE},
    told: {"found": board("japan", TIGHT, TODAY, 2027, 4)}, sentences: {"found": TABLE}, pathways: {"spec": TODAY},
    durable: {"scenarios": [TODAY]}, answered: {}, refresh: {"folder": "unused"},
    equilibrium: {"worth": lambda n, x: -float(x[n]), "players": 2},
    composition: {"run": RUN}, speed_by_form: {"run": RUN},
    china_compute.compute: {"run": RUN}, china_compute.share_of_world: {"run": RUN},
    Run.step: {"self": RUN, "year": 2027}, Run.__getitem__: {"self": RUN, "name": "premium"},
    Run.parts: {"self": RUN, "name": "premium"}, Run.part: {"self": RUN, "name": "premium"},
    Run.outcome_shares: {"self": RUN}, Run.quantiles: {"self": RUN, "name": "premium"},
    Run.frame: {"self": RUN, "name": "premium"}, Run.save: {"self": RUN, "folder": "unused"},
    Run.load: {"path": "unused"}, Comparison.load: {"path": "unused"},
    Comparison.save: {"self": Comparison(RUN, RUN), "folder": "unused"}, custom: {"function": RUN.step},
    Comparison.difference: {"self": Comparison(RUN, RUN), "name": "premium", "year": 2027},
    Comparison.effect: {"self": Comparison(RUN, RUN)}, Comparison.frame: {"self": Comparison(RUN, RUN)},
}  # fmt: skip
"""The public functions, each with what it needs."""
LOOKED_AT_INSIDE = {"keep", "actors", "self"}
"""Arguments that are not checked by their annotation alone."""

THINGS: dict[str, list[Any]] = {
    "int": ["many", "64", 64.0, 1.5, True, float("nan"), [64], {}, b"6", object(), np.array([1, 2]), TODAY],
    "float": ["x", True, float("nan"), float("inf"), [1.0], {}, object()],
    "str": [5, 5.0, True, ["x"], b"x", object()], "bool": [1, 0, "yes", [], object()],
    "path": [5, True, [], {}, object(), ""], "ours": ["current_policy", "", 5, True, [5], {}, object(), int],
    "several": [5, True, "current_policy", "", {"a": 1}, [5], [None], ["x", 5], object()],
    "mapping": [5, "x", ["x"], object()], "function": [5, "x", [], object()],
    "executor": [8, "local", True, [], object(), executors.Processes], "array": [5, "x", [1.0], [[1.0]], object()],
}  # fmt: skip


def wrong_for(annotation: str) -> list[Any]:
    """Things that no argument with this annotation may be."""
    optional, bare = annotation.endswith(" | None"), annotation.removesuffix(" | None")
    kinds = {"int": "int", "float": "float", "str": "str", "bool": "bool", "Executor": "executor", "Array": "array"}
    if bare in kinds:
        found = THINGS[kinds[bare]]
    elif "Path" in bare:
        found = THINGS["path"]
    elif bare in ("Scenario | str", "Asked"):
        found = [thing for thing in THINGS["ours"] if not isinstance(thing, str)]
    elif bare.startswith(("Sequence", "tuple")):
        found = [thing for thing in THINGS["several"] if not ("float" in bare and thing == [5])]
    elif "Mapping[" in bare or bare == "Values" or bare.startswith("dict"):
        found = THINGS["mapping"]
    elif bare.startswith(("Callable", "Progress")):
        found = THINGS["function"]
    else:
        found = THINGS["ours"]
    return found if optional else [None, *found]


def arguments() -> Iterator[tuple[Callable[..., Any], str, str]]:
    for call in CALLS:
        for name, parameter in inspect.signature(call).parameters.items():
            if name not in LOOKED_AT_INSIDE:
                yield call, name, str(parameter.annotation)


@pytest.mark.parametrize(
    ("call", "name", "annotation"), list(arguments()), ids=lambda part: getattr(part, "__qualname__", part)
)
def test_what_is_of_the_wrong_kind_is_refused_by_the_name_of_its_argument(call, name, annotation):
    assert check_of(annotation) is not None, f"{call.__qualname__} does not check {name}"
    for thing in wrong_for(annotation):
        given = {**CALLS[call], name: thing}
        own = given.pop("self", None)
        with pytest.raises(InputError, match=rf"^{name}(\[\d+\])? is .*; give ") as refused:
            call(own, **given) if own is not None else call(**given)
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 300


def test_the_functions_that_the_guides_import_are_all_here():
    """Or a new one would go unchecked: whatever the pages import from the packages and call."""
    others = {"load", "Plan", "Study", "World", "Run", "dask", "processes", "LEVERS", "DATA"}
    known = {call.__name__ for call in CALLS} | others
    guides = ("README.md", "docs/api.md", "docs/research.md", "docs/strategy.md", "docs/questions.md", "docs/frames.md")
    code = "\n".join(
        block
        for page in guides
        for block in re.findall(r"^```[a-z]*\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)
    )
    imported = [
        name.strip()
        for line in re.findall(r"from (?:sim|scenarios)[\w.]* import (.*)", code)
        for name in line.split(",")
    ]
    assert len(set(imported)) > 10
    assert set(imported) - known - {"china_compute", "flows"} == set()


def test_whole_numbers_of_numpy_are_whole_numbers():
    one = simulate(TODAY, runs=np.int32(8), seed=np.uint8(3), until=np.int64(2027), first=np.int16(2))
    two = simulate(TODAY, runs=8, seed=3, until=2027, first=2)
    assert all(np.array_equal(one.series[name], two.series[name]) for name in one.series)
    assert [type(number) for number in (one.seed, one.first, one.until)] == [int, int, int]
    assert one.metadata() == two.metadata()  # and can be written as JSON
    found = price_list(TODAY, runs=np.int64(2), seed=np.int64(0), levers=[LEVERS["enforcement"]])
    assert found.frame().equals(price_list(TODAY, runs=2, levers=[LEVERS["enforcement"]]).frame())
    assert Plan(**{**PLAN.fields(), "members": np.int64(8)}) == PLAN
    assert RUN.outcome_shares(np.int64(2027)) == RUN.outcome_shares(2027)
    assert RUN.outcome_shares(2027, months=np.float32(12)) == RUN.outcome_shares(2027)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"keep": 5}, "keep is 5; choose from"),
        ({"keep": "leger"}, "keep is 'leger'; choose from"),
        ({"keep": [5]}, "keep: unknown series"),
        ({"keep": ["premum"]}, r"keep: unknown series 'premum'; did you mean 'premium'\?"),
        ({"runs": 0}, "runs is 0"),
        ({"runs": 10**30}, "runs is 1000"),
        ({"runs": 10**150}, "runs is 1000"),
        ({"seed": 10**5000}, "seed is a number with thousands of digits"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**63}, "seed is 9223372036854775808"),
        ({"until": 2026}, "until is 2026"),
        ({"first": -1}, "first is -1"),
        ({"first": 10**9}, "first is 1000000000"),
        ({"first": 10**40}, "first is 1000"),
        ({"scores": np.zeros((3, 8))}, r"scores has the shape \(3, 8\); with runs=8 it is \(128, 8\)"),
    ],
)
def test_what_lies_outside_its_range_is_refused_by_its_name(given, says):
    with pytest.raises(InputError, match=f"^{says}") as refused:
        simulate(TODAY, **{"runs": 8, "until": 2027, **given})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("year", [0, 1990, 2050, -5, 10**30])
def test_a_year_outside_the_run_is_refused(year):
    for call in (RUN.step, RUN.outcome_shares, lambda y: Comparison(RUN, RUN).effect("premium", y)):
        with pytest.raises(InputError, match=re.escape(str(year))):
            call(year)
    with pytest.raises(InputError, match="q has 2 in it"):
        RUN.quantiles("premium", q=(2,))


PLAN_FIELDS: dict[str, list[Any]] = {
    "name": [5, None, "A b", "", ["x"]], "question": [5, None, ["x"]], "scenarios": THINGS["several"],
    "design": [5, "x", {"levers": 5}, {"levers": {"enforcement": [True]}}, {"levers": {"enforcement": 5}},
               {"levers": {"enforcement": {"low": "0", "high": 1, "points": 2}}}, {"kind": "sobol", "points": 2.5}],
    "members": THINGS["int"], "seeds": [5, "x", {}, [], [True], ["0"], [1.0], [-1]], "outcomes": THINGS["several"],
    "until": [*THINGS["int"], 2026], "parameters": THINGS["bool"], "weighting": [5, "x", True],
    "made_with": [5, "x"], "schema_version": [2, "x"],
}  # fmt: skip


@pytest.mark.parametrize("field", Plan.model_fields)
def test_a_plan_that_is_made_by_hand_names_its_wrong_field_in_one_line(field):
    good = {"name": "p", "scenarios": ["current_policy"], "outcomes": ["lead_months@2027"]}
    for thing in PLAN_FIELDS[field]:
        with pytest.raises(InputError, match=rf"^plan: (\d faults: \(1\) )?{field}") as refused:
            Plan(**{**good, field: thing})
        assert "\n" not in str(refused.value)


def test_what_is_missing_or_too_much_is_the_error_of_python_itself():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'spec'"):
        simulate()
    with pytest.raises(TypeError, match="unexpected keyword argument 'run'"):
        simulate(TODAY, run=5)


def test_a_checked_function_stays_what_it_was():
    assert inspect.signature(simulate).parameters["runs"].default == 1024
    assert (simulate.__name__, simulate.__module__) == ("simulate", "sim.run")
    assert "Raises" in (inspect.getdoc(simulate) or "")

    @checked
    def more(first: "int", *rest: "int", last: "str" = "x") -> "tuple[object, ...]":
        return (first, *rest, last)

    assert more(1, 2, 3) == (1, 2, 3, "x")
