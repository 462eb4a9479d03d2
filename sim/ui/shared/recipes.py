"""The present setup as something to run elsewhere: Python, a command, a scenario file, a batch plan. Pure functions."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from scenarios import files, load, names
from scenarios.schema import Scenario, Setting
from sim import __version__
from sim.batch.plan import Plan
from sim.ensemble import posterior_draws
from sim.ui.shared.citation import cited
from sim.ui.shared.setup import Setup

API = """from sim import compare, load, simulate
today = load("current_policy")  # a name of the library, or a YAML file
run = simulate(today.with_levers(enforcement=5), runs=1000, seed=0, until=2032)
print(run.outcome_shares(2030), run["lead_months"].shape, run.quantiles("capability").tail(3), run.members().shape)
print(compare(simulate(today, runs=1000), run).effect("lead_months", 2030))
"""
"""The Python interface in five lines."""


@dataclass(frozen=True)
class Dice:
    """How a page simulates: what a script has to do likewise to get the same numbers."""

    futures: int
    seed: int
    until: int


def _laid_over(setup: Setup) -> bool:
    """Whether what ifs are laid over a policy: alone, each is a scenario of the library."""
    return bool(setup.worlds) and not (setup.own or setup.named)


def needs_file(setup: Setup) -> bool:
    """Whether a command can say it only with a scenario file: --set knows levers of the library's scenarios alone."""
    return bool(setup.own or setup.events or setup.bills or setup.assumptions or setup.values or setup.rule)


def written(setup: Setup) -> Scenario:
    """The scenario as it is written into files: where it is no longer the library's, it has a name of its own."""
    return _apart(setup.spec, setup.start)


def _apart(spec: Scenario, start: Scenario) -> Scenario:
    taken = spec.name in names() and load(spec.name).digest() != spec.digest()
    if not taken and spec.digest() == start.digest():
        return spec
    name = f"{spec.name.replace(':', '_')}_{spec.digest()[:6]}"
    return spec.with_changes(name=name, title=f"{spec.title}, changed")


def file_name(setup: Setup) -> str:
    """The name of the scenario file."""
    return f"{written(setup).name.replace(':', '-')}.yaml"


# ------------------------------------------------------------------------------------------------------------ Python
def python(setup: Setup, dice: Dice) -> str:
    """A script that gives the digest and the outcome shares of the page."""
    judge = setup.judge
    passing = ["from scenarios.bills import passed"] if setup.bills and not setup.own else []
    return "\n".join([
        *passing,
        f"from sim import load, simulate{', under' if _laid_over(setup) else ''}",
        "",
        *_spec(setup),
        f'assert spec.digest() == "{setup.spec.digest()}", "not what the page showed: another version of Polarity?"',
        "",
        f"run = simulate(spec, runs={dice.futures}, seed={dice.seed}, until={dice.until})",
        f'shares = run.outcome_shares({judge.year}, ruler="{judge.ruler}", months={_number(judge.limit)}, '
        f"third_months={_number(judge.limit)})",
        "print(shares)",
        "",
    ])  # fmt: skip


def _spec(setup: Setup) -> list[str]:
    """The lines that make the scenario."""
    if setup.own:
        return [f'spec = load("{file_name(setup)}")  # the scenario file, beside this script']
    start = f'load("{setup.named or setup.scenario}")'
    if _laid_over(setup):
        start = f"under({start}, {', '.join(map(json.dumps, setup.worlds))})"
    if not (setup.changed or setup.assumptions):
        return [f"spec = {start}"]
    lines = [f"start = {start}", "spec = start.with_changes("]
    if setup.levers:
        lines += ["    levers={", "        **start.levers,"]
        lines += [f"        {json.dumps(name)}: {_literal(value)}," for name, value in setup.levers.items()]
        lines.append("    },")
    if setup.events:
        lines += ["    events=[", "        *start.events,"]
        lines += [f"        {_event(event)}," for event in setup.events]
        lines.append("    ],")
    if setup.bills:
        lines += [f"    rules=[*start.rules, *passed({json.dumps(setup.bills)})],"]
    if setup.assumptions:
        lines += ["    parameters={", "        **start.parameters,"]
        lines += [f"        {json.dumps(name)}: {_number(value)}," for name, value in setup.assumptions.items()]
        lines.append("    },")
    if setup.values:
        written = ", ".join(f"{json.dumps(actor)}: {json.dumps(want)}" for actor, want in setup.values.items())
        lines.append(f"    values={{**start.values, {written}}},")
    if setup.rule:
        lines.append(f"    decisions={json.dumps(setup.rule)},")
    return [*lines, ")"]


