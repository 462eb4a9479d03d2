"""How the demo of scaling looks in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from calibration.demo_compare import compare, sentences, slope
from calibration.demo_state import Demo
from sim.cli.text import layout
from sim.results.wording import signed

GIGA = 1e9


def progress(event: Mapping[str, Any]) -> str:
    """A line about a finished step; empty for steps in between."""
    kind = event["event"]
    if kind == "roofline":
        return (
            f"This processor: {event['compute_flops'] / GIGA:.0f} GFLOP/s in a matrix product, "
            f"{event['bandwidth'] / GIGA:.1f} GB/s from memory"
        )
    if kind == "model":
        return (
            f"Model {event['size']}: {event['parameters']:,} parameters, {event['flop']:.1e} FLOP, "
            f"loss {event['loss']:.4f} nats per byte, {event['seconds']:.0f} s"
        )
    if kind == "point":
        return f"Reinforcement, step {event['step']}: {event['passed']:.0%} of the prompts answered"
    return ""


def tables(found: Demo, stored: Demo) -> None:
    """A finished demo, with what it is compared with."""
    page = layout.console()
    where = f"{found.plan['host']}, {found.plan['made']}"
    page.print(f"Recorded run: {where}" if found is stored else f"Four models trained on {where}", style="bold")
    page.print()
    layout.put(page, _losses(found, stored), _line(found), _ladder(found), _roof(found), _reinforcement(found))
    for sentence in sentences(found, stored):
        page.print(f"· {sentence}")
    end = found.one("finished")
    assert end is not None
    page.print(
        f"· It took {end['processor_seconds']:.0f} seconds of one core, and {end['peak_memory'] / 2**20:.0f} MiB."
    )


def _losses(found: Demo, stored: Demo) -> Table:
    """Losses by size, beside the recorded ones where they are others."""
    beside = compare(found, stored)
    columns = ["Blocks × width", "Parameters", "FLOP", "Seconds", "Loss"]
    if found is not stored:
        columns += ["Recorded", "Difference, seed sd"]
    made = layout.table(f"Losses after {found.plan['tokens']:,} bytes of text, nats per byte", *columns)
    for row in found.of("model"):
        known, away = beside.stored.get(row["size"]), beside.deviations.get(row["size"])
        cells = [
            row["size"].replace("x", "×"), f"{row['parameters']:,}", f"{row['flop']:.2e}", f"{row['seconds']:.0f}",
            f"{row['loss']:.4f}", "–" if known is None else f"{known:.4f}",
            "–" if away is None else signed(away, 1),
        ]  # fmt: skip
        made.add_row(*cells[: len(columns)])
    return made


def _line(found: Demo) -> str:
    said = []
    for by, name in (("parameters", "parameters"), ("flop", "FLOP")):
        line = found.line(by)
        assert line is not None
        error = "" if line.error is None else f" ± {line.error:.3f}"
        said.append(f"{slope(line.slope)}{error} in {name}")
    return f"On a log–log scale the losses fall on a line with a slope of {' and of '.join(said)}."


def _ladder(found: Demo) -> Table:
    made = layout.table("Matrix products by batch", "Batch", "FLOP per byte", "GFLOP/s", left=0)
    for row in found.of("ladder"):
        made.add_row(str(row["batch"]), f"{row['intensity']:.1f}", f"{row['flops'] / GIGA:.1f}")
    return made


def _roof(found: Demo) -> str:
    roof, ridge = found.one("roofline"), found.ridge
    assert roof is not None
    return (
        f"Roofline: {roof['compute_flops'] / GIGA:.0f} GFLOP/s and {roof['bandwidth'] / GIGA:.1f} GB/s meet at "
        f"{ridge:.1f} FLOP per byte."
    )


def _reinforcement(found: Demo) -> str:
    rows = found.of("point")
    crossed = "has not crossed half" if found.crossing is None else f"crossed half at {found.crossing:.1e} FLOP"
    return (
        f"Reinforcement: from {rows[0]['passed']:.0%} to {rows[-1]['passed']:.0%} of the prompts with "
        f"{rows[-1]['flop']:.1e} FLOP; it {crossed}."
    )
