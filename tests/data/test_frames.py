"""Other people's frames: every scenario loads, every claim can be asked, and nothing stands without a use."""

import pytest

from scenarios import BASELINE, FRAMES, InputError, apart, frame_names, load, names, question_names
from scenarios.frames import Claim, claims, frames
from scenarios.rules import history
from sim.analysis.frames import asked
from sim.ui.teach.claims import CLAIMS, RECORDS

ROW = {
    "frame": "two_scenarios", "claim": "S99", "title": "t", "says": "s", "place": "p", "source": "a text",
    "as_of": "2026-05-14", "tier": "judgment",
}  # fmt: skip


def test_each_text_has_the_claims_that_it_must_have():
    counts = {name: len(claims(name)) for name in frames()}
    assert counts["two_scenarios"] >= 8
    assert min(counts.values()) >= 3
    assert sum(counts.values()) == len(claims())
    worlds = [row for row in claims("eight_worlds") if row.holds.startswith("world_")]
    assert len({row.holds for row in worlds}) == 8
    strategies = {f"middle_{name}" for name in ("specialize", "align", "share", "hedge")}
    assert strategies <= {row.holds for row in claims("middle_powers")}


@pytest.mark.parametrize("name", frame_names())
def test_a_scenario_loads_by_name_and_says_what_it_is(name: str):
    spec = load(name)
    assert spec.name == name == (FRAMES / f"{name}.yaml").stem
    assert spec.digest() != load(BASELINE).digest()
    assert 20 <= len(spec.story) <= 160
    assert spec.story.endswith(".")
    assert spec.question.endswith("?")
    assert len(spec.title) < 50
    assert spec.sources[0].url
    assert spec.sources[0].date
    assert spec.baseline == BASELINE
    assert [rule.unread for rule in spec.rules if rule.unread and rule not in history()] == []
    assert name in {used for row in claims() for used in (row.holds, row.fails)}


def test_names_stand_apart_from_the_library_and_from_the_questions():
    assert not set(frame_names()) & {*names(), *question_names()}
    assert all(apart(name) for name in (*frame_names(), *question_names()))
    assert not apart(BASELINE)


@pytest.mark.parametrize("row", claims(), ids=lambda row: row.claim)
def test_a_claim_can_be_asked_or_says_that_it_is_not_in_the_model(row: Claim):
    for text in row.asked:
        assert asked(text).parts
    if not (row.expects or row.ranged):
        assert row.place.startswith("Not in the model:")
    assert row.recorded in ("", *RECORDS)
    assert row.url
    assert row.claim not in CLAIMS


def test_what_could_not_be_checked_is_said():
    for frame in frames().values():
        assert frame.reading.startswith("We read")
    assert {row.tier for row in claims("two_scenarios")} == {"judgment"}
    assert all("could not be checked" in row.note for row in claims("two_scenarios"))


@pytest.mark.parametrize(("wrong", "told"), [
    ({"holds": "f2028_ahead"}, "both"),
    ({"outcomes": "lead_months@2028"}, "both"),
    ({"holds": "f2028_aheat", "outcomes": "lead_months@2028"}, "unknown scenario"),
    ({"holds": "f2028_ahead", "outcomes": "lead_months@2028", "expects": "more"}, "set against"),
    ({"holds": "f2028_ahead", "outcomes": "lead_months@2028", "low": 1}, "low and high"),
])  # fmt: skip
def test_a_wrong_row_is_refused(wrong: dict[str, object], told: str):
    with pytest.raises(ValueError, match=told):
        Claim.model_validate({**ROW, **wrong})


@pytest.mark.parametrize("wrong", ["outcome@2028", "crossing_year.us_bloc", "lead_month@2028", "us_ahead@2028 / x"])
def test_an_outcome_without_a_number_in_every_future_is_refused(wrong: str):
    with pytest.raises(InputError):
        asked(wrong)


def test_an_unknown_text_is_told():
    with pytest.raises(InputError, match="unknown frame"):
        claims("two_scenario")
