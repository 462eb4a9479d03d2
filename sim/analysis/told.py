"""What a game says, in sentences made from its table: what follows, race traps, flips, and what answers cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.packages import KINDS, SIGNATORIES, SPOKEN
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.values import PROFILES
from sim.analysis.game import SURE, Cell, Game, best_of
from sim.analysis.oracle import settled
from sim.analysis.strategy import Strategy, Values
from sim.checks import checked
from sim.results.wording import listed

AS_IS = "as_is"
VISIBLE = 0.05
"""Months of lead below which an effect is called none."""
PAIRS = (
    ("balanced", "balanced"), ("security_first", "security_first"), ("prosperity_first", "prosperity_first"),
    ("safety_first", "safety_first"),
)  # fmt: skip
"""Values of the first player and of all others for which games are set side by side."""


@dataclass(frozen=True)
class Trap:
    """What follows, and another combination that is better for everybody."""

    follows: Cell
    better: Cell
    gains: tuple[float, ...]
    """What each player would gain by the other combination, billions of US dollars a year."""


@dataclass(frozen=True)
class Flip:
    """A player's best reply, and to what it becomes another."""

    player: str
    by: str
    """Whose option it turns on."""
    replies: dict[str, str]
    """Option → the reply that is clearly the best to it, the others as in what follows."""


@dataclass(frozen=True)
class Answered:
    """What an option changes of the lead, by what another player does all the while."""

    option: str
    months: dict[str, float]
    """Answer → months of lead against doing nothing new, under the same answer."""


def trap(game: Game, follows: Cell) -> Trap | None:
    """The combination that leaves everybody better off than what follows, clearly so; None where there is none."""
    here, best = game.place(follows), None
    for cell in game.cells():
        gains = np.array([game.mean[(n, *cell)] - game.mean[(n, *here)] for n in range(len(game.players))])
        if (gains <= 0).any() or (best is not None and gains.min() <= min(best.gains)):
            continue
        if all(_surely_more(game, n, cell, here) for n in range(len(game.players))):
            best = Trap(follows, game.named(cell), tuple(map(float, gains)))
    return best


def _surely_more(game: Game, n: int, cell: Sequence[int], than: Sequence[int]) -> bool:
    worth = np.stack([game.worth[n][tuple(cell)], game.worth[n][tuple(than)]])
    found = best_of(("more", "not"), worth, game.seed)
    return found.reply == "more" and found.p >= SURE


def flips(game: Game, follows: Cell) -> list[Flip]:
    """Players whose clearly best reply changes with what one other does, everybody else as in what follows."""
    found = []
    for player in game.players:
        replies = game.replies(player)
        others = [name for name in game.players if name != player]
        usual = {name: option for name, option in zip(game.players, follows, strict=True) if name != player}
        for by in others:
            sure = {}
            for option in game.options[by]:
                reply = replies[tuple({**usual, by: option}[name] for name in others)]
                if not reply.tie:
                    sure[option] = reply.reply
            if len(set(sure.values())) > 1:
                found.append(Flip(player, by, sure))
    return found


def answered(found: Strategy, player: str, by: str) -> list[Answered]:
    """What every option of a player changes of the lead, by what another does; all others do nothing new.

    The option whose effect depends most on the answer comes first. Treaties are left out: they need both.
    """
    lead = found.lead.mean(axis=-1)
    n, m = found.players.index(player), found.players.index(by)
    rest = tuple(_as_is(found, k) for k in range(len(found.players)))
    result = []
    for k, option in enumerate(found.options[player]):
        if option == AS_IS or found.packages[player][k].treaty:
            continue
        months = {}
        for j, answer in enumerate(found.options[by]):
            if found.packages[by][j].treaty:
                continue
            cell = tuple(k if i == n else j if i == m else at for i, at in enumerate(rest))
            base = tuple(j if i == m else at for i, at in enumerate(rest))
            months[answer] = float(lead[cell] - lead[base])
        result.append(Answered(option, months))
    return sorted(result, key=lambda each: min(each.months.values()) - max(each.months.values()))


def _as_is(found: Strategy, n: int) -> int:
    options = found.options[found.players[n]]
    return options.index(AS_IS) if AS_IS in options else 0


# --- in words ---------------------------------------------------------------------------------------------------------


