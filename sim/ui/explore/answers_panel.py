"""If they answer: what a policy does to the lead if nobody answers it, if the rival does, and if all others do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import streamlit as st
from markupsafe import Markup

from scenarios.packages import PLAYERS, SPOKEN, packages
from scenarios.quarters import DEFAULT_HORIZON
from sim.analysis.answers import Answer, answer, movers
from sim.analysis.game import Reply
from sim.analysis.payoffs import SIDES
from sim.batch.evaluate import Progress
from sim.batch.executors import Pool
from sim.batch.urgency import NOW
from sim.results.paired import Paired
from sim.results.wording import listed, signed
from sim.ui.shared import common, theme, wants, work, workers
from sim.ui.shared.following import follow
from sim.ui.shared.places import Place
from sim.ui.shared.setup import REFUSED, Setup, first_line
from sim.ui.shared.templates import render

HEAD = "If they answer: what the policy is worth then"
KEY = "answers"
MOST = 128
"""Futures of each of the many settings: enough for tenths of a month with the same random draws."""
UNIT = f"Change of the US lead at the end of {DEFAULT_HORIZON}, in months."
NOTHING = "You moved no lever, so there is nothing to answer. Choose a policy above or move a lever."
BOTH = "Both superpowers have moved, so only allies and transit hubs are left to answer."
ALONE = "Everybody has moved, so nobody is left to answer."
_PLURAL = ("allies", "hubs")
PATIENCE = 5.0
"""Seconds after which a figure that nobody waits for is given up."""
_THREADS = ThreadPoolExecutor(2, "answers")


@dataclass(frozen=True)
class Card:
    """One of the figures."""

    head: str
    months: str = ""
    """Its number; empty while it is worked out."""
    range: str = ""
    said: tuple[str, ...] = ()
    """Who answers what."""
    waits: str = "Working it out …"


def runs() -> int:
    """Futures of every setting."""
    return min(common.futures(), MOST)


def moved(now: Setup) -> tuple[str, ...]:
    """Players whose decisions the policy changes."""
    return movers(now.spec, now.base)


def answering(now: Setup) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Superpowers that can answer, and all who can; the same where nobody else is left."""
    free = tuple(player for player in PLAYERS if player not in moved(now))
    return tuple(player for player in free if player in SIDES), free


# --------------------------------------------------------------------------------------------------------- the panel
def panel(now: Setup) -> None:
    """Worked out in the background when opened: the first figures stand there while the last one is on its way."""
    with st.expander(HEAD, key=KEY, on_change="rerun") as more:
        if not more.open:
            return
        if not moved(now):
            st.html(theme.paragraph(NOTHING))
            return
        st.html(theme.paragraph(UNIT))
        found = figured(now)
        for figure in found:
            figure.place.ask(figure.make)
        follow(partial(_going, found), partial(_draw, found))
        _notes(now)


@dataclass(frozen=True)
class Figure:
    """One of the figures: where it will be, how it is made, and how it is told."""

    head: str
    place: Place[Answer]
    make: Callable[[Progress], Answer]


def figured(now: Setup) -> list[Figure]:
    """The figures of a setting, once for all users."""
    count, spec, base = runs(), now.spec.canonical(), now.base.canonical()
    pool, many = workers.pool(workers.urgency(NOW), common.futures()), common.analysts()
    found = [Figure("If nobody answers", _place(spec, base, (), count), partial(_nobody, spec, base, count, pool))]
    for head, who in asks(now):
        make = partial(_somebody, spec, base, who, count, many)
        found.append(Figure(head, _place(spec, base, who, count), make))
    return found


def _going(found: Sequence[Figure]) -> bool:
    return any(figure.place.going for figure in found)


def _draw(found: Sequence[Figure]) -> None:
    """The figures that are there, and the progress of the others."""
    try:
        cards = [card(figure.head, figure.place.keep(figure.make)) for figure in found]
    except REFUSED as error:
        st.error(first_line(error))
        return
    st.html(figures(cards))
    shares = [figure.place.share for figure in found if figure.place.going]
    if shares:
        st.progress(min(shares), "Trying what they could answer …")


def card(head: str, found: Answer | None) -> Card:
    """A figure as it stands."""
    if found is None:
        return Card(head)
    said = told(found) or ["Every nation decides what it would decide without your policy."]
    return Card(head, signed(found.effect.mean), span(found.effect), tuple(said))


def figures(cards: Sequence[Card]) -> Markup:
    """The figures side by side."""
    return render("explore/answers.html", cards=cards)


