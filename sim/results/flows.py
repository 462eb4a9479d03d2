"""Where chips go in a year: who makes them, who owns them, where they stand, and who uses them.

Amounts are means over futures, in H100-equivalents, so that parts add up exactly; medians would not. New, seized and
retired chips are flows of the year. Everything else is a stock: what owners had at its start, and at its end what they
own, where it stands and who uses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agents.rows import US
from scenarios.errors import InputError
from sim.checks import checked
from sim.engine.phases.record import CHIPS_OWNED
from sim.ensemble.rng import Array

if TYPE_CHECKING:
    import polars as pl

    from sim.results.run import Run

STAGES = ("owner", "place", "user")
"""What a link leads to: from a source to an owner, from an owner to a place, or from a place to a user."""
BLOCS = ("united_states", "china", "allies", "hubs", "rest_of_world")
"""Places and users."""
SOURCES = ("us_designed", "chinese_made", "earlier", "rerated")
"""Where the chips of owners come from: new ones by maker, those of earlier years, and a change of what they count."""
CHINA_OWNS = ("china_made", "china_smuggled", "china_licensed", "china_earlier")
"""China's chips as owners: the year's new ones by how they came, and those of earlier years."""
ENDS = ("seized", "retired", "rerated", "waiting")
"""Where chips go that nobody uses: the first three in the year, the last at its end."""
FIRST_YEAR = 2023
"""The first whole year of a run."""
SERIES = frozenset({*CHIPS_OWNED, "flows_china", "seized"})
"""What has to be kept of a run for these tables."""
ROUNDING = 1e-6
"""Share of a stock below which a difference is rounding: series are kept in single precision."""
_BY_KIND = {"ally": "allies", "hub": "hubs", "rest": "rest_of_world"}
_WAYS = {"china_made": "domestic", "china_smuggled": "diverted", "china_licensed": "legal"}
"""China's new chips by how they came, and the recorded channel of each."""


class Link(NamedTuple):
    """Chips that go from one node to another."""

    stage: str
    source: str
    target: str
    chips: float
    """H100-equivalents, mean over futures."""

    @property
    def kind(self) -> str:
        """`flow` of the year, or `stock`."""
        new = self.source in ("us_designed", "chinese_made", "rerated")
        return "flow" if self.stage == "owner" and (new or self.target in ENDS) else "stock"


class _Year(NamedTuple):
    """What a run holds on a year: flows of the year and stocks at its end, by actor, (A, runs)."""

    before: Array
    new: Array
    retired: Array
    owned: Array
    running: Array
    us_in: Array
    rented: Array
    china: Mapping[str, float]
    seized: float


