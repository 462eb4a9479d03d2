"""`polarity check`: all that is wrong with a file at once, or what it sets and what of it does nothing."""

import json
from pathlib import Path

import pytest

import scenarios
from scenarios import QUESTIONS as FOLDER
from scenarios.packages import PLAYERS

QUESTIONS = sorted(FOLDER.glob("*.yaml"))
BAD = """\
like: curent_policy
title: ""
what_if: [nope]
levers: {enforcement: 33, clod_rule: 3}
rules:
  - id: a
    start: "2027-13-01"
    issuer: us
    scope: tools
    measure: deny
    destination: chna
    title: t
    summary: s
    source: abcd
    as_of: "2026-01-01"
    tier: judgment
events:
  - {kind: agrement, date: 2027-Q1, size: 1}
  - {kind: agreement, date: 2027-Q1, size: 9}
decisions: {japn: {alignment: 0.5}}
switches: {luck: 7}
extra: 010
"""
FAULTS = {
    (1, "like"): "did you mean 'current_policy'?", (2, "title"): "is empty", (3, "what_if"): "unknown what if 'nope'",
    (4, "levers.enforcement"): "0 to 10", (4, "levers.clod_rule"): "did you mean 'cloud_rule'?",
    (7, "rules.0.start"): "is not a date", (11, "rules.0.destination"): "did you mean 'china'?",
    (18, "events.0.kind"): "did you mean 'agreement'?", (19, "events.1.size"): "0.5 to 4",
    (20, "decisions.japn"): "did you mean 'japan'?", (21, "switches.luck"): "7", (22, "extra"): "unknown field",
}  # fmt: skip


def found(said) -> dict:
    """What `--json` printed; it says whether the file is valid by its exit status too."""
    assert said.err == ""
    content = json.loads(said.out)
    assert set(content) == {"valid", "faults", "sets", "without_effect"}
    assert said.code == (0 if content["valid"] else 2)
    assert content["valid"] == (content["faults"] == [])
    return content


def test_all_faults_of_a_file_are_told_at_once(polarity, mine):
    path = mine(BAD, head="")
    told = found(polarity("check", path, "--json"))["faults"]
    by_place = {(fault["line"], fault["place"]): fault["text"] for fault in told}
    assert [place for place, text in FAULTS.items() if text not in by_place.get(place, "")] == []
    assert any("not a plain decimal number" in fault["text"] for fault in told)
    said = polarity("check", path)
    assert (said.code, said.err) == (2, "")
    assert said.out.splitlines()[0] == f"{path}: not valid, {len(told)} faults"
    assert len(said.out.splitlines()) == len(told) + 1
    assert all(fault["text"] in said.out for fault in told), "none is left out, however many there are"


def test_each_fault_goes_away_alone(polarity, mine):
    """No fault hides another: with one of them repaired, all the others are still told."""
    before = {fault["text"] for fault in found(polarity("check", mine(BAD, head=""), "--json"))["faults"]}
    for wrong, right in (("curent_policy", "current_policy"), ("nope", "taiwan_disruption"), ('""', "Title")):
        after = found(polarity("check", mine(BAD.replace(wrong, right), head=""), "--json"))["faults"]
        assert len(before - {fault["text"] for fault in after}) == 1
        assert len(after) == len(before) - 1


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem[:3])
def test_the_questions_are_valid_and_everything_in_them_acts(polarity, path):
    content = found(polarity("check", path, "--json"))
    assert content["valid"]
    assert content["sets"]
    assert content["without_effect"] == []


def test_there_are_23_questions():
    assert len(QUESTIONS) == 23


def test_what_a_file_sets_is_told_in_words(polarity, mine):
    rest = (FOLDER / "q09_lithography_service.yaml").read_text(encoding="utf-8")
    path = mine(
        rest + "levers: {enforcement: 5, us_power: 100}\nevents: [{kind: fabs_abroad, date: 2027-Q1, size: 0.3}]\n",
        head="",
    )
    said = polarity("check", path)
    assert said.code == 0
    for line in (
        "Enforcement budget (enforcement): 5 × 2026; left to the actor under current policy",
        "Event in 2027-Q1: fabs abroad, size 0.3",
        "Rule from 2027-01-01: No servicing (the United States, tools, deny, for china, strength 1, part service)",
        "Decision of Japan: alignment 0.5",
    ):
        assert line in said.out
    assert "us_power" not in said.out.partition("Without effect:")[0], "it is as under current policy"
    assert "us_power" in said.out.partition("Without effect:")[2]


