"""`polarity strategy`: every package of one player against every package of the others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import InputError
from sim.cli.options import Json, Seed, Weighting, Which, Workers, found, print_json, progress_bar, workers

if TYPE_CHECKING:
    from sim.analysis.worlds import World


def strategy(
    which: Which = "current_policy",
    players: Annotated[
        str,
        typer.Option(metavar="NAME,NAME", help="Who plays: us, china, allies, hubs. The first commits itself first."),
    ] = "us,china",
    values: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROFILE|PLAYER:PROFILE|FILE",
            help="What players want: balanced, security_first, prosperity_first or safety_first, or a YAML file with a "
            "profile or weights by player. May be repeated.",
            show_default=False,
        ),
    ] = None,
    package: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FILE",
            help="One more package: of the project, such as tighten_if_close, or your own (YAML). May be repeated.",
            show_default=False,
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|PLAYER:NAME",
            help="A package that nobody, or one player, may not choose. May be repeated.",
            show_default=False,
        ),
    ] = None,
    worlds: Annotated[
        list[str] | None,
        typer.Option(
            "--world",
            metavar="NAME|all",
            help="Also ask in this world, and say which package is regretted least over all. May be repeated.",
            show_default=False,
        ),
    ] = None,
    politics: Annotated[
        bool, typer.Option("--politics/--no-politics", help="Whether recorded politics count beside values.")
    ] = True,
    deepen: Annotated[
        int, typer.Option(min=0, max=6, help="Rounds in which single levers that pay are added as packages.")
    ] = 0,
    runs: Annotated[int, typer.Option(help="Simulated futures of every combination.")] = 256,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep every combination and future there (Parquet); a run that was stopped goes on from it.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who answers what: best replies, equilibria, and what follows if the first player moves first."""
    from scenarios.packages import player_of
    from sim.analysis.hedge import hedged
    from sim.analysis.oracle import deepened
    from sim.analysis.strategy import strategy as table
    from sim.analysis.told import sentences
    from sim.cli import files
    from sim.cli.text import strategy as text

    if out is not None:
        files.check_folder(out)
    spec = found(which, weighting=weighting)
    who = tuple(player_of(name.strip()) for name in players.split(","))
    wanted, more = _values(values or [], who), _packages(package or [], who)
    asked = _worlds(worlds or [])
    cells = None if out is None else out / "cells"
    with workers(processes) as executor, progress_bar(runs) as bar:
        result = table(spec, who, more, without or [], runs, seed, executor, bar, cells)
        search = deepened(result, wanted, politics, deepen, executor=executor)
        hedge = hedged(result, asked, executor, bar) if asked else None
    result = search.found
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        result.outcomes().write_parquet(out / f"strategy-{spec.name.replace(':', '-')}.parquet")
    if as_json:
        over_worlds = hedge.summary(wanted, politics) if hedge else {}
        print_json(
            result.summary(wanted, politics)
            | search.summary()
            | over_worlds
            | {"said": sentences(result, wanted, politics)}
        )
        return
    text.strategy(search, hedge)


def _worlds(given: list[str]) -> list[World]:
    """Worlds by name.

    Raises:
        InputError: for a world that there is none.
    """
    from scenarios.errors import unknown
    from sim.analysis.worlds import WORLDS

    known = {world.name: world for world in WORLDS}
    for name in given:
        if name != "all" and name not in known:
            raise unknown("world", name, [*known, "all"], "--world")
    return [known[name] for name in (known if "all" in given else dict.fromkeys(given))]


def _packages(given: list[str], who: tuple[str, ...]) -> list[Any]:
    """Packages by name or file.

    Raises:
        InputError: for a name that no player has, or a file that holds no package.
    """
    from scenarios.errors import unknown
    from scenarios.packages import packages, read

    named = {name: package for player in who for name, package in packages(player).items()}
    result = []
    for text in given:
        if text in named:
            result += [packages(player)[text] for player in who if text in packages(player)]
        elif "/" in text or "." in text:
            result.append(read(Path(text)))
        else:
            raise unknown("package", text, named, "--package")
    for package in result:
        if package.player not in who:
            raise InputError(f"--package {package.name}: {package.player} does not play; players are {', '.join(who)}")
    return result


def _values(given: list[str], who: tuple[str, ...]) -> dict[str, str | Mapping[str, float]]:
    """Player → profile or weights; a profile without a player holds for all.

    Raises:
        InputError: for an unknown profile or player, or weights that cannot be.
    """
    from scenarios.errors import unknown
    from scenarios.packages import player_of
    from scenarios.values import PROFILES

    wanted: dict[str, str | Mapping[str, float]] = {}
    for text in given:
        player, colon, profile = text.rpartition(":")
        if profile not in PROFILES and Path(text).suffix in (".yaml", ".yml"):
            wanted |= _weights(Path(text), who)
            continue
        if profile not in PROFILES:
            raise unknown("profile", profile, PROFILES, "--values")
        for name in (player_of(player),) if colon else who:
            if name not in who:
                raise InputError(f"--values {text}: {name} does not play; players are {', '.join(who)}")
            wanted[name] = profile
    return wanted


def _weights(path: Path, who: tuple[str, ...]) -> dict[str, str | Mapping[str, float]]:
    """Profiles or weights by player, from a file.

    Raises:
        InputError: for a file that cannot be read, or what it says.
    """
    from scenarios import files, values
    from scenarios.packages import player_of

    content = files.mapping(files.read(path, "values"), str(path), "values")
    given = {player_of(str(name)): weights for name, weights in content.items()}
    wrong = [f"{'.'.join(map(str, place[1:]))}: {text}" for place, text in values.problems(given, list(who))]
    if wrong:
        raise InputError(f"{path}: {'; '.join(wrong)}")
    return {name: w if isinstance(w, str) else {k: float(x) for k, x in w.items()} for name, w in given.items()}
