"""How fast could un-fused NumPy be? Count the element-operations of a run and price each at its cache-resident cost.

The bound is the sum over all ufunc calls of (elements × the cost of that ufunc on arrays that stay in the cache).
Reductions, copies and Python itself are not in the bound, so the ratio shows all of them as overhead.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, ClassVar

import numpy as np

Counts = Counter[tuple[str, str, str]]
WIDTH = 11 * 1024
"""Elements of a table of all actors and a chunk: the size at which costs are measured."""


class Counted(np.ndarray):
    """An array that counts what is done with it, per (ufunc, method, dtype)."""

    counts: ClassVar[Counts] = Counter()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [np.asarray(x) if isinstance(x, Counted) else x for x in inputs]
        out = kwargs.get("out")
        if out is not None:
            kwargs["out"] = tuple(np.asarray(x) if isinstance(x, Counted) else x for x in out)
        if isinstance(kwargs.get("where"), Counted):
            kwargs["where"] = np.asarray(kwargs["where"])
        result = getattr(ufunc, method)(*plain, **kwargs)
        size = max((x.size for x in (*plain, result) if isinstance(x, np.ndarray)), default=1)
        if ufunc is np.matmul:
            size = plain[1].size * (plain[0].shape[-2] if plain[0].ndim > 1 else 1)
        kind = next((x.dtype.name for x in plain if isinstance(x, np.ndarray)), "float64")
        Counted.counts[ufunc.__name__, method, kind] += size
        if out is not None:
            return out[0]
        return result.view(Counted) if isinstance(result, np.ndarray) else result

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        result = super().__array_function__(func, types, args, kwargs)
        return result.view(Counted) if type(result) is np.ndarray else result


def count(spec: Any, runs: int, until: int) -> Counts:
    """Element-operations of one chunk of a scenario, by (ufunc, method, dtype)."""
    from scenarios.quarters import FIRST, number
    from sim.engine.context import Noise
    from sim.engine.inputs import inputs_of
    from sim.engine.noise import noise
    from sim.engine.state import written
    from sim.engine.world import World
    from sim.ensemble.draws import Draws, draw
    from sim.ensemble.rng import Streams

    inputs = inputs_of(spec, number(f"{until}-Q4") - FIRST + 1)
    streams = Streams(0, 0, runs, inputs.steps)
    Counted.counts = Counter()
    drawn = Draws(**{name: values.view(Counted) for name, values in vars(draw(spec, streams)).items()})
    paths = Noise(**{name: values.view(Counted) for name, values in vars(noise(inputs, streams)).items()})
    world = World(inputs, drawn, paths)
    for name, values in written(world.state).items():
        if isinstance(values, np.ndarray):
            setattr(world.state, name, values.view(Counted))
    try:
        world.run()
    finally:
        world.close()
    return Counted.counts


def cost(name: str, method: str, kind: str) -> float:
    """Seconds per element of a ufunc on cache-resident arrays of one table's width; the best of several tries."""
    ufunc = getattr(np, name)
    ramp = np.linspace(0.6, 1.4, WIDTH)
    values = ramp > 1 if kind == "bool" else (ramp + (np.dtype(kind).kind in "iu")).astype(kind)
    if method == "reduce":
        table = np.tile(values, (11, 1))
        return _best(lambda: ufunc.reduce(table, axis=0), table.size)
    if name == "matmul":
        left, right = np.ones((2, 17)), np.tile(values, (17, 1))
        return _best(lambda: left @ right, 2 * right.size)
    inputs = [values] * ufunc.nin
    out = ufunc(*inputs)
    first = out if isinstance(out, np.ndarray) else out[0]
    return _best(lambda: ufunc(*inputs, out=first) if ufunc.nout == 1 else ufunc(*inputs), WIDTH)


def _best(call: Any, size: int) -> float:
    best = np.inf
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(20):
            call()
        best = min(best, (time.perf_counter() - start) / 20)
    return best / size


def bound(counts: Counts) -> tuple[float, list[tuple[str, float, float]]]:
    """Seconds of the bound, and its largest parts as (ufunc, million elements, milliseconds)."""
    rows = []
    for (name, method, kind), elements in counts.items():
        if name in ("clip",):
            seconds = elements * cost("maximum", "__call__", kind) * 2
        else:
            seconds = elements * cost(name, method, kind)
        rows.append((f"{name}{'.reduce' if method == 'reduce' else ''} {kind}", elements / 1e6, seconds * 1e3))
    rows.sort(key=lambda row: -row[2])
    return sum(row[2] for row in rows) / 1e3, rows
