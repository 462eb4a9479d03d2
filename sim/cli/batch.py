"""`polarity batch` and `polarity study`: studies from the command line."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import InputError, shown
from sim import checkout
from sim.cli.options import Json, print_json

if TYPE_CHECKING:
    from sim.batch.executors import Pool
    from sim.batch.plan import Plan
    from sim.batch.run import State
    from sim.batch.study import Study

BYTES_PER_NUMBER = 8
EVERY = 10.0
"""Seconds between lines of progress where nobody watches a terminal."""


def batch(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN",
            help=checkout.advice(
                "A study as a YAML file; docs/research.md has one.",
                "A study as a YAML file: its name, scenarios, outcomes, members and design.",
            ),
        ),
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder in which the study's own folder, NAME-DIGEST, is created.")
    ] = Path("results"),
    workers: Annotated[
        int | None,
        typer.Option(help="Number of processes on this machine (default: one per processor).", show_default=False),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS|local", help="A Dask cluster: the address of its scheduler, or `local` to start one here."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the plan, show its size, and stop.")] = False,
    as_json: Json = False,
) -> None:
    """Run a study of scenarios × settings × seeds × futures into files; a second call resumes it."""
    from sim.batch.plan import read
    from sim.batch.run import run_study
    from sim.batch.study import Study
    from sim.cli import files

    content = read(plan)
    if workers is not None and workers < 1:
        raise InputError(f"--workers {workers}: give 1 or more")
    study = Study.of(content, out)
    if dry_run:
        _print(_outlook(study) | {"notes": [*content.notes(), *study.notes()]}, as_json, _print_outlook)
        return
    files.check_folder(out)
    _warn_of_space(study)
    for note in (*content.notes(tried=False), *study.notes()):
        print(f"polarity: {note}", file=sys.stderr)
    with _pool(workers, dask) as pool, _stopped_by_sigterm(), _progress() as progress:
        try:
            study = run_study(content, out, pool, progress)
        except KeyboardInterrupt:
            print(
                f"polarity: stopped; {len(study.digests())} of {len(study.parts)} parts are finished "
                f"in {study.folder}; run the same command to resume",
                file=sys.stderr,
            )
            raise
    _print(_report(study), as_json, lambda report: _print_report(study, report))


def study(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of a study, NAME-DIGEST.")],
    verify: Annotated[bool, typer.Option("--verify", help="Check every part against its checksum.")] = False,
    as_json: Json = False,
) -> None:
    """Show a study: its progress, its results, what produced it, and how to cite it."""
    from sim.batch.study import Study

    found = Study.open(folder)
    damaged = found.damaged() if verify else []
    report = _report(found, readable=not damaged)
    if verify:
        report["damaged"] = damaged
    report["notes"] = list(found.notes())
    _print(report, as_json, lambda content: _print_report(found, content))


def _print(content: dict[str, Any], as_json: bool, people: Callable[[dict[str, Any]], None]) -> None:
    if as_json:
        print_json(content)
    else:
        people(content)


# --- before ---------------------------------------------------------------------------------------------------------


def _outlook(study: Study) -> dict[str, Any]:
    """What a study would take."""
    missing = study.missing()
    plan = study.plan
    return {
        "folder": str(study.folder), "scenarios": len(plan.scenarios), "settings": plan.points_per_scenario,
        "seeds": len(plan.seeds), "members": plan.members, "futures": plan.runs, "parts": len(study.parts),
        "finished_parts": len(study.parts) - len(missing), "futures_to_simulate": sum(part.runs for part in missing),
        "bytes_at_most": sum(part.runs for part in study.parts) * _columns(plan) * BYTES_PER_NUMBER,
    }  # fmt: skip


def _columns(plan: Plan) -> int:
    from scenarios.parameters import parameters

    return 1 + len(plan.outcomes) + (len(parameters()) + 4 if plan.parameters else 0)


def _print_outlook(outlook: dict[str, Any]) -> None:
    print(
        f"The plan is valid: {outlook['scenarios']} scenarios × {outlook['settings']:,} settings × "
        f"{outlook['seeds']} seeds × {outlook['members']:,} members = {outlook['futures']:,} futures."
    )
    print(
        f"{outlook['finished_parts']:,} of {outlook['parts']:,} parts are finished; "
        f"{outlook['futures_to_simulate']:,} futures remain to be simulated (whole parts)."
    )
    print(f"Disk: at most {_size(outlook['bytes_at_most'])} in {outlook['folder']}")
    for note in outlook["notes"]:
        print(note)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:,.0f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def _warn_of_space(study: Study) -> None:
    import shutil

    place = next(place for place in (study.folder, *study.folder.parents) if place.exists())
    free, needed = shutil.disk_usage(place).free, _outlook(study)["bytes_at_most"]
    if needed > free:
        print(
            f"polarity: the study may write up to {_size(needed)}, but only {_size(free)} are free in {place}; "
            "if the disk fills up the study stops, and the same command resumes it",
            file=sys.stderr,
        )


def _pool(workers: int | None, dask: str | None) -> Pool:
    from sim.batch import executors

    if dask is not None:
        try:
            pool = executors.dask(dask, workers)
            for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
                logging.getLogger(name).setLevel(logging.CRITICAL)  # what there is to say is said in one line
            return pool
        except InputError as error:
            raise InputError(f"--dask {shown(dask)}: {error}") from error
    count = workers or executors.available()
    return executors.Here() if count == 1 else executors.processes(count)


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """A cluster's queue ends a job with SIGTERM: it stops as cleanly as by Ctrl-C."""
    import signal

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# --- meanwhile ------------------------------------------------------------------------------------------------------


