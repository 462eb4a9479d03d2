"""Terms on a page: where one first stands it is underlined, and opens its definition; without a script."""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import cache

import streamlit as st
from markupsafe import Markup, escape

from scenarios.glossary import terms
from sim.ui.shared.templates import render

_PARTS = re.compile(r"<(a|button|code|h1)\b.*?</\1>|<[^>]*>|&\w+;|([\w%-]+)", re.DOTALL)
"""What is left alone (tags, and the inside of what is a link or a button already), or a word."""
_TERM = Markup('<button type="button" class="term" popovertarget="term-{0}" aria-describedby="term-{0}">{1}</button>')
_SHOWN = "terms_shown"
_now: ContextVar[tuple[dict[str, str], str] | None] = ContextVar("terms_now", default=None)
"""Terms that the page shows, each with the part that shows it, and the part that is drawn; None outside a page."""


def begin(part: str = "") -> None:
    """Start a page, or a part of it that redraws by itself; a term that stands in another part stays there."""
    shown: dict[str, str] = st.session_state.setdefault(_SHOWN, {})
    for key in [key for key, owner in shown.items() if part in ("", owner)]:
        del shown[key]
    _now.set((shown, part))


def leave() -> None:
    """Have no term marked on this page."""
    _now.set(None)


def marked(text: str | Markup) -> Markup:
    """A text in which terms that are new to the page open their definitions; text is escaped, Markup is not."""
    whole, now = escape(text), _now.get()
    if now is None:
        return whole
    shown, part = now
    parts, at = [], 0
    plain = str(whole)  # a slice of Markup is Markup, which costs more
    for found in _PARTS.finditer(plain):
        key, end = _term_at(plain, found) if found[2] and found.start() >= at else ("", 0)
        if key and key not in shown:
            shown[key] = part
            parts += [whole[at : found.start()], _TERM.format(key, whole[found.start() : end])]
            at = end
    return Markup("").join([*parts, whole[at:]])


def _term_at(whole: str, word: re.Match[str]) -> tuple[str, int]:
    """The longest term that begins with a word: its key, and where it ends; empty where none does."""
    for words, key in _by_first_word().get(word[2].lower(), ()):
        end = word.start() + len(words)
        if whole[word.start() : end].lower() == words and not re.match(r"[\w-]", whole[end : end + 1]):
            return key, end
    return "", 0


def definitions() -> Markup:
    """The boxes that the terms of a page open, once for each page."""
    return render("shared/definitions.html", terms=terms().values())


def listing() -> Markup:
    """All terms with their definitions."""
    return render("shared/glossary.html", terms=terms().values())


@cache
def _by_first_word() -> dict[str, list[tuple[str, str]]]:
    """The words of terms with the key of each, the longest first, by the first of them; in small letters."""
    ordered = sorted(((words.lower(), row.key) for row in terms().values() for words in row.variants), key=_longest)
    found: dict[str, list[tuple[str, str]]] = {}
    for words, key in ordered:
        found.setdefault(words.split()[0], []).append((words, key))
    return found


def _longest(entry: tuple[str, str]) -> int:
    return -len(entry[0])
