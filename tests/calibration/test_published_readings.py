"""Readings become a result: which count, for whom, and what the simulator then draws."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.special import logit

from calibration import published_readings, remake
from calibration.published_readings import ERRORS, ID, UNUSED, assemble, why_not
from calibration.readings import read_readings
from calibration.record import RESULTS, fraction_name, read
from calibration.roofline import read_chips
from scenarios import load
from sim.ensemble.draws import distributions

CHIPS = read_chips(Path(__file__).resolve().parents[2] / "scenarios/data/chips.csv")
KNOWN = {chip.name: chip for chip in CHIPS}
PRIOR, READINGS = read("literature"), read_readings()
BY = {reading.id: reading for reading in READINGS}


def counted(*readings):
    return [r.id for r in readings if not why_not(r, readings, KNOWN, PRIOR)]


def test_the_committed_result_is_what_the_table_gives():
    assert remake.changed(read(ID), remake.remade(read(ID), RESULTS, CHIPS)) == ()


def test_own_readings_are_in_the_table_with_their_tier():
    own = {(r.chip, r.quantity): r for r in READINGS if r.author == "The Polarity contributors"}
    assert own["H100 SXM", "compute"].value == 798
    assert own["H100 SXM", "bandwidth"].value == 3.0
    assert own["H200 SXM", "bandwidth"].value == 4.3
    assert {r.value for r in READINGS if r.id.startswith("h200-own-matmul")} == {769, 798}
    assert {r.tier for r in own.values()} == {"inferred"}


def test_a_single_reading_is_weighed_by_its_tier():
    for tier, error in ERRORS.items():
        reading = replace(BY["h100-own-matmul"], tier=tier)
        update = next(u for u in assemble([reading], CHIPS, PRIOR).hardware if u.name == "compute H100")
        (mean, sd), value = (float(logit(0.78)), (logit(0.853) - logit(0.684)) / 3.2897), logit(798 / 989.4)
        weight = sd**2 / (sd**2 + error**2)
        assert update.weight == pytest.approx(weight, rel=1e-3)
        assert update.moved == pytest.approx(weight * (value - mean) / sd, rel=1e-3)


def test_readings_in_eight_bits_stand_in_only_where_there_are_no_others():
    wide, narrow = BY["h100-own-matmul"], replace(BY["h100-mamf-fp8"], url="https://example.org")
    assert counted(wide, narrow) == [wide.id]
    assert counted(narrow) == [narrow.id]


def test_what_the_prior_is_made_from_moves_no_other_chip():
    alone = BY["gh200-mamf"]
    assert published_readings.in_prior(alone, PRIOR)
    by = {u.name: u for u in assemble([alone], CHIPS, PRIOR).hardware}
    assert by["compute GH200"].moved > 0
    assert by["compute nvidia"].moved == by["compute other"].moved == 0


def test_a_cut_chip_says_nothing_of_whole_ones():
    by = {u.name: u for u in assemble([BY["h20-matmul-docker"]], CHIPS, PRIOR).hardware}
    assert by["compute H20"].posterior.median > 0.9
    assert by["compute nvidia"].moved == 0
    copied = {u.name: u for u in assemble([BY["h20-copy-kernel"]], CHIPS, PRIOR).hardware}
    assert copied["bandwidth nvidia"].moved != 0  # its memory is whole


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"value": 1200.0}, "more than the data sheet's peak"),
        ({"chip": "TPU v4"}, "the catalogue lacks numbers of this chip"),
        ({"quantity": "training"}, UNUSED["training"]),
        ({"quantity": "engine"}, UNUSED["engine"]),
        ({"quantity": "prefill"}, UNUSED["prefill"]),
        ({"quantity": "decode"}, UNUSED["decode"]),
    ],
)
def test_what_cannot_count_is_kept_with_its_reason(change, why):
    reading = replace(BY["h100-own-matmul"], **change)
    found = assemble([reading], CHIPS, PRIOR)
    assert found.readings[0]["unused"] == why
    assert found.fractions == PRIOR.fractions
    assert found.shifts == ()


def test_the_simulator_draws_what_was_read():
    drawn = distributions(load("current_policy").with_changes(calibration=ID))
    for row in read(ID).fractions:
        low, mid, high = drawn[fraction_name(row)][1].interval()
        assert (low, mid, high) == pytest.approx((row.low, row.median, row.high), abs=1e-3)
    assert drawn["compute_fraction_h20"][1].interval()[1] > 0.9


def test_decoding_kernels_move_the_intensity_of_decoding():
    (shift,) = read(ID).shifts
    assert shift.parameter == "decode_intensity"
    assert shift.shift > 0


def test_it_needs_no_torch():
    code = "import sys, calibration.published_readings; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=RESULTS.parents[1], check=False).returncode == 0
