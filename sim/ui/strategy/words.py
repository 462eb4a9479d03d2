"""What the page says beside the sentences of the analysis: headings, the headline, and what speaks against it."""

from __future__ import annotations

from scenarios.packages import SPOKEN, Response, packages
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.signposts import SIGNPOSTS, YEARS
from sim.analysis.payoffs import ACCIDENT
from sim.analysis.signposts import Reading as Read
from sim.analysis.strategy import Strategy
from sim.analysis.told import VISIBLE
from sim.results.wording import listed, signed
from sim.ui.shared import wording
from sim.ui.strategy.reading import Leaving, Reading
from sim.ui.strategy.wishes import SHORT

TOPICS = {
    "trap": "Is another combination better for everybody?",
    "deal": "Would a deal help, and would it hold?",
    "flip": "Does the best answer change with what the other does?",
    "without": "Without the package that is best in any case",
    "answer": "What an answer costs",
    "values": "How much depends on the values",
}
"""Sentences of `sim.analysis.told` by topic, in the order of the page; the first topic is in the headline."""
UNIT = "billion US dollars a year at the stakes of 2026"
PARTS = {
    "security": "Security", "prosperity": "Prosperity", "safety": "Safety", "money": "Money", "politics": "Politics",
}  # fmt: skip


def headline(reading: Reading) -> str:
    """What the answers of everybody do to the lead."""
    here, usual = reading.mean("lead_months", reading.follows), reading.mean("lead_months", reading.now)
    who = "both sides answer" if len(reading.follows) == 2 else "everybody answers"
    if abs(here - usual) < VISIBLE:
        return f"If {who}, the US lead stays at {wording.decimal(usual)} months at the end of {DEFAULT_HORIZON}"
    verb = "falls" if here < usual else "grows"
    return (
        f"If {who}, the US lead at the end of {DEFAULT_HORIZON} {verb} from {wording.decimal(usual)} months to "
        f"{wording.decimal(here)}"
    )


def title(found: Strategy, player: str, option: str) -> str:
    """A package by its title."""
    return next(package.title for package in found.packages[player] if package.name == option)


def combination(found: Strategy, cell: tuple[str, ...]) -> str:
    """The titles of a combination."""
    return listed([f"“{title(found, player, name)}”" for player, name in zip(found.players, cell, strict=True)])


def place(reading: Reading, cell: tuple[str, ...]) -> str:
    """What a combination is in the table, and what the others do in it."""
    if cell == reading.follows:
        said = "This is what follows if everybody answers"
    elif cell == reading.now:
        said = "Nobody does anything new: all other combinations are compared with this one"
    elif reading.game.gain(reading.game.place(cell)) <= 1e-12:
        said = "Nobody gains by leaving this combination alone"
    else:
        said = "Somebody gains by leaving this combination"
    held = zip(reading.found.players[2:], cell[2:], strict=True)
    beside = listed([f"{SPOKEN[player]} choose “{title(reading.found, player, name)}”" for player, name in held])
    return f"{said}; {beside}." if beside else f"{said}."


def leaving(found: Strategy, each: Leaving) -> tuple[str, bool]:
    """Whether a player would leave a combination, and for what; and whether it stays."""
    who = SPOKEN[each.player][:1].upper() + SPOKEN[each.player][1:]
    plural = each.player in ("allies", "hubs")
    if each.gain <= 1e-9:
        return f"{who} {'have' if plural else 'has'} no better package here.", True
    sure = f"best in {100 * each.reply.p:.0f} of 100 resamples" + (", a tie" if each.reply.tie else "")
    name = title(found, each.player, each.reply.reply)
    return (
        f"{who} would gain {dollars(each.gain)} billion dollars a year by changing to “{name}” ({sure}).", False
    )  # fmt: skip


def rule(player: str, response: Response) -> str:
    """What a package waits for, and what takes its place."""
    bound, where = (response.below, "below") if response.below is not None else (response.above, "above")
    then, reads = packages(player)[response.then].title, SIGNPOSTS[response.when].label
    return (
        f"The signpost is “{reads}”, read each autumn from {YEARS[0]} to {YEARS[-1]}: after a reading {where} "
        f"{amount(response.when, float(bound or 0))}, “{then}” takes its place in January."
    )


def amount(signpost: str, value: float) -> str:
    """A reading of a signpost with its unit."""
    return f"{value:.{2 if abs(value) < 10 else 3}g} {SIGNPOSTS[signpost].unit}".replace("-", "−")


def today(signpost: str, read: Read) -> str:
    """The last published reading of a signpost."""
    return f"Last published reading: {amount(signpost, read.value)} in {read.date}"


def dollars(value: float) -> str:
    """An amount without a sign: whole billions, or a tenth below ten."""
    return f"{value:,.0f}" if abs(value) >= 9.5 else wording.decimal(value)


def gain(value: float) -> str:
    """An amount with its sign."""
    return signed(value, 0 if abs(value) >= 9.5 else 1)


def short(player: str) -> str:
    """A player at the begin of a label."""
    return SHORT[player][:1].upper() + SHORT[player][1:]


OBJECTIONS = (
    ("Payoffs are judgment.", "Nobody records what a month of lead is worth to a government. The four values, their "
     f"weights and the cost of a serious accident (${ACCIDENT:,.0f} billion at a weight of 1) are stated assumptions. "
     "Change the weights above and see what survives."),
    ("The packages are few.", "Each side has a handful of packages that people argue about. A better policy may exist "
     "outside the table; polarity strategy --deepen looks for one lever that would pay more."),
    ("An equilibrium is no forecast.", "It says which combinations nobody gains by leaving alone. There can be several "
     "or none, and governments do not always take what the table calls best."),
    ("A best answer is best in this model.", "It inherits every assumption of the simulation, on chips, ideas and "
     "accidents. Evidence shows where the model has been wrong."),
    (f"Only the years to {DEFAULT_HORIZON} count.", "What a package does to the world after that, for better or "
     "worse, is worth nothing here."),
    ("Choices are made once.", "Everybody picks a package and keeps it. Within a package nations still react year by "
     "year as the model describes, by the values of the scenario and not by the weights above."),
)  # fmt: skip
"""What a theorist will object to: the claim in a few words, and what to make of it."""
