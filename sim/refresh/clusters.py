"""Epoch AI's GPU clusters as China's share of the clusters that can be seen, with the interval that rounding leaves.

The source publishes Chinese clusters without a name and rounded to one significant figure, so that rows that read alike
are different clusters, and their sum is known to within half a unit of each first digit.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable

from scenarios.errors import InputError
from sim.refresh.files import Line, counted
from sim.refresh.releases import Release
from sim.refresh.sheets import Change, Kept, Proposal, Sheet, apply

STATUS = ("Existing", "Planned", "Decommissioned")
COUNTED = ("Confirmed", "Likely")
"""Grades of certainty that count; unlikely clusters do not."""
CHINESE = "China"
ANONYMOUS = "Anonymized"
LARGEST = 1e9
"""More H100e than this is no cluster."""


def _bounds(value: float, rounded: bool) -> tuple[float, float]:
    """What a published size can stand for."""
    if not rounded or value <= 0:
        return value, value
    step = 10 ** math.floor(math.log10(value))
    return value - step / 2, value + step / 2


def share(release: Release, day: str, note: Callable[[str], None]) -> tuple[float, float, float]:
    """China's share of existing clusters on a day, percent, with what rounding allows.

    Args:
        release: a `gpu_clusters.csv`.
        day: YYYY-MM-DD.
        note: called with what is left out.

    Raises:
        InputError: for a wrong size, date or status, and where no cluster is Chinese or none is elsewhere.
    """
    china, low, high, others, exact = 0.0, 0.0, 0.0, 0.0, 0
    undated = 0
    standing = {line.cells["Name"]: line for line in release.lines if _stands(line, day) is True}
    for line in release.lines:
        size, stands = line.number("H100 equivalents", 0.0, LARGEST), _stands(line, day)
        undated += stands is None
        replaced = line.cells.get("Superseded by", "").strip() in standing
        if not stands or not size or replaced or line.cells.get("Possible Duplicate", "").strip().lower() == "true":
            continue
        if line.cells["Country"].strip() != CHINESE:
            others += size
            continue
        hidden = line.cells["Name"].startswith(ANONYMOUS)
        whole = not re.search(r"[1-9]\d*[1-9]", f"{size:.0f}")
        exact += hidden and not whole
        least, most = _bounds(size, hidden and whole)
        china, low, high = china + size, low + least, high + most
    if not china or not others:
        raise release.fault(f"has no existing cluster by {day} in {'China' if not china else 'other countries'}")
    if undated:
        note(f"{release.name}: {counted(undated, 'existing cluster')} without a first day left out")
    if exact:
        note(
            f"{release.name}: {counted(exact, 'anonymized Chinese cluster')} with more than one significant figure"
            " taken as exact"
        )
    return 100 * china / (china + others), 100 * low / (low + others), 100 * high / (high + others)


def _stands(line: Line, day: str) -> bool | None:
    """Whether a cluster is there on a day; None where nobody says since when."""
    status = line.cells["Status"].strip()
    if status not in STATUS:
        raise line.fault(f"Status {status!r} is not known; valid: {', '.join(STATUS)}")
    if status == "Planned" or line.cells["Certainty"].strip() not in COUNTED:
        return False
    ended = line.cells.get("Decommissioned Date (if applicable)", "").strip()
    if ended and line.day("Decommissioned Date (if applicable)") <= day:
        return False
    if not line.cells["First Operational Date"].strip():
        return None
    return line.day("First Operational Date") <= day


def refresh_shares(
    release: Release, target: Sheet, tell: Callable[[Change | Kept], None], note: Callable[[str], None]
) -> None:
    """Bring the rows of `conflicts.csv` that rest on the clusters up to a release.

    Raises:
        InputError: for what is wrong with the file.
    """
    for at, row in enumerate(target.rows):
        if not release.source.owns(row):
            continue
        match = re.search(r"end (20\d\d)$", row["topic"])
        if row["quantity"] != "share" or not match:
            raise InputError(f"conflicts.csv row {at + 2}: names GPU clusters, but no share at the end of a year")
        day = dt.date(int(match[1]), 12, 31).isoformat()
        if release.date < day:
            note(f"{release.name}: is of {release.date} and cannot say what stood on {day}")
            continue
        middle, low, high = share(release, day, note)
        values = {"value": f"{middle:.1f}", "low": f"{low:.1f}", "high": f"{high:.1f}"}
        apply(target, Proposal("conflicts", release, values, "inferred", at=at), tell)
