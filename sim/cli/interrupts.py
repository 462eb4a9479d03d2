"""Ctrl-C that is not lost.

Python raises it wherever the program happens to be: also in callbacks and in compiled modules, most of all while they
are imported, some of which report it and go on, clear it without a word, or make another error of it. So it is asked
for again until it has ended the program.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AGAIN = 0.5
"""Seconds after which an interrupt that nothing handles is asked for again."""


@contextmanager
def hear_interrupts() -> Iterator[threading.Event]:
    """Inside, an interrupt ends the program even where one is swallowed; nothing is said of those that were.

    Yields:
        Whether there was one: any later error is its result.
    """
    asked = threading.Event()
    alone = threading.current_thread() is threading.main_thread()
    if not alone or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked  # signals belong to the main thread, and to whoever has taken them
        return
    unraisable, uncaught = sys.unraisablehook, sys.excepthook

    def quiet_unraisable(lost: sys.UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            unraisable(lost)

    def quiet_uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if not issubclass(kind, KeyboardInterrupt):  # compiled code prints what it cannot raise
            uncaught(kind, error, trace)

    def interrupt(*_: object) -> None:
        if not asked.is_set():
            asked.set()
            threading.Thread(target=_watch, args=(interrupt,), daemon=True).start()
        raise KeyboardInterrupt

    sys.unraisablehook, sys.excepthook = quiet_unraisable, quiet_uncaught
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook, sys.excepthook = unraisable, uncaught


def _watch(handler: object) -> None:
    """Ask again as long as the main thread goes on and is not about to end because of an interrupt."""
    main = threading.main_thread().ident
    while True:
        time.sleep(AGAIN)
        now = signal.getsignal(signal.SIGINT)
        if now not in (handler, signal.SIG_IGN) or main is None:  # ignored for a moment, while processes are started
            return
        if now is handler and not _interrupted(main):
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(main, signal.SIGINT)  # ends what it waits for, which raising it would not
            else:
                signal.raise_signal(signal.SIGINT)


def _interrupted(thread: int) -> bool:
    """Whether a thread is handling an interrupt, or an error caused by one."""
    found: Any = sys._current_exceptions().get(thread)
    error: BaseException | None = found[1] if isinstance(found, tuple) else found  # a tuple before Python 3.12
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
