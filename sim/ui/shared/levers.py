"""The controls: one per lever, grouped by who decides."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from scenarios.levers import ACTOR, LEVERS, Lever
from scenarios.partner_levers import ALL_LEVERS, PARTNER_LEVERS, levers_of
from scenarios.schema import Setting, lever_problem
from sim.ui.shared import theme, wording
from sim.ui.shared.setup import Setup, choice

FIRST = (
    "licensing",
    "licence_tpp",
    "licence_approval",
    "enforcement",
    "cloud_rule",
    "tool_controls",
    "openness",
    "allied_alignment",
    "chip_push",
    "import_permission",
    "china_concentration",
)
"""The levers that stand open; the others are one click away."""
COUNTRY = "Levers of one country"
_COUNTRY = "country"
_COUNTRIES = {lever.actor: lever.label.partition(":")[0] for lever in PARTNER_LEVERS.values()}
"""Partners that have levers of their own, by actor."""
DECIDE, SCHEDULED = "left to the model", "as scheduled"
_DENSE = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40)
_WIDE = 20
"""From this ratio of highest to lowest on, stops are spaced by ratio and not by difference."""


def parsed(lever: Lever, text: str) -> tuple[Setting | None, str]:
    """A lever's value from the address, or why it is not used, or how it was rounded.

    A dated path is written as `2027-Q1:5,2029-Q1:actor`.
    """
    if ":" in text:
        return _path(lever, text)
    span = f"the range is {lever.low:g} to {lever.high:g}"
    if text == ACTOR:
        if lever.may_be_left:
            return "actor", ""
        return None, f"this lever cannot be left to the actor; {span}"
    try:
        value = float(text)
    except ValueError:
        return None, f"this is not a number; {span}"
    if not math.isfinite(value) or not lever.low <= value <= lever.high:
        return None, f"out of range; {span}"
    near = min(stops(lever), key=lambda stop: abs(stop - value))
    return near, "" if math.isclose(near, value, abs_tol=1e-9) else f"rounded to {near:g}"


def _path(lever: Lever, text: str) -> tuple[Setting | None, str]:
    """A dated path from the address; one wrong step spoils it."""
    found: dict[str, Any] = {}
    for step in text[:400].split(","):
        date, _, level = (part.strip() for part in step.partition(":"))
        value, note = parsed(lever, level) if ":" not in level else (None, "write 2027-Q1:5,2029-Q1:6")
        if value is None or isinstance(value, dict):
            return None, note
        found[date] = value
    if problem := lever_problem(lever.name, found):
        return None, problem
    return found, ""


def stops(lever: Lever) -> tuple[float, ...]:
    """The values a control offers."""
    if lever.low > 0 and lever.high / lever.low >= _WIDE:
        inner = [stop for stop in _DENSE if lever.low < stop < lever.high]
        return (lever.low, *map(float, inner), lever.high)
    count = round((lever.high - lever.low) / lever.step)
    inner = [round(lever.low + k * lever.step, 6) for k in range(count)]
    return (*inner, lever.high)


def _key(name: str) -> str:
    return f"lever_{name}"


def _options(lever: Lever, chosen: Setup) -> list[Setting] | None:
    """What a control offers besides evenly spaced numbers; None where a plain slider does."""
    own, now = chosen.start.setting(lever.name), chosen.setting(lever.name)
    paths = [setting for n, setting in enumerate((own, now)) if isinstance(setting, dict) and (n == 0 or now != own)]
    grid = stops(lever)
    odd = isinstance(own, float | int) and not any(math.isclose(own, stop, abs_tol=1e-9) for stop in grid)
    even = math.isclose(grid[1] - grid[0], lever.step) and math.isclose(grid[-1] - grid[-2], lever.step)
    if even and not odd and not lever.may_be_left and not paths:
        return None
    numbers = sorted({*grid, float(own)}) if odd and isinstance(own, float | int) else list(grid)
    result: list[Setting] = [*paths]
    if lever.may_be_left:
        result.append("actor")
    return [*result, *numbers]


def shown(lever: Lever, setting: Setting) -> str:
    """A setting in words."""
    if isinstance(setting, dict):
        return SCHEDULED
    return DECIDE if setting == ACTOR else wording.with_unit(float(setting), lever.unit)


def was(lever: Lever, setting: Setting) -> str:
    """A setting in the few words that fit behind a label."""
    return shown(lever, setting) if isinstance(setting, dict | str) else wording.number(setting)


def label(lever: Lever, now: Setting, base: Setting) -> str:
    """A control's label; plain text, since a screen reader reads markup aloud."""
    return lever.label if now == base else f"{lever.label} (was{_colon(base)} {was(lever, base)})"


