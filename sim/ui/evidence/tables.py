"""The other pieces of HTML of the Evidence page: inputs, mechanisms, other people's numbers, sources. All escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from calibration import rows as calibrated
from calibration.record import CalibrationRecord
from scenarios.parameters import parameters
from scenarios.tables import Conflict, Mechanism
from sim.ui.evidence.frames import Question
from sim.ui.evidence.html import Cell, flag, rows, tall
from sim.ui.evidence.style import BAD, GOOD
from sim.ui.shared import charts, quantity

MOST = 10
"""Parameters that are shown open."""
_REACH = 2.6
"""Half width of a parameter's track, standard deviations of the prior."""
_Z90 = 1.645
_VERDICT = {"kept": GOOD, "rejected": BAD, "open": charts.themed(charts.MUTED)}


def mechanisms(tried: Sequence[Mechanism]) -> str:
    """Changes of the model that were tried because of a miss, and what came of them."""
    body: list[list[Cell]] = [
        [
            (f"<b>{escape(row.miss)}</b>", ""),
            (escape(row.tried), ""),
            (quantity.signed(row.evidence, 1) if row.evidence is not None else "not measured", "n"),
            (f"{flag(row.verdict, _VERDICT[row.verdict])}<small>{escape(row.why)}</small>", ""),
        ]
        for row in tried
    ]
    return rows(("The miss", "Tried", "Change of log evidence", "Verdict"), body)


