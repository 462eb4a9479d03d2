"""What commands share: options, finding a scenario, JSON output and the progress bar."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import InputError, is_plain_number, shown, unknown

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import polars as pl

    from scenarios.schema import Scenario, Setting
    from sim.results.outcomes.scalar import Outcome

Which = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A scenario from the library, or a YAML file.")]
Runs = Annotated[int, typer.Option(help="Number of simulated futures, 1 to 100,000.")]
Seed = Annotated[int, typer.Option(help="Random seed; the same seed gives the same result.")]
Until = Annotated[int, typer.Option(help="Last simulated year, 2027 to 2035.")]
Calibration = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Use another calibration result than the scenario's; `calibrate list` shows them."),
]
Weighting = Annotated[
    str | None,
    typer.Option(
        metavar="history|none", help="Draw parameters that fit the past (default) or straight from the priors."
    ),
]
WhatIfs = Annotated[
    list[str] | None,
    typer.Option(
        "--what-if", metavar="NAME", show_default=False,
        help="Something nobody in the room decides, laid over the scenario; `list` shows them. May be repeated.",
    ),
]  # fmt: skip
DEFAULT_OUTCOME = "lead_months@2030"
Outcomes = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome", metavar="NAME@DATE", help=f"Outcome to analyze (default {DEFAULT_OUTCOME}). Repeat for several.",
        show_default=False,
    ),
]  # fmt: skip
Workers = Annotated[int, typer.Option("--workers", help="Number of processes on this machine.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the table as CSV.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def print_json(content: Any) -> None:
    """Print JSON; a number that is not finite is our error, not the reader's."""
    print(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))


def found(
    which: str, calibration: str | None = None, weighting: str | None = None, worlds: Sequence[str] | None = None
) -> Scenario:
    """A scenario from the library or a file, with the given settings instead of its own.

    Args:
        which: name or file.
        calibration: id of a calibration result.
        weighting: `history` or `none`.
        worlds: what ifs laid over it.
    """
    import scenarios

    if which in scenarios.names():
        spec = scenarios.load(which)
    else:
        try:
            a_file = Path(which).exists()
        except (OSError, ValueError):
            a_file = False
        spec = scenarios.load(Path(which) if a_file else which)
    changes: dict[str, Any] = {}
    if weighting is not None:
        if weighting not in ("history", "none"):
            raise InputError(f"--weighting {shown(weighting)}: choose from: history, none")
        changes["weighting"] = weighting
    if calibration is not None:
        from calibration.record import read

        changes["calibration"] = read(calibration).id
    spec = spec.with_changes(**changes) if changes else spec
    if not worlds:
        return spec
    try:
        return scenarios.under(spec, *worlds)
    except InputError as error:
        raise InputError(f"--what-if: {error}") from error


def outcomes_asked(texts: Sequence[str] | None, spec: Scenario) -> list[Outcome]:
    """The requested outcomes of a scenario, without repeats."""
    from sim.results.outcomes.scalar import parse

    actors = [row.actor for row in spec.roster()]
    return [parse(text, actors) for text in dict.fromkeys(texts or (DEFAULT_OUTCOME,))]


def write_tables(
    tables: Sequence[pl.DataFrame],
    path: Path | None,
    scenario: str | pl.Expr,
    seed: int,
    futures: int,
    meaning: str = "",
) -> None:
    """Write tables of one shape into one CSV file, if one is requested; each row names its run."""
    if path is None:
        return
    import polars as pl

    from sim.cli import files

    files.write_csv(files.described(pl.concat(tables), scenario, seed, futures, meaning), path)


def lever_settings(words: list[str], option: str = "--set") -> dict[str, Setting]:
    """Lever settings from `LEVER=VALUE`; ranges are checked by the scenario."""
    from scenarios.partner_levers import ALL_LEVERS

    result: dict[str, Setting] = {}
    for given in words:
        name, sign, value = (part.strip() for part in given.partition("="))
        if not sign or not value:
            raise InputError(f"{option} {given}: the value is missing; write LEVER=VALUE, for example enforcement=2")
        if name not in ALL_LEVERS:
            raise unknown("lever", name, ALL_LEVERS, option)
        if name in result:
            raise InputError(
                f"{option}: lever {name!r} is set twice; for a dated path write {name}=2026-Q4:1,2028-Q1:4"
            )
        result[name] = _setting(value, option)
    return result


def _setting(value: str, option: str) -> Setting:
    if ":" not in value:
        return _number(value)
    path: dict[str, Any] = {}
    for step in value.split(","):
        date, _, level = (part.strip() for part in step.partition(":"))
        if date in path:
            raise InputError(f"{option}: {date} appears twice in {shown(value)}; give each quarter once")
        path[date] = _number(level)
    return path


def decision_settings(words: Sequence[str], option: str = "--decision") -> dict[str, dict[str, Any]]:
    """Decisions by actor from `ACTOR.NAME=VALUE`; names and ranges are checked by the scenario."""
    result: dict[str, dict[str, Any]] = {}
    for given in words:
        name, sign, value = (part.strip() for part in given.partition("="))
        actor, dot, decision = name.partition(".")
        if not (sign and value and dot and actor and decision):
            raise InputError(f"{option} {given}: write ACTOR.NAME=VALUE, for example japan.alignment=0.5")
        if decision in result.get(actor, {}):
            raise InputError(f"{option}: {name} is set twice; for a dated path write {name}=2027-Q1:0.5,2029-Q1:0.9")
        result.setdefault(actor, {})[decision] = _setting(value, option)
    return result


def day(text: str, option: str) -> str:
    """A day, or the first day of a quarter, as an ISO date; whether there is such a day is checked by the scenario."""
    from scenarios.quarters import number, start_date

    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return text
    try:
        return start_date(number(text))
    except ValueError as error:
        said = f"{option}: {shown(text)} is neither a day nor a quarter; write 2027-01-01 or 2027-Q1"
        raise InputError(said) from error


def _number(value: str) -> Any:
    """A number if it is one; anything else but `actor` is refused later, where the range is known."""
    return float(value) if is_plain_number(value) else value


@contextmanager
def progress_bar(total: int, of_what: str = "futures") -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error stream, if it is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Simulating"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(of_what),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=max(total, 1))
        yield lambda done, of: bar.update(task, completed=done, total=max(of, 1))


@contextmanager
def workers(count: int) -> Iterator[Executor | None]:
    """An executor with this many processes; None for a single one, which is this process."""
    if count < 1:
        raise InputError(f"--workers {count}: give 1 or more")
    if count == 1:
        yield None
        return
    from sim.batch import executors

    with executors.processes(count) as pool:
        yield pool
