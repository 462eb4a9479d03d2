"""Arithmetic intensity: hand-computed cases, and constants that must be those of the microbenchmarks."""

from pathlib import Path
from typing import Any

import pytest

from calibration import intensity
from calibration.intensity import place, product, regions, ridge
from calibration.roofline import read_chips

CHIPS = {chip.name: chip for chip in read_chips(Path(__file__).parents[2] / "scenarios" / "data" / "chips.csv")}


def row(bench: str, size: str, best: float, precision: str = "fp32") -> dict[str, Any]:
    return {"bench": bench, "size": size, "precision": precision, "best": best, "noisy": False}


def test_a_square_product_has_two_thirds_of_its_size_over_the_bytes_of_an_element():
    assert product(600, 600, 600, 4.0) == pytest.approx(2 * 600 / (3 * 4))


def test_one_token_reads_every_weight_for_two_operations():
    assert product(1, 4096, 4096, 2.0) == pytest.approx(1.0, rel=1e-3)
    placed = place(row("ladder", "batch 1", 1e10, "bf16"), "cuda")
    assert placed is not None
    assert placed.intensity == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize(
    ("bench", "size", "best", "at", "rate"),
    [
        ("matmul", "600", 9e10, 100.0, 9e10),
        ("matmul", "1200x300", 9e10, 2 * 300 * 1200 * 300 / (4 * (1200 * 300 + 300 * 300 + 1200 * 300)), 9e10),
        ("triad", "64 MiB", 12e9, 1 / 6, 2e9),  # three elements of four bytes for a product and a sum
        ("attention prefill", "2048", 5e10, 256.0, 5e10),
        ("attention decode", "4096", 16e9, 0.5, 8e9),
        ("training step", "4x80, 0.33 M", 4e10, product(1024, 80, 80, 4), 4e10),
    ],
)
def test_every_microbenchmark_stands_where_its_traffic_puts_it(
    bench: str, size: str, best: float, at: float, rate: float
):
    placed = place(row(bench, size, best), "cpu")
    assert placed is not None
    assert placed.intensity == pytest.approx(at)
    assert placed.rate == pytest.approx(rate)


def test_what_computes_nothing_is_not_on_the_roofline():
    assert place(row("copy", "64 MiB", 3e10), "cpu") is None
    assert place(row("launch", "1 element", 2e-6), "cpu") is None


def test_decoding_lies_below_the_ridge_of_a_training_chip_and_training_above():
    decoding, prefill, training = regions()
    assert decoding.high < ridge(CHIPS["H100 SXM"]) < training.low
    assert ridge(CHIPS["H20"]) < decoding.high  # where large batches meet its low flat roof
    assert decoding.low == pytest.approx(1.0, rel=0.02)
    assert prefill.low < prefill.high == training.low


def test_sizes_are_those_of_the_microbenchmarks():
    pytest.importorskip("torch")
    from calibration import microbench

    assert intensity.LADDER_WIDTH == microbench.LADDER_WIDTH
    for device, sizes in (("cpu", microbench.ON_CPU), ("cuda", microbench.ON_GPU)):
        assert intensity.STEP_TOKENS[device] == sizes.step_batch * sizes.step.context
