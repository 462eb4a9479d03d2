"""What the commands print, and that the same call prints the same bytes."""

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml

import scenarios
from scenarios.levers import LEVERS
from scenarios.parameters import parameters
from scenarios.partner_levers import ALL_LEVERS
from scenarios.uses import USES
from sim import __version__, checkout, compare, costs, simulate
from sim.ensemble.draws import HARDWARE_DIMENSIONS
from sim.results.comparison import Comparison

HERE = "current_policy"
CLASSES = ["us_ahead", "two_power", "several", "china_ahead"]
FIVE = ["p05", "p25", "p50", "p75", "p95"]


def test_the_library_is_listed(polarity):
    said = polarity("list")
    assert said.code == 0
    assert re.search(r"^current_policy +Current policy +\S", said.out, re.MULTILINE)
    listed = json.loads(polarity("list", "--json").out)
    assert [row["name"] for row in listed] == list(scenarios.names())
    assert {"name", "kind", "title", "story", "question", "baseline", "digest"} == set(listed[0])


def test_a_scenario_is_shown(polarity, mine):
    said = polarity("show", HERE).out
    spec = scenarios.load(HERE)
    assert spec.question in said
    assert spec.sources[0].title in said
    path = mine(
        "levers: {enforcement: 4, cloud_rule: {2027-Q1: 50, 2029-Q1: 80}}\nswitches: {luck: false}\n"
        "events: [{kind: efficiency_shock, date: 2027-Q2, size: 0.5}]\n"
    )
    said = polarity("show", path).out
    for part in (
        "What then?",
        "A story.",
        "Enforcement budget",
        "× 2026",
        "80 from 2029-Q1",
        "efficiency shock",
    ):
        assert part in said, said
    assert "Switch luck: off" in said
    assert "tool_controls" not in said


def test_expected_results_beside_a_scenario_are_shown(polarity, mine, tmp_path: Path):
    path = mine("")
    assert "Expected" not in polarity("show", path).out
    expected = {"runs": 4, "seed": 0, "until": 2032, "results": {"share_us_ahead": 0.25}}
    (tmp_path / "mine.expected.json").write_text(json.dumps(expected))
    assert re.search(r"share_us_ahead +0\.25$", polarity("show", path).out, re.MULTILINE)
    assert json.loads(polarity("show", path, "--json").out)["expected"] == expected


@pytest.mark.parametrize("name", scenarios.names())
def test_what_is_shown_as_yaml_is_the_scenario(polarity, mine, name):
    text = polarity("show", name, "--yaml").out
    again = scenarios.load(mine(text, head=""))
    assert again == scenarios.load(name)
    jsonschema.validate(yaml.safe_load(text), json.loads(polarity("schema").out))


def test_a_run_says_what_it_costs_whom_and_how_money_compute_and_people_are_divided(polarity):
    words = ("run", "tight_controls", "--runs", 24, "--until", 2030)
    found = json.loads(polarity(*words, "--json").out)
    assert found["reference"] == HERE
    paid = costs(simulate(scenarios.load("tight_controls"), 24, until=2030))
    for actor, items in found["costs_usd"].items():
        for item, years in items.items():
            assert years["2030"] == pytest.approx(float(np.median(paid.of(actor, item, 2030))), rel=1e-5)
    for actor in ("united_states", "china", "partners"):
        for what, uses in USES.items():
            kept = {"largest_run", "other_pretraining"} if what == "compute" else set()
            assert set(found["allocation"][actor][what]) == {*uses, *kept} - ({"pretraining"} if kept else set())
            assert all(0 <= share <= 1 for path in found["allocation"][actor][what].values() for share in path.values())
    assert json.loads(polarity("run", HERE, "--runs", 2, "--until", 2027, "--json").out)["reference"] == "open_trade"
    said = polarity(*words).out
    assert "Costs against current policy, billion US dollars in 2030" in said
    assert "How actors allocate money, compute and people" in said


def test_shares_that_a_file_fixes_are_shown_and_a_wrong_one_is_refused_in_a_line(polarity, mine):
    path = mine("allocation: {china: {money: {fabs: 0.4}, compute: {serving: {2028-Q1: 0.3}}}}\n")
    said = polarity("show", path).out
    assert "Fixed share: china, money for fabs: 0.4" in said
    assert "Fixed share: china, compute for serving: 0.3 from 2028-Q1" in said
    wrong = polarity("run", mine("allocation: {china: {money: {fab: 0.4}}}\n"), "--runs", 2)
    assert wrong.code == 2
    assert "unknown use of money 'fab'; did you mean 'fabs'?" in wrong.err
    assert "Traceback" not in wrong.err


