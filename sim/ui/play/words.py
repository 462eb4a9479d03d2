"""What a room is told, in words: pure functions from its state to sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from scenarios.packages import SEATS, SPOKEN, Package
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.values import PROFILES, VALUES
from sim.analysis.amounts import dollars
from sim.analysis.board import Row
from sim.analysis.seat import shown
from sim.play import AS_IS, moves_of
from sim.results.outcomes.polarity import CLASSES, LABELS, MONTHS
from sim.results.wording import PHRASES, listed
from sim.room.debrief import Part, Reply
from sim.room.prices import Price
from sim.room.rooms import Room
from sim.room.state import DEBRIEF, DECIDE, GUESS, LOBBY, Guess, Player, State
from sim.ui.shared import wording

OBSERVER = "Only guessing"
MEANS = {
    "us_ahead": f"The US leads by {MONTHS:g} months or more.",
    "two_power": f"Neither leads by {MONTHS:g} months.",
    "several": f"Neither leads by {MONTHS:g} months, and a third bloc is within {MONTHS:g} months of the leader.",
    "china_ahead": f"China leads by {MONTHS:g} months or more.",
}
"""What each outcome means, as the guess offers it."""
assert tuple(MEANS) == CLASSES
UNSCORED = "Sell as many chips as the rules allow, and keep your customers. The model counts no points for this seat."
LEAST = 0.05
"""Billions of US dollars a year below which a price is nothing."""
_MOST = {
    "security": "your lead over the rival, or a smaller gap to it",
    "prosperity": "AI revenue at home and sales abroad",
    "safety": "no race in which developers cut corners",
    "money": "little public and private money spent on policy",
}
assert set(_MOST) == set(VALUES)
_LABELS = {"Compute that it uses": "Compute in use", "Its best model": "Best model"}
"""Lines of a board that speak of an actor, as they speak to a seat."""
ALMOST = 99.9
"""Percent from which on a chance is not told from certainty."""


# ---------------------------------------------------------------------------------------------------------------- seats
def seat_name(seat: str) -> str:
    """A seat as a heading names it."""
    name = SPOKEN[seat].removeprefix("the ") if seat else OBSERVER
    return name[:1].upper() + name[1:]


def goal(seat: str, profile: str) -> str:
    """What a seat plays for."""
    if not seat:
        return "Guess as well as you can."
    if seat == "designer":
        return UNSCORED
    weights = PROFILES[profile]._asdict()
    if len(set(weights.values())) == 1:
        return f"Balanced. Four things count alike: {listed([*_MOST.values()])}."
    first = max(weights, key=weights.__getitem__)
    rest = [_MOST[name] for name in weights if name != first]
    return f"{profile.replace('_', ' ').capitalize()}. What counts most: {_MOST[first]}. Less: {listed(rest)}."


# --------------------------------------------------------------------------------------------------------------- phases
def phase(state: State) -> str:
    """What the room does now."""
    return {
        LOBBY: "People are coming in", GUESS: "Everybody guesses", DEBRIEF: "Looking back",
        DECIDE: f"Deciding {state.year}",
    }.get(state.part, f"{state.year} has been played")  # fmt: skip


def go_on(state: State) -> str:
    """The label of the teacher's button; empty after the last phase."""
    if not state.next:
        return ""
    if state.part == LOBBY:
        return "Start the guesses"
    if state.part == GUESS:
        return "Close the guesses"
    if state.part == DECIDE:
        return f"Close {state.year} and play it"
    return "Look back" if state.next == DEBRIEF else f"Next: {state.year + 1}"


def until(year: int) -> str:
    """The month to whose end a turn is played."""
    return f"{'December' if year == DEFAULT_HORIZON else 'September'} {year}"


def decided(state: State, seat: str) -> tuple[int, int]:
    """How many in a seat have decided the year, and how many sit there."""
    people = state.seated(seat)
    votes = state.votes.get(state.year, {})
    return sum(player.number in votes for player in people), len(people)


