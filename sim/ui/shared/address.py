"""The address bar: a setup as parameters, and parameters, which are a stranger's text, as a setup."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from pydantic import ValidationError

from scenarios import BASELINE, apart, names
from scenarios.bills import SOONEST, USUAL, bills
from scenarios.decisions import RULES
from scenarios.errors import from_validation, is_plain_number, nearest, one_line
from scenarios.events import KINDS, Event
from scenarios.parameters import parameters as known_parameters
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quarters import DEFAULT_HORIZON, label, number
from scenarios.schema import Scenario, Setting
from scenarios.values import PROFILES
from scenarios.what_ifs import in_order, of_kind
from sim.results.outcomes.polarity import CLASSES
from sim.ui.shared import frames, levers
from sim.ui.shared.public import public_url
from sim.ui.shared.setup import COUNTED, LIMITS, RULERS, YEARS, Choice, Judge, Setup, choice, placed

VERSION = 1
"""Version of the form of the address. One that changes meaning gets another number, and its old form a reader here."""
MOST_EVENTS = 12
BILL_QUARTERS = tuple(label(q) for q in range(SOONEST, number(f"{DEFAULT_HORIZON}-Q4") + 1))
"""Quarters in which a bill can take effect."""
OWN: dict[str, tuple[str, ...]] = {
    "explore": ("kept", "seat"),
    "compare": ("columns", "kept"),
    "strategy": ("players", "weights", "politics", "left_out", "cell", "others", "show", "also"),
    "teach": ("present", "step", "claim"),
    "evidence": ("cutoff", "series", "question", "definition"),
    "assumptions": ("search", "tier"),
    "data": (),
    "calibration": ("result", "beside"),
    "play": ("room", "teacher", "me", "projector", "part"),
    "about": (),
    "sources": (),
}
"""Pages, with the parameters that belong to one of them and are read there.

No widget is bound to one of them by Streamlit: a bound parameter cannot be written together with the others.
"""
PAGES_OWN = frozenset(name for names_ in OWN.values() for name in names_)
SCENARIOS_THERE = "the pills below name them"
COUNTED_THERE = f"there are {', '.join(CLASSES)}"
LEVERS_THERE = "the names are those of the levers below"
BILLS_THERE = "the pills below the timeline of rules name them"
PARAMETERS = "the page Assumptions lists them"
_FIELDS = (
    "v", "scenario", "what_if", "values", "decisions", "events", "bill", "assume", "ruler", "limit", "year", "count",
)  # fmt: skip
_WRITTEN, _PAGE, _OWN, _NEWS = "polarity_written", "polarity_page", "polarity_own", "polarity_news"


def parameters(setup: Setup) -> dict[str, str]:
    """The parameters that restore a setup; nothing for current policy as it stands, or for a scenario from a file.

    An address holds no file, and what was changed on one would be laid over another scenario.
    """
    if setup.own:
        return {}
    judge, usual = setup.judge, Judge()
    found = {
        "scenario": "" if setup.scenario == BASELINE else setup.scenario,
        "what_if": "~".join(setup.worlds),
        **{name: _setting(value) for name, value in setup.levers.items()},
        "values": "~".join(f"{actor}:{profile}" for actor, profile in setup.values.items()),
        "decisions": setup.rule,
        "events": "~".join(map(_written, setup.events)),
        "bill": "~".join(map(":".join, setup.bills.items())),
        "assume": "~".join(f"{name}:{_plain(value)}" for name, value in setup.assumptions.items()),
        "ruler": "" if judge.ruler == usual.ruler else judge.ruler,
        "limit": "" if judge.limit == usual.limit else f"{judge.limit:g}",
        "year": "" if judge.year == usual.year else str(judge.year),
        "count": "" if setup.counted == COUNTED else setup.counted,
    }
    found = {name: text for name, text in found.items() if text}
    return {"v": f"{VERSION}-{setup.start.digest()[:6]}", **found} if found else {}


def query(setup: Setup, **more: str) -> str:
    """The address's query, with its question mark, or nothing."""
    found = {**parameters(setup), **more}
    return f"?{urlencode(found, safe=':~,')}" if found else ""


def _setting(value: Setting) -> str:
    if isinstance(value, dict):
        return ",".join(f"{date}:{_plain(level)}" for date, level in value.items())
    return _plain(value)


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else repr(float(value)).removesuffix(".0")


def _written(event: Event) -> str:
    told = (event.kind, event.date, event.size, event.quarters, event.compliance, event.detection)
    parts = ["" if part is None else part if isinstance(part, str) else _plain(part) for part in told]
    return ":".join(parts).rstrip(":")


