"""`polarity new`: what it writes is valid by itself, explains itself, and takes nothing away."""

from functools import partial
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import scenarios
from scenarios import load
from scenarios.bills import USUAL, bills, passed
from scenarios.decisions import DECISIONS
from scenarios.errors import one_line
from scenarios.events import KINDS
from scenarios.levers import LEVERS
from scenarios.rules import MEANINGS, needed
from sim import inert
from sim.cli import asking

HEAD = ("--title", "A title", "--source", "A source", "--as-of", "2026-11-29")


@pytest.fixture
def quick(monkeypatch):
    """What has no effect is not tried: other tests do that."""
    monkeypatch.setattr(inert, "without_effect", partial(inert.without_effect, tried=False))


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    return tmp_path / "bill.yaml"


def words(text: str) -> str:
    """A file's comments and fields as one line, however they are wrapped."""
    return " ".join(text.replace("#", " ").split())


@pytest.mark.parametrize("scope", MEANINGS["scope"])
def test_every_scope_makes_a_valid_file_that_says_what_it_means(polarity, bill, quick, scope):
    issuer = {"import_permission": "china", "home_models": "japan", "transit": "southeast_asia",
              "production_levy": "taiwan"}.get(scope, "us")  # fmt: skip
    numbers = [word for name in needed(issuer, scope) for word in (f"--{name.replace('_', '-')}", 0.5)]
    by = ["--issuer", issuer] if issuer not in ("us", "china") else []
    said = polarity("new", bill, *HEAD, "--scope", scope, *by, *numbers)
    assert said.code == 0, said.err
    (rule,) = load(bill).rules
    assert (rule.scope, rule.issuer, rule.title, rule.source) == (scope, issuer, "A title", "A source")
    text = words(bill.read_text())
    assert one_line(MEANINGS["scope"][scope]) in text
    assert ("recorded only" in said.out) == bool(rule.unread)
    assert ("Note: Rule bill is recorded only" in text) == bool(rule.unread)


def test_a_scope_of_partners_alone_asks_whose_rule_it_is(polarity, bill):
    said = polarity("new", bill, *HEAD, "--scope", "transit", "--strength", 0.5)
    assert said.code == 2
    assert "missing --issuer" in said.err


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_makes_a_valid_file_at_both_ends_of_its_range(polarity, bill, quick, kind):
    of = KINDS[kind]
    for size in (of.low, of.high):
        said = polarity("new", bill, *HEAD, "--event", kind, "--date", "2028-Q1", "--size", size, "--force")
        assert said.code == 0, said.err
        (event,) = load(bill).events
        assert (event.kind, event.size, event.date) == (kind, size, "2028-Q1")
        assert f"{of.low:g} to {of.high:g}" in bill.read_text()
        assert one_line(of.meaning) in words(bill.read_text())


@pytest.mark.parametrize("name", LEVERS)
def test_every_lever_makes_a_valid_file_at_both_ends_of_its_range(polarity, bill, quick, name):
    lever = LEVERS[name]
    for value in (lever.low, lever.high, *(["actor"] if lever.may_be_left else [])):
        said = polarity("new", bill, *HEAD, "--lever", f"{name}={value}", "--force")
        assert said.code == 0, said.err
        assert load(bill).levers == {name: value}
    text = words(bill.read_text())
    assert one_line(lever.help) in text
    assert f"{lever.low:g} to {lever.high:g} {lever.unit}" in text


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_makes_a_valid_file(polarity, bill, quick, name):
    of = DECISIONS[name]
    actor = of.actor or {"ally": "japan", "hub": "gulf"}[of.who]
    assert polarity("new", bill, *HEAD, "--decision", f"{actor}.{name}={of.levels[1]}").code == 0
    assert load(bill).decisions == {actor: {name: of.levels[1]}}
    assert of.meaning in words(bill.read_text())


