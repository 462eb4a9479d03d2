"""A room under load: a class of phones that vote, sleep and come back, and a server that may be killed. Loopback only.

    python -m benchmarks.room --contexts 30 --seconds 240 [--drops 10] [--kill] [--browsers 3]

Plays one game through the page Play and prints one JSON line. Of so many contexts up to three are real browsers, the
teacher, the projector and one phone; the others speak Streamlit's own protocol and do what a phone's browser does: they
join by the form, keep the fragment that polls running, tap a move each year, drop off at random and come back by their
address. Without a browser the teacher speaks the protocol too. A move counts once the page has said that it is saved,
and it is lost if the file of rooms does not have it afterward.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import psutil

from benchmarks.app import CHROMIUM, FLAGS, ROOT
from scenarios.quarters import DEFAULT_HORIZON
from sim.ensemble.rng import generator
from sim.play import FIRST_YEAR
from sim.room.rooms import Room, Rooms

YEARS = range(FIRST_YEAR, DEFAULT_HORIZON + 1)
SHORT, LONG = 20.0, 60.0
"""Seconds that a page may take to draw, and to come after a restart, before it counts as an error."""
THINK = 1.5
"""Mean seconds before somebody taps."""
LOOKING_BACK = 3.0
"""Seconds that the class looks back, before the teacher ends the room."""
LEFT_ALONE = 75.0
"""Seconds until the server has forgotten the sessions of those who have left."""


@dataclass
class Log:
    """What was seen."""

    saved: list[tuple[int, int, str]] = field(default_factory=list)
    """Player, year and title of every move that a page has said to be saved."""
    joins: list[float] = field(default_factory=list)
    rejoins: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """Bytes of polls in which nothing had changed."""


# ---------------------------------------------------------------------------------------------------------- the server
class Server:
    """The app on a port, in a process that can be killed and started again on the same folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.up = folder, 0.0
        """When it last came up, by the monotonic clock."""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={self.port}"]
        environment = {**os.environ, "POLARITY_AHEAD": "0", "POLARITY_ROOMS": str(self.folder)}
        quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, **quiet)
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=2).close()
                self.up = time.monotonic()
                return
            time.sleep(0.2)

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def memory(self) -> float:
        """MiB of the process."""
        assert self.process is not None
        return float(psutil.Process(self.process.pid).memory_info().rss / 2**20)


