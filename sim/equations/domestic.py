"""China's own chips: limited by logic wafers, by memory and by assembly, whichever is smallest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.superpower import PUSH_TODAY
from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array
from sim.equations import growth as fading

LATE_GROWTH = 1.25
"""Growth of Chinese capacity in the long run, times a year; judgment: the pace of world hardware spending."""
FADE_YEARS = 3.5
"""Years over which growth fades to the late pace; judgment."""
BANK_DRAW, STOCK_DRAW = 0.12, 0.25
"""Largest share of the die bank and of the memory stockpile used in a quarter; judgment."""
TOOLS_TODAY, MEMORY_TODAY = 0.6, 0.6
"""The settings at which the growth parameters are stated."""
STEEPEST_FALL = -0.2
"""Lowest yearly growth of a capacity, as a logarithm: wear without spare parts; judgment."""
CONTROLS_SLOW, PUSH_SPEEDS = 1.1, 0.7
"""What full controls take off the growth of a capacity and what a full push adds, against today's; judgment."""
SLOWEST, FASTEST = 0.05, 2.5
"""Bounds of growth against today's: something grows under any control, and money cannot hurry fabs beyond this."""
FASTEST_FABS, FASTEST_FABS_LATE = 2.6, 1.47
"""Growth of capacity that money cannot hurry further, times a year, now and late; judgment."""
TOOLS_FOR_MEMORY = 0.5
"""Weight of tool controls in what slows memory; the rest is controls on memory itself; judgment."""
ASSEMBLY_GROWTH = 2.4
"""First-year growth of assembly, times; judgment: packaging is not what limits China."""
FREE_MEMORY, FREE_MEMORY_GROWTH, FREE_MEMORY_STATED = 400.0, 1.3, 2026.0
"""Memory that no controls would let in, thousand 910C equivalents a quarter when stated, and its growth, times a year.

The stockpile of the last free year (about 1.6 million equivalents, SemiAnalysis) shows what China would buy.
"""


@dataclass
class Capacity:
    """State of Chinese supply, each `(runs,)`, in thousand 910C equivalents (a quarter, or in stock)."""

    logic: Array
    memory: Array
    assembly: Array
    die_bank: Array
    memory_stock: Array
    logic_apart: Array | float = 1.0
    memory_apart: Array | float = 1.0
    """Capacity against the record, where a history goes otherwise: 1 along the record."""


@dataclass(frozen=True)
class Settings:
    """What the growth of Chinese capacity answers to: controls on tools and memory, and the push (0 to 1)."""

    tools: Array | float
    memory: Array | float
    push: Array | float


def growth(first: Array, year: float, brake: Array | float, pull: Array | float = 0.0) -> Array:
    """Quarterly growth factor of a capacity: the first-year growth fades to the late pace, less a brake on both.

    Args:
        first: growth of the first year, times.
        year: decimal year at the end of the quarter.
        brake: what controls and the push make of growth.
        pull: yearly growth, in logs, that what chips earn above their cost adds.
    """
    yearly = fading.yearly(first, LATE_GROWTH, year, FADE_YEARS)
    most = fading.yearly(FASTEST_FABS, FASTEST_FABS_LATE, year, FADE_YEARS)
    return np.exp(np.clip(yearly * brake + pull, STEEPEST_FALL, np.maximum(most, yearly * brake)) / 4)


def brake(control: Array | float, today: float, push: Array | float) -> Array | float:
    """What controls and the domestic push make of growth: 1 at today's settings."""
    return np.clip(1.0 - CONTROLS_SLOW * (control - today) + PUSH_SPEEDS * (push - PUSH_TODAY), SLOWEST, FASTEST)


def advance(
    c: Capacity, p: Draws, year: float, tools: Array, memory: Array | float, push: Array, boost: float, rent: Array
) -> None:
    """Let capacities grow by a quarter.

    Args:
        c: state, changed in place.
        p: parameters.
        year: decimal year at the end of the quarter.
        tools: effective tool controls (0 to 1), after allies' leaks, `(runs,)`.
        memory: memory controls (0 to 1).
        push: domestic push (0 to 1).
        boost: growth factor of logic from a fab breakthrough this quarter.
        rent: what Chinese chips earn above their cost, in logs, against the usual.
    """
    pull = p.fab_response * rent
    slowing = TOOLS_FOR_MEMORY * tools + (1 - TOOLS_FOR_MEMORY) * memory
    c.logic = c.logic * growth(p.logic_growth, year, brake(tools, TOOLS_TODAY, push), pull) * boost
    c.memory = c.memory * growth(p.hbm_growth, year, brake(slowing, MEMORY_TODAY, push), pull) * boost
    c.assembly = c.assembly * growth(np.full_like(c.logic, ASSEMBLY_GROWTH), year, 1.0) * boost


def depart(c: Capacity, p: Draws, year: float, here: Settings, record: Settings) -> None:
    """Let capacities grow away from the record by a quarter: by what other controls make of their growth.

    Args:
        c: state, changed in place.
        p: parameters.
        year: decimal year at the end of the quarter.
        here: controls and push of this history.
        record: those of the record.
    """
    half = (TOOLS_FOR_MEMORY, 1 - TOOLS_FOR_MEMORY)
    for name, first, share in (("logic", p.logic_growth, (1.0, 0.0)), ("memory", p.hbm_growth, half)):
        today = TOOLS_TODAY if name == "logic" else MEMORY_TODAY
        mine, theirs = (
            growth(first, year, brake(share[0] * s.tools + share[1] * s.memory, today, s.push)) for s in (here, record)
        )
        setattr(c, f"{name}_apart", getattr(c, f"{name}_apart") * (mine / theirs))


def imported_memory(memory_control: Array | float, year: float) -> Array | float:
    """Memory that looser controls would let in, thousand 910C equivalents a quarter."""
    grown = FREE_MEMORY_GROWTH ** max(year - FREE_MEMORY_STATED, 0)
    return FREE_MEMORY * np.maximum(MEMORY_TODAY - memory_control, 0.0) / MEMORY_TODAY * grown


def output(c: Capacity, p: Draws, imported: Array | float, shock: float) -> Array:
    """Chips that can be made this quarter, thousand 910C equivalents; stockpiles are drawn down in place."""
    from_bank, from_stock = BANK_DRAW * c.die_bank, STOCK_DRAW * c.memory_stock
    fresh_logic = c.logic * p.domestic_scale
    fresh_memory = (c.memory * p.domestic_scale + imported) * max(1 + shock, 0.0)
    made = np.minimum(np.minimum(fresh_logic + from_bank, fresh_memory + from_stock), c.assembly * p.domestic_scale)
    c.die_bank = c.die_bank - np.clip(made - fresh_logic, 0, from_bank)
    c.memory_stock = np.maximum(c.memory_stock - np.clip(made - fresh_memory, 0, from_stock), 0)
    return made
