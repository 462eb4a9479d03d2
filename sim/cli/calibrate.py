"""`polarity calibrate`: measuring runs in a process of its own, since nothing else may import torch."""

from __future__ import annotations

import json
import shlex
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import InputError
from sim import measuring
from sim.cli.options import print_json, progress_bar

if TYPE_CHECKING:
    from calibration.record import CalibrationRecord


class What(StrEnum):
    """What `polarity calibrate` can do."""

    bench = "bench"
    train = "train"
    levers = "levers"
    fit = "fit"
    all = "all"
    show = "show"
    report = "report"
    remake = "remake"
    effect = "effect"
    law = "law"
    demo = "demo"
    list = "list"


LEAST_REFITS = 20
"""The fewest refits that leave one outside a 90% interval on either side."""
_MEASURES = (What.bench, What.train, What.levers, What.fit, What.all)
_TAKES: dict[str, tuple[What, ...]] = {
    **dict.fromkeys(("fast", "full", "smoke", "device", "peak_tflops", "peak_gbs", "within", "restart"), _MEASURES),
    "seed": (*_MEASURES, What.demo),
    "out": (*_MEASURES, What.report, What.remake),
    "simulated": (What.report,),
    "runs": (What.effect, What.report),
    "drop_highest": (What.law,),
    "bootstrap": (What.law,),
    "recorded": (What.demo,),
    "as_json": (What.list, What.effect, What.law, What.demo),
}
"""Options by parameter, and the actions that use them; an option without effect is refused."""


def calibrate(
    context: typer.Context,
    what: Annotated[
        What,
        typer.Argument(
            help="bench, train, levers: measure one part. fit: compute the result from the measurements. all: do "
            "everything. show: print a result as tables. report: write it as an HTML page. remake: recompute it from "
            "its log. effect: show what it changes in the simulator. law: fit a scaling law to your own losses. demo: "
            "train four small models live. list: list the results."
        ),
    ] = What.all,
    identifier: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID|FILE]",
            help="For show, report, remake and effect: a result (default: the one in use). For law: a CSV file with "
            "the columns size, tokens (or flop) and loss, a result, or chinchilla, the published points (default).",
        ),
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Fewer and smaller runs: four to five minutes.")] = False,
    full: Annotated[bool, typer.Option("--full", help="More sizes, budgets and seeds: about twenty minutes.")] = False,
    smoke: Annotated[bool, typer.Option("--smoke", hidden=True)] = False,
    device: Annotated[str, typer.Option(metavar="cpu|cuda", help="Where to measure.")] = "cpu",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for results (default: where --calibration finds them by id)."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the training runs.")] = 0,
    peak_tflops: Annotated[
        float | None, typer.Option(help="Dense peak of a chip missing from the catalog, TFLOP/s.")
    ] = None,
    peak_gbs: Annotated[float | None, typer.Option(help="Its memory bandwidth, GB/s.")] = None,
    within: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Time limit: on a slow device the most expensive runs are skipped."),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Discard the measurements of an interrupted campaign.")
    ] = False,
    simulated: Annotated[
        bool, typer.Option("--effect", help="For report: also simulate and show the result's effect.")
    ] = False,
    runs: Annotated[int, typer.Option(help="For effect and report --effect: number of simulated futures.")] = 1024,
    drop_highest: Annotated[
        int, typer.Option(metavar="N", min=0, help="For law: leave out the N highest losses and list them.")
    ] = 0,
    bootstrap: Annotated[
        int, typer.Option(metavar="N", min=0, max=500, help="For law: refit N times, for 90% intervals.")
    ] = 0,
    recorded: Annotated[bool, typer.Option("--recorded", help="For demo: show the recorded run.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For list, effect, law and demo: print JSON and nothing else.")
    ] = False,
) -> None:
    """Measure hardware, train small models, and see what that changes in the simulator.

    An interrupted campaign goes on where it stopped. On a processor it uses one core and about twelve minutes.
    """
    if sum((fast, full, smoke)) > 1:
        raise InputError("calibrate: give either --fast or --full, not both")
    if device not in ("cpu", "cuda"):
        raise InputError(f"--device {device}: unknown device; choose from: cpu, cuda")
    if identifier is not None and what in (*_MEASURES, What.demo, What.list):
        raise InputError(f"calibrate {what}: takes no ID; leave {identifier!r} out")
    _check_options(context, what)
    if what is What.report and not simulated and _given(context, "runs"):
        raise InputError("calibrate report: --runs needs --effect; add it")
    if what is What.demo:
        _demo(recorded, seed, as_json)
    elif what is What.list:
        _list(as_json)
    elif what is What.law:
        _law(identifier, drop_highest, bootstrap, as_json)
    elif what is What.effect:
        _effect(identifier, runs, as_json)
    elif what is What.show:
        _start(["show", _record(identifier).id], device)
    elif what is What.report:
        _report(_record(identifier).id, out or Path(), device, simulated, runs)
    elif what is What.remake:
        _remake(_record(identifier).id, out, device)
    else:
        tier = "fast" if fast else "full" if full else "smoke" if smoke else "standard"
        _measure(what, tier, device, out, _options(seed, peak_tflops, peak_gbs, within, restart))