def read(given: Mapping[str, str]) -> tuple[Setup, list[str]]:
    """A setup, and in words what of the address could not be used."""
    notes: list[str] = []
    scenario = given.get("scenario", BASELINE)
    if scenario not in names() and not apart(scenario):
        notes.append(
            f"scenario={short(scenario)}: there is no such scenario; {hint(scenario, names(), SCENARIOS_THERE)}"
        )
        scenario = BASELINE
    # A link of before there were what ifs names one as its scenario.
    policy, alone = placed(scenario)
    worlds = _worlds(given.get("what_if", ""), alone, notes)
    start = Setup(policy, worlds=worlds).start
    notes += _version(given.get("v", ""), start)
    setup = Setup(
        scenario=policy,
        worlds=worlds,
        counted=_counted(given.get("count", COUNTED), notes),
        levers=_levers(given, start, notes),
        events=_events(given.get("events", ""), notes),
        bills=_bills(given.get("bill", ""), notes),
        assumptions=_assumptions(given.get("assume", ""), notes),
        judge=_judge(given, notes),
    )
    setup = _decided(_wanted(setup, given.get("values", ""), notes), given.get("decisions", ""), notes)
    if len(notes) > 6:
        notes = [*notes[:5], f"and {len(notes) - 5} more"]
    if problem := setup.problem:
        return Setup(scenario=policy, worlds=worlds, judge=setup.judge), [*notes, f"the changes together: {problem}"]
    return setup, notes


def _worlds(text: str, alone: tuple[str, ...], notes: list[str]) -> tuple[str, ...]:
    """The what ifs that the address names, in the order of the library."""
    known, found = of_kind("what_if"), list(alone)
    for name, *_ in _parts(text, "what_if", len(known), notes):
        if name in known:
            found.append(name)
        else:
            notes.append(f"what_if={short(name)}: there is no such what if; {hint(name, known, SCENARIOS_THERE)}")
    return in_order(found)


def _counted(text: str, notes: list[str]) -> str:
    """The outcome whose futures are counted."""
    if text in CLASSES:
        return text
    notes.append(f"count={short(text)}: there is no such outcome; {COUNTED_THERE}")
    return COUNTED


def _version(text: str, start: Scenario) -> list[str]:
    """What to say about an address from another version of Polarity; an address without a version is of the first."""
    if not text:
        return []
    form, _, digest = text.partition("-")
    if not form.isdecimal() or not re.fullmatch("[0-9a-f]{0,64}", digest):
        return [f"v={short(text)}: this is no version; the rest of the address is read as version {VERSION}"]
    if int(form[:6]) > VERSION:
        return [f"v={short(form)}: this link comes from a newer Polarity; what this one knows of it is used"]
    if digest and not start.digest().startswith(digest):
        return [
            f"“{start.title}” has changed since this link was made (then {digest}, now {start.digest()[:6]}): its "
            "results can differ from those that were shared"
        ]
    return []


def _levers(given: Mapping[str, str], start: Scenario, notes: list[str]) -> dict[str, Setting]:
    changes: dict[str, Setting] = {}
    for name, text in given.items():
        if name in _FIELDS:
            continue
        if name not in ALL_LEVERS:
            notes.append(f"{short(name)}: there is no such lever; {hint(name, ALL_LEVERS, LEVERS_THERE)}")
            continue
        value, note = levers.parsed(ALL_LEVERS[name], text.strip())
        if note:
            notes.append(f"{name}={short(text)}: {note}")
        if value is not None and value != start.setting(name):
            changes[name] = value
    return changes


def hint(name: str, options: Iterable[str], otherwise: str) -> str:
    """The name that was probably meant, or what to say where none is near: lists are too long for a page."""
    near = nearest(name[:60], options)
    return near if near.startswith("did") else otherwise


def _parts(text: str, what: str, most: int, notes: list[str]) -> list[list[str]]:
    found = [part.split(":") for part in text[:4000].split("~") if part]
    if len(found) > most:
        notes.append(f"{what}: only the first {most} of {len(found)} are used")
    return found[:most]


