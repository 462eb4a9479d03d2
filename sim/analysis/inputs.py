"""The uncertain inputs of a scenario as independent dimensions: what an analysis of variance can vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri

from scenarios.errors import unknown
from scenarios.parameters import parameters
from scenarios.quantities import Fixed
from scenarios.schema import Scenario
from sim.ensemble import parameter_table, posterior_draws
from sim.ensemble.draws import distributions
from sim.ensemble.rng import SOBOL_DIMENSIONS, Array
from sim.short import Short

LUCK = "luck"
"""Name of chance as an input: all named streams of random numbers together."""


@dataclass(frozen=True, repr=False)
class Inputs(Short):
    """Uncertain parameters of a scenario by Sobol column, and chance.

    Two parameters that are drawn on one column are one input, which has the name of the first.
    """

    spec: Scenario
    columns: tuple[int, ...]
    """Column of every input but luck."""
    names: tuple[str, ...]
    """Name of every input, luck last where chance is on."""

    @property
    def with_luck(self) -> bool:
        """Whether chance is one of them."""
        return self.names[-1:] == (LUCK,)

    @property
    def labels(self) -> tuple[str, ...]:
        """What they are called where people read them."""
        known = {row["name"]: str(row["label"]) for row in parameter_table.rows(self.spec)}
        return tuple("Chance, all of it" if name == LUCK else known[name] for name in self.names)

    def scores(self, u: Array) -> Array:
        """Normal scores of all Sobol columns at uniforms of the inputs.

        A column that history has weighed has the marginal distribution of the shipped draws, without what they say
        about other columns; any other has its prior. What is no input stands at its median.

        Args:
            u: (inputs without luck, n), strictly inside (0, 1).

        Returns:
            (Sobol columns, n).
        """
        z = np.zeros((SOBOL_DIMENSIONS, u.shape[1]))
        shipped = _marginals(self.spec)
        for column, ordered in shipped.items():
            z[column] = np.median(ordered)
        for column, row in zip(self.columns, u, strict=True):
            z[column] = _quantile(shipped[column], row) if column in shipped else ndtri(row)
        return z


def inputs_of(spec: Scenario, only: Sequence[str] = ()) -> Inputs:
    """The inputs of a scenario; fixed parameters are none.

    Args:
        spec: the scenario.
        only: some of their names (luck is always among the inputs where chance is on); by default all.

    Raises:
        InputError: for an unknown name.
    """
    by_column: dict[int, str] = {}
    for name, (column, distribution) in distributions(spec).items():
        if not isinstance(distribution, Fixed):
            by_column.setdefault(column, name)
    for name in only:
        if name not in (*by_column.values(), LUCK):
            raise unknown("input", name, [*by_column.values(), LUCK])
    kept = {column: name for column, name in by_column.items() if not only or name in only}
    luck = (LUCK,) if spec.switches.luck else ()
    return Inputs(spec, tuple(kept), (*kept.values(), *luck))


def _marginals(spec: Scenario) -> dict[int, Array]:
    """Sorted scores of the shipped draws by column, where the scenario is weighed by history and has no own choice."""
    if spec.weighting == "none":
        return {}
    own = {parameters()[name].dim for name in spec.parameters}
    return {column: row for column, row in _ordered(spec.data_until).items() if column not in own}


@cache
def _ordered(data_until: str) -> dict[int, Array]:
    shipped = posterior_draws.weighed(data_until)
    return dict(zip(shipped.columns, np.sort(shipped.scores, axis=1), strict=True))


def _quantile(ordered: Array, u: Array) -> Array:
    return np.asarray(np.interp(u, (np.arange(ordered.size) + 0.5) / ordered.size, ordered))