@pytest.mark.parametrize("name", bills())
def test_every_bill_makes_the_rule_that_it_becomes(polarity, bill, quick, name):
    assert polarity("new", bill, "--bill", name, "--start", USUAL).code == 0
    mine = load("current_policy").with_changes(rules=passed({name: USUAL}))
    assert load(bill).digest() == mine.digest()


def test_flags_change_what_a_bill_says(polarity, bill):
    words = ("--destination", "southeast_asia", "--strength", 0.4, "--title", "One host")
    assert polarity("new", bill, "--bill", "remote_access_act", *words).code == 0
    (rule,) = load(bill).rules
    assert (rule.destination, rule.strength, rule.title) == ("southeast_asia", 0.4, "One host")
    assert load(bill).title == "One host"


def test_several_things_fit_into_one_file(polarity, bill):
    more = ("--scope", "sale", "--measure", "license", "--approval-share", 0.00001, "--tpp-max", 30000)
    path = ("--lever", "cloud_rule=2027-Q1:50,2029-Q1:80", "--event", "agreement", "--date", "2028-Q1", "--size", 1.5)
    assert polarity("new", bill, *HEAD, *more, *path, "--compliance", 0.5).code == 0
    spec = load(bill)
    assert spec.levers == {"cloud_rule": {"2027-Q1": 50, "2029-Q1": 80}}
    assert spec.events[0].compliance == 0.5
    (rule,) = spec.rules
    assert (rule.approval_share, rule.tpp_max) == (0.00001, 30000)
    assert rule.priority > max(recorded.priority for recorded in scenarios.rules.history()), "or others would decide"


def test_a_file_can_start_from_another_and_keeps_its_rules(polarity, bill, tmp_path):
    (tmp_path / "in").mkdir()
    second = tmp_path / "in" / "second.yaml"
    assert polarity("new", bill, *RULE).code == 0
    said = polarity("new", second, "--like", bill, "--bill", "match_act")
    assert said.code == 0, said.err
    assert yaml.safe_load(second.read_text())["like"] == "../bill.yaml"
    assert [rule.id for rule in load(second).rules] == ["bill", "passed_match_act"]
    assert said.out.splitlines()[-1] == f"  polarity compare {bill} {second}"
    assert "did you mean" in polarity("new", second, "--like", "tigt_controls", "--force", *RULE).refusal()


HOSTILE = (
    "It's \"quoted\": a # comment", "two\nlines\nlevers: {enforcement: 9}", "- item", "{a: b}", "[1, 2]", "yes", "null",
    "~", "1.5", "2027-01-01", "*alias", "&anchor", "!!python/object/apply:os.system [id]", "%TAG", "| block", "> fold",
    "? key", "@at `tick`", "trailing: ", "back\\slash \\n", "emoji 🙂 é 中文", "tab\there", "nul\0 and bell\a",
    "<b>bold</b> & {{ braces }}", "'", '"', ":", "#", "…" * 110,
)  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_titles_survive(polarity, bill, quick, title):
    said = polarity("new", bill, "--title", title, "--source", "A source", "--scope", "tools", "--strength", 0.5)
    assert said.code == 0, said.err
    spec = load(bill)
    assert spec.title == spec.rules[0].title == spec.rules[0].summary == one_line(title)
    assert spec.levers == {}
    assert set(yaml.safe_load(bill.read_text())) == {"like", "name", "title", "story", "question", "sources", "rules"}


@pytest.mark.parametrize("name", ["yes", "null", "1", "a b'c", "current_policy", "us_2026_01_remote_act", "Ü", "__"])
def test_any_file_name_gives_a_name_that_can_be_compared(polarity, shell, tmp_path, quick, name):
    file = tmp_path / f"{name}.yaml"
    said = polarity("new", file, *HEAD, "--scope", "tools", "--strength", 0.5)
    assert said.code == 0, said.err
    spec = load(file)
    assert spec.name not in scenarios.names()
    check, compare = said.out.splitlines()[-2:]
    assert (check.split()[1], compare.split()[1:3]) == ("check", ["compare", "current_policy"])
    if "'" in name:  # the shell reads what is printed
        done = shell(check.strip())
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert "valid. Scenario" in done.stdout


