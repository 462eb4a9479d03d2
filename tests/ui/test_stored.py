"""Answers that are stored with the package: current, small, and those that a simulation gives."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scenarios import BASELINE, load, names
from sim.checks import RUNS
from sim.ui.shared import common, packing, stored, work
from sim.ui.shared.setup import Judge

MOST = 100_000
"""Bytes of one answer."""


@pytest.mark.parametrize("name", names())
def test_every_scenario_has_an_answer_of_this_version(name: str):
    found = stored.read(name)
    assert found is not None, "the stored answers are those of other code or data: write them anew with `make answers`"
    assert found.view.futures == RUNS
    assert stored._path(name).stat().st_size < MOST


def test_there_are_answers_for_nothing_else():
    assert {path.stem for path in stored.FOLDER.glob("*.npz")} == {name.replace(":", "-") for name in names()}


def test_a_stored_answer_is_what_a_simulation_gives():
    found, made = stored.read("tight_controls"), stored.make(load("tight_controls"))
    assert found is not None
    assert found.view.shares == made.view.shares
    assert found.view.by_measure == made.view.by_measure
    assert np.allclose(found.view.leads, made.view.leads)
    assert found.view.dots.equals(made.view.dots)
    assert [(cost.actor, cost.item) for cost in found.costs] == [(cost.actor, cost.item) for cost in made.costs]


def test_the_first_visitor_waits_for_no_simulation(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLARITY_FUTURES", str(RUNS))
    for function in (common._view, common._cost_place):
        function.clear()
    common.take_stored()
    monkeypatch.setattr(work, "simulated", None)
    for name in names():
        assert common.view(load(name)).futures == RUNS
        common.costs_of(load(name), Judge().year)


def test_answers_of_other_code_and_torn_files_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    whole = stored._path(BASELINE).read_bytes()
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    assert stored.read(BASELINE) is None
    stored._path(BASELINE).write_bytes(whole[: len(whole) // 2])
    assert stored.read(BASELINE) is None
    stored._path(BASELINE).write_bytes(whole)
    assert stored.read(BASELINE) is not None
    monkeypatch.setattr(stored, "version", lambda: "another")
    assert stored.read(BASELINE) is None


def test_values_come_back_as_they_were_packed():
    table = pl.DataFrame({"who": ["US", None], "t": [1.5, 2.5], "n": [1, 2]}, schema_overrides={"n": pl.Int8})
    value = {"a": (1, [2.5, None, True]), 3: np.arange(4, dtype=np.int8), (1.0, "x"): table, "judge": Judge(year=2030)}
    found = packing.unpack(packing.pack(value, (Judge,)), (Judge,))
    assert found["a"] == value["a"]
    assert found[3].dtype == np.int8
    assert np.array_equal(found[3], value[3])
    assert found[(1.0, "x")].equals(table)
    assert found[(1.0, "x")].schema == table.schema
    assert found["judge"] == Judge(year=2030)
    with pytest.raises(TypeError, match="Judge cannot be packed"):
        packing.pack(value, ())
