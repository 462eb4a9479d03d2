"""Codes by which rooms are found, and tokens by which people are known again."""

from __future__ import annotations

import hashlib
import secrets
import time
import unicodedata
from collections import deque

from scenarios.errors import InputError

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters of a code: those that are taken for another one (I, L, O, U) are left out."""
LENGTH, EXAMPLE = 4, "BFKR"
LONGEST_NAME = 20
"""Characters of a name that are kept."""
_UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that nobody sees, of which a name would be a gap."""
TRIES, WITHIN = 8, 60.0
"""Wrong codes that one client may type within so many seconds."""


def new_code() -> str:
    """A code that nobody can guess from another one."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read(text: str) -> str:
    """A code as somebody typed it: small letters and spaces do not matter.

    Raises:
        InputError: for what is no code, saying what one looks like.
    """
    found = "".join(text.split()).replace("-", "").upper()
    if len(found) != LENGTH or any(letter not in LETTERS for letter in found):
        raise InputError(f"a room's code has {LENGTH} letters, such as {EXAMPLE}")
    return found


def new_token() -> str:
    """A token that stands in somebody's address and lets them come back."""
    return secrets.token_urlsafe(16)


def sealed(token: str) -> str:
    """What is kept of a token: nobody who reads the file can use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def cleaned(name: str) -> str:
    """A name as it is shown: without what is no letter, number, mark or sign, on one line, and short."""
    kept = "".join(
        c if unicodedata.category(c)[0] in "LNMPSZ" and c not in _UNSEEN else " "
        for c in unicodedata.normalize("NFC", name)
    )
    return " ".join(kept.split())[:LONGEST_NAME].strip()


class Patience:
    """How many wrong codes each client has typed lately."""

    def __init__(self, tries: int = TRIES, within: float = WITHIN) -> None:
        self._tries, self._within, self._wrong = tries, within, dict[str, deque[float]]()

    def check(self, client: str) -> None:
        """Refuse a client that guesses.

        Raises:
            InputError: saying when to try again.
        """
        now, mine = time.monotonic(), self._wrong.get(client, deque())
        while mine and mine[0] < now - self._within:
            mine.popleft()
        if len(mine) >= self._tries:
            raise InputError(f"too many wrong codes; try again in {self._within - (now - mine[0]):.0f} seconds")

    def wrong(self, client: str) -> None:
        """Count a wrong code; clients that have not been seen for long are forgotten."""
        now = time.monotonic()
        self._wrong = {who: when for who, when in self._wrong.items() if when and when[-1] > now - self._within}
        self._wrong.setdefault(client, deque()).append(now)
