"""The app under hands: key press to settled charts in a browser, and many users at once. Loopback only.

    python -m benchmarks.app [--users 30] [--seconds 60] [--presses 64] [--idle 180]

The browser presses arrow keys on levers of the page Explore and waits until no chart has changed for 400 ms; the time
of the last change counts. Users are websocket clients that speak Streamlit's own protocol: each moves the first lever
that it is shown, thinks, and moves it again. The server is one process with its default of futures. It does nothing
before it is asked to, except for the last crowd, which comes to a server that was left alone for a while.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.report import line
from sim.ensemble.rng import generator

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
WATCH = """() => {
  window.changed = 0;
  new MutationObserver(all => {
    if (all.some(m => m.target.closest && m.target.closest('[data-testid=stVegaLiteChart] svg')))
      window.changed = performance.now();
  }).observe(document.querySelector('[data-testid=stMain]'),
    {subtree: true, childList: true, attributes: true, attributeFilter: ['d', 'transform', 'y', 'height']});
  document.addEventListener('keydown', () => { window.pressed = performance.now(); window.changed = 0; }, true);
}"""
QUIET_MS = 400
LEVERS, REACH = (2, 3, 4, 5), 3
"""Sliders of the page whose keys are pressed, and how many steps from where they stand."""


@contextlib.contextmanager
def served(ahead: bool) -> Iterator[tuple[int, psutil.Process]]:
    """The app on a free port, and its process; whether it simulates what is likely while it is idle."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {**os.environ, "POLARITY_AHEAD": str(int(ahead))}
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **quiet) as server:
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                    break
                time.sleep(0.2)
            yield port, psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait(20)


# ------------------------------------------------------------------------------------------------------ one browser
def settled(page: Any) -> float:
    """Milliseconds from the last key press to the last change on the page."""
    page.wait_for_function(f"() => window.changed && performance.now() - window.changed > {QUIET_MS}", timeout=20_000)
    return float(page.evaluate("() => window.changed - window.pressed"))


def pressed(port: int, presses: int) -> list[float]:
    """Latency of key presses on levers, each to a setting that nobody has tried."""
    from playwright.sync_api import sync_playwright

    found = []
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        sync_playwright() as play,
        play.chromium.launch_persistent_context(profile, executable_path=str(CHROMIUM), args=[*FLAGS]) as context,
    ):
        page = context.new_page()
        page.set_viewport_size({"width": 1440, "height": 1100})
        page.goto(f"http://127.0.0.1:{port}/?enforcement=1.5")
        page.wait_for_function("() => document.querySelectorAll('[data-testid=stVegaLiteChart] svg').length === 4")
        page.wait_for_timeout(3000)
        page.evaluate(WATCH)
        sliders = page.locator("[data-testid=stSlider] input[type=range]")
        walk, places = generator(0, "benchmark keys"), dict.fromkeys(LEVERS, 0)
        for _ in range(presses):
            lever = int(walk.choice(LEVERS))
            step = -1 if places[lever] >= REACH else 1 if places[lever] <= -REACH else int(walk.choice((-1, 1)))
            places[lever] += step
            sliders.nth(lever).focus()
            page.keyboard.press("ArrowRight" if step > 0 else "ArrowLeft")
            found.append(settled(page))
            page.wait_for_timeout(250)
    return found


