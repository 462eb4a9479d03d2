"""From chips to usable compute: two equivalents per chip class, for training and for decoding."""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws, own_fraction
from sim.ensemble.rng import Array
from sim.equations.chips import CHINESE, CLASSES, Catalogue

H100 = CLASSES.index("H100")
LINK_WHOLE, LINK_TAKEN, LINK_BINDS = 900.0, 500.0, 8_000.0
"""Scale-up link of an H100 (GB/s), what the largest cut took off it (H800: 400), and the TPP from which it binds."""
LINK_PENALTY = 0.15
"""Largest loss of training throughput from a halved scale-up link; judgment, overlapped communication hides most."""
EIGHT_BIT_MOST, EIGHT_BIT_MIDDLE, EIGHT_BIT_WIDTH = 0.8, 2027.0, 0.7
"""Largest share of training in 8 bits, the year of half of it, and the width of the change; judgment.

DeepSeek-V3 (arXiv 2412.19437) trained in FP8; chips from Rubin on are built for low precision.
"""
MATURITY_GROWTH = 0.05
"""Yearly rise of Chinese software maturity toward 1; judgment."""
BREAKTHROUGH_SOFTWARE = 0.15
"""What a fab breakthrough of size 1 adds to the maturity of software, as a share of it; judgment."""
MATURITY_FROM = 2026.0
"""Year at whose start the maturity parameter is stated."""


def eight_bit_share(year: float) -> float:
    """Share of training work in 8 bits: none before DeepSeek-V3 showed it at scale (December 2024), most by 2030."""
    return float(EIGHT_BIT_MOST / (1 + np.exp((EIGHT_BIT_MIDDLE - year) / EIGHT_BIT_WIDTH)))


def reachable(quantity: str, p: Draws) -> Array:
    """Reachable fraction of peak `compute` or `bandwidth` by class, `(classes, runs)`.

    A class that was measured itself has its own; any other goes by its maker.
    """
    usual = {maker: getattr(p, f"{quantity}_fraction_{maker}") for maker in ("nvidia", "other")}
    makers = {name: "other" if name in CHINESE or name == "CUSTOM" else "nvidia" for name in CLASSES}
    return np.stack([getattr(p, own_fraction(quantity, name), usual[makers[name]]) for name in CLASSES])


def train_equivalents(chips: Catalogue, p: Draws) -> tuple[Array, Array]:
    """H100 equivalents per chip for training (pretraining, updates, experiments), in BF16 and in 8 bits.

    Compute-bound work: dense peak times the reachable fraction, less a loss where the link was cut. Both have shape
    `(classes, runs)` and are relative to an H100 in the same precision.
    """
    link = 1 - LINK_PENALTY * np.clip((LINK_WHOLE - chips.link) / LINK_TAKEN, 0, 1) * (chips.tpp > LINK_BINDS)
    reached = reachable("compute", p)
    fraction = reached / reached[H100]
    return fraction * (chips.bf16 * link)[:, None], fraction * (chips.h100e * link)[:, None]


def decode_equivalent(chips: Catalogue, p: Draws) -> Array:
    """H100 equivalents per chip for decoding (serving, RL rollouts), shape `(classes, runs)`.

    Roofline: the smaller of 8-bit compute and memory bandwidth times the reachable intensity.
    """
    compute_bound = reachable("compute", p) * chips.fp8_tflops[:, None]
    memory_bound = reachable("bandwidth", p) * chips.bandwidth[:, None] * p.decode_intensity
    rate = np.minimum(compute_bound, memory_bound)
    return rate / rate[H100]


def maturity(p: Draws, year: float, breakthrough: float) -> Array:
    """Usable share of Chinese chips' reachable peak from software, shape `(runs,)`; a breakthrough adds to it."""
    grown = p.ascend_maturity * (1 + MATURITY_GROWTH) ** max(year - MATURITY_FROM, -4.0)
    return np.minimum(grown * (1 + BREAKTHROUGH_SOFTWARE * min(breakthrough, 2.0)), 1.0)
