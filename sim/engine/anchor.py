"""Tying points of scale to the record: the offset that makes them ECI, and what is left at the edge of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.rows import BOTH
from sim.ensemble.rng import Array

ANCHOR_FROM = 1
"""First step whose US frontier counts for the offset (2023-Q1: GPT-4, the first frontier with many benchmarks)."""


@dataclass(frozen=True)
class Anchor:
    """How a member's points are tied to the record."""

    offset: Array
    """(R,) added to points of scale to give ECI: the mean over the record of the US frontier."""
    residual: Array
    """(A, R) what is left at the edge of the data, for the two superpowers."""
    path: Array
    """(data quarters, R) the offset that follows the record, for what feeds back during it."""

    def among(self, actors: int) -> Anchor:
        """The same in a counterfactual roster of so many actors: the two superpowers stand first in every one."""
        residual = np.zeros((actors, self.residual.shape[-1]))
        residual[BOTH] = self.residual[BOTH]
        return Anchor(self.offset, residual, self.path)


def at_edge(latent: Array, offsets: Array, frontier: Array) -> Anchor:
    """The anchor of a factual history that has just reached the edge of its data.

    Args:
        latent: (A, R) points of scale at the edge.
        offsets: (data quarters, R) offset by quarter.
        frontier: (2, data quarters) observed capability of the two superpowers, ECI.
    """
    offset = offsets[min(ANCHOR_FROM, len(offsets) - 1) :].mean(axis=0)
    residual = np.zeros_like(latent)
    residual[BOTH] = frontier[:, -1][:, None] - (latent[BOTH] + offset)
    return Anchor(offset, residual, offsets.copy())


def swing(before: Array, surprise: Array, sd: Array, memory: Array) -> Array:
    """The unexplained swing of the frontier after a quarter: a first-order autoregression, (A, R).

    Args:
        before: (A, R) the swing of the last quarter.
        surprise: (A, R) standard normals.
        sd: (R,) standard deviation of swings, ECI points.
        memory: (R,) quarters over which a swing fades.
    """
    kept = np.exp(-1.0 / memory)
    return np.asarray(kept * before + sd * np.sqrt(1 - kept * kept) * surprise)


def tied(latent: Array, anchor: Anchor, since: int, memory: Array) -> Array:
    """ECI of points of scale `since` quarters after the edge of the data, swings apart, (A, R)."""
    fading = anchor.residual * np.exp(-since / memory)
    return np.asarray(latent + anchor.offset + fading)


def history(points: Array, anchor: Anchor, memory: Array) -> Array:
    """The history of capability with the member's one offset, (data quarters, A, R): the model and not the record."""
    since = len(points) - 1 - np.arange(len(points))
    fading = np.exp(-since[:, None] / memory)
    return np.asarray(points + anchor.offset + anchor.residual * fading[:, None, :])
