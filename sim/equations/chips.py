"""The chip classes of the simulation: specifications of the representative products, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.quarters import of_date
from scenarios.tables import Chip, table
from sim.ensemble.rng import Array

MAIN_CLASSES = ("A100", "H100", "H200", "B200", "B300", "RUBIN", "RUBIN_ULTRA", "FEYNMAN", "CUSTOM")
"""US-designed classes that the world at large buys."""
VARIANTS: dict[str, str] = {"A800": "A100", "H800": "H100", "H20": "H100", "EDGE": "B300"}
"""Classes made for a market under control, and the class whose dies they use."""
ROADMAP: dict[str, tuple[float, float, float]] = {
    "RUBIN": (2027.4, 0.55, 0.9), "RUBIN_ULTRA": (2028.6, 0.55, 0.85), "FEYNMAN": (2029.9, 0.6, 0.95),
}  # fmt: skip
"""Classes announced and not yet sold in volume at the edge of the data.

Each with the year of half its share, the width of the take-over in years, and the share of merchant supply it takes.

Nvidia's roadmap (GTC 2025 and 2026): Rubin 2026-H2, Rubin Ultra 2027-H2, Feynman 2028; volume follows about a year
after. Tier: inferred.
"""
CHINESE = ("ASCEND_910C", "ASCEND_950", "ASCEND_960")
"""Classes made in China, oldest first."""
US_CLASSES = (*MAIN_CLASSES, *VARIANTS)
CLASSES = US_CLASSES + CHINESE
"""All classes, in the order of the chip axis."""
ASCEND = slice(len(US_CLASSES), len(CLASSES))
"""Classes that are made in China, on the axis of classes."""
H100_TPP = 15_832.0
"""Total processing performance of an H100: 1,979 dense 8-bit TFLOP/s times 8."""
MEMORY_POWER = 0.3
"""Share of a chip's power that goes with its memory bandwidth; the rest with arithmetic; judgment."""
H100_BF16 = 989.4e12
"""Dense BF16 peak of an H100, FLOP/s."""


@dataclass(frozen=True)
class Catalogue:
    """Specifications by class, each of shape `(classes,)`."""

    h100e: Array
    """Dense 8-bit throughput over 1,979 TFLOP/s."""
    bf16: Array
    """Dense BF16 throughput over an H100's."""
    fp8_tflops: Array
    bandwidth: Array
    """Memory bandwidth, TB/s."""
    link: Array
    """Scale-up link, GB/s."""
    kw: Array
    """Power of the chip, kW."""
    price: Array
    """List price at release, US dollars."""
    released: Array
    """Quarter of release, as a number."""
    last_made: Array
    """Quarter in which production ends, as a number; infinite where it has not."""
    tpp: Array
    density: Array
    release_date: tuple[str, ...]

    def of(self, name: str) -> int:
        """Index of a class."""
        return CLASSES.index(name)

    def known(self, quarter: int) -> NDArray[np.bool_]:
        """Which US-designed classes were on sale by the end of a quarter (a number), `(US classes,)`."""
        return np.asarray(self.released[: len(US_CLASSES)] <= quarter)

    def with_edge(self, tpp: float, density: float, memory_tbs: float, link_gbs: float, edge: int) -> Catalogue:
        """A copy whose edge variant has this specification.

        Its power is that of arithmetic and memory in the strongest class on sale at the edge of the data (a quarter).
        """
        k, merchant = self.of("EDGE"), len(MAIN_CLASSES) - 1
        sold = self.known(edge)[:merchant] & ~np.isin(MAIN_CLASSES[:merchant], list(ROADMAP))
        big = int(np.argmax(np.where(sold, self.tpp[:merchant], 0)))
        fields: dict[str, Any] = {
            "tpp": tpp, "density": density, "bandwidth": memory_tbs, "link": link_gbs, "h100e": tpp / H100_TPP,
            "fp8_tflops": tpp / 8, "bf16": tpp / 16 * 1e12 / H100_BF16,
            "kw": self.kw[big] * (
                MEMORY_POWER * memory_tbs / self.bandwidth[big] + (1 - MEMORY_POWER) * tpp / self.tpp[big]
            ),
        }  # fmt: skip
        changed = {name: getattr(self, name).copy() for name in fields}
        for name, value in fields.items():
            changed[name][k] = max(value, 1e-6)
        return replace(self, **changed)


def summed(value: Array, chips: Array) -> Array:
    """Sum over the chip axis of a value per chip, `(classes,)`, times chips, `(..., classes, runs)`: `(..., runs)`.

    Not a matrix product: BLAS rounds a column by where it stands, and a member alone would differ from its column.
    """
    return np.einsum("k,...kr->...r", value, chips)


@cache
def catalogue() -> Catalogue:
    """The catalogue from the table of products; EDGE starts as the half-size variant of the newest line."""
    rows: dict[str, Chip] = {row.chip_class: row for row in table("chips") if row.representative}
    rows["EDGE"] = rows["B300"]
    chosen = [rows[name] for name in CLASSES]

    def column(field: str) -> Array:
        values = [getattr(row, field) for row in chosen]
        missing = [name for name, value in zip(CLASSES, values, strict=True) if value is None]
        if missing:
            raise ValueError(f"chips.csv: representative of {', '.join(missing)} lacks {field}")
        return np.array(values, dtype=float)

    dates = tuple(row.released or "2030-01-01" for row in chosen)
    return Catalogue(
        h100e=column("h100e"), bf16=column("bf16_tflops") * 1e12 / H100_BF16, fp8_tflops=column("fp8_tflops"),
        bandwidth=column("memory_tbs"), link=column("link_gbs"), kw=column("tdp_w") / 1000, price=column("price_usd"),
        released=np.array([of_date(date) for date in dates], dtype=float), tpp=column("tpp"),
        last_made=np.array([of_date(row.made_until) if row.made_until else np.inf for row in chosen], dtype=float),
        density=column("performance_density"), release_date=dates,
    )  # fmt: skip