def _colon(setting: Setting) -> str:
    return ":" if isinstance(setting, dict | str) else ""


def _format(lever: Lever, whole: bool) -> str:
    number = "%d" if whole else "%g"
    unit = lever.unit.replace("%", "%%")
    return number + ("" if lever.unit[:1] in "%×" or lever.unit.startswith("k ") else " ") + unit


def _moved(name: str) -> None:
    chosen = choice()
    chosen.take(chosen.now.moved(name, _setting(st.session_state[_key(name)])))


def _setting(value: Any) -> Setting:
    if isinstance(value, dict):
        return value
    return "actor" if value == ACTOR else float(value)


def control(lever: Lever, chosen: Setup) -> None:
    """One lever: a slider, or a list of stops whose first leaves the decision to the actor."""
    now, base = chosen.setting(lever.name), chosen.base.setting(lever.name)
    key, options = _key(lever.name), _options(lever, chosen)
    text = label(lever, now, base)
    common: dict[str, Any] = {"key": key, "help": lever.help, "on_change": _moved, "args": (lever.name,)}
    if options is not None:
        _put(key, now)
        st.select_slider(text, options, format_func=lambda setting: shown(lever, setting), **common)
        return
    whole = all(float(x).is_integer() for x in (lever.low, lever.high, lever.step))
    kind = int if whole else float
    _put(key, kind(now))  # type: ignore[arg-type]
    st.slider(text, kind(lever.low), kind(lever.high), step=kind(lever.step), format=_format(lever, whole), **common)


def _put(key: str, value: Any) -> None:
    """Give a widget its value through the session, but only where it differs: a hand may be on it."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def panel(chosen: Setup) -> None:
    """All controls, grouped by who decides: the telling ones open, the rest behind a click."""
    _groups([LEVERS[name] for name in FIRST if name in LEVERS], chosen)
    rest = [lever for name, lever in LEVERS.items() if name not in FIRST]
    moved = sum(chosen.setting(lever.name) != chosen.base.setting(lever.name) for lever in rest)
    title = f"{len(rest)} more levers" + (f", {moved} moved" if moved else "")
    # Its content would run on every change even when closed.
    with st.expander(title, key="more_levers", on_change="rerun") as more:
        if more.open:
            _groups(rest, chosen)
    _one_country(chosen)


def _one_country(chosen: Setup) -> None:
    """What one partner decides by itself: a country to choose, and its controls."""
    moved = [lever for name, lever in PARTNER_LEVERS.items() if chosen.setting(name) != chosen.base.setting(name)]
    title = COUNTRY + (f", {len(moved)} moved" if moved else "")
    with st.expander(title, key="country_levers", on_change="rerun") as more:
        if not more.open:
            return
        if st.session_state.get(_COUNTRY) not in _COUNTRIES:
            st.session_state[_COUNTRY] = moved[0].actor if moved else next(iter(_COUNTRIES))
        who = st.selectbox("Country", list(_COUNTRIES), key=_COUNTRY, format_func=_COUNTRIES.__getitem__)
        for lever in levers_of(who):
            own = lever.label.removeprefix(f"{_COUNTRIES[who]}: ")
            control(lever.model_copy(update={"label": own}), chosen)


def _groups(some: list[Lever], chosen: Setup) -> None:
    for who in dict.fromkeys(lever.who for lever in LEVERS.values()):
        mine = [lever for lever in some if lever.who == who]
        if mine:
            st.html(theme.group(who))
        for lever in mine:
            control(lever, chosen)


def described(chosen: Setup) -> str:
    """The levers moved away from the scenario, in words."""
    parts = []
    for name, value in chosen.levers.items():
        lever = ALL_LEVERS[name]
        before = chosen.start.setting(name)
        parts.append(f"{lever.label} {shown(lever, value)} (was{_colon(before)} {was(lever, before)})")
    return wording.listed(parts)


def differences(chosen: Setup) -> str:
    """All levers that stand otherwise than under the reference, in words; a policy is more than its name."""
    spec, base, parts = chosen.spec, chosen.base, []
    for name, lever in ALL_LEVERS.items():
        now, before = spec.setting(name), base.setting(name)
        if now != before:
            parts.append(f"{lever.label} {shown(lever, now)} (baseline: {shown(lever, before)})")
    return wording.listed(parts)