def _event(event: Any) -> str:
    fields = event.model_dump(mode="json", exclude_defaults=True)
    return "{" + ", ".join(f"{json.dumps(key)}: {_literal(value)}" for key, value in fields.items()) + "}"


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(date)}: {_literal(level)}" for date, level in value.items()) + "}"
    return json.dumps(value) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    """A number with all its digits, and no more: 5, not 5.0."""
    return repr(value).removesuffix(".0")


# ----------------------------------------------------------------------------------------------------- command line
def command(setup: Setup, dice: Dice) -> str:
    """One line for a shell; with a scenario file where --set is not enough."""
    if needs_file(setup):
        words = ["polarity", "run", file_name(setup)]
    else:
        words = ["polarity", "run", setup.named or setup.scenario]
        for name in setup.worlds if _laid_over(setup) else ():
            words += ["--what-if", name]
        for name, value in setup.levers.items():
            words += ["--set", f"{name}={_set(value)}"]
    words += ["--runs", str(dice.futures), "--seed", str(dice.seed), "--until", str(dice.until), "--json"]
    return shlex.join(words)


def _set(value: Setting) -> str:
    if isinstance(value, dict):
        return ",".join(f"{date}:{_set(level)}" for date, level in value.items())
    return value if isinstance(value, str) else _number(value)


# --------------------------------------------------------------------------------------------------------- strategy
@dataclass(frozen=True)
class Asks:
    """What somebody asks of a table of packages."""

    players: tuple[str, ...]
    values: Mapping[str, str | Mapping[str, float]]
    """Player → a profile, or weights on values; those of the scenario where a player is left out."""
    left_out: tuple[str, ...] = ()
    politics: bool = True
    also: tuple[str, ...] = ()
    """Packages of the project that play only where somebody names them."""


def needs_own_file(setup: Setup) -> bool:
    """Whether a command that takes no --set can say it only with a scenario file."""
    return needs_file(setup) or bool(setup.levers) or _laid_over(setup)


def strategy_command(setup: Setup, asks: Asks, dice: Dice) -> str:
    """One line for a shell that gives the same table; weights that are no profile's need a file beside it."""
    start = file_name(setup) if needs_own_file(setup) else setup.named or setup.scenario
    words = ["polarity", "strategy", start, "--players", ",".join(asks.players)]
    if strategy_values(asks):
        words += ["--values", "values.yaml"]
    else:
        for player, profile in asks.values.items():
            words += ["--values", f"{player}:{profile}"]
    for name in asks.also:
        words += ["--package", name]
    for name in asks.left_out:
        words += ["--without", name]
    return shlex.join([*words, "--runs", str(dice.futures), "--seed", str(dice.seed)])


def strategy_values(asks: Asks) -> str:
    """The file of weights that a command needs; empty where all of them are profiles'."""
    if all(isinstance(given, str) for given in asks.values.values()):
        return ""
    return _yaml({player: given if isinstance(given, str) else dict(given) for player, given in asks.values.items()})


