"""Events that a user lets happen: what, when and how large, and the list of those added."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from scenarios import events
from scenarios.events import Event
from scenarios.quarters import DATA_UNTIL, DEFAULT_HORIZON, label, number
from sim.ui.shared import theme, wording
from sim.ui.shared.address import MOST_EVENTS
from sim.ui.shared.setup import Setup, choice

QUARTERS = tuple(label(q) for q in range(number(DATA_UNTIL) + 1, number(f"{DEFAULT_HORIZON}-Q4") + 1))
"""When an event can be set to happen."""


@dataclass(frozen=True)
class Control:
    """How the size of an event is asked for: the words, and what one unit of the control is to the event."""

    label: str
    size: str
    """What the number means, for its control."""
    form: str
    usual: float
    scale: float = 1.0
    """Size of the event per unit of the control."""
    about: str = ""
    """What happens, in one line."""

    def span(self, kind: str) -> tuple[float, float, float]:
        """Lowest, highest and step of the control, from the range of the kind; an event of size 0 is none."""
        found = events.KINDS[kind]
        low = found.step if found.low == 0 else found.low
        low, high, step = (round(value / self.scale, 6) for value in (low, found.high, found.step))
        return low, high, step


CONTROLS: dict[str, Control] = {
    "efficiency_shock": Control(
        "A DeepSeek moment: efficiency", "Worth how much compute, in tenfolds", "%.1f", 0.5,
        about="A follower finds methods that get more out of every chip; others read about them later.",
    ),
    "fab_breakthrough": Control(
        "Chinese fabs break through", "Capacity grows by this many times", "%d", 5,
        about="Within two years Chinese fabs make more, cheaper, and with mature software.",
    ),
    "hbm_shock": Control(
        "Chinese memory falls or rises", "Change of memory for AI", "%d%%", -50, 0.01,
        about="Memory that Chinese makers have for AI chips falls or rises for some quarters.",
    ),
    "taiwan_disruption": Control(
        "Taiwan is cut off", "US-designed production lost", "%d%%", 80, 0.01,
        about="US-designed chips cannot be made for some quarters; all who buy them are hit.",
    ),
    "mineral_controls": Control(
        "China holds back minerals", "How far, of all rare earths", "%d%%", 50, 0.01,
        about="Lines for US-designed chips lack materials until stocks and substitutes are built; China loses exports.",
    ),
    "diversion_uncovered": Control(
        "A smuggling network is found", "Smuggling capacity lost", "%d%%", 50, 0.01,
        about="A large network is found and closed; others grow back.",
    ),
    "scaling_slowdown": Control(
        "Scaling slows down", "Points per tenfold compute fall by", "%d%%", 50, 0.01,
        about="Compute buys less capability from then on, at the frontier and behind it.",
    ),
    "rl_ceiling": Control(
        "Reinforcement learning hits a ceiling", "Its ceiling falls by", "%d%%", 50, 0.01,
        about="The second axis of scaling gives less than was hoped.",
    ),
    "allied_split": Control(
        "Allies part company", "Alignment falls by", "%d%%", 60, 0.01,
        about="Allies follow US controls less, and pressure no longer moves them.",
    ),
    "agreement": Control(
        "A verified agreement", "The largest run may grow so many times a year", "%.1f", 1.5,
        about="Both sides cap the growth of their largest training run, and it is checked.",
    ),
}  # fmt: skip
"""The controls of every kind of event, in the order of the list; their ranges are those of `scenarios.events`."""


def described(event: Event) -> str:
    """An event in words: what, how large, when."""
    kind = CONTROLS[event.kind]
    size = (kind.form % round(event.size / kind.scale, 6)).replace("-", "−")
    lasts = f" for {event.quarters} quarters" if event.quarters is not None else ""
    if event.compliance is not None and event.compliance < 1:
        lasts = f", kept to {event.compliance:.0%}"
    return f"{kind.label} ({wording.inside(kind.size)}: {size}{lasts}), {event.date}"


def _add() -> None:
    state = st.session_state
    kind = state["event_kind"]
    size = round(float(state[f"event_size_{kind}"]) * CONTROLS[kind].scale, 6)
    chosen = choice()
    lasts = {"quarters": int(state["event_quarters"])} if events.KINDS[kind].passes else {}
    chosen.take(chosen.now.with_event(Event(kind=kind, date=state["event_date"], size=size, **lasts)))


def _remove(place: int) -> None:
    chosen = choice()
    chosen.take(chosen.now.without_event(place))


def panel(setup: Setup) -> None:
    """The events of the scenario and those added, and the form for another."""
    st.html(theme.group("Events"))
    for event in setup.start.events:
        text = Markup("{} <small>in the scenario</small>").format(described(event))
        st.html(theme.paragraph(text, "event"))
    for place, event in enumerate(setup.events):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"event_{place}"):
            st.html(theme.paragraph(described(event), "event"), width="stretch")
            st.button("Remove", key=f"event_off_{place}", on_click=_remove, args=(place,), type="tertiary",
                      help=f"Take away: {wording.inside(CONTROLS[event.kind].label)}")  # fmt: skip
    with st.expander("Let something happen", key="more_events", on_change="rerun") as more:
        if not more.open:
            return
        if len(setup.events) >= MOST_EVENTS:
            st.html(theme.paragraph(f"{MOST_EVENTS} events are as many as an address holds. Remove one first."))
            return
        kind = st.selectbox(
            "What happens", list(CONTROLS), format_func=lambda name: CONTROLS[name].label, key="event_kind"
        )
        asked = CONTROLS[kind]
        st.html(theme.paragraph(asked.about))
        st.select_slider("When", QUARTERS, value="2028-Q1", key="event_date")
        span = asked.span(kind)
        number_ = int if all(float(x).is_integer() for x in span) else float
        low, high, step = map(number_, span)
        st.slider(asked.size, low, high, number_(asked.usual), step, format=asked.form, key=f"event_size_{kind}")
        if events.KINDS[kind].passes:
            st.slider("For how many quarters", 1, 16, 8, key="event_quarters")
        st.button("Let it happen", on_click=_add, icon=":material/bolt:", width="stretch")
