"""Explore: move a lever and see what it does to the race, against current policy."""

from __future__ import annotations

from html import escape

import streamlit as st
from pydantic import ValidationError

import sim
from scenarios import BASELINE, load, names
from scenarios.errors import InputError
from scenarios.rules import Rule, history
from sim.outcomes import meanings
from sim.outcomes.lead import PACE
from sim.outcomes.polarity import LABELS, MONTHS
from sim.ui import charts, common, frames, levers, theme, wording
from sim.wording import headline

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
FEWER = 256
"""Futures for the question which lever does the work: enough for whole months on the same dice."""
_TONE = {
    "tightened": ("Tightened", charts.CHINA),
    "loosened": ("Loosened", charts.SEVERAL),
    "neutral": ("Neither", charts.MUTED),
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


_RANGE = "The range covers luck and unknown inputs, not the chance that the model is wrong."
_DICE = (
    "Both sets of settings roll the same dice, so a difference on screen is the levers and not chance. "
    "These are explorations of mechanisms, not forecasts."
)


def _pick() -> None:
    name = st.session_state["scenario"]
    chosen = levers.choice()
    chosen.take(name or chosen.scenario)


def _undo() -> None:
    levers.choice().undo()


def _reset() -> None:
    chosen = levers.choice()
    chosen.take(chosen.scenario)


def _tools(chosen: levers.Choice) -> None:
    """Scenarios, undo, reset and share."""
    lit = None if chosen.changes else chosen.scenario
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
        st.html(_story(chosen), width="stretch")
        st.button("Undo", icon=":material/undo:", on_click=_undo, type="tertiary", disabled=not chosen.past)
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            on_click=_reset,
            type="tertiary",
            disabled=not chosen.changes,
        )
        with st.popover("Share", icon=":material/link:", type="tertiary"):
            st.write("This address holds the scenario and every lever. Whoever opens it sees what you see.")
            here = (st.context.url or "").split("?")[0].rstrip("/")
            st.code(f"{here}/{levers.query(chosen)}", language=None, wrap_lines=True)


def _story(chosen: levers.Choice) -> str:
    start = chosen.start
    text = f"<b>{escape(start.title)}.</b> {escape(start.story)}"
    if chosen.changes:
        text += f"<br>Your changes: {escape(levers.described(chosen))}."
    return f'<p class="story">{text}</p>'


def _reference(chosen: levers.Choice) -> str:
    """The baseline as it stands after `under`."""
    base = chosen.base
    return wording.inside(base.title) if base.name == BASELINE else f"“{base.title}”"


def _verdict(mine: frames.View, base: frames.View, same: bool, reference: str) -> None:
    left, right = st.columns([0.44, 0.56], gap="medium", vertical_alignment="center")
    low, mid, high = mine.lead_end
    against = f"This is {reference}." if same else wording.comparison(mine.counts, base.counts, reference)
    left.html(
        f'<h1 class="say">{escape(headline(mine.counts, mine.year))}</h1>'
        f'<p class="sub">{escape(against)} {escape(wording.middle(low, mid, high))}</p>'
        f'<p class="fine">{_RANGE} {escape(wording.pace(*_pace(mine)))}</p>'
    )
    caption = (
        f"Where 100 futures stand at the end of {mine.year}. Well ahead: by {MONTHS:.0f} months or more. "
        f"Several: a third bloc is close. Thin bar: {reference}."
    )
    right.html(theme.bar(mine.counts, base.counts, caption, reference))
    theme.say(f"{headline(mine.counts, mine.year)} {against}")


def _pace(mine: frames.View) -> tuple[float, float, int, float, int]:
    recorded, soon, late = mine.slopes
    return recorded, soon, int(frames.NOW) + 1, late, mine.year


