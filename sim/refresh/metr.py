"""METR's time horizons, held against the map from the index to the length of tasks that two priors rest on.

METR states no open license: nothing is copied, and the priors are judgment. A refresh says what the map would be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from scenarios.errors import InputError, as_number, shown
from scenarios.parameters import Parameter
from sim.refresh.files import counted
from sim.refresh.releases import Release
from sim.refresh.sheets import BY_HAND, Change, Kept

VERSIONS = ("1.0", "1.1")
LEAST_MODELS = 5
"""Models in both the index and the horizons that a map needs."""
CENTER = 150.0
"""Index at which the intercept of the map is told."""
LONGEST = 1e6
"""Minutes; a longer horizon is in another unit."""
MAP = re.compile(r"own regression on (\d+) models: log2 minutes = ([\d.]+) \+ ([\d.]+) \(ECI - 150\)")


class Horizon(NamedTuple):
    """A model's 50% horizon in minutes."""

    name: str
    date: str
    minutes: float


def version(release: Release) -> str:
    """Version of the task suite, 1.0 or 1.1.

    Raises:
        InputError: for another one.
    """
    name = str(release.tree["benchmark_name"])
    match = re.fullmatch(r"METR-Horizon-v(\d+(?:\.\d+)?)", name)
    found = match[1] if match else ""
    found = f"{found}.0" if found and "." not in found else found
    if found not in VERSIONS:
        raise release.fault(f"benchmark_name {shown(name)} is not known; valid: METR-Horizon-v1.1 or v1.0")
    return found


def horizons(release: Release) -> list[Horizon]:
    """The models of a release with their 50% horizons.

    Raises:
        InputError: for a missing or wrong number or date, and for an 80% horizon above the 50% one.
    """
    results = release.tree["results"]
    if not isinstance(results, dict) or not results:
        raise release.fault("results holds no models; is it cut off?")
    found = []
    for name, content in results.items():
        metrics = _metrics(content)
        day = str(content.get("release_date", "")) if isinstance(content, dict) else ""
        if not re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", day):
            raise release.fault(f"model {name}: release_date {shown(day)} is not a date; is the file cut off?")
        if day > release.date:
            raise release.fault(
                f"model {name}: is of {day}, after the release ({release.date}, by its {release.dated_by})"
            )
        half, most = (_estimate(metrics.get(f"p{share}_horizon_length")) for share in (50, 80))
        if half is None or not 0 < half <= LONGEST:
            raise release.fault(f"model {name}: has no 50% horizon between 0 and {LONGEST:g} minutes")
        if most is not None and most > half:
            raise release.fault(f"model {name}: its 80% horizon ({most:g}) is above the 50% one ({half:g})")
        found.append(Horizon(name, day, half))
    return found


def _metrics(content: Any) -> dict[str, Any]:
    """The figures of a model: directly, or under its only agent as the first files had them."""
    if not isinstance(content, dict):
        return {}
    if isinstance(content.get("metrics"), dict):
        return dict(content["metrics"])
    agents = content.get("agents")
    if isinstance(agents, dict) and len(agents) == 1:
        (only,) = agents.values()
        return dict(only) if isinstance(only, dict) else {}
    return {}


def _estimate(figure: Any) -> float | None:
    return as_number(figure.get("estimate")) if isinstance(figure, dict) else None


def words(name: str) -> tuple[str, ...]:
    """The words of a model's name in order of the alphabet, without dates, scaffolds and parentheses."""
    undated = re.sub(r"20\d\d[-_]?[01]\d[-_]?[0-3]\d|\(.*?\)", " ", name.lower())
    return tuple(sorted(part for part in re.split(r"[^a-z0-9]+", undated) if part and part != "inspect"))


def fit(measured: Sequence[Horizon], scores: Sequence[tuple[str, str, float]]) -> tuple[int, float, float] | None:
    """log2 minutes on the index by least squares, over models that both have on the same day.

    Args:
        measured: horizons.
        scores: name, day and index of scored models.

    Returns:
        Number of models, log2 minutes at an index of 150, and its slope; None with fewer than five models.
    """
    by_name = {(words(name), day): eci for name, day, eci in scores}
    pairs = [(by_name[k] - CENTER, math.log2(h.minutes)) for h in measured if (k := (words(h.name), h.date)) in by_name]
    if len(pairs) < LEAST_MODELS or len({x for x, _ in pairs}) < 2:
        return None
    x, y = np.array(pairs).T
    slope, level = np.polyfit(x, y, 1)
    return len(pairs), float(level), float(slope)


def compare(
    release: Release,
    scores: Sequence[tuple[str, str, float]],
    priors: dict[str, Parameter],
    tell: Callable[[Change | Kept], None],
    note: Callable[[str], None],
) -> None:
    """Say what the map from the index to horizons would be, beside the recorded one.

    Raises:
        InputError: for what is wrong with the file.
    """
    found = horizons(release)
    best = max(found, key=lambda horizon: horizon.minutes)
    note(f"{release.name}: {counted(len(found), 'model')} of METR-Horizon-v{version(release)}; longest"
         f" {best.minutes:.0f} minutes ({best.name}); METR states no open license, so no figure is copied")  # fmt: skip
    match = MAP.search(priors["coder_eci"].source or "")
    made = fit(found, scores)
    if made is None or match is None:
        note(f"{release.name}: shares fewer than {LEAST_MODELS} models with the index; the map is not compared")
        return
    text = (
        f"{BY_HAND}: log2 minutes = {match[2]} + {match[3]} (ECI - 150) on {match[1]} models;"
        f" this release gives {made[1]:.2f} + {made[2]:.3f} (ECI - 150) on {made[0]}"
    )
    tell(Kept("parameters", "coder_eci, remote_work_eci", text))


def check_version(release: Release, newest: str) -> None:
    """Refuse an older task suite than the one that is locked or lies beside it: their figures differ.

    Raises:
        InputError: naming the newer one.
    """
    own = version(release)
    if own < newest:
        raise InputError(
            f"{release.name}: is version {own} of the task suite, and {newest} is the one in use; the same models have"
            f" other figures there. Valid: benchmark_results_{newest.replace('.', '_')}.yaml"
        )
