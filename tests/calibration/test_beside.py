"""Results side by side and their simulated effects: the right numbers, and nothing made up where they are missing."""

from typing import Any

import numpy as np
import pytest

from calibration.record import IN_USE, read
from calibration.report import effect
from calibration.report.beside import beside
from calibration.report.blocks import Blocks, Fold, Missing, Table, Text
from calibration.report.draft import Draft
from calibration.report.grid import band, law
from calibration.report.roofs import picture
from tests.calibration import effects

FULL, READINGS = "cpu-amd-epyc-full-2026-11-25", "readings-gpu-2026-11"


def drafts(*names: str, simulated: bool = False) -> list[Draft]:
    given = [read(name) for name in names]
    return [
        Draft(record, effect=effects.effect(record, -0.5 * i) if simulated else None) for i, record in enumerate(given)
    ]


def said(blocks: Blocks) -> str:
    return " ".join(
        block.said if isinstance(block, Text) else block.why for block in blocks if isinstance(block, Text | Missing)
    )


def tables(blocks: Blocks) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def test_the_change_in_the_verdict_is_the_difference_of_the_two():
    one, other = drafts(IN_USE, FULL, simulated=True)
    words = said(beside(one, other))
    assert "changes by −0.500 months" in words
    assert "“us_ahead”: from 50.0 to 45.0 futures in 100" in words
    assert "changes by +0.500 months" in said(beside(other, one))


def test_a_prior_stands_where_the_other_started_from():
    (measured,) = drafts(FULL, simulated=True)
    words = said(
        beside(Draft(read("literature")), Draft(measured.record, effect=effects.effect(measured.record, 0.75)))
    )
    assert "changes by +0.750 months" in words


def test_without_a_simulation_no_change_is_claimed():
    assert "has not been simulated yet" in said(beside(*drafts(IN_USE, FULL)))
    one, other = drafts(IN_USE, READINGS)
    assert "has not been simulated yet" in said(beside(Draft(one.record, effect=effects.effect(one.record)), other))


def test_numbers_that_both_have_come_first_and_the_others_are_folded():
    blocks = beside(*drafts(IN_USE, READINGS))
    (shared,) = tables(blocks)
    rows = {row[0]: row[1:] for row in shared.rows}
    assert rows["Largest training run"][1] == "–"
    assert "Decoding on one chip, share of peak" in rows
    assert not any(name.startswith("Distillation") for name in rows)
    alone = next(block for block in blocks if isinstance(block, Fold) and block.title.startswith("Numbers"))
    assert any(row[0].startswith("Distillation") for row in tables(alone.blocks)[0].rows)
    same = beside(*drafts(IN_USE, FULL))
    assert not any(isinstance(block, Fold) and block.title.startswith("Numbers") for block in same)


def curve(*months: float) -> list[dict[str, float]]:
    return [{"flop": 10.0**power, "lead_2030_months": value} for power, value in zip((10, 18, 26), months, strict=True)]


@pytest.mark.parametrize(
    ("sizes", "flop"),
    [(curve(0.1, 0.5, 1.5), 1e22), (curve(0.1, 0.2, 0.3), None), (curve(1.5, 2.0, 3.0), 1e10), (curve(0, 1, 2), 1e18)],
)
def test_the_campaign_that_moves_a_month_is_found_between_points(sizes: list[dict[str, float]], flop: float | None):
    found = effect.needed(sizes)
    assert found is None if flop is None else found == pytest.approx(flop)


def test_the_band_of_a_law_holds_its_median_and_is_that_of_its_draws():
    fit: dict[str, Any] = read(IN_USE).fit or {}
    low, high = band(fit, 50_000.0, np.array([1e6, 2e6]))
    names = ("E", "A", "B", "alpha", "beta")
    each = [law(dict(zip(names, draw, strict=True)), 50_000.0, 1e6) for draw in fit["draws"]]
    assert low[0] == pytest.approx(np.quantile(each, 0.05))
    assert high[0] == pytest.approx(np.quantile(each, 0.95))
    assert low[0] < law(fit["point"], 50_000.0, 1e6) < high[0]


def test_the_sentence_on_the_h20_takes_its_numbers_from_the_record():
    record = read(IN_USE)
    row = next(chip for chip in record.roofline if chip["chip"] == "H20")
    words = said(picture(Draft(record)))
    assert f"worth {row['train'][1]:.2f} of an H100" in words
    assert f"small batches {row['dense_8']:.1f}" in words
    changed = tuple({**chip, "train": [0.4, 0.5, 0.6]} if chip["chip"] == "H20" else chip for chip in record.roofline)
    assert "worth 0.50 of an H100" in said(picture(Draft(record.model_copy(update={"roofline": changed}))))
