"""Whatever a person gets wrong is one line that says where, what, and what would be right; never a traceback."""

from pathlib import Path

import pytest

from scenarios import load, parse
from scenarios.errors import InputError

HERE = "current_policy"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "curent_policy"], ["unknown scenario 'curent_policy'", "did you mean 'current_policy'?"]),
        (["show", "curent_policy"], ["did you mean 'current_policy'?"]),
        (["compare", HERE, "curent_policy"], ["did you mean 'current_policy'?"]),
        (["compare", HERE], ["two scenarios or more"]),
        (["run", "no\nsuch\x1b[31m"], ["unknown scenario"]),
        (["run", "nowhere/current_policy.yaml"], ["no such scenario file", "did you mean 'current_policy'?"]),
        (["run", HERE, "--runs", "100001"], ["runs is 100001", "1 to 100,000"]),
        (["run", HERE, "--runs", "0"], ["runs is 0", "1 to 100,000"]),
        (["compare", HERE, HERE, "--runs", "9" * 30], ["1 to 100,000"]),
        (["run", HERE, "--until", "1990"], ["until is 1990", "2027 to 2035"]),
        (["run", HERE, "--until", "2051"], ["until is 2051", "2027 to 2035"]),
        (["run", HERE, "--seed", "-1"], ["seed is -1", "from 0"]),
        (["run", HERE, "--set", "enforcment=2"], ["--set", "'enforcment'", "did you mean 'enforcement'?"]),
        (["run", HERE, "--set", "enforcement=tight"], ["--set", "'tight'", "0 to 10", "× 2026"]),
        (["run", HERE, "--set", "enforcement=5 kg"], ["'5 kg'", "0 to 10"]),
        (["run", HERE, "--set", "enforcement=11"], ["is 11", "0 to 10"]),
        (["run", HERE, "--set", "enforcement=nan"], ["is nan", "0 to 10"]),
        (["run", HERE, "--set", "enforcement=-inf"], ["is -inf", "0 to 10"]),
        (["run", HERE, "--set", "cloud_rule=actor"], ["cannot be left to the actor", "0 to 100"]),
        (["run", HERE, "--set", "enforcement"], ["value is missing", "LEVER=VALUE"]),
        (["run", HERE, "--set", "enforcement="], ["value is missing", "LEVER=VALUE"]),
        (["run", HERE, "--set", "enforcement=2026:1"], ["'2026' is not a quarter", "2026-Q4"]),
        (["run", HERE, "--set", "enforcement=2026-Q5:1"], ["'2026-Q5' is not a quarter", "2026-Q4"]),
        (["run", HERE, "--set", "enforcement=2026-Q4:"], ["0 to 10"]),
        (["run", HERE, "--set", "enforcement=2026-Q4:99"], ["is 99", "0 to 10"]),
        (["run", HERE, "--set", "enforcement=2027-Q1:1,2027-Q1:2"], ["2027-Q1 appears twice"]),
        (["run", HERE, "--set", "enforcement=1", "--set", "enforcement=2"], ["set twice"]),
        (["data", "chip"], ["unknown table 'chip'", "did you mean 'chips'?"]),
        (["show", HERE, "--json", "--yaml"], ["not both"]),
        (["run"], ["NAME|FILE"]),
        (["rnu"], ["rnu", "run"]),
        (["run", HERE, "--runs", "many"], ["--runs", "integer"]),
        (["run", HERE, "--sed", "1"], ["--sed"]),
        (["app", "--port", "70000"], ["--port", "65535"]),
        (["--nothing"], ["--nothing"]),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_a_wrong_call_is_refused_in_one_line(polarity, words, says):
    line = polarity(*words).refusal()
    assert [part for part in says if part not in line] == [], line


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("levers: {enforcment: 2}", ["levers", "'enforcment'", "did you mean 'enforcement'?"]),
        ('levers: {enforcement: "5 kg"}', ["enforcement", "'5 kg'", "0 to 10"]),
        ("levers: {enforcement: yes}", ["enforcement", "True", "0 to 10"]),
        ("levers: {enforcement: 99}", ["is 99", "0 to 10"]),
        ("levers: {enforcement: .nan}", ["nan", "0 to 10"]),
        ("levers: {enforcement: .inf}", ["inf", "0 to 10"]),
        ("levers: {enforcement: }", ["None", "0 to 10"]),
        ("levers: {enforcement: [1]}", ["[1]", "0 to 10"]),
        ("levers: {enforcement: {}}", ["{}", "2026-Q4"]),
        ("levers: {enforcement: {2027: 1}}", ["'2027' is not a quarter"]),
        ("levers: [1]", ["levers", "give fields with their values"]),
        ("stroy: x", ["unknown field 'stroy'", "did you mean 'story'?"]),
        ("switches: {lucky: true}", ["switches.lucky", "did you mean 'luck'?"]),
        ("switches: {luck: 7}", ["switches.luck", "7"]),
        ("parameters: {points_per_om: 3}", ["did you mean 'points_per_oom'?"]),
        ("parameters: {points_per_oom: .inf}", ["points_per_oom", "finite"]),
        ("parameters: {points_per_oom: {kind: normal, mean: .nan, sd: 1}}", ["points_per_oom", "finite"]),
        ("parameters: {points_per_oom: {kind: norml}}", ["points_per_oom", "'norml'", "'normal'"]),
        ("events: [{kind: hbm_shok, date: 2027-Q1, size: 0.1}]", ["events.0.kind", "'hbm_shock'"]),
        ("events: [{kind: hbm_shock, date: 2027, size: 0.1}]", ["events.0.date", "not a quarter"]),
        ("events: [{kind: hbm_shock, date: 2027-Q1, size: .nan}]", ["events.0.size"]),
        ("actors: {gulf: {stock_h100e: .inf}}", ["actors.gulf.stock_h100e"]),
        ("like: curent_policy", ["like", "did you mean 'current_policy'?"]),
        ("like: [1, 2]", ["like", "unknown scenario"]),
        ("like: mine.yaml", ["like", "circle", "mine.yaml → mine.yaml"]),
        ("baseline: curent_policy", ["baseline", "did you mean 'current_policy'?"]),
        ("calibration: guesses", ["'guesses'", "literature"]),
        ("start: 2021-Q1", ["2021-Q1", "2022-Q4"]),
        ("title: Again", ["'title' appears twice", "line 6"]),
        ("levers: {enforcement: 1", ["line 6", "not valid YAML"]),
        ("\tx: 1", ["line 6", "not valid YAML"]),
        ("? [1, 2]\n: 3", ["a key must be a word", "line 6"]),
        ("x: !!int abc", ["not valid YAML"]),
        ("x: !!python/object/apply:os.system [id]", ["line 6", "not valid YAML"]),
        ("x: " + "9" * 5000, ["not valid YAML"]),
        ("x: a\0b", ["not valid YAML"]),
        ("a: &a [1]\nb: [*a, *a]", ["aliases", "line 7"]),
        ("x: " + "[" * 20 + "]" * 20, ["nested more than 12"]),
        ("x: " + "[" * 50_000, ["nested too deeply"]),
        ("# " + "x" * 200_001, ["larger than 200 kB"]),
        ("events: [" + "{kind: hbm_shock, date: 2027-Q1, size: 0.1}," * 201 + "]", ["events", "200"]),
    ],
    ids=lambda value: value[:50].encode("ascii", "replace").decode() if isinstance(value, str) else "",
)
def test_a_wrong_file_is_refused_in_one_line(polarity, mine, rest, says):
    path = mine(rest)
    line = polarity("run", path, "--runs", 1).refusal()
    says = [*says, "mine.yaml"] if "calibration" not in rest else says
    assert [part for part in says if part not in line] == [], line


