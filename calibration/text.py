"""Batches of text: which chunk comes at which step depends on the seed and the step alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
from torch import Tensor

from calibration.device import Device
from calibration.dice import dice


@dataclass(frozen=True)
class Text:
    """Bytes on a device, cut into chunks of `context` and read in a random order, epoch after epoch."""

    content: Tensor
    """(bytes,) unsigned bytes."""
    context: int
    batch: int
    seed: int

    @cached_property
    def chunks(self) -> int:
        """Chunks in one epoch."""
        return (len(self.content) - 1) // self.context

    @property
    def tokens_per_step(self) -> int:
        """Bytes that a step trains on."""
        return self.batch * self.context

    def step(self, number: int) -> Tensor:
        """(batch, context + 1) the tokens of a step: inputs and, one place on, targets."""
        wanted = np.arange(number * self.batch, (number + 1) * self.batch)
        epochs, places = np.divmod(wanted, self.chunks)
        return self._cut(np.array([self.order(int(e))[p] for e, p in zip(epochs, places, strict=True)]))

    def order(self, epoch: int) -> np.ndarray:
        """(chunks,) the order in which an epoch reads the chunks."""
        return _order(self.seed, epoch, self.chunks)

    def all_in_order(self, most: int) -> list[Tensor]:
        """The first `most` chunks, in batches: text to be scored."""
        rows = np.arange(min(most, self.chunks))
        return [self._cut(part) for part in np.array_split(rows, max(len(rows) // 64, 1))]

    def _cut(self, rows: np.ndarray) -> Tensor:
        starts = torch.from_numpy(rows * self.context).to(self.content.device)
        within = torch.arange(self.context + 1, device=self.content.device)
        return self.content[starts[:, None] + within].long()


@cache
def _order(seed: int, epoch: int, chunks: int) -> np.ndarray:
    return dice(seed, f"order of epoch {epoch}").permutation(chunks)


def text(content: np.ndarray, context: int, batch: int, seed: int, device: Device) -> Text:
    """Text on a device."""
    return Text(torch.from_numpy(content.copy()).to(device.torch), context, batch, seed)
