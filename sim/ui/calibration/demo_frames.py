"""The tables that the demo's charts draw: from a demo as far as it has come, beside the recorded one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from calibration.demo_state import HALF, Demo, Event

GIGA, KILO = 1e9, 1e3
_LEFT, _RIGHT = 0.3, 130.0
"""Ends of the roofline, FLOP per byte."""
Tables = dict[str, pl.DataFrame]


def name(size: str) -> str:
    """A model's size as people write it: blocks × width."""
    return size.replace("x", "×")


def _frame(rows: Iterable[Mapping[str, Any]], *columns: str) -> pl.DataFrame:
    """Rows as a table that has its columns even where it has no rows."""
    return pl.DataFrame([{column: row[column] for column in columns} for row in rows], schema=list(columns))


def _curve(found: Demo) -> list[dict[str, Any]]:
    return [
        {"model": name(row["size"]), "gflop": row["flop"] / GIGA, "loss": row["loss"]} for row in found.of("training")
    ]


def curves(found: Demo, beside: Demo | None) -> Tables:
    """Training losses by compute; the first of each model carries its name."""
    rows = _curve(found)
    first = {row["model"]: row for row in reversed(rows)}.values()
    names = [{**row, "place": place} for place, row in enumerate(first)]
    columns = ("model", "gflop", "loss")
    old = [] if beside is None else _curve(beside)
    return {
        "curves": _frame(rows, *columns),
        "stored": _frame(old, *columns),
        "names": _frame(names, *columns, "place"),
    }


def _losses(found: Demo) -> list[dict[str, Any]]:
    return [
        {
            "model": name(row["size"]), "thousand": row["parameters"] / KILO, "loss": row["loss"],
            "label": f"{name(row['size'])}: {row['loss']:.3f}",
        }
        for row in found.of("model")
    ]  # fmt: skip


def losses(found: Demo, beside: Demo | None) -> Tables:
    """Final losses by size, and the ends of the line through them."""
    columns = ("model", "thousand", "loss", "label")
    line, ends = found.line("parameters"), []
    if line is not None:
        sizes = [model["parameters"] for model in found.plan["models"]]
        ends = [{"thousand": x / KILO, "loss": line.at(x)} for x in (min(sizes), max(sizes))]
    old = [] if beside is None else _losses(beside)
    return {
        "losses": _frame(_losses(found), *columns), "stored": _frame(old, *columns),
        "line": _frame(ends, "thousand", "loss"),
    }  # fmt: skip


def _roof(roof: Event | None) -> list[dict[str, float]]:
    if roof is None:
        return []
    compute, bandwidth = roof["compute_flops"] / GIGA, roof["bandwidth"] / GIGA
    corners = (_LEFT, compute / bandwidth, _RIGHT)
    return [{"intensity": x, "gflops": min(compute, bandwidth * x)} for x in corners]


def roofline(found: Demo, beside: Demo | None) -> Tables:
    """The roof, its ridge and the measured products."""
    corners = _roof(found.one("roofline"))
    ridge = [{**row, "label": f"{row['intensity']:.1f} FLOP per byte"} for row in corners[1:2]]
    ladder = [
        {"batch": row["batch"], "intensity": row["intensity"], "gflops": row["flops"] / GIGA}
        for row in found.of("ladder")
    ]
    old = [] if beside is None else _roof(beside.one("roofline"))
    return {
        "ladder": _frame(ladder, "batch", "intensity", "gflops"),
        "roof": _frame(corners, "intensity", "gflops"), "stored": _frame(old, "intensity", "gflops"),
        "ridge": _frame(ridge, "intensity", "gflops", "label"),
    }  # fmt: skip


def _points(found: Demo) -> list[dict[str, float]]:
    return [
        {"step": row["step"], "gflop": row["flop"] / GIGA, "percent": 100 * row["passed"]} for row in found.of("point")
    ]


def reinforcement(found: Demo, beside: Demo | None) -> Tables:
    """Success rates by compute, and the half."""
    columns = ("step", "gflop", "percent")
    half = [{"percent": 100 * HALF, "label": "half"}]
    old = [] if beside is None else _points(beside)
    return {
        "points": _frame(_points(found), *columns), "stored": _frame(old, *columns),
        "half": _frame(half, "percent", "label"),
    }  # fmt: skip