def test_a_run_is_one_json_object_with_all_results(polarity):
    said = polarity("run", HERE, "--runs", 24, "--seed", 3, "--until", 2030, "--json")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert (found["scenario"], found["seed"], found["runs"], found["horizon"]) == (HERE, 3, 24, 2030)
    assert list(found["outcomes"]) == CLASSES
    assert sum(found["outcomes"].values()) == pytest.approx(1)
    years = [str(year) for year in range(2022, 2031)]
    for name in ("lead_months", "lead_months_backward", "gap_eci"):
        assert list(found[name]) == years
        assert all(list(q) == FIVE and sorted(q.values()) == list(q.values()) for q in found[name].values())
    for name in ("compute_h100e", "compute_decode_h100e", "capability_eci", "training_flop", "training_cost_usd"):
        assert {"united_states", "china"} <= set(found[name])
        assert list(found[name]["china"]) == years
    assert {"p05", "p50", "p95", "share_not_reached"} == set(found["crossing_delay_months"])
    assert {"united_states", "china"} <= set(found["crossing_year"])
    assert list(found["flows_h100e"]) == years
    assert set(found["flows_h100e"]["2030"]) == {"legal", "domestic", "diverted", "offshore"}
    assert {"name", "months", "third_months"} <= set(found["ruler"])
    assert len(found["governance"]) == 5
    assert found.pop("without_effect") == []
    assert {flow["stage"] for flow in found.pop("chip_flows")["2030"]} == {"owner", "place", "user"}
    run = simulate(scenarios.load(HERE), runs=24, seed=3, until=2030)
    assert found == run.summary() | costs(run).summary()


def test_the_same_call_prints_the_same_bytes(polarity):
    words = ("run", HERE, "--runs", 16, "--set", "enforcement=3", "--json")
    assert polarity(*words).out == polarity(*words).out
    words = ("compare", HERE, HERE, "--runs", 16, "--json")
    assert polarity(*words).out == polarity(*words).out


def test_a_run_is_told_in_words(polarity):
    said = polarity("run", HERE, "--runs", 64, "--until", 2030, "--set", "enforcement=2026-Q4:1,2028-Q1:4")
    assert said.code == 0
    text = said.out
    shares = simulate(
        scenarios.load(HERE).with_levers(enforcement={"2026-Q4": 1, "2028-Q1": 4}), runs=64, until=2030
    ).outcome_shares()
    assert re.search(r"In \d+ of 100 simulated futures the US leads China by 12 months or more", text)
    assert not re.search(r"\b2,0\d\d\b", text), "a year has no thousands"
    counts = [int(n) for n in re.findall(r"^(?:US well|Two-power|Several|China well)\D*(\d+) ", text, re.MULTILINE)]
    assert sum(counts) == 100
    assert all(abs(n - 100 * share) < 1 for n, share in zip(counts, shares.values(), strict=True))
    for part in ("4 from 2028-Q1", "observed, ", "Smuggled", "Accident hazard", "United States", "Calendar months"):
        assert part in text
    assert not re.search(r"\b(will|confidence|nan|None)\b", text)


def test_settings_of_every_form(polarity):
    words = ("--set", "enforcement=4", "--set", "import_permission=actor", "--set", "cloud_rule=2027-Q1:50,2029-Q1:80")
    found = json.loads(polarity("run", HERE, *words, "--runs", 2, "--json").out)
    spec = scenarios.load(HERE).with_levers(
        enforcement=4, import_permission="actor", cloud_rule={"2027-Q1": 50, "2029-Q1": 80}
    )
    assert found["digest"] == spec.digest() != scenarios.load(HERE).digest()


def test_the_speed_of_the_frontier_by_form_is_told_when_it_is_asked_for(polarity) -> None:
    words = ("run", HERE, "--runs", 8)
    assert "frontier_speed_by_form" not in json.loads(polarity(*words, "--json").out)
    by_form = json.loads(polarity(*words, "--forms", "--json").out)["frontier_speed_by_form"]
    assert list(by_form) == ["saturates", "grows_with_base", "log_linear"]
    assert set(by_form["saturates"]) >= {"2028", "2032"}
    said = polarity(*words, "--forms").out
    assert "grows with base" in said
    assert "What drives growth of the US frontier" in said
    assert "the same, simulated" in said


