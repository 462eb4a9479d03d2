"""`polarity data`: the data tables, and how they are refreshed from downloaded releases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.errors import InputError, nearest, shown
from sim.cli.errors import WRONG, Commands
from sim.cli.options import Json, print_json

PRINT = "print"


class Tables(Commands):
    """Commands on data tables; a word that is no command names a table to print, and no word lists them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read `data NAME` and `data --json` as `data print …`."""
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = [PRINT, *args]
        return super().parse_args(ctx, args)


data = typer.Typer(
    name="data",
    cls=Tables,
    help="Print data tables (data NAME), or refresh them from downloaded releases (data refresh --from DIR --check).",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@data.command(PRINT)
def print_table(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A table. Leave it out to list them.")] = None,
    as_json: Json = False,
) -> None:
    """Print a data table as CSV, or list all tables."""
    import csv

    from scenarios.tables import DATA

    tables = {path.stem: path for path in sorted(DATA.glob("*.csv"))}
    if name is None:
        if as_json:
            print_json(list(tables))
        else:
            print("\n".join(tables))
        return
    if name not in tables:
        raise InputError(f"data: unknown table {shown(name)}; {nearest(name, tables)}")
    text = tables[name].read_text(encoding="utf-8")
    if as_json:
        print_json(list(csv.DictReader(text.splitlines(keepends=True))))
    else:
        print(text, end="")


@data.command()
def refresh(
    folder: Annotated[
        Path, typer.Option("--from", metavar="DIR", help="Folder with downloaded files; subfolders are not read.")
    ],
    check: Annotated[bool, typer.Option("--check", help="Only say what would change; write nothing.")] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Write into this copy of the data tables.", show_default=False),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD",
            show_default=False,
            help="Day of releases without one in their name (default: that of the folder's name, then of the file).",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring data tables up to downloaded releases of their sources, with a lock file. Fetches nothing."""
    from sim.cli.text import data as text
    from sim.refresh import refresh as bring_up

    report = bring_up(folder, to, check, date)
    if as_json:
        print_json(report.summary())
    else:
        text.refreshed(report)
    if report.refused:
        names = ", ".join(report.refused)
        print(f"polarity: refused {len(report.refused)} of the files in {folder}: {names}", file=sys.stderr)
        raise typer.Exit(WRONG)
