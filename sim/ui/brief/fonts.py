"""The typeface of the brief's PDF: that of the app, from a package that ships it under the SIL Open Font License."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

PACKAGE = "font_source_sans_pro"
FACES = {"regular": "Regular", "strong": "Semibold", "italic": "It"}


def path(face: str) -> Path:
    """The TrueType file of a face."""
    return Path(str(files(PACKAGE) / "files" / f"SourceSansPro-{FACES[face]}.ttf"))


@cache
def letters() -> frozenset[int]:
    """Code points that every face can draw."""
    from reportlab.pdfbase.ttfonts import TTFontFile

    faces = [set(TTFontFile(str(path(face))).charToGlyph) for face in FACES]
    return frozenset(set.intersection(*faces))


def drawable(text: str) -> str:
    """A text with a question mark for whatever the typeface lacks; Latin, with all its accents, is there."""
    return "".join(letter if ord(letter) in letters() or letter.isspace() else "?" for letter in text)
