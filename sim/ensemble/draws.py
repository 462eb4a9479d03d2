"""Uncertain parameters drawn for an ensemble: Sobol points through inverse CDFs."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
from cachetools import LRUCache, cached
from scipy.special import ndtr, ndtri

from calibration.record import CalibrationRecord, Fraction, read as read_calibration
from scenarios.parameters import known_by, parameters
from scenarios.quantities import Z90, Choice, Fixed, LogitNormal
from scenarios.quarters import end_date, number
from scenarios.schema import Scenario
from scenarios.tables import table
from sim.ensemble.posterior_draws import points, weighed
from sim.ensemble.rng import Array, Streams

HARDWARE_DIMENSIONS = {
    "compute_fraction_nvidia": (120, "compute", "nvidia"),
    "compute_fraction_other": (121, "compute", "other"),
    "bandwidth_fraction_nvidia": (122, "bandwidth", "nvidia"),
    "bandwidth_fraction_other": (122, "bandwidth", "other"),
}
"""Sobol columns of the fractions that a calibration result gives: name → (column, quantity, vendor)."""
NOT_REACHED = ("remote_work_eci", "coder_eci")
"""Thresholds of which it is known at the edge of the data that no model has reached them."""
FARTHEST, HALVINGS = 8.0, 60
"""Normal score beyond which nothing is drawn, and how often an interval is halved to find one."""


def own_fraction(quantity: str, chip_class: str) -> str:
    """Name of the fraction that a measured chip class has for itself; it is drawn on its maker's column."""
    return f"{quantity}_fraction_{chip_class.lower()}"


class Draws:
    """Parameter values by name, each of shape `(members,)`: rows of the table of parameters, and hardware fractions.

    A measured chip class has fractions of its own beside these (`own_fraction`); they are read by `getattr`.
    """

    points_per_oom: Array
    algorithm_growth: Array
    follower_efficiency: Array
    distillation_share: Array
    synthetic_share: Array
    diffusion: Array
    publication_lag: Array
    rl_size: Array
    rl_midpoint: Array
    rl_slope: Array
    rl_form: Array
    rl_beyond: Array
    rl_begins: Array
    run_value: Array
    run_money: Array
    reasoning_transfer: Array
    us_concentration: Array
    china_concentration: Array
    us_concentration_fall: Array
    china_concentration_fall: Array
    substitution: Array
    compute_exponent: Array
    labour_exponent: Array
    compute_weight: Array
    research_returns: Array
    uplift_now: Array
    uplift_coder: Array
    coder_eci: Array
    remote_work_eci: Array
    test_time_gain: Array
    release_interval: Array
    residual_sd: Array
    residual_memory: Array
    mfu: Array
    goodput: Array
    ascend_maturity: Array
    decode_intensity: Array
    supply_scale: Array
    supply_growth: Array
    china_spend_scale: Array
    price_elasticity: Array
    hoarding: Array
    catch_rate: Array
    offshore_share: Array
    logic_growth: Array
    hbm_growth: Array
    domestic_scale: Array
    home_preference: Array
    import_reluctance: Array
    revenue_growth: Array
    power_growth: Array
    ally_drift: Array
    hub_commerce: Array
    hostility: Array
    accident_hazard: Array
    taiwan_hazard: Array
    generation_interval: Array
    rl_ramp: Array
    cost_fall: Array
    normal_margin: Array
    price_response: Array
    order_backlog: Array
    capacity_limit: Array
    capacity_limit_late: Array
    spend_share_late: Array
    plan_returns: Array
    state_share: Array
    smuggling_response: Array
    network_speed: Array
    network_limit: Array
    network_first: Array
    rent_response: Array
    fab_response: Array
    legal_share: Array
    power_response: Array
    talent_supply: Array
    pooling_cost: Array
    secrecy_cost: Array
    us_month_value: Array
    china_month_value: Array
    choice_temperature: Array
    stakes_growth: Array
    parting: Array
    compute_fraction_nvidia: Array
    compute_fraction_other: Array
    bandwidth_fraction_nvidia: Array
    bandwidth_fraction_other: Array

    def __init__(self, **values: Array) -> None:
        vars(self).update(values)


def _points_of(distribution: Any) -> tuple[float, float, float]:
    low, mid, high = distribution.ppf(np.array([-Z90, 0.0, Z90]), np.array([0.05, 0.5, 0.95]))
    return float(low), float(mid), float(high)


class Shifted:
    """A distribution after evidence: its normal score z became `shift + scale × z`."""

    def __init__(self, prior: Any, shift: float, scale: float) -> None:
        self.prior, self.shift, self.scale = prior, shift, scale

    def ppf(self, z: Array, u: Array) -> Array:
        """Value at the normal score `z`; `u` is the same point as a uniform and follows from it."""
        moved = self.shift + self.scale * z
        values: Array = self.prior.ppf(moved, ndtr(moved))
        return values

    def interval(self) -> tuple[float, float, float]:
        """The 5, 50 and 95% points, for tables."""
        return _points_of(self)


class Bounded:
    """A distribution of a person's own, cut off where the number would stop to mean anything."""

    def __init__(self, given: Any, lowest: float, highest: float) -> None:
        self.given, self.lowest, self.highest = given, lowest, highest

    def ppf(self, z: Array, u: Array) -> Array:
        """Value at the normal score `z`, which is the uniform `u`."""
        values: Array = np.clip(self.given.ppf(z, u), self.lowest, self.highest)
        return values

    def interval(self) -> tuple[float, float, float]:
        """The 5, 50 and 95% points, for tables; they lie within the bounds."""
        low, mid, high = self.given.interval()
        return float(low), float(mid), float(high)


