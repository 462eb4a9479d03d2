"""Studies and analyses with outcomes of one's own: the same bytes whoever runs them, and nothing wrong in silence."""

import importlib
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from sim import Comparison, simulate
from sim.analysis.attribution import attribute
from sim.analysis.correlation_ratio import correlation_ratios
from sim.analysis.discovery import discover, question
from sim.analysis.flips import flips
from sim.analysis.morris import morris
from sim.analysis.prices import price_list
from sim.analysis.regret import policy_of, regret
from sim.analysis.sobol import sobol
from sim.analysis.strategy import strategy
from sim.batch import Plan, Study, executors, plan as plans, run_study
from sim.batch.evaluate import Task, evaluate, evaluate_all
from sim.batch.part import Job, make
from sim.results.outcomes.custom import BLOCK, custom
from sim.results.outcomes.scalar import parse

ROOT = Path(__file__).resolve().parents[2]
NAME = "outcomes_in_a_file"
TEXT = """
import numpy as np
from agents.superpower import UnitedStates

SCALE = 1.0

def smuggled(run):
    flows = run["flows_china"][-4:].sum(axis=0)
    return SCALE * flows[2] / flows.sum(axis=0)

def far_ahead(run, months=12.0):
    return run["lead_months"][-1] >= months

def leader(run):
    return np.where(run["lead_months"][-1] >= 12.0, "united_states", "close")

class Alarmed(UnitedStates):
    def decide(self):
        super().decide()
        self.enforcement = 5.0
"""
TODAY, TIGHT = load("current_policy"), load("tight_controls")
RUN = simulate(TODAY, runs=300, until=2027)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A file of outcomes beside a script, imported, as text."""
    folder = tmp_path / "beside"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def write(text: str = TEXT) -> ModuleType:
        (folder / f"{NAME}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, NAME, raising=False)
        importlib.invalidate_caches()
        return importlib.import_module(NAME)

    return write


@pytest.fixture
def asked(write) -> list[Any]:
    mine = write()
    far = custom(partial(mine.far_ahead, months=10.0), name="far", unit="share of futures")
    return ["lead_months@2027", mine.smuggled, far, custom(mine.leader, labels=("united_states", "close"))]


@pytest.fixture
def small(plan, asked) -> Plan:
    return plan(members=300, scenarios=["current_policy"], outcomes=asked)


def test_serial_processes_threads_and_dask_give_the_same_bytes_with_actors_too(write, small, tmp_path):
    agents = {"united_states": sys.modules[NAME].Alarmed}
    found = run_study(small, tmp_path / "here", agents=agents)
    with executors.processes(2) as pool:
        assert run_study(small, tmp_path / "processes", pool, agents=agents).digests() == found.digests()
    with ThreadPoolExecutor(2) as pool:
        assert run_study(small, tmp_path / "threads", pool, agents=agents).digests() == found.digests()
    pytest.importorskip("distributed")
    with executors.dask("local", workers=2) as cluster:
        assert run_study(small, tmp_path / "dask", cluster, agents=agents).digests() == found.digests()


def test_rows_are_those_of_the_function_and_the_folder_says_whose(small, tmp_path):
    study = run_study(small, tmp_path)
    rows = study.scan().filter(pl.col("set.lever.enforcement") == 10).collect()
    run = simulate(TODAY.with_levers(enforcement=10), runs=300, until=2027)
    mine = sys.modules[NAME]
    assert np.array_equal(rows["smuggled"].to_numpy(), mine.smuggled(run).astype(float))
    assert np.array_equal(rows["far"].to_numpy(), mine.far_ahead(run, 10.0).astype(float))
    assert rows["leader"].to_list() == mine.leader(run).tolist()
    table = study.table().filter(pl.col("set.lever.enforcement") == 10)
    assert table["far"][0] == pytest.approx(mine.far_ahead(run, 10.0).mean())
    assert table["leader united_states"][0] + table["leader close"][0] == pytest.approx(1)
    assert table["smuggled p50"][0] == pytest.approx(np.median(mine.smuggled(run)), rel=1e-6)
    facts = json.loads(pl.read_parquet_metadata(study.path(study.parts[0].file))["outcomes"])
    assert set(facts) == {"smuggled", "far", "leader"}
    opened = Study.open(study.folder)
    assert opened.table().equals(study.table())
    assert Study.of(opened.plan, tmp_path).folder == study.folder
    with pytest.raises(
        InputError, match=r"outcome 'smuggled' is a Python function .* in no file; run the study from P"
    ):
        run_study(opened.plan, tmp_path)


def test_other_code_and_parameters_are_other_studies(write, small, plan, tmp_path):
    def folder(*outcomes: Any) -> Path:
        return Study.of(plan(outcomes=["lead_months@2027", *outcomes]), tmp_path).folder

    mine = write()
    usual, first = folder(), folder(mine.smuggled)
    assert folder(mine.smuggled) == folder(write().smuggled) == first
    far = [folder(custom(partial(mine.far_ahead, months=m), name="far", unit="share of futures")) for m in (9.0, 10.0)]
    rewritten = folder(write(TEXT.replace("SCALE = 1.0", "SCALE = 100.0")).smuggled)
    assert len({usual, first, *far, rewritten}) == 5
    assert folder() == usual


HELPERS = """
LIMIT = 6.0

