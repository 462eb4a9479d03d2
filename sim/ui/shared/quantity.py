"""Numbers with units as people write them: pure functions, one rule for every table and sentence."""

from __future__ import annotations

import math

_NAMES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
_SHORT = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_DECIMAL = ("months", "ECI points", "ECI points a year", "% of arena score", "%")
"""Units whose numbers are small and have one decimal."""


def number(value: float, unit: str) -> str:
    """A number as its unit is written, without the unit where that stands after it."""
    if unit == "FLOP":
        return _power(value)
    if unit == "share":
        return _minus(f"{100 * value:.1f}")
    if unit == "MW":
        return _minus(_three(value / 1e3))
    if unit in _DECIMAL:
        return _minus(f"{value:.1f}")
    return _minus(("$" if unit.startswith("US dollars") else "") + _large(value))


def amount(value: float, unit: str) -> str:
    """A number with its unit."""
    return number(value, unit) + after(unit)


def span(low: float, high: float, unit: str) -> str:
    """A range with its unit, which stands once."""
    return f"{number(low, unit)} to {amount(high, unit)}"


def after(unit: str) -> str:
    """What stands after a number in this unit."""
    known = {"share": "%", "%": "%", "MW": " GW", "US dollars": "", "US dollars per H100e": " per H100e"}
    return known.get(unit, f" {unit}")


def name(unit: str) -> str:
    """A unit as the line under a title names it."""
    known = {"share": "Percent", "MW": "GW", "H100e": "H100-equivalents", "FLOP": "FLOP", "months": "Months"}
    return known.get(unit, unit[:1].upper() + unit[1:])


def tick(value: float, unit: str) -> str:
    """A number where there is hardly any room: the label of an axis."""
    if unit == "FLOP":
        return _power(value)
    if unit == "share":
        return f"{100 * value:g}%"
    if unit == "MW":
        value = value / 1e3
    sign = "$" if unit.startswith("US dollars") else ""
    for size, letter in _SHORT:
        if abs(value) >= size:
            return _minus(f"{sign}{value / size:g}{letter}")
    return _minus(f"{sign}{value:g}")


def factor(oom: float) -> str:
    """Orders of magnitude as a factor of at least one: `1.3`."""
    times = 10 ** abs(oom)
    return f"{times:.1f}" if times < 10 else f"{times:,.0f}"


def signed(value: float, digits: int) -> str:
    """A number with its sign and so many digits, a real minus for negative ones."""
    text = f"{abs(value):.{digits}f}"
    return text if not text.strip("0.") else ("−" if value < 0 else "+") + text


def _large(value: float) -> str:
    for size, word in _NAMES:
        if abs(value) >= 0.9995 * size:
            return _three(value / size) + word
    return _three(value)


def _three(value: float) -> str:
    """Three digits, without an exponent."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    shown = float(f"{value:.3g}")
    digits = 2 - math.floor(math.log10(abs(shown)))
    return f"{shown:,.{max(digits, 0)}f}" if abs(shown) >= 1 else f"{shown:.{min(max(digits, 0), 3)}f}"


def _power(value: float) -> str:
    """`5 × 10²⁶`."""
    if value <= 0:
        return "0"
    exponent = math.floor(math.log10(value) + 1e-9)
    lead = f"{value / 10**exponent:.1f}".removesuffix(".0")
    if lead == "10":
        lead, exponent = "1", exponent + 1
    ten = f"10{str(exponent).translate(_RAISED)}"
    return ten if lead == "1" else f"{lead} × {ten}"


def _minus(text: str) -> str:
    return text.replace("-", "−")