class Above:
    """A distribution given that the number lies above what is known to be too low."""

    def __init__(self, given: Any, floor: float) -> None:
        self.given, self.floor = given, floor
        self.below = float(ndtr(_score_of(given, floor)))

    def ppf(self, z: Array, u: Array) -> Array:
        """Value at the normal score `z`, which is the uniform `u`."""
        kept = self.below + (1 - self.below) * u
        values: Array = self.given.ppf(ndtri(kept), kept)
        return values

    def interval(self) -> tuple[float, float, float]:
        """The 5, 50 and 95% points, for tables."""
        return _points_of(self)


def _score_of(given: Any, value: float) -> float:
    """The normal score at which a distribution has a value; by halving, as a solver takes far longer to load."""
    low, high = -FARTHEST, FARTHEST
    for _ in range(HALVINGS):
        middle = np.array([(low + high) / 2])
        low, high = (float(middle[0]), high) if given.ppf(middle, ndtr(middle))[0] < value else (low, float(middle[0]))
    return (low + high) / 2


def best_known(data_until: str) -> float:
    """Capability (ECI) of the best model in the record up to a quarter."""
    rows = table("frontier_quarters")
    return max(row.eci for row in rows if number(row.quarter) <= number(data_until))


def distributions(spec: Scenario) -> dict[str, tuple[int, Any]]:
    """Every uncertain number of a scenario: name → (Sobol column, distribution).

    A scenario that is blind to later data has the priors that could be written at the edge of its own, without what a
    calibration of today adds to them. Thresholds that nobody has reached lie above the best model at that edge, unless
    the scenario has its own distribution for them.
    """
    result: dict[str, tuple[int, Any]] = {}
    record = calibration_of(spec)
    for name, row in parameters().items():
        changed = spec.parameters.get(name)
        if changed is not None:
            own = Fixed(value=changed) if isinstance(changed, (int, float)) else changed
            # A number and the forms of a choice are checked when they are read; analyses tell them by what they are.
            given: Any = own if isinstance(own, Fixed | Choice) else Bounded(own, row.lowest, row.highest)
        elif spec.blind:
            prior, wider = known_by(name, end_date(spec.data_until))
            given = _shifted(prior.distribution, 0.0, wider)
        else:
            given = _shifted(row.distribution, *record.shift(name))
        if changed is None and name in NOT_REACHED:
            given = Above(given, best_known(spec.data_until))
        result[name] = (row.dim, given)
    for name, (dim, fraction) in fractions(record).items():
        result[name] = (dim, LogitNormal(median=fraction.median, low=fraction.low, high=fraction.high))
    return result


def calibration_of(spec: Scenario) -> CalibrationRecord:
    """The calibration result that a scenario draws from: blind to later data, the prior of the one that it names."""
    record = read_calibration(spec.calibration)
    return read_calibration(record.prior) if spec.blind and record.prior is not None else record


def fractions(record: CalibrationRecord) -> dict[str, tuple[int, Fraction]]:
    """Reachable fractions of peak of a calibration result: name → (Sobol column, fraction)."""
    result = {name: (dim, record.fraction(q, vendor)) for name, (dim, q, vendor) in HARDWARE_DIMENSIONS.items()}
    designers = {chip.chip_class: chip.designer for chip in table("chips") if chip.representative}
    for row in record.fractions:
        if row.vendor == "host" and row.chip_class is not None:
            vendor = "nvidia" if designers[row.chip_class] == "NVIDIA" else "other"
            usual = HARDWARE_DIMENSIONS[f"{row.quantity}_fraction_{vendor}"][0]
            result[own_fraction(row.quantity, row.chip_class)] = (usual, row)
    return result


def _shifted(prior: Any, shift: float, scale: float) -> Any:
    """A prior with what a calibration result adds; the prior itself, to the last bit, where that is nothing."""
    return prior if (shift, scale) == (0.0, 1.0) else Shifted(prior, shift, scale)


def draw(spec: Scenario, streams: Streams) -> Draws:
    """Draw all parameters for the members of `streams`; the values cannot be changed, since other runs share them."""
    return Draws(**_drawn(spec, streams))


def _key(spec: Scenario, streams: Streams) -> tuple[str | int, ...]:
    """What the draws of a scenario depend on; its levers are not among it."""
    return (
        repr(sorted(spec.parameters.items())), spec.weighting, spec.data_until, spec.blind, streams.seed, streams.first,
        streams.last, calibration_of(spec).model_dump_json(),
        weighed(spec.data_until).digest if spec.weighting == "history" else "",
    )  # fmt: skip


@cached(LRUCache(maxsize=8), key=_key, lock=Lock())
def _drawn(spec: Scenario, streams: Streams) -> dict[str, Array]:
    """The draws of the last members that were asked for: moving a lever leaves them as they are."""
    z, u = points(spec, streams)
    found = vars(at_scores(spec, z, u))
    for values in found.values():
        values.flags.writeable = False
    return found


def at_scores(spec: Scenario, z: Array, u: Array | None = None) -> Draws:
    """Parameter values at normal scores `z` of shape `(columns, members)`; `u` is the same points as uniforms."""
    u = ndtr(z) if u is None else u
    drawn = {name: distribution.ppf(z[dim], u[dim]) for name, (dim, distribution) in distributions(spec).items()}
    return Draws(**{name: np.ascontiguousarray(value, dtype=float) for name, value in drawn.items()})
