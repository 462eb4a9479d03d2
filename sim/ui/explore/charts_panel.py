"""The charts of Explore: the lead above the fold, and below it outcomes, frontiers and China's compute."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from sim.results.outcomes.lead import PACE
from sim.results.outcomes.polarity import LABELS
from sim.ui.shared import charts, common, frames, theme, wording
from sim.ui.shared.setup import WITH_YOURS

TALL = 400
"""Height of the first chart in pixels: it ends the first screen of a desktop."""
_FLOWS = Markup('<p class="d"><a href="#flows">Follow the chips, year by year</a></p>')
"""The way to the picture of flows, which is as wide as the page and so stands at its end."""
ROOM = 24
"""Letters that fit over half of a chart."""


def first(mine: frames.View, base: frames.View, same: bool, reference: str) -> None:
    """The one chart above the fold."""
    _lead(mine, base, "" if same else f" Dashes: {reference}.", reference)


def rest(mine: frames.View, base: frames.View, same: bool, reference: str) -> DeltaGenerator:
    """The other charts; what comes back is the place for what moved the result, which takes longer."""
    caption = (
        f"Outcomes of 100 simulated futures at the end of {mine.year}. Well ahead: by {mine.judge.limit:g} "
        f"{mine.judge.unit} or more, {wording.MEASURED[mine.judge.ruler]}. Several powers: a third bloc is within "
        f"{mine.judge.limit:g} {mine.judge.unit} of the leader."
        f"{'' if same else f' Thin bar: {reference}.'}"
    )
    st.html(theme.bar(mine.counts, base.counts, caption, reference))
    _fan(mine, base, "" if same else f" Dashes: {reference}.", reference)
    left, middle, right = st.columns([0.33, 0.37, 0.3], gap="medium")
    with left:
        _dots(mine)
    with middle:
        _compute(mine, base, same, reference)
    return right.container(key="moved", gap="xsmall")


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
    title = f"The US frontier ends ahead in {ahead} of 100 simulated futures"
    if ahead < 50:
        title = f"China's frontier ends ahead in {100 - ahead} of 100 simulated futures"
    about = f"{frames.SINGLE} futures, from the smallest lead to the largest." if single else (
        f"Bands hold 50 and 90 of 100 runs.{dashes}"
    )  # fmt: skip
    unit = f"Epoch Capabilities Index. {about}{'' if single else ' Points: record models.'}"
    told = (
        f"At the end of {mine.year} the median index of the United States is "
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
    judge, now, end = mine.judge, mine.lead_now, mine.lead_end[1]
    title = wording.lead_title(now, end, judge, mine.year)
    unit = f"Shaded: 50 and 90 of 100 runs.{dashes}"
    usual = f"Under {reference} the median is {wording.minus(base.lead_end[1])}."
    told = f"{wording.middle(*mine.lead_end, judge.unit)} {usual}"
    _chart("lead", title, unit, {**frames.lead(mine, base)}, TALL, told)


def _dots(mine: frames.View) -> None:
    within = mine.counts["two_power"] + mine.counts["several"]
    title = f"In {within} of 100 simulated futures nobody is well ahead"
    unit = f"Each dot is 2 futures of 100, placed by {wording.ruled(mine.judge, PACE)}, end of {mine.year}."
    shown = {name: LABELS[name] for name in LABELS if name in set(mine.dots["outcome"])}
    columns = [f"{label} {(mine.dots['outcome'] == name).sum()}" for name, label in LABELS.items()]
    told = f"Dots by outcome: {wording.listed(columns)}."
    _chart("dots", title, unit, {**frames.dots(mine)}, 205, told, theme.swatches(shown, charts.OUTCOME))


def _compute(mine: frames.View, base: frames.View, same: bool, reference: str) -> None:
    total, usual = round(mine.compute_in(mine.year)), round(base.compute_in(mine.year))
    title = f"China adds compute worth {total} million H100s in {mine.year}"
    more = f" {abs(total - usual)} {'more' if total > usual else 'fewer'} than under {reference}."
    home = f" {round(100 * mine.share_of('domestic', mine.year))}% of it is made in China."
    unit = f"Million H100-equivalents a year, median run.{home}{more if total != usual else ''}"
    usual_head = reference.removesuffix(WITH_YOURS)
    usual_head = usual_head[:1].upper() + usual_head[1:] if len(usual_head) <= ROOM else "Reference"
    heads = (usual_head, "The same" if same else "Your settings")
    parts = [f"{label} {100 * mine.share_of(name, mine.year):.0f}%" for name, label in frames.ORIGINS.items()]
    told = f"{wording.listed(parts)}. Under {reference} it is {usual} million."
    key = theme.swatches(frames.ORIGINS, charts.ORIGIN) + _FLOWS
    _chart("compute", title, unit, {**frames.compute(mine, base, heads)}, 205, told, key)
