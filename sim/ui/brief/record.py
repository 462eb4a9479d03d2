"""What a brief says of how it was made, as a text that every form of it carries: enough to make it again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

import sim
from scenarios import frame_names, names, question_names
from scenarios.bills import bills
from scenarios.decisions import RULES
from scenarios.errors import InputError, from_validation, shown
from scenarios.events import Event
from scenarios.files import standalone
from scenarios.schema import Scenario
from scenarios.what_ifs import of_kind
from sim.batch.identity import digest, engine
from sim.checks import MAX_RUNS, VAST
from sim.results.outcomes.polarity import CLASSES
from sim.ui.shared import common
from sim.ui.shared.public import public_url
from sim.ui.shared.setup import RULERS, YEARS, Judge, Setup

FORMAT = 1
"""Version of the record's form; one that changes meaning gets another number."""
MARK = "polarity-brief"
"""The name under which a brief's file holds its record."""
_PLAIN = ("scenario", "levers", "assumptions", "values", "rule", "worlds", "bills", "counted")
"""Fields of a setup that JSON holds as they are."""


@dataclass(frozen=True)
class Record:
    """Everything that the words and numbers of a brief depend on."""

    setup: Setup
    scenario: str
    """Digest of the scenario with all changes."""
    futures: int
    seed: int
    until: int
    day: str
    """When it was made, as YYYY-MM-DD."""
    version: str
    engine: str
    """Digest of the code and the data that made its numbers."""
    public: str
    """The public address of the server that made it; empty where it had none."""
    priced: bool
    """Whether every lever had been moved to its ends before: a brief names the strongest one only then."""

    def text(self) -> str:
        """The record as one line of JSON, with its checksum."""
        content = {name: value for name, value in asdict(replace(self, setup=Setup())).items() if name != "setup"}
        content = {"format": FORMAT, **content, "setup": _written(self.setup)}
        return json.dumps({**content, "sum": digest(content)})


def record_of(setup: Setup, priced: bool) -> Record:
    """The record of a brief that this Polarity makes.

    Args:
        setup: what the reader has set.
        priced: whether every lever had been moved to its ends before.
    """
    return Record(
        setup, setup.spec.digest(), common.futures(), common.SEED, common.UNTIL, date.today().isoformat(),
        sim.__version__, engine(), public_url(), priced,
    )  # fmt: skip


def read(text: str) -> Record:
    """The record that a text holds.

    Raises:
        InputError: where it is damaged, changed by hand, of a newer Polarity, or names what this one does not have.
    """
    try:
        content = json.loads(text)
        given = content.pop("sum")
        form = content["format"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError("its record of how it was made is damaged; take the file as it was made") from error
    if form != FORMAT:
        raise InputError(f"its record has the form {shown(form)}; this Polarity reads {FORMAT}: install a newer one")
    if given != digest(content):
        raise InputError("its record of how it was made was changed or damaged; take the file as it was made")
    try:
        del content["format"]
        found = Record(**{**content, "setup": _setup(content["setup"])})
    except ValidationError as error:
        raise InputError(f"its record holds no valid setting: {from_validation(error)}") from error
    except InputError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"its record lacks a part or has one too many ({shown(str(error))})") from error
    if type(found.futures) is not int or not common.FEWEST <= found.futures <= MAX_RUNS:
        raise InputError(
            f"its record asks for {shown(found.futures)} futures; {common.FEWEST} to {MAX_RUNS:,} can be simulated"
        )
    if (found.seed, found.until) != (common.SEED, common.UNTIL):
        raise InputError(
            f"it was made with seed {shown(found.seed)} to the end of {shown(found.until)}; this Polarity makes briefs "
            f"with seed {common.SEED} to {common.UNTIL}"
        )
    return found


def _written(setup: Setup) -> dict[str, Any]:
    """A setup as JSON; what is at its default stays away."""
    usual = Setup()
    plain = {name: getattr(setup, name) for name in _PLAIN}
    found: dict[str, Any] = {name: value for name, value in plain.items() if value != getattr(usual, name)}
    if setup.events:
        found["events"] = [event.model_dump(mode="json", exclude_defaults=True) for event in setup.events]
    if setup.judge != usual.judge:
        found["judge"] = asdict(setup.judge)
    if setup.own is not None:
        found["own"] = standalone(setup.own)
    if "worlds" in found:
        found["worlds"] = list(setup.worlds)
    return found


def _setup(content: Any) -> Setup:
    """The way back.

    Raises:
        InputError: where a part is of the wrong kind or names what there is not.
    """
    usual, given = Setup(), dict(content)
    judge, own, events = given.pop("judge", {}), given.pop("own", None), given.pop("events", [])
    for name, value in given.items():
        wanted = list if name == "worlds" else type(getattr(usual, name, None))
        if name not in _PLAIN or not isinstance(value, wanted):
            raise InputError(f"its record holds {shown(name)} as {shown(value)}; take the file as it was made")
    found = Setup(
        **{**given, "worlds": tuple(given.get("worlds", ()))}, events=tuple(map(Event.model_validate, events)),
        judge=Judge(**judge), own=None if own is None else Scenario.model_validate(own),
    )  # fmt: skip
    for what, named, there in (
        # A scenario is named and never a path: the record is a stranger's text.
        ("scenario", [found.scenario], {*names(), *question_names(), *frame_names()}),
        ("bill", found.bills, bills()),
        ("what if", found.worlds, of_kind("what_if")),
        ("rule of decisions", [found.rule], ("", *RULES)),
        ("measure of the lead", [found.judge.ruler], RULERS),
        ("year", [found.judge.year], YEARS),
        ("outcome", [found.counted], CLASSES),
    ):
        if wrong := [name for name in named if name not in there]:
            raise InputError(f"its record names the {what} {shown(wrong[0])}, which this Polarity does not have")
    if isinstance(found.judge.limit, str | bool) or not 0 < found.judge.limit < VAST:
        raise InputError(f"its record counts a lead of {shown(found.judge.limit)} as well ahead, which is no lead")
    return found
