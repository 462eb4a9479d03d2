"""`polarity sensitivity`: which uncertain inputs drive an outcome."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import InputError, shown
from sim.cli.options import (
    Json,
    Out,
    Outcomes,
    Seed,
    Weighting,
    Which,
    Workers,
    found,
    outcomes_asked,
    print_json,
    progress_bar,
    workers,
    write_tables,
)

if TYPE_CHECKING:
    from sim.analysis.correlation_ratio import Ratios
    from sim.analysis.morris import Screening
    from sim.analysis.shapley import Effects
    from sim.analysis.sobol import Indices
    from sim.results.outcomes.scalar import Outcome


METHODS = ("sobol", "morris", "shapley")


def sensitivity(
    which: Which = "current_policy",
    outcome: Outcomes = None,
    method: Annotated[
        str,
        typer.Option(
            metavar="sobol|morris|shapley",
            help="Shares of the variance (sobol, or shapley for correlated inputs) or a quick screening (morris).",
        ),
    ] = "sobol",
    samples: Annotated[
        int | None,
        typer.Option(
            "--samples",
            "-n",
            help="Size of the design (default: 1024 for sobol, 32 for morris, 4096 for shapley).",
            show_default=False,
        ),
    ] = None,
    inputs: Annotated[
        str, typer.Option(metavar="NAME,...", help="Vary only these inputs; the others stay at their medians.")
    ] = "",
    top: Annotated[int, typer.Option(min=1, help="Number of rows to show.")] = 15,
    weighting: Weighting = None,
    seed: Seed = 0,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Rank the uncertain inputs that drive an outcome, and how much is chance."""
    from sim.analysis.correlation_ratio import MEMBERS, correlation_ratios
    from sim.analysis.morris import morris
    from sim.analysis.shapley import shapley_effects
    from sim.analysis.sobol import sobol
    from sim.cli import files

    if method not in METHODS:
        raise InputError(f"--method {shown(method)}: choose from: {', '.join(METHODS)}")
    if method == "shapley" and inputs:
        raise InputError("--inputs: shapley divides the variance among all inputs; leave it out, or use --method sobol")
    spec = found(which, weighting=weighting)
    files.check_file(out)
    asked = outcomes_asked(outcome, spec)
    only = [name.strip() for name in inputs.split(",") if name.strip()]
    with workers(processes) as executor, progress_bar(1) as bar:
        if method == "morris":
            screenings = morris(spec, asked, 32 if samples is None else samples, seed, only, executor, bar)
            _morris(screenings, asked, spec.name, spec.weighting, seed, top, out, as_json)
            return
        if method == "shapley":
            effects = shapley_effects(spec, asked, MEMBERS if samples is None else samples, seed=seed,
                                      executor=executor, progress=bar)  # fmt: skip
            _shapley(effects, asked, spec.name, spec.weighting, seed, top, out, as_json)
            return
        indices = sobol(spec, asked, 1024 if samples is None else samples, seed, only, executor, bar)
        ratios = correlation_ratios(spec, asked, seed=seed, executor=executor)
    _sobol(indices, ratios, asked, spec.name, spec.weighting, seed, top, out, as_json, bool(only))


def _shapley(
    found: list[Effects], asked: list[Outcome], name: str, weighting: str, seed: int, top: int, out: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    from sim.cli.text import study as text

    _write(out, [effects.frame() for effects in found], asked, name, seed, 2 * found[0].members)
    if as_json:
        print_json({
            "scenario": name, "method": "shapley", "weighting": weighting, "seed": seed,
            "outcomes": [effects.summary() for effects in found],
        })  # fmt: skip
        return
    for effects, outcome in zip(found, asked, strict=True):
        text.shapley(effects, outcome, top)


def _morris(
    found: list[Screening], asked: list[Outcome], name: str, weighting: str, seed: int, top: int, out: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    from sim.cli.text import study as text

    futures = found[0].trajectories * (len(found[0].names) + 1)
    said = "difference: an input moved over its whole range"
    _write(out, [screening.frame() for screening in found], asked, name, seed, futures, said)
    if as_json:
        print_json(
            {
                "scenario": name,
                "method": "morris",
                "weighting": weighting,
                "seed": seed,
                "outcomes": [screening.summary() for screening in found],
            }
        )
        return
    for screening, outcome in zip(found, asked, strict=True):
        rows = screening.frame().head(top).to_dicts()
        text.screening(rows, outcome, screening.trajectories, screening.note)


def _sobol(
    found: list[Indices], ratios: list[Ratios], asked: list[Outcome], name: str, weighting: str, seed: int, top: int,
    out: Path | None, as_json: bool, some: bool,
) -> None:  # fmt: skip
    from sim.cli.text import study as text

    frames = [_joined(indices, drawn) for indices, drawn in zip(found, ratios, strict=True)]
    _write(out, frames, asked, name, seed, found[0].futures)
    if as_json:
        print_json({
            "scenario": name, "method": "sobol", "weighting": weighting, "seed": seed,
            "outcomes": [
                {**indices.summary(), "indices": frame.to_dicts(), "as_drawn": drawn.summary()}
                for indices, drawn, frame in zip(found, ratios, frames, strict=True)
            ],
        })  # fmt: skip
        return
    for indices, drawn, frame, outcome in zip(found, ratios, frames, asked, strict=True):
        text.sensitivity(indices, drawn, frame.to_dicts(), outcome, weighting, top, some)


def _joined(indices: Indices, drawn: Ratios) -> Any:
    """The indices with what the ensemble as drawn says about each input."""
    return indices.frame().join(drawn.frame(), on="input", how="left")


def _write(
    path: Path | None, frames: list[Any], asked: list[Outcome], scenario: str, seed: int, futures: int,
    meaning: str = "",
) -> None:  # fmt: skip
    import polars as pl

    tables = [frame.with_columns(outcome=pl.lit(str(o))) for frame, o in zip(frames, asked, strict=True)]
    write_tables(tables, path, scenario, seed, futures, meaning)
