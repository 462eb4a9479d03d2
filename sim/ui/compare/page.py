"""Compare: the baseline and up to four other settings side by side, on the same axes and the same random numbers."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from markupsafe import Markup

from scenarios import BASELINE, load, names
from scenarios.schema import Scenario
from sim.analysis.worlds import WORLDS
from sim.batch.urgency import SOON
from sim.results.outcomes.polarity import LABELS
from sim.results.wording import most_common
from sim.ui.compare import frames as compare_frames, html
from sim.ui.shared import address, charts, common, costs, frames, glossary, inert_panel, kept, strip, theme, wording
from sim.ui.shared.setup import REFUSED, Setup, choice, first_line
from sim.ui.shared.templates import style

OTHERS = 4
"""Columns at most beside the baseline, which is always the first."""
THERE = "the list below has all of them"
MINE = "mine"
"""The column of the user's present settings."""
USUAL = ("tight_controls", "open_trade")
NOTHING = "none"
"""How the address says that no column but the baseline is chosen."""
_KEPT = "kept"
_COLUMNS = "columns_shown"
_LETTERS = "ABC"


def _kept() -> dict[str, Setup]:
    """The kept settings by the name of their column."""
    return {f"{_KEPT}{n}": setup for n, setup in enumerate(kept.setups(), 1)}


def _own(now: Setup) -> list[str]:
    """Columns that are the user's: the present settings, where they are no scenario of the library, and those kept."""
    present = kept.text_of(now) not in map(kept.text_of, kept.setups()) and (now.changed or now.own or not now.named)
    return [*([MINE] if present else []), *_kept()]


def _options(now: Setup) -> list[str]:
    return [*_own(now), *(name for name in names() if name != BASELINE)]


def _title(name: str, now: Setup) -> str:
    if name == MINE:
        return f"{now.start.title}{', your changes' if now.changed else ', your file' if now.own else ''}"
    if name in (found := _kept()):
        return f"{_LETTERS[int(name.removeprefix(_KEPT)) - 1]}: {kept.title(found[name])}"
    return load(name).title


def _adopt(now: Setup) -> list[str]:
    """Take over the columns of the address; what of them could not be used, in words."""
    options, text = _options(now), address.news("columns") or NOTHING
    if text == NOTHING:
        return []
    wanted = [name for name in dict.fromkeys(text[:2000].split(",")) if name and name != BASELINE]
    notes = [
        f"columns: there is no scenario {address.short(name)}; {address.hint(name, options, THERE)}"
        for name in wanted if name not in options
    ]  # fmt: skip
    found = [name for name in wanted if name in options]
    if len(found) > OTHERS:
        notes.append(f"columns: only the first {OTHERS} of {len(found)} are shown beside the baseline")
    only_the_baseline = not found and BASELINE in text.split(",")
    address.keep("columns", NOTHING if only_the_baseline else ",".join(found[:OTHERS]))
    return notes[:6]


def _chosen(now: Setup) -> list[str]:
    """The columns that the user chose and that there still are, or the usual ones."""
    if address.own("columns") == NOTHING:
        return []
    options = _options(now)
    return [name for name in address.own("columns").split(",") if name in options] or _usual(now)


def _usual(now: Setup) -> list[str]:
    own = [*_own(now), *(name for name in (now.named,) if name not in ("", BASELINE))]
    return list(dict.fromkeys([*own, *USUAL[: max(0, 2 - len(own))]]))[:OTHERS]


def _choose() -> None:
    columns = st.session_state[_COLUMNS]
    address.keep("columns", "" if columns == _usual(choice().now) else ",".join(columns) or NOTHING)


def _specs(columns: list[str], now: Setup) -> list[Scenario]:
    """The baseline and the scenarios of the columns, all under the user's assumptions."""
    return [now.base_in(()), *(_setup(name, now).spec for name in columns)]


def _setup(name: str, now: Setup) -> Setup:
    found = now if name == MINE else _kept().get(name) or Setup().taking(name)
    return replace(found, assumptions=now.assumptions)


def _remove(place: int) -> None:
    kept.drop(place)
    address.keep("columns", "")


def _keeping(now: Setup) -> None:
    """The kept columns, each with a way to remove it, and a way to keep the present settings."""
    found = kept.setups()
    with st.container(horizontal=True, gap="small", key="keeping"):
        for place, setup in enumerate(found):
            st.button(f"Remove {_LETTERS[place]}", icon=":material/close:", type="tertiary", key=f"drop_{place}",
                      on_click=_remove, args=(place,), help=f"Remove the column “{kept.title(setup)}”")  # fmt: skip
        if kept.keepable(now):
            st.button("Keep the present settings as a column", icon=":material/add_column_right:", type="tertiary",
                      on_click=kept.keep)  # fmt: skip


