"""Evidence: has this model been right? A blind run against what happened, and everything that speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Collection

import streamlit as st
from markupsafe import Markup

from calibration.record import read
from scenarios import BASELINE, load
from scenarios.errors import InputError
from scenarios.quarters import DATA_UNTIL
from scenarios.tables import table
from sim import checkout
from sim.ensemble.posterior_draws import weighed
from sim.hindcast import turns
from sim.hindcast.blind import CUTOFFS, Hindcast
from sim.hindcast.kept import kept
from sim.hindcast.record import SERIES
from sim.results.outcomes.china_compute import DEFINITIONS
from sim.ui.evidence import (
    cached,
    frames,
    html,
    misses,
    sealed,
    tables as evidence_tables,
    wording as say,
)
from sim.ui.evidence.frames import Question
from sim.ui.shared import address, charts, common, glossary, quantity, theme, wording
from sim.ui.shared.setup import COUNTED
from sim.ui.shared.templates import style

CHOICES = {cutoff[:4]: cutoff for cutoff in CUTOFFS}
"""Cut-offs by the year that stands in the picker and in the address."""
WORD = {"cutoff": "cut-off", "series": "series", "question": "question", "definition": "definition"}
"""What the address can hold, in words."""
HEIGHT = 300


def heading(title: str, unit: str) -> Markup:
    """A chart's heading, which here stands a level below the parts."""
    return theme.heading(title, unit, level=3)


def _draw(
    name: str, spec: charts.Spec, tables: dict[str, object], head: Markup, alt: str, height: int = HEIGHT
) -> None:
    with st.container(gap="xxsmall", key=f"chart_{name}"):
        st.html(head)
        data = {**tables, **spec.get("datasets", {})}
        st.vega_lite_chart({**spec, "datasets": data}, height=height, key=f"drawn_{name}", alt=alt)


# ------------------------------------------------------------------------------------------------- the blind run
def _answer(found: Hindcast) -> None:
    left, right = st.columns([0.55, 0.45], gap="medium", vertical_alignment="center")
    left.html(theme.verdict(say.verdict(found), f"{say.support(found)} {say.worst(found)}"))
    right.html(html.tiles(found))
    theme.say(say.verdict(found))


def _paths(found: Hindcast) -> None:
    text = (
        f"The run knew the record to the {say.year_end(found.cutoff)}, and after that only the actual export rules. "
        f"{say.RANGE}"
    )
    st.html(theme.RESULTS + theme.part("The blind test against what happened", text))
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        unscored = not all(found.of(key) for key in frames.FRONTIERS)
        st.html(html.marks(unscored, _sides()))
        unit = "Epoch Capabilities Index, points, at quarter ends."
        told = " ".join(say.series_told(found, key) for key in frames.FRONTIERS)
        _blind("frontiers", found, frames.FRONTIERS, say.frontier_title(found), unit, told)
    with right:
        labels = _seconds()
        first = list(labels.values()).index(frames.SECOND)
        label = st.selectbox("Show beside it", list(labels), **address.control("series", list(labels)[first]))
        key = labels[label]
        scale = " Logarithmic axis." if misses.KNOWN[key].log else ""
        unit = f"{quantity.name(misses.KNOWN[key].unit)}, by quarter.{scale}"
        _blind("series", found, (key,), say.series_title(found, key), unit, say.series_told(found, key))


def _seconds() -> dict[str, str]:
    """Series that can stand beside the frontiers, by label."""
    return {series.label: series.key for series in SERIES if series.key not in frames.FRONTIERS}


def _blind(name: str, found: Hindcast, keys: tuple[str, ...], title: str, unit: str, told: str) -> None:
    tables = frames.blind(found, keys)
    axis = frames.axis(keys)
    spec = cached.spec("blind", axis)
    if frames.at_edge(tables, axis):
        unit += " At the lower edge: close to zero."
    _draw(name, spec, {**tables}, heading(title, unit), f"{title}. {told}")


def _sides() -> Markup:
    colors = {"us": charts.US, "china": charts.CHINA, "both": charts.MUTED}
    return theme.swatches({"us": "United States", "china": "China", "both": "World, or both"}, colors)


