"""What stands on a page of the test harness, for all tests that read one."""

import re
from html import unescape

from streamlit.testing.v1 import AppTest

HTML = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)
TERM = re.compile(r'<div class="terms">.*?</div></div>|<button[^>]* class="term"[^>]*>(.*?)</button>', re.DOTALL)
"""The definitions of a page, which are hidden until a term opens them, and the marks of terms."""


def raw(test: AppTest) -> str:
    """The page's own HTML, with terms as plain text."""
    whole = "\n".join(str(block.proto.body) for block in test.get("html"))
    return TERM.sub(lambda found: found[1] or "", whole)


def text(test: AppTest) -> str:
    """The words of it."""
    return unescape(HTML.sub(" ", raw(test)))


def verdict(test: AppTest) -> str:
    """The first heading."""
    return unescape(re.search(r'<h1 class="say">(.*?)</h1>', raw(test))[1])


def button(test: AppTest, label: str):
    """The button of a label."""
    return next(found for found in test.button if found.label == label)
