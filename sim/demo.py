"""The live demo behind the app: one at a time for all visitors, in a process of its own, ended when nobody watches."""

from __future__ import annotations

import atexit
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import IO, Any

from calibration.demo_state import Demo, demo
from sim import measuring

UNWATCHED = 10.0
"""Seconds without a sign from a watching page after which a run is ended."""
LOOK_EVERY = 1.0
"""Seconds between two looks for one."""
PATIENCE = 2.0
"""Seconds that a run gets to end by itself before it is killed."""

Process = subprocess.Popen[bytes]


def start_attached(errors: IO[bytes]) -> Process:
    """Start a demo that ends when its standard input closes, so also when this process is gone."""
    return measuring.start(
        ["demo", "--attached"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
    )  # fmt: skip


def events(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The events that a demo prints, as they come."""
    for line in stream:
        if line.endswith(b"\n"):  # the last line of a run that was ended may be torn
            yield json.loads(line)


@dataclass
class Live:
    """One run, live or over."""

    process: Process
    events: list[dict[str, Any]] = field(default_factory=list)
    running: bool = True
    stopped: bool = False
    """Whether it was ended on purpose."""
    said: str = ""
    """What it said on its error stream."""

    @property
    def demo(self) -> Demo:
        """What it has shown so far."""
        return demo(list(self.events))

    @property
    def error(self) -> str:
        """Why it ended before its end, in one sentence; empty while it runs, and after a good end."""
        if self.running or self.stopped or self.demo.finished:
            return ""
        lines = self.said.strip().splitlines()
        last = lines[-1].removeprefix("polarity: calibrate: ") if lines else ""
        return f"The run ended early: {last or f'its process ended with status {self.process.returncode}'}."


class Stage:
    """Where the demo runs: one run at a time, watched by any number of visitors."""

    def __init__(self, begin: Callable[[IO[bytes]], Process] = start_attached, unwatched: float = UNWATCHED) -> None:
        """A stage.

        Args:
            begin: starts a demo whose messages go into the given file.
            unwatched: seconds without `watch` after which a run is ended.
        """
        self._begin, self._unwatched = begin, unwatched
        self._lock = Lock()
        self._live: Live | None = None
        self._reader = Thread()
        self._seen = 0.0
        atexit.register(self.stop)

    @property
    def live(self) -> Live | None:
        """The run that is on, or the last one."""
        return self._live

    def start(self) -> bool:
        """Start a run; False where one is on already, which its caller then watches.

        Raises:
            OSError: where no process can be started.
        """
        with self._lock:
            self._seen = time.monotonic()
            if self._live is not None and self._live.running:
                return False
            errors = tempfile.TemporaryFile()  # noqa: SIM115 - the reader closes it
            try:
                self._live = Live(self._begin(errors))
            except OSError:
                errors.close()
                raise
            self._reader = Thread(target=_read, args=(self._live, errors), daemon=True)
            self._reader.start()
            Thread(target=self._await_leave, args=(self._live,), daemon=True).start()
            return True

    def watch(self) -> None:
        """A sign from a page that shows the run."""
        self._seen = time.monotonic()

    def stop(self) -> None:
        """End the run that is on, if there is one."""
        live = self._live
        if live is None or not live.running:
            return
        live.stopped = True
        live.process.terminate()
        try:
            live.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            live.process.kill()
        self._reader.join(PATIENCE)

    def _await_leave(self, live: Live) -> None:
        while live.running:
            if time.monotonic() - self._seen > self._unwatched:
                self.stop()
            time.sleep(min(LOOK_EVERY, self._unwatched))


def _read(live: Live, errors: IO[bytes]) -> None:
    """Keep what a run prints until it ends, and then what it said on its error stream."""
    try:
        with errors, live.process:  # which closes its pipes and waits for it
            assert live.process.stdout is not None
            for event in events(live.process.stdout):
                live.events.append(event)
            live.process.wait()
            errors.seek(0)
            live.said = errors.read().decode(errors="replace")
    finally:
        live.running = False


STAGE = Stage()
"""The stage of this server."""