def _scores(found: Hindcast) -> None:
    text = f"By kind of figure, against two forecasts that need no model. {say.HINDSIGHT}"
    st.html(theme.part("Scores", text) + html.scores(found) + html.meanings())
    against = say.takeoff(found)
    if against:
        st.html(theme.paragraph(Markup("<b>Against another model.</b> {}").format(against), "lead"))
    with st.expander(f"Each of the {len(found.points)} recorded figures", key="figures", on_change="rerun") as more:
        if more.open:
            st.html(html.figures(found))


def _wrong(found: Hindcast) -> None:
    missed = [*misses.beyond(found), *misses.outside(found)]
    text = (
        f"With data to the {say.year_end(found.cutoff)}: headline figures whose median is off by more than a limit set "
        "before the test, then every series with figures outside its 90% range."
    )
    nothing = theme.paragraph("Nothing beyond the limits in this test.", "lead")
    st.html(theme.part("Where the model is wrong", text) + (html.misses(missed) if missed else nothing))


@st.fragment
def blind() -> None:
    """The finding, the three tests in words, the chosen one as charts, and what it got wrong."""
    glossary.begin("blind")
    address.write()
    head = st.container()
    tests, picker = st.columns([0.76, 0.24], gap="medium")
    year = picker.segmented_control(
        "Show the test with data to the end of", list(CHOICES), required=True,
        **address.control("cutoff", list(CHOICES)[-1]),
    )  # fmt: skip
    cutoff = CHOICES.get(str(year), CUTOFFS[-1])
    found = kept(cutoff)
    with head:
        _answer(found)
    tests.html(html.tests([kept(each) for each in CUTOFFS], cutoff))
    _paths(found)
    _wrong(found)
    fold("How good is each kind of figure, and which were they?", "scores", lambda: _scores(found))


# -------------------------------------------------------------------------------------------- the track record
@st.fragment
def track_record() -> None:
    """What was forecast before the data came, and how it turned out."""
    glossary.begin("track_record")
    address.write()
    try:
        found = cached.track_record()
    except InputError as error:
        st.error(str(error))
        return
    if not found:
        return
    st.html(theme.part(sealed.title(found), sealed.text(found)))
    for one in found:
        name = one.forecast.name
        with st.expander(sealed.label(one), key=f"sealed_{name}", on_change="rerun") as more:
            if more.open:
                st.html(sealed.table(one) + theme.paragraph(sealed.foot(one)))


def fold(title: str, key: str, draw: Callable[[], None], opened: bool = False) -> None:
    """A part of the page behind a question; it is drawn when somebody opens it."""
    with st.expander(title, expanded=opened, key=key, on_change="rerun") as more:
        if more.open:
            draw()


@st.fragment
def part(title: str, key: str, draw: Callable[[], None], opened: bool = False) -> None:
    """A fold by itself: to open it leaves the rest of the page alone."""
    glossary.begin(key)
    address.write()
    fold(title, key, draw, opened)


# -------------------------------------------------------------------------------------------------- the inputs
def _mechanisms() -> None:
    text = (
        "Changes to the model that a miss suggested. The test is the log evidence of the record: a difference below 1 "
        "decides nothing, and a change that the record speaks against is dropped, however good it looks."
    )
    tried = table("mechanisms")
    st.html(theme.part(say.tried([row.verdict for row in tried]), text))
    with st.expander(f"All {len(tried)}: the miss, the change and the result", key="tried", on_change="rerun") as more:
        if more.open:
            st.html(evidence_tables.mechanisms(tried))


def _choices() -> None:
    found = turns.kept()
    st.html(theme.part("Policy turns on record", turns.verdict(found)) + evidence_tables.choices(found))


