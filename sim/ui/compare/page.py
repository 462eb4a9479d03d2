"""Compare: up to four scenarios side by side, on the same axes and the same dice."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from markupsafe import Markup

from scenarios import BASELINE, load, names
from scenarios.schema import Scenario
from sim.analysis.worlds import WORLDS
from sim.results.wording import most_common
from sim.ui.compare import frames as compare_frames, html
from sim.ui.shared import address, charts, common, costs, frames, inert_panel, theme, wording
from sim.ui.shared.setup import REFUSED, Setup, choice, first_line
from sim.ui.shared.templates import style

MOST = 4
THERE = "the list below has all of them"
MINE = "mine"
"""The column of the user's own settings."""
USUAL = (BASELINE, "tight_controls", "open_trade")
NOTHING = "none"
"""How the address says that no column is chosen."""
_COLUMNS = "columns_shown"


def _options(now: Setup) -> list[str]:
    return [*([MINE] if now.changed or now.own else []), *names()]


def _title(name: str, now: Setup) -> str:
    if name != MINE:
        return load(name).title
    return f"{now.start.title}{', your changes' if now.changed else ', your file'}"


def _adopt(now: Setup) -> list[str]:
    """Take over the columns of the address; what of them could not be used, in words."""
    options, text = _options(now), address.news("columns") or NOTHING
    if text == NOTHING:
        return []
    wanted = list(dict.fromkeys(part for part in text[:2000].split(",") if part))
    notes = [
        f"columns: there is no scenario {address.short(name)}; {address.hint(name, options, THERE)}"
        for name in wanted if name not in options
    ]  # fmt: skip
    found = [name for name in wanted if name in options]
    if len(found) > MOST:
        notes.append(f"columns: only the first {MOST} of {len(found)} are shown")
    address.keep("columns", ",".join(found[:MOST]))
    return notes[:6]


def _chosen(now: Setup) -> list[str]:
    """The columns that the user chose and that there still are, or the usual ones."""
    if address.own("columns") == NOTHING:
        return []
    options = _options(now)
    return [name for name in address.own("columns").split(",") if name in options] or _usual(now)


def _usual(now: Setup) -> list[str]:
    return [*(name for name in _options(now) if name == MINE), *USUAL][:MOST]


def _choose() -> None:
    columns = st.session_state[_COLUMNS]
    address.keep("columns", "" if columns == _usual(choice().now) else ",".join(columns) or NOTHING)


def _specs(columns: list[str], now: Setup) -> list[Scenario]:
    """The scenarios of the columns, under the user's assumptions."""
    return [now.spec if name == MINE else replace(Setup(name), assumptions=now.assumptions).spec for name in columns]


def _columns(titles: list[str], views: list[frames.View], now: Setup) -> None:
    computes = compare_frames.columns_of_compute(views)
    top = max(sum(size for _, size in parts) for parts in computes) or 1.0
    outcomes, origins = theme.key(*(view.counts for view in views)), theme.swatches(frames.ORIGINS, charts.ORIGIN)
    st.html(theme.RESULTS + outcomes + origins)
    for place, (slot, title, view) in enumerate(zip(st.columns(len(views), gap="medium"), titles, views, strict=True)):
        with slot, st.container(gap="xxsmall", key=f"chart_column_{place}"):
            st.html(html.column(title, view))
            st.html(html.compute(computes[place], top, view.year))
            told = f"{title}. {wording.middle(*view.lead_end, view.judge.unit)}"
            us, china = (f"{view.eci_end(seat):.0f}" for seat in frames.SEATS)
            st.html(theme.paragraph(f"Index of the US, blue (ends at {us}), and China, orange ({china})", "cap2"))
            common.chart(
                "fan_small", {**frames.fan(view, views[0])}, 170, f"Frontiers under {told}", key=f"fan_{place}"
            )
            st.html(theme.paragraph(f"Lead of the US, {view.judge.unit}", "cap2"))
            common.chart("lead_small", {**frames.lead(view, views[0])}, 150, f"Lead under {told}", key=f"lead_{place}")


