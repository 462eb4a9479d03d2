"""Numbers in words: digits, powers of ten, real minus signs, medians with their intervals."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from calibration.mapping import Z90
from calibration.record import Interval

SPACE = "\N{NO-BREAK SPACE}"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """A number with so many digits, a real minus sign, and powers of ten where it is very large or small."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e6:
        places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
        return f"{value:,.{places}f}".replace("-", "−")
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    base = f"10{str(int(power)).translate(_RAISED)}"
    return base if mantissa == "1" else f"{mantissa}{SPACE}×{SPACE}{base}".replace("-", "−")


def short(value: float) -> str:
    """A count in as few characters as will do: 307k, 2.1 M."""
    for unit, name in ((1e9, f"{SPACE}bn"), (1e6, f"{SPACE}M"), (1e3, "k")):
        if value >= unit:
            return f"{number(value / unit, 2 if value < 100 * unit else 3).removesuffix('.0')}{name}"
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share in percent, with two digits."""
    return f"{number(100 * share, 2)}{SPACE}%"


def signed(value: float) -> str:
    """A change, with its sign."""
    if value and abs(value) < 1e-3:
        return "less than 0.001"
    return ("+" if value > 0 else "") + number(value, 2)


def interval(span: Interval) -> str:
    """Median and 90% interval, with as many digits as the width deserves, and three at most."""
    width, values = span.high - span.low, (span.median, span.low, span.high)
    if width <= 0:
        return number(span.median)
    if span.high >= 1e4 or 0 < 30 * span.low < span.high:
        said = [number(float(f"{v:.2g}"), 2) for v in values]
    else:
        power = math.floor(math.log10(width))
        leading = width / 10**power
        most = 2 - math.floor(math.log10(max(map(abs, values))))
        places = max(min((2 if leading < 1.4 else 1 if leading < 7 else 0) - power, most), 0)
        said = [f"{v:,.{places}f}".replace("-", "−") for v in values]
    return f"{said[0]} ({said[1]} to {said[2]})"


def around(middle: float, log_sd: float) -> Interval:
    """Median and 90% interval of what is lognormal."""
    low, high = (middle * math.exp(z * min(log_sd, 20.0)) for z in (-Z90, Z90))
    return Interval(median=middle, low=low, high=high)


def size_name(size: str) -> str:
    """Blocks × width."""
    return size.replace("x", "×")


def span_of(values: Sequence[float]) -> str:
    """The least and the greatest of several numbers."""
    return " to ".join(dict.fromkeys([number(min(values), 2), number(max(values), 2)]))


def typeset(said: str) -> str:
    """Words from elsewhere with this page's powers of ten and minus signs: `2.4e+12` and `-0.3`."""
    powers = re.sub(
        r"(?<![\w.])(\d(?:\.\d+)?)e[+-]\d+", lambda found: number(float(found[0]), len(found[1].replace(".", ""))), said
    )
    return re.sub(r"(?<![\w.-])-(?=\d)", "−", powers)