def _chart(name: str, title: str, unit: str, tables: dict[str, object], height: int, told: str, key: str = "") -> None:
    """A chart under its message; `told` is what people hear who do not see it."""
    with st.container(gap="xxsmall", key=f"chart_{name}"):
        st.html(theme.heading(title, unit) + key)
        common.chart(name, tables, height, f"{title}. {told}")


def _charts(mine: frames.View, base: frames.View, same: bool, reference: str) -> None:
    dashes = "" if same else f" Dashes: {reference}."
    ahead = round(100 * mine.us_first)
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        title = f"The US frontier ends ahead in {ahead} of 100 futures"
        if ahead < 50:
            title = f"China's frontier ends ahead in {100 - ahead} of 100 futures"
        unit = (
            f"Epoch Capabilities Index to the end of {mine.year}. Points: record models. "
            f"Bands hold 50 and 90 futures in 100.{dashes}"
        )
        told = (
            f"At the end of {mine.year} the middle index of the United States is "
            f"{mine.eci_end('united_states'):.0f} and that of China {mine.eci_end('china'):.0f}; under {reference} "
            f"they are {base.eci_end('united_states'):.0f} and {base.eci_end('china'):.0f}."
        )
        _chart("fan", title, unit, {**frames.fan(mine, base)}, 290, told)
    with right:
        now, end = wording.signed(mine.lead_now), wording.signed(mine.lead_end[1])
        title = f"The lead stays at {end} months"
        if now != end:
            title = f"The lead moves from {now} to {end} months"
        unit = f"Middle future and bands, in months of US lead at {PACE:g} index points a year.{dashes}"
        told = f"{wording.middle(*mine.lead_end)} Under {reference} the middle is {wording.signed(base.lead_end[1])}."
        _chart("lead", title, unit, {**frames.lead(mine, base)}, 290, told)
    left, right = st.columns([0.46, 0.54], gap="medium")
    with left:
        within = mine.dots.filter(mine.dots["outcome"].is_in(["two_power", "several"])).height
        title = f"In {within} of 50 futures nobody is well ahead"
        unit = f"Each dot is 2 futures in 100, placed by months of US lead at the end of {mine.year}."
        shown = {name: LABELS[name] for name in LABELS if name in set(mine.dots["outcome"])}
        key = theme.swatches(shown, charts.OUTCOME)
        columns = [f"{label} {(mine.dots['outcome'] == name).sum()}" for name, label in LABELS.items()]
        told = f"Dots by outcome: {wording.listed(columns)}."
        _chart("dots", title, unit, {**frames.dots(mine)}, 205, told, key)
    with right:
        total, usual = round(mine.compute_in(mine.year)), round(base.compute_in(mine.year))
        title = f"China adds compute worth {total} million H100s in {mine.year}"
        more = f" {abs(total - usual)} {'more' if total > usual else 'fewer'} than under {reference}."
        home = f" {round(100 * mine.share_of('domestic', mine.year))}% of it is made in China."
        unit = f"Million H100-equivalents a year, average of futures.{home}{more if total != usual else ''}"
        heads = (reference[:1].upper() + reference[1:], "The same" if same else "Your settings")
        tables = frames.compute(mine, base, heads)
        parts = [f"{label} {100 * mine.share_of(name, mine.year):.0f}%" for name, label in frames.ORIGINS.items()]
        told = f"{wording.listed(parts)}. Under {reference} it is {usual} million."
        key = theme.swatches(frames.ORIGINS, charts.ORIGIN)
        _chart("compute", title, unit, {**tables}, 205, told, key)


def _work(chosen: levers.Choice, reference: str) -> None:
    """What each change does by itself; on request, since every change needs a simulation."""
    with st.expander("Which lever does the work?", key="work", on_change="rerun") as more:
        if not more.open:
            return
        cases = levers.put_back(chosen)
        if not cases:
            st.html('<p class="d">Move a lever to see which one does the work.</p>')
            return
        with st.spinner("Putting back one lever at a time …"):
            mine, base = (common.view(spec, FEWER) for spec in (chosen.spec, chosen.base))
            parts = [(label, _difference(mine, common.view(spec, FEWER))) for label, spec in cases]
        st.html(
            f'<p class="d">Months of US lead at the end of {mine.year} that are lost if this one alone is put back '
            f"to {escape(reference)}: average of the same {mine.futures} futures. Together the changes make "
            f"{wording.signed(_difference(mine, base))}; parts that depend on each other do not add up to it.</p>"
            + theme.work(parts)
        )


