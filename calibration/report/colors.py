"""The page's colors and their dark twins, and the style rules that swap one for the other.

Specifications of charts name colors as plain hex; the rules give every mark of such a color the variable instead.
"""

from __future__ import annotations

BLUE, ORANGE, GRAY, TEAL, VIOLET = "#2563C7", "#D9541E", "#6F7B8B", "#2F9C8A", "#9A6FC0"
INK, QUIET, GRID, PAPER = "#1A1F28", "#59636F", "#D3D6DB", "#FBFAF7"
RAMP = ("#4F90EA", "#3F80DE", "#2563C6", "#1E4FA3", "#183F84", "#133166", "#0E244B")
"""From the smallest to the largest."""
TWINS = {
    BLUE: "#6BA1FA", ORANGE: "#F3814B", GRAY: "#9AA5B4", TEAL: "#4FC2AF", VIOLET: "#BE97E3", INK: "#E8EAED",
    QUIET: "#A3ADBA", GRID: "#333B46", PAPER: "#11151B",
    **dict(zip(RAMP, ("#4A6FA8", "#5585CB", "#6BA1F9", "#8AB6FB", "#A8C9FC", "#C4DBFD", "#DFECFE"), strict=True)),
}  # fmt: skip
"""Every color and its twin for dark backgrounds."""
FONT = "Source Sans Pro, Source Sans, Segoe UI, system-ui, sans-serif"
CLASSES = {color: f"c{i}" for i, color in enumerate(TWINS)}
"""Class of a color's patch in the key of a chart."""
_NAMES = {INK: "ink", QUIET: "quiet", GRID: "grid", PAPER: "paper", BLUE: "link"}


def rules() -> str:
    """Font and colors as variables, by theme, and rules that give charts theirs; print is light."""
    names = {color: _NAMES.get(color, CLASSES[color]) for color in TWINS}
    light = ";".join(f"--{name}:{color}" for color, name in names.items())
    dark = ";".join(f"--{name}:{TWINS[color]}" for color, name in names.items())
    lines = [
        f":root{{color-scheme:light;--font:{FONT};{light}}}",
        f"@media screen and (prefers-color-scheme:dark){{:root{{color-scheme:dark;{dark}}}}}",
    ]
    for color, name in names.items():
        lines.append(f".key .{CLASSES[color]}{{background:var(--{name})}}")
        lines += [f'.vis svg [{part}="{color}"]{{{part}:var(--{name})}}' for part in ("fill", "stroke")]
    return "\n".join(lines) + "\n"