# ----------------------------------------------------------------------------------------------------- many users
class Client:
    """One user: opens the page, then moves the first slider again and again."""

    def __init__(self, port: int, number: int):
        self.port, self.chance = port, generator(number, "benchmark users")
        self.times: list[float] = []
        self.sizes: list[int] = []
        self.errors = 0
        self.first = 0
        self.slider: dict[str, Any] = {}

    async def live(self, ready: asyncio.Event, count: list[int], seconds: float, think: float) -> None:
        """Connect, wait for the others, then use the page."""
        import websockets
        from streamlit.proto.BackMsg_pb2 import BackMsg

        url = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        origin: Any = f"http://127.0.0.1:{self.port}"
        subprotocols: Any = ["streamlit"]
        async with websockets.connect(url, subprotocols=subprotocols, max_size=None, origin=origin) as socket_:
            message = BackMsg()
            message.rerun_script.query_string = ""
            await socket_.send(message.SerializeToString())
            self.first = await self._finished(socket_)
            count[0] += 1
            await ready.wait()
            end = time.monotonic() + seconds
            await asyncio.sleep(self.chance.random() * think)
            while time.monotonic() < end:
                await self._move(socket_)
                await asyncio.sleep(think * (0.5 + self.chance.random()))

    async def _move(self, socket_: Any) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        low, high, step, options = (self.slider[key] for key in ("low", "high", "step", "options"))
        message = BackMsg()
        message.rerun_script.fragment_id = self.slider["fragment"]
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self.slider["id"]
        stop = int(self.chance.integers(round((high - low) / step) + 1))
        if options:
            state.string_array_value.data.append(options[stop])
        else:
            state.double_array_value.data.append(low + step * stop)
        start = time.monotonic()
        await socket_.send(message.SerializeToString())
        self.sizes.append(await self._finished(socket_))
        self.times.append(time.monotonic() - start)

    async def _finished(self, socket_: Any) -> int:
        """Bytes until the script has run."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        size = 0
        while True:
            raw = await asyncio.wait_for(socket_.recv(), 120)
            size += len(raw)
            message = ForwardMsg()
            message.ParseFromString(raw)
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._note(message.delta)
            elif kind == "script_finished":
                return size

    def _note(self, delta: Any) -> None:
        kind = delta.new_element.WhichOneof("type")
        if kind == "exception":
            self.errors += 1
        if kind == "slider" and not self.slider:
            found = delta.new_element.slider
            self.slider = {"id": found.id, "fragment": delta.fragment_id, "low": found.min, "high": found.max,
                           "step": found.step, "options": list(found.options)}  # fmt: skip


async def crowd(port: int, users: int, seconds: float, think: float) -> list[Client]:
    """So many users at once."""
    clients, ready, count = [Client(port, number) for number in range(users)], asyncio.Event(), [0]
    tasks = [asyncio.create_task(client.live(ready, count, seconds, think)) for client in clients]
    while count[0] < users:
        await asyncio.sleep(0.1)
        for task in tasks:
            if task.done():
                task.result()
    ready.set()
    await asyncio.gather(*tasks)
    return clients


def told(label: str, times: list[float], unit: str = "ms") -> None:
    """Median, 95th percentile and worst."""
    ordered = sorted(times)
    last = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    line(
        label,
        f"median {statistics.median(ordered):.0f}, 95% {last:.0f}, worst {ordered[-1]:.0f} {unit} ({len(ordered)})",
    )


def counted(port: int, users: int, seconds: float, think: float, label: str) -> list[Client]:
    """A crowd, and the two lines about it."""
    clients = asyncio.run(crowd(port, users, seconds, think))
    times = [1000 * seconds for client in clients for seconds in client.times]
    told(f"{users} users, {label}", times)
    line("  reruns a second, errors", f"{len(times) / seconds:.1f}, {sum(c.errors for c in clients)}")
    return clients


def main() -> None:
    """Measure both and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--users", type=int, default=30)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--think", type=float, default=2)
    asked.add_argument("--presses", type=int, default=64)
    asked.add_argument("--idle", type=float, default=180)
    given = asked.parse_args()
    load = (given.users, given.seconds, given.think)
    with served(ahead=False) as (port, process):
        if CHROMIUM.exists() and given.presses:
            told("key press to settled charts, new settings", pressed(port, given.presses))
        asyncio.run(crowd(port, 1, 3, 0.5))  # somebody has been there: libraries are loaded, a first run is kept
        memory = [process.memory_info().rss / 2**20]
        for label in ("nobody has tried the settings", "most settings have been tried"):
            clients = counted(port, *load, label)
            memory.append(process.memory_info().rss / 2**20)
            time.sleep(75)  # a session is given up a minute after its user has gone
            memory.append(process.memory_info().rss / 2**20)
        sizes = [size for client in clients for size in client.sizes]
        line("bytes of a rerun, median", f"{statistics.median(sizes) / 1024:.0f} kB")
        line("bytes of the first page", f"{statistics.median(client.first for client in clients) / 1024:.0f} kB")
        line("memory before; with everybody, after; again", ", ".join(f"{each:.0f}" for each in memory) + " MiB")
        growth = [(memory[1] - memory[0]) / given.users, (memory[3] - memory[2]) / given.users]
        line("growth a user, the first time and again", f"{growth[0]:.1f}, {growth[1]:.1f} MiB")
    if given.idle:
        with served(ahead=True) as (port, _):
            asyncio.run(crowd(port, 1, 3, 0.5))
            time.sleep(given.idle)
            counted(port, *load, f"settings that nobody has tried, {given.idle:.0f} s after the server began")


if __name__ == "__main__":
    main()
