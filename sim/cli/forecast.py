"""`polarity forecast`: seal forecasts before the data come, and score them when they have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.errors import InputError
from sim.cli.errors import Commands
from sim.cli.options import Json, Runs, Seed, print_json, progress_bar

if TYPE_CHECKING:
    from sim.forecast.sealed import Forecast

forecast = typer.Typer(
    name="forecast",
    cls=Commands,
    help="Keep a track record: seal forecasts, list them, score them against later data.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
Folder = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where the forecasts stand (default: those of Polarity).")
]
Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME ...]", help="Forecasts, such as 2026-Q4_2027-Q3 (default: all).")
]


@forecast.callback(invoke_without_command=True)
def _start(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None and (text := ctx.get_help()):
        print(text)


@forecast.command("list")
def list_(folder: Folder = None, as_json: Json = False) -> None:
    """List the sealed forecasts: quarters, date, version and SHA-256."""
    found = _sealed(folder)
    if as_json:
        print_json([
            {**one.model_dump(mode="json", exclude={"questions", "levels"}), "sha256": one.hash,
             "questions": [question.id for question in one.questions]}
            for one in found
        ])  # fmt: skip
        return
    from sim.cli.text import forecast as text

    text.listed(found)


@forecast.command()
def seal(
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day of the forecast (default: today).")
    ] = None,
    name: Annotated[
        str, typer.Option(help="Tells a further forecast of the same quarters from the first.", show_default=False)
    ] = "",
    runs: Runs = 4096,
    seed: Seed = 0,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Forecast the next four quarters under current policy and write a file that is never replaced."""
    import datetime as dt

    from scenarios.quarters import label
    from sim.forecast import sealed
    from sim.forecast.seal import first_quarter, seal as made
    from sim.forecast.subjects import QUARTERS

    day = dt.date.today().isoformat() if date is None else date
    place = sealed.FOLDER if folder is None else folder
    first = first_quarter(day)
    sealed.path_of(sealed.file_name(label(first), label(first + QUARTERS - 1), name), place)  # refused before the run
    with progress_bar(runs) as progress:
        one = made(day, runs, seed, name, progress)
    path = sealed.write(one, place)
    if as_json:
        print_json({"path": str(path), "sha256": one.hash, "questions": len(one.questions)})
        return
    from sim.cli.text import forecast as text

    text.sealed(one, path)


@forecast.command()
def score(
    names: Names = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A folder with later data tables (default: the data of this version)."),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Score sealed forecasts against the data there are by now, beside forecasts that need no model."""
    from sim.forecast.answers import Data
    from sim.forecast.score import chosen, score as scored

    if data is not None and not data.is_dir():
        raise InputError(f"--data {data}: there is no such folder; give one with tables such as frontier_quarters.csv")
    edition = Data() if data is None else Data(data)
    found = [scored(one, edition) for one in chosen(_sealed(folder), names or ())]
    if as_json:
        print_json([one.summary() for one in found])
        return
    from sim.cli.text import forecast as text

    text.scored(found)


def _sealed(folder: Path | None) -> list[Forecast]:
    """All forecasts of a folder; each is checked against its hash."""
    from sim.forecast import sealed

    if folder is not None and not folder.is_dir():
        raise InputError(f"--folder {folder}: there is no such folder; `polarity forecast seal` makes it")
    return sealed.every(sealed.FOLDER if folder is None else folder)
