"""Data and API: recipes that really run, downloads that equal the run, uploads that cannot do harm."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from scenarios import load, names, parse
from scenarios.errors import InputError
from scenarios.events import Event
from scenarios.files import MAX_BYTES
from sim import __version__, simulate
from sim.batch import plan
from sim.ui.data import downloads, uploads
from sim.ui.shared import recipes
from sim.ui.shared.address import query
from sim.ui.shared.recipes import Dice
from sim.ui.shared.setup import Choice, Judge, Setup
from tests.ui.reading import button, raw, text

Open = Callable[..., AppTest]
PAGE = "sim/ui/data/page.py"
DICE = Dice(64, 0, 2032)
HEAD = "name: mine\ntitle: Mine\nstory: A story.\nquestion: What then?\nsources: [{title: An assumption}]\n"
EVENTS = (
    Event(kind="taiwan_disruption", date="2028-Q1", size=0.5, quarters=3),
    Event(kind="agreement", date="2029-Q2", size=1.5, compliance=0.75),
)
OWN = parse(HEAD + "like: tight_controls\nstart: 2027-Q2\nlevers: {cloud_rule: {2027-Q2: 50, 2029-Q1: 80}}\n")
SETUPS = {
    "as it stands": Setup(),
    "branch": Setup(next(name for name in names() if ":" in name)),
    "levers": Setup("tight_controls", {"enforcement": 9.0, "openness": 17.3}),
    "actor": Setup("tight_controls", {"hub_policing": "actor", "allied_alignment": "actor"}),
    "path": Setup("open_trade", {"enforcement": {"2026-Q4": 1.0, "2028-Q1": 4.0}}),
    "events": Setup(levers={"openness": 0.0}, events=EVENTS, worlds=("taiwan_disruption",)),
    "assumptions": Setup(assumptions={"diffusion": 0.1 + 0.2}, judge=Judge("points", 18.0, 2030)),
    "ruler": Setup(worlds=("china_surge",), judge=Judge("backward", 6.0, 2029)),
    "policy and what ifs": Setup("tight_controls", worlds=("china_fab_breakthrough", "taiwan_disruption")),
    "own": Setup(own=OWN),
    "own, changed": Setup("open_trade", {"openness": 10.0}, EVENTS[:1], {"diffusion": 0.5}, own=OWN),
    "own, a taken name": Setup(own=OWN.with_changes(name="current_policy")),
}


def test_the_smallest_file_that_the_page_shows_is_taken(data: Open):
    test = upload(data(), uploads.SMALLEST, "my-plan.yaml")
    assert not test.exception
    assert "The file was not used" not in text(test)
    assert "My plan" in text(test)
    assert uploads.read(uploads.SMALLEST.encode(), "x.yaml").setting("enforcement") == 5


def test_all_faults_of_a_file_are_named_at_once():
    wrong = b"levers: {enforcment: 3, openness: 500}\nstart: soon\n"
    with pytest.raises(InputError, match=r"3 faults: .*enforcment.*openness.*soon"):
        uploads.read(wrong, "x.yaml")


def upload(test: AppTest, content: str | bytes, name: str = "mine.yaml") -> AppTest:
    data = content.encode() if isinstance(content, str) else content
    return test.file_uploader[0].set_value((name, data, "application/yaml")).run()


@pytest.fixture
def data(page: Open) -> Open:
    """Opens the page at an address; the harness begins on the first page."""

    def opened(**parameters: str) -> AppTest:
        test = page(**parameters).switch_page(PAGE).run()
        assert not test.exception
        return test

    return opened


def expected(setup: Setup) -> dict[str, float]:
    judge = setup.judge
    return simulate(setup.spec, runs=64).outcome_shares(judge.year, judge.ruler, judge.limit, judge.limit)


# ----------------------------------------------------------------------------------------------------------- recipes
@pytest.mark.parametrize("name", SETUPS)
def test_the_script_gives_the_digest_and_the_shares(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    setup = SETUPS[name]
    monkeypatch.chdir(tmp_path)
    Path(recipes.file_name(setup)).write_text(recipes.scenario_file(setup, DICE), encoding="utf-8")
    found: dict[str, object] = {}
    exec(recipes.python(setup, DICE), found)
    assert found["spec"].digest() == setup.spec.digest()
    assert found["shares"] == expected(setup)


@pytest.mark.parametrize("name", SETUPS)
def test_the_command_gives_the_digest_and_the_numbers(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from sim.cli.commands import app

    setup = SETUPS[name]
    words = shlex.split(recipes.command(setup, DICE))
    monkeypatch.chdir(tmp_path)
    if recipes.needs_file(setup):
        assert words[2] == recipes.file_name(setup)
        Path(words[2]).write_text(recipes.scenario_file(setup, DICE), encoding="utf-8")
    assert words[0] == "polarity"
    done = CliRunner().invoke(app, words[1:])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["digest"] == setup.spec.digest()
    assert (said["runs"], said["seed"], said["horizon"]) == (64, 0, 2032)
    if setup.judge == Judge():
        assert said["outcomes"] == pytest.approx(expected(setup))


@pytest.mark.parametrize("name", SETUPS)
def test_the_file_stands_alone_and_can_be_uploaded(name: str, tmp_path: Path):
    setup = SETUPS[name]
    content = recipes.scenario_file(setup, DICE)
    path = tmp_path / recipes.file_name(setup)
    path.write_text(content, encoding="utf-8")
    assert load(path).digest() == setup.spec.digest()
    assert uploads.read(content.encode(), path.name) == load(path)
    known = load(path).name in names()
    assert known == (setup.spec.name in names() and load(setup.spec.name).digest() == setup.spec.digest())


@pytest.mark.parametrize("name", SETUPS)
def test_the_plan_is_accepted_and_holds_both_sides(name: str, tmp_path: Path):
    setup = SETUPS[name]
    path = tmp_path / "plan.yaml"
    path.write_text(recipes.plan_file(setup, DICE), encoding="utf-8")
    found = plan.read(path)
    digests = [spec.digest() for spec in found.scenarios]
    assert digests == list(dict.fromkeys([setup.base.digest(), setup.spec.digest()]))
    assert (found.members, found.seeds, found.horizon) == (64, (0,), 2032)
    assert f"outcome@{setup.judge.year}" in found.outcomes
    assert f"{setup.judge.series}@{setup.judge.year}" in found.outcomes


def test_the_five_lines_run(capsys: pytest.CaptureFixture[str]):
    exec(recipes.API, {})
    assert len(recipes.API.splitlines()) == 5
    assert "us_ahead" in capsys.readouterr().out


def test_the_citation_names_version_scenario_and_dice():
    for told in (recipes.citation(Setup(), DICE), recipes.bibtex(Setup(), DICE)):
        for part in ("The Polarity contributors", __version__, Setup().spec.digest(), "64 futures", "seed 0"):
            assert part in told
    assert dict(recipes.facts(Setup(), DICE))["History draws"].startswith("digest ")
    blind = Setup(own=OWN.with_changes(weighting="none"))
    assert dict(recipes.facts(blind, DICE))["History draws"] == "none are used"


# --------------------------------------------------------------------------------------------------------- downloads
def test_downloads_equal_the_run(tmp_path: Path):
    spec = recipes.written(SETUPS["levers"])
    files, run = downloads.prepare(spec, DICE), simulate(spec, runs=64)
    table = run.members()
    assert pl.read_parquet(BytesIO(files.parquet)).equals(table)
    said = pl.read_csv(BytesIO(files.csv()), infer_schema_length=None)
    assert said.select(table.columns).cast(dict(table.schema)).equals(table)
    for name, value in (("scenario", spec.name), ("seed", 0), ("futures", 64), ("version", __version__)):
        assert said[name].unique().to_list() == [value]
    assert len(files.csv()) == files.csv_size
    assert (files.rows, files.columns) == table.shape
    assert json.loads(files.summary) == json.loads(json.dumps(run.summary()))
    path = tmp_path / "x.parquet"
    path.write_bytes(files.parquet)
    kept = pl.read_parquet_metadata(path)
    beside = json.loads(files.provenance)
    for name, value in run.metadata().items():
        assert kept[name] == beside[name] == value
    again = uploads.read(kept["scenario_json"].encode(), "again.json")
    assert again == spec


def test_sizes_are_told_as_people_read_them():
    assert [downloads.size(n) for n in (12, 93_500, 999_499, 999_500, 17_442_382)] == [
        "1 kB", "94 kB", "999 kB", "1.0 MB", "17.4 MB",
    ]  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- uploads
def with_title(title: str) -> str:
    return HEAD.replace("title: Mine", f"title: {title}")


HOSTILE = {
    "empty": (b" \n", "is empty"),
    "too large": (HEAD + "#" * MAX_BYTES, "larger than 200 kB"),
    "not UTF-8": (HEAD.encode() + b"# \xff\xfe", "line 6: is not a UTF-8 text file"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "is not a UTF-8 text file"),
    "NUL": (HEAD + "# \0", "line 6: has a character that no text has (U+0000)"),
    "text turned round": (with_title("\u202eenim"), "line 2: has a character that no text has (U+202E)"),
    "escaped NUL": (with_title('"a\\0b"'), "line 2: title: has a character that no text has (U+0000)"),
    "half a character": (with_title('"\\ud800"'), "title: has a character that no text has (U+D800)"),
    "half a character in a key": (HEAD + 'levers: {"\\ud800": 1}', "levers: has a character that no text has"),
    "no YAML": (HEAD + "levers: {enforcement: 1", "not valid YAML"),
    "word": ("hello", "a scenario file is a mapping of fields; got str"),
    "list": ("[1, 2]", "a scenario file is a mapping of fields; got list"),
    "bomb": (
        "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        "line 1: anchors and aliases",
    ),
    "alias": (HEAD + "levers: &l {enforcement: 1}\nswitches: *l\n", "line 6: anchors and aliases"),
    "brackets": (HEAD + "levers: " + "[" * 10_000 + "]" * 10_000, "line 6: nested too deeply"),
    "braces": (HEAD + "levers: " + "{a: " * 10_000, "line 6: nested too deeply"),
    "dashes": (HEAD + "levers:\n" + "- " * 10_000 + "1", "nested too deeply"),
    "wide": (HEAD + "levers: [" + "a," * 90_000 + "]", "more than 20,000 keys and values"),
    "Python object": (HEAD + "levers: !!python/object/apply:os.system ['true']", "line 6: tags ("),
    "binary": (with_title("!!binary aGVsbG8="), "line 2: tags ('!!binary')"),
    "merge key": (HEAD + "<<: {levers: {enforcement: 2}}", "line 6: merge keys (<<) are not used"),
    "two documents": (f"{HEAD}---\n{HEAD}", "line 6: a second scenario begins; upload one at a time"),
    "variants": (HEAD + "branches: {a: {}, b: {}}", "line 6: branches: the file holds 2 scenarios (a, b)"),
    "no variants": (HEAD + "branches: 5", "branches is a mapping"),
    "twice": (HEAD + "name: other", "the key 'name' appears twice, line 6"),
    "key that is no word": (HEAD + "levers: {? {a: 1} : 2}", "a key must be a word, line 6"),
    "file of the server": ("like: /etc/passwd\n" + HEAD, "line 1: like: unknown scenario '/etc/passwd'"),
    "device": ("like: /dev/zero\n" + HEAD, "like: unknown scenario '/dev/zero'"),
    "library by path": (f"like: {Path(__file__)}/../a.yaml\n{HEAD}", "in an uploaded file it is a name of the library"),
    "like a list": ("like: [current_policy]\n" + HEAD, "line 1: like: unknown scenario"),
    "like in a variant": (HEAD + "branches: {a: {like: /etc/passwd}}", "line 6: like: unknown scenario '/etc/passwd'"),
    "baseline by path": (HEAD + "baseline: ../x.yaml", "line 6: baseline: unknown scenario '../x.yaml'"),
    "baseline a mapping": (HEAD + "baseline: {a: 1}", "line 6: baseline: unknown scenario"),
    "calibration by path": (HEAD + "calibration: ../../../etc/passwd", "line 6: calibration: unknown calibration"),
    "long number": (HEAD + "parameters: {diffusion: 0x" + "f" * 6000 + "}", "line 6: a value of 6,002 characters"),
    "number in sixties": (HEAD + "schema_version: 1" + ":59" * 20_000, "line 6: a value of 60,001 characters"),
    "not finite": (HEAD + "parameters: {diffusion: .nan}", "line 6: parameters: parameter 'diffusion' is not finite"),
    "out of range": (HEAD + "levers: {enforcement: 99}", "line 6: levers: lever 'enforcement' is 99; the range is 0"),
    "unknown lever": (HEAD + "levers: {enforcment: 1}", "unknown lever 'enforcment'; did you mean 'enforcement'?"),
    "unknown parameter": (HEAD + "parameters: {difusion: 1}", "did you mean 'diffusion'?"),
    "unknown field": (HEAD + "lever: {}", "line 6: unknown field 'lever'; did you mean 'levers'?"),
    "unknown actor": (HEAD + "actors: {atlantis: {}}", "actor 'atlantis' is new: give it a kind"),
    "wrong type": (HEAD + "levers: [1]", "line 6: levers: give fields with their values, such as {field: value}"),
    "line break": (HEAD + 'data_until: "2026-Q3\\n"', "line 6: data_until: '2026-Q3\\n' is not a quarter"),
    "date": (HEAD + "start: 2027-01-01", "line 6: start: '2027-01-01' is not a quarter"),
    "many events": (HEAD + "events: [" + "{kind: hbm_shock, date: 2028-Q1, size: 1}," * 201 + "]", "give at most 200"),
    "long title": (with_title("x" * 121), "line 2: title: give at most 120 characters"),
    "long story": (HEAD.replace("A story.", "x" * 161), "line 3: story: give at most 160 characters"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(case: str):
    content, message = HOSTILE[case]
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    with pytest.raises(InputError, match=re.escape(message)) as told:
        uploads.read(data, "mine.yaml")
    said = str(told.value)
    assert said.startswith("mine.yaml")
    assert len(said.splitlines()) == 1
    assert len(said) < 1000


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("data_until: 2023-Q1", "no draws weighed by history are shipped"),
    ],
)
def test_what_cannot_be_simulated_is_found_by_a_trial(rest: str, message: str):
    spec = uploads.read((HEAD + rest).encode(), "mine.yaml")
    with pytest.raises(InputError, match=re.escape(message)) as told:
        uploads.check_runs(spec, "mine.yaml")
    assert str(told.value).startswith("mine.yaml: cannot be simulated")
    assert len(str(told.value).splitlines()) == 1


def test_what_nobody_thought_of_is_one_line_too(monkeypatch: pytest.MonkeyPatch):
    def simulate(*_: object, **__: object) -> None:
        raise IndexError("index 7 is out of bounds\nfor axis 0")

    monkeypatch.setattr("sim.run.simulate", simulate)
    with pytest.raises(InputError, match="lies too far from what the model is for") as told:
        uploads.check_runs(load("tight_controls"), "mine.yaml")
    assert len(str(told.value).splitlines()) == 1


def test_good_files_are_read():
    wanted = load("tight_controls").with_levers(enforcement=3)
    like = "like: tight_controls\n" + HEAD + "levers: {enforcement: 3}\n"
    windows = b"\xef\xbb\xbf" + like.replace("\n", "\r\n").encode()
    tabs = json.dumps({**wanted.model_dump(mode="json"), "name": "mine"}, indent="\t").encode()
    one = HEAD + "branches: {a: {like: tight_controls, levers: {enforcement: 3}}}\n"
    for content, name in ((like.encode(), "a.yaml"), (windows, "a.yml"), (tabs, "a.JSON"), (one.encode(), "a.yaml")):
        spec = uploads.read(content, name)
        assert spec.digest() == wanted.digest()
        uploads.check_runs(spec)


@pytest.mark.parametrize("name", names())
def test_every_scenario_of_the_library_can_be_brought_back(name: str):
    content = recipes.scenario_file(Setup(name), DICE).encode()
    assert uploads.read(content, "x.yaml") == load(name)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/mine.yaml", "mine.yaml"),
        ("C:\\me\\mine.yaml", "mine.yaml"),
        ("a\0b\u202e.yaml", "ab.yaml"),
        ("", "the file"),
        ("x" * 300 + ".yaml", "x" * 28 + "…" + "x" * 6 + ".yaml"),
    ],
)
def test_names_of_files_are_made_harmless(given: str, shown: str):
    assert uploads.called(given) == shown


# ------------------------------------------------------------------------------------------------------------ the page
def test_the_page_shows_what_it_holds(data: Open):
    test = data()
    levels = re.findall(r"<h([1-6])", raw(test))
    assert levels.count("1") == 1
    assert set(levels) == {"1", "2"}
    spec = load("current_policy")
    for part in (spec.title, spec.digest(), "seed 0", "64 futures", "2032", spec.calibration, "docs/api.md"):
        assert part in text(test)
    assert [tab.label for tab in test.tabs] == ["Python", "Command line", "Scenario file", "Batch plan"]
    assert not re.search(r"\bwill\b|https?://", text(test).lower())


@pytest.mark.parametrize("name", ["levers", "actor", "events", "assumptions", "ruler"])
def test_the_page_shows_the_recipes_of_its_address(data: Open, name: str):
    setup = SETUPS[name]
    if name == "levers":  # the address holds the steps of a slider, and six digits of an assumption
        setup = Setup(setup.scenario, {"enforcement": 9.0, "openness": 20.0})
    if name == "assumptions":
        setup = replace(setup, assumptions={"diffusion": 0.3})
    test = data(**dict(parse_qsl(query(setup)[1:])))
    assert "was not used" not in text(test)
    codes = [block.value for block in test.code]
    wanted = (recipes.python, recipes.command, recipes.scenario_file, recipes.plan_file, recipes.citation)
    assert all(recipe(setup, DICE).strip() in codes for recipe in wanted)
    shown = [
        float(n)
        for n in re.findall(r"<code>([\d.e-]+)</code>", raw(test).split("Python script prints")[1].split("Here")[0])
    ]
    assert shown == pytest.approx(list(expected(setup).values()), abs=1e-4)


def test_bad_parts_of_the_address_are_named(data: Open):
    test = data(enforcement="99", openness="20")
    assert "enforcement=99: out of range" in text(test)
    assert "openness" in "".join(block.value for block in test.code)


def test_a_wrong_number_of_futures_is_explained(data: Open, monkeypatch: pytest.MonkeyPatch):
    test = data()
    monkeypatch.setenv("POLARITY_FUTURES", "many")
    test.run()
    assert not test.exception
    assert "POLARITY_FUTURES is 'many'" in text(test)


def test_files_are_made_on_request_and_only_for_what_is_shown(data: Open):
    test = data()
    assert "data_prepared" not in test.session_state
    button(test, "Prepare the files").click().run()
    assert not test.exception
    labels = [saved.label for saved in test.get("download_button")]
    assert len(labels) == 5
    assert all(re.search(r"\(\d+(\.\d)? [kM]B\)$", label) for label in labels[1:])
    assert test.session_state["data_prepared"][1].rows == 64 * 11
    choice: Choice = test.session_state["polarity_choice"]
    choice.take(choice.now.moved("enforcement", 9.0))
    test.run()
    assert "data_prepared" not in test.session_state
    assert button(test, "Prepare the files")


def test_a_file_of_ones_own_is_used_shown_and_left(data: Open):
    test = upload(data(scenario="open_trade"), "like: tight_controls\n" + HEAD + "levers: {openness: 20}\n")
    assert not test.exception
    wanted = load("tight_controls").with_levers(openness=20)
    assert f"In use: Mine from your file, digest {wanted.digest()}" in " ".join(text(test).split())
    assert 'load("mine.yaml")' in test.code[0].value
    assert f'"{wanted.digest()}"' in test.code[0].value
    assert not {name for name in test.query_params if name != "v"}
    explore = test.switch_page("sim/ui/explore/page.py").run()
    assert not explore.exception
    assert "Mine." in text(explore)
    assert wanted.digest() in text(explore)
    back = explore.switch_page(PAGE).run()
    button(back, "Remove this file").click().run()
    assert not back.exception
    assert load("open_trade").digest() in text(back)
    assert "In use" not in text(back)


def test_a_bad_file_is_explained_and_changes_nothing(data: Open):
    test = upload(data(), HEAD + "levers: {'<img src=x>': 1}\n", "![x](http://evil)<img src=x>.yaml")
    assert not test.exception
    assert "The file was not used" in text(test)
    assert "line 6: levers: unknown lever '<img src=x>'" in text(test)
    assert "<img" not in raw(test)
    assert not test.error
    assert load("current_policy").digest() in text(test)
    test = upload(test, HEAD + "levers: {openness: 20}\n")
    assert "was not used" not in text(test)
    assert "In use: Mine" in " ".join(text(test).split())


def test_texts_of_a_file_are_escaped(data: Open):
    test = upload(data(), HEAD.replace("Mine", "<script>x</script>").replace("A story.", "<b>y</b>"))
    assert not test.exception
    assert "<script>" not in raw(test)
    assert "<script>x</script>" in text(test)


def test_a_file_stays_with_its_user(data: Open):
    upload(data(), HEAD + "levers: {openness: 20}\n")
    other = data()
    assert "Mine" not in text(other)
    assert load("current_policy").digest() in text(other)
    assert "mine" not in names()
