"""`polarity policies`: what levers do, what explains a difference, what flips an outcome, regret, durable leads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.errors import InputError, shown
from sim.cli.errors import Commands
from sim.cli.options import (
    DEFAULT_OUTCOME,
    Json,
    Out,
    Outcomes,
    Runs,
    Seed,
    Weighting,
    Which,
    Workers,
    found,
    lever_settings,
    outcomes_asked,
    print_json,
    progress_bar,
    workers,
    write_tables,
)

if TYPE_CHECKING:
    from sim.analysis.regret import Policy

policies = typer.Typer(
    name="policies",
    cls=Commands,
    help="Analyze policies: prices, attribution, flips, regret, durable leads, reactions.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@policies.callback(invoke_without_command=True)
def _start(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None and (text := ctx.get_help()):
        print(text)


@policies.command()
def prices(
    which: Which = "current_policy",
    outcome: Outcomes = None,
    year: Annotated[int, typer.Option(help="Year in which to measure the lead.")] = 2030,
    until: Annotated[int, typer.Option(help="Year in which to count outcomes.")] = 2032,
    runs: Runs = 1024,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Price every policy lever: its effect on the lead and the outcomes at both ends of its range, and its cost."""
    from sim.analysis.prices import price_list, usual
    from sim.cli import files
    from sim.cli.text import policies as cli_policies_text

    files.check_file(out)
    spec = found(which, weighting=weighting)
    extra = outcomes_asked(outcome, spec) if outcome else []
    with workers(processes) as executor, progress_bar(runs) as bar:
        listed = price_list(spec, [*usual(year, until), *extra], runs, seed, executor=executor, progress=bar, year=year)
    write_tables([listed.frame()], out, spec.name, seed, runs, "difference: with the lever moved, minus without")
    if as_json:
        print_json(listed.summary())
        return
    cli_policies_text.prices(listed)


