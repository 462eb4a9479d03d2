"""The sources that a refresh reads: where to download them, their licenses, and how their files are recognized.

What was checked in November 2026, and where:

- *ECI*: the header of `eci_scores.csv` as Epoch AI publishes it, in several public programs that read it. Countries are
  written out (United States of America) and joined by commas where there are several.
- *Models*: the header of `frontier_ai_models.csv` and `large_scale_ai_models.csv`, in a public copy of the files.
- *Chip sales and owners*: the files and both descriptions of the schema in epoch-research/ai-chip-counts. The old
  tables spell the same column in up to three ways; new tables since 25 September 2026 have one spelling, and the
  repository's own exports write it in small letters. All are read here.
- *GPU clusters*: the header and the Chinese rows of `gpu_clusters.csv`, in a public copy of the file.
- *METR*: the nesting of `benchmark_results_1_1.yaml` and its `benchmark_name`, in public programs that read it. METR
  states no open license, so its figures are compared and none is copied.
- *Census*: an answer of the API for exports by HS10 in a public notebook, and its parameters in the official guide. How
  the API marks a suppressed value was not found: whatever is no number counts as one.
- *Federal Register*: the fields of the API, in the documentation of a public client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scenarios.errors import InputError

CC_BY = "CC BY 4.0"
PUBLIC_DOMAIN = "public domain (work of the US government)"
Series = Literal["recompute", "append", "compare"]


@dataclass(frozen=True)
class Source:
    """One publisher's data set."""

    id: str
    label: str
    publisher: str
    url: str
    """Where a person downloads it."""
    license: str
    file: str
    """Usual name of the file."""
    series: Series
    """`recompute`: a release restates its past and replaces rows. `append`: it adds rows, and recorded ones stand.
    `compare`: nothing is copied; it is held against what was recorded by hand."""
    names: tuple[str, ...] = ()
    """How the source column of a row begins that this source may replace."""
    tables: tuple[str, ...] = ()
    several: bool = False
    """Whether one release may come in several files."""
    page: str = ""
    """Address that a changed row gets."""

    def owns(self, row: Mapping[str, str]) -> bool:
        """Whether a recorded row names this source and nobody changed its figure by hand (`…, less a sale …`)."""
        return row["source"].startswith(self.names) and ", less " not in row["source"] if self.names else False

    def cite(self, date: str) -> str:
        """What a changed row says of its source."""
        return f"{self.names[0]}, release of {date}, {self.license.replace('CC BY', 'CC-BY')}"


SOURCES: dict[str, Source] = {
    source.id: source
    for source in (
        Source(
            "eci", "Epoch Capabilities Index", "Epoch AI", "https://epoch.ai/data/eci_scores.csv", CC_BY,
            "eci_scores.csv", "recompute",
            ("Epoch AI, Epoch Capabilities Index", "Epoch AI, ECI,"),
            ("frontier", "frontier_quarters"), page="https://epoch.ai/eci",
        ),
        Source(
            "models", "AI models", "Epoch AI", "https://epoch.ai/data/ai-models", CC_BY,
            "notable_ai_models.csv, large_scale_ai_models.csv, frontier_ai_models.csv", "recompute",
            ("Epoch AI, notable and large-scale AI models data", "Epoch AI, all AI systems data"),
            ("training_runs",), several=True, page="https://epoch.ai/data/ai-models",
        ),
        Source(
            "chip_sales", "AI chip sales, cumulative by designer", "Epoch AI", "https://epoch.ai/data/ai-chip-sales",
            CC_BY, "cumulative_by_designer.csv (before: cumulative_timelines_by_designer.csv)", "recompute",
            ("Epoch AI, chip sales data", "Epoch AI, chip sales and chip owners downloads"),
            ("supply_history",), page="https://epoch.ai/data/ai-chip-sales",
        ),
        Source(
            "chip_owners", "AI chip owners, cumulative by designer", "Epoch AI", "https://epoch.ai/data/ai-chip-owners",
            CC_BY, "cumulative_by_designer.csv (before: cumulative_timelines_by_designer.csv)", "recompute",
            ("Epoch AI, chip owners data",), ("imports_quarters", "stocks"),
            page="https://epoch.ai/data/ai-chip-owners",
        ),
        Source(
            "clusters", "GPU clusters", "Epoch AI", "https://epoch.ai/data/gpu-clusters", CC_BY, "gpu_clusters.csv",
            "recompute", ("Epoch AI, GPU clusters data",), ("conflicts",), page="https://epoch.ai/data/gpu-clusters",
        ),
        Source(
            "metr", "Time horizons", "METR", "https://metr.org/assets/benchmark_results_1_1.yaml",
            "no open license stated; figures are cited as facts, and none is copied", "benchmark_results_1_1.yaml",
            "compare",
        ),
        Source(
            "census", "US exports by HS10, country and month", "US Census Bureau",
            "https://api.census.gov/data/timeseries/intltrade/exports/hs", "CC0 1.0", "any name ending in .json",
            "append", ("US Census Bureau, exports by HS10",), ("us_exports",), several=True,
            page="https://www.census.gov/data/developers/data-sets/international-trade.html",
        ),
        Source(
            "federal_register", "Documents of the Federal Register", "US Federal Register",
            "https://www.federalregister.gov/api/v1/documents.json", PUBLIC_DOMAIN, "any name ending in .json",
            "compare", several=True,
        ),
    )
}  # fmt: skip