def _events(text: str, notes: list[str]) -> tuple[Event, ...]:
    events = []
    for part in _parts(text, "events", MOST_EVENTS, notes):
        kind, *rest = part
        if kind not in KINDS:
            notes.append(f"event {short(kind)}: there is no such event; {nearest(kind[:60], KINDS)}")
            continue
        try:
            given = zip(("date", "size", "quarters", "compliance", "detection"), rest, strict=False)
            ends = KINDS[kind].passes or KINDS[kind].may_end  # older links give quarters for kinds that do not
            fields = {name: text for name, text in given if text and (name != "quarters" or ends)}
            events.append(Event.model_validate({"kind": kind, **fields}))
        except ValidationError as error:
            notes.append(f"event {short(':'.join(part))}: {from_validation(error)}")
    return tuple(events)


def _bills(text: str, notes: list[str]) -> dict[str, str]:
    """The bills that the address passes, each with its quarter."""
    found: dict[str, str] = {}
    for name, *rest in _parts(text, "bill", len(bills()), notes):
        quarter = ":".join(rest) or USUAL
        if name not in bills():
            notes.append(f"bill {short(name)}: there is no such bill; {hint(name, bills(), BILLS_THERE)}")
        elif name in found:
            notes.append(f"bill {name}: it appears twice; the first one is used")
        elif quarter not in BILL_QUARTERS:
            notes.append(f"bill {name}: it cannot pass in {short(quarter)}; give {BILL_QUARTERS[0]} to "
                         f"{BILL_QUARTERS[-1]}")  # fmt: skip
        else:
            found[name] = quarter
    return {name: found[name] for name in bills() if name in found}


def _wanted(setup: Setup, text: str, notes: list[str]) -> Setup:
    """With the values that the address gives."""
    seen: set[str] = set()
    for actor, *rest in _parts(text, "values", len(frames.SEATS), notes):
        profile = ":".join(rest)
        if actor not in frames.SEATS:
            notes.append(f"values {short(actor)}: values can be set for {' and '.join(frames.SEATS)}")
        elif profile not in PROFILES:
            notes.append(
                f"values {actor}: there is no profile {short(profile) or 'without a name'}; there are "
                f"{', '.join(PROFILES)}"
            )
        elif actor in seen:
            notes.append(f"values {actor}: it appears twice; the first one is used")
        else:
            setup = setup.wanting(actor, profile)
            seen.add(actor)
    return setup


def _decided(setup: Setup, text: str, notes: list[str]) -> Setup:
    """With the rule by which nations decide that the address gives."""
    if text in RULES:
        return setup.deciding(text)
    if text:
        notes.append(f"decisions={short(text)}: there is no such rule; there are {', '.join(RULES)}")
    return setup


