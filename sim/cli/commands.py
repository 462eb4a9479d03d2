"""The command line, `polarity`. Heavy modules are imported inside the commands that need them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import InputError
from sim import checkout
from sim.cli import (
    batch,
    board,
    brief,
    calibrate,
    check,
    data,
    discover,
    files,
    forecast,
    frames,
    hindcast,
    new,
    policies,
    questions,
    sensitivity,
    strategy,
)
from sim.cli.errors import Commands
from sim.cli.options import (
    Calibration,
    Json,
    Runs,
    Seed,
    Until,
    Weighting,
    WhatIfs,
    Which,
    found,
    lever_settings,
    print_json,
    progress_bar,
)

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from sim.results.run import Run


app = typer.Typer(
    name="polarity",
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: the other way takes longer to load than all the rest
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Polarity simulates how export controls change the US–China AI race.",
    epilog="Results show what follows from stated assumptions. They are not forecasts.",
)


def _version(asked: bool) -> None:
    if asked:
        from sim import __version__

        print(f"polarity {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # × and − on a terminal that has no such characters
            stream.reconfigure(errors="replace")
    if ctx.invoked_subcommand is None:
        text = ctx.get_help()
        if text:
            print(text)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the scenarios in the library."""
    import scenarios

    specs = [scenarios.load(name) for name in scenarios.names()]
    if as_json:
        fields = {"name", "kind", "title", "story", "question", "baseline"}
        print_json([spec.model_dump(mode="json", include=fields) | {"digest": spec.digest()} for spec in specs])
        return
    from sim.cli.text import runs as cli_text

    cli_text.library(specs)


@app.command()
def show(
    which: Which,
    as_json: Json = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print it as a complete scenario file.")] = False,
) -> None:
    """Show what a scenario asks, what it changes and its expected results."""
    from scenarios import LIBRARY

    if as_json and as_yaml:
        raise InputError("show: give either --json or --yaml, not both")
    spec = found(which)
    beside = Path(which).parent if Path(which).is_file() else LIBRARY
    stem = Path(which).stem if Path(which).is_file() else spec.name.replace(":", "-")
    expected = _expected(beside / f"{stem}.expected.json")
    if as_yaml:
        import yaml

        from scenarios.files import standalone

        print(yaml.safe_dump(standalone(spec), sort_keys=False, allow_unicode=True, width=100), end="")
    elif as_json:
        idle = list(_without_effect(spec))
        print_json(
            {**spec.model_dump(mode="json"), "digest": spec.digest(), "expected": expected, "without_effect": idle}
        )
    else:
        from sim.cli.text import runs as cli_text

        cli_text.scenario(spec, expected, _without_effect(spec))


def _expected(path: Path) -> Any:
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        mend = checkout.advice("rewrite it with `make golden`", f"to repair it: {checkout.anew()}")
        raise InputError(f"{path}: is not valid JSON; {mend}") from error


