"""What each player wants, and what nobody may choose: controls that simulate nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import streamlit as st

from scenarios.packages import SPOKEN, packages
from scenarios.values import PROFILES, VALUES, Weights
from sim.analysis.strategy import Strategy
from sim.results.wording import listed
from sim.ui.shared import theme, wants
from sim.ui.shared.setup import AS_THERE
from sim.ui.strategy import wishes as asked
from sim.ui.strategy.wishes import NAMES, YOURS, Wishes

TOP, STEP = 5.0, 0.05
"""Largest weight of a slider where the scenario has none above it, and its step."""
KEY, _POLITICS, _LEFT_OUT = "strategy_values", "strategy_politics", "strategy_left_out"
HEAD = "Change what each side wants, and what nobody may choose"
"""The same whatever is set: an expander with another label is another one, and closed."""
JUDGMENT = (
    "Weights are judgment: no record states them. A weight of 1 is the default amount, such as dollars for a month of "
    "lead. They say what an outcome is worth to whom, and change nothing in the simulation."
)


def panel(found: Strategy, wishes: Wishes) -> None:
    """The controls; each of them only weighs the table again."""
    with st.expander(HEAD, key=KEY, icon=":material/balance:", on_change="rerun") as more:
        if not more.open:
            return
        st.html(theme.paragraph(JUDGMENT))
        for pair in (found.players[k : k + 2] for k in range(0, len(found.players), 2)):
            for slot, player in zip(st.columns(2, gap="large"), pair, strict=True):
                with slot:
                    _player(found, wishes, player)
        known = asked.choosable(wishes.players)
        _follow(_POLITICS, wishes.politics)
        _follow(_LEFT_OUT, list(wishes.left_out))
        left, right = st.columns([0.7, 0.3], gap="large", vertical_alignment="bottom")
        left.multiselect(
            "Packages that nobody may choose", list(known), key=_LEFT_OUT, on_change=_left_out,
            format_func=lambda name: _named(name, known[name]), placeholder="None is left out",
        )  # fmt: skip
        with right:
            st.toggle("Count recorded politics", key=_POLITICS, on_change=_politics,
                      help="What made the recorded decisions of 2026 rational beyond the four values")  # fmt: skip
            usual = wishes == replace(wishes, weights={}, politics=True, left_out=())
            st.button("Reset to defaults", icon=":material/restart_alt:", type="tertiary", key="strategy_defaults",
                      on_click=_defaults, disabled=usual)  # fmt: skip


def state(found: Strategy, wishes: Wishes) -> str:
    """What the controls are at, in one sentence."""
    by: dict[str, list[str]] = {}
    for player in found.players:
        by.setdefault(_called(wishes.profile(player), found.weights(player)), []).append(SPOKEN[player])
    told = "balanced on all sides" if list(by) == ["balanced"] else "; ".join(
        f"{profile} for {listed(players)}" for profile, players in by.items()
    )  # fmt: skip
    politics = "" if wishes.politics else "; recorded politics not counted"
    barred = [packages(who[0])[name].title for name, who in asked.choosable(wishes.players).items()
              if name in wishes.left_out]  # fmt: skip
    without = f"; nobody may choose {listed([f'“{name}”' for name in barred], 'or')}" if barred else ""
    return f"Values: {told}{politics}{without}."


def _called(profile: str, usual: Weights) -> str:
    """A profile inside a sentence."""
    if profile == AS_THERE:
        profile = asked.usual_profile(usual)
        return "the scenario's" if profile == YOURS else wants.inside(profile)
    return "your weights" if profile == YOURS else wants.inside(profile)


def _player(found: Strategy, wishes: Wishes, player: str) -> None:
    """Profile and four sliders of one player."""
    usual, now = found.weights(player), found.weights(player, wishes.values)
    profile = wishes.profile(player)
    if profile == AS_THERE and (named := asked.usual_profile(usual)) != YOURS:
        profile = named
    options = [*PROFILES, *(name for name in (AS_THERE, YOURS) if name == profile)]
    if AS_THERE not in options and asked.usual_profile(usual) == YOURS:
        options.append(AS_THERE)
    st.html(theme.group(NAMES[player]))
    key = f"strategy_profile_{player}"
    _follow(key, profile)
    st.selectbox(f"Values of {NAMES[player]}", options, key=key, format_func=_profile, on_change=_profiled,
                 args=(player, tuple(usual)), label_visibility="collapsed")  # fmt: skip
    for pair in ((0, 1), (2, 3)):
        for slot, k in zip(st.columns(2, gap="medium"), pair, strict=True):
            _slider(slot, player, k, float(now[k]), tuple(map(float, usual)))


def _slider(slot: st.delta_generator.DeltaGenerator, player: str, k: int, now: float, usual: tuple[float, ...]) -> None:
    name = list(VALUES)[k]
    key = f"strategy_weight_{player}_{name}"
    _follow(key, now)
    slot.slider(
        f"{name.capitalize()} (default {usual[k]:g})", 0.0, max(TOP, float(math.ceil(max(now, usual[k])))), step=STEP,
        key=key, help=f"{NAMES[player]}: {VALUES[name]}", on_change=_weighed, args=(player, usual),
    )  # fmt: skip


def _profile(name: str) -> str:
    return "Your weights" if name == YOURS else wants.named(name)


def _named(name: str, who: list[str]) -> str:
    return f"{packages(who[0])[name].title} ({', '.join(NAMES[player] for player in who)})"


def _follow(key: str, value: object) -> None:
    """Make a control show what holds, but only where it differs: a hand may be on it."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _profiled(player: str, usual: tuple[float, ...]) -> None:
    picked = st.session_state[f"strategy_profile_{player}"]
    if picked != YOURS:
        given = None if picked == AS_THERE or tuple(PROFILES[picked]) == usual else picked
        asked.take(asked.now().wanting(player, given, Weights(*usual)))


def _weighed(player: str, usual: tuple[float, ...]) -> None:
    given = tuple(round(float(st.session_state[f"strategy_weight_{player}_{name}"]), 4) for name in VALUES)
    asked.take(asked.now().wanting(player, given, Weights(*usual)))


def _politics() -> None:
    asked.take(replace(asked.now(), politics=bool(st.session_state[_POLITICS])))


def _left_out() -> None:
    asked.take(replace(asked.now(), left_out=tuple(st.session_state[_LEFT_OUT])))


def _defaults() -> None:
    asked.take(replace(asked.now(), weights={}, politics=True, left_out=()))