def asks(now: Setup) -> list[tuple[str, tuple[str, ...]]]:
    """The figures with answers: heading and who answers."""
    rivals, free = answering(now)
    found = [(f"If {listed([_name(player) for player in rivals])} {_verb(rivals)} best", rivals)] if rivals else []
    if free and free != rivals:
        who = "all others" if rivals else listed([SPOKEN[player] for player in free])
        found.append((f"If {who} answer best", free))
    return found


def _name(player: str) -> str:
    return "the US" if player == "united_states" else SPOKEN[player]


def _verb(players: Sequence[str]) -> str:
    return "answers" if len(players) == 1 and players[0] not in _PLURAL else "answer"


def _notes(now: Setup) -> None:
    """What the figures mean, by whose values, and where to see more."""
    rivals, free = answering(now)
    if left := _left(rivals, free):
        st.html(theme.paragraph(left))
    if free:
        st.html(theme.paragraph(f"{_means(now, rivals)} {_rest()}", "fine"))
    st.page_link("sim/ui/strategy/page.py", label="Strategy: every package, and other values",
                 icon=":material/grid_on:")  # fmt: skip


def _left(rivals: Sequence[str], free: Sequence[str]) -> str:
    """Why there are fewer than three figures; empty where there are three."""
    if not free:
        return ALONE
    if not rivals:
        return BOTH
    only = listed([_name(player) for player in rivals])
    return f"Everybody but {only} has moved, so nobody else is left to answer." if free == rivals else ""


def _means(now: Setup, rivals: Sequence[str]) -> str:
    values = listed([f"{_name(player)} {wants.inside(now.want(player))}" for player in rivals])
    said = f" ({values})" if values else ""
    return (
        f"An answer is the package that is best in this model by the values of your settings{said}. Who answers picks "
        "among the packages of Strategy, deals left out, and settles with the others who answer."
    )


def _rest() -> str:
    return (
        f"Each figure compares average leads of {runs()} futures: your policy with the answers to it, and no policy "
        "with the answers to that. On the rest of this page nations react year by year instead, as modeled."
    )


# -------------------------------------------------------------------------------------------------------- the numbers
@st.cache_resource(max_entries=500, show_spinner=False)
def _place(spec: str, base: str, players: tuple[str, ...], count: int) -> Place[Answer]:
    """The place of one figure; it is given up soon, since whoever moves a lever wants another one."""
    return Place(_THREADS, PATIENCE)


def _nobody(spec: str, base: str, count: int, pool: Pool, told: Progress) -> Answer:
    """The effect if nobody answers."""
    return Answer(pool.submit(work.unanswered, spec, base, count).result(), {})


def _somebody(spec: str, base: str, players: tuple[str, ...], count: int, pool: Pool, told: Progress) -> Answer:
    """The effect if some players answer."""
    mine, other = work.unworded(spec), work.unworded(base)
    return answer(mine, other, players, runs=count, seed=common.SEED, executor=pool, progress=told)


# ---------------------------------------------------------------------------------------------------------- in words
def span(effect: Paired) -> str:
    """The interval of an effect, and whether it leaves no detectable difference."""
    if effect.low is None or effect.high is None:
        return ""
    found = f"90% interval: {signed(effect.low)} to {signed(effect.high)}"
    return found if effect.is_clear or effect.low == effect.high else f"{found}; no detectable difference"


def told(found: Answer) -> list[str]:
    """What each player answers, with the policy and without it; those whom it turns come first."""
    players = sorted(found.replies, key=lambda player: player not in found.changed)
    return [reply(player, *found.replies[player]) for player in players]


def reply(player: str, before: Reply, after: Reply) -> str:
    """What one player does with the policy and without it."""
    who, plural = SPOKEN[player][:1].upper() + SPOKEN[player][1:], player in _PLURAL
    if before.reply == after.reply:
        odds = _odds(("best", before), ("best", after))
        return f"{who} {'choose' if plural else 'chooses'} {_title(player, after)} with or without your policy{odds}."
    first, second = _title(player, before), _title(player, after)
    odds = _odds((f"{first} is best", before), (f"{second} is best", after))
    return f"{who} {'turn' if plural else 'turns'} from {first} to {second}{odds}."


def _title(player: str, found: Reply) -> str:
    return f"“{packages(player)[found.reply].title}”"


def _odds(*replies: tuple[str, Reply]) -> str:
    """In how many resamples a tied reply is the best, without the policy and with it."""
    when = ("without your policy", "with it")
    ties = [
        f"{said} in {100 * each.p:.0f} of 100 resamples {where}"
        for (said, each), where in zip(replies, when, strict=True) if each.tie
    ]  # fmt: skip
    return f" (a tie: {listed(ties)})" if ties else ""
