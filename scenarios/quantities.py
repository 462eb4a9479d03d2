"""Uncertain quantities: a distribution stands in the same place as a number.

Every distribution is stated the way its sources state it (a median and a 90% interval, a mean and a
standard deviation) and is sampled through its inverse CDF, so that quasi-random points can drive it.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, Literal, Union

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from scenarios.errors import no_switch

Z90 = 1.6448536269514722
"""Standard normal quantile at 95%: half the width of a 90% interval in standard deviations."""


class _Distribution(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _numbers(cls, given: Any) -> Any:
        for value in given.values() if isinstance(given, dict) else ():
            no_switch(value)
        return given

    @abstractmethod
    def ppf(self, z: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Value at uniform quantile `u` (shape `(runs,)`); `z` is the same point as a standard normal score."""

    def interval(self) -> tuple[float, float, float]:
        """The 5, 50 and 95% points, for tables."""
        u = np.array([0.05, 0.5, 0.95])
        low, mid, high = self.ppf(np.array([-Z90, 0.0, Z90]), u)
        return float(low), float(mid), float(high)


class Fixed(_Distribution):
    """A number that is not varied."""

    kind: Literal["fixed"] = "fixed"
    value: float

    def ppf(self, z: np.ndarray, u: np.ndarray) -> np.ndarray:
        return np.full(np.shape(u), self.value)


class Normal(_Distribution):
    """Normal with a mean and a standard deviation."""

    kind: Literal["normal"] = "normal"
    mean: float
    sd: float = Field(gt=0)

    def ppf(self, z: np.ndarray, u: np.ndarray) -> np.ndarray:
        return self.mean + self.sd * z


class Uniform(_Distribution):
    """Uniform between two bounds."""

    kind: Literal["uniform"] = "uniform"
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if not self.low < self.high:
            raise ValueError(f"low {self.low} must be below high {self.high}")
        return self

    def ppf(self, z: np.ndarray, u: np.ndarray) -> np.ndarray:
        return self.low + (self.high - self.low) * u


class _MedianInterval(_Distribution):
    median: float
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> _MedianInterval:
        if not self.low < self.median < self.high:
            raise ValueError(f"needs low < median < high, got {self.low}, {self.median}, {self.high}")
        return self

    def _two_piece(self, z: np.ndarray, low: float, mid: float, high: float) -> np.ndarray:
        """Normal score stretched separately below and above the median, so that all three points hold."""
        return mid + np.where(z < 0, (mid - low) / Z90, (high - mid) / Z90) * z


class LogNormal(_MedianInterval):
    """Lognormal by median and 90% interval (two-piece where the interval is lopsided)."""

    kind: Literal["lognormal"] = "lognormal"
    low: float = Field(gt=0)

    def ppf(self, z: np.ndarray, u: np.ndarray) -> np.ndarray:
        return np.exp(self._two_piece(z, np.log(self.low), np.log(self.median), np.log(self.high)))


class LogitNormal(_MedianInterval):
    """A share in (0, 1) by median and 90% interval, normal on the logit scale."""

    kind: Literal["logitnormal"] = "logitnormal"
    low: float = Field(gt=0)
    high: float = Field(lt=1)

    def ppf(self, z: np.ndarray, u: np.ndarray) -> np.ndarray:
        low, mid, high = (float(np.log(x / (1 - x))) for x in (self.low, self.median, self.high))
        return 1 / (1 + np.exp(-self._two_piece(z, low, mid, high)))


class TwoUniforms(_Distribution):
    """A mixture of two neighboring uniforms: share `weight` on (low, split), the rest on (split, high)."""

    kind: Literal["two_uniforms"] = "two_uniforms"
    low: float
    split: float
    high: float
    weight: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> TwoUniforms:
        if not self.low < self.split < self.high:
            raise ValueError(f"needs low < split < high, got {self.low}, {self.split}, {self.high}")
        return self

    def ppf(self, z: np.ndarray, u: np.ndarray) -> np.ndarray:
        below = self.low + (self.split - self.low) * u / self.weight
        above = self.split + (self.high - self.split) * (u - self.weight) / (1 - self.weight)
        return np.where(u < self.weight, below, above)


class Choice(_Distribution):
    """A structural choice: the values 0, 1, 2 ... with the given weights."""

    kind: Literal["choice"] = "choice"
    weights: tuple[float, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _sums_to_one(self) -> Choice:
        if min(self.weights) < 0 or abs(sum(self.weights) - 1) > 1e-9:
            raise ValueError(f"weights {self.weights} must be shares that add to 1")
        return self

    @property
    def forms(self) -> tuple[float, ...]:
        """The values that it can take."""
        return tuple(map(float, range(len(self.weights))))

    def ppf(self, z: np.ndarray, u: np.ndarray) -> np.ndarray:
        return np.searchsorted(np.cumsum(self.weights)[:-1], u, side="right").astype(float)


Distribution = Annotated[
    Union[Fixed, Normal, Uniform, LogNormal, LogitNormal, TwoUniforms, Choice],  # noqa: UP007 - pydantic discriminates it
    Field(discriminator="kind"),
]

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "fixed": ("value",),
    "normal": ("mean", "sd"),
    "uniform": ("low", "high"),
    "lognormal": ("median", "low", "high"),
    "logitnormal": ("median", "low", "high"),
    "two_uniforms": ("low", "split", "high", "weight"),
}
"""What the argument columns a, b, c, d of the parameter table mean, per kind (a choice takes weights a, b, c ...)."""
