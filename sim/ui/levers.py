"""The controls: one per lever, with the address bar, undo and reset that belong to them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from pydantic import ValidationError

from scenarios import BASELINE, load, names
from scenarios.errors import InputError, nearest
from scenarios.levers import ACTOR, LEVERS, Lever
from scenarios.schema import Scenario, Setting
from sim.ui import theme, wording

FIRST = (
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
DECIDE, SCHEDULED = "they decide", "as scheduled"
STEPS = 100
"""Steps of undo that are kept."""
_STATE, _WRITTEN = "polarity_choice", "polarity_written"
_DENSE = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40)
_WIDE = 20
"""From this ratio of highest to lowest on, stops are spaced by ratio and not by difference."""


@dataclass
class Choice:
    """What a user has chosen: a scenario and the levers moved away from it."""

    scenario: str = BASELINE
    changes: dict[str, Setting] = field(default_factory=dict)
    past: list[tuple[str, dict[str, Setting]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def start(self) -> Scenario:
        """The scenario as it stands in the library."""
        return load(self.scenario)

    @property
    def spec(self) -> Scenario:
        """The scenario with the moved levers."""
        return self.start.with_levers(**self.changes) if self.changes else self.start

    @property
    def base(self) -> Scenario:
        """What the results are compared with."""
        baseline = self.start.baseline
        return load(baseline) if baseline in names() else self.start

    def setting(self, lever: str) -> Setting:
        """The setting of a lever as it stands now."""
        return self.changes.get(lever, self.start.setting(lever))

    def remember(self) -> None:
        """Keep the present state for Undo; what was said about the address is read by now."""
        self.past.append((self.scenario, dict(self.changes)))
        del self.past[:-STEPS]
        self.notes = []

    def move(self, lever: str, setting: Setting) -> None:
        """Set one lever; a lever back at the scenario's own setting is no change."""
        self.remember()
        self.changes = {name: value for name, value in self.changes.items() if name != lever}
        if setting != self.start.setting(lever):
            self.changes[lever] = setting

    def undo(self) -> None:
        """Go back one step."""
        if self.past:
            self.scenario, self.changes = self.past.pop()
            self.notes = []

    def take(self, scenario: str, changes: dict[str, Setting] | None = None) -> None:
        """Change to a scenario."""
        if (scenario, changes or {}) != (self.scenario, self.changes):
            self.remember()
            self.scenario, self.changes = scenario, changes or {}


def choice() -> Choice:
    """The choice of this user."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = Choice()
    found: Choice = st.session_state[_STATE]
    return found


# ------------------------------------------------------------------------------------------------ the address
def address(chosen: Choice) -> dict[str, str]:
    """The parameters that restore a choice: the scenario, and the levers moved away from it."""
    start = {} if chosen.scenario == BASELINE else {"scenario": chosen.scenario}
    return {
        **start,
        **{name: _plain(value) for name, value in chosen.changes.items() if not isinstance(value, dict)},
    }


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def query(chosen: Choice) -> str:
    """The address's query, with its question mark, or nothing."""
    parameters = address(chosen)
    return f"?{urlencode(parameters, safe=':')}" if parameters else ""


def read(parameters: Mapping[str, str]) -> tuple[str, dict[str, Setting], list[str]]:
    """A scenario, the levers moved, and what could not be used; the address is a stranger's text."""
    notes: list[str] = []
    scenario = parameters.get("scenario", BASELINE)
    if scenario not in names():
        notes.append(f"scenario={_short(scenario)}: there is no such scenario; {nearest(scenario[:60], names())}")
        scenario = BASELINE
    changes: dict[str, Setting] = {}
    start = load(scenario)
    for name, text in parameters.items():
        if name == "scenario":
            continue
        if name not in LEVERS:
            notes.append(f"{_short(name)}: there is no such lever; {_near(name)}")
            continue
        value, note = _value(LEVERS[name], text.strip())
        if note:
            notes.append(f"{name}={_short(text)}: {note}")
        if value is not None and value != start.setting(name):
            changes[name] = value
    if len(notes) > 6:
        notes = [*notes[:5], f"and {len(notes) - 5} more"]
    try:
        Choice(scenario, changes).spec  # noqa: B018 - made to see whether it can be
    except (InputError, ValidationError) as error:
        return scenario, {}, [*notes, f"the levers together: {first_line(error)}"]
    return scenario, changes, notes


