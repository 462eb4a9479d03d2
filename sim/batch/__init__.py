"""Studies: many scenarios, settings and futures, on one machine or a cluster, in files that survive.

    >>> from sim.batch import Plan, run_study
    >>> plan = Plan(name="first", scenarios=["current_policy"], members=256, outcomes=["lead_months@2028"])
    >>> plan.runs
    256

`polarity batch PLAN.yaml --out DIR` does the same from the command line.
"""

from __future__ import annotations

from sim.batch.plan import Plan, read
from sim.batch.run import run_study
from sim.batch.study import Study

__all__ = ["Plan", "Study", "read", "run_study"]