@pytest.mark.parametrize("content", ["", "- 1", "42", "just words"])
def test_a_file_that_is_no_mapping_is_refused(polarity, mine, content):
    assert "a scenario file is a mapping" in polarity("show", mine(content, head="")).refusal()


def test_a_file_without_a_head_is_named_after_itself(polarity, mine):
    said = polarity("show", mine("start: 2027-Q1", head="")).out
    assert "Mine (mine)" in said
    assert "mine.yaml" in said


def test_a_directory_and_a_binary_file_are_refused(polarity, tmp_path: Path):
    assert "is a directory" in polarity("run", tmp_path).refusal()
    (tmp_path / "chip.yaml").write_bytes(bytes(range(256)))
    assert "UTF-8" in polarity("run", tmp_path / "chip.yaml").refusal()
    (tmp_path / "no_ending").write_bytes(bytes(range(256)))
    assert "UTF-8" in polarity("run", tmp_path / "no_ending").refusal()
    assert "cannot be read" in polarity("run", tmp_path / ("long" * 200 + ".yaml")).refusal()


def test_a_circle_of_likes_ends(polarity, mine):
    first, _, _ = mine("like: b.yaml", "a.yaml"), mine("like: c.yaml", "b.yaml"), mine("like: a.yaml", "c.yaml")
    assert "a.yaml → b.yaml → c.yaml → a.yaml" in polarity("run", first).refusal()


def test_different_scenarios_of_one_name_are_not_compared(polarity, mine):
    head = "like: current_policy\nname: current_policy\n"
    path = mine("title: x\nstory: x\nquestion: x\nsources: [{title: x}]\nlevers: {enforcement: 2}\n", head=head)
    assert "its own `name`" in polarity("compare", HERE, path).refusal()


def test_nothing_is_written_where_results_cannot_be(polarity, tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "deeper"):
        line = polarity("run", HERE, "--runs", 1, "--out", out).refusal()
        assert "is not a directory" in line
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")
def test_a_folder_that_cannot_be_made_is_refused(polarity):
    assert "--out" in polarity("run", HERE, "--runs", 1, "--out", "/proc/polarity/results").refusal()


def test_nothing_half_written_stays(polarity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from sim.results.run import Run

    def half(self: Run, folder: Path) -> Path:
        (folder / "x.part").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Run, "save", half)
    kept = tmp_path / "kept"
    kept.mkdir()
    for out in (tmp_path / "new" / "deep", kept):
        assert "No space left on device" in polarity("run", HERE, "--runs", 1, "--out", out).refusal()
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert list(kept.iterdir()) == []


def test_levers_set_in_python_are_refused_in_one_line():
    with pytest.raises(InputError, match=r"^levers: unknown lever 'enforcment'; did you mean 'enforcement'\?$"):
        load(HERE).with_levers(enforcment=2)
    with pytest.raises(InputError, match=r"is 99; the range is 0 to 10"):
        load(HERE).with_levers(enforcement=99)
    with pytest.raises(InputError, match=r"unknown field 'levrs'; did you mean 'levers'\?"):
        load(HERE).with_changes(levrs={})


def test_a_date_needs_no_quotes():
    head = "name: mine\ntitle: Mine\nstory: s\nquestion: q\n"
    assert parse(head + "sources: [{title: t, date: 2026-10-16}]").sources[0].date == "2026-10-16"