@contextmanager
def _progress() -> Iterator[Callable[[State], None]]:
    """A bar with rate and time left in a terminal; a line every ten seconds in a log."""
    if sys.stderr is not None and sys.stderr.isatty():
        with _bar() as bar:
            yield bar
    else:
        yield _Lines()


@contextmanager
def _bar() -> Iterator[Callable[[State], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Simulating"), BarColumn(), MofNCompleteColumn(), TextColumn("futures, {task.fields[rate]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )  # fmt: skip
    begin = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def show(state: State) -> None:
            if bar.tasks[0].total is None:
                bar.update(task, total=max(state.futures, 1), completed=state.done_futures)
                bar.reset(task, total=max(state.futures, 1), completed=state.done_futures, rate="starting")
                return
            rate = state.new_futures / max(time.monotonic() - begin, 1e-9)
            bar.update(task, completed=state.done_futures, rate=f"{rate:,.0f} a second")

        yield show


class _Lines:
    """Progress as plain lines."""

    def __init__(self) -> None:
        self.begin = self.last = time.monotonic()
        self.started = False

    def __call__(self, state: State) -> None:
        now = time.monotonic()
        complete = state.done_futures >= state.futures
        if self.started and now - self.last < EVERY and not complete:
            return
        if self.started and complete and not state.new_futures:
            return
        self.last = now
        text = f"{state.done_parts:,} of {state.parts:,} parts, {state.done_futures:,} of {state.futures:,} futures"
        if state.new_futures:
            rate = state.new_futures / max(now - self.begin, 1e-9)
            left = (state.futures - state.done_futures) / rate
            text += f", {rate:,.0f} a second" + ("" if complete else f", {_duration(left)} left")
        if state.restarts:
            text += f", workers replaced {state.restarts} times"
        self.started = True
        print(text, file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


# --- afterward -----------------------------------------------------------------------------------------------------


def _report(study: Study, readable: bool = True) -> dict[str, Any]:
    """A study in plain numbers: how far, what it found, and what it was made with."""
    from sim.batch import identity

    done = study.digests()
    made_with = dict(study.plan.made_with) or identity.stamp()
    return {
        "name": study.plan.name, "question": study.plan.question, "folder": str(study.folder),
        "parts": len(study.parts), "finished_parts": len(done), "futures": study.plan.runs,
        "files_sha256": identity.digest(sorted(done.items()), 64), "made_with": made_with,
        "cite": _citation(study, made_with), "results": _rows(study) if done and readable else [],
    }  # fmt: skip


def _rows(study: Study) -> list[dict[str, Any]]:
    return [
        {name: None if value != value else value for name, value in row.items()}  # NaN is no JSON
        for row in study.table().to_dicts()
    ]


def _citation(study: Study, made_with: dict[str, Any]) -> str:
    from sim import __version__

    version = made_with.get("polarity", __version__)
    return (
        f"The Polarity contributors. Polarity: a simulator of AI capability under geopolitics, version {version} "
        f"(engine {made_with.get('engine', '')}). Study {study.folder.name}."
    )


def _print_report(study: Study, report: dict[str, Any]) -> None:
    from sim.cli.text import study as cli_study_text

    if report["question"]:
        print(report["question"])
    print(
        f"{report['finished_parts']:,} of {report['parts']:,} parts are finished, {report['futures']:,} futures in all."
    )
    if "damaged" in report:
        bad = report["damaged"]
        print(
            f"Damaged: {', '.join(bad)}; `polarity batch` recreates them."
            if bad
            else "Every part matches its checksum."
        )
    if report["results"]:
        cli_study_text.study(report["results"], study.plan.asked, tuple(study.plan.design.axes))
    for note in report.get("notes", ()):
        print(note)
    print(f"Cite: {report['cite']}")
    print(f"Files: {study.folder}")
