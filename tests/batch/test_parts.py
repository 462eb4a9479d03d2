"""Parts: the same cuts for every study, and rows that say where they come from."""

import io
import json
from itertools import pairwise

import polars as pl
import pytest

from scenarios import load
from scenarios.errors import InputError
from sim import simulate
from sim.batch import Plan, Study, identity
from sim.batch.part import PART, Job, bounds, jobs, make
from sim.results.outcomes.polarity import CLASSES, at_year


def job_of(study: Study, count: int | None = None, **changes) -> Job:
    plan = study.plan
    fields = {
        "parts": study.parts[:count], "axes": tuple(plan.design.axes), "outcomes": plan.asked, "until": plan.horizon,
        "parameters": plan.parameters, "stamp": identity.stamp(),
    }  # fmt: skip
    return Job(**fields | changes)


@pytest.mark.parametrize("members", [1, 256, 257, 1000, 5000, PART, PART + 1, 100_000])
def test_cuts_cover_all_members_and_stay_when_a_study_grows(members):
    cuts = bounds(members)
    assert cuts[0][0] == 0
    assert all(a[1] == b[0] for a, b in pairwise(cuts))
    assert cuts[-1][0] < members <= cuts[-1][1]
    assert bounds(10 * members)[: len(cuts)] == cuts
    assert max(last - first for first, last in cuts) <= PART


def test_a_million_members_are_rounded_up_by_less_than_a_part():
    assert bounds(1_000_000)[-1][1] - 1_000_000 < PART


def test_jobs_hold_every_part_once_and_are_not_too_large(plan, tmp_path):
    study = Study.of(plan(members=20_000), tmp_path)
    common = vars(job_of(study)) | {}
    common.pop("parts")
    found = list(jobs(study.parts, **common))
    assert [part for job in found for part in job.parts] == list(study.parts)
    assert max(job.runs for job in found) <= PART


def test_rows_are_those_of_simulate(plan, tmp_path):
    study = Study.of(plan(parameters=True), tmp_path)
    made = make(job_of(study, 2))
    rows = pl.concat(pl.read_parquet(io.BytesIO(part.content)) for part in made)
    run = simulate(load("current_policy").with_levers(enforcement=1), runs=1024, until=2027)
    assert rows["member"].to_list() == list(range(1024))
    assert (rows["lead_months@2027"].to_numpy() == run["lead_months"][-1]).all()
    assert rows["outcome@2027"].to_list() == [CLASSES[code] for code in at_year(run, 2027)]
    assert (rows["parameter.diffusion"].to_numpy() == run.parameters["diffusion"]).all()
    assert set(rows["set.lever.enforcement"]) == {1.0}


def test_neighbours_made_together_are_the_bytes_of_each_alone(plan, tmp_path):
    study = Study.of(plan(), tmp_path)
    together = make(job_of(study, 3))
    alone = [make(job_of(study, parts=(part,)))[0] for part in study.parts[:3]]
    assert [m.sha256 for m in together] == [m.sha256 for m in alone]


def test_a_file_says_how_to_make_it_again(plan, tmp_path):
    study = Study.of(plan(), tmp_path)
    part = study.parts[-1]
    content = io.BytesIO(make(job_of(study, parts=(part,)))[0].content)
    facts = pl.read_parquet_metadata(content)
    assert json.loads(facts["made_with"]) == identity.stamp()
    assert facts["scenario_digest"] == part.point.digest
    assert type(part.point.spec).model_validate_json(facts["scenario_json"]) == part.point.spec
    assert {"seed", "until", "calibration", "weighting", "history_draws"} <= set(facts)


def test_a_worker_that_computes_otherwise_is_refused(plan, tmp_path):
    stamp = identity.stamp()
    other = {**stamp, "engine": "0" * 16, "platform": {**stamp["platform"], "numpy": "1.0"}}
    with pytest.raises(InputError, match=r"engine .*numpy \("):
        make(job_of(Study.of(plan(), tmp_path), stamp=other))


def test_the_engine_is_named_by_what_decides_numbers(monkeypatch, tmp_path):
    names = [path.relative_to(identity.ROOT).as_posix() for path in identity._files()]
    assert {"sim/engine/world.py", "agents/actor.py", "scenarios/data/parameters.csv", "scenarios/draws/2026-Q3.npy",
            "sim/batch/part.py", "sim/batch/evaluate.py", "sim/results/outcomes/scalar.py"} <= set(names)  # fmt: skip
    assert not [name for name in names if name.startswith(("sim/ui", "sim/cli", "docs", "tests"))]
    before = identity.engine()
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "world.py").write_text("changed")
    monkeypatch.setattr(identity, "ROOT", tmp_path)
    assert identity.engine.__wrapped__() != before


def test_a_setting_too_extreme_is_one_failed_part_and_not_the_end(monkeypatch):
    def evaluate(task):
        raise FloatingPointError("capability is not finite")

    monkeypatch.setattr("sim.batch.part.evaluate", evaluate)
    plan = Plan(name="p", scenarios=["current_policy"], outcomes=["lead_months@2027"], members=256)
    made = make(job_of(Study.of(plan, "unused")))
    assert made[0].content == b""
    assert "not finite" in made[0].error
