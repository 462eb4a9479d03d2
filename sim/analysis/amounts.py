"""Amounts of money as people read them."""

from __future__ import annotations


def dollars(value: float) -> str:
    """US dollars in a sentence: `$1.2tn`, `$29bn`, `$2.4bn`, `$240m`."""
    size = abs(value)
    text = f"${size / 1e12:.1f}tn" if size >= 9.995e11 else f"${billions(size)}bn"
    if size < 9.95e8:
        text = f"${size / 1e6:.0f}m"
    return text if value >= 0 else f"−{text}"


def billions(value: float) -> str:
    """Billions of US dollars without their unit: `29`, `2.4`, `−0.24`."""
    size = value / 1e9
    digits = 0 if abs(size) >= 9.95 else 1 if abs(size) >= 0.995 else 2
    text = f"{abs(size):,.{digits}f}"
    return f"−{text}" if size < 0 and text.strip("0.") else text