@app.command()
def run(
    which: Which,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="LEVER=VALUE",
            help="Set a policy lever to a number, to `actor` (left to the model) or to a dated path "
            "(enforcement=2026-Q4:1,2028-Q1:4). Repeat for several.",
        ),
    ] = None,
    what_if: WhatIfs = None,
    runs: Runs = 1024,
    seed: Seed = 0,
    until: Until = 2032,
    calibration: Calibration = None,
    weighting: Weighting = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write every simulated future as Parquet and the summary as JSON."),
    ] = None,
    forms: Annotated[
        bool,
        typer.Option(
            "--forms",
            help="Also show what drives the frontier's growth, and its speed with each form of reinforcement.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Simulate a scenario and print its outcomes, lead, compute, decisions and costs."""
    spec = found(which, calibration, weighting, what_if)
    changed = lever_settings(settings or [])
    if changed:
        try:
            spec = spec.with_levers(**changed)
        except InputError as error:
            raise InputError(f"--set: {str(error).removeprefix('levers: ')}") from error
    if out is not None:
        files.check_folder(out)
    with progress_bar(2 * runs) as progress:
        result = _simulated(spec, runs, seed, until, lambda done, _: progress(done, 2 * runs))
        from sim.results import flows
        from sim.run import costs

        paid = costs(result, progress=lambda done, _: progress(runs + done, 2 * runs))
    idle = _without_effect(spec, until)
    chips = {"chip_flows": flows.summary(result)}
    summary = result.summary() | paid.summary() | chips | {"without_effect": list(idle)}
    if forms:
        from sim.analysis.frontier import composition, speed_by_form

        summary["frontier_speed_by_form"] = speed_by_form(result)
        summary["frontier_growth_from"] = composition(result)
    path = None if out is None else files.saved(result, summary, out)
    if as_json:
        print_json(summary)
    else:
        from sim.cli.text import runs as cli_text

        cli_text.result(result, summary, paid, changed, idle)
    if path is not None:
        print(path, file=sys.stderr if as_json else sys.stdout)


def _without_effect(spec: Scenario, until: int | None = None) -> tuple[str, ...]:
    from scenarios.quarters import DEFAULT_HORIZON
    from sim.inert import without_effect

    return without_effect(spec, until or DEFAULT_HORIZON)


def _simulated(spec: Scenario, runs: int, seed: int, until: int, progress: Callable[[int, int], None]) -> Run:
    import numpy as np

    from sim.run import simulate

    with np.errstate(all="ignore"):  # numbers that are not finite are refused afterward, in one line
        return simulate(spec, runs=runs, seed=seed, until=until, progress=progress)


@app.command()
def compare(
    which: Annotated[
        list[str],
        typer.Argument(metavar="A B [C ...]", help="Scenarios; differences are from the first."),
    ],
    what_if: WhatIfs = None,
    runs: Runs = 1024,
    seed: Seed = 0,
    until: Until = 2032,
    calibration: Calibration = None,
    weighting: Weighting = None,
    as_json: Json = False,
) -> None:
    """Compare scenarios with the first one, run by run with the same random draws."""
    if len(which) < 2:
        raise InputError("compare: give two scenarios or more; differences are from the first")
    specs = [found(name, calibration, weighting, what_if) for name in which]
    for i, spec in enumerate(specs):
        for name, other in zip(which[:i], specs[:i], strict=True):
            if other.name == spec.name and other.digest() != spec.digest():
                raise InputError(
                    f"compare: {name} and {which[i]} differ, but both are named {spec.name!r}; give each its own `name`"
                )
    results: list[Run] = []
    with progress_bar(runs * len(specs)) as progress:

        def further(done: int, of: int) -> None:
            progress(runs * len(results) + done, runs * len(specs))

        for spec in specs:
            results.append(_simulated(spec, runs, seed, until, further))
    from sim.results.comparison import Comparison

    pairs = [Comparison(results[0], other) for other in results[1:]]
    idle = {spec.name: list(said) for spec in specs if (said := _without_effect(spec, until))}
    if as_json:
        print_json({
            "reference": specs[0].name, "comparisons": [pair.summary() for pair in pairs], "without_effect": idle,
        })  # fmt: skip
        return
    from sim.cli.text import runs as cli_text

    cli_text.comparisons(pairs)
    for name, said_of_it in idle.items():
        cli_text.without_effect(said_of_it, name)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, so that an editor can check them."""
    from scenarios.json_schema import json_schema

    print_json(json_schema())


@app.command("app")
def app_(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web server.")] = 8501,
) -> None:
    """Open Polarity in the browser."""
    import signal
    import subprocess
    from importlib.util import find_spec

    script = checkout.ROOT / "app.py"
    if not script.is_file():
        raise InputError(f"app: {script.name} is missing beside the package; to repair it: {checkout.anew()}")
    if find_spec("streamlit") is None:
        raise InputError("app: streamlit is not installed; install it with `pip install streamlit`")
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with subprocess.Popen(command, cwd=_settings_folder()) as server:
        before = signal.signal(signal.SIGTERM, lambda number, frame: server.terminate())  # or it would live on
        try:
            status = server.wait()
        except KeyboardInterrupt:
            server.wait()  # it was interrupted too
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
    raise typer.Exit(status if status >= 0 else 128 - status)


def _settings_folder() -> Path:
    """Where the settings of the web server are, which Streamlit looks for in the folder that it starts in.

    Without them it would listen to the whole network and report its use to its makers.
    """
    for folder in (checkout.ROOT, checkout.ROOT / "sim" / "ui"):  # of a checkout, of a package
        if (folder / ".streamlit" / "config.toml").is_file():
            return folder
    raise InputError(f"app: .streamlit/config.toml is missing from the package; to repair it: {checkout.anew()}")


app.command()(new.new)
app.command()(check.check)
app.command()(brief.brief)
app.command()(batch.batch)
app.command()(batch.study)
app.command()(sensitivity.sensitivity)
app.command()(discover.discover)
app.add_typer(policies.policies)
app.command()(strategy.strategy)
app.command()(questions.questions)
app.command()(frames.frames)
app.command()(board.board)
app.command()(calibrate.calibrate)
app.command()(hindcast.hindcast)
app.add_typer(forecast.forecast)
app.command()(hindcast.weights)


@app.command()
def parameters(calibration: Calibration = None, weighting: Weighting = None, as_json: Json = False) -> None:
    """List the uncertain parameters, with the range and source of each."""
    from sim.ensemble.parameter_table import rows

    spec = found("current_policy", calibration, weighting)
    content = rows(spec)
    if as_json:
        print_json(content)
        return
    from sim.cli.text import runs as cli_text

    cli_text.parameters(content, spec.calibration, spec.weighting)


@app.command()
def glossary(
    term: Annotated[str | None, typer.Argument(metavar="[TERM]", help="A term; without it, all of them.")] = None,
    as_json: Json = False,
) -> None:
    """Define the terms that Polarity uses, one sentence each."""
    from scenarios.glossary import look_up, terms

    found_terms = list(terms().values()) if term is None else [look_up(term)]
    if as_json:
        print_json([row.model_dump(mode="json") for row in found_terms])
        return
    from sim.cli.text import runs as cli_text

    cli_text.glossary(found_terms)


app.add_typer(data.data)


def main() -> None:
    """Entry point of `polarity`."""
    app()
