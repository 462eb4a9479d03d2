"""`polarity brief`: the page of Explore's *Brief*, as files, and whether a saved one says what this Polarity says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.errors import InputError
from sim import checkout
from sim.cli.options import Json, WhatIfs, found, lever_settings

FORMS = "--pdf, --docx and --html"


def brief(
    which: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|FILE]", help="A scenario from the library, or a YAML file.", show_default=False),
    ] = None,
    saved: Annotated[
        Path | None,
        typer.Argument(metavar="[BRIEF]", help="With --verify: a saved brief. It needs no scenario before it."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="LEVER=VALUE", help="A lever: a number or `actor`. May be repeated."),
    ] = None,
    what_if: WhatIfs = None,
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the PDF.")] = None,
    docx: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the Word document.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the web page.")] = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Make a saved brief again and list what differs; exit status 1 if anything."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write one or two pages to forward: answer, chart, what would change it, costs, tests and sources.

    With --verify nothing is written: everything in a saved brief is simulated again and compared.
    """
    files = {form: path for form, path in (("pdf", pdf), ("docx", docx), ("html", html)) if path is not None}
    if verify:
        if settings or what_if:
            raise InputError("brief: a saved brief holds its own settings; leave --set and --what-if out with --verify")
        raise typer.Exit(_verified(which, saved, list(files.values()), as_json))
    if saved is not None or as_json:
        raise InputError(f"brief: {'--json' if as_json else saved} belongs to --verify, which compares a saved brief")
    if which is None:
        raise InputError("brief: name a scenario, such as current_policy; `polarity list` shows them")
    _write(which, files, settings or [], what_if or [])


def _write(which: str, files: dict[str, Path], settings: list[str], what_if: list[str]) -> None:
    if not files:
        raise InputError(f"brief: say where to write it, such as --pdf brief.pdf; there are {FORMS}")
    for form, path in files.items():
        if not path.parent.is_dir():
            raise InputError(f"--{form} {path}: there is no folder {path.parent}")
    levers = lever_settings(settings)
    spec = found(which, worlds=what_if)  # refused here, with the words of the other commands
    try:
        spec.with_levers(**levers)
    except InputError as error:
        raise InputError(f"--set: {str(error).removeprefix('levers: ')}") from error
    status = _pages({
        "scenario": which, "levers": levers, "what_ifs": what_if,
        "files": {form: str(path.resolve()) for form, path in files.items()},
    })  # fmt: skip
    if status:
        raise typer.Exit(status)
    for path in files.values():
        print(path)


def _verified(which: str | None, saved: Path | None, files: list[Path], as_json: bool) -> int:
    """Compare saved briefs; 0 where all are the same, 1 where one differs, 2 where one is none."""
    if saved is not None:
        files = [saved, *files]
    elif which is not None and not files:  # the only name is that of the brief
        files, which = [Path(which)], None
    if not files:
        raise InputError("brief: name a saved brief, such as `polarity brief --verify brief.pdf`")
    if which is not None:
        found(which)
    return max(_pages({"verify": str(path), "scenario": which, "json": as_json}) for path in files)


def _pages(asked: dict[str, Any]) -> int:
    """The exit status of a process of its own, as for `polarity app`.

    The command line does without the libraries of the pages.
    """
    command = [sys.executable, "-m", "sim.ui.brief", json.dumps(asked)]
    done = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(checkout.ROOT)})
    return done.returncode