# ---------------------------------------------------------------------------------------------------- the inputs
def moved(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Parameters that the record moves, the most moved first."""
    return sorted((row for row in facts["parameters"] if row["moved"]), key=_strength, reverse=True)


def _strength(row: Mapping[str, Any]) -> float:
    return max(abs(float(row["shift"])), 1 - float(row["spread"]))


def known(facts: Mapping[str, Any]) -> str:
    """The most moved parameters: prior above, weighed by history below, on the scale of the prior."""
    items = "".join(_known(row) for row in moved(facts)[:MOST])
    return f'<ul class="knows">{items}</ul>'


def _known(row: Mapping[str, Any]) -> str:
    label, unit = _named(row["name"])
    middle, reach = float(row["shift"]), _Z90 * float(row["spread"])
    bars = (
        f'<u class="p" style="left:{_place(-_Z90):.1f}%;width:{_place(_Z90) - _place(-_Z90):.1f}%"></u>'
        f'<u class="m p" style="left:50%"></u>'
        f'<u class="q" style="left:{_place(middle - reach):.1f}%;'
        f'width:{_place(middle + reach) - _place(middle - reach):.1f}%"></u>'
        f'<u class="m q" style="left:{_place(middle):.1f}%"></u>'
    )
    return (
        f"<li><span>{escape(label)}<small>{escape(unit)}</small></span><i aria-hidden=true>{bars}</i>"
        f"<em>prior {_three(row['prior'])}<br>by history {_three(row['posterior'])}</em></li>"
    )


def _place(sd: float) -> float:
    return 50 + 50 * max(-1.0, min(1.0, sd / _REACH))


def _three(ends: Sequence[float]) -> str:
    low, mid, high = (f"{value:.2g}" if abs(value) < 100 else f"{value:,.0f}" for value in ends)
    return f"{mid} ({low} to {high})".replace("-", "−")


def _named(name: str) -> tuple[str, str]:
    row = parameters().get(name)
    return (row.label, row.unit if row.unit != "1" else "") if row is not None else (name.replace("_", " "), "")


def still(facts: Mapping[str, Any]) -> str:
    """Parameters about which the record is silent, with the priors they keep."""
    silent = [row for row in facts["parameters"] if not row["moved"]]
    body: list[list[Cell]] = [
        [(escape(_named(row["name"])[0]), ""), (_three(row["prior"]), "n"), (escape(_named(row["name"])[1]), "")]
        for row in silent
    ]
    return tall("Inputs that do not move", rows(("Input", "Prior: middle (90% interval)", "Unit"), body))


def rest(facts: Mapping[str, Any]) -> str:
    """The moved parameters beyond those shown open."""
    body: list[list[Cell]] = [
        [
            (escape(_named(row["name"])[0]), ""),
            (_three(row["prior"]), "n"),
            (_three(row["posterior"]), "n"),
            (quantity.signed(float(row["shift"]), 2), "n"),
            (f"{float(row['spread']):.2f}", "n"),
        ]
        for row in moved(facts)
    ]
    heads = ("Input", "Prior", "By history", "Shift, sd of prior", "Spread, of prior")
    return tall("Inputs that move", rows(heads, body))


# -------------------------------------------------------------------------------------------- other people's numbers
def others(question: Question) -> str:
    """Their figures and ours, with what each one means."""
    body: list[list[Cell]] = []
    for row in question.rows:
        theirs, unit = row.theirs, row.theirs.unit
        wide = ""
        if theirs.low is not None and theirs.high is not None:
            wide = f"<small>{quantity.span(theirs.low, theirs.high, unit)}</small>"
        ours = "no such series"
        if row.ours is not None:
            low, mid, high = row.ours
            ours = f"{quantity.amount(mid, unit)}<small>{quantity.span(low, high, unit)}</small>"
        note = f"<small>{escape(theirs.note)}</small>" if theirs.note else ""
        body.append(
            [
                (str(theirs.year), ""),
                (f"<b>{quantity.amount(theirs.value, unit)}</b>{wide}", ""),
                (ours, ""),
                (f"{escape(theirs.definition)}{note}", ""),
                (escape(theirs.ours_definition or "–"), ""),
                (f"{escape(theirs.author)}<small>{escape(theirs.source)}, {theirs.as_of}</small>", ""),
            ]
        )
    heads = ("Year", "Theirs", "Ours", "Theirs means", "Ours means", "By")
    return tall("Published figures", rows(heads, body), "theirs")


def published(frame: pl.DataFrame) -> str:
    """What others have published for China's share at the end of 2025, and what each counts."""
    parts = [f"<b>{value:g}%</b> {escape(_lower(what))}" for value, what in frame.select("value", "definition").rows()]
    return f'<p class="d">Published for the end of 2025: {"; ".join(parts)}.</p>' if parts else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def china(frame: pl.DataFrame, definition: str) -> str:
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


# --------------------------------------------------------------------------------------------------- the sources
def topics(found: Mapping[str, Sequence[Conflict]]) -> str:
    """Sources that disagree: every topic opens by itself, without the server."""
    return f'<div class="topics">{"".join(_topic(name, values) for name, values in found.items())}</div>'


def _topic(name: str, values: Sequence[Conflict]) -> str:
    used = next((row for row in values if row.chosen == "yes"), None)
    line = f"{len(values)} values; {'used: ' + _value(used) if used else 'none is used as it stands'}"
    items = "".join(_source(row) for row in values)
    return f"<details><summary>{escape(name)}<small>{escape(line)}</small></summary><ul>{items}</ul></details>"


def _source(row: Conflict) -> str:
    ends = f" ({row.low} to {row.high})" if row.low and row.high and row.low != row.high else ""
    why = f"<br>Used: {escape(row.why or 'no reason is recorded')}." if row.chosen == "yes" else ""
    meaning = escape(row.definition or "no definition given")
    return (
        f'<li class="{"used" if row.chosen == "yes" else ""}"><b>{escape(_value(row) + ends)}</b> – {meaning}{why}'
        f"<small>{escape(row.source)}, {row.as_of}</small></li>"
    )


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
    """The calibration result in use: what it is, and what it moved."""
    host = record.provenance.host.get("name", record.device) if record.provenance else record.device
    shifts = calibrated.shifts(record)
    lines = "".join(f"<li>{escape(line.replace('-0.', '−0.'))}</li>" for line in shifts) or "<li>It moves nothing.</li>"
    return (
        f'<p class="lead"><b>{escape(record.id)}</b>, made {escape(record.made)} on {escape(str(host))}. '
        f'{escape(_powers(record.summary))} {escape(_moves(record))}</p><ul class="plain">{lines}</ul>'
    )


def _moves(record: CalibrationRecord) -> str:
    """How much it moves, in a sentence."""
    if not record.shifts:
        return ""
    most = max(abs(row.shift) for row in record.shifts)
    count = len(record.shifts)
    return (
        f"It moves {count} {'input' if count == 1 else 'inputs'}, none by more than {most:.2f} standard deviations of "
        "its prior."
    )


def _powers(text: str) -> str:
    """`2.4e+12` as people write it."""
    return re.sub(r"\b\d+(?:\.\d+)?e\+?\d+\b", lambda found: quantity.number(float(found[0]), "FLOP"), text)