def close(run):
    return run["lead_months"][-1] < LIMIT

class Scaled:
    def __init__(self, by):
        self.by = by

    def __call__(self, run):
        return self.by * run["lead_months"][-1]
"""
CALLERS = """
import numpy as np
import helpers_in_a_file
import helpers_in_a_file as short
from helpers_in_a_file import Scaled, close

TWICE = Scaled(2.0)
OF_ONE = TWICE.__call__

def by_name(run):
    return 1.0 * close(run)

def by_module(run):
    return 1.0 * helpers_in_a_file.close(run)

def by_short_name(run):
    return 1.0 * np.array([short.close(run)])[0]

def by_own_import(run):
    from helpers_in_a_file import close as near
    return 1.0 * near(run)

def by_object(run):
    return TWICE(run)

def by_method(run):
    return OF_ONE(run)

def alone(run):
    return run["lead_months"][-1]
"""


def test_code_in_another_file_counts_however_it_is_called(write, tmp_path, monkeypatch):
    helpers = tmp_path / "beside" / "helpers_in_a_file.py"

    def identities(text: str) -> dict[str, str]:
        helpers.write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, helpers.stem, raising=False)
        mine = write(CALLERS)
        names = [name for name in vars(mine) if name.startswith("by_") or name == "alone"]
        return {name: custom(getattr(mine, name)).identity for name in names}

    first = identities(HELPERS)
    assert identities(HELPERS) == first
    for old, new, same in (
        ("< LIMIT", "> LIMIT", {"alone"}),
        ("LIMIT = 6.0", "LIMIT = 7.0", {"alone"}),
        ("return self.by *", "return self.by +", {"alone", "by_name"}),
    ):
        other = identities(HELPERS.replace(old, new))
        assert {name for name in first if other[name] == first[name]} == same, new


def test_a_worker_with_other_code_is_refused(write, small, tmp_path):
    from sim.batch import identity
    from sim.results.outcomes import custom as customs

    study = Study.of(small, tmp_path)
    job = Job(study.parts[:1], tuple(small.design.axes), small.asked, small.horizon, False, stamp=identity.stamp(),
              custom=customs.identities(small.asked))  # fmt: skip
    assert make(job)[0].content
    other = write(TEXT.replace("SCALE = 1.0", "SCALE = 2.0")).smuggled
    with pytest.raises(InputError, match=r"a worker has other code for smuggled \(smuggled@.*same files"):
        make(Job(**{**vars(job), "outcomes": (custom(other),), "custom": {"smuggled": job.custom["smuggled"]}}))


def test_what_cannot_be_sent_is_refused_before_anything_begins_and_runs_here(plan, tmp_path):
    def local(run: Any) -> Any:
        return run["lead_months"][-1]

    own = plan(scenarios=["current_policy"], outcomes=[local])
    task = Task(TODAY, own.asked, 8, until=2027)
    with executors.processes(1) as pool:
        with pytest.raises(
            InputError, match=r"outcome 'local': .* cannot be sent to other processes: it is defined in a"
        ):
            run_study(own, tmp_path, pool)
        with pytest.raises(InputError, match="it is defined in a function"):
            evaluate_all([task], pool)
    assert list(tmp_path.iterdir()) == []
    assert run_study(own, tmp_path).missing() == []


KILLED = """
import os, signal, sys
sys.path.insert(0, {beside!r})
from functools import partial
import outcomes_in_a_file as mine
from sim.batch import Plan, run_study
plan = Plan(name="killed", scenarios=["current_policy"], members=4096, seeds=[0, 1, 2], until=2027,
            outcomes=[mine.smuggled])

