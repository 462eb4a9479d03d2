"""`polarity strategy`: every package of one player against every package of the others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import InputError, shown
from sim.cli.options import Json, Seed, Weighting, Which, Workers, found, print_json, progress_bar, workers


def strategy(
    which: Which = "current_policy",
    players: Annotated[
        str, typer.Option(metavar="NAME,NAME", help="Who plays: us and china. The first commits itself first.")
    ] = "us,china",
    values: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROFILE|PLAYER:PROFILE",
            help="What players want: balanced, security_first, prosperity_first or safety_first. May be repeated.",
            show_default=False,
        ),
    ] = None,
    package: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A package of your own (YAML). May be repeated.", show_default=False),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A package that nobody may choose. May be repeated.", show_default=False),
    ] = None,
    runs: Annotated[int, typer.Option(help="Simulated futures of every combination.")] = 256,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write what every combination counts in every future (Parquet)."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who answers what: best replies, equilibria, and what follows if the first player moves first."""
    from scenarios.packages import player_of, read
    from sim.analysis.strategy import strategy as table
    from sim.cli import files
    from sim.cli.text import strategy as text

    if out is not None:
        files.check_folder(out)
    spec = found(which, weighting=weighting)
    who = tuple(player_of(name.strip()) for name in players.split(","))
    wanted, more = _values(values or [], who), [read(path) for path in package or []]
    with workers(processes) as executor, progress_bar(runs) as bar:
        result = table(spec, who, more, without or [], runs, seed, executor, bar)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        result.outcomes().write_parquet(out / f"strategy-{spec.name}.parquet")
    if as_json:
        print_json(result.summary(wanted))
        return
    text.strategy(result, wanted)


def _values(given: list[str], who: tuple[str, ...]) -> dict[str, str]:
    """Player → profile; a profile without a player holds for all.

    Raises:
        InputError: for an unknown profile or player.
    """
    from scenarios.errors import unknown
    from scenarios.packages import player_of
    from scenarios.values import PROFILES

    wanted: dict[str, str] = {}
    for text in given:
        player, colon, profile = text.rpartition(":")
        if profile not in PROFILES:
            raise unknown("profile", shown(profile), PROFILES, "--values")
        for name in (player_of(player),) if colon else who:
            if name not in who:
                raise InputError(f"--values {text}: {name} does not play; players are {', '.join(who)}")
            wanted[name] = profile
    return wanted
