"""Shares of peak by kind of work, from rates whose shares are known."""

import pytest

from calibration import rows
from calibration.record import CalibrationRecord, Provenance, ids, read
from calibration.shares import copies, leading, products, shares

MEASURED = [name for name in ids() if read(name).kind == "measured"]
PEAKS = {"peak_compute": {"low": 1e15, "high": 1e15, "basis": ""}, "peak_bandwidth": {"low": 4e12, "high": 4e12}}


def row(bench: str, size: str, best: float, unit: str = "FLOP/s", precision: str = "bf16", noisy: bool = False) -> dict:
    return {"bench": bench, "size": size, "precision": precision, "unit": unit, "best": best, "median": best,
            "noisy": noisy}  # fmt: skip


BENCH = (
    row("matmul", "8192", 8e14), row("matmul", "256", 9e14), row("matmul", "8192", 16e14, precision="fp8"),
    row("copy", "64 MiB", 9e12, "byte/s", "fp32"), row("copy", "4096 MiB", 3.6e12, "byte/s", "fp32"),
    row("ladder", "batch 1", 3.2e12), row("ladder", "batch 64", 2e14), row("ladder", "batch 512", 7.2e14),
    row("attention prefill", "4096", 3e14), row("attention prefill", "16384", 5e14),
    row("attention decode", "4096", 1e12, "byte/s"), row("attention decode", "32768", 2e12, "byte/s"),
    row("training step", "12x1024, 152 M", 4e14),
)  # fmt: skip


def result(bench=BENCH, vendor="nvidia", **host) -> CalibrationRecord:
    made = Provenance(
        tier="standard", device="cuda", host={"name": "a chip", "vendor": vendor, **PEAKS, **host}, versions={},
        commit="", command="", seeds=(0,), corpus={}, seconds={"grid": 10.0}, flop={"grid": 2e15}, log="",
        log_sha256="",
    )  # fmt: skip
    return read("literature").model_copy(update={"provenance": made, "bench": tuple(bench)})


def test_each_kind_of_work_has_its_share_of_its_own_peak():
    found = [(s.work, s.rate, round(s.of_peak.median, 9), round(s.of_best, 9)) for s in shares(result())]
    assert found == [
        ("training", 4e14, 0.4, 0.5),
        ("prefill", 7.2e14, 0.72, 0.9),
        ("prefill", 5e14, 0.5, 0.625),
        ("decode", 3.2e12, 0.8, round(3.2 / 3.6, 9)),  # bf16: two bytes and two FLOP a weight
        ("decode", 2e12, 0.5, round(2 / 3.6, 9)),
    ]


def test_of_several_training_steps_the_fastest_counts():
    faster = row("training step", "12x1024 in batches of 32, compiled, 152 M", 5e14)
    (step,) = (share for share in shares(result((*BENCH, faster))) if share.work == "training")
    assert (step.rate, step.what) == (5e14, "a step of 12x1024 in batches of 32, compiled, 152 M parameters")


def test_a_weight_of_four_bytes_is_read_at_twice_the_rate():
    slow = [row("ladder", "batch 1", 1e10, precision="fp32"), row("copy", "64 MiB", 4e10, "byte/s", "fp32")]
    (decode,) = shares(result(slow, vendor="processor", peak_bandwidth=None))
    assert (decode.rate, decode.unit, decode.of_peak, decode.of_best) == (2e10, "byte/s", None, 0.5)


def test_an_uncertain_peak_gives_an_interval():
    peak = {"low": 8e14, "high": 2e15, "basis": ""}
    step = shares(result(peak_compute=peak))[0]
    assert (step.of_peak.low, step.of_peak.high) == (pytest.approx(0.2), pytest.approx(0.5))


def test_a_noisy_best_is_no_best():
    bench = [r | {"noisy": r["bench"] in ("matmul", "copy")} for r in BENCH]
    assert all(s.of_best is None for s in shares(result(bench)))
    assert rows.utilization(result(bench)) == ""


def test_small_products_and_small_copies_do_not_count():
    assert [r["size"] for r in products(BENCH, "bf16")] == ["8192"]
    assert [r["size"] for r in copies(BENCH)] == ["4096 MiB"]
    assert copies([]) == []


def test_sizes_are_read_by_their_number():
    assert [leading({"size": s}) for s in ("0.25 MiB", "batch 64", "4096")] == [0.25, 64, 4096]


def test_without_measurements_there_are_no_shares():
    assert shares(read("literature")) == ()
    assert shares(result(bench=())) == ()


def test_the_table_and_the_sentence_say_the_same():
    sheet = rows.work(result())
    assert [line[0] for line in sheet.rows] == ["training", "prefill", "prefill", "decode", "decode"]
    assert sheet.rows[0] == ("training", "a step of 12x1024, 152 M parameters", "400 TFLOP/s", "40%", "50%", "")
    assert rows.utilization(result()) == (
        "A training step of 12x1024, 152 M parameters reaches 50% of the best matrix product, the whole grid 25%. "
        "Prefill reaches 90% (weights times batch 512) and 62% (attention over 16384 tokens) of the best product. "
        "Decode reaches 89% (weights times one token) and 56% (attention to 32768 cached tokens) of the best copy."
    )


@pytest.mark.parametrize("name", MEASURED)
def test_committed_results_have_all_three(name: str):
    found = shares(read(name))
    assert {s.work for s in found} == {"training", "prefill", "decode"}
    assert all(0.1 < s.of_best < 1 for s in found)