RULE = (*HEAD, "--scope", "tools", "--strength", 0.5)


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--kind", "law"), ["--kind: unknown kind 'law'", "rule"]),
        ((*RULE, "--strength", 2), ["--strength: ", "give 1 or less", "2.0"]),
        ((*RULE, "--scope", "tols"), ["--scope: ", "'tols'", "did you mean 'tools'?"]),
        ((*RULE, "--destination", "chna"), ["--destination: ", "did you mean 'china'?"]),
        ((*RULE, "--measure", "forbid"), ["--measure: ", "'forbid'"]),
        ((*RULE, "--issuer", "mars"), ["--issuer: ", "'mars'"]),
        ((*RULE, "--part", "software"), ["--part: ", "'software'"]),
        ((*RULE, "--price-share", 0.5), ["--price-share: ", "scope: sale"]),
        ((*RULE, "--start", "soon"), ["--start: 'soon'", "2027-Q1"]),
        ((*RULE, "--start", "2027-02-30"), ["--start: ", "not a date"]),
        ((*RULE, "--end", "2026-01-01"), ["--end: ", "after the start"]),
        ((*RULE, "--url", "nowhere"), ["--url: "]),
        ((*RULE, "--as-of", "2026-31-12"), ["--as-of: ", "not a date"]),
        ((*RULE, "--source", "x"), ["--source: ", "at least 4"]),
        ((*RULE, "--title", "x" * 121), ["--title: ", "120"]),
        ((*RULE, "--title", "\n"), ["--title: ", "is empty"]),
        ((*HEAD, "--scope", "sale", "--measure", "license"), ["--measure: ", "approval_share"]),
        ((*HEAD, "--event", "agrement", "--date", "2028-Q1", "--size", 1), ["--event: ", "did you mean 'agreement'?"]),
        ((*HEAD, "--event", "agreement", "--date", "2028", "--size", 1), ["--date: ", "2026-Q4"]),
        ((*HEAD, "--event", "agreement", "--date", "2028-Q1", "--size", 9), ["--size: ", "0.5 to 4"]),
        ((*HEAD, "--event", "rl_ceiling", "--date", "2028-Q1", "--size", 1, "--quarters", 4), ["--quarters: "]),
        ((*HEAD, "--lever", "enforcment=2"), ["--lever: ", "did you mean 'enforcement'?"]),
        ((*HEAD, "--lever", "enforcement=11"), ["--lever: ", "0 to 10"]),
        ((*HEAD, "--decision", "japan.alignment"), ["--decision ", "japan.alignment=0.5"]),
        ((*HEAD, "--decision", "japan.alignment=2"), ["--decision japan.alignment: ", "0 to 1"]),
        ((*HEAD, "--decision", "japn.alignment=1"), ["--decision japn", "did you mean 'japan'?"]),
        (("--bill", "mach_act"), ["--bill: ", "did you mean 'match_act'?"]),
        ((*HEAD, "--scope", "tools"), ["missing --strength"]),
        ((*HEAD, "--scope", "tariff"), ["missing --price-share"]),
        ((*HEAD, "--strength", 0.5), ["missing --scope"]),
        (("--event", "agreement", "--title", "t"), ["missing --source, --date, --size"]),
        ((), ["missing --kind, --title, --source"]),
    ],
    ids=lambda value: " ".join(map(str, value))[-60:],
)  # fmt: skip
def test_wrong_and_missing_values_are_told_by_flag(polarity, bill, flags, says):
    line = polarity("new", bill, *flags).refusal()
    assert [part for part in says if part not in line] == [], line
    assert not bill.exists()


def test_all_wrong_values_are_told_at_once(polarity, bill):
    event = ("--event", "agreement", "--date", "2021-Q1", "--size", 9)
    line = polarity("new", bill, *RULE, "--strength", 2, *event, "--lever", "enforcement=33").refusal()
    assert [flag for flag in ("--strength", "--date", "--size", "--lever") if f"{flag}: " not in line] == []


