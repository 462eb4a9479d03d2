"""What the analyses cost, in process time."""

from __future__ import annotations

import time

from benchmarks.report import line, span, timed

INPUTS = 40


def sobol() -> None:
    """First-order and total indices of the lead at 2030 with N = 1,024: with 40 inputs, and with all of them."""
    from scenarios import load
    from sim.analysis.inputs import LUCK, inputs_of
    from sim.analysis.sobol import sobol
    from sim.results.outcomes.scalar import parse

    spec, lead = load("current_policy"), [parse("lead_months@2030")]
    everything = [name for name in inputs_of(spec).names if name != LUCK]
    for only in (everything[: INPUTS - 1], everything):  # and chance
        times = timed(lambda only=only: sobol(spec, lead, samples=1024, only=only), 3)
        runs = 1024 * (len(only) + 3)
        line(f"Sobol indices, {len(only) + 1} inputs, N = 1,024 ({runs:,} futures)", span(times))


def prices() -> None:
    """The price list of all levers at 1,024 futures."""
    from scenarios import load
    from sim.analysis.prices import price_list

    start = time.process_time()
    listed = price_list(load("current_policy"))
    line(f"price list, {len(listed.prices)} rows at {listed.runs:,} futures", f"{time.process_time() - start:.1f} s")


if __name__ == "__main__":
    sobol()
    prices()
