"""What a visitor of the app waits for, on the workers of a server: new settings, analyses, and both at once.

    python -m benchmarks.answers

Wall time, since that is what a person waits for; run it on a quiet machine with as many processors as the server has.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable

from benchmarks.report import line
from scenarios import BASELINE, load
from scenarios.schema import Scenario
from sim.ui.assumptions import frames as assumptions
from sim.ui.evidence import cached as evidence
from sim.ui.shared import changes, common, drivers, workers
from sim.ui.shared.setup import Judge

NINE = {
    "enforcement": 5.0, "openness": 20.0, "cloud_rule": 90.0, "tool_controls": 80.0, "hbm_controls": 80.0,
    "us_power": 120.0, "china_power": 80.0, "licence_quota": 10.0, "china_talent": 30.0,
}  # fmt: skip
"""Nine levers away from where they stand."""


def walled(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def new_settings() -> list[float]:
    """Seconds for single settings that nobody has tried, one after the other."""
    base = load(BASELINE)
    return [walled(lambda n=n: common.view(base.with_levers(enforcement=2 + n / 100))) for n in range(15)]


def beside(work: Callable[[], object]) -> tuple[float, list[float]]:
    """Seconds of somebody's work, and of the settings that another visitor tries meanwhile."""
    base, times, done = load(BASELINE), list[float](), list[float]()
    thread = threading.Thread(target=lambda: done.append(walled(work)))
    thread.start()
    number = 0
    while thread.is_alive():
        number += 1
        spec = base.with_levers(enforcement=4 + number / 100, openness=51)
        times.append(walled(lambda spec=spec: common.view(spec)))
        time.sleep(0.2)
    return done[0], times


def main() -> None:
    """Measure and print."""
    base, judge = load(BASELINE), Judge()
    line("processors, workers, load average", f"{os.cpu_count()}, {workers.number()}, {os.getloadavg()[0]:.1f}")
    line("workers ready", f"{walled(lambda: common.view(base.with_levers(openness=49))):.2f} s")
    common.views([base.with_levers(openness=n) for n in (47, 48)])  # and both of them warm
    times = new_settings()
    line("a new setting", f"median {1000 * statistics.median(times):.0f}, worst {1000 * max(times):.0f} ms")
    cells = [base.with_levers(openness=n, cloud_rule=n) for n in (21, 22, 23)]
    line("three more, the cells of a 2x2", f"{walled(lambda: common.views(cells)):.2f} s")
    line("the library's answers from disk", f"{walled(common.take_stored):.2f} s")

    def change(spec: Scenario) -> None:
        changes.prices(spec, judge)
        changes.flipping(spec, judge)

    line("what would change the answer", f"{walled(lambda: change(base)):.1f} s")
    nine = walled(lambda: drivers.divided(base, base.with_levers(**NINE), judge, "lever"))
    line("attribution of nine parts", f"{nine:.1f} s")
    _, meanwhile = beside(lambda: change(base.with_levers(openness=45)))
    longer = statistics.median(meanwhile) - statistics.median(times)
    line("a new setting while somebody else's analysis runs", f"median {longer:+.2f}, worst {max(meanwhile):.2f} s")
    fixed = base.with_changes(parameters={"diffusion": 0.5})

    def fix() -> None:
        common.view(fixed)
        assumptions.standing(fixed, judge, 2 * common.futures(), common.analysts())

    line("fixing an assumption", f"{walled(fix):.1f} s")
    line("today's run beside other people's numbers", f"{walled(evidence.today):.1f} s")


if __name__ == "__main__":
    main()
