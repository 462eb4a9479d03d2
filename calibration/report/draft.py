"""A result while sections are written from it: what it started from, and what a simulation said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from calibration.record import CalibrationRecord, Fraction, Update, read
from calibration.roofline import Chip


class Draft:
    """A result, and where things in it are found."""

    def __init__(
        self,
        record: CalibrationRecord,
        chips: Sequence[Chip] = (),
        effect: Mapping[str, Any] | None = None,
    ) -> None:
        """Read a result.

        Args:
            record: the result.
            chips: the catalogue, for the roofs of chips that were not measured.
            effect: what it moves in the simulator, as `polarity calibrate effect --json` prints it; None before that
                was simulated.
        """
        self.record = record
        self.chips = tuple(chips)
        self.effect = effect

    @cached_property
    def prior(self) -> CalibrationRecord | None:
        """The result that this one started from."""
        return read(self.record.prior) if self.record.prior else None

    @property
    def flop(self) -> float | None:
        """Compute of the largest training run."""
        return max((cell["flop"] for cell in self.record.cells), default=None)

    @property
    def updates(self) -> tuple[Update, ...]:
        """Every update: hardware, gains, whole pieces of work, and the frontier's law."""
        record = self.record
        return (*record.hardware, *record.gains, *record.work, *record.frontier)

    def behind(self, row: Fraction) -> Update | None:
        """The update behind a share of peak that the simulator draws."""
        own = self.update(f"{row.quantity} {row.chip_class or row.vendor}")
        return own or self.update(f"{row.quantity} {row.vendor}")

    def update(self, name: str | None) -> Update | None:
        """The update of a name."""
        return next((update for update in self.updates if update.name == name), None)
