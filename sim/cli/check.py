"""`polarity check`: everything that is wrong with a file, or what it sets and what of it does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.errors import Fault, InputError
from sim.cli.errors import WRONG
from sim.cli.options import Json, found, print_json

if TYPE_CHECKING:
    from scenarios.packages import Package
    from scenarios.schema import Scenario
    from sim.batch.plan import Plan


@dataclass(frozen=True)
class Checked:
    """What was found in a file."""

    what: str = ""
    """What kind of file it is, and what it is called."""
    faults: tuple[Fault, ...] = ()
    sets: tuple[str, ...] = ()
    without_effect: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "valid": not self.faults,
            "faults": [{"line": fault.line, "place": fault.place, "text": fault.text} for fault in self.faults],
            "without_effect": list(self.without_effect),
            "sets": list(self.sets),
        }


def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A scenario, a package or a plan (FILE:BRANCH for one).")],
    as_json: Json = False,
) -> None:
    """Say everything that is wrong with a file of yours or without effect, and what it sets."""
    try:
        result = _checked(file)
    except InputError as error:
        result = Checked(faults=error.faults)
    if as_json:
        print_json(result.summary())
    else:
        from sim.cli.text import check as text

        text.checked(file, result)
    if result.faults:
        raise typer.Exit(WRONG)


def _checked(file: str) -> Checked:
    """What a valid file says, by its kind.

    Raises:
        InputError: with all its faults.
    """
    content = _fields(Path(file))
    if "player" in content:
        from scenarios import packages

        return _of_package(packages.read(Path(file)))
    if "scenarios" in content:
        from sim.batch import plan

        return _of_plan(plan.read(Path(file)))
    branches = content.get("branches")
    if isinstance(branches, Mapping) and branches:
        return _together(file, list(map(str, branches)))
    return _of_scenario(found(file))


def _fields(path: Path) -> dict[str, Any]:
    """The fields of a file as they stand; none for what is no file, which is told later."""
    from scenarios import files

    try:
        a_file = path.is_file()
    except (OSError, ValueError):
        a_file = False
    return files.mapping(files.read(path), str(path), faults=[]) if a_file else {}


def _of_scenario(spec: Scenario) -> Checked:
    from scenarios import BASELINE, load
    from sim.cli.text.contents import sets
    from sim.inert import without_effect

    with_ = f", compared with {spec.baseline}" if spec.baseline else ""
    return Checked(
        f"Scenario {spec.name}: {spec.title}{with_}", sets=tuple(sets(spec, load(BASELINE))),
        without_effect=without_effect(spec),
    )  # fmt: skip


def _together(file: str, branches: list[str]) -> Checked:
    """All branches of a file: what is wrong with any of them, or what each sets."""
    each: dict[str, Checked] = {}
    faults: dict[Fault, None] = {}
    for branch in branches:
        try:
            each[branch] = _of_scenario(found(f"{file}:{branch}"))
        except InputError as error:
            faults |= dict.fromkeys(error.faults)
    if faults:
        return Checked(faults=tuple(faults))
    first = next(iter(each.values()))
    return Checked(
        f"{first.what}; branches: {', '.join(branches)}",
        sets=tuple(f"{name}: {line}" for name, one in each.items() for line in one.sets),
        without_effect=tuple(f"{name}: {line}" for name, one in each.items() for line in one.without_effect),
    )


def _of_package(package: Package) -> Checked:
    """A package, laid over current policy."""
    from scenarios import BASELINE, load
    from scenarios.packages import combined
    from sim.cli.text.contents import sets
    from sim.inert import without_effect

    base = load(BASELINE)
    spec = combined(base, {package.player: package})
    return Checked(
        f"Package {package.name} of {package.player}: {package.title}",
        sets=(*sets(spec, base), *_promises(package)), without_effect=without_effect(spec),
    )  # fmt: skip


def _promises(package: Package) -> Iterator[str]:
    """What a package does beside its levers and events."""
    from scenarios.packages import SIGNATORIES

    if package.treaty:
        yield f"Treaty: {package.treaty}, if {' and '.join(SIGNATORIES)} both choose it"
    if package.response is not None:
        rule = package.response
        bound = f"below {rule.below:g}" if rule.below is not None else f"above {rule.above:g}"
        yield f"Response: {rule.then} takes its place after {rule.when} is read {bound}"


def _of_plan(plan: Plan) -> Checked:
    """A plan of a study: what it would run; settings are tried scenario by scenario."""
    from sim.inert import without_effect

    idle = (f"{spec.name}: {line}" for spec in plan.scenarios for line in without_effect(spec, plan.horizon))
    return Checked(
        f"Plan {plan.name}: {plan.question}".removesuffix(": "),
        sets=(
            f"Scenarios: {', '.join(spec.name for spec in plan.scenarios)}",
            f"Settings of each: {plan.points_per_scenario:,}",
            f"Futures in all: {plan.runs:,}, to {plan.horizon}",
            f"Outcomes: {', '.join(map(str, plan.outcomes))}",
        ),
        without_effect=tuple(idle),
    )
