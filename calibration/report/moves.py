"""What counts, and how much: every update of a result, what it moves in the simulator, and how that draws from it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from calibration import mapping, rows
from calibration.record import Update, fraction_name, numbers
from calibration.report import effect
from calibration.report.blocks import Blocks, figure, fold, missing, pair, points, shown, table, text
from calibration.report.colors import GRAY
from calibration.report.draft import Draft
from calibration.report.strips import Strip, relative, strips, updates
from calibration.report.words import interval, number, signed, typeset

NOTHING = "Nothing was measured: this result holds the priors of the literature alone."
MOST_SHARES = 12
"""More shares of peak than that are folded away: one a chip, they would fill pages."""
_WHOSE = {"nvidia": "NVIDIA chips", "other": "other accelerators", "all": "all accelerators", "host": "measured chip"}


def moves(draft: Draft) -> list[tuple[str, float, float]]:
    """What the simulator takes over: label, move in standard deviations of the prior, and weight."""
    record = draft.record
    changed = numbers(record)
    drawn = [update for row in record.fractions if fraction_name(row) in changed and (update := draft.behind(row))]
    found = [(u.label, u.moved, u.weight) for u in drawn]
    prior = draft.prior
    levers = {row.parameter: row.name for row in prior.levers} if prior else {}
    levers |= {row.parameter: row.name for row in prior.works} if prior else {}
    for shift in record.shifts:
        update = draft.update(levers.get(shift.parameter))
        found.append((update.label if update else shift.parameter, shift.shift, update.weight if update else math.nan))
    return found


def section(draft: Draft) -> Blocks:
    """Every update with what it moves, then how the simulator draws from them."""
    record = draft.record
    told = text(
        "The simulator takes two things: the fractions of a chip's peak that can be reached, and shifts of parameters "
        "about efficiency and reinforcement. It takes no exponent of the scaling law from a run."
    )
    if record.kind == "literature":
        return told + _fractions(draft) + missing(NOTHING) + _priors(draft)
    simulated = effect.outcomes(draft) + effect.campaign(draft) if draft.effect else effect.absent(record.id)
    return (
        told + _strips(draft) + _every(draft) + simulated
        + fold("How the simulator draws from them, and what has to be said of each", lambda: _drawn(draft))
    )  # fmt: skip


def _drawn(draft: Draft) -> Blocks:
    """Fractions, shifts, and notes on the updates."""
    record = draft.record
    shifted = points([typeset(said) for said in rows.shifts(record)])
    return (
        _fractions(draft)
        + (shifted or missing("No parameter of the simulator is shifted."))
        + text("Weight is the share of the way from the prior to the measurement that the posterior goes. For levers "
               "it is small because a gain at this scale may differ from one at the frontier; for reinforcement also "
               "because one task is not a mixture of tasks. For the frontier's exponents it is the power exp(−Δ/2) to "
               "which the run's likelihood counts, with Δ the orders of magnitude to the frontier.")
        + points(rows.notes(record))
    )  # fmt: skip


def _fractions(draft: Draft) -> Blocks:
    """The shares of peak that the simulator draws."""
    drawn = []
    for row in draft.record.fractions:
        update = draft.behind(row)
        prior, weight = (update.prior, update.weight) if update else (row, 0.0)
        drawn.append((f"{row.quantity}, {row.chip_class or _WHOSE[row.vendor]}", interval(prior), interval(row),
                      number(weight, 2), f"{row.source}. As of {row.as_of}, {row.tier}."))  # fmt: skip
    return table(
        "Fractions of peak that the simulator draws", ("Fraction", "Prior", "This result", "Weight", "Source"), drawn
    )


def _strips(draft: Draft) -> Blocks:
    """Prior, measurement and posterior on top of each other."""
    record = draft.record
    shares = (*record.hardware, *record.work)
    drawn = figure(updates(shares, _furthest(shares), "share of peak", shares=True), "No fraction of peak was updated.")
    if len(shares) > MOST_SHARES:
        return fold(f"Shares of peak of every chip: {_furthest(shares)}", lambda: drawn)
    gains = figure(relative(record.gains, _furthest(record.gains)), "No lever was updated.")
    return pair(drawn, gains)


def _every(draft: Draft) -> Blocks:
    """The one table: prior, measurement, weight, posterior, move, and where simulated what that does to the lead."""
    sheet = rows.updates("Every prior, measurement and posterior", draft.updates)
    if not draft.effect:
        return shown(sheet)
    told = [(*row, *effect.moved_by(draft, u.label)) for row, u in zip(sheet.rows, draft.updates, strict=True)]
    return shown(sheet._replace(
        title="Every prior, measurement and posterior, and what each alone does to the US lead at the end of 2030",
        columns=(*sheet.columns, *effect.LEAD), rows=[*told, *effect.others(draft)],
    ))  # fmt: skip


def _furthest(found: Sequence[Update]) -> str:
    """A title: the update that moved most."""
    measured = [u for u in found if u.measured]
    if not measured:
        return "Nothing usable was measured: the priors stay"
    most = max(measured, key=lambda u: abs(u.moved))
    verb = "moves most" if len(measured) > 1 else "moves"
    return f"{most.label} {verb}: {signed(most.moved)} standard deviations with weight {number(most.weight, 2)}"


def _priors(draft: Draft) -> Blocks:
    """The priors of a result without measurements."""
    record, law = draft.record, draft.record.exponents
    given = [Strip(row.label, row.unit, {"prior": row.prior}) for row in record.levers]
    title, unit = "What the literature says that levers gain", "Each in its unit, logarithmic; bars: 90% interval."
    told = [(r.label, f"{interval(r.prior)} {r.unit}", r.parameter or "none", r.tier, r.source) for r in record.levers]
    levers = (figure(strips(given, title, unit, {"prior": GRAY}, "in its own unit")) if given else ()) + table(
        "Priors of levers", ("Lever", "Prior", "Parameter", "Tier", "Source"), told
    )
    if law is None:
        return levers + missing("This result has no prior for the frontier's exponents.")
    moments = [(u.label, u.unit, interval(u.prior)) for u in mapping.frontier_updates(law, None, 1.0)]
    head = ("Parameter", "Unit", "Prior")
    return levers + table("Prior of the frontier's law", head, moments) + text(f"{law.source}.")
