"""`polarity policies`: what levers do, what made a difference, what flips the outcome, and what one would regret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import InputError, shown
from sim.cli_common import (
    Json,
    Runs,
    Seed,
    Weighting,
    Which,
    found,
    lever_settings,
    print_json,
    progress_bar,
    workers,
)
from sim.cli_errors import Commands
from sim.cli_sensitivity import DEFAULT, Out, Outcomes, Workers

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from sim.outcomes.scalar import Outcome

policies = typer.Typer(
    name="policies",
    cls=Commands,
    no_args_is_help=True,
    help="What policies do: prices, attribution, flips, regret.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _asked(texts: list[str] | None, spec: Scenario) -> list[Outcome]:
    from sim.outcomes.scalar import parse

    return [parse(text, [row.actor for row in spec.roster()]) for text in texts or ()]


def _csv(table: Any, out: Path | None) -> None:
    from sim import cli_files

    if out is not None:
        cli_files.write_csv(table, out)


@policies.command()
def prices(
    which: Which = "current_policy",
    outcome: Outcomes = None,
    year: Annotated[int, typer.Option(help="Year of the lead.")] = 2030,
    until: Annotated[int, typer.Option(help="Year of the outcomes.")] = 2032,
    runs: Runs = 1024,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Price every lever: its effect on the lead and on the outcomes at both ends of its range, on the same dice."""
    from sim import cli_files, cli_policies_text
    from sim.analysis.prices import price_list, usual

    cli_files.check_file(out)
    spec = found(which, weighting=weighting)
    extra = _asked(outcome, spec)
    with workers(processes) as executor, progress_bar(runs) as bar:
        listed = price_list(spec, [*usual(year, until), *extra], runs, seed, executor=executor, progress=bar)
    _csv(listed.frame(), out)
    if as_json:
        print_json(listed.summary())
        return
    cli_policies_text.prices(listed)


@policies.command()
def attribute(
    first: Annotated[str, typer.Argument(metavar="A", help="The reference: a scenario or a file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="What is compared with it.")],
    outcome: Outcomes = None,
    by: Annotated[str, typer.Option(metavar="lever|side", help="Each setting, or levers by who decides.")] = "lever",
    runs: Annotated[int, typer.Option(help="Futures, 1 to 100,000; all combinations are simulated.")] = 256,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Divide the difference between two scenarios among what they differ in: exact Shapley values."""
    import polars as pl

    from sim import cli_files, cli_policies_text
    from sim.analysis.attribution import attribute as divide

    if by not in ("lever", "side"):
        raise InputError(f"--by {shown(by)}: valid are: lever, side")
    cli_files.check_file(out)
    one, two = (found(name, weighting=weighting) for name in (first, second))
    asked = _asked(outcome or [DEFAULT], one)
    with workers(processes) as executor, progress_bar(runs) as bar:
        results = [divide(one, two, each, by, runs, seed, executor, bar) for each in asked]
    _csv(pl.concat(r.frame().with_columns(outcome=pl.lit(str(r.outcome))) for r in results), out)
    if as_json:
        print_json({"attributions": [result.summary() for result in results]})
        return
    for result in results:
        cli_policies_text.attribution(result)


@policies.command()
def regret(
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:LEVER=VALUE,...]",
            help="A scenario, whose levers are taken, or settings of your own. Several; seven by default.",
            show_default=False,
        ),
    ] = None,
    world: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|FILE", help="A scenario. Several; eight by default.", show_default=False),
    ] = None,
    outcome: Annotated[str, typer.Option(metavar="NAME@DATE", help="What the policy is for.")] = DEFAULT,
    goal: Annotated[str, typer.Option(metavar="most|least", help="Whether more of it is better.")] = "most",
    side: Annotated[str, typer.Option(metavar="us|china", help="Whose levers a policy sets.")] = "us",
    runs: Runs = 1024,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Lay policies over worlds: which one would be regretted least, for a goal of your own."""
    from sim import cli_files, cli_policies_text
    from sim.analysis import regret as analysis

    if goal not in ("most", "least"):
        raise InputError(f"--goal {shown(goal)}: valid are: most, least")
    cli_files.check_file(out)
    worlds = [found(name, weighting=weighting) for name in world or analysis.WORLDS]
    (asked,) = _asked([outcome], worlds[0])
    chosen = [_policy(text, side) for text in policy or analysis.POLICIES]
    with workers(processes) as executor, progress_bar(runs) as bar:
        result = analysis.regret(chosen, worlds, asked, goal == "most", runs, seed, executor, bar)
    _csv(result.frame(), out)
    if as_json:
        print_json(result.summary())
        return
    cli_policies_text.regret(result)


@policies.command()
def flip(
    which: Which = "current_policy",
    year: Annotated[int, typer.Option(help="Year whose end counts.")] = 2032,
    to: Annotated[
        str, typer.Option(metavar="OUTCOME", help="us_ahead, two_power, several or china_ahead; any other by default.")
    ] = "",
    only: Annotated[str, typer.Option(metavar="levers|parameters", help="One kind of change.")] = "",
    top: Annotated[int, typer.Option(min=1, help="Rows of the table.")] = 15,
    runs: Annotated[int, typer.Option(help="Futures of each simulation; there are hundreds of them.")] = 512,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Say what would have to be true: the smallest change of a lever or parameter that flips the usual outcome."""
    from sim import cli_files, cli_policies_text
    from sim.analysis.flips import flips

    kinds = {"": ("lever", "parameter"), "levers": ("lever",), "parameters": ("parameter",)}
    if only not in kinds:
        raise InputError(f"--only {shown(only)}: valid are: levers, parameters")
    cli_files.check_file(out)
    spec = found(which, weighting=weighting)
    with workers(processes) as executor, progress_bar(runs) as bar:
        result = flips(spec, year, to, kinds[only], runs, seed, executor, bar)
    _csv(result.frame(), out)
    if as_json:
        print_json(result.summary())
        return
    cli_policies_text.flips(result, top)


def _policy(text: str, side: str) -> Any:
    from sim.analysis.regret import Policy, policy_of

    name, colon, settings = text.partition(":")
    if not colon or "=" not in settings:
        return policy_of(found(text), side)
    levers = lever_settings(settings.split(","), "--policy")
    found("current_policy").with_levers(**levers)  # refused here, where its range is known
    return Policy(name, levers)
