"""Which of the things in which two scenarios differ makes the difference? Exact Shapley values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError, unknown
from scenarios.partner_levers import ALL_LEVERS
from scenarios.schema import Scenario
from sim.analysis.prices import effect
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import check_runs, checked
from sim.ensemble.rng import Array
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.scalar import Outcome, numbers_only
from sim.results.paired import NONE_SEEN, Paired, paired
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

MOST = 12
"""Players at most: all 4,096 combinations of them are simulated."""
GROUPINGS = ("lever", "side", "kind")
"""How differences are put together to players, from the finest on."""
BY_KEY = ("levers", "parameters", "actors", "allocation", "values")
LISTS = ("events", "rules")
WHOLE = ("start", "data_until", "rules_until", "weighting", "calibration")
PREMISES = "premises"
"""What all of `WHOLE` is called as one player."""


@dataclass(frozen=True)
class Player:
    """Something in which two scenarios differ: changes of fields that are made together."""

    name: str
    changes: tuple[tuple[str, str], ...]
    """(field, key) of each change; the key is empty where the field changes as a whole."""


@dataclass(frozen=True)
class Share:
    """What a player has of the difference."""

    player: Player
    shapley: Paired
    """Its Shapley value; the values of all players add up to the whole difference."""
    first: Paired
    """Its effect alone, on the first scenario."""
    last: Paired
    """Its effect when it comes last: what the second scenario would lack without it."""


@dataclass(frozen=True, repr=False)
class Attribution(Short):
    """The difference of an outcome between two scenarios, divided among what differs."""

    first: Scenario
    second: Scenario
    outcome: Outcome
    whole: Paired
    shares: tuple[Share, ...]
    runs: int

    def frame(self) -> pl.DataFrame:
        """One row per player, the largest value first."""
        import polars as pl

        rows = []
        for share in sorted(self.shares, key=lambda share: -abs(share.shapley.mean)):
            row: dict[str, Any] = {"player": share.player.name}
            for name in ("shapley", "first", "last"):
                found = getattr(share, name)
                row |= {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
            rows.append(row)
        return pl.DataFrame(rows)

    def summary(self) -> dict[str, Any]:
        """The attribution as plain values."""
        return {
            "first": self.first.name, "second": self.second.name, "outcome": str(self.outcome),
            "unit": self.outcome.unit, "runs": self.runs, "difference": vars(self.whole),
            "shares": self.frame().to_dicts(),
        }  # fmt: skip


@checked
def players(first: Scenario, second: Scenario, by: str = "lever") -> tuple[Player, ...]:
    """What two scenarios differ in.

    Args:
        first: the reference.
        second: what is compared with it.
        by: `lever`, each setting by itself; `side`, levers by who decides, and each other field as a whole; or `kind`,
            all levers, all parameters, all rules and so on, with when it starts and what is known then as one.

    Raises:
        InputError: when they do not differ, or for a grouping that does not exist.
    """
    if by not in GROUPINGS:
        raise unknown("grouping", by, GROUPINGS)
    one, two = _content(first), _content(second)
    changes: list[tuple[str, str]] = []
    for field in BY_KEY:
        keys = sorted({*one[field], *two[field]})
        changes += [(field, key) for key in keys if one[field].get(key) != two[field].get(key)]
    changes += _decided(one["decisions"], two["decisions"])
    changes += [("switches", key) for key, value in one["switches"].items() if value != two["switches"][key]]
    for field in LISTS:
        events = dict.fromkeys(map(_key, one[field] + two[field]))
        changes += [(field, key) for key in events if _entries(one[field], key) != _entries(two[field], key)]
    changes += [(field, "") for field in WHOLE if one[field] != two[field]]
    if not changes:
        raise InputError(f"{first.name} and {second.name} do not differ in what is simulated")
    grouped: dict[str, list[tuple[str, str]]] = {}
    for field, key in changes:
        grouped.setdefault(_named(field, key, by), []).append((field, key))
    return tuple(Player(name, tuple(made)) for name, made in grouped.items())


def _content(spec: Scenario) -> dict[str, Any]:
    return spec.model_dump(mode="json")


def _decided(one: Any, two: Any) -> list[tuple[str, str]]:
    """Changes of decisions: by actor, or as a whole where a rule is for everybody."""
    if isinstance(one, str) or isinstance(two, str):
        return [] if one == two else [("decisions", "")]
    return [("decisions", actor) for actor in sorted({*one, *two}) if one.get(actor) != two.get(actor)]


def _key(entry: Mapping[str, Any]) -> str:
    """What an event or a rule is called: the same kind at the same date is one."""
    return str(entry["id"]) if "id" in entry else f"{entry['kind']} {entry['date']}"


def _entries(listed: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    """The events or rules of one key, as often as they occur, in an order of their own."""
    return sorted(json.dumps(entry, sort_keys=True) for entry in listed if _key(entry) == key)


def _named(field: str, key: str, by: str) -> str:
    if by == "kind":
        return PREMISES if field in WHOLE else field
    if by == "side":
        return f"levers: {ALL_LEVERS[key].who}" if field == "levers" else field
    return key if field == "levers" else f"{field.removesuffix('s')}: {key}" if key else field


def mixture(first: Scenario, second: Scenario, chosen: Sequence[Player]) -> Scenario:
    """The first scenario with some players as they are in the second.

    Raises:
        InputError: naming the combination, when it is no valid scenario.
    """
    content, other = _content(first), _content(second)
    for field, key in (change for player in chosen for change in player.changes):
        if field in LISTS:
            kept = [entry for entry in content[field] if _key(entry) != key]
            content[field] = kept + [entry for entry in other[field] if _key(entry) == key]
        elif not key:
            content[field] = other[field]
        elif key in other[field]:
            content[field][key] = other[field][key]
        else:
            content[field].pop(key, None)
    try:
        return first.with_changes(
            **{name: content[name] for name in (*BY_KEY, *LISTS, *WHOLE, "switches", "decisions")}
        )
    except InputError as error:
        names = ", ".join(player.name for player in chosen)
        raise InputError(f"{first.name} with {names} of {second.name} is no scenario: {error}; group them") from error


@checked
def attribute(
    first: Scenario,
    second: Scenario,
    outcomes: Sequence[Asked],
    by: str = "lever",
    runs: int = 256,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Attribution]:
    """Divide the difference of each outcome between two scenarios among what they differ in.

    All combinations are simulated with the same random draws, so that the Shapley values are exact for these futures,
    and every future has its own: their spread gives the interval of the mean.

    Raises:
        InputError: for more than twelve players, an outcome that does not exist in every future, equal scenarios, or a
            number of futures out of range.
    """
    asked = outcomes_of(outcomes, first, second)
    numbers_only(asked)
    check_runs(runs, fewest=2)
    who = players(first, second, by)
    if len(who) > MOST:
        coarser = [name for name in GROUPINGS if len(players(first, second, name)) <= MOST]
        more = f"; group them: by {coarser[0]} (`--by {coarser[0]}`)" if coarser else ""
        raise InputError(
            f"{first.name} and {second.name} differ in {len(who)} things; at most {MOST} can be told apart{more}"
        )
    sets = range(1 << len(who))
    specs = [mixture(first, second, [p for i, p in enumerate(who) if chosen >> i & 1]) for chosen in sets]
    specs[-1] = second if specs[-1].canonical() == second.canonical() else specs[-1]
    answers = evaluate_all([Task(spec, asked, runs, seed) for spec in specs], executor, progress)
    return [
        _divided(first, second, outcome, who, np.stack([answer[str(outcome)] for answer in answers]))
        for outcome in asked
    ]


def _divided(first: Scenario, second: Scenario, outcome: Outcome, who: Sequence[Player], values: Array) -> Attribution:
    """The attribution from `(2^players, runs)` values of all combinations."""
    runs, full = values.shape[1], len(values) - 1
    least = NONE_SEEN / runs if outcome.is_share else 0.0
    shares = tuple(
        Share(
            player, paired(each, least), effect(outcome, values[0], values[1 << i]),
            effect(outcome, values[full ^ (1 << i)], values[full]),
        )
        for i, (player, each) in enumerate(zip(who, shapley(len(who), values), strict=True))
    )  # fmt: skip
    return Attribution(first, second, outcome, effect(outcome, values[0], values[full]), shares, runs)


def shapley(count: int, values: Array) -> Array:
    """Shapley values of every player in every future.

    Args:
        count: players.
        values: (2^count, runs) worth of each set of players; bit i of the row's number is player i.

    Returns:
        (count, runs).
    """
    sizes = np.array([bin(row).count("1") for row in range(1 << count)])
    weights = np.array(
        [factorial(s) * factorial(count - s - 1) / factorial(count) if s < count else 0 for s in range(count + 1)]
    )
    result = np.zeros((count, values.shape[1]))
    for i in range(count):
        without = np.array([row for row in range(1 << count) if not row >> i & 1])
        result[i] = weights[sizes[without]] @ (values[without | (1 << i)] - values[without])
    return result


def of_game(count: int, worth: Callable[[frozenset[int]], float]) -> Array:
    """Shapley values of any game, (count,)."""
    values = [worth(frozenset(i for i in range(count) if row >> i & 1)) for row in range(1 << count)]
    return shapley(count, np.array(values)[:, None])[:, 0]
