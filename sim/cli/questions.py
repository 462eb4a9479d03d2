"""`polarity questions`: what people in this field ask, each as a scenario, and what it does."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import Json, Out, Seed, Workers, print_json, progress_bar, workers, write_tables


def questions(
    runs: Annotated[int, typer.Option(help="Simulated futures of every question.")] = 256,
    seed: Seed = 0,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Answer the questions of autumn 2026: effect on the lead, costs, and what binds where nothing happens."""
    import polars as pl

    from sim.analysis.questions import answered
    from sim.cli import files
    from sim.cli.text import questions as text

    files.check_file(out)
    with workers(processes) as executor, progress_bar(runs) as bar:
        found = answered(runs, seed, executor, bar)
    write_tables([found.frame()], out, pl.col("scenario"), seed, runs, "difference: the scenario less current policy")
    if as_json:
        print_json(found.summary())
        return
    text.questions(found)
