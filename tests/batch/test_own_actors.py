"""Studies with actors of one's own: the same bytes whoever runs them, and no two kinds of actors in one study."""

import importlib
import io
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest

from agents.superpower import UnitedStates
from scenarios import load
from scenarios.errors import InputError
from sim import simulate
from sim.batch import Study, executors, run_study
from sim.batch.evaluate import Task, evaluate_all
from sim.batch.part import Job, make
from sim.results.outcomes.scalar import parse

NAME = "actors_in_a_file"
TEXT = """
from agents.superpower import UnitedStates

def effort(lead, within):
    return 1.0 + 2.0 * (lead < within)

class Alarmed(UnitedStates):
    def __init__(self, *seat, within=8.0):
        super().__init__(*seat)
        self.within = within

    def decide(self):
        super().decide()
        self.enforcement = effort(self.world.public.lead, self.within)
"""
LEAD = (parse("lead_months@2027"),)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A file of actors beside a script, imported, as text."""
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
def small(plan) -> Any:
    return plan(members=256, scenarios=["current_policy"], outcomes=["lead_months@2027"])


def test_serial_processes_threads_and_dask_give_the_same_bytes(write, small, tmp_path):
    agents = {"united_states": partial(write().Alarmed, within=9.0)}
    found = run_study(small, tmp_path / "here", agents=agents)
    with executors.processes(2) as pool:
        assert run_study(small, tmp_path / "processes", pool, agents=agents).digests() == found.digests()
    with ThreadPoolExecutor(2) as pool:
        assert run_study(small, tmp_path / "threads", pool, agents=agents).digests() == found.digests()
    pytest.importorskip("distributed")
    with executors.dask("local", workers=2) as cluster:
        assert run_study(small, tmp_path / "dask", cluster, agents=agents).digests() == found.digests()


def test_rows_are_those_of_simulate_and_say_who_decided(write, small, tmp_path):
    agents = {"united_states": write().Alarmed}
    study = run_study(small, tmp_path, agents=agents)
    rows = study.scan().filter(pl.col("set.lever.enforcement") == 10).collect()
    spec = load("current_policy").with_levers(enforcement=10)
    run = simulate(spec, runs=256, until=2027, agents=agents)
    assert np.array_equal(rows["lead_months@2027"].to_numpy(), run["lead_months"][-1])
    assert set(rows["digest"]) == {run.digest()}
    facts = pl.read_parquet_metadata(study.path(study.parts[0].file))
    assert json.loads(facts["agents"]) == run.agents == study.agents
    assert run.agents["united_states"][:20] in repr(study)
    assert Study.open(study.folder).digests() == study.digests()
    assert Study.open(study.folder).agents == study.agents


def test_other_actors_code_and_parameters_are_other_studies(write, small, tmp_path):
    usual = run_study(small, tmp_path)
    first = write().Alarmed
    changed = {"united_states": first}, {"united_states": partial(first, within=9.0)}
    studies = [usual, *(run_study(small, tmp_path, agents=agents) for agents in changed)]
    rewritten = write(TEXT.replace("2.0 *", "2.5 *")).Alarmed
    studies.append(run_study(small, tmp_path, agents={"united_states": rewritten}))
    assert len({study.folder for study in studies}) == 4
    assert len({name for study in studies for name in study.digests()}) == 4 * len(usual.parts)
    again = write().Alarmed
    assert Study.of(small, tmp_path, {"united_states": again}).folder == studies[1].folder
    assert Study.of(small, tmp_path, {"united_states": again}).missing() == []
    assert Study.of(small, tmp_path).missing() == []


def test_a_worker_with_other_code_is_refused(write, small, tmp_path):
    agents = {"united_states": write().Alarmed}
    study = Study.of(small, tmp_path, agents)
    job = Job(
        study.parts[:1], tuple(small.design.axes), small.asked, small.horizon, False,
        stamp=json.loads(json.dumps(_stamp())), agents=agents, identities=study.agents,
    )  # fmt: skip
    assert pl.read_parquet(io.BytesIO(make(job)[0].content)).height == 256
    write(TEXT.replace("2.0 *", "2.5 *"))
    other = Job(**{**vars(job), "agents": {"united_states": sys.modules[NAME].Alarmed}})
    with pytest.raises(InputError, match=r"a worker has other code for united_states \(Alarmed@.*same files"):
        make(other)


def _stamp() -> dict[str, Any]:
    from sim.batch import identity

    return identity.stamp()


@pytest.mark.parametrize("where", ["function", "script", "nowhere", "parameter"])
def test_what_cannot_be_sent_is_refused_in_words_and_runs_here(where, write, small, tmp_path, monkeypatch):
    class Local(UnitedStates):
        pass

    says = "it is defined in a function"
    own: Any = Local
    if where == "script":
        own = type("Typed", (UnitedStates,), {"__module__": "__main__"})
        says = "it is defined in the script or notebook itself"
    elif where == "nowhere":
        own = write().Alarmed
        monkeypatch.setattr(sys, "path", [folder for folder in sys.path if not folder.endswith("beside")])
        says = f"its module {NAME} is not on Python's path"
    elif where == "parameter":
        own = partial(write().Alarmed, within=lambda: 5)
        says = "it cannot be pickled"
    agents = {"united_states": own}
    task = Task(load("current_policy"), LEAD, 8, agents=agents)
    with executors.processes(1) as pool:
        with pytest.raises(InputError, match=rf"agents\['united_states'\].*{says}.*file of its own"):
            run_study(small, tmp_path, pool, agents=agents)
        with pytest.raises(InputError, match=says):
            evaluate_all([task], pool)
    if where != "parameter":
        assert run_study(small, tmp_path, agents=agents).missing() == []
        with ThreadPoolExecutor(1) as threads:
            assert len(evaluate_all([task], threads)[0]["lead_months@2027"]) == 8


def test_a_task_takes_its_actors_to_other_processes(write):
    tasks = [Task(load("current_policy"), LEAD, 64, agents={"united_states": write().Alarmed})]
    with executors.processes(1) as pool:
        (sent,) = evaluate_all(tasks, pool)
    (here,) = evaluate_all(tasks)
    assert np.array_equal(sent["lead_months@2027"], here["lead_months@2027"])


def test_an_actor_that_a_scenario_lacks_is_refused_before_anything_begins(small, tmp_path):
    with pytest.raises(InputError, match="unknown actor 'atlantis'"):
        run_study(small, tmp_path, agents={"atlantis": UnitedStates})
    assert list(tmp_path.iterdir()) == []
