"""A drawing as pixels, for Word: it has no lines that a document could hold without one."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

from sim.ui.brief import fonts
from sim.ui.brief.picture import Area, Label, Picture, Point, Stroke

DOTS = 4
"""Pixels per point: 288 per inch."""
SMOOTH = 2
"""Times as fine as it is painted first, for smooth edges."""
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(picture: Picture) -> bytes:
    """The picture on white."""
    scale = DOTS * SMOOTH
    image = Image.new("RGB", (round(picture.width * scale), round(picture.height * scale)), "#FFFFFF")
    draw = ImageDraw.Draw(image)

    def placed(points: tuple[Point, ...]) -> list[tuple[float, float]]:
        return [(x * scale, y * scale) for x, y in points]

    for shape in picture.shapes:
        match shape:
            case Area(points, color):
                draw.polygon(placed(points), fill=color)
            case Stroke(points, color, width):
                draw.line(placed(points), fill=color, width=max(1, round(width * scale)), joint="curve")
            case Label(x, y, text, color, size, anchor, strong):
                font = ImageFont.truetype(str(fonts.path("strong" if strong else "regular")), size * scale)
                draw.text((x * scale, y * scale), fonts.drawable(text), fill=color, font=font, anchor=_ANCHORS[anchor])
    small = image.resize((round(picture.width * DOTS), round(picture.height * DOTS)), Image.Resampling.LANCZOS)
    held = io.BytesIO()
    small.save(held, "PNG", optimize=True)
    return held.getvalue()
