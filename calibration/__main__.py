"""`python -m calibration`: what `polarity calibrate` starts, in a process of its own that may import torch."""

from __future__ import annotations

import json
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

WRONG, STOPPED = 2, 130
STARTED = time.time()
"""A time limit counts from here: torch takes a while to load."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    what: str,
    catalogue: Annotated[Path, typer.Option()],
    out: Annotated[Path, typer.Option()],
    tier: Annotated[str, typer.Option()] = "standard",
    device: Annotated[str, typer.Option()] = "cpu",
    restart: Annotated[bool, typer.Option()] = False,
    seed: Annotated[int, typer.Option()] = 0,
    peak_tflops: Annotated[float | None, typer.Option()] = None,
    peak_gbs: Annotated[float | None, typer.Option()] = None,
    within: Annotated[float | None, typer.Option()] = None,
    started: Annotated[float | None, typer.Option()] = None,
    plan: Annotated[str | None, typer.Option()] = None,
    each: Annotated[bool, typer.Option("--each")] = False,
    command: Annotated[str, typer.Option()] = shlex.join(["python", "-m", "calibration", *sys.argv[1:]]),
) -> None:
    """Run a campaign or some of its parts, within a number of seconds if one is given.

    `started` is when these began to count, seconds since the epoch. `plan` is the device whose plan is run, which is
    another in a rehearsal. With `each` a result is written after each part.
    """
    from calibration.command import Order, run as run_order

    since = STARTED if started is None else started
    order = Order(
        what, tier, device, out, catalogue, restart, seed, peak_tflops, peak_gbs, command, within, since, plan, each
    )  # fmt: skip
    path = run_order(order)
    if path is not None:
        print(path)


@app.command()
def remake(
    identifier: str,
    catalogue: Annotated[Path, typer.Option()],
    out: Annotated[Path, typer.Option()],
) -> None:
    """Make a committed result again from its log, and say which of its parts changed."""
    from calibration.record import RESULTS, read, write
    from calibration.remake import changed, remade
    from calibration.roofline import read_chips

    before = read(identifier)
    after = remade(before, RESULTS, read_chips(catalogue))
    print(write(after, out))
    print(f"changed: {', '.join(changed(before, after)) or 'nothing'}")


@app.command()
def report(
    identifier: str,
    out: Annotated[Path, typer.Option()],
    catalogue: Annotated[Path | None, typer.Option()] = None,
    effect: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Write a result as an HTML page, with what the catalogue and a simulation of its effect add."""
    from calibration.record import read
    from calibration.report import Draft, write_report
    from calibration.roofline import read_chips

    chips = read_chips(catalogue) if catalogue else ()
    simulated = json.loads(effect.read_text(encoding="utf-8")) if effect else None
    print(write_report(Draft(read(identifier), chips, simulated), out))


@app.command()
def show(identifier: str) -> None:
    """Print a result."""
    from calibration import tables
    from calibration.record import read

    tables.result(read(identifier))


@app.command()
def law(
    losses: str,
    drop_highest: Annotated[int, typer.Option()] = 0,
    draws: Annotated[int, typer.Option()] = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Fit the additive law to a table of losses, without the highest ones when asked."""
    from calibration.laws import fit_law, read_losses

    found = fit_law(read_losses(losses), drop_highest, draws)
    if as_json:
        print(json.dumps(found.content(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    from calibration import tables

    tables.law(found)


@app.command()
def demo(
    seed: Annotated[int, typer.Option()] = 0,
    repeats: Annotated[int, typer.Option()] = 0,
    within: Annotated[float | None, typer.Option()] = None,
    attached: Annotated[bool, typer.Option()] = False,
) -> None:
    """Measure and train for a minute, and print what happens as one JSON object a line.

    With `--repeats` the smallest model is trained with further seeds at the end; `--attached` ends everything when the
    standard input closes. With `--within` somebody is waiting for it: so many seconds, at no lower priority.
    """
    from calibration.guard import Limits, watch

    watch(Limits() if within is None else Limits(seconds=within, niceness=0), attached)
    from calibration.demo import run as run_demo

    run_demo(lambda event: print(json.dumps(event), flush=True), seed, repeats)


def main() -> int:
    """Run a command; an error the user can fix is one line on the error stream and status 2."""
    try:
        status = app(standalone_mode=False)
    except KeyboardInterrupt:
        status = STOPPED
    except ImportError as error:
        return _refused(f"{error.name or error} is not installed; pip install 'polarity-sim[calibration]'")
    except (ValueError, OSError, MemoryError) as error:
        return _refused(str(error))
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of typer
            return _refused(error.format_message())
        raise
    if status == STOPPED and "run" in sys.argv[1:2]:  # typer turns an interruption into its status
        print("polarity: calibrate: finished runs are kept; run the same command to resume", file=sys.stderr)
    return status if isinstance(status, int) else 0


def _refused(why: str) -> int:
    print(f"polarity: calibrate: {' '.join(why.split())}", file=sys.stderr)
    return WRONG


if __name__ == "__main__":
    sys.exit(main())
