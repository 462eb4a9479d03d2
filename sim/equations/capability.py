"""Capability from compute: scaling, reinforcement learning, test-time compute and the follower's short cuts."""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array
from sim.equations.chips import H100_BF16
from sim.equations.growth import eased

LEAST_PRETRAINING = 1e-6
"""Share of compute for pretraining below which reinforcement learning has no base."""
RUN_SECONDS = 120 * 86_400.0
"""Length of a frontier run: four months; judgment, published runs took two to six."""
REFERENCE_PRETRAINING = 0.19
"""Share of compute for pretraining at which concentration is stated: that of actors before reinforcement learning."""
ROLLOUT_SHARE = 0.7
"""Share of RL compute that decodes; judgment, reports of RL systems say rollouts dominate."""
LEVEL = 1.0
"""ECI points over which a follower becomes a leader, and own reasoning takes the place of imported; judgment."""
RL_BASE = 26.0
"""log10 FLOP: unit of the midpoint of reinforcement, and the base from which a growing gain rises."""
LEAST_REACH = 1e-6
"""ECI points below which short cuts bring nothing."""
RL_ONSET = 0.35
"""Width, in log10 FLOP, over which a gain that keeps growing with every tenfold begins; judgment."""
FOLLOWER_START, FOLLOWER_YEARS, FOLLOWER_STATED = 2022.5, 2.0, 2026.0
"""When followers' short cuts began to grow, over how many years, and when the term has its stated size."""
COPIED = 0.5
"""Share of a follower's engineering that copies what the leader publishes; judgment."""
MOST_OPEN = 1.5
"""Openness, against today's, beyond which there is nothing more to copy; judgment."""
ALL_IN = 1.84
"""Price of a chip with its servers, network and facility, against the chip alone (Epoch AI)."""
ENERGY = 1.1
"""What energy adds to the cost of a run, times; judgment: about a tenth."""
LIFE_YEARS, HOURS_A_YEAR = 5.5, 8766
"""Life of a chip over which its price is spread, and the hours of a mean year."""
TEST_TIME_REFERENCE = 1e6
"""H100e of serving compute at which test-time compute gives one third of a decade."""
RL_FORMS = ("saturates", "grows_with_base", "log_linear")
"""What reinforcement learning does in the long run, by the number of the form."""


def largest_run(stock: Array, concentration: Array, pretraining: Array, p: Draws) -> Array:
    """log10 FLOP of the largest pretraining run.

    Args:
        stock: (actors, runs) usable compute for training, H100e.
        concentration: share of it in the largest run.
        pretraining: share of compute for pretraining.
        p: parameters (utilization, uptime).
    """
    per_h100e = p.mfu * p.goodput * (H100_BF16 * RUN_SECONDS / REFERENCE_PRETRAINING)
    return np.log10(stock * concentration * pretraining * per_h100e + 1.0)


def rl_compute(base: Array, train: Array, decode: Array, reinforcement: Array, pretraining: Array) -> Array:
    """log10 FLOP of RL compute: rollouts count in decode equivalents of an H100, updates in training equivalents."""
    fleet = ROLLOUT_SHARE * decode / (train + 1e-9) + (1 - ROLLOUT_SHARE)
    return base + np.log10(fleet * reinforcement / np.maximum(pretraining, LEAST_PRETRAINING) + 1e-9)


