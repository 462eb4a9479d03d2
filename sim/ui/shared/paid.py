"""What the settings of a reader cost whom: the costs of the policy, in whatever world it stands."""

from __future__ import annotations

from dataclasses import dataclass

from sim.results.costs import Cost, reference_of
from sim.ui.shared import common, costs
from sim.ui.shared.setup import Setup


@dataclass(frozen=True)
class Paid:
    """Costs of the year that counts, the largest first."""

    costs: tuple[Cost, ...]
    against: str
    """What they are counted against, as it stands after `against`."""
    sentence: str
    """The largest of them in words."""


def paid(now: Setup) -> Paid:
    """The costs of a setup.

    Under what ifs a policy is counted against the baseline in the same world: what the world costs is not its doing.

    Raises:
        InputError: where the settings or the reference cannot be simulated.
    """
    spec, year = now.spec, now.judge.year
    in_its_world = bool(now.worlds) and not now.is_baseline
    usual = now.base if in_its_world else reference_of(spec)
    found = common.costs_of(spec, year, usual if in_its_world else None)
    against = now.reference if in_its_world else costs.against(usual)
    told = costs.sentence(found, costs.acting(spec, usual), year, against, costs.labels(spec))
    return Paid(found, against, told)
