"""The two rows of pills, policies and what ifs, which add up; and the tools beside the setting in words."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from scenarios import load, question_names
from scenarios.what_ifs import in_order, of_kind
from sim.ui.brief import panel
from sim.ui.explore import questions_panel, story
from sim.ui.shared import assumed, injector, levers, passed, share, theme, uses, wants, wording
from sim.ui.shared.kept import keep, keepable
from sim.ui.shared.setup import Choice, Setup, choice
from sim.ui.shared.templates import render

_POLICY, _WORLDS, _OPEN = "policy", "what_ifs", "pills_open"
_WORLDS_HELP = "What nobody in the room decides. It holds for the baseline too."
_MORE, _ASK = "more", "question"
"""The pills that show the others, and the questions of autumn 2026."""
FIRST = (
    "current_policy",
    "tight_controls",
    "allied_coordination",
    "closed_ideas",
    "open_trade",
    "verified_agreement",
    "china_fab_breakthrough",
    "efficiency_shock",
    "scaling_slowdown",
    "taiwan_disruption",
    "allied_split",
    "truce_ends",
)
"""The policies and what ifs that stand open, in their order; the others are one click away."""


def panel_of(chosen: Choice) -> None:
    """Both rows of pills, the tools, and what is assumed otherwise than usual."""
    _pills(chosen.now)
    _tools(chosen)
    _badge(chosen.now)


def _pills(now: Setup) -> None:
    lit = None if now.own else now.scenario
    if st.session_state.get(_POLICY, "") != lit:
        st.session_state[_POLICY] = lit
    if st.session_state.get(_WORLDS) != list(now.worlds):
        st.session_state[_WORLDS] = list(now.worlds)
    with st.container(key="pills", gap="xxsmall"):
        st.pills("Policies", _shown("policy", (now.scenario,)), key=_POLICY, format_func=_title, on_change=_policy,
                 help=_about(now))  # fmt: skip
        if _ASK in st.session_state.get(_OPEN, ()) or now.scenario in question_names():
            questions_panel.panel(now)
        st.pills("What if", _shown("what_if", now.worlds), key=_WORLDS, format_func=_title, selection_mode="multi",
                 on_change=_what_ifs, help=_WORLDS_HELP)  # fmt: skip


def _about(now: Setup) -> str | None:
    """What the policy is; of a file nothing, since the help is Markdown, which could name pictures of other hosts."""
    return None if now.own else f"**{now.policy.title}.** {now.policy.story}"


def _shown(kind: str, chosen: tuple[str, ...]) -> list[str]:
    """The pills of a row: those that stand open, those chosen, and the one that shows the rest."""
    every = sorted(of_kind(kind), key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    if kind in st.session_state.get(_OPEN, ()):
        return [*every, *(name for name in chosen if name not in every), *_asking(kind)]
    asked = [name for name in chosen if name not in every]  # a question of autumn 2026
    return [*(name for name in every if name in FIRST or name in chosen), *asked, _MORE, *_asking(kind)]


def _asking(kind: str) -> tuple[str, ...]:
    """The pill that shows the questions, as long as they are not shown."""
    return (_ASK,) if kind == "policy" and _ASK not in st.session_state.get(_OPEN, ()) else ()


def _title(name: str) -> str:
    return {_MORE: "More …", _ASK: "A bill or a rule …"}.get(name) or load(name).title


def _opened(kind: str) -> None:
    st.session_state[_OPEN] = {*st.session_state.get(_OPEN, ()), kind}


def _policy() -> None:
    chosen, name = choice(), st.session_state[_POLICY]
    if name in (_MORE, _ASK):
        _opened("policy" if name == _MORE else _ASK)
    else:
        chosen.take(chosen.now.taking(name or chosen.now.scenario))


def _what_ifs() -> None:
    chosen, picked = choice(), list(st.session_state[_WORLDS])
    if _MORE in picked:
        _opened("what_if")
    else:
        chosen.take(chosen.now.in_worlds(in_order(picked)))


def _reset() -> None:
    chosen = choice()
    chosen.take(chosen.now.cleared())


def _tools(chosen: Choice) -> None:
    """Undo, redo, replay and reset; the column to keep, the link and the brief."""
    now = chosen.now
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tools"):
        st.html(_story(now), width="stretch")
        _button("Undo", "undo", chosen.undo, not chosen.past)
        _button("Redo", "redo", chosen.redo, not chosen.future)
        _button("Replay", "replay", chosen.replay, not (chosen.past or chosen.future),
                "Flip between the last two settings")  # fmt: skip
        _button("Reset", "restart_alt", _reset, not now.changed, "Remove your changes; policy and what ifs stay")
        _button("Keep as column", "add_column_right", keep, not keepable(now), "Keep these settings for Compare")
        with st.popover("Share", icon=":material/link:", type="tertiary", on_change="rerun", key="share") as more:
            if more.open:
                _share(now)
        with st.popover(
            "Brief", icon=":material/description:", type="tertiary", on_change="rerun", key="brief"
        ) as more:
            if more.open:
                panel.panel(now)


def _button(name: str, icon: str, action: object, disabled: bool, tip: str | None = None) -> None:
    st.button(name, icon=f":material/{icon}:", on_click=action, type="tertiary", disabled=disabled, help=tip)  # type: ignore[arg-type]


def _share(now: Setup) -> None:
    share.panel(now)
    st.button("Take the guided tour", on_click=story.begin, type="tertiary", icon=":material/route:")


def _story(now: Setup) -> Markup:
    changes = wording.listed(
        [
            *([levers.described(now)] if now.levers else []),
            *wants.described(now),
            *map(injector.described, now.events),
            *passed.described(now),
        ]
    )
    if now == Setup(judge=now.judge, assumptions=now.assumptions, counted=now.counted):
        return Markup('<p class="story"></p>')  # the first screen stays short: the pills' help says it
    worlds = [load(name).story for name in now.worlds]
    return render("explore/scenario.html", policy=now.policy, worlds=worlds, changes=changes,
                  fixed=uses.fixed(now.start))  # fmt: skip


def _badge(now: Setup) -> None:
    """What is assumed otherwise than usual, on both sides of the comparison."""
    parts = []
    if now.assumptions:
        parts.append(f"Assumptions changed, for the baseline too: {assumed.described(now.assumptions)}.")
    if now.judge != type(now.judge)():
        parts.append(f"How you judge: {wording.judged(now.judge)}.")
    if parts:
        st.html(theme.paragraph(" ".join(parts), "badge"))
