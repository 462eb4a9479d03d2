"""`polarity frames`: other people's texts claim by claim, and what the model says."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import Json, Out, Seed, Workers, print_json, progress_bar, workers, write_tables


def frames(
    frame: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="One text: two_scenarios, eight_worlds, …; all by default.")
    ] = None,
    runs: Annotated[int, typer.Option(help="Simulated futures of every scenario.")] = 256,
    seed: Seed = 0,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Put other people's claims to the model: "2028: Two scenarios", eight worlds, middle powers, AI 2040."""
    import polars as pl

    from sim.analysis.frames import answered
    from sim.cli import files
    from sim.cli.text import frames as text

    files.check_file(out)
    with workers(processes) as executor, progress_bar(runs) as bar:
        found = answered(frame, runs, seed, executor, bar)
    write_tables(
        [found.frame()], out, pl.col("scenario"), seed, runs, "difference: where the claim holds, less where not"
    )
    if as_json:
        print_json(found.summary())
        return
    text.frames(found)
