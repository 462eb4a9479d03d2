"""A blind run: what the model would have said at a past date, against what came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from scenarios import BASELINE, load
from scenarios.errors import InputError
from scenarios.quarters import DATA_UNTIL, FIRST, end_date, label, number
from scenarios.schema import Scenario
from sim.checks import checked
from sim.ensemble.rng import Array, generator
from sim.hindcast import naive, scores
from sim.hindcast.fit import Fit, fit
from sim.hindcast.observe import observed
from sim.hindcast.record import PATTERNS, SERIES, Series
from sim.results.run import Run
from sim.run import simulate
from sim.short import Short

CUTOFFS = ("2022-12", "2023-12", "2024-12")
"""The cut-offs that are scored by default: no AI chip rule was two months old, one year, and two years of data."""
DRAWS, FUTURES = 131_072, 4096
"""Weighted draws and simulated futures of a blind run."""
UNTIL = 2027
"""Year at whose end the simulation of a blind run stops."""
LIMITS = {"lag": 2.0, "slope": 3.0, "eci": 4.0, "stock": 1.5, "run": 0.35}
"""Errors up to which a headline figure counts as met: months, points, points, a factor, orders of magnitude.

They were set before the first blind run, for a cut-off at the end of 2024.
"""
COVERED = (0.80, 0.97)
"""Share of figures inside the 90% band between which bands count as well judged; set with the limits."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FULL_TAKEOFF = {"2023-Q4": -0.43, "2024-Q4": -0.01, "2025-Q4": -0.58}
"""Error of the Full Takeoff Model's 2022 best guess of the record run at the end of a quarter, OOM.

Re-run of epoch-research/ftm (99dc907), physical compute, against records of 5e25, 5e25 and 5e26 FLOP.
"""


@dataclass(frozen=True)
class Point:
    """One recorded figure after the cut-off, on the scale of its series, and what was said about it."""

    series: str
    pattern: str
    quarter: str
    recorded: float
    quantiles: tuple[float, ...]
    """5, 25, 50, 75 and 95% points of the futures, with the error of the published figure in them."""
    crps: float
    in50: bool
    in90: bool
    last_value: float
    trend: float

    @property
    def error(self) -> float:
        """Median less recorded."""
        return self.quantiles[2] - self.recorded