def _learned() -> None:
    mine, before = common.view(load(BASELINE)), common.view(cached.priors())
    facts = weighed(DATA_UNTIL).facts
    st.html(theme.part("What history teaches", say.worth(facts)))
    left, right = st.columns([0.44, 0.56], gap="medium", vertical_alignment="center")
    change = wording.comparison(mine.counts, before.counts, COUNTED, "the priors alone")
    text = Markup("{} {} {}").format(
        html.bold(wording.headline_of(mine, COUNTED)), change, say.narrowed(mine.lead_end, before.lead_end)
    )
    left.html(theme.paragraph(text, "lead"))
    caption = (
        f"Outcomes of 100 simulated futures under current policy at the end of {mine.year}, weighted by history. Thin "
        f"bar: the priors alone. {mine.futures:,} futures each, with the same random draws."
    )
    right.html(theme.bar(mine.counts, before.counts, caption, "the priors alone"))
    unit = (
        "The ten that change most, each on the scale of its own prior. Upper bar: 90% range of the prior; lower bar: "
        "90% range weighted by history; ticks: medians. Numbers: median (90% range)."
    )
    st.html(heading(say.learned(facts), unit) + evidence_tables.known(facts))
    moved = evidence_tables.moved(facts)
    with st.expander(f"All {len(moved)} inputs that the record changes", key="moved", on_change="rerun") as more:
        if more.open:
            st.html(evidence_tables.rest(facts))
    silent = len(facts["parameters"]) - len(moved)
    title = f"The {silent} inputs that the record does not change: they rest on their sources and on judgment"
    with st.expander(title, key="silent", on_change="rerun") as more:
        if more.open:
            st.html(evidence_tables.still(facts))


# ---------------------------------------------------------------------------------------------------- the frontier
def _speed() -> None:
    found = cached.today().speed
    text = (
        "Why does progress slow down here? Means by source. Money, power and research can drive compute and "
        "algorithms, but reinforcement learning only as far as its form allows."
    )
    st.html(theme.part("How fast the frontier advances", text))
    st.html(heading(say.slowing(found), say.why_slower(found)) + evidence_tables.speed(found))
    title = "Other forms of reinforcement learning: medians with one form imposed on all futures"
    with st.expander(title, key="forms", on_change="rerun") as more:
        if more.open:
            st.html(evidence_tables.forms(cached.forms()))


# ------------------------------------------------------------------------------------------------------ the others
def _others() -> None:
    today = cached.today()
    text = (
        "Current policy beside figures that others published for the same question and year. Definitions differ, as "
        "the table explains, so a figure outside our range is not always a disagreement."
    )
    st.html(theme.part("Figures from others", text))
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        questions = list(today.questions)
        name = st.selectbox("Question", questions, **address.control("question", questions[0]))
        _question(today.questions[name], today)
    with right:
        meaning = st.selectbox(
            "What counts as China's compute",
            list(DEFINITIONS),
            format_func=lambda key: DEFINITIONS[key][:1].upper() + DEFINITIONS[key][1:],
            **address.control("definition", "owned"),
        )
        _china(today, meaning)
    question = today.questions[name]
    # Below the columns, where definitions and sources have room.
    with st.expander(f"{name}: all {len(question.rows)} figures, with definitions and sources", key="their_table"):
        st.html(evidence_tables.others(question))
    with st.expander("China's compute and share of the world, by year", key="china_table"):
        st.html(evidence_tables.china(today.china, meaning))


def _question(question: Question, today: frames.Today) -> None:
    compared = [(row.theirs.value, row.ours) for row in question.compared if row.ours is not None]
    title = say.others(compared)
    if question.compared:
        axis = frames.question_axis(question)
        scale = " Logarithmic axis." if axis.log else ""
        unit = (
            f"{question.name}. {quantity.name(question.unit)}. Line and band: our median run and 90% range. Diamonds: "
            f"{say.authors([row.theirs.author for row in question.compared])}.{scale}"
        )
        last = question.compared[-1]
        told = f"{question.name}: for {last.theirs.year}, {last.theirs.author} has "
        told += f"{quantity.amount(last.theirs.value, question.unit)}"
        if last.ours is not None:
            told += f", our median is {quantity.amount(last.ours[1], question.unit)}"
        end = max(today.until, *(row.theirs.year for row in question.compared))
        start = min(2023, *(row.theirs.year for row in question.compared))
        tables = frames.asked(question)
        spec = cached.spec("asked", axis, start, end)
        _draw("question", spec, {**tables}, heading(title, unit), f"{title}. {told}.", 290)
    else:
        st.html(heading(title, f"{question.name}: the table lists the figures of others."))