def progress(state: State, seat: str) -> str:
    """`2 of 3 have decided`, `played by the model`."""
    done, people = decided(state, seat)
    return f"{done} of {people} {'has' if people == 1 else 'have'} decided" if people else "played by the model"


# ---------------------------------------------------------------------------------------------------------------- moves
def move(seat: str, name: str) -> Package:
    """A move of a seat."""
    return next(package for package in moves_of(seat) if package.name == name)


def price(found: Price | None) -> str:
    """What a move costs and earns, before anybody answers."""
    if found is None:
        return ""
    parts = [
        f"{more if size > 0 else less} {dollars(abs(size) * 1e9)} a year"
        for size, more, less in ((found.cost, "costs", "saves"), (found.income, "income rises by", "income falls by"))
        if abs(size) >= LEAST
    ]
    text = "; ".join(parts) or "costs next to nothing"
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Did:
    """What a seat did in a year."""

    seat: str
    name: str
    title: str
    story: str
    how: str


def did(state: State, year: int) -> list[Did]:
    """What every seat did in a year that was played, and who wanted it."""
    n = [turn.year for turn in state.turns].index(year)
    turn, counts = state.turns[n], state.counts[n]
    found = []
    for seat in SEATS:
        package, votes = move(seat, turn.moves[seat]), counts.get(seat)
        how = f"{votes[package.name]} of {sum(votes.values())} votes" if votes else "nobody voted"
        title = "Left to the model" if package.name == AS_IS and not votes else package.title
        found.append(Did(seat, seat_name(seat), title, package.story, how))
    return found


# ---------------------------------------------------------------------------------------------------------------- leads
def leads(months: float) -> str:
    """Who leads and by how much; with a decimal where a whole number would sit on the other side of well ahead."""
    if (abs(months) < MONTHS) == (round(abs(months)) < MONTHS):
        return wording.lead(months)
    return f"{'the US' if months > 0 else 'China'} leads by {abs(months):.1f} months"


def lead(months: float) -> str:
    """The same as the start of a sentence."""
    text = leads(months)
    return text[:1].upper() + text[1:]


def from_to(before: float, now: float) -> str:
    """How the lead has moved in a year."""
    if round(before) == round(now):
        return f"{lead(now)}, as a year earlier."
    was = f"China led by {round(-before)}" if round(before) < 0 else f"it was {round(before)}"
    if round(now) < 0 <= round(before):
        was = f"the US led by {round(before)}" if round(before) else "the two were level"
    return f"{lead(now)}; a year earlier {was}."


def bets(room: Room, year: int, now: float) -> str:
    """What the room had bet, and who was nearest; empty where nobody bet."""
    given = room.state.bets.get(year, {})
    if not given:
        return ""
    best = min(given.values(), key=lambda months: abs(months - now))
    nearest = [room.state.players[who].shown for who, months in given.items() if months == best]
    many = f", {len(nearest)} people" if len(nearest) > 3 else f", {listed(nearest)}"
    return (
        f"{len(given)} {'bet' if len(given) == 1 else 'bets'}; the median is {wording.signed(median(given.values()))} "
        f"months. Nearest: {wording.signed(best)}{many}."
    )


def own_bet(state: State, player: Player, year: int, now: float) -> str:
    """A player's bet against the result."""
    months = state.bets.get(year, {}).get(player.number)
    if months is None:
        return "You made no bet."
    off = round(abs(months - now))
    how = "exactly right" if off == 0 else f"{off} {'month' if off == 1 else 'months'} off"
    return f"Your bet: {wording.lead(months)}. That is {how}."


# -------------------------------------------------------------------------------------------------------------- guesses
def guess(said: Guess) -> str:
    """A guess as its maker reads it."""
    return f"{LABELS[said.outcome]}, {wording.lead(said.months)}, {said.sure}% sure"


