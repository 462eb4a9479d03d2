"""`polarity frames` and the files behind it."""

import json

import pytest

from scenarios import FRAMES
from scenarios.frames import claims
from sim.analysis.frames import VERDICTS


def test_a_text_is_answered_claim_by_claim(polarity):
    said = polarity("frames", "two_scenarios", "--runs", 8)
    assert said.code == 0, said.err
    for row in claims("two_scenarios"):
        assert row.title in said.out
    assert VERDICTS["not in the model"] in said.out
    assert "not forecasts" in said.out


def test_json_gives_the_averages_with_their_intervals(polarity):
    said = polarity("frames", "ai_2040", "--runs", 8, "--json")
    found = {one["claim"]: one for one in json.loads(said.out)}
    assert list(found) == [row.claim for row in claims("ai_2040")]
    first = found["P1"]["model"][0]
    assert first["outcome"] == "crossed.us_bloc@2032"
    assert first["difference"]["low"] <= first["difference"]["mean"] <= first["difference"]["high"]
    assert found["P5"]["model"][0]["fails"] is None
    assert found["P10"]["model"] == []


def test_an_unknown_text_is_refused_in_one_line(polarity):
    said = polarity("frames", "two_scenario")
    assert said.code == 2
    assert "two_scenarios" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("path", sorted(FRAMES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_scenarios_are_valid_and_everything_in_them_acts(polarity, path):
    content = json.loads(polarity("check", path, "--json").out)
    assert content["valid"]
    assert content["sets"]
    assert content["without_effect"] == []