def _china(today: frames.Today, meaning: str) -> None:
    frame = today.china
    end = frame.filter((frame["definition"] == meaning) & (frame["year"] == 2025)).row(0, named=True)
    values = frames.published()["value"].to_list()
    mid = quantity.amount(end["smid"], "share")
    title = f"China has {mid} of the world's compute at the end of 2025, by this definition"
    unit = (
        f"Percent of all AI chips. Line and band: {DEFINITIONS[meaning]}, with its 90% range. Dashes: the other "
        "definitions. Diamonds: published for 2025."
    )
    spread = (
        f"Published figures range from {min(values):g}% to {max(values):g}% because they count different things."
        * bool(values)
    )
    told = (
        f"In 2025 that is {quantity.amount(end['mid'], 'H100e')}, 90% range "
        f"{quantity.span(end['slo'], end['shi'], 'share')} of the world. {spread}"
    )
    top = max(frame["shi"].to_numpy().max() * 100, *values, 1.0)
    spec = cached.spec("china", frames.span([0.0, float(top)], False, "%"), today.until)
    tables = frames.china(frame, meaning)
    _draw("china", spec, {**tables}, heading(title, unit), f"{title}. {told}", 290)
    st.html(evidence_tables.published(frames.published()))


# ------------------------------------------------------------------------------------------------------- the sources
def _sources() -> None:
    found = frames.conflicts()
    text = (
        f"{len(found)} questions on which published sources disagree. The values are not averaged: one is used, for "
        "the reason given, and the others stay on record."
    )
    st.html(theme.part("Sources that disagree", text) + evidence_tables.topics(found))


def _again() -> None:
    where = checkout.advice("In a checkout", "On the command line")
    text = (
        f"{where}: the calibration in use, a blind test with scores and figures, sealed forecasts against the data, "
        "and what history changes."
    )
    st.html(theme.part("Reproduce the numbers of this page", text))
    lines = (
        "polarity calibrate show", f"polarity hindcast --cutoff {CUTOFFS[-1]} --json", "polarity forecast score",
        "polarity weights",
    )  # fmt: skip
    st.code("\n".join(lines), language=None, wrap_lines=True)


def _adopt() -> list[str]:
    """Take over what the address says about this page; what of it fits nothing, in words."""
    offered: dict[str, Callable[[], Collection[str]]] = {
        "cutoff": lambda: CHOICES, "series": _seconds, "question": lambda: cached.today().questions,
        "definition": lambda: DEFINITIONS,
    }  # fmt: skip
    notes = []
    for name, known in offered.items():
        given = address.news(name)
        if given and given not in (options := list(known())):  # questions come from a run, which takes its time
            address.keep(name, "")
            some = f"; there are {wording.listed(options)}" if name in ("cutoff", "definition") else ""
            notes.append(f"{name}={address.short(given)}: there is no such {WORD[name]}{some}")
    return notes


theme.style()
st.html(style("shared/reading.css", "evidence/page.css"))
chosen = address.adopt("evidence")
with st.container(key="evidence"):
    try:
        common.futures()  # a wrong number of them is told here, and not in the part that asks first
        ignored = [*chosen.notes, *_adopt()]
    except InputError as error:
        st.error(str(error))
        st.stop()
    if ignored:
        st.html(theme.ignored(ignored))
    blind()
    track_record()
    theirs = bool(address.own("question") or address.own("definition"))
    part("What do others publish?", "others", _others, theirs)
    part("What did the record teach the model?", "learned", _learned)
    part("Do governments decide as the model says?", "choices", _choices)
    part("Why does progress slow down in this model?", "speed", _speed)
    part("Which misses led to changes, and which did not?", "mechanisms", _mechanisms)
    part("Where do sources disagree?", "sources", _sources)
    part("How do I reproduce this page?", "again", _again)
    st.html(theme.part("The calibration in use", evidence_tables.calibration(read(load(BASELINE).calibration))))
    st.page_link("sim/ui/calibration/page.py", label="Calibration", icon=":material/science:")
