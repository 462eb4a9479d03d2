"""A brief that was saved keeps its numbers: the engine of today reproduces each of them exactly.

Whoever quotes a number from a brief must be able to get it again. If a change to the model moves one, refresh the
stored brief with `make golden` and say under "Results changed" in CHANGELOG.md what moved, by how much and why. A
version that is released keeps its own: its tag holds the brief of then, its pins and this test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.ui.brief.files import written
from sim.ui.brief.text import brief
from sim.ui.brief.verify import FUTURES, verify
from sim.ui.shared.public import VARIABLE
from sim.ui.shared.setup import Judge, Setup

PATH = Path(__file__).parent / "data" / "brief.html"
SETUP = Setup(levers={"openness": 0.0, "enforcement": 5.0}, judge=Judge(limit=8, year=2030))
"""A policy that differs from the baseline, so that the brief has all of its parts; judged otherwise than usual, so that
it does not search for half a minute."""
FEW = 64
"""Simulated futures of the stored brief."""


def test_a_stored_brief_has_the_numbers_that_the_engine_gives_today(golden_update: bool, monkeypatch) -> None:
    monkeypatch.setenv("POLARITY_WORKERS", "0")
    if golden_update:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(FUTURES, str(FEW))
            patch.delenv(VARIABLE, raising=False)
            PATH.write_text(str(written(brief(SETUP), "html")), encoding="utf-8")
    found = verify(PATH.read_bytes())
    assert found.record.setup == SETUP
    assert (found.record.futures, found.record.seed, found.record.until) == (FEW, 0, 2032)
    assert found.numbers > 150
    moved = [f"  {one.place}: {one.saved} -> {one.now}" for one in found.differences if one.is_number]
    assert not moved, "the numbers of the stored brief moved; see the top of this file\n" + "\n".join(moved)