@checked
def links(run: Run, years: Sequence[int] | None = None) -> pl.DataFrame:
    """Every link by year: columns year, stage, from, to, kind (flow or stock), h100e (mean over futures).

    Per year, what reaches a node leaves it: an owner's chips stand somewhere or wait for power, and chips with power
    have a user. Links without chips are left out.

    Args:
        run: a run that kept `SERIES`, as every run does by default.
        years: from 2023 to the run's last; all of them by default.

    Raises:
        InputError: for a year outside the run, or a run that lacks a series.
    """
    import polars as pl

    wanted = range(FIRST_YEAR, run.until + 1) if years is None else years
    rows = [(year, link.stage, link.source, link.target, link.kind, link.chips)
            for year in wanted for link in of_year(run, year)]  # fmt: skip
    names = {"year": pl.Int64, "stage": pl.String, "from": pl.String, "to": pl.String, "kind": pl.String,
             "h100e": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row")


@checked
def totals(run: Run, years: Sequence[int] | None = None) -> pl.DataFrame:
    """Every node by year: columns year, stage (`source` or that of its links), node, h100e (mean over futures).

    Raises:
        InputError: as for `links`.
    """
    import polars as pl

    table = links(run, years)
    first = pl.lit("source").alias("stage")
    sources = table.filter(pl.col("stage") == "owner").group_by("year", first, pl.col("from").alias("node"))
    reached = table.group_by("year", "stage", pl.col("to").alias("node"))
    amount = pl.col("h100e").sum()
    return pl.concat([sources.agg(amount), reached.agg(amount)]).sort("year", "stage", "node")


def summary(run: Run) -> dict[str, list[dict[str, str | float]]]:
    """What `polarity run --json` prints: year → links, H100-equivalents to six digits."""
    return {
        str(year): [
            {"stage": link.stage, "from": link.source, "to": link.target, "kind": link.kind,
             "h100e": float(f"{link.chips:.6g}")} for link in of_year(run, year)
        ] for year in range(FIRST_YEAR, run.until + 1)
    }  # fmt: skip


@checked
def of_year(run: Run, year: int) -> tuple[Link, ...]:
    """The links of one year, in the order of stages and nodes.

    Raises:
        InputError: for a year outside the run, or a run that lacks a series.
    """
    if year < FIRST_YEAR:
        raise InputError(f"years is {year}, which is not whole in a run; give {FIRST_YEAR} to {run.until}")
    y, blocs = _read(run, run.step(year)), _blocs(run)
    found = [*_to_owners(y, blocs), *_to_places(y, blocs), *_to_users(y, blocs)]
    return tuple(link for link in found if link.chips > 0)


def _blocs(run: Run) -> list[str]:
    """The bloc of every actor."""
    kinds = {row.actor: row.kind for row in run.spec.roster()}
    return [_BY_KIND.get(kinds[actor], actor) for actor in run.actors]


def _read(run: Run, t: int) -> _Year:
    """What a year comes to whose last quarter is `t`."""
    year = slice(t - 3, t + 1)
    new, retired = (run[name][year].sum(axis=0, dtype=float) for name in ("received_h100e", "retired_h100e"))
    owned, running, us_in, rented = (
        run[name][t].astype(float) for name in ("owned_h100e", "running_h100e", "us_chips_in", "rented_chips")
    )
    through = {name: run.part(f"flows_china.{way}")[year].sum(axis=0, dtype=float) for name, way in _WAYS.items()}
    seized = run["seized"][year].sum(axis=0, dtype=float)
    return _Year(
        run["owned_h100e"][t - 4].astype(float), new, np.maximum(retired, 0.0), owned, running, us_in, rented,
        {name: float(chips.mean()) for name, chips in through.items()}, float(seized.mean()),
    )  # fmt: skip


def _summed(values: Array, blocs: list[str]) -> dict[str, float]:
    """Means over futures, (A, runs), added by bloc."""
    found = dict.fromkeys(BLOCS, 0.0)
    for bloc, mean in zip(blocs, values.mean(axis=-1).tolist(), strict=True):
        found[bloc] += mean
    return found


def _to_owners(y: _Year, blocs: list[str]) -> list[Link]:
    """New chips and those of earlier years, to owners, and to what takes them off."""
    new, retired, owned, before = (_summed(values, blocs) for values in (y.new, y.retired, y.owned, y.before))
    found = [Link("owner", "us_designed", bloc, new[bloc]) for bloc in BLOCS if bloc != "china"]
    found += [
        Link("owner", "chinese_made" if name == "china_made" else "us_designed", name, y.china[name]) for name in _WAYS
    ]
    found.append(Link("owner", "us_designed", "seized", y.seized))
    for bloc in BLOCS:
        # What the year's new chips leave of a stock is of earlier years.
        kept, own = owned[bloc] - new[bloc], "china_earlier" if bloc == "china" else bloc
        more = kept + retired[bloc] - before[bloc]
        if abs(more) > ROUNDING * owned[bloc]:  # a variant is designed anew, and those sold before count like it
            found += [
                Link("owner", "rerated", own, max(more, 0.0)),
                Link("owner", "earlier", "rerated", max(-more, 0.0)),
            ]
            kept -= max(more, 0.0)
        found += [Link("owner", "earlier", own, kept), Link("owner", "earlier", "retired", retired[bloc])]
    return _merged(found)


def _merged(found: list[Link]) -> list[Link]:
    """Links between the same nodes as one."""
    added: dict[tuple[str, str, str], float] = {}
    for link in found:
        added[link[:3]] = added.get(link[:3], 0.0) + link.chips
    return [Link(*key, chips) for key, chips in added.items()]


def _to_places(y: _Year, blocs: list[str]) -> list[Link]:
    """Owners' chips at the end of the year: those of the United States stand in several places, others at home."""
    owned, running, us_in = (_summed(values, blocs) for values in (y.owned, y.running, y.us_in))
    found = [Link("place", "united_states", bloc, us_in[bloc]) for bloc in BLOCS]
    found.append(Link("place", "united_states", "waiting", _waiting(owned["united_states"], sum(us_in.values()))))
    for bloc in ("allies", "hubs", "rest_of_world"):
        found += [Link("place", bloc, bloc, running[bloc]),
                  Link("place", bloc, "waiting", _waiting(owned[bloc], running[bloc]))]  # fmt: skip
    waiting = _waiting(owned["china"], running["china"]) / max(owned["china"], 1e-9)
    shares = {**y.china, "china_earlier": owned["china"] - sum(y.china.values())}
    for name in CHINA_OWNS:  # China's chips run alike, however they came
        found += [Link("place", name, "china", (1 - waiting) * shares[name]),
                  Link("place", name, "waiting", waiting * shares[name])]  # fmt: skip
    return found


def _waiting(owned: float, running: float) -> float:
    """Chips without power; 0 where the difference is rounding."""
    return owned - running if owned - running > ROUNDING * owned else 0.0


def _to_users(y: _Year, blocs: list[str]) -> list[Link]:
    """Chips with power by place and user: a host rents out the same share of its chips wherever they stand."""
    share = y.rented / np.maximum(y.running, 1e-9)
    hired, us_hired = _summed(y.rented, blocs), _summed(y.us_in * share[US], blocs)
    running, us_in = _summed(y.running, blocs), _summed(y.us_in, blocs)
    found = []
    for bloc in BLOCS:
        own, rented = (0.0, 0.0) if bloc == "united_states" else (running[bloc], hired[bloc])
        if bloc == "china":
            found.append(Link("user", "china", "china", own))
        else:
            found += [Link("user", bloc, bloc, own - rented), Link("user", bloc, "china", rented + us_hired[bloc])]
        found.append(Link("user", bloc, "united_states", us_in[bloc] - us_hired[bloc]))
    return _merged(found)
