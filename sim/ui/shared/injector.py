"""Events that a user adds: what, when and how large, and the list of those added."""

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
"""Quarters in which an event can happen."""


@dataclass(frozen=True)
class Control:
    """How the size of an event is set and told: the words, and what one unit of the control is to the event."""

    label: str
    size: str
    """What the number means, as the label of its control."""
    form: str
    """Format of the number in its control."""
    told: str
    """The size in a sentence, with `{}` for the number."""
    usual: float
    scale: float = 1.0
    """Size of the event per unit of the control."""
    about: str = ""
    """What happens, in one sentence."""

    def span(self, kind: str) -> tuple[float, float, float]:
        """Lowest, highest and step of the control, from the range of the kind; an event of size 0 is none."""
        found = events.KINDS[kind]
        low = found.step if found.low == 0 else found.low
        low, high, step = (round(value / self.scale, 6) for value in (low, found.high, found.step))
        return low, high, step


CONTROLS: dict[str, Control] = {
    "efficiency_shock": Control(
        "Chinese efficiency breakthrough", "Worth of compute, in factors of ten", "%.1f", "worth {}× the compute", 0.5,
        about="A Chinese lab finds methods that get more out of every chip; others learn of them later.",
    ),
    "fab_breakthrough": Control(
        "Chinese fab breakthrough", "Extra capacity, as a multiple of today's", "%d", "capacity ×{}", 5,
        about="Within two years Chinese fabs make more chips at lower cost, with better software.",
    ),
    "hbm_shock": Control(
        "Chinese memory shock", "Change in memory supply", "%d%%", "supply {}", -50, 0.01,
        about="The supply of high-bandwidth memory for Chinese AI chips falls or rises for some quarters.",
    ),
    "taiwan_disruption": Control(
        "Taiwan cut off", "Production of US-designed chips lost", "%d%%", "production −{}", 80, 0.01,
        about="Taiwan stops making most US-designed chips for some quarters, which hits every buyer.",
    ),
    "fabs_abroad": Control(
        "Fabs outside Taiwan", "Share of US-designed chips made elsewhere", "%d%%", "{} made elsewhere", 30, 0.01,
        about="Over five years leading chips come to be made elsewhere too, so that a disruption of Taiwan takes less.",
    ),
    "mineral_controls": Control(
        "Chinese mineral controls", "Share of rare-earth exports withheld", "%d%%", "{} of exports withheld", 50, 0.01,
        about="Makers of US-designed chips lack materials until they build stocks and find substitutes; China loses "
        "exports.",
    ),
    "diversion_uncovered": Control(
        "Smuggling network uncovered", "Smuggling capacity lost", "%d%%", "capacity −{}", 50, 0.01,
        about="Investigators close a large network; others grow back.",
    ),
    "scaling_slowdown": Control(
        "Scaling slows", "Less gain from tenfold compute", "%d%%", "gain from compute −{}", 50, 0.01,
        about="From then on, more compute adds less capability, for the leader and for those behind.",
    ),
    "rl_ceiling": Control(
        "Reinforcement learning levels off", "Fall in its largest gain", "%d%%", "largest gain −{}", 50, 0.01,
        about="Reinforcement learning adds less capability than expected.",
    ),
    "allied_split": Control(
        "Allies break with the US", "Fall in alignment", "%d%%", "alignment −{}", 60, 0.01,
        about="Allies follow US controls less closely, and pressure no longer moves them.",
    ),
    "agreement": Control(
        "Verified agreement", "Yearly growth allowed, largest run", "%.1f", "largest run ×{} a year at most", 1.5,
        about="Both sides cap the growth of their largest training run and verify the cap.",
    ),
}  # fmt: skip
"""The controls of every kind of event, in the order of the list; their ranges are those of `scenarios.events`."""


def described(event: Event) -> str:
    """An event in words: what, when, how large."""
    kind = CONTROLS[event.kind]
    size = kind.form % round(event.size / kind.scale, 6)
    if event.kind == "efficiency_shock":
        size = f"{10**event.size:.2g}" if event.size < 2 else "100"
    elif event.kind == "fab_breakthrough":
        size = f"{1 + event.size:g}"
    lasts = f" for {event.quarters} quarters" if event.quarters is not None else ""
    if event.compliance is not None and event.compliance < 1:
        lasts = f", {event.compliance:.0%} kept"
    told = kind.told.format(f"+{size}" if event.kind == "hbm_shock" and event.size > 0 else size).replace("-", "−")
    return f"{kind.label}, {event.date}: {told}{lasts}"


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
                      help=f"Remove: {wording.inside(CONTROLS[event.kind].label)}")  # fmt: skip
    with st.expander("Add an event", key="more_events", on_change="rerun") as more:
        if not more.open:
            return
        if len(setup.events) >= MOST_EVENTS:
            st.html(theme.paragraph(f"An address holds {MOST_EVENTS} events at most. Remove one first."))
            return
        kind = st.selectbox("Event", list(CONTROLS), format_func=lambda name: CONTROLS[name].label, key="event_kind")
        asked = CONTROLS[kind]
        st.html(theme.paragraph(asked.about))
        st.select_slider("When", QUARTERS, value="2028-Q1", key="event_date")
        span = asked.span(kind)
        number_ = int if all(float(x).is_integer() for x in span) else float
        low, high, step = map(number_, span)
        st.slider(asked.size, low, high, number_(asked.usual), step, format=asked.form, key=f"event_size_{kind}")
        if events.KINDS[kind].passes:
            st.slider("Duration, quarters", 1, 16, 8, key="event_quarters")
        st.button("Add event", on_click=_add, icon=":material/bolt:", width="stretch")
