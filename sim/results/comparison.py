"""Two scenarios with the same random draws: what the difference in policy does, member by member."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError, shown
from sim.checks import checked
from sim.ensemble import posterior_draws
from sim.ensemble.rng import Array
from sim.results.outcomes import polarity, scalar
from sim.results.outcomes.asked import Asked, outcome_of
from sim.results.paired import paired, paired_share
from sim.results.run import Run
from sim.results.summary import quantiles
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl
    import xarray as xr


@dataclass(frozen=True)
class Effect:
    """A paired difference, second scenario less first, at the end of a year."""

    name: str
    year: int
    p05: float | None
    p50: float
    p95: float | None
    """Quantiles of the difference over futures: how unlike the effect is from future to future."""
    mean: float
    mean_low: float | None
    mean_high: float | None
    """Mean effect and its 90% interval from the number of futures: how well the mean is known. One future has none."""


@dataclass(frozen=True, repr=False)
class Comparison(Short):
    """Two runs with the same seed and members."""

    first: Run
    second: Run

    def __post_init__(self) -> None:
        for name in ("seed", "runs", "first", "until"):
            one, two = getattr(self.first, name), getattr(self.second, name)
            if one != two:
                raise InputError(f"the runs do not share their dice: {name} is {one} and {two}")

    def _facts(self) -> dict[str, Any]:
        lead = self.effect("lead_months")
        span = "" if lead.mean_low is None else f" ({lead.mean_low:.2f} to {lead.mean_high:.2f})"
        return {
            "first": self.first.spec.name, "second": self.second.spec.name,
            "futures": f"{self.first.runs:,}, the same random draws: seed {self.first.seed}",
            f"lead at the end of {self.first.until}, second less first": f"{lead.mean:.2f} months{span} on average",
            **{f"note {number}": note for number, note in enumerate(self.notes, start=1)},
        }  # fmt: skip

    @cached_property
    def notes(self) -> list[str]:
        """What else the two runs differ in than what they ask: a sentence each."""
        one, two = self.first.spec, self.second.spec
        found = []
        if one.data_until != two.data_until:
            found.append(
                f"{one.name} knows data to {one.data_until} and {two.name} to {two.data_until}: part of the difference "
                "is what was known, not what was done."
            )
        if one.weighting != two.weighting:
            found.append(
                f"{one.name} draws its parameters {_DRAWN[one.weighting]} and {two.name} {_DRAWN[two.weighting]}: "
                "future by future they have other parameters."
            )
        elif posterior_draws.digest(one) != posterior_draws.digest(two):
            found.append("The two have other history draws: future by future they have other parameters.")
        if one.calibration != two.calibration:
            found.append(
                f"{one.name} uses the calibration {one.calibration} and {two.name} {two.calibration}: their hardware "
                "and training differ too."
            )
        if self.first.held_as != self.second.held_as:
            held, free = ("first", "second") if self.first.held_as else ("second", "first")
            said = "held otherwise" if self.first.held_as and self.second.held_as else "taken by the actors"
            found.append(f"Decisions are held in the {held}, and {said} in the {free}.")
        return [*found, *self._other_actors()]

    def _other_actors(self) -> Iterator[str]:
        """A sentence for every seat that different actors hold."""
        for actor in dict.fromkeys([*self.first.agents, *self.second.agents]):
            one, two = (run.agents.get(actor, "the usual actor") for run in (self.first, self.second))
            if one != two:
                yield f"The seat of {actor} is held by {one} in the first and by {two} in the second."

    @checked
    def difference(self, name: Asked, year: int) -> Array:
        """Second less first at the end of a year, `(runs,)`, by NAME or NAME.part; flows are summed over the year.

        Args:
            name: the series or outcome; an `Outcome` or a function of a run has its own date.
            year: the year.

        Raises:
            InputError: for an outcome that has no difference in every future: a class, or what may not exist.
        """
        if isinstance(name, str):
            asked = scalar.parse(f"{name}@{year}", self.first.actors, self.first.until)
        else:
            asked = outcome_of(name)
        scalar.numbers_only([asked])
        return asked.of(self.second) - asked.of(self.first)

    @checked
    def effect(self, name: Asked = "lead_months", year: int | None = None) -> Effect:
        """The paired effect on a series at the end of a year (the horizon by default), with its interval.

        Raises:
            InputError: as `difference`, and for a year beside an outcome that has its own date.
        """
        if year is not None and not isinstance(name, str):
            raise InputError(f"year is {year}, and {outcome_of(name)} has its own date; leave the year out")
        year = self.first.until if year is None else year
        d = paired(self.difference(name, year))
        called = name if isinstance(name, str) else str(outcome_of(name))
        return Effect(called, year, d.p05, d.p50, d.p95, d.mean, d.low, d.high)

    @cached_property
    def _codes(self) -> tuple[Array, Array]:
        return polarity.at_year(self.first, self.first.until), polarity.at_year(self.second, self.second.until)

    def outcome_changes(self) -> dict[str, dict[str, Any]]:
        """Change of the share of each outcome class at the horizon, with its paired 90% interval (None of one)."""
        one, two = self._codes
        same = self.first.digest() == self.second.digest()
        result = {}
        for i, name in enumerate(polarity.CLASSES):
            d = paired_share(one == i, two == i, same)
            result[name] = {"change": d.mean, "low": d.low, "high": d.high}
        return result

    def summary(self) -> dict[str, Any]:
        """The comparison as plain numbers: what `polarity compare --json` prints for a pair."""
        years = [y for y in (2027, 2028, 2030, self.first.until) if y <= self.first.until]
        names = ("lead_months", "lead_months_backward", "gap_eci", "compute_train.united_states",
                 "compute_train.china", "flows_china.legal", "flows_china.domestic", "flows_china.diverted",
                 "flows_china.offshore")  # fmt: skip
        return {
            "first": self.first.spec.name, "second": self.second.spec.name, "seed": self.first.seed,
            "runs": self.first.runs, "horizon": self.first.until, "notes": self.notes,
            "outcomes": {"first": self.first.outcome_shares(), "second": self.second.outcome_shares()},
            "outcome_changes": self.outcome_changes(),
            "effects": {name: {str(y): {**quantiles(self.difference(name, y)), **_mean(self.effect(name, y))}
                               for y in sorted(set(years))} for name in names},
        }  # fmt: skip

    @checked
    def frame(self, name: str = "lead_months") -> pl.DataFrame:
        """Effects at every year end as a polars frame: name, year, its last quarter, and the fields of `Effect`."""
        import polars as pl

        rows = [vars(self.effect(name, year)) for year in range(2022, self.first.until + 1)]
        frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(("p05", "p95", "mean_low", "mean_high"), pl.Float64))
        return frame.insert_column(2, pl.Series("quarter", [f"{year}-Q4" for year in frame["year"]]))

    @checked
    def to_xarray(self, names: Sequence[str] | None = None) -> xr.Dataset:
        """Both runs as one dataset of xarray, along a dimension `run` (`first`, `second`), like `Run.to_xarray`.

        What only one of them has, such as an actor that a scenario adds, is NaN in the other.

        Args:
            names: some series; by default all.

        Raises:
            InputError: as `Run.to_xarray`.
        """
        from sim.results.labeled import side_by_side

        return side_by_side(self._sides(), names)

    @checked
    def save(self, folder: Path | str) -> Path:
        """Write both runs with all their quarters, and a file that names the two, whose path is returned."""
        folder = Path(folder)
        names = {side: run.save(folder, quarters=True).name for side, run in self._sides().items()}
        path = folder / f"{'-against-'.join(name.removesuffix('-quarters.parquet') for name in names.values())}.json"
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps({KIND: FORMAT, **names}, indent=2) + "\n", encoding="utf-8")
        partial.replace(path)
        return path

    @classmethod
    @checked
    def load(cls, path: Path | str) -> Comparison:
        """A comparison from the file that `save` wrote, equal to the one that was saved.

        Custom actors come back by name, without their code, as with `Run.load`.

        Raises:
            InputError: for a file that is no comparison, and for runs that are missing, damaged or of another version.
        """
        path = Path(path)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            version, names = found[KIND], [str(found[side]) for side in ("first", "second")]
        except FileNotFoundError as error:
            raise InputError(f"{path}: there is no such file; give one that comparison.save(FOLDER) wrote") from error
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError(
                f"{path}: is no comparison, or damaged; give the .json file that comparison.save(FOLDER) wrote"
            ) from error
        if version != FORMAT:
            raise InputError(f"{path}: has format {shown(version)} and this version reads {FORMAT}; compare again")
        return cls(*(Run.load(path.parent / name) for name in names))

    def _sides(self) -> dict[str, Run]:
        return {"first": self.first, "second": self.second}


KIND, FORMAT = "polarity_comparison", 1
"""What says that a file names two compared runs, and in which form."""
_DRAWN = {"history": "from the draws that fit the past", "none": "from the priors alone"}
"""How a weighting draws parameters, as it stands inside a sentence."""


def _mean(effect: Effect) -> dict[str, float | None]:
    found = {name: getattr(effect, name) for name in ("mean", "mean_low", "mean_high")}
    return {name: None if value is None else float(f"{value:.6g}") for name, value in found.items()}
