"""From small reinforcement runs to the simulator's sigmoid: its steepness, and the gain at its ceiling.

`curves.sigmoid` and `rl_gain` of sim/equations/capability.py are the same curve, share = 1/(1 + (C_mid/C)^B) in the
compute C of reinforcement: B is the exponent `rl_slope`, and is not converted. What differs is whose curve it is: one
toy task against a mixture of tasks, a small run against the frontier, and a share of prompts against points of the
Epoch Capabilities Index (ECI). Each difference is stated here and weakens the evidence. Nothing here needs torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import logit

from calibration import curves, mapping
from calibration.curves import Sigmoid
from calibration.mapping import Reading
from calibration.pooling import pooled
from calibration.record import Lever, Shift, Update

Rows = Sequence[Mapping[str, Any]]
Found = Sequence[tuple[str, float, float]]
"""Of each run its base, a value and its standard error."""
Read = Callable[[Sigmoid], tuple[float, float]]
Combine = Callable[[Lever, Found, float], Reading]

SINGLE_TASK = 1.9
"""Steepness of a single task's curve behind the prior of the mixture: ScaleRL (arXiv 2510.13786), 1.8 to 2.0.

A measured steepness is divided by it and multiplied by the prior's median: a known bias of ln(0.65 / 1.9).
"""
MIXTURE_SD = 0.36
"""Standard deviation of ln steepness from a single task to a mixture, around that bias.

Tasks whose middles scatter with a standard deviation of s decades turn a logistic of slope k = B ln 10 per decade into
one of about k/√(1 + π k² s²/8). That makes 0.65 of 1.9 where s is 1, 1.12 where it is 0.5 and 0.34 where it is 2; half
a decade to two is taken as the 90% interval of s. Judgment: it has not been measured.
"""
POINTS_PER_LOGIT = 7.0
"""ECI points that a logit of a pass rate is worth: 1/slope in ECI's σ(slope · (capability − difficulty)).

Median over the 37 benchmarks of difficulty 120 to 170 in Epoch AI's file of benchmark slopes (edi_scores.csv, CC-BY
4.0; read in the copy of github.com/timfduffy/teci): 6.9, with 90% between 2.8 and 21.
"""
CEILING_SD = 1.0
"""Standard deviation of ln gain from a toy task's logits to ECI points.

Benchmarks alone differ by 0.55; the rest is that one toy task of which a base masters a part is no mixture of useful
ones, and that runs without a curve, which hardly gained, do not count. Judgment.
"""
PROMPTS = 1024
"""Prompts that a score is taken on, at least: a share is never taken as nearer to 0 or 1 than half a prompt."""
LEAST_SD = 0.05
"""Neither the logarithm of a steepness nor a gain in logits is known better than this from one run."""


def by_base(found: Found) -> tuple[float, float]:
    """Seeds of a base first, then the bases: seeds repeat a base, and bases differ for reasons of their own."""
    bases = dict.fromkeys(base for base, *_ in found)
    means = [pooled(*zip(*((v, e) for b, v, e in found if b == base), strict=True)) for base in bases]
    return pooled(*zip(*means, strict=True))


def log_steepness(law: Sigmoid) -> tuple[float, float]:
    """Ln steepness of a run's curve and its standard error."""
    return math.log(law.steepness), max(law.errors[2] / law.steepness, LEAST_SD)


def gain(law: Sigmoid) -> tuple[float, float]:
    """Gain from the start to the ceiling of a run's curve in logits, and its standard error.

    The ceiling's error is the fit's, and the start's is that of a share of `PROMPTS` answers.
    """
    start, ceiling = (float(np.clip(share, 0.5 / PROMPTS, 1 - 0.5 / PROMPTS)) for share in (law.start, law.ceiling))
    error = math.hypot(law.errors[0] / (ceiling * (1 - ceiling)), (PROMPTS * start * (1 - start)) ** -0.5)
    return float(logit(ceiling) - logit(start)), max(error, LEAST_SD)


def _steepness(lever: Lever, found: Found, flop: float) -> Reading:
    """Steepness of the mixture at the frontier, as far as single tasks of small runs tell it."""
    single, error = by_base(found)
    value = single + math.log(lever.prior.median / SINGLE_TASK)
    far = mapping.to_the_frontier(flop)
    return Reading(
        value, error, math.hypot(MIXTURE_SD, far),
        f"{math.exp(single):.2f} on one task is {math.exp(value):.2f} on a mixture",
        f"measured {math.exp(single):.2f} on one task; discrepancy of ln steepness {MIXTURE_SD:.2f} to a mixture of "
        f"tasks and {far:.2f} to the frontier",
    )  # fmt: skip


def _ceiling(lever: Lever, found: Found, flop: float) -> Reading:
    """Gain at the ceiling in ECI points; one with no detectable difference from zero counts as its own error."""
    logits, error = by_base(found)
    logits = max(logits, error)
    value, far = math.log(POINTS_PER_LOGIT * logits), mapping.to_the_frontier(flop)
    return Reading(
        value, error / logits, math.hypot(CEILING_SD, far),
        f"{logits:.2f} logits are {math.exp(value):.1f} {lever.unit}",
        f"measured {logits:.2f} logits at {POINTS_PER_LOGIT:g} {lever.unit} each; discrepancy of ln gain "
        f"{CEILING_SD:.2f} from a toy task to the index and {far:.2f} to the frontier",
    )  # fmt: skip


LEVERS: dict[str, tuple[Read, Combine]] = {"rl_steepness": (log_steepness, _steepness), "rl_ceiling": (gain, _ceiling)}
"""What the curves tell, by the lever's name: how a run's curve is read, and what the runs together say of the prior."""


def update(lever: Lever, runs: Rows) -> tuple[Update, Shift | None]:
    """A prior about reinforcement and what the curves of runs add to it.

    Args:
        lever: one of `LEVERS`.
        runs: rows of reinforcement runs with their sigmoids; one whose curve is not there or not determined is ignored.

    Returns:
        the update, and the shift that the simulator's parameter gets.
    """
    read, combine = LEVERS[lever.name]
    laws = [(str(run["base"]), law) for run in runs if (law := curves.stored(run)) is not None and law.determined]
    if not laws:
        why = "no run has a curve that determines it" if runs else mapping.NOT_MEASURED
        return mapping.unmeasured(lever, lever.prior, why), None
    flop = max(run["flop"][-1] for run in runs)
    reading = combine(lever, [(base, *read(law)) for base, law in laws], flop)
    row, shift = mapping.read_update(lever, reading)
    return row.model_copy(update={"note": f"{row.note}; {len(laws)} of {len(runs)} runs have a curve"}), shift
