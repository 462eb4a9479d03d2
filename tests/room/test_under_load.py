"""A small class under load: phones that sleep and come back, and a server that is killed in the middle."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLASS = ("--contexts", "6", "--browsers", "0", "--seconds", "60", "--drops", "20", "--kill", "--rest", "0")


def test_six_phones_lose_nothing_when_the_server_is_killed() -> None:
    """How fast it goes is for the benchmark to say: a test machine may be slow."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.room", *CLASS], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["lost"] == 0, found
    assert found["moves"] >= 6, found
    assert found["rejoins"] >= 5, found
    assert found["poll_bytes_max"] < 20_000, found
    assert not [line for line in done.stderr.splitlines() if "did not answer" not in line], done.stderr