def rl_gain(rl: Array, base: Array, p: Draws, ceiling: Array | float) -> tuple[Array, Array]:
    """Gain from reinforcement learning, ECI points, and its marginal value in points per tenfold RL compute.

    Three forms, a structural choice per member: a sigmoid in log RL compute that saturates, the same with a ceiling
    that rises with the base, and a gain that keeps growing with every tenfold from where it begins.
    """
    grown = (p.rl_form == 1) * p.rl_beyond * softplus(base - RL_BASE, 1.0)
    size = p.rl_size * ceiling + grown
    share = 1 / (1 + np.exp((-np.log(10)) * p.rl_slope * (rl - RL_BASE - np.log10(p.rl_midpoint))))
    decades = p.rl_beyond * ceiling
    begun = (rl - p.rl_begins) / RL_ONSET
    on = p.rl_form == 2
    gain = np.where(on, decades * softplus(rl - p.rl_begins, RL_ONSET), size * share)
    sigmoid = size * (np.log(10) * p.rl_slope) * share * (1 - share)
    return gain, np.where(on, decades / (1 + np.exp(-begun)), sigmoid)


def softplus(x: Array, width: float) -> Array:
    """0 far below 0 and `x` far above, without a corner; numpy's `logaddexp` takes four times as long."""
    return np.maximum(x, 0.0) + width * np.log1p(np.exp(-np.abs(x) / width))


def imported(own: Array, offered: Array) -> Array:
    """Gain from reinforcement learning with what others' answers bring: nothing where the own gain is larger."""
    return own + eased(offered - own, LEVEL)


def test_time(decode: Array, serving: Array, p: Draws) -> Array:
    """Gain from test-time compute, ECI points: log of the serving compute behind a developer's models."""
    return (p.test_time_gain / np.log(10)) * np.log1p(decode * serving * (1 / TEST_TIME_REFERENCE))


test_time.__test__ = False  # type: ignore[attr-defined]  # the name is the field's, not a test's


def follower_ramp(year: float) -> float:
    """Growth of followers' short cuts over time, 1 at the start of 2026; it saturates and stops at no date."""
    at = 1 - np.exp(-max(year - FOLLOWER_START, 0) / FOLLOWER_YEARS)
    return float(at / (1 - np.exp(-(FOLLOWER_STATED - FOLLOWER_START) / FOLLOWER_YEARS)))


def follower_weight(behind: Array, reach: Array) -> Array:
    """How far a follower draws on its short cuts: they bring it no further than the leader, who has none.

    Args:
        behind: ECI points that it is behind the best rival without them; below 0 for a leader.
        reach: ECI points that they bring to somebody far behind.
    """
    most = np.maximum(reach, LEAST_REACH)
    return 1 - np.exp(-eased(behind, LEVEL) / most)


def follower_terms(p: Draws, year: float, access: Array | float, openness: Array | float) -> tuple[Array, Array, Array]:
    """Engineering, synthetic data and distillation of a follower far behind, OOM each, `(runs,)`.

    They share one uncertain total, because the data cannot tell them apart; `follower_weight` says how far a follower
    has them.

    Args:
        p: parameters.
        year: decimal year.
        access: access to the leader's served models, 1 today.
        openness: openness of the leader's research, 1 today; half of engineering is what others publish.
    """
    total = p.follower_efficiency * follower_ramp(year)
    rest = total * (1 - p.distillation_share)
    engineering = rest * (1 - p.synthetic_share) * (1 - COPIED + COPIED * np.minimum(openness, MOST_OPEN))
    return engineering, rest * p.synthetic_share, total * p.distillation_share * access


def scaled(effective: Array, p: Draws, kink: Array, slowdown: float) -> Array:
    """ECI points of effective compute (log10 FLOP); above the kink a slowdown flattens the slope."""
    if slowdown == 0:
        return p.points_per_oom * effective
    return p.points_per_oom * (np.minimum(effective, kink) + (1 - slowdown) * np.maximum(effective - kink, 0))


def run_cost(flop: Array, p: Draws, price: Array) -> Array:
    """Dollars of a run: chip time at the all-in price of an H100e spread over its life.

    The price is all-in (`ALL_IN`, `ENERGY`), spread over `LIFE_YEARS`.
    """
    return flop * (price * (ALL_IN * ENERGY / (LIFE_YEARS * HOURS_A_YEAR) / 3600 / H100_BF16) / (p.mfu * p.goodput))
