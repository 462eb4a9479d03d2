"""The other pieces of HTML of the Evidence page: inputs, mechanisms, other people's numbers, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from calibration.record import CalibrationRecord
from calibration.report.words import typeset
from scenarios.parameters import parameters
from scenarios.tables import Conflict, Mechanism, Projection
from sim.hindcast import turns
from sim.ui.evidence.frames import Question, Speed
from sim.ui.evidence.html import Cell, bold, flag, rows, tall, under
from sim.ui.shared import quantity, sources, theme
from sim.ui.shared.templates import render

MOST = 10
"""Parameters that are shown open."""
_REACH = 2.6
"""Half width of a parameter's track, standard deviations of the prior."""
_Z90 = 1.645
_VERDICT = {"kept": "good", "rejected": "bad", "open": "open"}


def mechanisms(tried: Sequence[Mechanism]) -> Markup:
    """Changes to the model that were tried after a miss, and the results."""
    body: list[list[Cell]] = [
        [
            (bold(row.miss), ""),
            (row.tried, ""),
            (quantity.signed(row.evidence, 1) if row.evidence is not None else "not measured", "n"),
            (under(flag(row.verdict, _VERDICT[row.verdict]), row.why), ""),
        ]
        for row in tried
    ]
    return rows(("Miss", "Change tried", "Change in log evidence", "Verdict"), body)


def choices(found: turns.Scored) -> Markup:
    """Recorded policy turns with the chance that the model and persistence gave each, in percent."""
    body: list[list[Cell]] = [
        [
            (under(turn.title, turn.date), ""),
            (turns.who(turn), ""),
            (turns.way(turn), ""),
            (f"{round(100 * turn.p)}%", "n"),
            (f"{round(100 * turn.persistence_p)}%", "n"),
            (under(flag(turns.result(turn), "good" if turn.better else "bad"), turn.miss), ""),
        ]
        for turn in found.turns
    ]
    return tall("Recorded turns", rows(("Turn", "Who", "What happened", "Model", "Persistence", ""), body))


