"""Runs as arrays and tables with labels, for xarray and pandas: dimensions have names, and series have units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError, unknown
from sim import checkout
from sim.engine.phases.record import BY_ACTOR, BY_BLOC, BY_RIVAL
from sim.results.measures import MEASURES

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

    from sim.results.run import Run

FUTURE, QUARTER = "future", "quarter"
LEADS = ("gap_eci", "lead_months", "lead_months_backward")
"""Series that are computed from capability, which every run keeps."""
_DIMENSIONS = {
    **dict.fromkeys(BY_ACTOR, "actor"), **dict.fromkeys(BY_BLOC, "bloc"), **dict.fromkeys(BY_RIVAL, "rival"),
    "accounts": "account", "decisions": "decision", "flows_china": "channel", "terms_us": "source",
    "terms_china": "source", "governance": "governance_index", "money_use": "use_of_money",
    "compute_use": "use_of_compute", "people_use": "use_of_people",
}  # fmt: skip
"""What the parts of a series are called as a dimension."""


def dimension(name: str) -> str:
    """Name of the dimension along which the parts of a series lie."""
    return _DIMENSIONS[name]


def dataset(run: Run, names: Sequence[str] | None = None) -> xr.Dataset:
    """A run as a dataset of xarray.

    Raises:
        InputError: without xarray, or for a series that the run has not.
    """
    xarray = _needed("xarray")
    variables: dict[str, Any] = {}
    coordinates: dict[str, Any] = {
        QUARTER: (QUARTER, np.array(run.quarters), {"long_name": "Quarter"}),
        "year": (QUARTER, run.years, {"long_name": "Calendar year"}),
        "time": (QUARTER, run.time, {"long_name": "Decimal year at the end of the quarter", "units": "year"}),
        FUTURE: (FUTURE, np.arange(run.first, run.first + run.runs), {"long_name": "Number of the future"}),
    }
    for name in (*run.series, *LEADS) if names is None else names:
        label, unit = MEASURES.get(name, ("", ""))
        values, parts = run[name], run.parts(name)
        along = (QUARTER, dimension(name), FUTURE) if parts else (QUARTER, FUTURE)
        if parts:
            coordinates[dimension(name)] = (dimension(name), np.array(parts))
        variables[name] = (along, values, {"long_name": label, "units": unit})
    for name, values in run.parameters.items():
        variables[f"parameter.{name}"] = ((FUTURE,), values, {"long_name": f"Parameter {name}, as drawn"})
    return xarray.Dataset(variables, coordinates, attrs=run.metadata())


def side_by_side(runs: Mapping[str, Run], names: Sequence[str] | None = None) -> xr.Dataset:
    """Runs with the same futures along a dimension `run`; what only one of them has is NaN in the others.

    Raises:
        InputError: as `dataset`.
    """
    xarray = _needed("xarray")
    each = [dataset(run, names) for run in runs.values()]
    found = xarray.concat(each, dim="run", join="outer", combine_attrs="drop_conflicts", data_vars="all")
    return found.assign_coords(
        run=("run", np.array(list(runs))), scenario=("run", np.array([run.spec.name for run in runs.values()]))
    )


def pandas_of(frame: pl.DataFrame, index: Sequence[str], attributes: Mapping[str, Any]) -> pd.DataFrame:
    """A table of polars as one of pandas, with some of its columns as the index.

    Raises:
        InputError: without pandas.
    """
    pandas = _needed("pandas")
    columns = {name: pandas.Series(frame[name].to_list()) for name in frame.columns}
    found = pandas.DataFrame(columns).set_index([name for name in index if name in columns]).sort_index()
    found.attrs.update(attributes)
    return found


def series_frame(run: Run, name: str | None) -> pd.DataFrame:
    """A series, or the members' table, as a table of pandas.

    Raises:
        InputError: without pandas, or for a series that the run has not.
    """
    _needed("pandas")
    if name is None:
        return pandas_of(run.members(), ("member", "year"), run.metadata())
    if "." in name:
        raise unknown("series", name, [*run.series, *LEADS])
    label, unit = MEASURES.get(name, ("", ""))
    frame, parts = run.frame(name), run.parts(name)
    named = frame.rename({"value": name, "member": FUTURE, **({"part": dimension(name)} if parts else {})})
    index = (QUARTER, *((dimension(name),) if parts else ()), FUTURE)
    return pandas_of(named, index, {**run.metadata(), "long_name": label, "units": unit})


def _needed(library: str) -> Any:
    try:
        return import_module(library)
    except ImportError as error:
        raise InputError(f"{library} is not installed; {checkout.extra('xarray')}") from error
