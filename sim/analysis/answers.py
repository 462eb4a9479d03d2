"""What a policy is worth once others answer it: if nobody does, if the rival does, and if everybody does.

Who answers takes the package that is best for it, with the policy and without it; what is compared are the two leads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import product

import numpy as np

from scenarios import groups
from scenarios.decisions import holds
from scenarios.errors import InputError
from scenarios.packages import EVENTS, PLAYERS, combined, members, packages, player_of
from scenarios.partner_levers import ALL_LEVERS, SIDES as KINDS
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.rules import SUPERPOWERS
from scenarios.schema import Scenario
from scenarios.tables import table
from sim.analysis.cells import Cells
from sim.analysis.game import Reply
from sim.analysis.payoffs import SIDES
from sim.analysis.strategy import Strategy, Values
from sim.batch.evaluate import Progress
from sim.checks import check_runs, checked
from sim.results.paired import Paired, paired
from sim.run import simulate


@dataclass(frozen=True)
class Answer:
    """The effect of a policy on the lead if some players answer it as is best for them."""

    effect: Paired
    """Months of lead with the policy and the answers to it, less those without it and the answers to that."""
    replies: Mapping[str, tuple[Reply, Reply]]
    """Player → its best package without the policy and with it; `p` is the share of resamples in which it is."""

    @property
    def changed(self) -> tuple[str, ...]:
        """Players whose answer is another one because of the policy."""
        return tuple(who for who, (before, after) in self.replies.items() if before.reply != after.reply)


def movers(spec: Scenario, base: Scenario) -> tuple[str, ...]:
    """Players who decide something else in a scenario than in the one that it is compared with."""
    changed = {lever.who for name, lever in ALL_LEVERS.items() if spec.setting(name) != base.setting(name)}
    ruled = {_side(rule.issuer) for rule in spec.rules if rule not in base.rules}
    happened = {event.kind for event in spec.events if event not in base.events}
    acted = {PLAYERS[player] for player, kinds in EVENTS.items() if happened & set(kinds)}
    decided = {
        PLAYERS[player] for player in PLAYERS for actor in members(base, player)
        if _held(spec, actor) != _held(base, actor)
    }  # fmt: skip
    return tuple(player for player, who in PLAYERS.items() if who in changed | ruled | acted | decided)


def _side(issuer: str) -> str:
    """Who decides what an issuer of rules does, in the words of levers."""
    if issuer in SUPERPOWERS:
        return PLAYERS[SUPERPOWERS[issuer]]
    return KINDS[next(row.kind for row in table("actors") if row.actor in groups.members(issuer))]


def _held(spec: Scenario, actor: str) -> dict[str, object]:
    """Decisions of an actor that a scenario holds at something."""
    return {name: setting for name, setting in spec.decided(actor).items() if holds(setting)}


def rivals(spec: Scenario, base: Scenario) -> tuple[str, ...]:
    """Superpowers that have not moved."""
    return tuple(player for player in SIDES if player not in movers(spec, base))


@checked
def unanswered(spec: Scenario, base: Scenario, runs: int = 256, seed: int = 0, year: int = DEFAULT_HORIZON) -> Paired:
    """The effect on the lead with every actor held to what it decides without the policy, months.

    Args:
        spec: the policy.
        base: what it is compared with.
        runs: futures.
        seed: names the dice.
        year: at whose end leads are read.
    """
    check_runs(runs, fewest=2)
    until = max(year, DEFAULT_HORIZON)
    usual = simulate(base, runs, seed, until, keep=["decisions"])
    held = simulate(spec, runs, seed, until, keep=["decisions"], held=usual["decisions"])
    t = usual.step(year)
    return paired(held["lead_months"][t] - usual["lead_months"][t])


@checked
def answer(
    spec: Scenario,
    base: Scenario,
    players: Sequence[str],
    values: Values | None = None,
    runs: int = 256,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Answer:
    """The effect on the lead in 2032 if players answer as is best for them, and settle among themselves.

    Args:
        spec: the policy.
        base: what it is compared with.
        players: who answers, such as `china`; nobody who has moved.
        values: player → what it wants; by default as in the policy's scenario.
        runs: futures of each combination.
        seed: names the dice.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).

    Raises:
        InputError: for a player who is named twice or has moved, or where nobody answers.
    """
    check_runs(runs, fewest=2)
    who = tuple(map(player_of, players))
    moved = set(movers(spec, base))
    if not who or len(set(who)) < len(who) or moved & set(who):
        free = [player for player in PLAYERS if player not in moved]
        given = ", ".join(who) or "nobody"
        raise InputError(f"players who answer are {given}; name some of {', '.join(free)}, each once")
    own = {p: tuple(one for one in packages(p).values() if one.usual and not one.treaty) for p in who}
    cells = Cells(spec, who, runs, seed, record=base)
    chosen = [dict(zip(who, each, strict=True)) for each in product(*own.values())]
    specs = [combined(world, each) for world in (base, spec) for each in chosen]
    rows = np.stack(cells.simulate(specs, executor, progress))
    sizes = tuple(map(len, own.values()))
    before, after = (
        Strategy(cells, own, half.reshape(*sizes, len(cells.names), runs)) for half in np.split(rows, 2)
    )  # fmt: skip
    ends = [_settled(table, values) for table in (before, after)]
    leads = [table.lead[place] for table, (place, _) in zip((before, after), ends, strict=True)]
    return Answer(paired(leads[1] - leads[0]), {p: (ends[0][1][p], ends[1][1][p]) for p in who})


def _settled(table: Strategy, values: Values | None) -> tuple[tuple[int, ...], dict[str, Reply]]:
    """Where players who answer come to rest, and each one's best reply there."""
    game = table.game(values)
    place = game.at_rest()
    cell = game.named(place)
    replies = {
        player: game.replies(player)[tuple(name for k, name in enumerate(cell) if k != n)]
        for n, player in enumerate(table.players)
    }  # fmt: skip
    return place, replies
