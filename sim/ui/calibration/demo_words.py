"""What the demo's charts say: a title that is the finding so far, and one sentence on how to read it."""

from __future__ import annotations

from calibration.demo_state import HALF, Demo

GIGA = 1e9
MARKED = " Gray: the recorded run."

Words = tuple[str, str]
"""A title, and the sentence below it."""


def curves(found: Demo, marked: bool) -> Words:
    """On the loss curves."""
    done = len(found.of("model"))
    title = "Larger models learn more from the same text" if done > 1 else "Each model learns to predict the next byte"
    said = (
        "Training loss in nats per byte (lower is better) by training compute in billion FLOP, both on log axes; a "
        "model is named by its blocks × width."
    )
    return title, said + MARKED * marked


def losses(found: Demo, marked: bool) -> Words:
    """On the final losses."""
    line = found.line("parameters")
    if line is None:
        title = "Four final losses will lie close to a line"
    else:
        title = f"Each doubling of the model cuts the loss by {1 - 2**line.slope:.1%}"
    said = (
        "Loss on text held back, in nats per byte, by thousand parameters; on log axes a power law is a straight line."
    )
    return title, said + MARKED * marked


def roofline(found: Demo, marked: bool) -> Words:
    """On the roofline."""
    roof, ridge = found.one("roofline"), found.ridge
    if roof is None:
        title = "What this processor can do"
    else:
        title = (
            f"One core: {roof['compute_flops'] / GIGA:.0f} billion FLOP a second, "
            f"{roof['bandwidth'] / GIGA:.0f} GB a second from memory"
        )
    where = f"left of {ridge:.1f}" if ridge is not None else "on the left"
    said = (
        f"Billion FLOP a second by FLOP per byte read, log axes: {where} memory sets the limit, as when a model "
        "writes an answer; right of it arithmetic does, as in training. Dots: measured matrix products."
    )
    return title, said + MARKED * marked


def reinforcement(found: Demo, marked: bool) -> Words:
    """On the reinforcement run."""
    rows = found.of("point")
    if len(rows) < 2:
        title = "Can a model get better from its own answers alone?"
    elif found.crossing is not None:
        title = f"Practice takes the model from {rows[0]['passed']:.0%} to {rows[-1]['passed']:.0%} right answers"
    else:
        title = f"{rows[-1]['passed']:.0%} right answers so far; the mark is {HALF:.0%}"
    said = (
        "Reinforcement learning: share of puzzles solved (close the open brackets), by compute in billion FLOP; only a "
        "whole right answer is rewarded."
    )
    return title, said + MARKED * marked


def progress(found: Demo, stored: Demo) -> str:
    """How far a live run is: what it does, since when, and how long a run takes that has a core for itself."""
    return f"{found.doing}: {found.at:.0f} seconds so far, of about {length(stored):.0f} on a free core"


def length(found: Demo) -> float:
    """Seconds of one core that a run took, without the seeds that were added to it."""
    end = found.one("finished")
    assert end is not None
    return float(end["processor_seconds"])
