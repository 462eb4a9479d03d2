"""What a move costs whoever makes it, before anybody answers: the price that stands beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.packages import PLAYERS, SEATS
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from sim.analysis import payoffs
from sim.ensemble.rng import Array
from sim.play import AS_IS, FIRST_YEAR, Turn, moves_of, played
from sim.results.costs import ACCOUNT
from sim.results.run import Run
from sim.run import simulate

RUNS = 64
"""Futures over which prices are averaged: the same ones for every move, so that differences are of the move."""
YEARS = range(FIRST_YEAR, DEFAULT_HORIZON + 1)
MAKERS = "united_states.chip_profit"
"""The account that the chip designers live by; no payoff is counted for them."""


@dataclass(frozen=True)
class Price:
    """What a move that is made every year changes for its own seat if nobody answers; billions of US dollars a year."""

    cost: float
    """More spent, or less where negative."""
    income: float
    """More earned, or less where negative."""


Prices = dict[str, dict[str, Price]]
"""Seat → move → its price."""


def prices(base: Scenario, seed: int = 0) -> Prices:
    """The price of every move of every seat.

    Args:
        base: the scenario in which a game is played.
        seed: names the dice.

    Returns:
        What every move costs, on average over years and futures; `as_is` costs nothing and is left out.
    """
    usual = _run(base, seed)
    return {
        seat: {
            package.name: _price(usual, _run(_throughout(base, seat, package.name), seed), seat)
            for package in moves_of(seat)
            if package.name != AS_IS
        }
        for seat in SEATS
    }


def _throughout(base: Scenario, seat: str, move: str) -> Scenario:
    return played(base, [Turn(year, dict.fromkeys(SEATS, AS_IS) | {seat: move}) for year in YEARS])


def _run(spec: Scenario, seed: int) -> Run:
    return simulate(spec, runs=RUNS, seed=seed, until=DEFAULT_HORIZON, keep=("capability", *sorted(payoffs.NEEDED)))


def _price(before: Run, after: Run, seat: str) -> Price:
    if seat not in PLAYERS:
        return Price(0.0, float((_makers(after) - _makers(before)).mean()))
    change = (payoffs.parts(after, seat) - payoffs.parts(before, seat)).mean(axis=1)
    part = dict(zip(payoffs.PARTS, change, strict=True))
    return Price(-float(part["money"]), float(part["prosperity"]))


def _makers(run: Run) -> Array:
    """Profit of chip makers on sales abroad, (runs,), billions of US dollars a year after the data."""
    first = run.step(FIRST_YEAR - 1) + 1
    return np.asarray(run.part(f"{ACCOUNT}.{MAKERS}")[first:].sum(axis=0) / 1e9 / len(YEARS))