def _value(lever: Lever, text: str) -> tuple[Setting | None, str]:
    """A lever's value from the address, or why it is not used, or how it was rounded."""
    span = f"it goes from {lever.low:g} to {lever.high:g}"
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


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _near(name: str) -> str:
    hint = nearest(name[:60], LEVERS)
    return hint if hint.startswith("did") else "the names are those of the levers below"


def first_line(error: Exception) -> str:
    """What went wrong, without the pages a library adds."""
    if isinstance(error, ValidationError):
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return str(error).splitlines()[0]


def adopt() -> None:
    """Take over the address at the start of a full run: a link, or the browser's Back button.

    Reruns after a widget do not come here, so that an address which lags behind a fast hand is never mistaken
    for a wish. An empty address is a wish only while the widgets are alive; else the user came back from another
    page.
    """
    chosen, given = choice(), st.query_params.to_dict()
    if given == st.session_state.get(_WRITTEN, {}):
        return
    if given or _key(FIRST[0]) in st.session_state:
        scenario, changes, notes = read(given)
        chosen.take(scenario, changes)
        chosen.notes = notes


def write() -> None:
    """Put the choice into the address."""
    wanted = address(choice())
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = wanted


# ----------------------------------------------------------------------------------------------- the controls
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


def _options(lever: Lever, chosen: Choice) -> list[Setting] | None:
    """What a control offers besides evenly spaced numbers; None where a plain slider does."""
    own = chosen.start.setting(lever.name)
    grid = stops(lever)
    odd = isinstance(own, float | int) and not any(math.isclose(own, stop, abs_tol=1e-9) for stop in grid)
    even = math.isclose(grid[1] - grid[0], lever.step) and math.isclose(grid[-1] - grid[-2], lever.step)
    if even and not odd and not lever.may_be_left and not isinstance(own, dict):
        return None
    numbers = sorted({*grid, float(own)}) if odd and isinstance(own, float | int) else list(grid)
    result: list[Setting] = [own] if isinstance(own, dict) else []
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
    choice().move(name, _setting(st.session_state[_key(name)]))


def _setting(value: Any) -> Setting:
    if isinstance(value, dict):
        return value
    return "actor" if value == ACTOR else float(value)


def control(lever: Lever, chosen: Choice) -> None:
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


def panel(chosen: Choice) -> None:
    """All controls, grouped by who decides: the telling ones open, the rest behind a click."""
    _groups([LEVERS[name] for name in FIRST if name in LEVERS], chosen)
    rest = [lever for name, lever in LEVERS.items() if name not in FIRST]
    moved = sum(chosen.setting(lever.name) != chosen.base.setting(lever.name) for lever in rest)
    title = f"{len(rest)} more levers" + (f", {moved} moved" if moved else "")
    # Its content would run on every change even when closed.
    with st.expander(title, key="more_levers", on_change="rerun") as more:
        if more.open:
            _groups(rest, chosen)


def _groups(some: list[Lever], chosen: Choice) -> None:
    for who in dict.fromkeys(lever.who for lever in LEVERS.values()):
        mine = [lever for lever in some if lever.who == who]
        if mine:
            st.html(theme.group(who))
        for lever in mine:
            control(lever, chosen)


def put_back(chosen: Choice) -> list[tuple[str, Scenario]]:
    """The scenario with one lever at a time put back to the baseline, and with only the levers that differ."""
    mine, base = chosen.spec, chosen.base
    moved = {name: base.setting(name) for name in LEVERS if mine.setting(name) != base.setting(name)}
    result = [(LEVERS[name].label, mine.with_levers(**{name: setting})) for name, setting in moved.items()]
    levers_only = base.with_levers(**{name: mine.setting(name) for name in moved})
    if levers_only.with_levers(**mine.levers).digest() != mine.with_levers(**levers_only.levers).digest():
        result.append((f"What else “{mine.title}” assumes", levers_only))
    return result


def described(chosen: Choice) -> str:
    """The levers moved away from the scenario, in words."""
    parts = []
    for name, value in chosen.changes.items():
        lever = LEVERS[name]
        before = chosen.start.setting(name)
        parts.append(f"{lever.label} {shown(lever, value)} (was{_colon(before)} {was(lever, before)})")
    return wording.listed(parts)
