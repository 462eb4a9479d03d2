"""The brief in every form, by the ending of its file."""

from __future__ import annotations

from collections.abc import Callable

from sim.ui.brief.text import Brief

FORMS = ("pdf", "docx", "html")


def written(brief: Brief, form: str) -> bytes | str:
    """The brief as one of `FORMS`.

    Raises:
        KeyError: for another form.
    """
    # Imported when somebody asks: no visitor of a page should wait for what draws Word documents and PDF.
    from sim.ui.brief.html import html
    from sim.ui.brief.pdf import pdf
    from sim.ui.brief.word import docx

    draw: dict[str, Callable[[Brief], bytes | str]] = {"pdf": pdf, "docx": docx, "html": html}
    return draw[form](brief)
