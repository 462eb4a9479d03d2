"""`polarity brief`: the page of Explore's *Brief*, as files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import InputError
from sim import checkout
from sim.cli.options import WhatIfs, Which, found, lever_settings


def brief(
    which: Which,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="LEVER=VALUE", help="A lever: a number or `actor`. May be repeated."),
    ] = None,
    what_if: WhatIfs = None,
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the PDF.")] = None,
    docx: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the Word document.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the web page.")] = None,
) -> None:
    """Write one or two pages to forward: answer, chart, what would change it, costs, tests and sources."""
    files = {form: path for form, path in (("pdf", pdf), ("docx", docx), ("html", html)) if path is not None}
    if not files:
        raise InputError("brief: say where to write it, such as --pdf brief.pdf; there are --pdf, --docx and --html")
    for form, path in files.items():
        if not path.parent.is_dir():
            raise InputError(f"--{form} {path}: there is no folder {path.parent}")
    levers = lever_settings(settings or [])
    spec = found(which, worlds=what_if)  # refused here, with the words of the other commands
    try:
        spec.with_levers(**levers)
    except InputError as error:
        raise InputError(f"--set: {str(error).removeprefix('levers: ')}") from error
    asked = {
        "scenario": which, "levers": levers, "what_ifs": what_if or [],
        "files": {form: str(path.resolve()) for form, path in files.items()},
    }  # fmt: skip
    # A process of its own, as for `polarity app`: the command line does without the libraries of the pages.
    command = [sys.executable, "-m", "sim.ui.brief", json.dumps(asked)]
    done = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(checkout.ROOT)})
    if done.returncode:
        raise typer.Exit(done.returncode)
    for path in files.values():
        print(path)
