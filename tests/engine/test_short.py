"""Results show themselves in a few lines, and names that are imported late are seen."""

import dataclasses
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

import scenarios
import sim
from scenarios import load
from sim.analysis.attribution import attribute
from sim.analysis.correlation_ratio import correlation_ratios
from sim.analysis.discovery import discover, question
from sim.analysis.flips import flips
from sim.analysis.inputs import inputs_of
from sim.analysis.morris import morris
from sim.analysis.prices import price_list
from sim.analysis.regret import policy_of, regret
from sim.analysis.sobol import sobol
from sim.batch import Plan, run_study
from sim.batch.evaluate import Task
from sim.results.outcomes.scalar import parse
from sim.run import compare, simulate
from sim.short import LINES, WIDE, Short

TODAY, TIGHT = load("current_policy"), load("tight_controls")
LEAD = parse("lead_months@2027")
FEW = ["diffusion", "follower_efficiency"]
PARTS_OF_THE_ENGINE = {
    "World",
    "Anchor",
    "Delivery",
    "Catalogue",
    "Settings",
    "Capacity",
    "Specification",
    "Regime",
    "Terms",
}
"""What phases hand to each other inside one simulation: nobody is given it."""


def plan() -> Plan:
    return Plan(name="short", scenarios=[TODAY, TIGHT], members=8, outcomes=["lead_months@2027", "outcome@2027"])


RESULTS: dict[str, Callable[..., object]] = {
    "run": lambda folder: simulate(TODAY, runs=4, until=2027),
    "run with its ledger": lambda folder: simulate(TODAY, runs=1, until=2027, keep="ledger"),
    "comparison": lambda folder: compare(TODAY, load("essay_2025:leaky"), runs=4, until=2027),
    "comparison of one": lambda folder: compare(TODAY, TIGHT, runs=1, until=2027),
    "price list": lambda folder: price_list(TODAY, [LEAD], runs=2),
    "price": lambda folder: price_list(TODAY, [LEAD], runs=2).prices[0],
    "attribution": lambda folder: attribute(TODAY, TIGHT, [LEAD], by="kind", runs=2)[0],
    "regret": lambda folder: regret([policy_of(TODAY), policy_of(TIGHT)], [TODAY], LEAD, runs=2),
    "flips": lambda folder: flips(TODAY, 2027, kinds=["lever"], runs=2),
    "indices": lambda folder: sobol(TODAY, [LEAD], samples=16, only=FEW)[0],
    "screening": lambda folder: morris(TODAY, [LEAD], trajectories=4, only=FEW)[0],
    "ratios": lambda folder: correlation_ratios(TODAY, [LEAD], members=64)[0],
    "discovery": lambda folder: discover(TODAY, [question("lead_months@2027>=8")], members=512)[0],
    "inputs": lambda folder: inputs_of(TODAY),
    "task": lambda folder: Task(TODAY, (LEAD,), 4, scores=np.zeros((200, 4))),
    "plan": lambda folder: plan(),
    "study": lambda folder: run_study(plan(), folder),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_shows_itself_in_a_few_lines(name: str, tmp_path) -> None:
    found = RESULTS[name](tmp_path)
    lines = repr(found).splitlines()
    assert lines[0] == type(found).__name__
    assert 2 <= len(lines) < 10
    assert max(map(len, lines)) <= WIDE + 60
    html = found._repr_html_()  # type: ignore[attr-defined]
    assert html.startswith("<table>")
    assert html.count("<tr>") == len(lines) - 1
    assert "<script" not in html


def test_a_run_says_what_it_is_of() -> None:
    said = repr(simulate(TODAY, runs=4, until=2027, seed=7, first=3))
    for part in ("current_policy", TODAY.digest(), "3 to 6 of seed 7", "2022-Q4 to 2027-Q4", "US well ahead"):
        assert part in said


def test_every_class_that_holds_arrays_or_tables_shows_itself_briefly() -> None:
    wordy = []
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if module.name == "sim.ensemble.draws" or module.name.startswith(("sim.engine", "sim.equations")):
            continue
        if module.name.startswith("sim.ui.") and module.name.endswith(".page"):
            continue  # Streamlit runs it: importing it would draw it, and leave its form open for later pages
        for name, kind in vars(importlib.import_module(module.name)).items():
            if not (isinstance(kind, type) and kind.__module__ == module.name and dataclasses.is_dataclass(kind)):
                continue
            kinds = " ".join(str(field.type) for field in dataclasses.fields(kind))
            holds = any(word in kinds for word in ("Array", "DataFrame", "bytes"))
            if holds and name not in PARTS_OF_THE_ENGINE and not kind.__name__.startswith("_"):
                brief = issubclass(kind, Short) and kind.__repr__ is Short.__repr__
                wordy += [] if brief else [f"{module.name}.{name}"]
    assert wordy == []


@dataclasses.dataclass(repr=False)
class Everything(Short):
    text: str = "<script>alert(1)</script>\nsecond line " + "x" * 500
    array: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros((3, 4)))
    table: pl.DataFrame = dataclasses.field(default_factory=lambda: pl.DataFrame({"a": [1, 2]}))
    numbers: tuple[float, ...] = (1.0, 2.5)
    many: tuple[str, ...] = tuple("abcdefgh")
    facts: dict[str, object] = dataclasses.field(default_factory=lambda: {f"k{i}": [i] for i in range(50)})
    none: tuple[str, ...] = ()
    content: bytes = b"abc"
    last: int = 1


def test_whatever_it_holds_is_short_and_is_text_in_a_notebook() -> None:
    found = Everything()
    lines = repr(found).splitlines()
    assert len(lines) == LINES + 1
    assert lines[-1] == "  …: 2 more fields"
    assert "  array: array (3, 4)" in lines
    assert "  table: table (2, 1)" in lines
    assert "  numbers: 1, 2.5" in lines
    assert "  many: 8: a, b, c, d …" in lines
    assert "<script>" not in found._repr_html_()


@pytest.mark.parametrize("module", [sim, scenarios])
def test_dir_shows_what_can_be_used(module) -> None:
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_the_interface_is_seen_before_the_engine_is_imported() -> None:
    names = "{'load', 'simulate', 'compare', 'Run', 'Comparison'}"
    code = f"import sim, sys; print({names} <= set(dir(sim)), 'sim.run' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