def stop(state):
    if state.done_parts >= 1 and {kill}:
        os.kill(os.getpid(), signal.SIGKILL)

study = run_study(plan, {out!r}, progress=stop, agents={{"united_states": mine.Alarmed}})
"""


def test_a_study_with_own_actors_and_outcomes_resumes_after_a_kill(write, tmp_path):
    write()
    out, environment = tmp_path / "out", {**os.environ, "PYTHONPATH": str(ROOT)}

    def go(kill: bool, where: Path) -> int:
        text = textwrap.dedent(KILLED).format(beside=str(tmp_path / "beside"), kill=kill, out=str(where))
        return subprocess.run([sys.executable, "-c", text], env=environment, timeout=300, check=False).returncode

    assert go(True, out) == -9
    mine = sys.modules[NAME]
    plan = Plan(
        name="killed", scenarios=["current_policy"], members=4096, seeds=[0, 1, 2], until=2027, outcomes=[mine.smuggled]
    )
    begun = Study.of(plan, out, {"united_states": mine.Alarmed})
    done = begun.digests()
    assert 0 < len(done) < len(begun.parts)
    before = {name: begun.path(name).stat().st_mtime_ns for name in done}
    assert go(False, out) == 0
    assert begun.missing() == []
    assert before == {name: begun.path(name).stat().st_mtime_ns for name in done}
    whole = run_study(plan, tmp_path / "whole", agents={"united_states": mine.Alarmed})
    assert begun.digests() == whole.digests()


WRONG: list[tuple[Callable[[Any], Any], str]] = [
    (lambda run: run["lead_months"], r"gives an array of shape \(21, 256\) for 256 futures; give one value per future"),
    (lambda run: 3.0, "gives 3.0 for 256 futures"),
    (lambda run: None, "gives None for 256 futures"),
    (lambda run: np.full(run.runs, np.nan), r"gives nan in future 0; give finite numbers.*may_not_exist=True"),
    (lambda run: np.where(np.arange(run.runs) + run.first == 270, np.inf, 0.0), "gives inf in future 270"),
    (lambda run: run["lead_months"][-1] > 3, "gives yes or no; define it as custom"),
    (lambda run: np.array(["a"] * run.runs), "gives text; name its labels"),
    (lambda run: np.array([1j] * run.runs), "gives values of type complex128; give numbers"),
    (lambda run: np.array([None] * run.runs), "gives values of type object; give numbers"),
    (lambda run: 1 / 0, "its function fails with ZeroDivisionError: division by zero"),
    (lambda run: run["leed_months"], "unknown series 'leed_months'"),
    (lambda run: run["lead_months"][-1] - run["lead_months"][-1].mean(), "another value when fewer are simulated"),
    (lambda run: run.series["capability"].__setitem__(0, 0.0), "read-only"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "says"), WRONG)
def test_a_function_that_gives_anything_but_a_value_per_future_is_refused_by_name(function, says):
    before = RUN.series["capability"].copy()
    with pytest.raises(InputError, match=f"^outcome 'bad': .*{says}"):
        custom(function, name="bad").of(RUN)
    assert np.array_equal(before, RUN.series["capability"])


def test_labels_shares_and_missing_values_are_held_to_what_was_said():
    with pytest.raises(InputError, match="gives 'c'; its labels are: a, b"):
        custom(lambda run: np.array(["a", "c"] * (run.runs // 2)), name="bad", labels=("a", "b")).of(RUN)
    with pytest.raises(InputError, match="gives 2; a share of futures is yes or no"):
        custom(lambda run: np.full(run.runs, 2), name="bad", unit="share of futures").of(RUN)
    some = custom(lambda run: np.where(run["lead_months"][-1] > 9, run["lead_months"][-1], np.nan), name="some",
                  may_not_exist=True)  # fmt: skip
    assert 0 < np.isnan(some.of(RUN)).sum() < 300
    with pytest.raises(InputError, match="'some' does not exist in every future"):
        sobol(TODAY, [some], samples=16, only=["diffusion"])
    few = custom(lambda run: run["premium"][-1], name="few", needs=["capability"])
    with pytest.raises(InputError, match=r"'few': series 'premium' was not kept in this run; name it in `needs`"):
        evaluate(Task(TODAY, (few,), 8, until=2027))


def test_a_function_at_fault_stops_a_study_and_keeps_nothing_of_it(plan, tmp_path):
    def wrong(run: Any) -> Any:
        return run["lead_months"]

    calls: list[int] = []
    with pytest.raises(InputError, match=r"outcome 'wrong': its function gives an array .*per future, \(256,\)$"):
        run_study(plan(outcomes=[wrong]), tmp_path, progress=lambda state: calls.append(state.done_parts))
    assert calls == [0]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: custom(5), "function is 5; give a function"),
        (lambda: custom(int), "function is <class 'int'>; give a function"),
        (lambda: custom(lambda run: 1), "a lambda, which has no name"),
        (lambda: custom(len, name="x"), "give a function"),
        (lambda: custom(partial(lambda a, run: a, 5), name="x"), "without a name"),
        (lambda: custom(lambda run: 1, name="two words"), "give letters, digits and underscores"),
        (lambda: custom(lambda run: 1, name="us_ahead"), "which is a built-in outcome"),
        (lambda: custom(lambda run: 1, name="member"), "a column of every study"),
        (lambda: custom(lambda run: 1, name="x", until=1999), "until is 1999; give a year from 2027"),
        (lambda: custom(lambda run: 1, name="x", needs=["premum"]), "unknown series 'premum'"),
        (lambda: custom(lambda run: 1, name="x", labels=["one"]), "give two or more"),
    ],
)
def test_what_is_no_outcome_is_refused_in_words(make, says):
    with pytest.raises(InputError, match=says):
        make()


def test_two_of_one_name_are_refused():
    def peak(run: Any) -> Any:
        return run["lead_months"].max(axis=0)

    first, other = custom(peak), custom(lambda run: run["lead_months"].min(axis=0), name="peak")
    for call in (
        lambda: sobol(TODAY, [first, other], samples=16),
        lambda: price_list(TODAY, [first, other]),
        lambda: discover(TODAY, [question(first, at_least=1), question(other, at_least=1)]),
        lambda: evaluate(Task(TODAY, (first, other), 4)),
    ):
        with pytest.raises(InputError, match="two outcomes are named 'peak'"):
            call()
    with pytest.raises(InputError, match="outcomes: 'peak' appears twice"):
        Plan(name="p", scenarios=["current_policy"], outcomes=[first, other])
    with pytest.raises(InputError, match="'peak' is after until, 2027"):
        Plan(name="p", scenarios=["current_policy"], outcomes=[custom(peak, until=2030)], until=2027)


def test_a_file_names_no_function():
    text = "name: p\nscenarios: [current_policy]\noutcomes: [{custom: peak}]"
    with pytest.raises(InputError, match="custom ones are given in Python"):
        plans.parse(text)
    with pytest.raises(InputError, match="unknown field 'units'"):
        plans.parse(text.replace("custom: peak", "custom: peak, identity: x, units: y"))


def test_values_do_not_depend_on_how_members_are_cut():
    def fitted(run: Any) -> Any:
        steps = np.vander(np.arange(len(run.quarters)), 3)
        return np.linalg.lstsq(steps, run["lead_months"], rcond=None)[0][0]

    asked = custom(fitted)
    whole = asked.of(RUN)
    for first, last in ((0, BLOCK), (BLOCK, 300)):
        part = asked.of(simulate(TODAY, runs=last - first, first=first, until=2027))
        assert np.array_equal(part, whole[first:last])


def lead(run: Any) -> Any:
    """The lead as a function, to be held against the built-in one."""
    return run["lead_months"][-1]


def ahead(run: Any) -> Any:
    return run["lead_months"][-1] >= 12


BUILT_IN = parse("lead_months@2032")
OWN = custom(lead, until=2032)


def test_analyses_answer_for_a_function_as_for_the_built_in_outcome_of_the_same_numbers():
    for analysis in (
        partial(sobol, samples=16, only=["diffusion"]), partial(correlation_ratios, members=64),
        partial(morris, trajectories=4, only=["diffusion", "follower_efficiency"]),
    ):  # fmt: skip
        one, two, three = analysis(TODAY, [OWN, BUILT_IN, "lead_months_backward@2028"])
        assert one.frame().equals(two.frame())
        assert (one.outcome, three.outcome) == ("lead", "lead_months_backward@2028")
    prices = price_list(TODAY, [lead, BUILT_IN], runs=4, levers=[LEVERS["enforcement"]], thorough=False).prices
    assert all(price.effects["lead"] == price.effects["lead_months@2032"] for price in prices)
    one, two = attribute(TODAY, TODAY.with_levers(enforcement=3, hub_policing=50), [lead, BUILT_IN], runs=4)
    assert one.frame().equals(two.frame())
    policies = [policy_of(TODAY), policy_of(TIGHT)]
    one, two = (regret(policies, [TODAY], asked, runs=4) for asked in (lead, "lead_months@2032"))
    assert np.array_equal(one.values, two.values)
    both = Comparison(RUN, simulate(TIGHT, runs=300, until=2027))
    assert np.array_equal(both.difference(lead, 2027), both.difference("lead_months", 2027))
    assert (both.effect(lead).name, both.effect(lead).mean) == ("lead", both.effect("lead_months").mean)


def test_discovery_takes_a_function_that_gives_yes_or_no_or_a_number_with_a_limit():
    pytest.importorskip("ema_workbench")
    yes = custom(ahead, unit="share of futures")
    found = discover(TODAY, [yes, question(OWN, at_least=12), "lead_months@2032>=12"], members=512)
    assert [str(one.question) for one in found] == ["ahead", "lead>=12", "lead_months@2032>=12"]
    assert found[0].boxes == found[1].boxes == found[2].boxes
    assert found[0].base == found[2].base > 0
    with pytest.raises(InputError, match="'lead' is a number; ask for a share, or set a limit"):
        discover(TODAY, [lead])


def test_flips_of_a_label_and_cells_of_a_game_keep_a_function():
    def leader(run: Any) -> Any:
        return np.where(run["lead_months"][-1] >= 12, "far", "near")

    labeled = custom(leader, labels=("far", "near"))
    found = flips(TODAY, kinds=["lever"], runs=16, outcome=labeled, to="far", nearest=1)
    assert set(found.shares) == {"far", "near"}
    assert (found.now, found.to) == ("near", "far")
    assert found.changes[0].shares["far"] > found.shares["far"]
    with pytest.raises(InputError, match="a flip needs labels"):
        flips(TODAY, outcome=lead)
    with pytest.raises(InputError, match=r"unknown outcome 'fa'.*far"):
        flips(TODAY, outcome=labeled, to="fa")


def test_a_game_keeps_a_function_of_every_cell(tmp_path):
    from scenarios.packages import packages

    usual = {who: [name for name, one in packages(who).items() if one.usual] for who in ("united_states", "china")}
    without = [f"{who}:{name}" for who, names in usual.items() for name in names[2:]]
    found = strategy(TODAY, runs=4, without=without, outcomes=[lead], folder=tmp_path)
    assert np.array_equal(found.outcome("lead"), found.lead)
    assert found.frame()["lead"].equals(found.frame()["lead_months"].alias("lead"))
    assert all("lead" in cell for cell in found.summary()["outcomes"].values())
    bare = strategy(TODAY, runs=4, without=without, folder=tmp_path)
    assert np.array_equal(bare.lead, found.lead)
    with pytest.raises(InputError, match="unknown outcome 'lead'"):
        bare.outcome("lead")


@pytest.mark.parametrize(
    "shift",
    [
        lambda x: x - x[0], np.cumsum, lambda x: np.arange(float(x.size)), lambda x: x - x.mean(),
        lambda x: np.random.default_rng(0).normal(size=x.size),
    ],
)  # fmt: skip
def test_a_value_that_depends_on_its_neighbors_is_refused(shift) -> None:
    run = simulate(load("current_policy"), runs=16, until=2027)

    def beside(run):
        return shift(run["lead_months"][-1])

    with pytest.raises(InputError, match="another value when fewer are simulated beside it"):
        custom(beside, until=2027).of(run)


def test_a_masked_value_is_no_value() -> None:
    def masked(run):
        return np.ma.masked_less(run["lead_months"][-1], 100.0)

    with pytest.raises(InputError, match="gives a masked array; give NaN"):
        custom(masked, until=2027).of(simulate(load("current_policy"), runs=4, until=2027))