def _assumptions(text: str, notes: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    known = known_parameters()
    for name, *rest in _parts(text, "assume", len(known), notes):
        if name not in known:
            notes.append(f"assume {short(name)}: there is no such parameter; {hint(name, known, PARAMETERS)}")
            continue
        if name in found:
            notes.append(f"assume {name}: it appears twice; the first one is used")
            continue
        value = as_number(":".join(rest))
        if value is None:
            notes.append(f"assume {name}: {short(':'.join(rest)) or 'nothing'} is not a number")
            continue
        if problem := known[name].problem(value):
            notes.append(f"assume {name}: {name} {problem}")
            continue
        found[name] = value
    return found


def as_number(text: str) -> float | None:
    """A finite number, or None."""
    value = float(text) if is_plain_number(text) else math.nan
    return value if math.isfinite(value) else None


def _judge(given: Mapping[str, str], notes: list[str]) -> Judge:
    judge = Judge()
    ruler = given.get("ruler", judge.ruler)
    if ruler in RULERS:
        judge = replace(judge, ruler=ruler)
    else:
        notes.append(f"ruler={short(ruler)}: there is no such measure; choose from {', '.join(RULERS)}")
    for name, options in (("limit", LIMITS), ("year", YEARS)):
        if name in given:
            value = as_number(given[name])
            if value in options:
                judge = replace(judge, **{name: type(getattr(judge, name))(value or 0)})
            else:
                notes.append(f"{name}={short(given[name])}: give {options[0]} to {options[-1]}" + (
                    ", an even number" if name == "limit" else ""
                ))  # fmt: skip
    return judge


def short(text: str) -> str:
    """A stranger's text on one line, cut where it is long."""
    text = one_line(text)
    return text if len(text) <= 40 else text[:39] + "…"


def adopt(page: str) -> Choice:
    """Take over the address at the start of a full run: a link, or the browser's Back button.

    Reruns after a widget do not come here, so that an address which lags behind a fast hand is never mistaken for a
    wish. An empty address is a wish only on the page that wrote the last one; else the user came from another page.
    """
    chosen = choice()
    there = st.query_params.to_dict()
    given = {name: value for name, value in there.items() if name not in PAGES_OWN}
    here = st.session_state.get(_PAGE) == page
    st.session_state[_PAGE] = page
    written, written_own = st.session_state.get(_WRITTEN, ({}, {}))
    _adopt_own(there, {**dict.fromkeys(OWN[page], ""), **written_own} if here else {})
    if given == written:
        return chosen
    if given or (here and chosen.now.own is None):
        setup, notes = read(given)
        chosen.take(setup)
        chosen.notes = [*_repeated(), *notes]
    return chosen


def _repeated() -> Iterator[str]:
    """What the address says more than once, of which the last counts."""
    for name in st.query_params:
        if (times := len(st.query_params.get_all(name))) > 1:
            said = "only the last was used; write several values with ~ between"
            yield f"{short(name)} stands there {times} times: {said}"


def _adopt_own(there: Mapping[str, str], written: Mapping[str, str]) -> None:
    """Take over the pages' own parameters; what the page wrote and is no longer there has its usual value again."""
    kept: dict[str, str] = st.session_state.setdefault(_OWN, {})
    given = {**dict.fromkeys(written, ""), **{name: text for name, text in there.items() if name in PAGES_OWN}}
    news = {name: text for name, text in given.items() if text != {**kept, **written}.get(name, "")}
    kept.update(news)
    st.session_state.setdefault(_NEWS, {}).update(news)


def settled() -> bool:
    """Whether the address is the one that the page wrote last: that of a request can lag behind a fast hand."""
    wanted, mine = st.session_state.get(_WRITTEN, ({}, {}))
    return bool(st.query_params.to_dict() == {**wanted, **mine})


def own(name: str) -> str:
    """One of the pages' own parameters, kept while the user is on another page; empty where it has its usual value."""
    return str(st.session_state.get(_OWN, {}).get(name, ""))


def keep(name: str, text: str) -> None:
    """Set one of the pages' own parameters; `write` puts it into the address."""
    st.session_state.setdefault(_OWN, {})[name] = text


def news(name: str) -> str | None:
    """What the address newly says for one of the pages' own parameters, told once: the page has to check it."""
    found: str | None = st.session_state.get(_NEWS, {}).pop(name, None)
    return found


def control(name: str, usual: str) -> dict[str, Any]:
    """Arguments of a control that shows and sets one of the pages' own parameters."""
    value = own(name) or usual
    if st.session_state.get(name) != value:
        st.session_state[name] = value
    return {"key": name, "on_change": _controlled, "args": (name, usual)}


def _controlled(name: str, usual: str) -> None:
    value = str(st.session_state[name] or "")
    keep(name, "" if value == usual else value)


def write() -> None:
    """Put the setup and the page's own parameters into the address, in one piece and only where it differs.

    A page does so before it computes anything, so that its address is whole as soon as it is open.
    """
    wanted = parameters(choice().now)
    mine = {name: own(name) for name in OWN[st.session_state[_PAGE]] if own(name)}
    if st.query_params.to_dict() != {**wanted, **mine}:
        st.query_params.from_dict({**wanted, **mine})
    st.session_state[_WRITTEN] = wanted, mine


_entries = st.components.v2.component(
    "polarity_entries",
    html="<div></div>",
    js="""export default () => {
  if (window.polarityEntries) return;
  window.polarityEntries = true;
  // What a page that was just opened writes into its address is no further step to go back.
  let opened = true;
  for (const kind of ["pointerdown", "keydown", "click", "input"])
    window.addEventListener(kind, () => { opened = false; }, true);
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const moved = new URL(url, location.href).pathname !== location.pathname;
    if (opened && !moved) history.replaceState(state, title, url);
    else push(state, title, url);
    if (moved) opened = true;
  };
}""",
    isolate_styles=False,
)


def one_entry() -> None:
    """Give a page that is opened one entry in the browser's history, so that one press of Back leads to the last page.

    Streamlit makes two: one without the setup, and one with it.
    """
    with st.container(key="said_entries"):
        _entries(key="entries")


def link(setup: Setup, path: str = "", read_url: Callable[[], str | None] = lambda: st.context.url) -> str:
    """The whole address of a setup, on one of the pages: the public one, or the one that the visitor came by.

    Raises:
        InputError: when POLARITY_PUBLIC_URL is no address.
    """
    here = (read_url() or "").split("?")[0].rstrip("/")
    root = public_url() or re.sub(
        r"/(compare|strategy|teach|evidence|assumptions|data|calibration|play|about|sources)$", "", here
    )
    return f"{root}/{path}{query(setup)}"
