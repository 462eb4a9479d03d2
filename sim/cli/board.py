"""`polarity board`: what a policy changes for one actor."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import Json, Out, Seed, Weighting, Workers, found, print_json, workers, write_tables


def board(
    actor: Annotated[str, typer.Argument(metavar="ACTOR", help="Whose board, such as netherlands or southeast_asia.")],
    which: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A scenario from the library, or a YAML file.")],
    against: Annotated[str, typer.Option(metavar="NAME|FILE", help="What it is compared with.")] = "current_policy",
    year: Annotated[int, typer.Option(help="At the end of this year; flows are those of the year.")] = 2030,
    runs: Annotated[int, typer.Option(help="Simulated futures of each.")] = 256,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Show what a scenario changes for one actor: compute, access to chips, income, spending and security."""
    from sim.analysis.board import board as made
    from sim.cli import files
    from sim.cli.text import board as text

    files.check_file(out)
    spec, base = (found(name, weighting=weighting) for name in (which, against))
    with workers(processes) as executor:
        result = made(actor, spec, base, year, runs, seed, executor)
    write_tables([result.frame()], out, spec.name, seed, runs, f"difference: {spec.name} less {base.name}")
    if as_json:
        print_json(result.summary())
        return
    text.board(result)