# ---------------------------------------------------------------------------------------------------- a protocol client
class Page:
    """One page, as a browser without pixels: what stands on it, and what can be tapped."""

    def __init__(self, server: Server, log: Log, query: str) -> None:
        self.server, self.log, self.query = server, log, query
        self.elements: dict[str, Any] = {}
        """Widgets by id."""
        self.text = ""
        self.polls: dict[str, float] = {}
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._size, self._new, self._said, self._hash = 0, dict[str, Any](), "", ""
        self._set: dict[str, dict[str, Any]] = {}
        self._socket: Any = None

    async def open(self) -> None:
        """Connect and draw the page."""
        import websockets

        url, origin = f"ws://127.0.0.1:{self.server.port}/_stcore/stream", f"http://127.0.0.1:{self.server.port}"
        protocols: Any = ["streamlit"]
        self._socket = await websockets.connect(
            url,
            subprotocols=protocols,
            max_size=None,
            origin=origin,
            open_timeout=5,  # type: ignore[arg-type]
        )
        self.elements, self.text, self.polls, self._hash, self._set = {}, "", {}, "", {}
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._poll())]
        await self._send([])

    @property
    def cut(self) -> bool:
        """Whether the server has gone away."""
        return any(task.done() for task in self._tasks)

    async def close(self) -> None:
        """Go away without a word, as a phone that falls asleep does."""
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            self._socket.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._socket = [], None

    async def until(self, seen: Callable[[Page], Any], seconds: float = SHORT) -> Any:
        """Wait until the page shows something."""
        end = time.monotonic() + seconds
        while not (found := seen(self)):
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if self.cut:
                raise ConnectionError("the server has gone away")
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, 0.5))
        return found

    def widget(self, kind: str, label: str) -> Any:
        """A widget by its kind and the beginning of its label; None where it is not there."""
        return next(
            (each for what, each in self.elements.values() if what == kind and each.label.startswith(label)), None
        )

    async def tap(self, element: Any, **values: Any) -> None:
        """Press a button, or set a widget: its id and one value, such as `string_value`."""
        await self._send([(element.id, values or {"trigger_value": True})])

    async def submit(self, states: list[tuple[str, dict[str, Any]]]) -> None:
        """Send several widgets at once, as a form does."""
        await self._send(states)

    async def _send(self, states: list[tuple[str, dict[str, Any]]], fragment: str = "") -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.fragment_id, run.is_auto_rerun = self.query, fragment, bool(fragment)
        if self._hash:
            run.page_script_hash = self._hash
        else:
            run.page_name = "play"
        # A browser tells all that stands in its widgets with everything it says; what is pressed is told once.
        self._set |= {name: values for name, values in states if "trigger_value" not in values}
        pressed = {name: values for name, values in states if "trigger_value" in values}
        for name, values in {**self._set, **pressed}.items():
            state = run.widget_states.widgets.add()
            state.id = name
            for key, value in values.items():
                setattr(state, key, value)
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        import websockets
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        with contextlib.suppress(websockets.ConnectionClosed):
            async for raw in self._socket:
                message = ForwardMsg()
                message.ParseFromString(raw)
                self._take(message, len(raw))
                self._changed.set()

    async def _poll(self) -> None:
        import websockets

        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.sleep(min(self.polls.values(), default=0.5))
                for fragment in list(self.polls):
                    await self._send([], fragment)

    def _take(self, message: Any, size: int) -> None:
        kind = message.WhichOneof("type")
        self._size += size
        if kind == "new_session":
            self._size, self._new, self._said = size, {}, ""
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "delta":
            self._draw(message.delta)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.polls[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            self.polls.clear()
        elif kind == "script_finished":
            self._finish(message.script_finished)

    def _finish(self, how: int) -> None:
        """Show what a run of the script has drawn: all of the page, or what one fragment adds to it."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        if how == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self.log.sizes.append(self._size)
            self.elements |= self._new
        elif how == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.elements, self.text = self._new, self._said

    def _draw(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind in ("button", "radio", "text_input", "selectbox"):
            found = getattr(element, kind)
            self._new[found.id] = (kind, found)
        elif kind == "html":
            self._said += element.html.body
        elif kind == "exception":
            self.log.errors.append(f"{element.exception.type}: {element.exception.message}"[:200])


# ------------------------------------------------------------------------------------------------------------ the class
class Phone:
    """Somebody with a phone: joins, votes every year, falls asleep and comes back."""

    def __init__(self, server: Server, log: Log, code: str, number: int) -> None:
        self.server, self.log, self.code = server, log, code
        self.chance = generator(number, "benchmark phones")
        self.name = f"Phone {number}"
        self.page = Page(server, log, f"room={code}")
        self.voted: set[int] = set()
        self.awake = asyncio.Lock()

    async def join(self) -> None:
        """Come in by the form."""
        start = time.monotonic()
        await self.page.open()
        name = await self.page.until(lambda page: page.widget("text_input", "First name"))
        button = await self.page.until(lambda page: page.widget("button", "Join"))
        await self.page.submit([(name.id, {"string_value": self.name}), (button.id, {"trigger_value": True})])
        await self.page.until(lambda page: "me=" in page.query)
        await self.page.until(_is_in)
        self.log.joins.append(time.monotonic() - start)

    async def live(self, over: asyncio.Event) -> None:
        """Vote whenever there is something to decide, until the game is over."""
        while not over.is_set():
            async with self.awake:
                try:
                    if self.page.cut:
                        raise ConnectionError
                    await self._vote()
                except TimeoutError:
                    self.log.errors.append(f"{self.name}: the page did not answer")
                except Exception as error:
                    if not over.is_set():
                        await self._again(error)
            await asyncio.sleep(0.3)

    async def _vote(self) -> None:
        found = self.page.widget("radio", "What does your seat do in ")
        year = int(found.label[-5:-1]) if found else 0
        if not found or year in self.voted:
            return
        await asyncio.sleep(THINK * self.chance.random() * 2)
        move = str(found.options[int(self.chance.integers(len(found.options)))])
        await self.page.tap(found, string_value=move)
        told = re.escape(f"Saved: {move}.")
        seen = await self.page.until(
            lambda page: re.search(told, page.text) or "is not being decided now" in page.text, SHORT
        )
        self.voted.add(year)
        if isinstance(seen, re.Match):
            self.log.saved.append((self._number(), year, move))

    def _number(self) -> int:
        """The player's own number in the room, by the token in the address."""
        token = parse_qs(self.page.query)["me"][0]
        player = _rooms(self.server).find(self.code).player(token)
        return player.number if player else 0

    async def _again(self, error: Exception) -> None:
        """Reload, as a browser does when its connection was cut, until the server is back."""
        cut = time.monotonic()
        for _ in range(int(2 * LONG)):
            with contextlib.suppress(Exception):
                await self.page.close()
                await self.page.open()
                await self.page.until(_is_in)
                self.log.rejoins.append(time.monotonic() - max(cut, self.server.up))
                return
            await asyncio.sleep(0.5)
        self.log.errors.append(f"{self.name}: {type(error).__name__}: {error}"[:200])

    async def sleep(self, seconds: float) -> None:
        """Fall asleep, and come back by the address."""
        async with self.awake:
            await self.page.close()
            await asyncio.sleep(seconds)
            start = time.monotonic()
            try:
                await self.page.open()
                await self.page.until(_is_in)
                self.log.rejoins.append(time.monotonic() - start)
            except Exception as error:
                await self._again(error)


def _is_in(page: Page) -> bool:
    """Whether a phone shows its seat's page."""
    return "play_phone" in page.text or "Change seat or leave" in page.text or bool(page.polls)


def _rooms(server: Server) -> Rooms:
    found = _KNOWN.get(server.folder)
    if found is None:
        found = _KNOWN[server.folder] = Rooms(server.folder)
    return found


_KNOWN: dict[Path, Rooms] = {}


# ---------------------------------------------------------------------------------------------------------- the teacher
class Teacher:
    """Whoever presses the button that goes on, by the protocol."""

    def __init__(self, server: Server, log: Log) -> None:
        self.server, self.log = server, log
        self.page = Page(server, log, "")
        self.code = ""

    async def start(self) -> str:
        """Open a room by the page; its code."""
        await self.page.open()
        button = await self.page.until(lambda page: page.widget("button", "Start the room"), LONG)
        await self.page.tap(button)
        await self.page.until(lambda page: "teacher=" in page.query, LONG)
        await self.page.until(lambda page: page.widget("button", "Start the guesses"), LONG)
        self.code = parse_qs(self.page.query)["room"][0]
        return self.code

    async def go_on(self) -> float:
        """Press the button that goes on; seconds until the page shows the next phase."""
        before = _room(self.server, self.code).state.phase
        button = await self.page.until(_primary, LONG)
        start = time.monotonic()
        await self.page.tap(button)
        await self.page.until(lambda page: (found := _primary(page)) is None or found.label != button.label, LONG)
        took = time.monotonic() - start
        if _room(self.server, self.code).state.phase == before:
            raise TimeoutError
        return took

    async def again(self) -> None:
        """Come back by the address."""
        await self.page.close()
        await self.page.open()

    async def end(self) -> None:
        """End the room and delete it."""
        button = await self.page.until(lambda page: page.widget("button", "End and delete this room"), LONG)
        await self.page.tap(button)
        await self.page.until(lambda page: page.widget("button", "Start the room"), LONG)

    async def close(self) -> None:
        """Leave."""
        await self.page.close()


def _primary(page: Page) -> Any:
    return next((e for kind, e in page.elements.values() if kind == "button" and e.type == "primary"), None)


def _room(server: Server, code: str) -> Room:
    return _rooms(server).find(code)


# -------------------------------------------------------------------------------------------------------- real browsers
class Browsers:
    """A teacher, a projector and a phone in Chromium."""

    def __init__(self, server: Server, log: Log, many: int) -> None:
        self.server, self.log, self.many = server, log, many
        self.code = ""
        self._stack = contextlib.AsyncExitStack()
        self._teacher: Any = None
        self._phone: Any = None
        self._voted: set[int] = set()

    async def start(self) -> str:
        """Open a room in the teacher's browser; its code."""
        from playwright.async_api import async_playwright

        play = await self._stack.enter_async_context(async_playwright())
        browser = await play.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS])
        self._stack.push_async_callback(browser.close)
        self._browser = browser
        self._teacher = await browser.new_page(viewport={"width": 1280, "height": 900})
        await self._teacher.goto(f"http://127.0.0.1:{self.server.port}/play")
        await self._teacher.get_by_role("button", name="Start the room").click(timeout=60_000)
        await self._teacher.wait_for_url(re.compile("teacher="), timeout=60_000)
        self.code = parse_qs(self._teacher.url.partition("?")[2])["room"][0]
        return self.code

    async def others(self) -> None:
        """The projector, and a phone that joins."""
        if self.many > 1:
            projector = await self._browser.new_page(viewport={"width": 1280, "height": 720})
            await projector.goto(f"http://127.0.0.1:{self.server.port}/play?room={self.code}&projector=1")
        if self.many > 2:
            self._phone = await self._browser.new_page(viewport={"width": 320, "height": 700})
            start = time.monotonic()
            await self._phone.goto(f"http://127.0.0.1:{self.server.port}/play?room={self.code}")
            await self._phone.get_by_role("button", name="Join", exact=True).click(timeout=30_000)
            await self._phone.wait_for_url(re.compile("me="), timeout=30_000)
            self.log.joins.append(time.monotonic() - start)

    async def go_on(self) -> float:
        """Press the teacher's button; seconds until it says something else."""
        button = self._teacher.locator("[data-testid=stBaseButton-primary]").first
        await button.wait_for(timeout=60_000)
        before = await button.inner_text()
        start = time.monotonic()
        await button.click(timeout=30_000)
        await self._teacher.wait_for_function(
            "before => { const now = document.querySelector('[data-testid=stBaseButton-primary]');"
            " return !now || now.innerText !== before; }", arg=before, timeout=60_000,
        )  # fmt: skip
        return time.monotonic() - start

    async def again(self) -> None:
        """Reload every page, as people do whose page stands still."""
        for context in self._browser.contexts:
            for page in context.pages:
                start = time.monotonic()
                await page.reload()
                await page.locator("[data-testid=stMain] h1, [data-testid=stMain] h2").first.wait_for(timeout=60_000)
                self.log.rejoins.append(time.monotonic() - start)

    async def vote(self, year: int) -> None:
        """Tap a move on the phone."""
        if self._phone is None or year in self._voted:
            return
        group = self._phone.get_by_role("radiogroup", name=f"What does your seat do in {year}?")
        await group.wait_for(timeout=30_000)
        option = group.locator("label").nth(1)
        title = (await option.inner_text()).split("\n")[0]
        await option.click()
        await self._phone.get_by_text(f"Saved: {title}.").first.wait_for(timeout=30_000)
        self._voted.add(year)
        token = parse_qs(self._phone.url.partition("?")[2])["me"][0]
        player = _room(self.server, self.code).player(token)
        self.log.saved.append((player.number if player else 0, year, title))

    async def end(self) -> None:
        """End the room and delete it."""
        await self._teacher.get_by_role("button", name="End this room").click(timeout=60_000)
        await self._teacher.get_by_role("button", name="End and delete this room").click(timeout=30_000)
        await self._teacher.get_by_role("button", name="Start the room").wait_for(timeout=60_000)

    async def close(self) -> None:
        """Close the browser."""
        await self._stack.aclose()


