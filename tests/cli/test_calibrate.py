"""`polarity calibrate` and `--calibration`: what can be named, what is refused, and life without torch."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from calibration.record import RESULTS, ids, read

ROOT = Path(__file__).resolve().parents[2]
MEASURED = [name for name in ids() if read(name).kind == "measured"]
WITHOUT_TORCH = """
import importlib.abc, importlib.util, sys
class Gone(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "triton"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Gone())
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name.startswith("torch") else found(name, package)
"""


def without_torch(code: str) -> subprocess.CompletedProcess[str]:
    """What a fresh interpreter says that cannot import torch."""
    command = [sys.executable, "-c", WITHOUT_TORCH + code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def cli(*words: str) -> subprocess.CompletedProcess[str]:
    return without_torch(f"sys.argv = ['polarity', *{words!r}]\nfrom sim.cli import main\nmain()")


# --- without torch --------------------------------------------------------------------------------------------------


def test_the_blocker_blocks():
    assert "No module named 'torch'" in without_torch("import torch").stderr


@pytest.mark.parametrize(
    "words",
    [
        ["list"], ["show", "current_policy"], ["run", "current_policy", "--runs", "8"], ["parameters"], ["data"],
        ["compare", "current_policy", "closed_ideas", "--runs", "8"], ["schema"], ["calibrate", "list"],
        ["run", "current_policy", "--runs", "8", "--calibration", "literature"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_other_commands_work_without_torch(words: list[str]):
    done = cli(*words)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_app_works_without_torch():
    code = "from streamlit.testing.v1 import AppTest\nat = AppTest.from_file('app.py', default_timeout=60).run()\n"
    done = without_torch(code + "assert not at.exception, at.exception\nprint('opened', 'torch' in sys.modules)")
    assert done.returncode == 0, done.stderr
    assert "opened False" in done.stdout


def test_measuring_without_torch_says_how_to_get_it():
    done = cli("calibrate", "bench")
    assert done.returncode == 2
    assert done.stderr.strip() == "polarity: calibrate: torch is not installed; `make calibration` installs it"


def test_a_report_needs_no_torch(tmp_path: Path):
    code = f"sys.argv = ['calibration', 'report', '{ids()[0]}', '--out', '{tmp_path}']\n"
    done = without_torch(code + "from calibration.__main__ import main\nsys.exit(main())")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_without_its_chart_library_says_what_is_missing(tmp_path: Path):
    blocked = WITHOUT_TORCH.replace('("torch", "triton")', '("vl_convert",)')
    code = f"{blocked}sys.argv = ['calibration', 'report', '{ids()[0]}', '--out', '{tmp_path}']\n"
    code += "from calibration.__main__ import main\nsys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    install = "pip install 'polarity-sim[calibration]'"
    assert done.stderr.strip() == f"polarity: calibrate: vl_convert is not installed; {install}"
    assert not list(tmp_path.iterdir())


# --- naming a result ------------------------------------------------------------------------------------------------


def test_the_list_names_every_result_and_the_one_in_use(polarity):
    said = polarity("calibrate", "list").out
    assert all(name in said for name in ids())
    assert said.count("(in use)") == 1
    content = json.loads(polarity("calibrate", "list", "--json").out)
    assert {row["id"] for row in content["results"]} == set(ids())
    assert content["default"] in ids()


def test_a_run_names_its_calibration(polarity):
    said = polarity("run", "current_policy", "--runs", 8, "--calibration", "literature")
    assert "calibration literature" in said.out
    content = json.loads(polarity("run", "current_policy", "--runs", 8, "--calibration", "literature", "--json").out)
    assert content["calibration"] == "literature"


@pytest.mark.parametrize("name", MEASURED)
def test_another_calibration_gives_other_numbers(polarity, name):
    def run(which: str) -> dict:
        return json.loads(polarity("run", "current_policy", "--runs", 64, "--calibration", which, "--json").out)

    one, other = run("literature"), run(name)
    assert one["lead_months"] != other["lead_months"]
    shifted = abs(one["lead_months"]["2030"]["p50"] - other["lead_months"]["2030"]["p50"])
    assert shifted < 0.5  # months: small runs on one machine do not make another world


@pytest.mark.parametrize("name", MEASURED)
def test_the_effect_of_a_result_is_shown(polarity, name):
    said = polarity("calibrate", "effect", name, "--runs", 8).out
    assert f"What {name} moves, against literature" in said
    content = json.loads(polarity("calibrate", "effect", name, "--runs", 8, "--json").out)
    assert content["outcomes"].keys() == {"prior", "result"}
    for row in content["parameters"].values():
        assert {"prior", "posterior", "weight", "lead_2030_months"} <= row.keys()
    assert f"{content['together']['lead_2030_months']:+.3f}" in said


@pytest.mark.parametrize("name", MEASURED)
def test_parameters_show_what_a_result_moved(polarity, name):
    rows = {row["name"]: row for row in json.loads(polarity("parameters", "--calibration", name, "--json").out)}
    assert rows["distillation_share"]["prior"] is not None
    assert rows["points_per_oom"]["prior"] is None
    assert all(
        row["prior"] is None for row in json.loads(polarity("parameters", "--calibration", "literature", "--json").out)
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "current_policy", "--calibration", "guesses"], ["'guesses'", "choose from", "literature"]),
        (["compare", "current_policy", "closed_ideas", "--calibration", "x"], ["'x'", "literature"]),
        (["parameters", "--calibration", "x"], ["'x'", "literature"]),
        (["calibrate", "report", "x"], ["'x'", "literature"]),
        (["calibrate", "effect", "literature"], ["is a prior; choose a measured result"]),
        (["calibrate", "everything"], ["everything", "'bench'", "'all'"]),
        (["calibrate", "bench", "--fast", "--full"], ["not both"]),
        (["calibrate", "bench", "--device", "tpu"], ["tpu", "cpu, cuda"]),
        (["calibrate", "bench", "again"], ["takes no ID", "'again'"]),
        (["calibrate", "bench", "--peak-tflops", "-1"], ["--peak-tflops is -1", "above 0"]),
        (["calibrate", "bench", "--seed", "-1"], ["--seed"]),
        (["calibrate", "law", "--drop-highest", "-1"], ["--drop-highest"]),
        (
            ["calibrate", "show", "--drop-highest", "2"],
            ["--drop-highest has no effect here; it is for law"],
        ),
        (["calibrate", "show", "--json"], ["--json has no effect here; it is for list, effect, law, demo"]),
        (["calibrate", "remake", "--runs", "5"], ["--runs has no effect here; it is for effect, report"]),
        (["calibrate", "demo", "--fast"], ["--fast has no effect here; it is for bench, train, levers, fit, all"]),
        (["calibrate", "report", "--runs", "5"], ["--runs needs --effect"]),
        (["calibrate", "all", "--within", "0"], ["--within is 0", "above 0"]),
        (["calibrate", "all", "--within", "-60"], ["--within is -60", "above 0"]),
        (["calibrate", "all", "--within", "nan"], ["--within is nan", "above 0"]),
        (["calibrate", "all", "--within", "inf"], ["--within is inf", "above 0"]),
        (["calibrate", "all", "--within", "2"], ["--within 2 is too short", "at least 10 seconds"]),
        (["calibrate", "list", "--within", "60"], ["calibrate list: --within has no effect here"]),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_a_wrong_call_is_refused_in_one_line(polarity, words, says):
    line = polarity(*words).refusal()
    assert [part for part in says if part not in line] == [], line


def test_a_place_that_cannot_be_written_is_refused(polarity, tmp_path: Path):
    pytest.importorskip("torch", reason="needs the calibration extra")
    file = tmp_path / "file"
    file.write_text("")
    assert "is not a directory" in polarity("calibrate", "bench", "--out", file / "x").refusal()


# --- a law of losses ------------------------------------------------------------------------------------------------


def test_a_law_is_fitted_to_a_file_without_torch(tmp_path: Path):
    file = tmp_path / "-my losses.csv"
    rows = [f"{n},{d},{1.2 + 20 / n**0.3 + 300 / d**0.45}" for n in (1e5, 1e6, 1e7) for d in (1e7, 1e8, 1e9)]
    file.write_text("\n".join(["size,tokens,loss", *rows, "1e5,3e7,9"]) + "\n", encoding="utf-8")
    done = cli("calibrate", "law", str(file), "--drop-highest", "1", "--json")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert content["points"] == 9
    assert content["dropped"] == [{"at": "row 11", "size": 1e5, "tokens": 3e7, "loss": 9.0}]
    assert content["point"]["alpha"] == pytest.approx(0.3, rel=1e-3)
    assert content["point"]["B"] == pytest.approx(300, rel=1e-2)


def test_what_is_no_table_of_losses_is_refused_in_one_line(tmp_path: Path):
    done = cli("calibrate", "law", str(tmp_path))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.endswith("cannot be read as a table of losses (it is not a file)")


# --- measuring ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_parts_are_measured_one_by_one_and_then_fitted(shell, tmp_path: Path):
    pytest.importorskip("torch", reason="needs the calibration extra")
    early = shell(f"polarity calibrate fit --smoke --out {tmp_path}")
    assert early.returncode == 2
    assert "run `polarity calibrate train --smoke` first" in early.stderr
    for part, table in (("bench", "matmul"), ("train", "2×16")):
        done = shell(f"polarity calibrate {part} --smoke --out {tmp_path} --peak-gbs 400")
        assert done.returncode == 0, done.stderr
        assert table in done.stdout
    done = shell(f"polarity calibrate fit --smoke --out {tmp_path} --peak-gbs 400")
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.splitlines()[-1])
    assert "Weight" in done.stdout
    content = json.loads(path.read_text(encoding="utf-8"))
    assert path.stem == content["id"]
    assert content["provenance"]["command"].startswith("polarity calibrate fit --smoke --device cpu")
    moved = {u["name"] for u in content["hardware"] if u["measured"]}
    assert {"bandwidth host", "bandwidth nvidia", "bandwidth other"} <= moved  # it was given a peak to compare with
    assert not any(row["measured"] for row in content["gains"])
    assert (path.parent / content["provenance"]["log"]).is_file()


@pytest.mark.slow
def test_an_interrupted_campaign_says_how_to_go_on(tmp_path: Path):
    pytest.importorskip("torch", reason="needs the calibration extra")
    code = "import sys; from sim.cli import main; main()"
    words = [sys.executable, "-c", code, "calibrate", "train", "--smoke", "--out", str(tmp_path)]
    log = tmp_path / ".work/cpu-smoke-0/log.jsonl"
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        until = time.monotonic() + 60
        while not (log.is_file() and "cell/" in log.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that runs in it
        _, said = process.communicate()
    assert process.returncode == 130, said
    assert "run the same command to resume" in said
    assert "Traceback" not in said
    finished = log.read_text().splitlines()
    again = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert log.read_text().splitlines()[: len(finished)] == finished
    assert "2×32" in again.stdout


def test_a_result_is_made_again_from_its_log_and_says_what_changed(tmp_path: Path):
    done = cli("calibrate", "remake", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "changed: nothing" in done.stdout
    (made,) = tmp_path.glob("*.json")
    # Results of before there was one spelling keep theirs, so that their checksums hold.
    before, after = (path.read_text(encoding="utf-8") for path in (RESULTS / made.name, made))
    contents = [json.loads(text.replace("judgement", "judgment")) for text in (before, after)]
    assert [content.pop("checksum") for content in contents][1] == json.loads(after)["checksum"]
    assert contents[0] == contents[1]
    refused = cli("calibrate", "remake", "literature", "--out", str(tmp_path))
    assert refused.returncode == 2
    assert "was not measured" in refused.stderr


def test_few_refits_give_no_interval(polarity):
    refused = polarity("calibrate", "law", "--bootstrap", "19")
    assert refused.code == 2
    assert "--bootstrap 19: too few refits for 90% intervals; give 20 to 500" in refused.err


def test_a_report_shows_what_was_simulated(polarity, tmp_path: Path):
    done = cli(
        "calibrate", "report", "readings-gpu-2026-11", "--effect", "--runs", "8", "--out", str(tmp_path / "a.html")
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "In 8 simulated futures it moves the US lead" in page
    assert "US well ahead" in page
    refused = polarity("calibrate", "show", "--effect")
    assert "calibrate show: --effect has no effect here; it is for report" in refused.err
