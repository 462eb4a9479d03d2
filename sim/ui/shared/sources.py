"""Sources on a page: what a row rests on, as a link where there is a public address. Nothing is fetched from one."""

from __future__ import annotations

from urllib.parse import urlsplit

from markupsafe import Markup, escape

from sim.ui.shared.templates import render


def linked(text: str, url: str | None) -> Markup:
    """A text that leads to the first of the addresses; plain where none is known."""
    if not url:
        return escape(text)
    return render("shared/cited.html", source=text, links=[(url.split()[0], "")], alone=True)


def cited(source: str, url: str | None) -> Markup:
    """A source as text; one with one address is a link, and one with several names their hosts after it.

    Args:
        source: the words of the row.
        url: addresses with a blank between them; None where none is known.
    """
    addresses = (url or "").split()
    if not addresses:
        return escape(source)
    links = [(address, urlsplit(address).netloc.removeprefix("www.")) for address in addresses]
    alone = len(links) == 1 and ";" not in source
    return render("shared/cited.html", source=source, links=links, alone=alone)