def _costs(titles: list[str], specs: list[Scenario], year: int) -> None:
    """What each of the other columns costs whom, against the first."""
    try:
        found = [common.costs_of(spec, year, specs[0]) for spec in specs[1:]]
    except REFUSED as error:
        st.error(first_line(error))
        return
    rows = compare_frames.costs_by_row(found)
    names = {name: label for spec in specs for name, label in costs.labels(spec).items()}
    unit = (
        f"Billion US dollars in {year}, against “{titles[0]}”: median of futures; small: where nine in ten lie. "
        f"A minus saves or earns money. {costs.NOT_A_LOSS}"
    )
    if not rows:
        unit = f"Nothing above $50 million in {year}, against “{titles[0]}”."
    st.html(theme.heading("What each costs", unit) + (html.costs(titles[1:], rows, names) if rows else ""))


def _worlds(titles: list[str], specs: list[Scenario], views: list[frames.View], now: Setup) -> None:
    cost = len(WORLDS) * len(specs) * common.EACH
    with st.expander(
        f"Does it hold in other worlds? {len(WORLDS)} sets of assumptions, about {max(cost, 1):.0f} s",
        key="worlds", on_change="rerun",
    ) as more:  # fmt: skip
        if not more.open:
            return
        usual = [most_common(view.counts) for view in views]
        try:
            with st.spinner("Simulating every scenario in every world …"):
                cells = [
                    [_most(common.view(world.over(spec), now.judge, common.FEWER)) for spec in specs]
                    for world in WORLDS
                ]
        except REFUSED as error:
            st.error(first_line(error))
            return
        text = (
            "The most common outcome and its futures in 100. Bold: another one than in the columns above. "
            f"Average of {common.FEWER} futures of each; one that is near 50 in 100 can go either way by chance."
        )
        st.html(theme.paragraph(text) + html.worlds(titles, [world.label for world in WORLDS], cells, usual))


def _most(view: frames.View) -> tuple[str, int]:
    name = most_common(view.counts)
    return name, view.counts[name]


def _headline(titles: list[str], views: list[frames.View]) -> str:
    """What the columns say together."""
    ahead = [view.counts["us_ahead"] for view in views]
    year = views[0].year
    if len(views) == 1:
        return f"{titles[0]}: the US is well ahead by {year} in {ahead[0]} of 100 futures."
    high, low = max(range(len(ahead)), key=ahead.__getitem__), min(range(len(ahead)), key=ahead.__getitem__)
    if ahead[high] == ahead[low]:
        return f"By {year}, the US is well ahead in {ahead[0]} of 100 futures under each of these."
    return (
        f"By {year}, the US is well ahead in {ahead[low]} of 100 futures under “{titles[low]}” and in {ahead[high]} "
        f"under “{titles[high]}”."
    )


@st.fragment
def workspace() -> None:
    now = choice().now
    asked = _chosen(now)
    if asked and address.own("columns"):
        address.keep("columns", ",".join(asked))  # without the own settings where they are the scenario's again
    address.write()
    head = st.container()
    if st.session_state.get(_COLUMNS) != asked:
        st.session_state[_COLUMNS] = asked
    columns = st.multiselect(
        "Scenarios, the first is the reference", _options(now), format_func=lambda name: _title(name, now),
        max_selections=MOST, key=_COLUMNS, on_change=_choose, placeholder="Choose up to four",
    )  # fmt: skip
    if not columns:
        head.html(theme.verdict("Choose the scenarios that you want to see side by side."))
        return
    titles = [_title(name, now) for name in columns]
    try:
        specs = _specs(columns, now)
        views = [common.view(spec, now.judge) for spec in specs]
    except REFUSED as error:
        st.error(first_line(error))
        return
    said = _headline(titles, views)
    head.html(theme.verdict(said))
    theme.say(said)
    _columns(titles, views, now)
    same = [spec.digest() == specs[0].digest() for spec in specs]
    unit = (
        f"Small: the difference from “{titles[0]}”, future by future on the same dice, ± the 90% interval of its mean "
        f"from {views[0].futures} futures."
    )
    st.html(theme.heading("What comes of each", unit) + html.table(titles, compare_frames.rows(views, same)))
    if len(specs) > 1:
        _costs(titles, specs, views[0].year)
    if idle := Markup("").join(inert_panel.lines(spec, title) for title, spec in zip(titles, specs, strict=True)):
        st.html(idle)
    _worlds(titles, specs, views, now)


theme.style()
st.html(style("compare/page.css"))
found = address.adopt("compare")
ignored = [*found.notes, *_adopt(found.now)]
with st.container(key="compare"):
    if ignored:
        st.html(theme.ignored(ignored))
    workspace()
