"""The guard ends a process that runs too long, takes too much memory, or has nobody left to read it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from calibration.guard import STOPPED, memory

ROOT = Path(__file__).resolve().parents[2]


def child(limits: str, then: str = "time.sleep(60)", attached: bool = False) -> subprocess.Popen[str]:
    """A process that is watched and does something."""
    code = (
        "import time\nfrom calibration.guard import Limits, watch\n"
        f"watch(Limits({limits}), attached={attached})\nprint('watched', flush=True)\n{then}\nprint('went on')"
    )
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_time_is_bounded():
    process = child("seconds=0.3")
    said, errors = process.communicate(timeout=20)
    assert process.returncode == STOPPED
    assert said == "watched\n"
    assert errors.strip() == "polarity: calibrate: it was stopped after 0.3 seconds, its limit"


def test_memory_is_bounded():
    process = child("memory=150 * 2**20", "kept = bytearray(b'x') * (250 * 2**20)\ntime.sleep(60)")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == STOPPED
    assert "more than 150 MiB of memory" in errors


def test_it_ends_when_its_reader_is_gone():
    with child("", attached=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "watched\n"
        time.sleep(0.5)
        assert process.poll() is None, "it runs while its input is open"
        process.stdin.close()
        assert process.wait(10) == STOPPED


def test_what_ends_by_itself_is_left_alone():
    process = child("seconds=30", "pass")
    said, errors = process.communicate(timeout=20)
    assert (process.returncode, said, errors) == (0, "watched\nwent on\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process has now")
def test_memory_is_that_of_this_process():
    before = memory()
    kept = bytearray(b"x") * (60 * 2**20)
    assert memory() - before > 50 * 2**20
    assert memory(peak=True) >= memory()
    del kept
