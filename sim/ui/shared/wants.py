"""What nations want and how they decide: the controls, and what was changed in words."""

from __future__ import annotations

import streamlit as st

from scenarios.decisions import CHOOSE, HABIT, RULES
from scenarios.values import PROFILES, VALUES
from sim.ui.shared import frames, theme, wording
from sim.ui.shared.setup import AS_THERE, Setup, choice

GROUP = "Values of the two powers"
CHOOSING = "Nations choose their policies"
_RULE = "wants_rule"
_SAID = {CHOOSE: "nations choose their policies", HABIT: "nations follow fixed reactions"}
"""Rules in words."""


def named(profile: str) -> str:
    """What a profile is called."""
    return "As in the scenario" if profile == AS_THERE else profile.replace("_", " ").capitalize()


def _key(actor: str) -> str:
    return f"wants_{actor}"


def _wanted(actor: str) -> None:
    chosen = choice()
    chosen.take(chosen.now.wanting(actor, st.session_state[_key(actor)]))


def _ruled() -> None:
    chosen = choice()
    chosen.take(chosen.now.deciding(CHOOSE if st.session_state[_RULE] else HABIT))


def panel(chosen: Setup) -> None:
    """Whether nations choose, and by which values."""
    st.html(theme.group(GROUP))
    choosing = chosen.decides == CHOOSE
    _follow(_RULE, choosing)
    told = f"On: {RULES[CHOOSE]}. Off: {RULES[HABIT]}."
    st.toggle(CHOOSING, key=_RULE, help=told, on_change=_ruled)
    for actor, name in frames.SEATS.items():
        now = chosen.want(actor)
        _follow(_key(actor), now)
        options = [*PROFILES] if chosen.want_there(actor) in PROFILES else [AS_THERE, *PROFILES]
        st.selectbox(name, options, format_func=named, key=_key(actor), help=_help(name), on_change=_wanted,
                     args=(actor,), disabled=not choosing)  # fmt: skip


def _follow(key: str, value: object) -> None:
    """Make a control show what holds, but only where it differs: a hand may be on it."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _help(name: str) -> str:
    """What there is to weigh, and how every profile weighs it."""
    weighed = wording.listed([f"{value} ({meaning})" for value, meaning in VALUES.items()])
    profiles = "; ".join(
        f"{named(profile)} {', '.join(f'{weight:g}' for weight in weights)}" for profile, weights in PROFILES.items()
    )
    return f"{name} weighs {weighed}. Weights in this order: {profiles}."


def described(chosen: Setup) -> list[str]:
    """What was changed about values and the rule, in words."""
    found = [
        f"{frames.SEATS[actor]} {inside(profile)} (was: {inside(chosen.want_there(actor))})"
        for actor, profile in chosen.values.items()
    ]
    return [*found, *([_SAID[chosen.rule]] if chosen.rule else [])]


def differences(chosen: Setup) -> str:
    """How actors' values and rules of decision differ from the reference; empty if they do not."""
    spec, base = chosen.spec, chosen.base
    found = []
    for actor, name in frames.SEATS.items():
        mine, theirs = spec.wanted(actor), base.wanted(actor)
        if mine != theirs:
            weights = wording.listed([
                f"{value} {now:g} (current: {was:g})"
                for value, now, was in zip(VALUES, mine, theirs, strict=True) if now != was
            ])  # fmt: skip
            profile = chosen.want(actor)
            found.append(f"{name}{'' if profile == AS_THERE else f', {inside(profile)}'}: {weights}")
    if chosen.decides != Setup(own=base).decides:
        found.append(_SAID[chosen.decides])
    return "; ".join(found)


def inside(profile: str) -> str:
    """A profile as it stands inside a sentence."""
    return wording.inside(named(profile))