def test_what_does_nothing_is_told(polarity, mine):
    rest = (
        "like: current_policy\nlevers: {licence_approval: 0, revenue_share: 60}\n"
        + """\
rules:
  - {id: own, start: "2027-01-01", issuer: us, scope: foundry, measure: deny, title: Foundries, summary: s,
     source: mine, as_of: "2026-11-01", tier: judgment}
events: [{kind: agreement, date: 2034-Q1, size: 1}]
"""
    )
    content = found(polarity("check", mine(rest), "--json"))
    assert content["valid"]
    assert len(content["sets"]) == 4
    event, rule, cut = sorted(content["without_effect"])
    assert "recorded only: no mechanism reads rules of scope foundry" in rule
    assert "after the run" in event
    assert "Tariff on licensed sales (revenue_share)" in cut
    assert "limited by" in cut
    assert all(line in " ".join(polarity("check", mine(rest)).out.split()) for line in content["without_effect"])


def test_a_file_that_sets_nothing_says_so(polarity, mine):
    said = polarity("check", mine("like: current_policy\n"))
    assert said.code == 0
    assert "sets nothing" in said.out


def test_a_scenario_of_the_library_can_be_checked(polarity):
    content = found(polarity("check", "tight_controls", "--json"))
    assert any(
        line.startswith("Cloud access rule (cloud_rule): 90 %; 40 % under current policy") for line in content["sets"]
    )


def test_branches_are_all_checked(polarity, mine):
    rest = "like: current_policy\nbranches:\n  low: {levers: {enforcement: 1.5}}\n  high: {levers: {enforcement: 8}}\n"
    sets = found(polarity("check", mine(rest), "--json"))["sets"]
    assert [line.partition(":")[0] for line in sets] == ["low", "high"]
    path = mine(rest.replace("8", "88").replace("1.5", "15"))
    assert [fault["line"] for fault in found(polarity("check", path, "--json"))["faults"]] == [8, 9]
    assert found(polarity("check", f"{mine(rest)}:high", "--json"))["sets"] == [
        line.partition(": ")[2] for line in sets[1:]
    ]


PACKAGE = """\
player: china
title: Build power
story: China builds more power.
levers: {china_power: 200, chip_push: 80}
events: [{kind: mineral_controls, date: 2028-Q1, size: 0.5}]
response: {when: lead, above: 20, then: import}
sources: [{title: A plan}]
"""


def test_a_package_is_checked(polarity, mine):
    said = polarity("check", mine(PACKAGE, head=""))
    assert said.code == 0
    assert "valid. Package mine of china: Build power" in said.out
    for line in (
        "Chip industry subsidies (chip_push): 80 %; left to the actor under current policy",
        "Event in 2028-Q1: mineral controls, size 0.5", "Response: import takes its place after lead is read above 20",
    ):  # fmt: skip
        assert line in said.out


def test_all_faults_of_a_package_are_told_at_once(polarity, mine):
    wrong = {
        "china_power: 200": "china_power: 9999", "chip_push": "us_power", "mineral_controls": "hbm_shock",
        "when: lead": "when: led", "[{title: A plan}]": "[]", "story": "tale",
    }  # fmt: skip
    text = PACKAGE
    for old, new in wrong.items():
        text = text.replace(old, new)
    told = found(polarity("check", mine(text, head=""), "--json"))["faults"]
    places = {(fault["line"], fault["place"]) for fault in told}
    assert places >= {
        (4, "levers.china_power"), (4, "levers.us_power"), (5, "events.0.kind"), (6, "response.when"), (7, "sources"),
        (3, "tale"), (None, "story"),
    }  # fmt: skip
    assert "unknown player" in polarity("check", mine(PACKAGE.replace("china\n", "mars\n", 1), head="")).out
    assert len(PLAYERS) == 4


def test_a_plan_is_checked(polarity, mine):
    plan = "name: study\nscenarios: [current_policy, tight_controls]\noutcomes: [lead_months@2030]\nmembers: 64\n"
    content = found(polarity("check", mine(plan, head=""), "--json"))
    assert "Scenarios: current_policy, tight_controls" in content["sets"]
    assert "Futures in all: 128, to 2030" in content["sets"]
    assert any(line.startswith("tight_controls: ") for line in content["without_effect"])
    told = found(polarity("check", mine(plan.replace("64", "-1").replace("lead_months", "led"), head=""), "--json"))
    assert len(told["faults"]) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [("levers: {", "not valid YAML"), ("- 1", "mapping of fields"), ("", "it is empty"), ("a: b: c", "not valid YAML")],
)
def test_what_is_no_file_of_fields_is_told(polarity, mine, text, told):
    (fault,) = found(polarity("check", mine(text, head=""), "--json"))["faults"]
    assert told in fault["text"]


def test_what_is_no_file_is_told(polarity, tmp_path: Path):
    for name, told in (
        (tmp_path, "is a directory"),
        (tmp_path / "no.yaml", "no such"),
        ("tigt_controls", "did you mean"),
    ):
        (fault,) = found(polarity("check", name, "--json"))["faults"]
        assert told in fault["text"]
    assert scenarios.BASELINE in scenarios.names()