@dataclass(frozen=True, repr=False)
class Hindcast(Short):
    """A blind run and its score."""

    cutoff: str
    draws: int
    ess: float
    points: tuple[Point, ...]
    fans: dict[str, dict[str, tuple[float, ...]]]
    """Series → quarter → 5, 25, 50, 75 and 95% points of the futures, in the unit of the series, without errors."""

    def pattern(self, name: str) -> dict[str, Any]:
        """Scores of one pattern, or of all (`all`), over its scored points."""
        counted = {s.key for s in SERIES if s.scored}
        mine = [p for p in self.points if p.series in counted and name in (p.pattern, "all")]
        if not mine:
            return {"points": 0}
        return {
            "points": len(mine),
            "coverage50": _mean([p.in50 for p in mine]), "coverage90": _mean([p.in90 for p in mine]),
            "crps": _mean([p.crps for p in mine]),
            "crps_last_value": _mean([abs(p.last_value - p.recorded) for p in mine]),
            "crps_trend": _mean([abs(p.trend - p.recorded) for p in mine]),
            "median_error": _mean([p.error for p in mine]),
            "median_absolute_error": _mean([abs(p.error) for p in mine]),
        }  # fmt: skip

    def figures(self) -> list[dict[str, Any]]:
        """Every compared figure in the unit of its series: what was recorded, the futures' points, naive forecasts."""
        series = {s.key: s for s in SERIES}
        rows = []
        for p in self.points:
            s = series[p.series]
            plain = [_plain(float(s.unscaled(v))) for v in (p.recorded, *p.quantiles, p.last_value, p.trend)]
            names = ("recorded", "p05", "p25", "p50", "p75", "p95", "last_value", "trend")
            rows.append({
                "pattern": p.pattern, "series": p.series, "label": s.label, "unit": s.unit, "quarter": p.quarter,
                **dict(zip(names, plain, strict=True)), "in50": p.in50, "in90": p.in90,
            })  # fmt: skip
        return rows

    def of(self, series: str) -> dict[str, Point]:
        """The points of a series by quarter."""
        return {p.quarter: p for p in self.points if p.series == series}

    def rmse(self, *series: str) -> float | None:
        """Root mean square error of the medians of some series, on their scale; None without a point."""
        errors = [p.error for p in self.points if p.series in series]
        return _plain(float(np.sqrt(np.mean(np.square(errors))))) if errors else None

    def full_takeoff(self) -> dict[str, Any]:
        """Record training compute at the starts of years against the Full Takeoff Model's forecast of 2022."""
        ours = {q: _plain(p.error) for q, p in self.of("us_run").items() if q in FULL_TAKEOFF}
        theirs = {q: FULL_TAKEOFF[q] for q in ours}
        return {
            "ours": ours, "full_takeoff_model": theirs,
            "rmse_ours": _plain(float(np.sqrt(np.mean(np.square(list(ours.values())))))) if ours else None,
            "rmse_full_takeoff_model":
                _plain(float(np.sqrt(np.mean(np.square(list(theirs.values())))))) if theirs else None,
        }  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """Everything that the command line prints as JSON."""
        return {
            "cutoff": self.cutoff, "draws": self.draws, "ess": round(self.ess, 1),
            "patterns": {name: self.pattern(name) for name in PATTERNS}, "all": self.pattern("all"),
            "bars": self.bars(), "checks": [asdict(c) for c in self.checks()],
            "full_takeoff_model": self.full_takeoff(),
            "points": [asdict(p) for p in self.points], "fans": self.fans,
        }  # fmt: skip

    def checks(self) -> list[Check]:
        """Headline figures against their limits, those that this cut-off has."""
        bars, found = self.bars(), []

        def check(what: str, value: float | None, kind: str, unit: str) -> None:
            if value is not None:
                found.append(Check(what, value, f"{LIMITS[kind]:g} {unit}", abs(value) <= LIMITS[kind]))

        for quarter, error in bars["lag_months"].items():
            check(f"Lag of China, four-quarter mean to {quarter}", error, "lag", "months")
        for who, name in (("us", "US"), ("china", "Chinese")):
            check(f"Growth of the {name} frontier in the last year", bars["slope_points"][who], "slope", "points")
            check(f"{name} frontier at the end of 2025", bars["eci_points_end_2025"][who], "eci", "points")
        labels = {series.key: series.label for series in SERIES}
        for key, factor in bars["stock_factor_end_2025"].items():
            if factor is not None:
                within = 1 / LIMITS["stock"] <= factor <= LIMITS["stock"]
                found.append(Check(f"{labels[key]}, end of 2025", factor, f"a factor of {LIMITS['stock']:g}", within))
        check("Record training runs, root mean square", bars["run_rmse_oom"], "run", "OOM")
        inside = self.pattern("all")["coverage90"]
        met = COVERED[0] <= inside <= COVERED[1]
        found.append(Check("Figures inside the 90% band", inside, f"{COVERED[0]:g} to {COVERED[1]:g}", met))
        better = [
            s["crps"] < min(s["crps_last_value"], s["crps_trend"]) for s in map(self.pattern, PATTERNS) if s["points"]
        ]
        share = f"on {len(PATTERNS) - 1} of {len(PATTERNS)} patterns"
        found.append(Check("Patterns closer than both naive forecasts", sum(better), share, sum(better) >= 4))
        return found

    def bars(self) -> dict[str, Any]:
        """Errors of the figures that a reader asks for first, at the end of 2025 and at the edge of the data."""

        def factor(series: str, quarter: str) -> float | None:
            point = self.of(series).get(quarter)
            return None if point is None else _plain(10**point.error)

        def off(series: str, quarter: str) -> float | None:
            point = self.of(series).get(quarter)
            return None if point is None else _plain(point.error)

        return {
            "lag_months": {q: off("lag", q) for q in ("2025-Q4", DATA_UNTIL)},
            "slope_points": {s: off(f"{s}_slope", DATA_UNTIL) for s in ("us", "china")},
            "eci_points_end_2025": {s: off(f"{s}_eci", "2025-Q4") for s in ("us", "china")},
            "stock_factor_end_2025": {s: factor(s, "2025-Q4") for s in STOCKS},
            "run_rmse_oom": self.rmse("us_run", "china_run"),
            "run_rmse_oom_by_country": {who: self.rmse(f"{who}_run") for who in ("us", "china")},
        }


@dataclass(frozen=True)
class Check:
    """A headline figure against its limit."""

    what: str
    value: float
    limit: str
    met: bool


STOCKS = ("china_stock", "china_legal", "china_domestic", "china_diverted", "china_rented")
"""China's stock and its channels, as factors of the record."""


def _mean(values: list[Any]) -> float:
    return _plain(float(np.mean(values)))