def test_a_file_anywhere_gives_what_the_library_gives(polarity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = (scenarios.LIBRARY / "current_policy.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "copy.yaml").write_text(text, encoding="utf-8")
    (folder / "no_ending").write_text("\ufeff" + text, encoding="utf-8")
    usual = polarity("run", HERE, "--runs", 16, "--json").out
    assert polarity("run", folder / "copy.yaml", "--runs", 16, "--json").out == usual
    monkeypatch.chdir(folder)
    assert polarity("run", "copy.yaml", "--runs", 16, "--json").out == usual
    assert polarity("run", "no_ending", "--runs", 16, "--json").out == usual


def test_a_file_may_be_like_another_beside_it(polarity, mine):
    mine("levers: {enforcement: 3}", "base.yaml")
    spec = scenarios.load(mine("like: base.yaml\nlevers: {cloud_rule: 60}", "top.yaml"))
    assert spec.levers == {"enforcement": 3, "cloud_rule": 60}
    assert spec.baseline == "base.yaml"


def test_results_are_saved_with_their_summary(polarity, tmp_path: Path):
    import polars as pl

    out = tmp_path / "new" / "results"
    said = polarity("run", HERE, "--runs", 8, "--json", "--out", out)
    path = Path(said.err.strip())
    assert sorted(file.name for file in out.iterdir()) == sorted([path.name, f"{path.stem}.json"])
    assert json.loads((out / f"{path.stem}.json").read_text()) == json.loads(said.out)
    assert pl.read_parquet(path)["member"].n_unique() == 8
    said = polarity("run", HERE, "--runs", 8, "--out", out)
    assert said.err == ""
    assert str(path) in said.out
    assert len(list(out.iterdir())) == 2


def test_comparisons_are_with_the_first_on_the_same_dice(polarity, mine):
    path = mine("like: current_policy\nlevers: {us_spending: 200}")
    words = ("compare", HERE, path, HERE, "--runs", 16, "--seed", 2, "--until", 2030)
    found = json.loads(polarity(*words, "--json").out)
    assert found["reference"] == HERE
    assert [(pair["first"], pair["second"]) for pair in found["comparisons"]] == [(HERE, "mine"), (HERE, HERE)]
    pair = compare(scenarios.load(HERE), scenarios.load(path), runs=16, seed=2, until=2030)
    assert isinstance(pair, Comparison)
    assert found["comparisons"][0] == pair.summary()
    assert all(change["change"] == 0 for change in found["comparisons"][1]["outcome_changes"].values())
    text = polarity(*words).out
    for part in ("Mine, compared with Current policy", "90% interval", "2030", "US well ahead", "same random draws"):
        assert part in text
    assert not re.search(r"\b(will|confidence|nan)\b", text)


def test_the_schema_knows_levers_and_parameters(polarity):
    found = json.loads(polarity("schema").out)
    jsonschema.Draft202012Validator.check_schema(found)
    levers = found["properties"]["levers"]
    assert list(levers["properties"]) == list(ALL_LEVERS)
    enforcement = levers["properties"]["enforcement"]
    lever = LEVERS["enforcement"]
    assert enforcement["anyOf"][0] == {"type": "number", "minimum": lever.low, "maximum": lever.high}
    assert enforcement["unit"] == lever.unit
    assert lever.help in enforcement["description"]
    assert list(found["properties"]["parameters"]["properties"]) == list(parameters())


@pytest.mark.parametrize(
    ("rest", "good"),
    [
        ({}, True),
        ({"like": HERE, "levers": {"enforcement": 4, "import_permission": "actor"}}, True),
        ({"levers": {"enforcement": {"2027-Q1": 2}}}, True),
        ({"parameters": {"points_per_oom": {"kind": "normal", "mean": 7, "sd": 1}}}, True),
        ({"levers": {"enforcment": 4}}, False),
        ({"levers": {"enforcement": 99}}, False),
        ({"levers": {"enforcement": "actor"}}, True),
        ({"levers": {"cloud_rule": "actor"}}, False),
        ({"values": {"china": "security_first", "japan": {"prosperity": 2}}}, True),
        ({"values": {"china": "securty_first"}}, False),
        ({"values": {"china": {"securty": 2}}}, False),
        ({"values": {"china": {"security": 21}}}, False),
        ({"values": {"No One": "balanced"}}, False),
        ({"decisions": "habit"}, True),
        ({"decisions": {"china": "habit", "united_states": {"licensing": 0.2, "enforcement": {"2027-Q1": 3}}}}, True),
        ({"decisions": "habitt"}, False),
        ({"decisions": {"china": {"push": 1.5}}}, False),
        ({"decisions": {"china": {"licensing": 0.5}}}, False),
        ({"decisions": {"china": {"push": "hold"}}}, False),
        ({"decisions": {"china": {"push": {"2027": 0.5}}}}, False),
        ({"levers": {"enforcement": {"2027": 2}}}, False),
        ({"levers": {"enforcement": {}}}, False),
        ({"parameters": {"points_per_om": 7}}, False),
        ({"stroy": ""}, False),
    ],
)
def test_the_schema_and_the_loader_agree(polarity, mine, rest, good):
    schema = json.loads(polarity("schema").out)
    content = {"name": "mine", "title": "t", "story": "s", "question": "q", "sources": [{"title": "t"}], **rest}
    assert jsonschema.Draft202012Validator(schema).is_valid(content) == good
    assert (polarity("show", mine(yaml.safe_dump(content), head="")).code == 0) == good


def test_parameters_are_listed_with_their_sources(polarity):
    rows = json.loads(polarity("parameters", "--json").out)
    names = [row["name"] for row in rows]
    assert names[: len(parameters())] == list(parameters())
    assert set(names[len(parameters()) :]) >= set(HARDWARE_DIMENSIONS)
    assert {"median", "p05", "p95", "unit", "tier", "source", "as_of", "label"} <= set(rows[0])
    assert all(row["p05"] <= row["median"] <= row["p95"] for row in rows)
    said = polarity("parameters").out
    assert [name for name in parameters() if name not in said] == []


def test_data_tables_are_printed(polarity):
    assert {"chips", "actors", "parameters"} <= set(polarity("data").out.split())
    assert polarity("data", "actors").out.startswith("actor,")
    assert {row["actor"] for row in json.loads(polarity("data", "actors", "--json").out)} >= {"china"}


def test_terms_are_defined(polarity):
    assert "smuggling of controlled chips" in polarity("glossary", "diversion").out
    (row,) = json.loads(polarity("glossary", "HBM", "--json").out)
    assert row["term"] == "high-bandwidth memory"
    assert {row["term"] for row in json.loads(polarity("glossary", "--json").out)} >= {"lead", "TPP"}
    assert "did you mean 'diversion'?" in polarity("glossary", "divertion").refusal()


def test_the_version(polarity):
    assert polarity("--version").out == f"polarity {__version__}\n"


def test_without_a_command_there_is_help(polarity):
    said = polarity()
    assert said.code == 0
    assert all(name in said.out for name in ("list", "show", "run", "compare", "schema", "app", "parameters"))


def test_text_of_a_scenario_is_only_text(polarity, mine):
    head = "name: mine\ntitle: '[bold]Mine[/nothing] :smile:'\nstory: s\nquestion: q\nsources: [{title: t}]\n"
    assert "[bold]Mine[/nothing] :smile:" in polarity("show", mine("", head=head)).out


def test_the_app_is_a_process_of_its_own(polarity, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import subprocess

    called = []

    class Server:
        def __init__(self, command, cwd):
            called.append((command, cwd))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def wait(self):
            return 0

    monkeypatch.setattr(subprocess, "Popen", Server)
    assert polarity("app", "--port", 8765).code == 0
    command, folder = called[0]
    assert command[1:4] == ["-m", "streamlit", "run"]
    assert Path(command[4]).name == "app.py"
    assert command[-1] == "8765"
    assert folder == checkout.ROOT
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    assert "app.py is missing beside the package" in polarity("app").refusal()


def test_a_brief_needs_a_place_to_be_written_to_and_a_scenario(polarity, tmp_path) -> None:
    assert "such as --pdf brief.pdf" in polarity("brief", "current_policy").refusal()
    assert "there is no folder" in polarity("brief", "current_policy", "--pdf", tmp_path / "no" / "b.pdf").refusal()
    assert "did you mean" in polarity("brief", "tight_control", "--pdf", tmp_path / "b.pdf").refusal()
    said = polarity("brief", "current_policy", "--set", "enforcement=99", "--html", tmp_path / "b.html").refusal()
    assert said.startswith("polarity: --set: lever 'enforcement' is 99")