def at_odds(outcome: str, months: float) -> str:
    """Why an outcome and a lead cannot both be guessed; empty where they can."""
    ahead = "us_ahead" if months >= MONTHS else "china_ahead" if months <= -MONTHS else ""
    if outcome == ahead or (not ahead and outcome in ("two_power", "several")):
        return ""
    return f"“{LABELS[outcome]}” and “{wording.lead(months)}” cannot both come true: change one of them"


def right(found: Sequence[tuple[Player, Guess, bool, float]]) -> str:
    """How many guessed the outcome, and how far off the middle guess of the lead was."""
    if not found:
        return "Nobody guessed."
    hits = sum(hit for *_, hit, _ in found)
    off = round(median(months for *_, months in found))
    near = f"Half of the guesses of the lead were within {off} {'month' if off == 1 else 'months'} of it."
    return f"{hits} of {len(found)} guessed the outcome. {near}"


def ends(name: str) -> str:
    """How a world ends: `as a two-power race`, `with the United States well ahead`."""
    return f"{'as' if name == 'two_power' else 'with'} {PHRASES[name]}"


def tally(found: Sequence[Guess]) -> list[tuple[str, str, int]]:
    """Outcome, label and number of guesses, for those that somebody guessed."""
    counts = {name: sum(said.outcome == name for said in found) for name in CLASSES}
    return [(name, LABELS[name], count) for name, count in counts.items() if count]


def whole(parts: Sequence[Part], low: float, high: float) -> str:
    """What all moves did together, beside what luck does."""
    together = wording.exactly(sum(part.future for part in parts))
    span = f"{wording.minus(low)} and {wording.minus(high)} months"
    return (
        f"All moves together: {together} months. In nine of ten futures of the same moves the lead lies "
        f"between {span}: that is luck."
    )


def reply(found: Reply) -> str:
    """The best reply that a seat missed, and what it would have done to the lead."""
    if not found.missed:
        return "No single move, made in every year, would have been clearly better for this goal than what was played."
    size, months = dollars(found.gain * 1e9), f"{abs(found.months):.1f} months"
    effect = f"{months} {'larger' if found.months > 0 else 'smaller'}" if abs(found.months) >= LEAST else "as it is"
    return (
        f"“{found.title}” in every year would have been worth {size} a year more by this goal, with a US lead {effect}."
    )


# --------------------------------------------------------------------------------------------------------------- boards
def line(row: Row) -> tuple[str, str, str]:
    """A line of a board: label, now with its unit, and the change in a year with its own."""
    numbers, label = shown(row), _LABELS.get(row.label, row.label)
    now = f"{numbers.after} {numbers.unit}".replace(" %", "%")
    if row.unit == "billion US dollars":
        now = dollars(row.after * 1e9)
    elif row.unit == "thousand H100e":
        now = f"{_counted(1e3 * row.after)} H100e"
    elif row.unit == "% a year" and row.after >= ALMOST:
        now = f"above {ALMOST:g}% a year"
    return label, now, numbers.ratio or _changed(row, numbers.change)


def _changed(row: Row, change: str) -> str:
    """The change of a line that is no share of what it was."""
    size = row.after - row.before
    if not change.strip("+−0."):
        return "unchanged"
    if row.unit == "billion US dollars":
        return f"{'+' if size > 0 else ''}{dollars(1e9 * size)}"
    if row.unit == "thousand H100e":
        return f"{'+' if size > 0 else '−'}{_counted(1e3 * abs(size))}"
    return f"{change} {'months' if row.unit == 'months' else 'points'}"


def _counted(number: float) -> str:
    """A number of chips as people read it: `3.2 million`, `187,000`, `260`."""
    if number >= 1e6:
        return f"{number / 1e6:,.1f} million"
    step = 10 ** max(int(math.log10(max(number, 1.0))) - 2, 0)
    return f"{round(number / step) * step:,.0f}"
