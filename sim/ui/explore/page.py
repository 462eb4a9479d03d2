"""Explore: move a lever and see what it does to the race, against current policy."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

import sim
from scenarios import load, names
from scenarios.rules import Rule, history
from sim.results.outcomes import meanings
from sim.results.outcomes.lead import PACE
from sim.results.outcomes.polarity import LABELS
from sim.results.wording import headline
from sim.ui.brief import panel
from sim.ui.explore import changes_panel, choices_panel, costs_panel, story
from sim.ui.shared import (
    address,
    assumed,
    charts,
    common,
    drivers,
    frames,
    inert_panel,
    injector,
    levers,
    theme,
    uses,
    wants,
    wording,
)
from sim.ui.shared.setup import REFUSED, WITH_YOURS, Choice, Setup, choice, first_line
from sim.ui.shared.templates import render, style

TELLING = (
    "us_2022_10_chips",
    "us_2022_10_tools",
    "allies_2023_tools",
    "us_2023_10_tpp",
    "us_2024_12_hbm",
    "us_2025_01_diffusion",
    "us_2025_04_h20_memory",
    "us_2025_05_diffusion_end",
    "us_2025_08_h20_memory",
    "cn_2025_11_state",
    "us_2026_01_case",
    "us_2026_05_case",
)
"""The rules that stand open; all others are one click away."""
_TONE = {
    "tightened": ("▲ Tightened", charts.INK),
    "loosened": ("▽ Loosened", charts.MUTED),
    "neutral": ("Neither", charts.MUTED),
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ROOM = 24
"""Letters that fit over half of a chart."""
_RANGE = "The range covers luck and unknown inputs, not the chance that the model is wrong."
_DICE = (
    "Both sets of settings roll the same dice, so a difference on screen is the levers and not chance. "
    "These are explorations of mechanisms, not forecasts."
)


# ------------------------------------------------------------------------------------------------- scenarios, tools
def _pick() -> None:
    chosen, name = choice(), st.session_state["scenario"]
    chosen.take(chosen.now.taking(name or chosen.now.scenario))


def _reset() -> None:
    chosen = choice()
    chosen.take(Setup(chosen.now.scenario, assumptions=chosen.now.assumptions, judge=chosen.now.judge,
                      own=chosen.now.own))  # fmt: skip


def _tools(chosen: Choice) -> None:
    """Scenarios; undo, redo, replay and reset; the link and the brief."""
    now = chosen.now
    lit = None if now.changed or now.own else now.scenario
    if st.session_state.get("scenario", "") != lit:
        st.session_state["scenario"] = lit
    st.pills(
        "Scenario",
        names(),
        key="scenario",
        format_func=lambda name: load(name).title,
        on_change=_pick,
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tools"):
        st.html(_story(now), width="stretch")
        _button("Undo", "undo", chosen.undo, not chosen.past)
        _button("Redo", "redo", chosen.redo, not chosen.future)
        _button("Replay", "replay", chosen.replay, not (chosen.past or chosen.future),
                "Flip between the last two settings")  # fmt: skip
        _button("Reset", "restart_alt", _reset, not now.changed, "Back to the scenario as it stands")
        with st.popover("Share", icon=":material/link:", type="tertiary"):
            _share(now)
        with st.popover(
            "Brief", icon=":material/description:", type="tertiary", on_change="rerun", key="brief"
        ) as more:
            if more.open:
                panel.panel(now)


def _button(name: str, icon: str, action: object, disabled: bool, tip: str | None = None) -> None:
    st.button(name, icon=f":material/{icon}:", on_click=action, type="tertiary", disabled=disabled, help=tip)  # type: ignore[arg-type]


def _share(now: Setup) -> None:
    if now.own:
        st.write("A link cannot hold a scenario from a file. Send the file, which *Data and API* makes, instead.")
        return
    st.write(
        "This address holds the scenario, every lever, value, event and assumption. Whoever opens it sees what you see."
    )
    st.code(address.link(now), language=None, wrap_lines=True)
    st.button("Take the guided tour", on_click=story.begin, type="tertiary", icon=":material/route:")


def _story(now: Setup) -> Markup:
    changes = wording.listed(
        [*([levers.described(now)] if now.levers else []), *wants.described(now), *map(injector.described, now.events)]
    )
    return render("explore/scenario.html", start=now.start, changes=changes, fixed=uses.fixed(now.start))


def _badge(now: Setup) -> None:
    """What is assumed otherwise than usual, on both sides of the comparison."""
    parts = []
    if now.assumptions:
        parts.append(f"Assumptions changed, for the reference too: {assumed.described(now.assumptions)}.")
    if now.judge != type(now.judge)():
        parts.append(f"Judged by your ruler: {wording.judged(now.judge)}.")
    if parts:
        st.html(theme.paragraph(" ".join(parts), "badge"))


# --------------------------------------------------------------------------------------------------------- results
def _verdict(mine: frames.View, base: frames.View, same: bool, reference: str) -> None:
    left, right = st.columns([0.44, 0.56], gap="medium", vertical_alignment="center")
    judge = mine.judge
    against = f"This is {reference}." if same else wording.comparison(mine.counts, base.counts, reference)
    strict = wording.strict(judge.limit, judge.unit, mine.counts["us_ahead"], mine.strict)
    left.html(theme.verdict(
        headline(mine.counts, mine.year),
        f"{against} {wording.middle(*mine.lead_end, judge.unit)}",
        f"{_RANGE} {strict} {wording.pace(*_pace(mine))}",
    ))  # fmt: skip
    caption = (
        f"Where 100 futures stand at the end of {mine.year}. Well ahead: by {judge.limit:g} {judge.unit} or more. "
        f"Several: a third bloc is close. Thin bar: {reference}."
    )
    right.html(theme.bar(mine.counts, base.counts, caption, reference))
    theme.say(f"{headline(mine.counts, mine.year)} {against}")


def _pace(mine: frames.View) -> tuple[float, float, int, float, int]:
    recorded, soon, late = mine.slopes
    return recorded, soon, int(frames.NOW) + 1, late, mine.year


def _chart(
    name: str,
    title: str,
    unit: str,
    tables: dict[str, object],
    height: int,
    told: str,
    key: str | Markup = "",
    spec: str = "",
) -> None:
    """A chart under its message; `told` is what people hear who do not see it."""
    with st.container(gap="xxsmall", key=f"chart_{name}"):
        st.html(theme.heading(title, unit) + key)
        common.chart(spec or name, tables, height, f"{title}. {told}")


def _fan(mine: frames.View, base: frames.View, dashes: str, reference: str) -> None:
    single = st.session_state.get("futures_shown") == "Single futures"
    ahead = round(100 * mine.us_first)
    title = f"The US frontier ends ahead in {ahead} of 100 futures"
    if ahead < 50:
        title = f"China's frontier ends ahead in {100 - ahead} of 100 futures"
    about = f"{frames.SINGLE} futures, from the smallest lead to the largest." if single else (
        f"Bands hold 50 and 90 futures in 100.{dashes}"
    )  # fmt: skip
    unit = f"Epoch Capabilities Index. {about}{'' if single else ' Points: record models.'}"
    told = (
        f"At the end of {mine.year} the middle index of the United States is "
        f"{mine.eci_end('united_states'):.0f} and that of China {mine.eci_end('china'):.0f}; under {reference} "
        f"they are {base.eci_end('united_states'):.0f} and {base.eci_end('china'):.0f}."
    )
    tables = frames.fan(mine, base)
    if single:
        tables = {"single": frames.single(mine), "labels": tables["labels"], "marks": tables["marks"]}
    _chart("fan", title, unit, {**tables}, 262, told, spec="single" if single else "fan")
    st.segmented_control("Show", ["Ranges", "Single futures"], default="Ranges", key="futures_shown", required=True,
                         label_visibility="collapsed")  # fmt: skip


def _lead(mine: frames.View, base: frames.View, dashes: str, reference: str) -> None:
    now, end = wording.signed(mine.lead_now), wording.signed(mine.lead_end[1])
    unit_name = mine.judge.unit
    title = f"The lead stays at {end} {unit_name}" if now == end else f"The lead moves from {now} to {end} {unit_name}"
    unit = f"Middle future and bands, {wording.ruled(mine.judge, PACE)}.{dashes}"
    usual = f"Under {reference} the middle is {wording.signed(base.lead_end[1])}."
    told = f"{wording.middle(*mine.lead_end, unit_name)} {usual}"
    _chart("lead", title, unit, {**frames.lead(mine, base)}, 290, told)


def _dots(mine: frames.View) -> None:
    within = mine.dots.filter(mine.dots["outcome"].is_in(["two_power", "several"])).height
    title = f"In {within} of 50 futures nobody is well ahead"
    unit = f"Each dot is 2 futures in 100, placed by {mine.judge.unit} of US lead at the end of {mine.year}."
    shown = {name: LABELS[name] for name in LABELS if name in set(mine.dots["outcome"])}
    columns = [f"{label} {(mine.dots['outcome'] == name).sum()}" for name, label in LABELS.items()]
    told = f"Dots by outcome: {wording.listed(columns)}."
    _chart("dots", title, unit, {**frames.dots(mine)}, 205, told, theme.swatches(shown, charts.OUTCOME))


def _compute(mine: frames.View, base: frames.View, same: bool, reference: str) -> None:
    total, usual = round(mine.compute_in(mine.year)), round(base.compute_in(mine.year))
    title = f"China adds compute worth {total} million H100s in {mine.year}"
    more = f" {abs(total - usual)} {'more' if total > usual else 'fewer'} than under {reference}."
    home = f" {round(100 * mine.share_of('domestic', mine.year))}% of it is made in China."
    unit = f"Million H100-equivalents a year, average of futures.{home}{more if total != usual else ''}"
    usual_head = reference.removesuffix(WITH_YOURS)
    usual_head = usual_head[:1].upper() + usual_head[1:] if len(usual_head) <= ROOM else "Reference"
    heads = (usual_head, "The same" if same else "Your settings")
    parts = [f"{label} {100 * mine.share_of(name, mine.year):.0f}%" for name, label in frames.ORIGINS.items()]
    told = f"{wording.listed(parts)}. Under {reference} it is {usual} million."
    key = theme.swatches(frames.ORIGINS, charts.ORIGIN)
    _chart("compute", title, unit, {**frames.compute(mine, base, heads)}, 205, told, key)


def _charts(mine: frames.View, base: frames.View, same: bool, reference: str) -> DeltaGenerator:
    """The four charts; what comes back is the place for what moved the result, which takes longer."""
    dashes = "" if same else f" Dashes: {reference}."
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        _fan(mine, base, dashes, reference)
    with right:
        _lead(mine, base, dashes, reference)
    left, middle, right = st.columns([0.33, 0.37, 0.3], gap="medium")
    with left:
        _dots(mine)
    with middle:
        _compute(mine, base, same, reference)
    return right.container(key="moved", gap="xsmall")


# ------------------------------------------------------------------------------------------------- rules and words
def _rules() -> None:
    """What has been decided since 2022."""
    known = {rule.id: rule for rule in history()}
    telling = [known[name] for name in TELLING if name in known]
    rules = [(_month(rule), rule.title, _tone(rule)[0], charts.themed(_tone(rule)[1])) for rule in telling]
    unit = "Controls on chips, tools and memory for China, by the date from which they hold."
    st.html(theme.heading("Rules so far", unit) + render("explore/rules.html", rules=rules))
    with st.expander(f"All {len(known)} rules, letters and bills", key="all_rules", on_change="rerun") as more:
        if more.open:
            dated = sorted(known.values(), key=lambda rule: rule.start)
            st.html(render("explore/all_rules.html", rules=[(rule, _tone(rule)[0]) for rule in dated]))


def _meanings() -> None:
    """What the outcomes mean, one line each."""
    with st.expander("What these words mean", key="meanings", on_change="rerun") as more:
        if more.open:
            st.html(render("explore/meanings.html", meanings=meanings()))


def _tone(rule: Rule) -> tuple[str, str]:
    return _TONE.get(str(getattr(rule, "note", "")).split(";")[0].strip(), _TONE["neutral"])


def _month(rule: Rule) -> str:
    year, month, _ = rule.start.split("-")
    return f"{_MONTHS[int(month) - 1]} {year}"


@st.fragment
def workspace() -> None:
    address.write()
    chosen = choice()
    if chosen.notes:
        st.html(theme.ignored(chosen.notes))
    story.panel()
    _tools(chosen)
    now = chosen.now
    _badge(now)
    # The slots stand in the order of a phone. Results come first in time, since people wait for them and not for the
    # levers, which show what the choice already holds; what moved the result takes longest and comes last.
    verdict, idle, mini = st.container(key="verdict"), st.empty(), st.container(key="mini")
    left, right = st.columns([0.245, 0.755], gap="medium")
    moved = _results(now, verdict, mini, right)
    with left, st.container(key="levers", gap="xsmall"):
        wants.panel(now)
        levers.panel(now)
        injector.panel(now)
    if moved is not None:
        if said := inert_panel.lines(now.spec):
            idle.html(said)
        moved()


def _results(
    now: Setup, verdict: DeltaGenerator, mini: DeltaGenerator, right: DeltaGenerator
) -> Callable[[], None] | None:
    """Everything that follows from the settings; what comes back draws what takes longer: costs, and what moved it."""
    reference = now.reference
    try:
        spec, base_spec = now.spec, now.base
        base, mine = common.view(base_spec, now.judge), common.view(spec, now.judge)
    except REFUSED as error:
        verdict.error(first_line(error))
        return None
    same = spec.digest() == base_spec.digest()
    with verdict:
        _verdict(mine, base, same, reference)
    mini.html(theme.mini(mine.counts, base.counts))
    with right, st.container(key="charts"):
        st.html(theme.RESULTS)
        slot = _charts(mine, base, same, reference)
        with st.container(key="choices"):
            st.html(choices_panel.panel(now, mine, base, reference, same))
        costs_place = st.container(key="costs_place")
        changes_place = st.container(key="changes_place")
        _rules()
        _meanings()
        made = (
            f"{_DICE} {mine.futures} futures, seed {mine.seed}, Polarity {sim.__version__}, scenario {spec.digest()}, "
            f"calibration {spec.calibration}."
        )
        st.html(theme.paragraph(made, "fine"))

    def moved() -> None:
        with costs_place:
            costs_panel.panel(spec, mine, base, reference)
        with slot:
            drivers.panel(base_spec, spec, mine, base, reference)
        with changes_place:
            changes_panel.panel(now, spec, mine.judge)

    return moved


theme.style()
st.html(style("explore/costs.css", "explore/choices.css"))
address.adopt("explore")
workspace()
