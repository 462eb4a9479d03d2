"""Muon in float32: what `torch.optim.Muon` does, for processors without bfloat16 instructions.

Torch orthogonalizes in bfloat16, which such a processor emulates, some twenty times slower; a small model would spend
most of its training there. Here matrices of one shape are also orthogonalized together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

A, B, C = 3.4445, -4.7750, 2.0315
"""Coefficients of the Newton-Schulz step (K. Jordan, kellerjordan.github.io/posts/muon), as torch has them."""
STEPS = 5
SMALLEST = 1e-7
"""Least norm that a matrix is divided by."""


class Float32Muon(torch.optim.Optimizer):
    """Muon with Nesterov momentum and without weight decay, on matrices."""

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """One update; every matrix needs its gradient."""
        for group in self.param_groups:
            by_shape: dict[tuple[int, ...], list[Tensor]] = {}
            for matrix in group["params"]:
                by_shape.setdefault(tuple(matrix.shape), []).append(matrix)
            for (rows, columns), matrices in by_shape.items():
                updates = orthogonal(torch.stack([self._moved(matrix, group["momentum"]) for matrix in matrices]))
                rate = group["lr"] * math.sqrt(max(1.0, rows / columns))
                for matrix, update in zip(matrices, updates, strict=True):
                    matrix.sub_(update, alpha=rate)

    def _moved(self, matrix: Tensor, momentum: float) -> Tensor:
        """The gradient with its Nesterov momentum."""
        state = self.state[matrix]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(matrix)
        buffer: Tensor = state["momentum_buffer"]
        buffer.lerp_(matrix.grad, 1 - momentum)
        return matrix.grad.lerp(buffer, momentum)


def orthogonal(matrices: Tensor) -> Tensor:
    """(count, rows, columns) matrices with all singular values moved close to 1."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=SMALLEST)
    for _ in range(STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=B, alpha=C), x, beta=A)
    return x.mT if tall else x
