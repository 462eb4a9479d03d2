"""How long a US lead lasts in a setting, with and without research feedback: simulated once for all pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from scenarios.schema import Scenario
from sim.analysis.durable import AT, YEARS, Lasting, durable
from sim.batch.evaluate import Progress
from sim.results.outcomes.polarity import MONTHS
from sim.ui.shared import common

_WHAT = "durable"


def known(spec: Scenario) -> bool:
    """Whether somebody has asked before."""
    return common.has(_WHAT, (spec,), common.futures(), common.SEED)


def of(spec: Scenario, waiting: Callable[[], AbstractContextManager[Progress | None]] = nullcontext) -> Lasting:
    """How a US lead of a setting lasts, as `polarity policies durable` counts it.

    Args:
        spec: the setting.
        waiting: draws the progress while it is simulated; nothing by default.
    """
    runs = common.futures()

    def make(bare: Scenario) -> Lasting:
        with waiting() as progress:
            return durable([bare], runs=runs, seed=common.SEED, executor=common.analysts(), progress=progress).rows[0]

    return common.remembered(_WHAT, make, (spec,), runs, common.SEED)


def said(row: Lasting, label: str) -> str:
    """How many leads last, in one or two sentences; the label names the setting after `under`."""
    fed, unfed, both = row.kept(True), row.kept(False), row.measured().get("kept")
    if fed is None or unfed is None or both is None or not (row.enough(True) and row.enough(False)):
        return f"Under {label}, too few futures have a US lead of {MONTHS:g} months or more at the end of {AT}."
    text = (
        f"Under {label}, {100 * fed:.0f} of 100 US leads of {MONTHS:g} months or more at the end of {AT} are that long "
        f"at the end of {AT + YEARS} too, and {100 * unfed:.0f} without feedback."
    )
    if not both.difference.is_clear:
        return f"{text} In futures with such a lead either way, feedback makes no detectable difference to that."
    change = 100 * both.difference.mean
    more = f"{abs(change):.1f} {'more' if change > 0 else 'fewer'} of 100"
    return f"{text} In futures with such a lead either way, feedback keeps {more}."
