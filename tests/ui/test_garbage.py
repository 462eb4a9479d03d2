"""A server that people have left forgets them, though nobody comes after them."""

import asyncio
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from benchmarks.room import Log, Page
from tests.ui.browsing import ROOT, _wait

WATCHED = """
import sys, threading, time, weakref
from streamlit.runtime.app_session import AppSession
from streamlit.web.cli import main
from sim.ui import garbage

alive, begin = weakref.WeakSet(), AppSession.__init__

def noted(self, *given, **named):
    alive.add(self)
    begin(self, *given, **named)

def tell():
    while True:
        print(len(alive), flush=True)
        time.sleep(0.5)

AppSession.__init__, garbage.EVERY = noted, 1.0
threading.Thread(target=tell, daemon=True).start()
sys.argv = ["streamlit", "run", "app.py", f"--server.port={sys.argv[1]}", "--server.disconnectedSessionTTL=2"]
main()
"""
PATIENCE = 60.0


async def visit(port: int, people: int) -> None:
    pages = [Page(SimpleNamespace(port=port), Log(), "") for _ in range(people)]
    for page in pages:
        await page.open()
        await page.until(lambda page: page.widget("button", "Start the room"), PATIENCE)
    await asyncio.sleep(2)
    for page in pages:
        await page.close()


def test_sessions_of_those_who_left_are_gone(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("POLARITY_ROOMS", str(tmp_path))
    monkeypatch.setenv("POLARITY_AHEAD", "0")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "watched.py").write_text(WATCHED, encoding="utf-8")
    told = tmp_path / "told"
    with told.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, str(tmp_path / "watched.py"), str(port)], cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL
        )

    def last() -> int:
        return int(told.read_text().split()[-1])

    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        with ThreadPoolExecutor(1) as away:  # a browser of another test may have its loop in this thread
            away.submit(asyncio.run, visit(port, 3)).result()
        counts = [int(line) for line in told.read_text().split() if line.isdigit()]
        assert max(counts) == 3
        end = time.monotonic() + PATIENCE
        while last() > 1 and time.monotonic() < end:
            time.sleep(0.5)
        assert last() <= 1, "the server's loop remembers whom it has looked at last"
    finally:
        server.kill()
        server.wait(20)
