"""Questions that `polarity new` asks in a terminal where flags are missing: each with what is valid."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from scenarios.errors import InputError, as_number, from_validation, nearest, one_line, shown
from sim.cli.options import day, decision_settings, lever_settings

if TYPE_CHECKING:
    from pydantic import BaseModel


def somebody() -> bool:
    """Whether there is a person at a terminal who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(name: str, given: Mapping[str, Any], kinds: Mapping[str, str]) -> Any:
    """The value of a flag, from a person: asked again until it is valid.

    Args:
        name: the flag.
        given: what is known already.
        kinds: what a file can hold, with the meaning of each.

    Raises:
        KeyboardInterrupt: where the person goes away.
    """
    text, choices, read, usual = _question(name, given, kinds)
    for choice, meaning in choices.items():
        print(f"  {choice:<22} {meaning}")
    while True:
        try:
            answer = typer.prompt(text, default=usual, show_default=bool(usual))
        except typer.Abort as error:
            raise KeyboardInterrupt from error
        try:
            return read(str(answer))
        except InputError as error:
            print(f"  {error}")


def offered(kinds: Iterable[str], given: Mapping[str, Any]) -> list[str]:
    """Flags that may stay as they are usually, but are worth a question."""
    more = ["url"] if kinds != ["bill"] else []
    if "rule" in kinds:
        more += ["destination"] if given["scope"] in ("sale", "remote_access") else []
        more += ["start"]
    return [name for name in more if name not in given]


_Read = Callable[[str], Any]


def _question(
    name: str, given: Mapping[str, Any], kinds: Mapping[str, str]
) -> tuple[str, Mapping[str, str], _Read, str | None]:
    """What is asked, what can be chosen, how the answer is read, and the usual answer."""
    from scenarios.bills import USUAL, bills
    from scenarios.events import KINDS
    from scenarios.rules import MEANINGS

    if name == "kind":
        return "What is it", kinds, partial(_among, kinds), None
    if name == "scope":
        return "What is the rule about", MEANINGS["scope"], partial(_among, MEANINGS["scope"]), None
    if name == "issuer":
        return "Who issues it", MEANINGS["issuer"], partial(_among, MEANINGS["issuer"]), None
    if name == "bill":
        titles = {key: bill.title for key, bill in bills().items()}
        return "Which bill", titles, partial(_among, titles), None
    if name == "event":
        meanings = {key: kind.meaning for key, kind in KINDS.items()}
        return "Which event", meanings, partial(_among, meanings), None
    if name == "size":
        kind = KINDS[given["event"]]
        return f"Its size ({kind.low:g} to {kind.high:g})", {}, partial(_number, kind.low, kind.high), None
    if name in ("strength", "price_share"):
        about = f"{name}, 0 to 1: {MEANINGS['scope'][given['scope']]}"
        return about, {}, partial(_number, 0, 1), None
    if name == "date":
        return "In which quarter", {}, _quarter, USUAL
    if name == "start":
        return "From when on (a day or a quarter)", {}, _when, USUAL
    if name == "destination":
        return "Whom or where it hits", {}, _actor, "china"
    if name == "lever":
        return "Which lever and value (NAME=VALUE)", _levers(), _lever, None
    if name == "decision":
        return "Which decision (ACTOR.NAME=VALUE)", _decisions(), _decision, None
    wording = {"title": "What is it called", "source": "Where does it come from", "url": "Its address (may stay empty)"}
    return wording[name], {}, partial(_text, name), "" if name == "url" else None


def _levers() -> dict[str, str]:
    from scenarios.levers import LEVERS
    from scenarios.partner_levers import OWN

    found = {name: f"{x.label}, {x.low:g} to {x.high:g} {x.unit}" for name, x in LEVERS.items()}
    return found | {f"{name}.ACTOR": f"{x.label}, {x.low:g} to {x.high:g} {x.unit}" for name, x in OWN.items()}


def _decisions() -> dict[str, str]:
    from scenarios.decisions import DECISIONS
    from scenarios.groups import kinds

    kind = kinds()
    return {
        name: f"{x.meaning}; of {', '.join(actor for actor in kind if x.actor in ('', actor) and kind[actor] == x.who)}"
        for name, x in DECISIONS.items()
    }


def _among(choices: Mapping[str, Any], answer: str) -> str:
    if answer not in choices:
        raise InputError(f"{shown(answer)}: {nearest(answer, choices)}")
    return answer


def _number(low: float, high: float, answer: str) -> float:
    found = as_number(answer)
    if found is None or not low <= found <= high:
        raise InputError(f"{shown(answer)}: give a number from {low:g} to {high:g}")
    return found


def _quarter(answer: str) -> str:
    from scenarios.quarters import FIRST, label, number

    try:
        if number(answer) < FIRST:
            raise InputError(f"{answer} is before the first simulated quarter; give {label(FIRST)} or later")
    except ValueError as error:
        raise InputError(str(error)) from error
    return answer


def _when(answer: str) -> str:
    from scenarios.rules import Rule

    return _of_model(Rule, "start", day(answer, "start"))


def _actor(answer: str) -> str:
    from scenarios.groups import kinds
    from scenarios.rules import WORLD

    return _among({**kinds(), WORLD: ""}, answer)


def _lever(answer: str) -> list[str]:
    from scenarios.schema import lever_problem

    for name, setting in lever_settings([answer], "lever").items():
        if problem := lever_problem(name, setting):
            raise InputError(problem)
    return [answer]


def _decision(answer: str) -> list[str]:
    from scenarios.decisions import problems
    from scenarios.groups import kinds

    for _, problem in problems(decision_settings([answer], "decision"), kinds(), None):
        raise InputError(problem)
    return [answer]


def _text(name: str, answer: str) -> str:
    """A title, a source or an address, as the models want it."""
    from scenarios.rules import Rule
    from scenarios.schema import Scenario, Source

    line = one_line(answer)
    if name == "title":
        return _of_model(Scenario, "title", line)
    if name == "source":
        return _of_model(Rule, "source", _of_model(Source, "title", line))
    return _of_model(Rule, "url", line) if line else ""


def _of_model(model: type[BaseModel], name: str, answer: str) -> str:
    """A value of a field of a model.

    Raises:
        InputError: for one that it cannot have.
    """
    from pydantic import TypeAdapter, ValidationError

    field: Any = model.model_fields[name].rebuild_annotation()
    try:
        TypeAdapter(field).validate_python(answer)
    except ValidationError as error:
        raise from_validation(error) from error
    return answer
