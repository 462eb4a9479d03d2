"""`polarity board`: what a policy changes for one actor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.errors import InputError
from sim.cli.options import Json, Out, Seed, Weighting, Workers, found, print_json, workers, write_tables

if TYPE_CHECKING:
    from scenarios.schema import Scenario

EVERY = "partners"
"""What stands for every partner where levers are asked for."""


def board(
    actor: Annotated[
        str, typer.Argument(metavar="ACTOR", help="Whose board, such as netherlands; with --levers also `partners`.")
    ],
    which: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A scenario from the library, or a YAML file.")
    ] = "current_policy",
    against: Annotated[str, typer.Option(metavar="NAME|FILE", help="What it is compared with.")] = "current_policy",
    levers: Annotated[
        bool, typer.Option("--levers", help="What the actor can decide by itself, and who else feels it most.")
    ] = False,
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
    if actor == EVERY and not levers:
        raise InputError(f"{EVERY} stands for all of them with --levers; a board is one actor's, such as netherlands")
    if levers:
        _levers(actor, found(which, weighting=weighting), year, runs, seed, processes, as_json)
        return
    spec, base = (found(name, weighting=weighting) for name in (which, against))
    with workers(processes) as executor:
        result = made(actor, spec, base, year, runs, seed, executor)
    write_tables([result.frame()], out, spec.name, seed, runs, f"difference: {spec.name} less {base.name}")
    if as_json:
        print_json(result.summary())
        return
    text.board(result)


def _levers(actor: str, base: Scenario, year: int, runs: int, seed: int, processes: int, as_json: bool) -> None:
    """Print what a partner can decide by itself in a scenario, and who else feels it most."""
    from sim.analysis.reach import partners, reach_of, summary
    from sim.cli.text import board as text

    with workers(processes) as executor:
        names = partners() if actor == EVERY else (actor,)
        rows = [row for name in names for row in reach_of(name, base, year, runs, seed, executor)]
    if as_json:
        print_json(summary(rows))
    else:
        text.levers(rows, base, year, runs)
