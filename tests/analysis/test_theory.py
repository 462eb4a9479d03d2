"""Signs that theory asks for, in the model and in games with a formula; where the model has another one, it says so."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from agents.compute import CORNERS
from scenarios import load
from scenarios.schema import Scenario
from scenarios.values import PROFILES
from sim.analysis.continuous import equilibrium
from sim.analysis.game import Game
from sim.batch.evaluate import Task, evaluate_all
from sim.ensemble.rng import Array
from sim.results.outcomes.scalar import parse
from sim.results.paired import Paired, paired

HERE = load("current_policy")
HAZARD = "governance.accident_hazard@2032"
LEAD = "lead_months@2032"


def asked(specs: list[Scenario], *names: str, runs: int = 128) -> list[dict[str, Array]]:
    """The same futures of several scenarios."""
    return evaluate_all([Task(spec, tuple(parse(name) for name in names), runs, 0) for spec in specs])


# --- Stafford, Trager, Dafoe (2022): who cuts corners; the decision alone is in tests/engine/test_race.py -------------


@pytest.fixture(scope="module")
def laggards() -> dict[float, tuple[Array, Array]]:
    """By hostility: China's safety share at the end of 2031, and how far it has been from the US since 2030."""
    names = ("compute_use.china.safety@2031", "gap_eci@2031", "gap_eci@2030")
    open_trade = load("open_trade")  # futures in which the two are close are many here
    specs = [open_trade.with_changes(parameters={"hostility": h, "accident_hazard": 0.01}) for h in (0.05, 0.95)]
    found = [tuple(answer.values()) for answer in asked(specs, *names, runs=256)]
    return {h: (share, np.array([now, before])) for h, (share, now, before) in zip((0.05, 0.95), found, strict=True)}


def test_in_whole_runs_a_weak_laggard_cuts_no_corners(laggards):
    share, gap = laggards[0.95]
    weak = (gap > 15).all(axis=0)
    assert weak.sum() >= 10
    assert share[weak].min() > 0.97 * 0.03


def test_in_whole_runs_a_mild_laggard_cuts_next_to_none(laggards):
    share, _ = laggards[0.05]
    assert share.min() >= 0.03 * (1 - CORNERS * 0.05) * 0.999


def test_in_whole_runs_a_close_and_hostile_laggard_cuts_corners(laggards):
    share, gap = laggards[0.95]
    close = (np.abs(gap) < 3).all(axis=0)
    assert close.sum() >= 3
    assert share[close].max() < 0.6 * 0.03


# --- Emery-Xu, Park, Trager: decisive races ---------------------------------------------------------------------------


def worth_a_month(times: float) -> Scenario:
    """A month of lead is worth so many times its middle value, to both."""
    return HERE.with_changes(parameters={"us_month_value": 25 * times, "china_month_value": 15 * times})


@pytest.fixture(scope="module")
def decisive() -> dict[str, tuple[Paired, Paired]]:
    """What each change does to the hazard and to the lead at the end of 2032, future by future."""
    both = {"security": 4}
    hostile, mild = (HERE.with_changes(parameters={"hostility": h}) for h in (0.95, 0.05))
    pairs = {
        "month": (worth_a_month(0.25), worth_a_month(4)),
        "security": (HERE, HERE.with_changes(values={"united_states": both, "china": both})),
        "hostility": (mild, hostile),
    }
    answers = asked([spec for pair in pairs.values() for spec in pair], HAZARD, LEAD)
    return {
        name: tuple(paired(answers[2 * n + 1][what] - answers[2 * n][what]) for what in (HAZARD, LEAD))
        for n, name in enumerate(pairs)
    }


def test_a_race_is_more_dangerous_the_more_hostile_it_is(decisive):
    hazard, _ = decisive["hostility"]
    assert hazard.low > 0.5


@pytest.mark.parametrize("what", ["month", "security"])
def test_a_lead_that_is_worth_more_makes_no_race_more_dangerous_here(decisive, what):
    """Theory has the other sign. Here no value reaches the safety share: it answers to closeness and hostility alone.

    Washington, to whom a month is worth more, does more that lengthens the lead, so that the race is less close
    and developers cut less.
    """
    hazard, lead = decisive[what]
    assert lead.low > 0
    assert hazard.high < 0


