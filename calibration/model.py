"""The small language model of the calibration: a decoder-only transformer, one class for every size and task."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

INIT_GAIN = 0.7
"""Standard deviation of a weight is this over √fan-in; from a sweep on the smallest sizes."""
EMBEDDING = 0.02
"""Standard deviation of token and position embeddings; from the same sweep."""
NARROW, WIDE = 16, 64
"""Width of an attention head in models narrower than three wide heads, and in wider ones."""
BASE_WIDTH = 64
"""Width at which the output multiplier is 1: logits shrink as the width grows (maximal-update parametrization)."""


@dataclass(frozen=True)
class Shape:
    """A model's size: transformer blocks, width, alphabet and context length."""

    blocks: int
    width: int
    vocabulary: int = 256
    context: int = 128

    @property
    def name(self) -> str:
        """As tables show it: blocks × width."""
        return f"{self.blocks}x{self.width}"

    @property
    def heads(self) -> int:
        """Attention heads."""
        return max(self.width // (WIDE if self.width >= 3 * WIDE else NARROW), 1)

    @property
    def parameters(self) -> int:
        """Weights in the blocks: the N of the scaling law. Embeddings and the output head are not in it."""
        return 12 * self.blocks * self.width**2

    @property
    def with_head(self) -> int:
        """Weights in the blocks and the output head: what a token costs."""
        return self.parameters + self.vocabulary * self.width

    def forward_flop(self, tokens: float, context: float | None = None) -> float:
        """FLOP of a forward pass over `tokens`, causal attention over `context` tokens and the head included."""
        seen = (self.context if context is None else context) / 2
        return tokens * (2 * self.with_head + 4 * self.blocks * seen * self.width)

    def train_flop(self, tokens: float, context: float | None = None) -> float:
        """FLOP of training on `tokens`: the backward pass costs twice the forward pass."""
        return 3 * self.forward_flop(tokens, context)


Cache = list[tuple[Tensor, Tensor]]
"""Keys and values of every block, each of shape `(batch, heads, tokens, head)`."""


def _linear(fan_in: int, fan_out: int, scale: float, generator: torch.Generator) -> nn.Parameter:
    weight = torch.randn(fan_out, fan_in, generator=generator) * (INIT_GAIN * scale / math.sqrt(fan_in))
    return nn.Parameter(weight)


def _norm(x: Tensor) -> Tensor:
    return F.rms_norm(x, (x.shape[-1],))


class Block(nn.Module):
    """Attention and a GELU layer of four times the width, each on the normalized residual stream."""

    def __init__(self, shape: Shape, generator: torch.Generator) -> None:
        super().__init__()
        d, out = shape.width, 1 / math.sqrt(2 * shape.blocks)
        self.heads = shape.heads
        self.query, self.key, self.value = (_linear(d, d, 1.0, generator) for _ in range(3))
        self.mix = _linear(d, d, out, generator)
        self.up, self.down = _linear(d, 4 * d, 1.0, generator), _linear(4 * d, d, out, generator)

    def forward(self, x: Tensor, past: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The residual stream `(batch, tokens, width)` after the block, and its keys and values with the past's."""
        batch, tokens, width = x.shape
        h = _norm(x)
        q, k, v = (
            F.linear(h, w).view(batch, tokens, self.heads, -1).transpose(1, 2)
            for w in (self.query, self.key, self.value)
        )
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        # A single new token may look at all that is cached; several at once only ever start an empty cache.
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=past is None)
        x = x + F.linear(attended.transpose(1, 2).reshape(batch, tokens, width), self.mix)
        return x + F.linear(F.gelu(F.linear(_norm(x), self.up)), self.down), (k, v)


class GPT(nn.Module):
    """Logits for the next token; the head starts at zero, so that the first loss is the alphabet's entropy."""

    def __init__(self, shape: Shape, seed: int) -> None:
        super().__init__()
        self.shape = shape
        generator = torch.Generator().manual_seed(seed)
        self.tokens = nn.Parameter(torch.randn(shape.vocabulary, shape.width, generator=generator) * EMBEDDING)
        self.places = nn.Parameter(torch.randn(shape.context, shape.width, generator=generator) * EMBEDDING)
        self.blocks = nn.ModuleList(Block(shape, generator) for _ in range(shape.blocks))
        self.output = nn.Parameter(torch.zeros(shape.vocabulary, shape.width))

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits `(batch, tokens, vocabulary)` for whole sequences."""
        return self.extend(tokens, None)[0]

    def extend(self, tokens: Tensor, cache: Cache | None) -> tuple[Tensor, Cache]:
        """Logits for new tokens `(batch, new)` after what is cached, and the longer cache.

        With a cache, exactly one new token per sequence.
        """
        start = 0 if cache is None else cache[0][0].shape[2]
        x = F.embedding(tokens, self.tokens) + self.places[start : start + tokens.shape[1]]
        longer: Cache = []
        for i, block in enumerate(self.blocks):
            x, kept = block(x, None if cache is None else cache[i])
            longer.append(kept)
        return F.linear(_norm(x), self.output) * (BASE_WIDTH / self.shape.width), longer