def test_an_existing_file_is_kept_unless_forced(polarity, bill):
    bill.write_text("mine")
    assert "--force" in polarity("new", bill, *RULE).refusal()
    polarity("new", bill, *RULE, "--strength", 7, "--force").refusal()
    assert bill.read_text() == "mine"
    assert polarity("new", bill, *RULE, "--force").code == 0
    assert load(bill).rules[0].strength == 0.5
    assert [path.name for path in bill.parent.iterdir()] == ["bill.yaml"]


def test_a_place_that_cannot_hold_it_is_refused_first(polarity, tmp_path):
    assert "ends in .yaml" in polarity("new", tmp_path / "bill").refusal()
    assert "no folder" in polarity("new", tmp_path / "no" / "bill.yaml").refusal()
    (tmp_path / "x.yaml").mkdir()
    assert "is a directory" in polarity("new", tmp_path / "x.yaml").refusal()


def test_what_does_nothing_is_named_on_the_screen_and_in_the_file(polarity, bill):
    said = polarity("new", bill, *HEAD, "--scope", "import_permission", "--strength", 0.5)
    assert "Without effect:" in said.out
    assert "set the lever import_permission instead" in words(said.out)
    assert "set the lever import_permission instead" in words(bill.read_text())


# ------------------------------------------------------------------------------------------------ in a terminal
ADDRESS = "https://example.org/deal"


@pytest.fixture
def talk(monkeypatch, bill):
    """A person at a terminal who gives answers, one a line."""
    monkeypatch.setattr(asking, "somebody", lambda: True)
    from sim.cli.commands import app

    def call(*answers: str, flags=()):
        return CliRunner().invoke(app, ["new", str(bill), *flags], input="".join(f"{line}\n" for line in answers))

    return call


def test_a_rule_is_asked_for_with_what_is_valid(talk, bill):
    about = ("law", "rule", "x" * 121, "Renting", "H.R", "A bill", "remte", "remote_access", "2", "0.7")
    said = talk(*about, "nowhere", "", "atlantis", "gulf", "x", "2027-02-30", "2027-Q3")
    assert said.exit_code == 0, said.output
    (rule,) = load(bill).rules
    assert (rule.scope, rule.strength, rule.destination, rule.start) == ("remote_access", 0.7, "gulf", "2027-07-01")
    assert all(scope in said.output for scope in MEANINGS["scope"])
    for told in ("'law': ", "did you mean 'remote_access'?", "a number from 0 to 1", "'atlantis'", "neither a day nor",
                 "at most 120", "at least 4", "is no public address", "is not a date"):  # fmt: skip
        assert told in said.output


def test_an_event_is_asked_for(talk, bill):
    said = talk("event", "A deal", "A treaty", "agreement", "2028", "2020-Q1", "2028-Q2", "9", "1.2", ADDRESS)
    assert said.exit_code == 0, said.output
    (event,) = load(bill).events
    assert (event.date, event.size) == ("2028-Q2", 1.2)
    assert load(bill).sources[0].url == ADDRESS


def test_levers_decisions_and_bills_are_asked_for(talk, bill):
    assert talk("lever", "More officers", "A budget", "enforcement=99", "enforcement=3", "").exit_code == 0
    assert load(bill).levers == {"enforcement": 3}
    head = ("--title", "Japan follows", "--source", "METI", "--force")
    assert (
        talk("decision", "japan.alignment=3", "japn.alignment=1", "japan.alignment=0.9", "", flags=head).exit_code == 0
    )
    assert load(bill).decisions == {"japan": {"alignment": 0.9}}
    assert talk("bill", "match_act", flags=("--force",)).exit_code == 0
    assert load(bill).rules[0].id == "passed_match_act"


def test_nothing_is_asked_where_nothing_is_missing(talk, bill):
    assert talk(flags=("--bill", "match_act")).exit_code == 0


def test_whoever_leaves_leaves_nothing_behind(talk, bill):
    said = talk("rule", "Renting")
    assert said.exit_code == 130
    assert not bill.exists()