def _columns(titles: list[str], views: list[frames.View], outcome: str) -> None:
    computes = compare_frames.columns_of_compute(views)
    top = max(sum(size for _, size in parts) for parts in computes) or 1.0
    outcomes, origins = theme.key(*(view.counts for view in views)), theme.swatches(frames.ORIGINS, charts.ORIGIN)
    st.html(theme.RESULTS + outcomes + origins)
    for place, (slot, title, view) in enumerate(zip(st.columns(len(views), gap="medium"), titles, views, strict=True)):
        with slot, st.container(gap="xxsmall", key=f"chart_column_{place}"):
            st.html(html.column(title, view, outcome))
            st.html(theme.paragraph(strip.title(view, outcome), "cap2") + strip.bars(view, outcome))
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
        f"Billion US dollars in {year}, compared with “{titles[0]}”: medians; small: 90% range. A minus is a saving or "
        f"a gain. {costs.NOT_A_LOSS}"
    )
    if not rows:
        unit = f"Nothing above $50 million in {year}, compared with “{titles[0]}”."
    st.html(theme.heading("What each costs", unit) + (html.costs(titles[1:], rows, names) if rows else ""))


def _worlds(titles: list[str], specs: list[Scenario], views: list[frames.View], now: Setup) -> None:
    cost = common.estimate(len(WORLDS) * len(specs))
    with st.expander(
        f"Does it survive other assumptions? {len(WORLDS)} sets of assumptions, about {max(cost, 1):.0f} s",
        key="worlds", on_change="rerun",
    ) as more:  # fmt: skip
        if not more.open:
            return
        usual = [most_common(view.counts) for view in views]
        try:
            with st.spinner("Simulating every scenario in every world …"):
                every = [world.over(spec) for world in WORLDS for spec in specs]
                found = iter(common.views(every, now.judge, common.FEWER, SOON))
                cells = [[_most(next(found)) for _ in specs] for _ in WORLDS]
        except REFUSED as error:
            st.error(first_line(error))
            return
        text = (
            "The most common outcome and its count of 100 futures. Bold: the outcome changes. "
            f"Based on {common.FEWER} futures each; a count near 50 can go either way by chance."
        )
        st.html(theme.paragraph(text) + html.worlds(titles, [world.label for world in WORLDS], cells, usual))


def _most(view: frames.View) -> tuple[str, int]:
    name = most_common(view.counts)
    return name, view.counts[name]


def _headline(titles: list[str], views: list[frames.View], outcome: str) -> str:
    """What the columns say together about the outcome that is counted."""
    counts, what = [view.counts[outcome] for view in views], wording.inside(LABELS[outcome])
    end = f"at the end of {views[0].year}"
    if len(views) == 1:
        return wording.headline_of(views[0], outcome)
    high, low = max(range(len(counts)), key=counts.__getitem__), min(range(len(counts)), key=counts.__getitem__)
    if counts[high] == counts[low]:
        return f"In {counts[0]} of 100 simulated futures: {what} {end}, under each of these."
    return (
        f"{LABELS[outcome]} {end}: in {counts[low]} of 100 simulated futures under “{titles[low]}”, in {counts[high]} "
        f"under “{titles[high]}”."
    )


@st.fragment
def workspace() -> None:
    glossary.begin("workspace")
    now = choice().now
    asked = _chosen(now)
    if asked and address.own("columns"):
        address.keep("columns", ",".join(asked))  # without the own settings where they are the scenario's again
    address.write()
    head = st.container()
    if st.session_state.get(_COLUMNS) != asked:
        st.session_state[_COLUMNS] = asked
    columns = st.multiselect(
        "Scenarios to compare (differences are from the baseline)", _options(now),
        format_func=lambda name: _title(name, now), max_selections=OTHERS, key=_COLUMNS, on_change=_choose,
        placeholder="Choose up to four",
    )  # fmt: skip
    _keeping(now)
    try:
        specs = _specs(columns, now)
        views = common.views(specs, now.judge)
    except REFUSED as error:
        st.error(first_line(error))
        return
    titles = [f"{specs[0].title} (baseline)", *(_title(name, now) for name in columns)]
    said = _headline(titles, views, now.counted)
    head.html(theme.verdict(said))
    theme.say(said)
    _columns(titles, views, now.counted)
    st.html(Markup("").join(theme.paragraph(text, "fine") for text in strip.notes(views[0])))
    same = [spec.digest() == specs[0].digest() for spec in specs]
    unit = f"Small: the average change from {titles[0]} over the same {views[0].futures:,} futures, ± its 90% interval."
    st.html(theme.heading("Outcomes side by side", unit) + html.table(titles, compare_frames.rows(views, same)))
    if len(specs) > 1:
        _costs(titles, specs, views[0].year)
    if idle := Markup("").join(inert_panel.lines(spec, title) for title, spec in zip(titles, specs, strict=True)):
        st.html(idle)
    _worlds(titles, specs, views, now)


theme.style()
st.html(style("compare/page.css"))
found = address.adopt("compare")
ignored = [*found.notes, *kept.problems(), *_adopt(found.now)]
with st.container(key="compare"):
    if ignored:
        st.html(theme.ignored(ignored))
    workspace()
