"""Runs for xarray and pandas: the same numbers, with names on every dimension and a unit on every series."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from sim import Comparison, simulate
from sim.results.labeled import dimension
from sim.results.measures import MEASURES

RUN = simulate(load("current_policy"), runs=5, first=2, until=2027)
TIGHT = simulate(load("tight_controls"), runs=5, first=2, until=2027)


def test_xarray_has_the_same_numbers_by_label():
    pytest.importorskip("xarray")
    found = RUN.to_xarray()
    assert set(found.data_vars) == {*RUN.series, "gap_eci", "lead_months", "lead_months_backward"} | {
        f"parameter.{name}" for name in RUN.parameters
    }
    assert set(found["capability"].dims) == {"quarter", "actor", "future"}
    picked = found["capability"].sel(quarter="2026-Q4", actor="china", future=4)
    assert picked.item() == RUN.part("capability.china")[RUN.step(2026), 2]
    legal = found["flows_china"].sel(channel="legal").transpose("quarter", "future")
    assert np.array_equal(legal, RUN.part("flows_china.legal"))
    assert found["capability"].attrs == {"long_name": "Capability", "units": "ECI points"}
    assert found.attrs["scenario_digest"] == RUN.spec.digest()
    assert np.array_equal(found["parameter.diffusion"], RUN.parameters["diffusion"])
    assert found["time"].sel(quarter="2026-Q4").item() == 2027.0
    for name in RUN.series:
        assert (found[name].attrs["long_name"], found[name].attrs["units"]) == MEASURES[name]
        assert found[name].shape == RUN[name].shape
    assert set(RUN.to_xarray(["premium"]).data_vars) >= {"premium"}
    with pytest.raises(InputError, match="unknown series 'premum'"):
        RUN.to_xarray(["premum"])


def test_a_comparison_lies_along_a_dimension_of_its_own_and_what_one_lacks_is_empty():
    pytest.importorskip("xarray")
    found = Comparison(RUN, TIGHT).to_xarray(["lead_months"])
    difference = found["lead_months"].sel(run="second") - found["lead_months"].sel(run="first")
    expected = Comparison(RUN, TIGHT).difference("lead_months", 2027)
    assert np.allclose(difference.sel(quarter="2027-Q4"), expected)
    assert found["scenario"].values.tolist() == ["current_policy", "tight_controls"]
    wider = load("current_policy").with_changes(actors={"brazil": {"like": "rest_of_world"}})
    both = Comparison(RUN, simulate(wider, runs=5, first=2, until=2027)).to_xarray(["alignment"])
    assert both["alignment"].sel(run="first", actor="brazil").isnull().all()
    assert both["alignment"].sel(run="second", actor="brazil").notnull().all()


def test_the_guide_shows_what_works():
    pytest.importorskip("xarray")
    guide = (Path(__file__).resolve().parents[2] / "docs/api.md").read_text(encoding="utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", guide, re.M | re.S)
    (block,) = (code for language, code in fenced if "to_xarray" in code and not language)
    names = {"run": simulate(load("current_policy"), runs=4, until=2030)}
    exec(block, names)
    assert set(names["data"].dims) >= {"quarter", "future", "actor"}


def test_every_series_with_parts_has_a_dimension():
    for name in RUN.series:
        assert not RUN.parts(name) or dimension(name)


def test_pandas_has_the_same_numbers_by_label():
    pytest.importorskip("pandas")
    found = RUN.to_pandas("capability")
    assert found.index.names == ["quarter", "actor", "future"]
    assert found.loc[("2026-Q4", "china", 4), "capability"] == RUN.part("capability.china")[RUN.step(2026), 2]
    assert found.attrs["units"] == "ECI points"
    assert RUN.to_pandas("premium").index.names == ["quarter", "future"]
    members = RUN.to_pandas()
    assert members.index.names == ["member", "year"]
    assert members.loc[(4, 2027), "lead_months"] == RUN["lead_months"][-1, 2]
    assert members.attrs["seed"] == "0"
    with pytest.raises(InputError, match=r"unknown series 'flows_china\.legal'|unknown series"):
        RUN.to_pandas("flows_china.legal")


@pytest.mark.parametrize(("library", "call"), [("xarray", RUN.to_xarray), ("pandas", RUN.to_pandas)])
def test_without_the_library_it_says_how_to_install_it(library, call, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=rf"{library} is not installed; pip install 'polarity-sim\[xarray\]'"):
        call()