@policies.command()
def attribute(
    first: Annotated[str, typer.Argument(metavar="A", help="The baseline: a scenario or a file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The scenario to compare with it.")],
    outcome: Outcomes = None,
    by: Annotated[
        str,
        typer.Option(
            metavar="lever|side|kind", help="Count each setting, levers by who decides, or all levers as one."
        ),
    ] = "lever",
    runs: Annotated[int, typer.Option(help="Futures for each combination, 1 to 100,000.")] = 256,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Attribute the difference between two scenarios to their settings (exact Shapley values)."""
    import polars as pl

    from sim.analysis.attribution import GROUPINGS, attribute as divide
    from sim.cli import files
    from sim.cli.text import policies as cli_policies_text

    if by not in GROUPINGS:
        raise InputError(f"--by {shown(by)}: choose from: {', '.join(GROUPINGS)}")
    files.check_file(out)
    one, two = (found(name, weighting=weighting) for name in (first, second))
    asked = outcomes_asked(outcome, one)
    with workers(processes) as executor, progress_bar(runs) as bar:
        results = divide(one, two, asked, by, runs, seed, executor, bar)
    tables = [r.frame().with_columns(outcome=pl.lit(str(r.outcome)), reference=pl.lit(one.name)) for r in results]
    write_tables(tables, out, two.name, seed, runs, "difference: scenario less reference")
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
            help="A scenario whose levers count as the policy, or settings of your own. Repeat for several; by default "
            "the library's.",
            show_default=False,
        ),
    ] = None,
    world: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|FILE", help="A scenario. Repeat for several; eight by default.", show_default=False),
    ] = None,
    outcome: Annotated[str, typer.Option(metavar="NAME@DATE", help="The goal of the policy.")] = DEFAULT_OUTCOME,
    goal: Annotated[str, typer.Option(metavar="most|least", help="Whether the goal is more or less of it.")] = "most",
    within: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Also count the worlds in which a policy is this close to the best, in the unit of the outcome "
            "(percentage points for a share).",
            show_default=False,
        ),
    ] = None,
    side: Annotated[str, typer.Option(metavar="us|china", help="Whose levers the policies set.")] = "us",
    runs: Runs = 1024,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Test policies in different worlds: which one would you regret least, for a goal of your own?"""
    import polars as pl

    from sim.analysis import regret as analysis
    from sim.cli import files
    from sim.cli.text import policies as cli_policies_text

    if goal not in ("most", "least"):
        raise InputError(f"--goal {shown(goal)}: choose from: most, least")
    files.check_file(out)
    analysis.check_side(side)
    worlds = [found(name, weighting=weighting) for name in world or analysis.WORLDS]
    (asked,) = outcomes_asked([outcome], worlds[0])
    chosen = [_policy(text, side) for text in policy or analysis.POLICIES[side]]
    with workers(processes) as executor, progress_bar(runs) as bar:
        result = analysis.regret(chosen, worlds, asked, goal == "most", runs, seed, executor, bar)
    table = result.frame().with_columns(outcome=pl.lit(str(asked)))
    said = "score: mean; regret: difference from the best policy of the world"
    write_tables([table], out, pl.col("world"), seed, runs, said)
    if as_json:
        print_json(result.summary(within))
        return
    cli_policies_text.regret(result, within)


@policies.command()
def flip(
    which: Which = "current_policy",
    year: Annotated[int, typer.Option(help="Count outcomes at the end of this year.")] = 2032,
    to: Annotated[
        str, typer.Option(metavar="OUTCOME", help="us_ahead, two_power, several or china_ahead; by default any other.")
    ] = "",
    only: Annotated[str, typer.Option(metavar="levers|parameters", help="Try only one kind of change.")] = "",
    top: Annotated[int, typer.Option(min=1, help="Number of rows to show.")] = 15,
    runs: Annotated[int, typer.Option(help="Futures in each of several hundred simulations.")] = 512,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Find the smallest change of a lever or parameter that makes another outcome the most common."""
    from sim.analysis.flips import flips
    from sim.cli import files
    from sim.cli.text import policies as cli_policies_text

    kinds = {"": ("lever", "parameter"), "levers": ("lever",), "parameters": ("parameter",)}
    if only not in kinds:
        raise InputError(f"--only {shown(only)}: choose from: levers, parameters")
    files.check_file(out)
    spec = found(which, weighting=weighting)
    with workers(processes) as executor, progress_bar(runs) as bar:
        result = flips(spec, year, to, kinds[only], runs, seed, executor, bar)
    write_tables([result.frame()], out, spec.name, seed, runs)
    if as_json:
        print_json(result.summary())
        return
    cli_policies_text.flips(result, top)


@policies.command()
def durable(
    which: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|FILE]...",
            help="Scenarios from the library, or YAML files; eight by default.",
            show_default=False,
        ),
    ] = None,
    months: Annotated[float, typer.Option(help="How long the lead has to be, 0 to 120 months.")] = 12.0,
    at: Annotated[int, typer.Option(metavar="YEAR", help="Look at the lead at the end of this year.")] = 2030,
    years: Annotated[int, typer.Option(help="Look again this many years later, 2035 at the latest.")] = 5,
    side: Annotated[str, typer.Option(metavar="us|china", help="Whose lead.")] = "us",
    runs: Runs = 1024,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Count the futures whose lead lasts: who has it, who has it years later, with and without research feedback."""
    import polars as pl

    from sim.analysis import durable as analysis
    from sim.cli import files
    from sim.cli.text import policies as cli_policies_text

    files.check_file(out)
    specs = [found(name, weighting=weighting) for name in which or analysis.SCENARIOS]
    with workers(processes) as executor, progress_bar(runs) as bar:
        result = analysis.durable(specs, months, at, years, side, runs, seed, executor, bar)
    said = "difference: with research feedback, minus without"
    write_tables([result.frame()], out, pl.col("policy"), seed, runs, said)
    if as_json:
        print_json(result.summary())
        return
    cli_policies_text.durable(result)


@policies.command()
def pathways(
    which: Which = "current_policy",
    player: Annotated[str, typer.Option(metavar="us|china", help="Whose policy.")] = "us",
    values: Annotated[
        str | None,
        typer.Option(metavar="PROFILE", help="What it wants; by default as in the scenario.", show_default=False),
    ] = None,
    worlds: Annotated[
        list[str] | None,
        typer.Option(
            "--world",
            metavar="NAME",
            help="A world in which rules are searched, beside the usual one; all others test them. May be repeated.",
            show_default=False,
        ),
    ] = None,
    held_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A world that tests, instead of all others. May be repeated.", show_default=False
        ),
    ] = None,
    runs: Annotated[int, typer.Option(help="Futures in each of about 900 simulations.")] = 128,
    seed: Seed = 0,
    weighting: Weighting = None,
    processes: Workers = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Search a policy that waits for a signpost, and test it in worlds that the search did not see."""
    from scenarios.errors import unknown
    from scenarios.values import PROFILES
    from sim.analysis.pathways import SEARCHED, pathways as search
    from sim.cli import files
    from sim.cli.text import pathways as text

    files.check_file(out)
    if values is not None and values not in PROFILES:
        raise unknown("profile", values, PROFILES, "--values")
    spec = found(which, weighting=weighting)
    with workers(processes) as executor, progress_bar(1, "cases") as bar:
        result = search(spec, player, values, runs, seed, worlds or SEARCHED, held_out, executor=executor, progress=bar)
    write_tables(
        [result.frame()], out, spec.name, seed, runs, "difference from the best fixed package of the case, $bn a year"
    )
    if as_json:
        print_json(result.summary())
        return
    text.pathways(result)


@policies.command()
def reactions(
    which: Which = "current_policy",
    runs: Annotated[int, typer.Option(help="Futures in each of about 150 simulations.")] = 256,
    seed: Seed = 0,
    weighting: Weighting = None,
    as_json: Json = False,
) -> None:
    """Show how nations react: each policy with and without reactions, best replies and expectations."""
    from sim.analysis.reactions import reactions as check
    from sim.cli.text import reactions as cli_reactions_text
    from sim.hindcast import turns

    spec = found(which, weighting=weighting)
    with progress_bar(runs) as bar:
        result = check(spec, runs, seed, progress=bar)
    if as_json:
        print_json({**result.summary(), "record": turns.by_turn()})
        return
    cli_reactions_text.reactions(result, turns.verdict(turns.kept()))


def _policy(text: str, side: str) -> Policy:
    from sim.analysis.regret import own_policy, policy_of

    name, colon, settings = text.partition(":")
    if not colon or "=" not in settings:
        return policy_of(found(text), side)
    words = re.split(r",(?=[^,:]*=)", settings)  # a path over time has commas of its own
    return own_policy(name, lever_settings(words, "--policy"), side)
