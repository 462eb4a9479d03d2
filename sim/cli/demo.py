"""`polarity calibrate demo`: four small models trained while somebody watches, or the recorded run of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from calibration.demo_compare import recorded as read_recorded, result
from calibration.demo_state import Demo, demo
from sim import measuring
from sim.cli.options import print_json
from sim.cli.text import demo as text
from sim.demo import events

PATIENCE = 900
"""Seconds that a run may take on a busy machine; whoever waits for it can interrupt it."""
DIED = 1
"""Exit status where the run ended early and said nothing of its own."""


def recorded(as_json: bool) -> None:
    """Show the recorded run."""
    stored = read_recorded()
    if not as_json:
        for event in stored.events:
            line = text.progress(event)
            if line:
                print(line, file=sys.stderr)
    _show(stored, as_json)


def live(seed: int, as_json: bool) -> None:
    """Run the demo in a process of its own and show what it does."""
    found: list[dict[str, Any]] = []
    words = ["demo", "--attached", "--seed", str(seed), "--within", str(PATIENCE)]
    process = measuring.start(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process, _progress() as tell:
        assert process.stdout is not None
        try:
            for event in events(process.stdout):
                found.append(event)
                tell(demo(found))
        except KeyboardInterrupt:
            process.wait()  # it was interrupted too
            raise
    if process.returncode or not demo(found).finished:
        raise typer.Exit(process.returncode if process.returncode > 0 else DIED)
    _show(demo(found), as_json)


def _show(found: Demo, as_json: bool) -> None:
    stored = read_recorded()
    if as_json:
        print_json(result(found, stored))
    else:
        text.tables(found, stored)


@contextmanager
def _progress() -> Iterator[Callable[[Demo], None]]:
    """A bar where a person is watching, otherwise a line for everything that is finished; on the error stream."""
    if not sys.stderr.isatty():
        yield _line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description:<34}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True, markup=False, highlight=False), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def tell(so_far: Demo) -> None:
            line = text.progress(so_far.events[-1])
            if line:
                bar.console.print(line)
            bar.update(task, completed=so_far.share, description=so_far.doing)

        yield tell


def _line(so_far: Demo) -> None:
    line = text.progress(so_far.events[-1])
    if line:
        print(line, file=sys.stderr, flush=True)
