"""The command line as a process: what it imports, where it writes, and how it ends."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CALL = "import sys; sys.argv[0] = 'polarity'; from sim.cli import main; main()"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['polarity', '--help']\nimport sim.cli\n"
        "try: sim.cli.main()\nexcept SystemExit: pass\nprint('MODULES', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("MODULES ")[2].split())
    assert "sim.cli" in loaded
    heavy = {"mesa", "torch", "streamlit", "scipy", "numpy", "pydantic", "yaml", "polars", "rich", "scenarios.schema"}
    assert heavy & loaded == set()


def test_json_is_all_there_is_on_the_output(shell):
    done = shell("polarity run current_policy --runs 4 --json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["runs"] == 4


def test_a_refusal_is_one_line(shell):
    done = shell("polarity run current_policy --set enforcment=2")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "polarity: --set: unknown lever 'enforcment'; did you mean 'enforcement'?\n"


def test_a_reader_that_goes_away_is_no_error(shell):
    done = shell(
        "polarity data rules | head -1; polarity run current_policy --runs 4 | head -1; polarity schema | true"
    )
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 2


def test_a_terminal_without_a_minus_sign_is_no_error(shell):
    done = shell("polarity schema", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_one_line(shell):
    done = shell("polarity list > /dev/full")
    assert (done.returncode, done.stderr) == (2, "polarity: No space left on device\n")


SWALLOWED = """
import os, signal, sys, time, weakref
from sim.cli.interrupts import hear_interrupts

def waits():
    time.sleep(20)
    print("lost")

class Thing: pass

def in_a_callback():
    thing = Thing()
    seen = weakref.ref(thing, lambda _: [os.kill(os.getpid(), signal.SIGINT), time.sleep(1)])  # heard in the callback
    del thing

def cleared():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    except BaseException:
        pass

try:
    with hear_interrupts():
        {way}()
        waits()
except KeyboardInterrupt:
    print("heard")
"""


@pytest.mark.parametrize("way", ["in_a_callback", "cleared"])
def test_an_interrupt_that_is_swallowed_is_asked_for_again(way: str):
    done = subprocess.run(
        [sys.executable, "-c", SWALLOWED.replace("{way}", way)], cwd=ROOT, env=ENVIRONMENT, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "heard\n", "")


def test_an_error_that_a_library_makes_of_an_interrupt_is_an_interrupt():
    code = """
import os, signal, sys, time, typer.core
def main(*_, **__):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    except KeyboardInterrupt:
        pass
    raise RuntimeError("cannot build a validator: KeyboardInterrupt")
typer.core.TyperGroup.main = main
import sim.cli
sim.cli.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "polarity: interrupted\n")


def test_an_interrupt_is_not_asked_for_again_while_it_is_handled():
    code = """
import os, signal, time
from sim.cli.interrupts import AGAIN, hear_interrupts
try:
    with hear_interrupts():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        finally:
            time.sleep(3 * AGAIN)
            print("cleaned up")
except KeyboardInterrupt:
    time.sleep(2 * AGAIN)
    print("heard", signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "cleaned up\nheard True\n", "")


def test_an_interrupt_is_a_plain_line():
    ready = CALL.replace("; main()", "; print('ready', file=sys.stderr, flush=True); main()")
    command = [sys.executable, "-c", ready, "run", "current_policy", "--runs", "40000", "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr.readline() == "ready\n"
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "polarity: interrupted\n")


def test_a_bar_is_drawn_for_a_person_only():
    """With a terminal on the error stream there is a bar there, and the output is still one JSON object."""
    master, slave = pty.openpty()
    command = [sys.executable, "-c", CALL, "run", "current_policy", "--runs", "4", "--json"]
    environment = {**ENVIRONMENT, "TERM": "xterm"}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=slave, check=False)
    os.close(slave)
    drawn = os.read(master, 100_000).decode()
    os.close(master)
    assert done.returncode == 0
    assert json.loads(done.stdout)["runs"] == 4
    assert "Simulating" in drawn
