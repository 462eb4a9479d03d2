"""Data and API: the present scenario as something to run, to keep and to cite; and your own scenarios."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st
from markupsafe import Markup

from scenarios import files
from scenarios.errors import InputError
from sim import checkout
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.ui.data import downloads, uploads
from sim.ui.shared import (
    address,
    assumed,
    common,
    glossary,
    inert_panel,
    injector,
    levers,
    passed,
    recipes,
    theme,
    uses,
    wants,
    wording,
)
from sim.ui.shared.recipes import Dice
from sim.ui.shared.setup import REFUSED, Judge, Setup, choice, first_line
from sim.ui.shared.templates import render, style

_PREPARED, _COUNT, _PROBLEM = "data_prepared", "data_uploads", "data_problem"
_YAML, _JSON, _PARQUET = "application/yaml", "application/json", "application/vnd.apache.parquet"


def _dice() -> Dice:
    return Dice(common.futures(), common.SEED, common.UNTIL)


def _alert(text: str, head: str = "") -> None:
    """What went wrong; it can quote a file, so it is no Markdown, which could name pictures of other hosts."""
    said = Markup("<p>{}</p>{}").format(head, text) if head else Markup("<p>{}</p>").format(text)
    st.html(Markup('<div class="ignored" role="alert">{}</div>').format(said))


# ---------------------------------------------------------------------------------------------------- the scenario
def _head(now: Setup, dice: Dice) -> None:
    changes = [*([levers.described(now)] if now.levers else []), *wants.described(now)]
    changes += [*map(injector.described, now.events), *passed.described(now)]
    if now.assumptions:
        changes.append(assumed.described(now.assumptions))
    head = render("data/head.html", title=now.start.title, changes=wording.listed(changes), digest=now.spec.digest(),
                  dice=dice, futures=f"{dice.futures:,}")  # fmt: skip
    st.html(head + theme.RESULTS)


def _recipes(now: Setup, dice: Dice) -> None:
    st.html(theme.heading(
        "Run this scenario elsewhere",
        checkout.advice("In a checkout of Polarity, after make setup.", "Wherever Polarity is installed.")
        + " Each way gives the same digest and numbers as this page.",
    ))  # fmt: skip
    file, text = recipes.file_name(now), recipes.scenario_file(now, dice)
    python, command, scenario, plan = st.tabs(["Python", "Command line", "Scenario file", "Batch plan"])
    with python:
        if now.own:
            _note(f"Save the scenario file as {file} beside the script.")
        st.code(recipes.python(now, dice), language="python", wrap_lines=True)
    with command:
        _note(_of_command(now, file))
        st.code(recipes.command(now, dice), language="bash", wrap_lines=True)
    with scenario:
        _note("A complete file: this page, polarity show, run and compare, and load() in Python can read it.")
        st.download_button(
            f"Save {file}", text, file, _YAML, on_click="ignore", icon=":material/download:", key="data_yaml"
        )
        _long(text)
    with plan:
        _note(
            "The same futures as a study, together with the baseline. Save it as plan.yaml and run "
            "polarity batch plan.yaml --out results"
            + checkout.advice("; docs/research.md explains plans in full.", ".")
        )
        _long(recipes.plan_file(now, dice))
    _numbers(now)


def _long(text: str) -> None:
    """A file, which scrolls in its place where it is long."""
    st.code(text, language="yaml", wrap_lines=True, height=560 if text.count("\n") > 30 else "content")


def _of_command(now: Setup, file: str) -> str:
    told = [
        f"--set cannot express values, events, assumptions or your own files: save the scenario file as {file} first."
    ] * (recipes.needs_file(now))
    if now.judge != Judge():
        usual = Judge()
        told.append(
            f"It counts {usual.limit:g} months at a fixed pace at the end of {usual.year}; for your own measure use "
            "Python."
        )
    told.append("Without --json it prints the result in words; --out results also writes every future as Parquet.")
    return " ".join(told)


def _note(text: str) -> None:
    st.html(theme.paragraph(text))


def _numbers(now: Setup) -> None:
    """What a script has to print, to see that it is the same."""
    try:
        shares = common.view(now.spec, now.judge).shares
    except REFUSED as error:
        _alert(first_line(error))
        return
    listed = [(LABELS[name], f"{shares[name]:.4g}") for name in CLASSES]
    st.html(render("data/shares.html", shares=listed, judged=wording.judged(now.judge)))


# ---------------------------------------------------------------------------------------------------- your own file
def _upload_key() -> str:
    return f"data_upload_{st.session_state.get(_COUNT, 0)}"


def _taken() -> None:
    """Take over what was uploaded, or say why not. A file that was taken leaves the list of the control."""
    given = st.session_state.get(_upload_key())
    st.session_state.pop(_PROBLEM, None)
    if given is None:
        return
    try:
        spec = uploads.read(given.getvalue(), given.name)
        uploads.check_runs(spec, uploads.called(given.name))
    except InputError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    chosen = choice()
    chosen.take(Setup(chosen.now.scenario, judge=chosen.now.judge, own=spec))
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1


def _left() -> None:
    chosen = choice()
    chosen.take(Setup(chosen.now.scenario, judge=chosen.now.judge))


def _upload(now: Setup) -> None:
    limit = f"{files.MAX_BYTES // 1000} kB"
    st.html(theme.heading(
        "Upload your own scenario",
        "Polarity checks it and compares it with its baseline. Only your session sees it, and the server keeps "
        "nothing.",
    ))  # fmt: skip
    if now.own:
        told = render("data/own.html", own=now.own, digest=now.own.digest(), fixed=uses.fixed(now.own))
        st.html(told + inert_panel.lines(now.own))
        with st.container(horizontal=True, gap="small"):
            st.page_link("sim/ui/explore/page.py", label="See it on Explore", icon=":material/tune:")
            st.button("Remove this file", on_click=_left, icon=":material/close:", key="data_leave")
    key = _upload_key()
    st.file_uploader(
        f"Scenario file (YAML or JSON, at most {limit})",
        type=list(uploads.TYPES),
        key=key,
        on_change=_taken,
        max_upload_size=1,
    )
    _note("The smallest file names where it starts and what it changes; everything else has a default:")
    st.code(uploads.SMALLEST, language="yaml")
    if st.session_state.get(key) is not None and _PROBLEM in st.session_state:
        _alert(st.session_state[_PROBLEM], "The file was not used:")
    form = checkout.advice("docs/api.md describes the format; polarity", "The command polarity")
    _note(f"{form} schema prints it for your editor.")


# -------------------------------------------------------------------------------------------------------- downloads
def _files(now: Setup, dice: Dice) -> None:
    st.html(theme.heading(
        "Every future as a file",
        f"{dice.futures:,} futures by year: outcome, leads, capability, compute and parameters. The metadata of the "
        "Parquet file, and a file beside the CSV, record how they were made.",
    ))  # fmt: skip
    spec = recipes.written(now)
    made = (spec, dice)
    kept = st.session_state.get(_PREPARED)
    if kept is None or kept[0] != made:
        st.session_state.pop(_PREPARED, None)
        slot = st.empty()
        if not slot.button("Prepare the files", icon=":material/inventory_2:", key="data_prepare"):
            return
        try:
            with slot, st.spinner("Simulating every future …"):
                kept = (made, downloads.prepare(spec, dice))
        except REFUSED as error:
            _alert(first_line(error))
            return
        st.session_state[_PREPARED] = kept
        slot.empty()
    _buttons(kept[1])


def _buttons(made: downloads.Files) -> None:
    _note(
        f"{made.rows:,} rows, {made.columns} columns. Leads and outcomes use months at a fixed pace, well ahead from "
        "12."
    )
    offered: Iterable[tuple[str, object, int, str, str, str]] = (
        ("Table, Parquet", made.parquet, len(made.parquet), "parquet", _PARQUET, "table_view"),
        ("Table, CSV", made.csv, made.csv_size, "csv", "text/csv", "csv"),
        ("Provenance of the CSV, JSON", made.provenance, len(made.provenance), "provenance.json", _JSON, "history"),
        ("Summary, JSON", made.summary, len(made.summary), "summary.json", _JSON, "data_object"),
    )
    for label, content, count, ending, kind, icon in offered:
        st.download_button(f"{label} ({downloads.size(count)})", content, f"{made.stem}.{ending}", kind,  # type: ignore[arg-type]
                           on_click="ignore", icon=f":material/{icon}:", width="stretch",
                           key=f"data_save_{ending}")  # fmt: skip


# ------------------------------------------------------------------------------------------------- facts, the engine
def _cite(now: Setup, dice: Dice) -> None:
    st.html(theme.heading("What the numbers depend on, and how to cite them", "Results differ between versions."))
    st.html(render("data/facts.html", facts=recipes.facts(now, dice)))
    st.code(recipes.citation(now, dice), language=None, wrap_lines=True)
    st.code(recipes.bibtex(now, dice), language="bibtex", wrap_lines=True)


def _api() -> None:
    st.html(theme.heading("The model in five lines of Python", "Tables are polars data frames; series are arrays."))
    st.code(recipes.API, language="python", wrap_lines=True)
    guides = Markup(checkout.advice(
        "Python guide: <code>docs/api.md</code>. Studies, sensitivity, discovery and policies: "
        "<code>docs/research.md</code>. The model in words: <code>docs/ODD.md</code>. All are in the checkout.",
        "The guides come with the source code of Polarity, not with the package.",
    ))  # fmt: skip
    st.html(theme.paragraph(guides))


@st.fragment
def workspace() -> None:
    glossary.begin("workspace")
    address.write()
    chosen = choice()
    if chosen.notes:
        st.html(theme.ignored(chosen.notes))
    now = chosen.now
    try:
        dice = _dice()
        if now.problem:
            raise InputError(now.problem)
        _head(now, dice)
        _recipes(now, dice)
    except REFUSED as error:
        _alert(first_line(error))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _upload(now)
    with right:
        _files(now, dice)
    left, right = st.columns(2, gap="medium")
    with left:
        _cite(now, dice)
    with right:
        _api()


theme.style()
st.html(style("data/page.css"))
address.adopt("data")
with st.container(key="data_page"):
    workspace()
