"""`polarity batch` and `polarity study`, as a researcher types them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAN = """\
name: sweep
question: How much enforcement?
scenarios: [current_policy]
design:
  levers:
    enforcement: [1, 10]
members: 256
until: 2027
outcomes: [us_ahead@2027, lead_months@2027, crossing_year.china, outcome@2027]
"""


@pytest.fixture
def plan(tmp_path):
    """A plan file, with a piece of it changed."""

    def write(old: str = "", new: str = "") -> Path:
        path = tmp_path / "plan.yaml"
        path.write_text(PLAN.replace(old, new) if old else PLAN, encoding="utf-8")
        return path

    return write


def test_a_study_from_plan_to_table(polarity, plan, tmp_path):
    out = tmp_path / "out"
    said = polarity("batch", plan(), "--out", out, "--workers", 1)
    assert said.code == 0, said.err
    assert "How much enforcement?" in said.out
    assert "2 of 2 parts are finished, 512 futures in all." in said.out
    assert "US well ahead" in said.out
    assert "Cite: The Polarity contributors" in said.out
    (folder,) = out.iterdir()
    again = polarity("study", folder, "--verify")
    assert "Every part matches its checksum." in again.out
    next((folder / "parts").iterdir()).write_bytes(b"x")
    assert "Damaged: current_policy-" in polarity("study", folder, "--verify").out
    assert "damaged: current_policy-" in polarity("study", folder).refusal()
    assert polarity("batch", folder / "plan.yaml", "--out", out, "--workers", 1).code == 0  # its own plan mends it
    assert polarity("study", folder, "--verify", "--json").code == 0
    assert json.loads(polarity("study", folder, "--verify", "--json").out)["damaged"] == []


def test_json_is_everything_and_nothing_else(polarity, plan, tmp_path):
    said = polarity("batch", plan(), "--out", tmp_path / "out", "--workers", 1, "--json")
    report = json.loads(said.out)
    assert report["finished_parts"] == report["parts"] == 2
    assert len(report["results"]) == 2
    assert report["results"][0]["futures"] == 256
    assert {"polarity", "engine", "platform"} <= set(report["made_with"])
    assert len(report["files_sha256"]) == 64


def test_a_dry_run_makes_nothing(polarity, plan, tmp_path):
    said = polarity("batch", plan("members: 256", "members: 100000"), "--out", tmp_path / "out", "--dry-run")
    assert "1 scenarios × 2 settings × 1 seeds × 100,000 members = 200,000 futures" in said.out.replace("\n", " ")
    assert not (tmp_path / "out").exists()
    report = json.loads(polarity("batch", plan(), "--out", tmp_path / "out", "--dry-run", "--json").out)
    assert report["futures_to_simulate"] == 512


@pytest.mark.parametrize(
    ("old", "new", "more", "says"),
    [
        ("enforcement:", "enforcment:", [], ["line 6", "did you mean 'enforcement'?"]),
        ("us_ahead@2027", "us_ahaed@2027", [], ["line 9", "did you mean 'us_ahead'?"]),
        ("members: 256", "members: 0", [], ["line 7"]),
        ("", "", ["--workers", "0"], ["--workers 0", "1 or more"]),
        ("", "", ["--workers", "5000"], ["5000", "1 to 1024"]),
        ("", "", ["--dask", "nowhere"], ["--dask 'nowhere'", "tcp://head:8786"]),
        ("", "", ["--out", "/dev/null/x"], ["--out", "not a directory"]),
    ],
)
def test_what_is_wrong_is_one_line_before_anything_runs(polarity, plan, tmp_path, old, new, more, says):
    out = tmp_path / "out"
    line = polarity("batch", plan(old, new), "--out", out, *more).refusal()
    assert [part for part in says if part not in line] == [], line
    assert not list(out.glob("*/parts/*"))


def test_a_missing_plan_and_a_folder_that_is_no_study(polarity, tmp_path):
    assert "no such plan file" in polarity("batch", tmp_path / "no.yaml", "--out", tmp_path).refusal()
    assert "is no study" in polarity("study", tmp_path).refusal()


def started(plan: Path, out: Path) -> subprocess.Popen[str]:
    """A study in a session of its own, so that a signal reaches it and its workers as from a terminal."""
    command = [sys.executable, "-m", "sim.cli", "batch", str(plan), "--out", str(out), "--workers", "2"]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_study_stops_cleanly_and_goes_on(plan, tmp_path, how):
    wide = plan("members: 256", "members: 40000")
    process = started(wide, tmp_path / "out")
    parts = tmp_path / "out"
    patience = time.monotonic() + 60
    while not list(parts.glob("*/parts/*.parquet")) and time.monotonic() < patience:
        time.sleep(0.05)
    if how is signal.SIGINT:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
    assert "run the same command to resume" in err
    assert err.splitlines()[-1] == "polarity: interrupted"
    assert [path for path in parts.glob("*/parts/.*")] == []
    patience = time.monotonic() + 10
    while _session_lives(process.pid) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not _session_lives(process.pid)


def _session_lives(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_progress_in_a_log_is_plain_lines(plan, tmp_path):
    process = started(plan(), tmp_path / "out")
    _, err = process.communicate(timeout=120)
    lines = err.splitlines()
    assert lines[0] == "0 of 2 parts, 0 of 512 futures"
    assert lines[-1].startswith("2 of 2 parts, 512 of 512 futures, ")
    assert lines[-1].endswith(" a second")
    assert "\x1b" not in err