def _given(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _check_options(context: typer.Context, what: What) -> None:
    """Refuse an option that does nothing for what is asked."""
    flags = {parameter.name: parameter.opts[0] for parameter in context.command.params}
    for name, takers in _TAKES.items():
        if _given(context, name) and what not in takers:
            raise InputError(f"calibrate {what}: {flags[name]} has no effect here; it is for {', '.join(takers)}")


def _options(seed: int, tflops: float | None, gbs: float | None, within: float | None, restart: bool) -> list[str]:
    from calibration.deadline import check_within

    try:
        check_within(within)
    except ValueError as error:
        raise InputError(str(error)) from error
    words = ["--seed", str(seed)] + (["--restart"] if restart else [])
    for name, value in (("--peak-tflops", tflops), ("--peak-gbs", gbs)):
        if value is not None:
            if not 0 < value < float("inf"):
                raise InputError(f"{name} is {value:g}; give a number above 0")
            words += [name, str(value)]
    return words + ([] if within is None else ["--within", f"{within:g}"])


def _record(identifier: str | None) -> CalibrationRecord:
    from calibration.record import IN_USE, read

    return read(identifier or IN_USE)


def _measure(what: What, tier: str, device: str, out: Path | None, options: list[str]) -> None:
    """Start a campaign; it reads the chip catalogue, which lies a layer above it."""
    from calibration.record import RESULTS
    from scenarios.tables import DATA
    from sim.cli import files

    if not measuring.has_torch():
        raise InputError(f"calibrate: {measuring.how_to_add_torch()}")
    files.check_folder(out or RESULTS)
    said = ["polarity", "calibrate", what, *(["--" + tier] if tier != "standard" else []), "--device", device, *options]
    words = ["run", what, "--tier", tier, "--device", device, "--out", str(out or RESULTS)]
    _start([*words, *options, "--catalogue", str(DATA / "chips.csv"), "--command", shlex.join(said)], device)


def _report(identifier: str, out: Path, device: str, simulated: bool, runs: int) -> None:
    """Write a result as a page, with the catalogue and, when asked, its effect: both lie in layers above it."""
    from scenarios.tables import DATA
    from sim.analysis.calibrating import labeled

    words = ["report", identifier, "--catalogue", str(DATA / "chips.csv"), "--out", str(out)]
    with TemporaryDirectory(prefix="polarity-") as folder:
        if simulated:
            path = Path(folder) / "effect.json"
            path.write_text(json.dumps(labeled(_simulated(identifier, runs))), encoding="utf-8")
            words += ["--effect", str(path)]
        _start(words, device)


def _remake(identifier: str, out: Path | None, device: str) -> None:
    """Make a result again from its log, with nothing measured."""
    from calibration.record import RESULTS
    from scenarios.tables import DATA
    from sim.cli import files

    files.check_folder(out or RESULTS)
    _start(["remake", identifier, "--catalogue", str(DATA / "chips.csv"), "--out", str(out or RESULTS)], device)


def _start(words: list[str], device: str) -> None:
    """Run the calibration in a process of its own and leave with its status; Ctrl-C reaches both."""
    with measuring.start(words, device) as process:
        try:
            status = process.wait()
        except KeyboardInterrupt:
            status = process.wait()  # it was interrupted too, and says how to go on
    if status:
        raise typer.Exit(status if status > 0 else 128 - status)


def _law(losses: str | None, drop_highest: int, draws: int, as_json: bool) -> None:
    """Fit a scaling law to losses; the published Chinchilla points by default."""
    if 0 < draws < LEAST_REFITS:
        raise InputError(f"--bootstrap {draws}: too few refits for 90% intervals; give {LEAST_REFITS} to 500, or 0")
    options = ["--drop-highest", str(drop_highest), "--draws", str(draws), *(["--json"] if as_json else [])]
    _start(["law", *options, "--", "chinchilla" if losses is None else losses], "cpu")


def _demo(recorded: bool, seed: int, as_json: bool) -> None:
    """Train four small models, or show the run of it that is stored."""
    from sim.cli import demo

    if recorded:
        demo.recorded(as_json)
    elif not measuring.has_torch():
        raise InputError(f"calibrate demo: {measuring.how_to_add_torch()}; --recorded shows a run without it")
    else:
        demo.live(seed, as_json)


def _list(as_json: bool) -> None:
    from calibration.record import read

    fields = {"id", "kind", "made", "device", "summary"}
    rows = [read(name).model_dump(mode="json", include=fields) for name in _ids()]
    used = _record(None).id
    if as_json:
        print_json({"default": used, "results": rows})
        return
    from sim.cli.text import runs as text

    text.calibrations(rows, used)


def _effect(identifier: str | None, runs: int, as_json: bool) -> None:
    """What a result changes: the default scenario under it and under its prior, with the same random draws."""
    found = _simulated(identifier, runs)
    if as_json:
        print_json(found)
        return
    from sim.cli.text import calibrating as text

    text.effect(found)


def _simulated(identifier: str | None, runs: int) -> dict[str, Any]:
    from sim.analysis.calibrating import effect

    record = _record(identifier)
    if record.prior is None:
        measured = [name for name in _ids() if name != record.id]
        raise InputError(f"calibrate effect: {record.id} is a prior; choose a measured result: {', '.join(measured)}")
    with progress_bar(0, "ensembles") as tell:
        return effect(record.id, runs, tell=tell)


def _ids() -> tuple[str, ...]:
    from calibration.record import ids

    return ids()
