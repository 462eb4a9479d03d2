"""What the model got wrong in a blind run: found in its figures and put into words."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.quarters import DATA_UNTIL
from sim.hindcast.blind import LIMITS, Hindcast, Point
from sim.hindcast.record import SERIES, Series
from sim.ui.shared import quantity

KNOWN: dict[str, Series] = {series.key: series for series in SERIES}
FAR = 3.0
"""Half widths of a band beyond which a miss is no worse for being farther out, when misses are put in order."""
WHO = {"us": "US", "china": "Chinese"}


@dataclass(frozen=True)
class Miss:
    """Something the model got wrong."""

    what: str
    told: str
    size: float
    """By how much, in half widths of the band or in limits: only to sort by."""


def distance(point: Point) -> float:
    """How far a figure lies from the median, in half widths of the 90% band."""
    low, high = point.quantiles[0], point.quantiles[4]
    return abs(point.error) / max((high - low) / 2, 1e-9)


def groups(found: Hindcast) -> list[tuple[str, list[Point], int]]:
    """Series with figures outside the band, those figures, and of how many; most and farthest out first."""
    result = []
    for series in SERIES:
        mine = list(found.of(series.key).values())
        outside = sorted((p for p in mine if not p.in90), key=distance, reverse=True)
        if outside:
            result.append((series.key, outside, len(mine)))
    return sorted(result, key=lambda row: (-len(row[1]) * min(distance(row[1][0]), FAR), row[0]))


def outside(found: Hindcast) -> list[Miss]:
    """Figures outside the 90% band, one line a series."""
    lines = []
    for key, out, total in groups(found):
        series, point = KNOWN[key], out[0]
        low, high = (float(series.unscaled(point.quantiles[k])) for k in (0, 4))
        came = quantity.amount(float(series.unscaled(point.recorded)), series.unit)
        side, end = ("above", high) if point.error < 0 else ("below", low)
        if came == quantity.amount(end, series.unit):
            side = f"just {side}"
        told = (
            f"{len(out)} of {total} outside the 90% range. Farthest off: {point.quarter}, with {came} on record, "
            f"{side} the range of {quantity.span(low, high, series.unit)}."
        )
        lines.append(Miss(series.label, told, distance(point)))
    return lines


def beyond(found: Hindcast) -> list[Miss]:
    """Headline figures whose middle is off by more than the limit."""
    bars, lines = found.bars(), []
    for quarter, error in bars["lag_months"].items():
        told = "too long,too short"
        lines += _off(f"Lag of China, four-quarter mean to {quarter}", error, "lag", "months", told)
    for who, error in bars["slope_points"].items():
        what = f"Growth of the {WHO[who]} frontier in the year to {DATA_UNTIL}"
        lines += _off(what, error, "slope", "index points", "too fast,too slow")
    for who, error in bars["eci_points_end_2025"].items():
        what = f"{WHO[who]} frontier at the end of 2025"
        lines += _off(what, error, "eci", "index points", "too high,too low")
    for key, times in bars["stock_factor_end_2025"].items():
        if times is not None and times > 0 and not 1 / LIMITS["stock"] <= times <= LIMITS["stock"]:
            told = f"{times:.2f} times the record in the median run (limit: {LIMITS['stock']:g} times either way)."
            lines.append(Miss(f"{KNOWN[key].label}, end of 2025", told, max(times, 1 / times) / LIMITS["stock"]))
    rmse = bars["run_rmse_oom"]
    if rmse is not None and rmse > LIMITS["run"]:
        told = (
            f"off by a factor of {quantity.factor(rmse)} in a typical quarter "
            f"(limit: a factor of {quantity.factor(LIMITS['run'])})."
        )
        lines.append(Miss("Largest training runs so far, both countries", told, rmse / LIMITS["run"]))
    return sorted(lines, key=lambda miss: -miss.size)


def _off(what: str, error: float | None, limit: str, unit: str, words: str) -> list[Miss]:
    if error is None or abs(error) <= LIMITS[limit]:
        return []
    high, low = words.split(",")
    # One digit more where rounding would hide that the limit was passed.
    size = f"{abs(error):.{2 if abs(error) < LIMITS[limit] + 0.05 else 1}f}"
    told = f"{size} {unit} {high if error > 0 else low} in the median run (limit: {LIMITS[limit]:g} {unit})."
    return [Miss(what, told, abs(error) / LIMITS[limit])]