def strategy_python(setup: Setup, asks: Asks, dice: Dice) -> str:
    """A script that gives the same table."""
    passing = ["from scenarios.bills import passed"] if setup.bills and not setup.own else []
    politics = "" if asks.politics else ", politics=False"
    values = {player: given if isinstance(given, str) else dict(given) for player, given in asks.values.items()}
    every = ["from scenarios.packages import packages"] if asks.also else []
    return "\n".join([
        *passing, *every,
        f"from sim import load{', under' if _laid_over(setup) else ''}",
        "from sim.analysis.strategy import strategy",
        "",
        *_spec(setup),
        *_added(asks),
        "found = strategy(",
        f"    spec, {json.dumps(asks.players)}, without={json.dumps(asks.left_out)}, runs={dice.futures}, "
        f"seed={dice.seed}{', more=more' if asks.also else ''}",
        ")",
        f"game = found.game({json.dumps(values)}{politics})",
        "print(found.lead.mean(axis=-1), game.equilibria(), game.led())",
        "",
    ])  # fmt: skip


def _added(asks: Asks) -> list[str]:
    """The line of a script that names packages which play only where somebody asks for them."""
    if not asks.also:
        return []
    found = f"[package for player in {json.dumps(asks.players)} for package in packages(player).values()"
    return [f"more = {found}", f"        if package.name in {json.dumps(asks.also)}]"]


# ------------------------------------------------------------------------------------------------------------ files
def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def scenario_file(setup: Setup, dice: Dice) -> str:
    """The scenario as a file that stands alone."""
    head = f"# Polarity {__version__}, scenario {setup.spec.digest()}; {_thrown(dice)}.\n"
    return head + _yaml(files.standalone(written(setup)))


def plan(setup: Setup, dice: Dice) -> Plan:
    """A study of the scenario and of what it is compared with, in the same futures."""
    mine, base, judge = written(setup), setup.base, setup.judge
    several = mine.digest() != base.digest()
    beside = (_apart(base, base if base.name not in names() else load(base.name)),) if several else ()
    ruled = [] if judge.series == "lead_months" else [f"{judge.series}@{judge.year}"]
    return Plan(
        name=re.sub(r"[^a-z0-9_]", "_", mine.name)[:60],
        question=mine.question[:400],
        scenarios=(*beside, mine),
        members=dice.futures,
        seeds=(dice.seed,),
        outcomes=(f"outcome@{judge.year}", f"lead_months@{judge.year}", *ruled),
        until=dice.until,
    )


def plan_file(setup: Setup, dice: Dice) -> str:
    """The study as a file for `polarity batch`."""
    head = f"# Polarity {__version__}: polarity batch plan.yaml --out results\n"
    return head + _yaml(plan(setup, dice).fields())


def _thrown(dice: Dice) -> str:
    return f"{dice.futures} futures, seed {dice.seed}, to the end of {dice.until}"


# -------------------------------------------------------------------------------------------------- facts, citation
def facts(setup: Setup, dice: Dice) -> list[tuple[str, str]]:
    """Everything the numbers depend on."""
    spec = setup.spec
    return [
        ("Polarity", f"version {__version__}"),
        ("Scenario", f"{written(setup).name}, digest {spec.digest()}"),
        ("Futures", f"{dice.futures}, seed {dice.seed}, to the end of {dice.until}"),
        ("Weighting", spec.weighting),
        ("History draws", f"digest {posterior_draws.digest(spec)}" if spec.weighting == "history" else "none are used"),
        ("Calibration", spec.calibration),
    ]


def citation(setup: Setup, dice: Dice) -> str:
    """How to cite the result: with the version, the scenario and the dice."""
    authors, title = cited()
    return f"{authors}. {title}, version {__version__}. {_result(setup, dice)}."


def _result(setup: Setup, dice: Dice) -> str:
    return f"Scenario {setup.spec.digest()}, calibration {setup.spec.calibration}, {_thrown(dice)}"


def bibtex(setup: Setup, dice: Dice) -> str:
    """The same for a bibliography."""
    authors, title = cited()
    return (
        f"@software{{polarity_{setup.spec.digest()[:6]},\n"
        f"  author  = {{{{{authors}}}}},\n  title   = {{{{{title}}}}},\n"
        f"  version = {{{__version__}}},\n  note    = {{{_result(setup, dice)}}},\n}}"
    )
