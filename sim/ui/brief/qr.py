"""An address as a pattern that a phone reads."""

from __future__ import annotations

import segno

from sim.ui.brief.picture import Area, Picture

INK, PAPER = "#000000", "#FFFFFF"
QUIET = 4
"""Modules of white around the pattern, as the standard asks."""


def qr(link: str, size: float = 68.0) -> Picture:
    """The QR code of a link, `size` points wide.

    Raises:
        segno.encoder.DataOverflowError: for a link of more than 2,900 letters.
    """
    rows = [list(row) for row in segno.make_qr(link, error="l").matrix]
    unit = size / (len(rows) + 2 * QUIET)
    areas = [_box(-QUIET, -QUIET, len(rows) + 2 * QUIET, len(rows) + 2 * QUIET, unit, PAPER)]
    for y, row in enumerate(rows):
        areas += [_box(begin, y, end - begin, 1, unit, INK) for begin, end in _runs(row)]
    return Picture(size, size, tuple(areas))


def _runs(row: list[int]) -> list[tuple[int, int]]:
    """Where dark modules of a row begin and end: few wide boxes, with no seams between them."""
    edges = [at for at, (before, now) in enumerate(zip([0, *row], [*row, 0], strict=True)) if bool(before) != bool(now)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _box(x: int, y: int, wide: int, high: int, unit: float, color: str) -> Area:
    left, top = (x + QUIET) * unit, (y + QUIET) * unit
    right, bottom = left + wide * unit, top + high * unit
    return Area(((left, top), (right, top), (right, bottom), (left, bottom)), color)
