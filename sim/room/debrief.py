"""What a room looks back on: its guesses, the model's own actors, better replies, what moved the result, and files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import yaml

from scenarios.files import standalone
from scenarios.packages import PLAYERS, SEATS
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from sim.analysis import payoffs
from sim.analysis.attribution import shapley
from sim.ensemble.rng import Array
from sim.play import AS_IS, Game, Turn, moves_of, played
from sim.results.outcomes import polarity
from sim.results.run import Run
from sim.results.wording import rounded
from sim.room.rooms import KEEP, Room
from sim.room.state import Guess, Player
from sim.run import simulate

MISSED = 1.0
"""Billions of US dollars a year by which another move must be worth more to be called a better reply."""


@dataclass(frozen=True)
class Ending:
    """How a world ends: in the future that was played, and in all of them."""

    outcome: str
    months: float
    """US lead at the end of 2032 in the future that was played."""
    mean: float
    """The same on average over all futures."""
    counts: Mapping[str, int]
    """Outcomes of 100 futures."""

    @classmethod
    def of(cls, run: Run, future: int) -> Ending:
        """The ending of a run."""
        months = run["lead_months"][-1]
        classes = polarity.at_year(run, DEFAULT_HORIZON)
        counts = rounded(polarity.shares(classes))
        return cls(polarity.CLASSES[int(classes[future])], float(months[future]), float(months.mean()), counts)


@dataclass(frozen=True)
class Reply:
    """A seat's best reply to what all others did, of moves that it makes throughout."""

    seat: str
    goal: str
    move: str
    title: str
    gain: float
    """Billions of US dollars a year more than what was played, on average over all futures."""
    months: float
    """What it would have done to the US lead at the end."""

    @property
    def missed(self) -> bool:
        """Whether what was played was worth less by more than a trifle."""
        return self.gain > MISSED


@dataclass(frozen=True)
class Part:
    """What the moves of a seat, or of a year, did to the US lead at the end of 2032."""

    name: str
    future: float
    """Months, in the future that was played."""
    mean: float
    """Months, on average over all futures."""


def ending(game: Game) -> Ending:
    """How the class's world ended."""
    return Ending.of(game.run, game.future)


def by_the_model(game: Game) -> Ending:
    """How the same futures end where the model's own actors decide everything."""
    return Ending.of(_run(game, game.base), game.future)


def guessed(room: Room, end: Ending) -> list[tuple[Player, Guess, bool, float]]:
    """Every guess, the nearest first: who, what, whether the outcome is right, and how many months off."""
    rows = [
        (room.state.players[who], guess, guess.outcome == end.outcome, abs(guess.months - end.months))
        for who, guess in room.state.guesses.items()
    ]
    return sorted(rows, key=lambda row: (not row[2], row[3]))


def best_replies(room: Room, game: Game) -> list[Reply]:
    """For every player of the game, the move that would have been worth most by its goal, made in every year.

    What was played counts as it was; the chip designer has no payoff.
    """
    found = []
    before = game.run
    for seat in PLAYERS:
        goal = room.goal(seat)
        usual = payoffs.payoff(before, seat, goal)
        best = Reply(seat, goal, "", "", 0.0, 0.0)
        for package in moves_of(seat):
            turns = [Turn(turn.year, {**turn.moves, seat: package.name}) for turn in game.turns]
            run = _run(game, played(game.base, turns))
            gain = float((payoffs.payoff(run, seat, goal) - usual).mean())
            if gain > best.gain:
                months = float((run["lead_months"][-1] - before["lead_months"][-1]).mean())
                best = Reply(seat, goal, package.name, package.title, gain, months)
        found.append(best)
    return found


def by_seat(game: Game) -> list[Part]:
    """What each seat's moves did to the lead, averaged over all orders in which they are made (Shapley values)."""
    acted = [seat for seat in SEATS if any(turn.moves[seat] != AS_IS for turn in game.turns)]
    return _divided(game, acted, lambda chosen: [
        Turn(turn.year, {seat: move if seat in chosen else AS_IS for seat, move in turn.moves.items()})
        for turn in game.turns
    ])  # fmt: skip


def by_year(game: Game) -> list[Part]:
    """The same for what was decided in each year."""
    years = [str(turn.year) for turn in game.turns if any(move != AS_IS for move in turn.moves.values())]
    idle = dict.fromkeys(SEATS, AS_IS)
    return _divided(game, years, lambda chosen: [
        turn if str(turn.year) in chosen else Turn(turn.year, idle) for turn in game.turns
    ])  # fmt: skip


def _divided(game: Game, names: list[str], turns_of: Callable[[set[str]], list[Turn]]) -> list[Part]:
    """Shapley values of some parts of what was played."""
    leads = np.zeros((1 << len(names), game.runs))
    for size in range(len(names) + 1):
        for some in combinations(range(len(names)), size):
            chosen = {names[n] for n in some}
            row = sum(1 << n for n in some)
            leads[row] = _run(game, played(game.base, turns_of(chosen)), ("capability", "alignment"))["lead_months"][-1]
    parts = shapley(len(names), leads) if names else np.zeros((0, game.runs))
    return [Part(name, float(part[game.future]), float(part.mean())) for name, part in zip(names, parts, strict=True)]


def _run(game: Game, spec: Scenario, keep: tuple[str, ...] = KEEP) -> Run:
    return simulate(spec, runs=game.runs, seed=game.seed, until=DEFAULT_HORIZON, keep=keep)


# --- files ------------------------------------------------------------------------------------------------------------
def scenario_yaml(game: Game) -> str:
    """What was played as a scenario file: simulated, it gives the same numbers to the last bit."""
    head = (
        f"# A game, played a year at a time: future {game.future} of {game.runs}.\n"
        f"# polarity run FILE --runs {game.runs} --seed {game.seed}\n"
    )
    return head + yaml.safe_dump(standalone(game.spec), sort_keys=False, allow_unicode=True, width=110)


def votes_csv(room: Room) -> str:
    """Everything that people decided, bet, guessed and answered, without their names: a row each."""
    rows: list[tuple[object, ...]] = []
    state = room.state
    for who, guess in state.guesses.items():
        rows.append(("guess", DEFAULT_HORIZON, who, _seat(state.players, who), guess.outcome, guess.months, guess.sure))
    for year, votes in state.votes.items():
        rows += [("move", year, who, _seat(state.players, who), move, "", "") for who, move in votes.items()]
    for year, bets in state.bets.items():
        rows += [("bet", year, who, _seat(state.players, who), "", months, "") for who, months in bets.items()]
    for (when, question), answers in state.answers.items():
        rows += [(f"answer {when}", question, who, _seat(state.players, who), text, "", "")
                 for who, text in answers.items()]  # fmt: skip
    for turn in state.turns:
        rows += [("played", turn.year, "", seat, move, "", "") for seat, move in turn.moves.items()]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("what", "year or question", "player", "seat", "choice", "months", "how sure"))
    writer.writerows(tuple(_safe(cell) for cell in row) for row in rows)
    return file.getvalue()


def _seat(players: Mapping[int, Player], who: int) -> str:
    return players[who].seat or "observer"


def _safe(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(tuple("=+-@\t\r")) else cell


def leads(game: Game) -> Array:
    """US lead at a fixed pace in the future that is played, months, by quarter, as far as the game has come."""
    months: Array = game.run["lead_months"][: game.quarters, game.future]
    return months