@checked
def sentences(found: Strategy, values: Values | None = None, politics: bool = True) -> dict[str, str]:
    """What the table says, by topic: what follows, race trap, a deal, flips, what answers cost, what depends on values.

    Topics about which there is nothing to say are left out.
    """
    game = found.game(values, politics)
    follows, alone = settled(game), game.without(_treaties(found))
    said = {
        "follows": _follows(found, game, follows), "trap": _trap(found, game, follows),
        "deal": _deal(found, game, alone), "flip": _flip(found, alone, settled(alone)),
        "without": _without(found, alone), "answer": _answer(found), "values": _values(found, politics),
    }  # fmt: skip
    return {topic: text for topic, text in said.items() if text}


def title(found: Strategy, player: str, option: str) -> str:
    """A package by its title, in quotation marks."""
    return f"“{next(package.title for package in found.packages[player] if package.name == option)}”"


def _cell(found: Strategy, cell: Cell) -> str:
    return listed([f"{title(found, p, name)} ({SPOKEN[p]})" for p, name in zip(found.players, cell, strict=True)])


def _follows(found: Strategy, game: Game, follows: Cell) -> str:
    still = game.equilibria()
    if follows in still:
        said = f"{_cell(found, follows)}: nobody gains by doing something else alone."
        if len(still) > 1:
            said += f" {len(still) - 1} other combination{'s' if len(still) > 2 else ''} would hold as well."
    else:
        said = (
            f"In every combination somebody gains by doing something else. If {SPOKEN[game.players[0]]} moves first "
            f"and the others answer, it comes to {_cell(found, follows)}."
        )
    if follows in still and (led := game.led()) != follows:
        said += f" If {SPOKEN[game.players[0]]} could commit itself first, it would come to {_cell(found, led)}."
    sure = [(p, best) for p in game.players if (best := game.dominant(p)) is not None]
    if sure:
        told = listed([f"{SPOKEN[p]} ({title(found, p, best)})" for p, best in sure])
        said += f" Whatever the others do, one package is best for {told}."
    return f"{said} {_lead(found, game, follows)}"


def _lead(found: Strategy, game: Game, cell: Sequence[str]) -> str:
    """Lead and accidents of a cell against nothing new."""
    here, usual = game.place(cell), tuple(_as_is(found, n) for n in range(len(found.players)))
    lead, chance = found.lead.mean(axis=-1), found.outcome("accident_hazard").mean(axis=-1)
    return (
        f"The US lead at the end of {DEFAULT_HORIZON} is then {lead[here]:.1f} months, against {lead[usual]:.1f} if "
        f"all stay as they are; the chance of a serious accident in that year is {chance[here]:.0f}% against "
        f"{chance[usual]:.0f}%."
    )


def _trap(found: Strategy, game: Game, follows: Cell) -> str:
    caught = trap(game, follows)
    if caught is None:
        return "No race trap: there is no combination that everybody clearly prefers to what follows."
    gains = listed([f"{SPOKEN[p]} ({gain:,.0f})" for p, gain in zip(game.players, caught.gains, strict=True)])
    leaves = _leaving(found, game, caught.better)
    why = f"It does not hold: {leaves} would gain by leaving it." if leaves else "But nobody gets there alone."
    return (
        f"A race trap: everybody would be better off with {_cell(found, caught.better)}, by so many billion dollars a "
        f"year at the stakes of 2026: {gains}. {why}"
    )


def _leaving(found: Strategy, game: Game, cell: Cell) -> str:
    """Who would clearly gain by leaving a combination alone, and for what."""
    gone = []
    for player, option in zip(game.players, cell, strict=True):
        others = tuple(name for p, name in zip(game.players, cell, strict=True) if p != player)
        reply = game.replies(player)[others]
        if reply.reply != option and not reply.tie:
            gone.append(f"{SPOKEN[player]} ({title(found, player, reply.reply)})")
    return listed(gone)


def _treaties(found: Strategy) -> dict[str, list[str]]:
    """Player → packages that need the other's signature."""
    signed = {p: [package.name for package in own if package.treaty] for p, own in found.packages.items()}
    return {p: names for p, names in signed.items() if names and len(names) < len(found.packages[p])}


def _flip(found: Strategy, game: Game, follows: Cell) -> str:
    turned = flips(game, follows)
    if not turned:
        return "No flip: whatever another player does short of a deal, nobody's clearly best answer changes."
    return " ".join(
        f"A flip: the best answer of {SPOKEN[flip.player]} to what {_does(flip.by)} changes. It is "
        f"{_grouped(found, flip)}."
        for flip in turned
    )