# --- RAND RRA4444-1: leverage falls with delay ------------------------------------------------------------------------


def starting(name: str, quarter: str) -> Scenario:
    """Current policy until a quarter; from then on the levers of another scenario."""
    return HERE.with_levers(**{lever: {quarter: value} for lever, value in load(name).levers.items()})


@pytest.mark.parametrize("name", ["tight_controls", "closed_ideas", "controls_erode"])
def test_a_lever_moves_the_lead_less_the_later_it_is_pulled(name):
    dated = [starting(name, f"{year}-Q1") for year in (2027, 2028, 2029)]
    usual, *moved = (answer[LEAD] for answer in asked([HERE, *dated], LEAD))
    sign = np.sign((moved[0] - usual).mean())
    effects = [sign * (lead - usual) for lead in moved]
    assert paired(effects[-1]).low > 0
    for sooner, later in pairwise(effects):
        assert paired(sooner - later).low > 0


# --- RAND RRA4245-1: both accelerate if both believe that benefit exceeds risk ----------------------------------------

SPEEDS = {"slow": 0.2, "steady": 0.5, "fast": 0.8}


def race(profile: str) -> Game:
    """A planted race: the faster gets more of the prize, and whoever is fast adds to a risk that both bear."""
    weights, speeds = PROFILES[profile], np.array(list(SPEEDS.values()))
    mine, theirs = np.meshgrid(speeds, speeds, indexing="ij")
    prize = (weights.security + weights.prosperity) * mine / (mine + theirs)
    worth = prize - weights.safety * 2 * (mine + theirs) / 2
    return Game.of({"united_states": tuple(SPEEDS), "china": tuple(SPEEDS)}, [worth, worth.T])


@pytest.mark.parametrize("profile", ["security_first", "prosperity_first"])
def test_where_both_put_the_prize_first_racing_is_the_equilibrium(profile):
    game = race(profile)
    assert game.equilibria() == [("fast", "fast")]
    slow, fast = game.mean[:, 0, 0], game.mean[:, 2, 2]
    assert (slow > fast).all()  # a dilemma: both would be better off slow


def test_where_both_put_safety_first_racing_is_none():
    assert race("safety_first").equilibria() == [("slow", "slow")]
    assert race("safety_first").gain((2, 2)) > 0


# --- a safety game of n players that has a closed form ----------------------------------------------------------------


def safety_game(k: float, w: float) -> Callable[[int, Array], float]:
    """Everybody gives a share s to safety; all is lost unless everybody is safe, and the less careful win more.

    P(s) = k s / (k s + 1 − s) is the chance to be safe, (1 − s)^w the strength in the race for a prize of 100.
    """

    def worth(n: int, s: Array) -> float:
        strength = (1 - s) ** w
        prize = strength[n] / strength.sum() if strength.sum() > 0 else 1 / len(s)
        return float((k * s / (k * s + 1 - s)).prod() * 100 * prize)

    return worth


def closed_form(n: int, k: float, w: float) -> tuple[float, float]:
    """The share for safety and the chance to be safe of each, in the symmetric equilibrium."""
    roots = np.roots([n * (k - 1), -(n * (2 * k - 1) + w * (n - 1)), n * k])
    p = float(roots.real.min())
    return p / (k * (1 - p) + p), p


@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize(("k", "w"), [(2, 0.5), (2, 2), (5, 1), (20, 1), (20, 4)])
def test_replies_lead_to_the_closed_form(n, k, w):
    share, _ = closed_form(n, k, w)
    found = equilibrium(safety_game(k, w), n, start=np.linspace(0.2, 0.8, n))
    assert found.levels == pytest.approx(np.full(n, share), abs=1e-6)
    assert found.gain < 1e-9


def test_in_it_a_more_decisive_race_is_more_dangerous_and_so_is_one_of_more_players():
    def safe(n: int, w: float) -> float:
        s = equilibrium(safety_game(5, w), n).levels
        return float((5 * s / (5 * s + 1 - s)).prod())

    assert safe(2, 0.5) > safe(2, 1) > safe(2, 2) > safe(2, 4)
    assert safe(2, 1) > safe(3, 1) > safe(5, 1)
