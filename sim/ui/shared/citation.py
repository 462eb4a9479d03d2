"""Who made Polarity and what it is called, as the citation file of the checkout says."""

from __future__ import annotations

from functools import cache

import yaml

from sim import checkout


@cache
def cited() -> tuple[str, str]:
    """Authors and title."""
    path = checkout.ROOT / "CITATION.cff"
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    authors = ", ".join(author["name"] for author in content.get("authors", [{"name": "The Polarity contributors"}]))
    return authors, content.get("title", "Polarity: a simulator of AI capability under geopolitics")