def _grouped(found: Strategy, flip: Flip) -> str:
    """Best replies with what they answer, the most usual one last."""
    by: dict[str, list[str]] = {}
    for option, reply in flip.replies.items():
        by.setdefault(reply, []).append(option)
    *few, (most, rest) = sorted(by.items(), key=lambda item: len(item[1]))
    parts = [
        f"{title(found, flip.player, reply)} to {listed([title(found, flip.by, option) for option in options], 'or')}"
        for reply, options in few
    ]
    told = "everything else" if len(rest) > 1 else title(found, flip.by, rest[0])
    return f"{', '.join(parts)} and {title(found, flip.player, most)} to {told}"


def _does(player: str) -> str:
    return f"{SPOKEN[player]} {'do' if SPOKEN[player].endswith('s') and player in KINDS else 'does'}"


def _without(found: Strategy, game: Game) -> str:
    """What follows if nobody may choose what is best in any case: there the rest of the table speaks."""
    best = {player: {name} for player in game.players if (name := game.dominant(player)) and name != AS_IS}
    if not best or any(len(game.options[player]) < 3 for player in best):
        return ""
    rest = game.without(best)
    follows = settled(rest)
    barred = listed([f"{title(found, p, name)} ({SPOKEN[p]})" for p, (name,) in best.items()])
    turned = flips(rest, follows)
    flipped = f" {_flip(found, rest, follows)}" if turned else ""
    return f"If nobody may choose {barred}, it comes to {_cell(found, follows)}.{flipped}"


def _deal(found: Strategy, game: Game, alone: Game) -> str:
    """What a treaty does where both sign it, against what follows without one, and whether it holds."""
    signed = _treaties(found)
    if set(signed) != set(SIGNATORIES):
        return ""
    without = settled(alone)
    cell = tuple(signed[p][0] if p in signed else name for p, name in zip(found.players, without, strict=True))
    here, there = game.place(cell), game.place(without)
    gains = [
        f"{_dollars(float(game.mean[(n, *here)] - game.mean[(n, *there)]))} to {SPOKEN[p]}"
        for n, p in enumerate(found.players) if p in signed
    ]  # fmt: skip
    leaves = _leaving(found, game, cell)
    holds = (
        f"It does not hold by itself: {leaves} would gain by leaving it." if leaves
        else "Once all are in it, nobody clearly gains by leaving it."
    )  # fmt: skip
    said = f"A deal that both sign is worth {listed(gains)}, against what follows without one."
    return f"{said} {_lead(found, game, cell)} {holds}"


def _dollars(billions: float) -> str:
    """An amount as a sentence says it."""
    return f"{'minus ' if billions < 0 else ''}{abs(billions):,.0f} billion dollars a year"


def _answer(found: Strategy) -> str:
    player, by = found.players[:2]
    first = next(iter(answered(found, player, by)), None)
    if first is None or not first.months:
        return ""
    low, high = (pick(first.months, key=lambda name: first.months[name]) for pick in (min, max))
    if first.months[high] - first.months[low] < VISIBLE:
        return f"No package of {SPOKEN[player]} changes the lead by more or less for what {SPOKEN[by]} does."
    return (
        f"{title(found, player, first.option)} changes the lead by {_months(first.months[low])} if {SPOKEN[by]} "
        f"chooses {title(found, by, low)}, and by {_months(first.months[high])} if it chooses {title(found, by, high)}."
    )


def _months(value: float) -> str:
    return "0.0 months" if abs(value) < VISIBLE else f"{value:+.1f} months".replace("-", "−")


def by_profiles(found: Strategy, politics: bool = True) -> dict[tuple[str, str], Cell]:
    """What follows by the values of the first player and of all others."""
    result = {}
    for pair in PAIRS:
        wanted = {player: pair[n > 0] for n, player in enumerate(found.players)}
        result[pair] = settled(found.game(wanted, politics))
    return result


def _values(found: Strategy, politics: bool) -> str:
    cells = by_profiles(found, politics)
    if len(set(cells.values())) == 1:
        names = listed([name.replace("_", " ") for name in PROFILES])
        return f"Where both want the same, values do not decide: under {names} the same follows."
    by: dict[Cell, list[str]] = {}
    for (profile, _), cell in cells.items():
        by.setdefault(cell, []).append(profile.replace("_", " "))
    parts = [f"{listed(profiles)} on all sides: {_cell(found, cell)}" for cell, profiles in by.items()]
    return f"What follows depends on the values. With {'; with '.join(parts)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
