"""Two results side by side: what each measured, what each moves, and what choosing the other changes."""

from __future__ import annotations

from collections.abc import Callable

from calibration.record import CalibrationRecord, Interval, Update
from calibration.report.blocks import Blocks, figure, fold, missing, pair, table, text
from calibration.report.draft import Draft
from calibration.report.effect import months
from calibration.report.losses import along_data
from calibration.report.opening import cost, title
from calibration.report.roofs import host
from calibration.report.words import interval, number

NONE = "–"


def beside(one: Draft, other: Draft) -> Blocks:
    """Two results: the change in the verdict where it was simulated, a table, and their curves."""
    return (
        verdict(one, other)
        + _numbers(one, other)
        + fold("Their losses and roofs side by side", lambda: _curves(one, other))
    )


def verdict(one: Draft, other: Draft) -> Blocks:
    """What the second result in place of the first changes in the lead and in the outcomes."""
    first, second = (_standing(draft, by) for draft, by in ((one, other), (other, one)))
    if first is None or second is None:
        return missing("What the one in place of the other changes in the verdict has not been simulated yet.")
    change = second[0] - first[0]
    moved = max(second[1], key=lambda label: abs(second[1][label] - first[1].get(label, 0.0)))
    return text(
        f"With {title(other.record)} in place of {title(one.record)} the US lead at the end of 2030 changes by "
        f"{months(change)} months. The outcome that changes most is “{moved}”: from "
        f"{100 * first[1].get(moved, 0.0):.1f} to {100 * second[1][moved]:.1f} futures in 100."
    )


def _standing(draft: Draft, other: Draft) -> tuple[float, dict[str, float]] | None:
    """Months of lead against the priors alone, and the outcomes; a prior has those that the other began with."""
    if draft.effect:
        return draft.effect["together"]["lead_2030_months"], dict(draft.effect["outcomes"]["result"])
    if draft.record.prior is None and other.effect and other.record.prior == draft.record.id:
        return 0.0, dict(other.effect["outcomes"]["prior"])
    return None


Line = tuple[str, str, str]


def _numbers(one: Draft, other: Draft) -> Blocks:
    """One row a number, one column a result; what only one of them has stands folded."""
    head = ("", title(one.record), title(other.record))
    both = [update for draft in (one, other) for update in draft.updates if update not in draft.record.frontier]
    labels = {update.name: f"{update.label}, {update.unit}" for update in both}
    rows = [(label, *(_update(draft.update(name)) for draft in (one, other))) for name, label in labels.items()]
    shared = [row for row in rows if NONE not in row]
    alone = [row for row in rows if NONE in row]
    caption = "Measured, with its weight → what the simulator draws from"
    return table(caption, head, [*_campaigns(one, other), *shared]) + (
        fold("Numbers that only one of the two has", lambda: table(caption, head, alone)) if alone else ()
    )


def _campaigns(one: Draft, other: Draft) -> list[Line]:
    """What was run, what it cost, the law that came out, and what it moves together."""
    found: tuple[tuple[str, Callable[[Draft], str]], ...] = (
        ("Machine", lambda d: d.record.device),
        ("Largest training run", lambda d: f"{number(d.flop, 2)} FLOP" if d.flop else NONE),
        ("Cost", lambda d: cost(d.record).removeprefix("It took ").removesuffix(".") or NONE),
        ("α, exponent of size", lambda d: _fitted(d.record, "alpha")),
        ("β, exponent of data", lambda d: _fitted(d.record, "beta")),
        ("γ, slope of the frontier", lambda d: _fitted(d.record, "frontier_slope")),
        ("Together, months of US lead in 2030", _lead),
    )
    rows = [(label, say(one), say(other)) for label, say in found]
    return [row for row in rows if row[1:] != (NONE, NONE)]


def _fitted(record: CalibrationRecord, name: str) -> str:
    return NONE if record.fit is None else interval(Interval(**record.fit["intervals"][name]))


def _update(update: Update | None) -> str:
    """What was measured about a parameter and how it changed the prior; where nothing was, the prior stays."""
    if update is None:
        return NONE
    if update.measured is None:
        return f"not measured: {interval(update.posterior)}"
    return f"{interval(update.measured)}, weight {number(update.weight, 2)} → {interval(update.posterior)}"


def _lead(draft: Draft) -> str:
    if not draft.effect:
        return NONE
    found = draft.effect["together"]
    return months(found["lead_2030_months"], found["lead_2030_months_se"])


def _curves(one: Draft, other: Draft) -> Blocks:
    """The losses and the measured roofs of both; what one of them lacks is said."""
    said = [title(draft.record) for draft in (one, other)]
    losses = [figure(along_data(d.record), "No model was trained.") for d in (one, other)]
    roofs = [figure(host(d.record), "No machine's roof was measured.") for d in (one, other)]
    return pair(*(text(name) + a + b for name, a, b in zip(said, losses, roofs, strict=True)))
