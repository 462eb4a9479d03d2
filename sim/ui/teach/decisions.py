"""What each actor decided in a quarter and why, told from the series of a run and the rules that the agents follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from agents.actor import CORNERS, RACE_DISTANCE, RACE_SPENDING
from agents.superpower import ALARM_AT, LEAD_TODAY
from scenarios.quarters import FIRST, number, of_date
from scenarios.rules import history
from sim.ui.shared import frames, injector, wording
from sim.ui.teach.futures import Future, Shown


@dataclass(frozen=True)
class Decision:
    """What an actor decided in a quarter: what it is about, where it stands, and the driver of its rule."""

    who: str
    what: str
    now: str
    why: str


def decisions(s: Shown, f: Future, t: int) -> list[Decision]:
    """What everybody decided in a quarter. Actors see the picture of the quarter before, so drivers are one older."""
    return [
        *_united_states(s, f, t),
        *_china(s, f, t),
        _allies(s, f, t),
        _hubs(s, f, t),
        *_market(s, f, t),
    ]


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%" if abs(value) < 0.1 else f"{100 * value:.0f}%"


def _then(f: Future, name: str, t: int, form: Callable[[float], str]) -> str:
    """A value now, and a year before where there was one."""
    now = form(f.at(name, t))
    return now if t < 4 else f"{now} ({form(f.at(name, t - 4))} a year before)"


def _held(value: float, unit: str = "%") -> str:
    return f"The scenario holds it at {wording.number(value)}{unit}."


def _points(value: float) -> str:
    return f"{abs(value):.1f} points {'ahead' if value >= 0 else 'behind'}"


def _united_states(s: Shown, f: Future, t: int) -> list[Decision]:
    who, data = "United States", t <= s.edge
    asked = float(s.settings["enforcement"][t])
    if s.spec.switches.us_reacts and not data:
        why = (
            f"It reacts: last quarter it was {_points(f.at('seen_lead', t - 1))}, and it tightens where its lead "
            f"falls below about {ALARM_AT:g}. The scenario asks for {wording.number(asked)}."
        )
    else:
        why = f"The scenario sets it at {wording.number(asked)}; it does not answer to the lead here."
    made = Decision(who, "Enforcement", f"{_then(f, 'enforcement', t, lambda x: f'{x:.1f}')} × the 2026 budget", why)
    return [made, *(rule(s, f, t, who, "united_states") for rule in (_money, _largest, _care))]


def _china(s: Shown, f: Future, t: int) -> list[Decision]:
    who, data = "China", t <= s.edge
    fixed = s.fixed("import_permission", t)
    if t < s.rules:
        why = "Recorded: its dated rules and notices."
    elif fixed is not None:
        why = _held(fixed)
    else:
        why = (
            f"It lets in more when its money finds too little to buy: last quarter {_percent(f.at('unmet', t - 1))} "
            "of it found nothing."
        )
    imports = Decision(who, "Imports it lets in, of what the US allows", _then(f, "permission", t, _percent), why)
    fixed = s.fixed("chip_push", t)
    if data:
        why = "What Chinese fabs made until then is recorded; the push decides after the data."
    elif fixed is not None:
        why = _held(fixed)
    else:
        why = (
            "It pushes harder when blocked and when behind: last quarter the best legal chip lacked "
            f"{_percent(f.at('blocked', t - 1))} of a frontier chip's use, and the US was "
            f"{_points(f.at('seen_lead', t - 1))} "
            f"({LEAD_TODAY:g} is neutral)."
        )
    push = Decision(who, "Push for chips of its own", _then(f, "push", t, _percent), why)
    return [imports, push, *(rule(s, f, t, who, "china") for rule in (_money, _largest, _care))]


def _money(s: Shown, f: Future, t: int, who: str, seat: str) -> Decision:
    """Spending: in the data a record, after it a trend, the race, revenue, and what found nothing to buy."""
    parts = []
    if t <= s.edge:
        parts.append("Recorded, or what recorded supply was worth.")
    else:
        gap = f.at("us_gap" if seat == "united_states" else "china_gap", t - 1)
        extra = f.hostility * RACE_SPENDING * float(np.exp(-max(gap, 0.0) / RACE_DISTANCE))
        side = "ahead of" if gap >= 0 else "behind"
        parts.append(
            f"The trend; last quarter it was {abs(gap):.1f} points {side} the best rival, and the race adds "
            f"{_percent(extra)}."
        )
        if s.spec.switches.reinvestment:
            parts.append(f"Part of AI revenue beyond that of {s.quarter(s.edge)} is added.")
        effort = float(s.settings["us_spending" if seat == "united_states" else "china_spending"][t])
        if effort != 100:
            parts.append(f"The scenario asks for {wording.number(effort)}% of the trend.")
        if seat == "china":
            parts.append(f"Money that found nothing to buy ({_percent(f.at('unmet', t - 1))}) does not grow.")
    if seat == "china" and s.stockpiling[t] > 0:
        parts.append("A rule is coming, so it buys ahead.")
    now = _then(f, f"spending.{seat}", t, lambda x: f"${x / 1e9:,.1f} billion")
    return Decision(who, "Money for chips in the quarter", now, " ".join(parts))


def _largest(s: Shown, f: Future, t: int, who: str, seat: str) -> Decision:
    multiple = float(s.settings["us_concentration" if seat == "united_states" else "china_concentration"][t])
    stock = _then(f, f"compute_train.{seat}", t, lambda x: f"{x / 1e6:,.2f} million H100e")
    fall = f.falls[seat]
    moves = "falls" if fall > 0.02 else "rises" if fall < -0.02 else "hardly changes"
    why = (
        f"The share {moves} as usable compute grows in this {'future' if f.member is not None else 'middle'}: {stock}."
    )
    if multiple != 1:
        why += f" The scenario asks for {wording.number(multiple)} times today's share."
    now = _then(f, f"concentration.{seat}", t, lambda x: f"{100 * x:.2f}%")
    return Decision(who, "Share of compute in its largest run", now, why)


def _care(s: Shown, f: Future, t: int, who: str, seat: str) -> Decision:
    fixed = s.fixed("safety_share", t)
    if fixed is not None:
        why = f"{_held(fixed)} It moves there by a third of the way each quarter."
    elif t <= s.edge:
        why = "A close and hostile rival takes care away."
    else:
        gap = f.at("us_gap" if seat == "united_states" else "china_gap", t - 1)
        lost = CORNERS * f.hostility * float(np.exp(-((gap / RACE_DISTANCE) ** 2)))
        why = (
            f"The nearer a hostile rival, the more corners are cut: last quarter they were {abs(gap):.1f} points "
            f"apart, which takes away {_percent(lost)} of the care it wants."
        )
    return Decision(who, "Compute spent on safety", _then(f, f"safety.{seat}", t, _percent), why)


def _allies(s: Shown, f: Future, t: int) -> Decision:
    fixed = s.fixed("allied_alignment", t)
    parted = any(event.kind == "allied_split" and number(event.date) <= FIRST + t for event in s.spec.events)
    if fixed is not None:
        why = f"The scenario moves it towards {wording.number(fixed)}%, a quarter of the way each quarter."
    elif parted:
        why = "Allies have parted; neither pressure nor threat moves them any more."
    elif t <= s.edge:
        why = "A near China alarms them; lost sales pull the other way."
    else:
        why = (
            f"A near China alarms them: last quarter the US was {_points(f.at('seen_lead', t - 1))}. Lost sales pull "
            "the other way."
        )
    return Decision("Allies", "Japan and the Netherlands follow tool controls", _then(f, "alignment", t, _percent), why)


def _hubs(s: Shown, f: Future, t: int) -> Decision:
    fixed = s.fixed("hub_policing", t)
    if fixed is not None:
        why = f"The scenario moves it towards {wording.number(fixed)}%, a quarter of the way each quarter."
    elif t == 0:
        why = "The first quarter: it starts from the policing of 2022."
    else:
        share = f.at("flows.diverted", t - 1) / max(f.at("made_h100e", t - 1), 1.0)
        why = (
            f"Pressure: US enforcement at {wording.number(float(s.settings['enforcement'][t]))} × the 2026 budget, "
            "and the scandal of diverted chips, "
            f"{_percent(share)} of US-designed output the quarter before. Trade pulls the "
            "other way."
        )
    return Decision("Hubs", "Policing of transit trade", _then(f, "policing", t, _percent), why)


def _market(s: Shown, f: Future, t: int) -> list[Decision]:
    """What the decisions come to: nobody decides this, the market does."""
    flows = wording.listed([f"{name.lower() if name != 'Made in China' else 'made in China'} "
                            f"{f.at(f'flows.{key}', t) / 1e3:,.0f}"
                            for key, name in frames.ORIGINS.items()])  # fmt: skip
    return [
        Decision("What followed", "China's new compute, thousand H100e in the quarter", flows, ""),
        Decision(
            "What followed", "Street premium over the list price", _then(f, "premium", t, _percent),
            f"The best legal chip lacks {_percent(f.at('blocked', t))} of a frontier chip's use, and the risk of "
            f"seizure is passed on: {f.at('seized', t) / 1e3:,.1f} thousand H100e were seized.",
        ),
    ]  # fmt: skip


def happened(s: Shown, t: int) -> list[str]:
    """Rules, events and record models of a quarter."""
    quarter, told = FIRST + t, []
    dated = list(history()) if t < s.rules else []
    for rule in (*dated, *s.spec.rules):
        if of_date(rule.start) == quarter and rule.measure != "proposed":
            told.append(f"{rule.start}: {rule.title}.")
    for event in s.spec.events:
        if number(event.date) == quarter:
            told.append(f"Event of the scenario: {injector.described(event)}.")
    if s.spec.levers and number(s.spec.start) == quarter:
        told.append("The levers of the scenario begin to hold.")
    if t <= s.edge:
        records = frames.records().filter(pl.col("date").map_elements(of_date, return_dtype=pl.Int64) == quarter)
        told += [
            f"Record model of {'the ' * (who != 'China')}{who}: {model} ({day}), index {value:.0f}."
            for who, _, value, model, day in records.rows()
        ]
    return told


# ----------------------------------------------------------------------------------------------------------- in words