# ------------------------------------------------------------------------------------------------------------- the game
async def play(server: Server, log: Log, contexts: int, seconds: float, drops: float, kill: bool, browsers: int) -> int:
    """One game, from the first phone to the end of the room; how many moves were lost."""
    real = Browsers(server, log, browsers) if browsers else None
    teacher: Browsers | Teacher = real or Teacher(server, log)
    code = await teacher.start()
    if real is not None:
        await real.others()
    phones = [Phone(server, log, code, n) for n in range(1, max(contexts - max(browsers, 1), 1) + 1)]
    late, early = phones[: len(phones) // 10], phones[len(phones) // 10 :]
    await asyncio.gather(*(phone.join() for phone in early))
    over = asyncio.Event()
    lives = [asyncio.create_task(phone.live(over)) for phone in early]
    asleep = asyncio.create_task(_sleepers(early, drops, over))
    for _ in range(2):  # from the lobby to the guesses, and on to the first year
        await teacher.go_on()
    for year in YEARS:
        if year == YEARS[1]:
            await asyncio.gather(*(phone.join() for phone in late))
            lives += [asyncio.create_task(phone.live(over)) for phone in late]
        await asyncio.gather(_decided(server, code, year, seconds / len(YEARS)), *([real.vote(year)] if real else []))
        if kill and year == YEARS[2]:
            server.kill()
            await asyncio.to_thread(server.start)
            if real is not None:
                await real.again()
            else:
                await teacher.again()  # type: ignore[union-attr]
        log.turns.append(await teacher.go_on())
        await teacher.go_on()
    over.set()
    asleep.cancel()
    await asyncio.gather(asleep, *lives, return_exceptions=True)
    missing = lost(server, code, log)
    await asyncio.sleep(LOOKING_BACK)
    await teacher.end()
    await asyncio.gather(*(phone.page.close() for phone in phones))
    await teacher.close()
    return missing


async def _decided(server: Server, code: str, year: int, seconds: float) -> None:
    """Wait until everybody has decided, or for so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = _room(server, code).state
        if len(state.votes.get(year, {})) >= sum(bool(player.seat) for player in state.here):
            return
        await asyncio.sleep(0.5)


async def _sleepers(phones: list[Phone], drops: float, over: asyncio.Event) -> None:
    """So many phones a minute fall asleep, one after another, for up to ten seconds."""
    chance = generator(0, "benchmark sleepers")
    asleep: set[asyncio.Task[None]] = set()
    while drops and not over.is_set():
        await asyncio.sleep(60 / drops * (0.5 + chance.random()))
        asleep.add(asyncio.create_task(phones[int(chance.integers(len(phones)))].sleep(10 * chance.random())))
    await asyncio.gather(*asleep)


def lost(server: Server, code: str, log: Log) -> int:
    """Moves that a page has said to be saved and that the room does not have."""
    from sim.play import moves_of

    state = _room(server, code).state
    missing = 0
    for number, year, title in log.saved:
        move = state.votes.get(year, {}).get(number)
        seat = state.players[number].seat if number in state.players else ""
        titles = {package.name: package.title for package in moves_of(seat)} if seat else {}
        missing += titles.get(move or "") != title
    return missing


def main() -> None:
    """Play it, and print what was seen."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--contexts", type=int, default=30)
    asked.add_argument("--seconds", type=float, default=240, help="the most that all years together are decided for")
    asked.add_argument("--drops", type=float, default=10, help="phones that fall asleep in a minute")
    asked.add_argument("--kill", action="store_true", help="kill -9 the server in the third year")
    asked.add_argument("--browsers", type=int, default=3, help="of the contexts, real browsers: 0 to 3")
    asked.add_argument("--rest", type=float, default=LEFT_ALONE, help="seconds before the last look at memory")
    given = asked.parse_args()
    browsers = min(given.browsers, 3) if CHROMIUM.exists() else 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server, log = Server(Path(folder)), Log()
        server.start()
        try:
            asyncio.run(_first(server, log))
            before = server.memory()
            log.errors.clear()
            missing = asyncio.run(play(server, log, given.contexts, given.seconds, given.drops, given.kill, browsers))
            time.sleep(given.rest)
            after = server.memory()
        finally:
            server.kill()
        print(json.dumps({
            "contexts": given.contexts, "browsers": browsers, "moves": len(log.saved), "lost": missing,
            "rejoin_s_max": round(max(log.rejoins, default=0.0), 2),
            "join_s_max": round(max(log.joins, default=0.0), 2),
            "turn_s_max": round(max(log.turns, default=0.0), 2), "errors": len(log.errors),
            "poll_bytes_max": max(log.sizes, default=0), "rejoins": len(log.rejoins),
            "memory_mb_before": round(before), "memory_mb_after": round(after),
        }))  # fmt: skip
        for error in log.errors[:10]:
            print(error, file=sys.stderr)


async def _first(server: Server, log: Log) -> None:
    """Play one year without people and end the room, so that what a server loads and works out once is there."""
    teacher = Teacher(server, log)
    await teacher.start()
    for _ in range(4):
        await teacher.go_on()
    await teacher.end()
    await teacher.close()


if __name__ == "__main__":
    main()