ECI_COLUMNS = ("Model", "eci", "date", "Country (of organization)")
MODEL_COLUMNS = ("Model", "Publication date", "Training compute (FLOP)", "Confidence", "Country (of organization)")
CLUSTER_COLUMNS = ("Name", "Status", "Certainty", "H100 equivalents", "Country", "First Operational Date")
SPELLINGS: dict[str, tuple[str, ...]] = {
    "designer": ("designer", "Designer", "Chip manufacturer"),
    "start": ("series_start", "Series start date", "Start date"),
    "end": ("end_date", "End date"),
    "units": ("units_med", "Number of units (median)", "Number of Units (median)", "Number of Units"),
    "units_low": ("units_p5", "Number of units (5th percentile)", "Number of Units (5th percentile)"),
    "units_high": ("units_p95", "Number of units (95th percentile)", "Number of Units (95th percentile)"),
    "h100e": ("h100e_med", "H100e (median)", "Compute estimate in H100e (median)"),
    "low": ("h100e_p5", "H100e (5th percentile)", "Compute estimate in H100e (5th percentile)"),
    "high": ("h100e_p95", "H100e (95th percentile)", "Compute estimate in H100e (95th percentile)"),
}
"""What the columns of a cumulative chip table are called, in the new schema, on the page and in the old tables."""
OWNER = ("owner", "Owner")
CHIP_TYPE = ("chip_type", "Chip type")


def spelled(header: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    """The first of several spellings that a header has."""
    return next((name for name in names if name in header), None)


def of_csv(name: str, header: tuple[str, ...]) -> Source:
    """Whose file it is, by its columns.

    Raises:
        InputError: for the columns of no known release, naming those that the nearest one asks for.
    """
    chips = spelled(header, SPELLINGS["designer"])
    if chips and spelled(header, SPELLINGS["h100e"]):
        return _of_chips(name, header)
    asked = {"eci": ECI_COLUMNS, "models": MODEL_COLUMNS, "clusters": CLUSTER_COLUMNS}
    if chips:
        asked["chip_sales"] = tuple(spelled(header, names) or names[-1] for names in SPELLINGS.values())
    share = {source: sum(column in header for column in columns) / len(columns) for source, columns in asked.items()}
    best = max(share, key=lambda source: share[source])
    missing = ", ".join(column for column in asked[best] if column not in header)
    if share[best] == 1:
        return SOURCES[best]
    if share[best] >= 0.5:
        raise InputError(f"{name} row 1: reads like {SOURCES[best].label}, but lacks the columns: {missing}")
    known = "; ".join(f"{source.label}: {source.file}" for source in SOURCES.values() if source.file.endswith("csv"))
    raise InputError(f"{name} row 1: has the columns of no release that is known here; valid: {known}")


def _of_chips(name: str, header: tuple[str, ...]) -> Source:
    """Sales or owners; only the cumulative tables by designer are read."""
    right = "give the cumulative table by designer of the same download"
    if spelled(header, CHIP_TYPE):
        raise InputError(f"{name} row 1: is a table by chip (it has a column for the chip type); {right}")
    if "start_date" in header:
        raise InputError(f"{name} row 1: is a quarterly table (it has start_date and no series_start); {right}")
    missing = [names[-1] for names in SPELLINGS.values() if not spelled(header, names)]
    if missing:
        raise InputError(f"{name} row 1: reads like chip sales or owners, but lacks the columns: {', '.join(missing)}")
    return SOURCES["chip_owners" if spelled(header, OWNER) else "chip_sales"]


def of_tree(name: str, content: object) -> Source:
    """Whose JSON or YAML file it is.

    Raises:
        InputError: for the structure of no known release.
    """
    if isinstance(content, list) and content and isinstance(content[0], list):
        return SOURCES["census"]
    if isinstance(content, dict):
        if "benchmark_name" in content and "results" in content:
            return SOURCES["metr"]
        if isinstance(content.get("results"), list):
            return SOURCES["federal_register"]
        if content.get("count") == 0:
            raise InputError(f"{name}: the search found no document; ask the Federal Register for something else")
        if "error" in content or "errors" in content:
            raise InputError(f"{name}: is an error message of the server and no data; ask again")
    raise InputError(
        f"{name}: has the structure of no release that is known here; valid: an answer of the Census API (a header row,"
        " then rows), of the Federal Register API (with results), or METR's YAML (with benchmark_name and results)"
    )
