"""`polarity discover`: the conditions under which an outcome is common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import InputError, shown
from sim.cli.options import (
    Json,
    Out,
    Seed,
    Weighting,
    Which,
    Workers,
    found,
    print_json,
    progress_bar,
    workers,
    write_tables,
)

if TYPE_CHECKING:
    from sim.analysis.discovery import Box, Discovery, Limit

DEFAULT = ("us_ahead@2032", "two_power@2032")


def discover(
    which: Which = "current_policy",
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUESTION",
            help="For example us_ahead@2032 or lead_months@2030>=12. Repeat for several.",
            show_default=False,
        ),
    ] = None,
    members: Annotated[int, typer.Option(help="Number of simulated futures, 512 to 1,000,000.")] = 8192,
    levers: Annotated[str, typer.Option(metavar="NAME=LOW:HIGH,...", help="Policy levers to vary as well.")] = "",
    boxes: Annotated[int, typer.Option(min=1, max=10, help="Number of boxes to find.")] = 1,
    density: Annotated[
        float | None, typer.Option(help="Accept the first box with this density (0 to 1).", show_default=False)
    ] = None,
    weighting: Weighting = None,
    seed: Seed = 0,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Find the ranges of inputs in which an outcome is common (scenario discovery), tested on held-out futures."""
    from sim.analysis import discovery
    from sim.cli import files

    files.check_file(out)
    spec = found(which, weighting=weighting)
    actors = [row.actor for row in spec.roster()]
    questions = [discovery.question(text, actors) for text in outcome or DEFAULT]
    with workers(processes) as executor, progress_bar(members) as bar:
        results = discovery.discover(spec, questions, members, _spans(levers), boxes, density, seed, executor, bar)
    write_tables([r.frame() for r in results], out, spec.name, seed, members)
    if as_json:
        print_json({"discoveries": [result.summary() for result in results]})
        return
    for result in results:
        _discovery(result)


def _spans(text: str) -> dict[str, tuple[float, float]]:
    spans = {}
    for given in filter(None, text.split(",")):
        name, _, span = given.partition("=")
        if name.strip() in spans:
            raise InputError(f"--levers {shown(given)}: the range of {name.strip()} is given twice")
        low, _, high = span.partition(":")
        try:
            spans[name.strip()] = (float(low), float(high))
        except ValueError:
            raise InputError(f"--levers {shown(given)}: write NAME=LOW:HIGH, for example enforcement=0:10") from None
    return spans


def _discovery(result: Discovery) -> None:
    from sim.cli.text import layout

    page = layout.console()
    about = f"{result.spec.title}: “{result.question}” holds in {_in_100(result.base)} of 100 simulated futures."
    if not result.boxes:
        layout.put(page, f"{about} No box found: {result.note}.")
        return
    if result.note:
        layout.put(page, result.note[:1].upper() + result.note[1:] + ".")
    for number, box in enumerate(result.boxes, start=1):
        held = box.held_out
        layout.put(
            page,
            f"{about if number == 1 else 'In the remaining futures:'} Where {_words(box)}, it holds in "
            f"{_in_100(held.density)} of 100 futures; {_in_100(held.coverage)}% of all such futures are there.",
        )
        table = layout.table(f"Box {number}", "Input", "From", "To", "Percentiles", "p")
        for limit in box.limits:
            table.add_row(limit.label, *_span(limit), f"{limit.p:.2g}")
        layout.put(page, table)
        table = layout.table("", "Futures", "Coverage", "Density", "Mass", "All futures")
        for name, q in (("held out", held), ("searched", box.found_in)):
            table.add_row(name, *(_in_100(share) for share in (q.coverage, q.density, q.mass, q.base)))
        layout.put(page, table)
    page.print(
        "Coverage: percent of futures with the outcome that are in the box. Density: percent of futures in the box "
        "that have the outcome. Mass: percent of all futures that are in the box. Held out: futures whose parameters "
        "the search did not see. p: the chance of such a density if the restriction had no effect. "
        f"{result.futures:,} futures. "
        f"{layout.FOOTER}"
    )


def _in_100(share: float) -> str:
    return f"{100 * share:.0f}"


def _words(box: Box) -> str:
    return " and ".join(_limit_words(limit) for limit in box.limits)


def _limit_words(limit: Limit) -> str:
    from sim.cli.text.study import brief

    if limit.values:
        return f"{limit.label} is {' or '.join(f'{value:g}' for value in limit.values)}"
    parts = []
    if limit.low is not None:
        parts.append(f"above {brief(limit.low)}")
    if limit.high is not None:
        parts.append(f"below {brief(limit.high)}")
    return f"{limit.label} is {' and '.join(parts)}"


def _span(limit: Limit) -> tuple[Any, ...]:
    from sim.cli.text.study import brief

    if limit.values:
        return ", ".join(f"{value:g}" for value in limit.values), "", ""
    ends = ["" if end is None else brief(end) for end in (limit.low, limit.high)]
    return (*ends, f"{limit.low_percentile:.0f} to {limit.high_percentile:.0f}")
