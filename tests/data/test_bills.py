"""Pending bills become rules: the same as if somebody had written them into a scenario file."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import sim
from scenarios import load
from scenarios.bills import USUAL, bills, passed
from scenarios.errors import InputError
from scenarios.rules import history
from sim.run import simulate
from sim.ui.shared.setup import Setup

ACTING = ("chip_security_act", "match_act", "remote_access_act")


def test_every_bill_is_pending_in_the_record():
    records = {rule.id: rule for rule in history()}
    for bill in bills().values():
        record = records[bill.record]
        assert (record.measure, record.end) == ("proposed", None)
        assert record.source == bill.source, "a bill rests on what its record rests on"
        assert bill.url


@pytest.mark.parametrize("name", bills())
def test_a_passed_bill_is_the_same_rule_in_a_file(name: str, tmp_path: Path):
    (rule,) = passed({name: "2028-Q1"})
    written = {key: value for key, value in rule.model_dump(mode="json").items() if value not in (None, "")}
    file = tmp_path / "mine.yaml"
    given = {"like": "current_policy", "name": "mine", "title": "Mine", "story": "A bill passes.",
             "question": "What does it change?", "rules": [written],
             "sources": [{"title": "A bill", "date": "2026-04-02"}]}  # fmt: skip
    file.write_text(yaml.safe_dump(given))
    mine, own = Setup(bills={name: "2028-Q1"}).spec, load(str(file))
    assert mine.digest() == own.digest()
    one, two = (simulate(spec, runs=8, until=2030) for spec in (mine, own))
    assert all(np.array_equal(one.series[key], two.series[key]) for key in one.series)
    same = np.array_equal(one["lead_months"], simulate(load("current_policy"), runs=8, until=2030)["lead_months"])
    assert same == (name not in ACTING)


@pytest.mark.parametrize("name", bills())
def test_a_bill_that_does_nothing_says_why(name: str):
    said = [text for text in sim.without_effect(Setup(bills={name: USUAL}).spec) if f"passed_{name}" in text]
    assert len(said) == (name not in ACTING)
    assert all("no mechanism reads rules of scope" in text for text in said)


def test_under_tight_controls_a_bill_adds_nothing():
    found = sim.without_effect(Setup("tight_controls", bills={"match_act": USUAL}).spec)
    (said,) = [text for text in found if "passed_match_act" in text]
    assert "already decide everything it covers" in said


def test_wrong_names_and_dates_are_refused():
    with pytest.raises(InputError, match="did you mean"):
        passed({"mach_act": USUAL})
    with pytest.raises(InputError, match="cannot pass in 2026-Q1"):
        passed({"match_act": "2026-Q1"})
    with pytest.raises(InputError, match="is not a quarter"):
        passed({"match_act": "soon"})
