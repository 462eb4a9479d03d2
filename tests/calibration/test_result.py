"""From a log to a result: what a GPU's measurements would move, and what a grid of losses says."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the calibration extra")

from dataclasses import replace
from pathlib import Path

from scipy.special import logit

from calibration import kappas, result, scaling
from calibration.dice import dice
from calibration.host import Host, Peak
from calibration.microbench import Measurement
from calibration.plan import PLANS
from calibration.record import read
from calibration.roofline import read_chips

PRIOR = read("literature")
CHIPS = read_chips(Path(__file__).resolve().parents[2] / "scenarios/data/chips.csv")
H200 = Host(
    "NVIDIA H200", "nvidia", "H200 SXM", "H200", Peak(989e12, 989e12, "catalogue"), Peak(4.8e12, 4.8e12, "catalogue")
)


def bench(matmul: float = 788e12, copy: float = 4.3e12, quiet: float = 0.99) -> list[dict]:
    """Rates as an H200 reaches them, and smaller ones that must not count."""
    rows = [
        ("matmul", "256", "bf16", "FLOP/s", 950e12), ("matmul", "8192", "bf16", "FLOP/s", matmul),
        ("matmul", "8192", "fp32", "FLOP/s", 50e12), ("copy", "64 MiB", "fp32", "byte/s", 9e12),
        ("copy", "4096 MiB", "fp32", "byte/s", copy), ("triad", "4096 MiB", "fp32", "byte/s", copy * 0.98),
    ]  # fmt: skip
    return [Measurement(*labels, best, best * quiet).as_row() for *labels, best in rows]


def hardware(rows: list[dict]) -> dict:
    return {u.name: u for u in result._hardware(PRIOR, H200, rows)}


def test_a_measured_gpu_moves_itself_its_maker_and_hardly_the_others():
    by = hardware(bench())
    assert by["compute host"].measured.median == pytest.approx(788 / 989, abs=0.01)
    assert logit(by["compute host"].posterior.median) == pytest.approx(logit(788 / 989), abs=0.05)
    assert by["bandwidth host"].measured.median == pytest.approx(4.3 / 4.8, abs=0.01)
    for quantity in ("compute", "bandwidth"):
        host, same, other = (by[f"{quantity} {who}"].moved for who in ("host", "nvidia", "other"))
        assert (same, other) == (pytest.approx(0.5 * host), pytest.approx(0.15 * host))


def test_the_measured_class_gets_fractions_of_its_own():
    found = result._fractions(PRIOR, H200, tuple(hardware(bench()).values()), "2026-11-25")
    own = {f.quantity: f for f in found if f.vendor == "host"}
    assert {f.chip_class for f in own.values()} == {"H200"}
    assert own["compute"].high - own["compute"].low < 0.04
    assert {(f.quantity, f.vendor) for f in found} >= {(q, v) for q in own for v in ("nvidia", "other", "host")}


def test_noise_moves_nothing():
    found = hardware(bench(quiet=0.7))
    assert all(u.moved == 0 and u.measured is None for u in found.values())
    assert "noisy" in found["compute host"].note
    before = {(f.quantity, f.vendor): f for f in PRIOR.fractions}
    after = result._fractions(PRIOR, H200, tuple(found.values()), "2026-11-25")
    assert {(f.quantity, f.vendor): f for f in after} == before


def kappa(rows: list[dict], chip: str) -> dict:
    fractions = result._fractions(PRIOR, H200, tuple(hardware(rows).values()), "2026-11-25")
    return next(k for k in kappas.rooflines(CHIPS, fractions)[0] if k["chip"] == chip)


def test_the_roofline_follows_the_measured_chip():
    fast, slow = kappa(bench(), "H200 SXM"), kappa(bench(copy=3.0e12), "H200 SXM")
    assert slow["decode"][1] < 0.95 * fast["decode"][1]
    cool, warm = kappa(bench(matmul=600e12), "H200 SXM"), kappa(bench(matmul=880e12), "H200 SXM")
    assert cool["train"][1] < warm["train"][1]
    assert kappa(bench(), "H100 SXM")["train"] == [1, 1, 1]


def test_a_grid_gives_back_the_law_it_was_made_from():
    plan, noise = replace(PLANS["cpu", "standard"], bootstraps=40), dice(0, "noise")
    cells = [
        {
            "part": f"cell/{s.name}/{b}", "size": s.name, "parameters": s.parameters, "with_head": s.with_head,
            "tokens": b, "flop": s.train_flop(b),
            "loss": (0.7 + 8 * s.parameters**-0.25 + 3000 * b**-0.6) * np.exp(0.001 * noise.standard_normal()),
        }
        for s in plan.sizes
        for b in plan.cells(s)
    ]  # fmt: skip
    seeds = [{"size": "2x32", "tokens": 2**20, "loss": c["loss"]} for c in cells if c["part"] == f"cell/2x32/{2**20}"]
    found = result.fitted(plan, cells, seeds)
    assert found["point"]["alpha"] == pytest.approx(0.25, abs=0.03)
    assert found["point"]["beta"] == pytest.approx(0.6, abs=0.05)
    assert found["hold_out_max"] < 0.01
    assert found["seed_sd"] == 0
    assert found["envelope_slope"] < 0
    draws = np.array(found["draws"])
    assert draws.shape == (plan.bootstraps, 5)
    assert np.corrcoef(np.log(draws[:, 1]), draws[:, 3])[0, 1] > 0.9  # kept together


def test_too_few_cells_are_no_law():
    plan = PLANS["cpu", "standard"]
    cells = [{"size": "a", "tokens": 2**20, "parameters": 10, "loss": 2.0}] * (scaling.LEAST_CELLS - 1)
    assert result.fitted(plan, cells, []) is None