def _plain(value: float) -> float:
    return float(f"{value:.6g}")


@checked
def blind_spec(cutoff: str) -> Scenario:
    """The baseline as seen at the end of a month, with the rules that really came.

    Raises:
        InputError: when the cut-off is no month that ends a quarter of the data.
    """
    quarter = quarter_of(cutoff)
    edge = number(quarter)
    if not FIRST <= edge < number(DATA_UNTIL):
        raise InputError(
            f"cutoff {cutoff!r} must lie between 2022-12 and {end_date(label(number(DATA_UNTIL) - 1))[:7]}"
        )
    return load(BASELINE).with_changes(
        data_until=quarter, rules_until=DATA_UNTIL, start=DATA_UNTIL, calibration="literature", weighting="none"
    )


@checked
def quarter_of(cutoff: str) -> str:
    """The quarter that a cut-off month ends, e.g. `2024-12` → `2024-Q4`.

    Raises:
        InputError: for anything else.
    """
    year, _, month = cutoff.partition("-")
    if not (year.isascii() and year.isdecimal() and len(year) == 4 and month in ("03", "06", "09", "12")):
        raise InputError(f"cutoff is {cutoff!r}; give a month that ends a quarter, such as 2024-12")
    return f"{year}-Q{int(month) // 3}"


@checked
def hindcast(
    cutoff: str, draws: int = DRAWS, futures: int = FUTURES, seed: int = 0, tell: Callable[[str], None] | None = None
) -> Hindcast:
    """Run the model blind from a cut-off and score it on what came.

    Parameters start from the priors that could be written then and are weighed by the record up to the cut-off; the
    rules after it are those that came; nothing else after it is used.

    Args:
        cutoff: month that ends a quarter, `2022-12` to `2026-06`.
        draws: weighted draws.
        futures: simulated futures.
        seed: of draws and dice.
        tell: called with a line about each round of weighing.

    Raises:
        InputError: for a cut-off without data after it.
    """
    spec = blind_spec(cutoff)
    weighed = fit(spec, draws, seed, tell=tell)
    run = predicted(weighed, futures, seed)
    seen = observed(run)
    points = tuple(_points(run, seen, number(spec.data_until), seed))
    return Hindcast(cutoff, draws, weighed.sample.effective, points, _fans(run, seen))


def predicted(weighed: Fit, futures: int, seed: int) -> Run:
    """Futures of the weighed parameters, with chance on."""
    chosen = weighed.sample.resampled(futures, seed)
    # Systematic resampling keeps the draws in order; the dice must not meet them in that order.
    order = generator(seed, "hindcast order").permutation(futures)
    return simulate(weighed.spec, futures, seed, UNTIL, scores=weighed.scores(chosen[order]))


def _fans(run: Run, seen: dict[str, Array]) -> dict[str, dict[str, tuple[float, ...]]]:
    """Quantiles of every observed series over the quarters, where it has values."""
    fans: dict[str, dict[str, tuple[float, ...]]] = {}
    for key, path in seen.items():
        known = ~np.isnan(path).any(axis=1)
        ends = np.quantile(path[known], QUANTILES, axis=1).T
        quarters = np.array(run.quarters)[known]
        fans[key] = {q: tuple(_plain(float(v)) for v in row) for q, row in zip(quarters, ends, strict=True)}
    return fans


def _points(run: Run, seen: dict[str, Array], edge: int, seed: int) -> list[Point]:
    """Every figure after the cut-off that can be compared, with both naive forecasts."""
    found, rng = [], generator(seed, "errors of figures")
    for series in SERIES:
        figures = series.figures()
        known = {q: figure for q, figure in figures.items() if q <= edge}
        if not known:
            continue
        for quarter, (value, error) in sorted(figures.items()):
            if quarter > edge:
                futures = series.scale(seen[series.key][quarter - FIRST]) + error * rng.standard_normal(run.runs)
                found.append(_point(series, quarter, float(series.scale(value)), futures, known))
    return found


def _point(
    series: Series, quarter: int, recorded: float, futures: Array, known: dict[int, tuple[float, float]]
) -> Point:
    return Point(
        series.key, series.pattern, label(quarter), _plain(recorded),
        tuple(_plain(float(v)) for v in np.quantile(futures, QUANTILES)), _plain(scores.crps(futures, recorded)),
        scores.covered(futures, recorded, 50), scores.covered(futures, recorded, 90),
        _plain(naive.last_value(series, known, quarter)), _plain(naive.trend(series, known, quarter)),
    )  # fmt: skip