def _difference(one: frames.View, other: frames.View) -> float:
    return float((one.leads - other.leads).mean())


def _rules() -> None:
    """What has been decided since 2022."""
    known = {rule.id: rule for rule in history()}
    telling = [known[name] for name in TELLING if name in known]
    items = "".join(
        f'<li style="--k:{charts.themed(_tone(rule)[1])}"><b>{_month(rule)}</b>{escape(rule.title)}'
        f"<small>{_tone(rule)[0]}</small></li>"
        for rule in telling
    )
    unit = "Controls on chips, tools and memory for China, by the date from which they hold."
    st.html(theme.heading("Rules so far", unit) + f'<ol class="rules">{items}</ol>')
    with st.expander(f"All {len(known)} rules, letters and bills", key="all_rules", on_change="rerun") as more:
        if more.open:
            rows = "".join(
                f"<tr><td>{rule.start}</td><td><b>{escape(rule.title)}</b><br>{escape(rule.summary)}</td>"
                f"<td>{_tone(rule)[0]}{'; not law' if rule.measure == 'proposed' else ''}</td></tr>"
                for rule in sorted(known.values(), key=lambda rule: rule.start)
            )
            head = "<tr><th>From</th><th>What</th><th>Effect</th></tr>"
            st.html(f'<div class="scroll"><table class="all">{head}{rows}</table></div>')


def _meanings() -> None:
    """What the outcomes mean, one line each."""
    with st.expander("What these words mean", key="meanings", on_change="rerun") as more:
        if more.open:
            rows = "".join(
                f"<tr><td><b>{name}</b></td><td>{escape(text)}</td></tr>" for name, text in meanings().items()
            )
            st.html(f'<div class="scroll"><table class="all">{rows}</table></div>')


def _tone(rule: Rule) -> tuple[str, str]:
    return _TONE.get(str(getattr(rule, "note", "")).split(";")[0].strip(), _TONE["neutral"])


def _month(rule: Rule) -> str:
    year, month, _ = rule.start.split("-")
    return f"{_MONTHS[int(month) - 1]} {year}"


@st.fragment
def workspace() -> None:
    chosen = levers.choice()
    if chosen.notes:
        st.html(theme.ignored(chosen.notes))
    _tools(chosen)
    # The slots stand in the order of a phone; levers come first in time, since the results depend on them.
    verdict, mini = st.container(key="verdict"), st.container(key="mini")
    left, right = st.columns([0.245, 0.755], gap="medium")
    with left, st.container(key="levers", gap="xsmall"):
        levers.panel(chosen)
    levers.write()
    reference = _reference(chosen)
    try:
        spec, base_spec = chosen.spec, chosen.base
        base, mine = common.view(base_spec), common.view(spec)
    except (InputError, ValidationError) as error:
        verdict.error(levers.first_line(error))
        return
    same = spec.digest() == base_spec.digest()
    with verdict:
        _verdict(mine, base, same, reference)
    mini.html(theme.mini(mine.counts, base.counts))
    with right, st.container(key="charts"):
        st.html('<div id="results" tabindex="-1"></div>')
        _charts(mine, base, same, reference)
        _work(chosen, reference)
        _rules()
        _meanings()
        st.html(
            f'<p class="fine">{_DICE} {mine.futures} futures, seed {mine.seed}, Polarity {sim.__version__}, '
            f"scenario {spec.digest()}, calibration {escape(spec.calibration)}.</p>"
        )


theme.style()
levers.adopt()
workspace()
