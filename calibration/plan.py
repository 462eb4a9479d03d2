"""What a campaign does at each tier: sizes, budgets, levers and reinforcement learning, for a processor and a GPU."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from calibration.microbench import ON_CPU, ON_GPU, SMOKE, Sizes
from calibration.model import Shape
from calibration.train import Recipe

KB = 1024


@dataclass(frozen=True)
class LeverPlan:
    """The runs that measure efficiency levers; each reuses cells of the grid where it can."""

    names: tuple[str, ...]
    """Of `distillation`, `repetition`, `synthetic`, `optimizer`."""
    student: Shape
    distilled: tuple[int, ...]
    """Budgets of the distilled student, tokens."""
    reader: Shape
    """The model of the data levers."""
    unique: int
    """Tokens of the small text that is repeated or stretched with synthetic text."""
    epochs: tuple[int, ...]
    stretched: int
    """Passes whose place synthetic text takes, as a multiple of the small text."""
    optimized: tuple[Shape, ...]
    """Sizes at which the optimizers are compared: their gap may change with size."""
    adam: tuple[tuple[int, float], ...]
    """(sequences per step, rate) that AdamW is tried with; the best counts."""


@dataclass(frozen=True)
class RLPlan:
    """Reinforcement learning with a verifiable reward, from bases of different strength."""

    shape: Shape
    deepest: int
    """Brackets left open in a prompt, at most."""
    longest: int
    """Brackets in a prompt, at most."""
    bases: tuple[tuple[str, float], ...]
    """(name, share of prompts that the base answers before reinforcement begins)."""
    seeds: int
    steps: int
    prompts: int
    samples: int
    rate: float
    scored: int
    """Fixed prompts that a score is taken on."""


@dataclass(frozen=True)
class Plan:
    """One campaign."""

    tier: str
    device: str
    corpus: str
    batch: int
    scored: int
    """Chunks of validation text that a loss is taken on."""
    sizes: tuple[Shape, ...]
    budgets: tuple[int, ...]
    without: frozenset[tuple[str, int]]
    """(size, budget) that are left out because of their cost."""
    seed_cell: tuple[str, int]
    """The cell that is repeated, to see what a seed does."""
    seeds: int
    """How often it is repeated."""
    fit_from: int
    """Least budget that a law is fitted to: shorter runs show their warm-up."""
    bootstraps: int
    bench: Sizes
    levers: LeverPlan
    rl: RLPlan
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def context(self) -> int:
        """Context length of all its models."""
        return self.sizes[0].context

    def cells(self, shape: Shape) -> tuple[int, ...]:
        """Budgets of a size."""
        return tuple(b for b in self.budgets if (shape.name, b) not in self.without)

    def shape(self, name: str) -> Shape:
        """A size of the grid by its name."""
        return next(shape for shape in self.sizes if shape.name == name)

    @property
    def teacher(self) -> tuple[Shape, int]:
        """The model that students learn from: the largest size on its largest budget."""
        shape = self.sizes[-1]
        return shape, max(self.cells(shape))


def _shapes(*sizes: tuple[int, int], context: int) -> tuple[Shape, ...]:
    return tuple(Shape(blocks, width, context=context) for blocks, width in sizes)


_SMALL = _shapes((2, 24), (2, 32), (2, 48), (3, 64), (4, 80), context=128)
_BRACKETS = Shape(2, 48, vocabulary=10, context=24)
_STANDARD = Plan(
    tier="standard", device="cpu", corpus="stdlib", batch=8, scored=1024, sizes=_SMALL,
    budgets=(512 * KB, 1024 * KB, 2048 * KB), without=frozenset({("4x80", 2048 * KB)}),
    seed_cell=("2x32", 1024 * KB), seeds=4, fit_from=512 * KB, bootstraps=300, bench=ON_CPU,
    levers=LeverPlan(
        names=("distillation", "repetition", "synthetic", "optimizer"), student=_SMALL[1],
        distilled=(256 * KB, 512 * KB), reader=_SMALL[1], unique=256 * KB, epochs=(2, 4, 8), stretched=3,
        optimized=(_SMALL[0], _SMALL[2]), adam=((2, 1e-3), (2, 2e-3), (4, 2e-3)),
    ),
    rl=RLPlan(
        shape=_BRACKETS, deepest=5, longest=12, bases=(("weak", 0.2), ("strong", 0.5)), seeds=3, steps=250,
        prompts=32, samples=16, rate=1e-3, scored=1024,
    ),
)  # fmt: skip
_FAST = replace(
    _STANDARD, tier="fast", sizes=_SMALL[:3], without=frozenset({("2x48", 2048 * KB)}), bootstraps=100,
    seed_cell=("2x24", 512 * KB), seeds=2,
    levers=replace(_STANDARD.levers, names=("repetition",), epochs=(2, 4)),
    rl=replace(_STANDARD.rl, bases=(("weak", 0.2),), seeds=2, steps=100),
)  # fmt: skip
_FULL_SIZES = _shapes((2, 16), (2, 24), (2, 32), (2, 48), (3, 64), (4, 80), (4, 112), context=128)
_FULL = replace(
    _STANDARD, tier="full", sizes=_FULL_SIZES, budgets=(256 * KB, 512 * KB, 1024 * KB, 2048 * KB),
    without=frozenset({("4x112", 2048 * KB)}), seed_cell=("2x48", 1024 * KB),
    levers=replace(
        _STANDARD.levers, distilled=(128 * KB, 256 * KB, 512 * KB, 1024 * KB), epochs=(2, 3, 4, 6, 8),
        optimized=(_SMALL[0], _SMALL[2], _SMALL[3]), adam=((2, 1e-3), (2, 2e-3), (4, 2e-3), (4, 4e-3)),
    ),
    rl=replace(_STANDARD.rl, seeds=4, steps=400),
)  # fmt: skip
_SMOKE_SIZES = _shapes((2, 16), (2, 32), context=128)
_SMOKE = replace(
    _STANDARD, tier="smoke", scored=256, sizes=_SMOKE_SIZES, budgets=(128 * KB, 256 * KB), without=frozenset(),
    seed_cell=("2x16", 128 * KB), seeds=1, fit_from=0, bootstraps=20, bench=SMOKE,
    levers=replace(
        _STANDARD.levers, student=_SMOKE_SIZES[0], distilled=(64 * KB,), reader=_SMOKE_SIZES[0], unique=32 * KB,
        epochs=(2, 4), stretched=1, optimized=_SMOKE_SIZES[:1], adam=((8, 2e-3),),
    ),
    rl=replace(_STANDARD.rl, bases=(("weak", 0.05),), seeds=2, steps=4, prompts=8, samples=8, scored=128),
)  # fmt: skip

DEMO = replace(
    _FULL, tier="demo", sizes=_FULL_SIZES[:4], budgets=(512 * KB,), without=frozenset(),
    seed_cell=(_FULL_SIZES[0].name, 512 * KB), seeds=3, recipe=Recipe(optimizer="float32 muon"),
    rl=replace(_STANDARD.rl, bases=(("taught", 0.25),), seeds=1, steps=30, scored=512),
)  # fmt: skip
"""What is trained while somebody watches: four cells of the full tier, so that their losses can be compared."""

MB = 1_000_000
_LARGE = _shapes((4, 144), (6, 192), (8, 320), (10, 512), (12, 768), context=512)
_GPU = Plan(
    tier="standard", device="cuda", corpus="environment", batch=128, scored=2048, sizes=_LARGE,
    budgets=(50 * MB, 100 * MB, 200 * MB), without=frozenset(), seed_cell=("6x192", 50 * MB), seeds=2,
    fit_from=50 * MB, bootstraps=300, bench=ON_GPU,
    levers=LeverPlan(
        names=("distillation", "repetition", "synthetic", "optimizer"), student=_LARGE[1],
        distilled=(25 * MB, 50 * MB), reader=_LARGE[1], unique=12_500_000, epochs=(4, 8, 16), stretched=1,
        optimized=_LARGE[:3], adam=((64, 1e-3), (64, 3e-3), (128, 3e-3)),
    ),
    rl=RLPlan(
        shape=Shape(8, 384, vocabulary=10, context=72), deepest=20, longest=48,
        bases=(("weak", 0.2), ("strong", 0.5)), seeds=2, steps=400, prompts=512, samples=16, rate=2e-4, scored=2048,
    ),
    recipe=Recipe(matrix_rate=0.02, rate=0.01, warm_up=5 * MB),
)  # fmt: skip

PLANS: dict[tuple[str, str], Plan] = {
    ("cpu", "smoke"): _SMOKE,
    ("cpu", "fast"): _FAST,
    ("cpu", "standard"): _STANDARD,
    ("cpu", "full"): _FULL,
    ("cuda", "smoke"): replace(_SMOKE, device="cuda"),
    ("cuda", "fast"): replace(
        _GPU, tier="fast", sizes=_LARGE[:3], levers=replace(_GPU.levers, names=("repetition",), epochs=(4, 8)),
        rl=replace(_GPU.rl, bases=(("weak", 0.2),), seeds=2, steps=200),
    ),
    ("cuda", "standard"): _GPU,
    ("cuda", "full"): replace(_GPU, tier="full", seeds=4, rl=replace(_GPU.rl, seeds=3)),
}  # fmt: skip
"""Every campaign, by device and tier."""