# ---------------------------------------------------------------------------------------------------- the inputs
def moved(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Parameters that the record moves, the most moved first."""
    return sorted((row for row in facts["parameters"] if row["moved"]), key=_strength, reverse=True)


def _strength(row: Mapping[str, Any]) -> float:
    return max(abs(float(row["shift"])), 1 - float(row["spread"]))


def known(facts: Mapping[str, Any]) -> Markup:
    """The parameters that changed most: prior above, weighted by history below, on the scale of the prior."""
    return render("evidence/known.html", inputs=[_known(row) for row in moved(facts)[:MOST]])


def _known(row: Mapping[str, Any]) -> dict[str, str]:
    label, unit = _named(row["name"])
    middle, reach = float(row["shift"]), _Z90 * float(row["spread"])
    (prior_left, prior_width), (left, width) = _bar(0.0, _Z90), _bar(middle, reach)
    return {
        "label": label, "unit": unit, "prior": _three(row["prior"]), "posterior": _three(row["posterior"]),
        "prior_left": prior_left, "prior_width": prior_width, "left": left, "width": width,
        "middle": f"{_place(middle):.1f}",
    }  # fmt: skip


def _bar(middle: float, reach: float) -> tuple[str, str]:
    """Where a bar begins on its track and how long it is, percent."""
    low, high = _place(middle - reach), _place(middle + reach)
    return f"{low:.1f}", f"{high - low:.1f}"


def _place(sd: float) -> float:
    return 50 + 50 * max(-1.0, min(1.0, sd / _REACH))


def _three(ends: Sequence[float]) -> str:
    low, mid, high = (f"{value:.2g}" if abs(value) < 100 else f"{value:,.0f}" for value in ends)
    return f"{mid} ({low} to {high})".replace("-", "−")


def _named(name: str) -> tuple[str, str]:
    row = parameters().get(name)
    return (row.label, row.unit if row.unit != "1" else "") if row is not None else (name.replace("_", " "), "")


def still(facts: Mapping[str, Any]) -> Markup:
    """Parameters about which the record is silent, with the priors they keep."""
    silent = [row for row in facts["parameters"] if not row["moved"]]
    body: list[list[Cell]] = [
        [(_named(row["name"])[0], ""), (_three(row["prior"]), "n"), (_named(row["name"])[1], "")] for row in silent
    ]
    return tall("Inputs that the record does not change", rows(("Input", "Prior: median (90% range)", "Unit"), body))


def rest(facts: Mapping[str, Any]) -> Markup:
    """The moved parameters beyond those shown open."""
    body: list[list[Cell]] = [
        [
            (_named(row["name"])[0], ""),
            (_three(row["prior"]), "n"),
            (_three(row["posterior"]), "n"),
            (quantity.signed(float(row["shift"]), 2), "n"),
            (f"{float(row['spread']):.2f}", "n"),
        ]
        for row in moved(facts)
    ]
    heads = ("Input", "Prior", "By history", "Shift, sd of prior", "Spread, times prior")
    return tall("Inputs that the record changes", rows(heads, body))


# -------------------------------------------------------------------------------------------- other people's numbers
def others(question: Question) -> Markup:
    """Their figures and ours, with what each one means."""
    body: list[list[Cell]] = []
    for row in question.rows:
        theirs, unit = row.theirs, row.theirs.unit
        wide = ""
        if theirs.low is not None and theirs.high is not None:
            wide = quantity.span(theirs.low, theirs.high, unit)
        ours: str | Markup = "no such series"
        if row.ours is not None:
            low, mid, high = row.ours
            ours = under(quantity.amount(mid, unit), quantity.span(low, high, unit))
        body.append(
            [
                (str(theirs.year), ""),
                (under(bold(quantity.amount(theirs.value, unit)), wide), ""),
                (ours, ""),
                (under(theirs.definition, theirs.note or ""), ""),
                (theirs.ours_definition or "–", ""),
                (under(theirs.author, _source(theirs)), ""),
            ]
        )
    heads = ("Year", "Theirs", "Ours", "Their definition", "Our definition", "Source")
    return tall("Published figures", rows(heads, body), "theirs")


def _source(row: Projection) -> Markup:
    return Markup("{}, {}").format(sources.cited(row.source, row.url), row.as_of)


def published(frame: pl.DataFrame) -> Markup:
    """What others have published for China's share at the end of 2025, and what each counts."""
    figures = frame.select("value", "definition").rows()
    parts = [Markup("{} {}").format(bold(f"{value:g}%"), _lower(what)) for value, what in figures]
    text = Markup("Published for the end of 2025: {}.").format(Markup("; ").join(parts))
    return theme.paragraph(text) if parts else Markup()


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def china(frame: pl.DataFrame, definition: str) -> Markup:
    """China's compute and its share of the world under one definition, by year."""
    mine = frame.filter(pl.col("definition") == definition).select("year", "lo", "mid", "hi", "slo", "smid", "shi")
    body: list[list[Cell]] = [
        [
            (str(int(year)), ""),
            (f"{quantity.number(mid, 'H100e')} ({quantity.span(lo, hi, 'H100e').removesuffix(' H100e')})", "n"),
            (f"{quantity.amount(smid, 'share')} ({quantity.span(slo, shi, 'share')})", "n"),
        ]
        for year, lo, mid, hi, slo, smid, shi in mine.rows()
    ]
    return rows(("End of", "H100e (90% range)", "Share of the world (90% range)"), body)


# ------------------------------------------------------------------------------------------------- the frontier
PARTS = {"compute": "Compute", "algorithms": "Algorithms", "reinforcement": "Reinforcement learning", "rest": "Other"}
FORMS = {
    "saturates": "Levels off",
    "grows_with_base": "Grows with the base model",
    "log_linear": "Keeps growing with every tenfold",
}


def speed(found: Speed) -> Markup:
    """Growth of the US frontier by year, with its range and its sources."""
    body: list[list[Cell]] = [
        [
            (str(year), ""), (f"{middle:.1f} ({low:.1f} to {high:.1f})", "n"),
            *((quantity.signed(found.parts[part][year], 1), "n") for part in PARTS),
        ]
        for year, (low, middle, high) in found.years.items()
    ]  # fmt: skip
    return rows(("Year", "Points a year (90% range)", *PARTS.values()), body)


def forms(found: Mapping[str, Mapping[int, float]]) -> Markup:
    """Growth of the US frontier by year with each form of reinforcement learning forced on all futures."""
    body: list[list[Cell]] = [
        [(str(year), ""), *((f"{found[form][year]:.1f}", "n") for form in FORMS)] for year in found["saturates"]
    ]
    return rows(("Year", *FORMS.values()), body)


# --------------------------------------------------------------------------------------------------- the sources
def topics(found: Mapping[str, Sequence[Conflict]]) -> Markup:
    """Sources that disagree: every topic opens by itself, without the server."""
    return render("evidence/topics.html", topics=[_topic(name, values) for name, values in found.items()])


def _topic(name: str, values: Sequence[Conflict]) -> dict[str, object]:
    used = next((row for row in values if row.chosen == "yes"), None)
    line = f"{len(values)} values; {'used: ' + _value(used) if used else 'none is used directly'}"
    return {"name": name, "line": line, "rows": [_value_of(row) for row in values]}


def _value_of(row: Conflict) -> tuple[Conflict, str, Markup]:
    return row, _value(row) + _ends(row), sources.cited(row.source, row.url)


def _ends(row: Conflict) -> str:
    return f" ({row.low} to {row.high})" if row.low and row.high and row.low != row.high else ""


def _value(row: Conflict) -> str:
    if row.value is None:
        return "no value"
    unit = row.unit or ""
    value = row.value
    try:
        number = float(value)
    except ValueError:
        return value
    if unit == "FLOP":
        return quantity.amount(number, "FLOP")
    if unit == "law (1) or not (0)":
        return "law" if number else "not law"
    if unit.startswith("thousand ") and number >= 1000:
        return f"{number / 1000:g} million {unit.removeprefix('thousand ')}"
    text = f"{number:,.0f}" if abs(number) >= 1000 else value
    return text.replace("-", "−") + (unit if unit == "%" else f" {unit}" if unit else "")


# ----------------------------------------------------------------------------------------------- the calibration
def calibration(record: CalibrationRecord) -> str:
    """The calibration result in use: what it is, and what it changes."""
    return f"{typeset(record.summary)} {_moves(record)} The Calibration page shows it in full."


def _moves(record: CalibrationRecord) -> str:
    """How much it moves, in a sentence."""
    if not record.shifts:
        return ""
    most = max(abs(row.shift) for row in record.shifts)
    count = len(record.shifts)
    return (
        f"It changes {count} {'input' if count == 1 else 'inputs'}, none by more than {most:.2f} standard deviations "
        "of its prior."
    )
