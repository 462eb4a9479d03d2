"""Assumptions: every uncertain input with its source and what it does, to be searched, doubted and changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st
from markupsafe import Markup

from scenarios.parameters import parameters
from sim.results.wording import rounded
from sim.ui.assumptions import frames
from sim.ui.shared import address, assumed, common, glossary, sources, theme, wording
from sim.ui.shared.setup import LIMITS, REFUSED, RULERS, YEARS, Judge, Setup, choice, edit, first_line
from sim.ui.shared.templates import render

_NOTES, _ROUND, _SHOWN = "assumption_notes", "assumption_round", "assumption_shown"
_EVERY, _TIERS = "All", list(frames.TIERS.values())
LONGEST = 60
"""Letters of a search."""


@st.cache_resource(max_entries=30, show_spinner=False)
def _standing(canonical: str, judge: Judge, members: int) -> frames.Standing:
    return frames.standing(common.unworded(canonical), judge, members, common.analysts())


def _take_edits(names: list[str], key: str) -> None:
    """Adopt what was typed into the table; the table then starts again with it."""
    chosen = choice()
    found, notes = frames.edited(names, st.session_state[key]["edited_rows"], chosen.now.assumptions)
    st.session_state[_NOTES] = notes
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    edit(assumptions=found)


def _take_one(name: str) -> None:
    value = st.session_state[_box(name)]
    if value is None:
        st.session_state[_NOTES] = [f"{parameters()[name].label} needs a number: type one into the box first"]
        return
    problem = assumed.refused(name, float(value))
    st.session_state[_NOTES] = [problem] if problem else []
    if not problem:
        edit(assumptions={**choice().now.assumptions, name: float(value)})


def _drop(name: str) -> None:
    """Let a parameter vary again, or all of them where none is named; what was typed goes too."""
    kept = {other: value for other, value in choice().now.assumptions.items() if other != name}
    st.session_state[_NOTES] = []
    edit(assumptions=kept if name else {})
    for other in [name] if name else parameters():
        st.session_state.pop(_box(other), None)


def _box(name: str) -> str:
    return f"fix_{name}"


def _judge_by(field: str, key: str) -> None:
    chosen = choice()
    edit(judge=replace(chosen.now.judge, **{field: st.session_state[key]}))


# ------------------------------------------------------------------------------------------------------- the answer
def _verdict(now: Setup) -> None:
    """The headline under these assumptions and under the usual ones."""
    mine = common.view(now.spec, now.judge)
    usual = common.view(replace(now, assumptions={}, judge=Judge()).spec)
    said = wording.headline_of(mine, now.counted)
    same = not now.assumptions and now.judge == Judge()
    against = "These are the usual assumptions." if same else (
        wording.comparison(mine.counts, usual.counts, now.counted, "the usual assumptions")
    )  # fmt: skip
    left, right = st.columns([0.44, 0.56], gap="medium", vertical_alignment="center")
    changed = f" Changed: {assumed.described(now.assumptions)}." if now.assumptions else ""
    left.html(theme.verdict(said, f"{now.spec.title}. {against}{changed}"))
    right.html(theme.bar(mine.counts, usual.counts, f"Outcomes of 100 simulated futures, end of {mine.year}. Thin bar: "
                         "usual assumptions and definitions.", "the usual assumptions"))  # fmt: skip
    theme.say(f"{said} {against}")


def _ruler(now: Setup) -> None:
    judge = now.judge
    unit = "What counts as well ahead, and when. You choose; the simulations do not change."
    st.html(theme.heading("How the verdict is judged", unit))
    one, two, three = st.columns(3, gap="medium")
    for slot, field, label, options, form in (
        (one, "ruler", "How a lead is measured", list(RULERS), RULERS.__getitem__),
        (two, "limit", f"Well ahead from, {judge.unit}", [float(n) for n in LIMITS], lambda n: f"{n:g}"),
        (three, "year", "At the end of", list(YEARS), str),
    ):
        key = f"judge_{field}"
        if st.session_state.get(key) != getattr(judge, field):
            st.session_state[key] = getattr(judge, field)
        kind: Any = slot.selectbox if field == "ruler" else slot.select_slider
        kind(label, options, format_func=form, key=key, on_change=_judge_by, args=(field, key))
    with st.expander("How the verdict depends on the definition", key="rulers",
                     on_change="rerun") as more:  # fmt: skip
        if more.open:
            st.html(_rulers(now))


def _rulers(now: Setup) -> Markup:
    """US well ahead in futures of 100, by ruler and limit."""
    limits = sorted({6.0, 12.0, 18.0, 24.0, now.judge.limit})
    judges = [replace(now.judge, ruler=ruler, limit=limit) for ruler in RULERS for limit in limits]
    found = iter(common.judged(now.spec, judges))
    rows = [(label, [rounded(next(found).shares)["us_ahead"] for _ in limits]) for label in RULERS.values()]
    return render("assumptions/rulers.html", year=now.judge.year, limits=[f"{limit:g}" for limit in limits], rows=rows)


def _judgment(found: frames.Standing, judge: Judge) -> str:
    """How much of what is not known rests on judgment alone."""
    counts = {tier: sum(row.tier == tier for row in parameters().values()) for tier in frames.TIERS}
    alone, inferred = (round(100 * found.explained[tier]) for tier in ("judgment", "inferred"))
    return (
        f"{counts['judgment']} of {len(parameters())} inputs rest on judgment alone; together they explain {alone}% "
        f"of the variance of the lead at the end of {judge.year}. Inputs inferred from records explain {inferred}%, "
        f"all inputs together {round(100 * found.everything)}%; the rest is luck and interactions between inputs."
    )


# -------------------------------------------------------------------------------------------------------- the table
def _adopt() -> list[str]:
    """Take over the search of the address; what of it fits nothing, in words."""
    notes, text, tier = [], address.news("search"), address.news("tier")
    if text is not None:
        address.keep("search", text.strip()[:LONGEST])
    if tier and tier not in frames.TIERS.values():
        address.keep("tier", "")
        notes.append(f"tier={address.short(tier)}: there is no such tier; there are {wording.listed(_TIERS)}")
    return notes


def _search() -> tuple[str, str]:
    left, right = st.columns([0.6, 0.4], gap="medium", vertical_alignment="bottom")
    text = left.text_input("Search", max_chars=LONGEST, placeholder="for example: diffusion, Epoch, chips",
                           **address.control("search", ""))  # fmt: skip
    tier = right.segmented_control("Basis", [_EVERY, *_TIERS], required=True, **address.control("tier", _EVERY))
    return text or "", next((key for key, label in frames.TIERS.items() if label == tier), "")


def _table(now: Setup, found: frames.Standing, text: str, tier: str) -> None:
    shown = frames.table(found, now.assumptions, text, tier)
    unit = (
        f"{shown.height} of {len(parameters())} inputs. Type a number under “Yours” to fix an input in all futures, "
        f"also for the baseline; clear it to undo. Effect: mean lead in {now.judge.unit} in the fifth of futures with "
        "the highest values, minus that with the lowest. Variance: the share that knowing the input would remove."
    )
    st.html(theme.heading("Every uncertain input", unit) + frames.paper(shown))
    if not shown.height:
        st.html(theme.paragraph(f"Nothing matches “{address.short(text)}”. Try fewer words."))
        return
    key = f"assumption_table_{st.session_state.get(_ROUND, 0)}"
    column = st.column_config
    st.data_editor(
        shown, key=key, hide_index=True, num_rows="fixed", height=min(38 + 35 * shown.height, 520),
        disabled=[name for name in shown.columns if name != "mine"],
        on_change=_take_edits, args=(shown["name"].to_list(), key),
        column_config={
            "name": None,
            "label": column.TextColumn("Input", width="medium", pinned=True),
            "mine": column.NumberColumn("Yours", help="Fix it to this value", width="small", format="%.4g"),
            "prior": column.TextColumn("Prior: median (90%)", width="medium"),
            "history": column.TextColumn("Weighted by history", width="medium"),
            "unit": column.TextColumn("Unit", width="small"),
            "effect": column.NumberColumn("Effect on the lead", format="%+.1f", width=120),
            "share": column.NumberColumn("Variance, %", format="%.1f", width="small"),
            "tier": column.TextColumn("Basis", width="small"),
            "as_of": column.TextColumn("Date", width="small"),
            "source": column.TextColumn("Source", width="large"),
        },
    )  # fmt: skip


def _one(now: Setup, names: list[str]) -> None:
    """One input with all that is known of it, and a control that needs no table."""
    known = parameters()
    name = st.selectbox("One input in full", names, format_func=lambda key: known[key].label, key="one_input")
    if name is None:
        return
    row = known[name]
    low, mid, high = assumed.interval(name)
    st.html(theme.paragraph(Markup("{} Unit: {}. Prior: {}. {}, {}: {}. {}").format(
        row.meaning, row.unit, f"{mid:.3g}, nine in ten between {low:.3g} and {high:.3g}", frames.TIERS[row.tier],
        row.as_of, sources.cited(row.source, row.url), row.note,
    )))  # fmt: skip
    _follow(name, now.assumptions.get(name))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if row.forms:
            st.selectbox("Value", row.forms, index=None, format_func=lambda value: f"{value:g}", key=_box(name),
                         placeholder="Not fixed")  # fmt: skip
        else:
            st.number_input("Value", row.lowest, row.highest, value=None, key=_box(name), format="%.4g",
                            step=(high - low) / 20, placeholder="Not fixed")  # fmt: skip
        st.button("Apply", on_click=_take_one, args=(name,), type="primary")
        st.button("Reset this", on_click=_drop, args=(name,), disabled=name not in now.assumptions)
        st.button("Reset all", on_click=_drop, args=("",), disabled=not now.assumptions, type="tertiary")


def _follow(name: str, held: float | None) -> None:
    """Make the box show what holds, and nothing where the parameter varies; what is being typed stays."""
    shown = st.session_state.setdefault(_SHOWN, {})
    if _box(name) not in st.session_state or shown.get(name) != held:
        st.session_state[_box(name)] = held
    shown[name] = held


@st.fragment
def workspace() -> None:
    glossary.begin("workspace")
    address.write()
    chosen = choice()
    now = chosen.now
    if chosen.notes:
        st.html(theme.ignored(chosen.notes))
    try:
        _verdict(now)
        with st.spinner("Working out what each input does …", show_time=False):
            members = min(frames.MOST, 2 * common.futures())
            found = _standing(now.spec.canonical(), now.judge, members)
    except REFUSED as error:
        st.error(first_line(error))
        st.button("Back to the usual assumptions", on_click=_drop, args=("",))
        return
    st.html(theme.RESULTS)
    _ruler(now)
    if notes := st.session_state.pop(_NOTES, None):  # they belong to the last edit, and are said once
        st.html(theme.ignored(notes, "Not applied:"))
    st.html(theme.heading("What rests on judgment", _judgment(found, now.judge)))
    text, tier = _search()
    _table(now, found, text, tier)
    _one(now, frames.table(found, now.assumptions, text, tier)["name"].to_list() or list(parameters()))


theme.style()
address.adopt("assumptions")
ignored = _adopt()
with st.container(key="assumptions"):
    if ignored:
        st.html(theme.ignored(ignored))
    workspace()
