"""`polarity new`: from a text to a commented scenario file."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios import BASELINE
from scenarios.errors import Fault, InputError, nearest, shown
from sim.cli import asking
from sim.cli.options import day, decision_settings, found, lever_settings

if TYPE_CHECKING:
    from scenarios.schema import Scenario

KINDS = {
    "rule": "a control rule: sales, tools, memory, renting, models, tariffs",
    "bill": "a pending bill that the record has",
    "event": "something that happens: a deal, a disruption, a breakthrough",
    "lever": "a setting of a policy: money, approvals, standards",
    "decision": "what another country decides, such as Japan on tools",
}
"""What a file can hold."""
OF: dict[str, tuple[str, ...]] = {
    "rule": ("scope", "issuer", "destination", "measure", "strength", "start", "end", "part", "price_share",
             "approval_share", "volume_cap_share", "volume_cap_units", "clients", "matched_investment", "tpp_min",
             "tpp_max", "priority", "summary"),
    "event": ("event", "date", "size", "quarters", "compliance", "detection"),
    "lever": ("lever",),
    "decision": ("decision",),
    "bill": ("bill",),
}  # fmt: skip
"""Flags by what they are about."""
ABOVE = 60
"""Priority of a rule on sales: above that of the recorded ones, which would decide otherwise."""


def _text(help: str, metavar: str) -> Any:
    return typer.Option(metavar=metavar, show_default=False, help=help)


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as bill.yaml.")],
    kind: Annotated[str | None, _text(f"What the text is: {', '.join(KINDS)}.", "KIND")] = None,
    like: Annotated[str | None, _text("Start from this scenario; current_policy by default.", "NAME|FILE")] = None,
    title: Annotated[str | None, _text("What it is called.", "TEXT")] = None,
    story: Annotated[str | None, _text("One line on what happens; by default the title.", "TEXT")] = None,
    question: Annotated[str | None, _text("The question that the file answers.", "TEXT")] = None,
    source: Annotated[str | None, _text("Where it comes from: a bill, a rule, an article.", "TEXT")] = None,
    url: Annotated[str | None, _text("Where that can be read.", "ADDRESS")] = None,
    as_of: Annotated[str | None, _text("Date of the source; by default today.", "DAY")] = None,
    bill: Annotated[str | None, _text("A pending bill; flags for rules change what it says.", "NAME")] = None,
    scope: Annotated[str | None, _text("What a rule is about, such as tools or remote_access.", "SCOPE")] = None,
    issuer: Annotated[str | None, _text("Whose rule: us (default), china, or any partner.", "ISSUER")] = None,
    destination: Annotated[str | None, _text("Whom or where it hits; china by default.", "ACTOR")] = None,
    measure: Annotated[str | None, _text("deny (default), license, free or proposed.", "MEASURE")] = None,
    strength: Annotated[float | None, _text("How far it reaches, 0 to 1.", "SHARE")] = None,
    start: Annotated[str | None, _text("When a rule begins: a day or a quarter.", "WHEN")] = None,
    end: Annotated[str | None, _text("When it ends: a day or a quarter.", "WHEN")] = None,
    part: Annotated[str | None, _text("Of chip tools: lithography, parts or service.", "PART")] = None,
    price_share: Annotated[float | None, _text("A tariff or revenue share, 0 to 1.", "SHARE")] = None,
    approval_share: Annotated[float | None, _text("Share of orders that is licensed, 0 to 1.", "SHARE")] = None,
    volume_cap_share: Annotated[float | None, _text("A cap, as a share of sales elsewhere, 0 to 1.", "SHARE")] = None,
    volume_cap_units: Annotated[float | None, _text("A cap in chips a quarter for each buyer.", "CHIPS")] = None,
    clients: Annotated[float | None, _text("Firms that may have that many each.", "FIRMS")] = None,
    matched_investment: Annotated[
        float | None, _text("Dollars to invest in the US per dollar of chips.", "DOLLARS")
    ] = None,
    tpp_min: Annotated[float | None, _text("It covers chips from this TPP on.", "TPP")] = None,
    tpp_max: Annotated[float | None, _text("It covers chips below this TPP.", "TPP")] = None,
    priority: Annotated[float | None, _text("Of rules on sales that cover a chip the highest decides.", "N")] = None,
    summary: Annotated[str | None, _text("What a rule says, in a sentence; by default the story.", "TEXT")] = None,
    event: Annotated[str | None, _text("A kind of event, such as agreement.", "KIND")] = None,
    date: Annotated[str | None, _text("Quarter of an event, such as 2028-Q1.", "QUARTER")] = None,
    size: Annotated[float | None, _text("Size of an event, in the unit of its kind.", "N")] = None,
    quarters: Annotated[int | None, _text("How long an event lasts, for a kind that ends.", "N")] = None,
    compliance: Annotated[float | None, _text("How well an agreement is kept, 0 to 1.", "SHARE")] = None,
    detection: Annotated[float | None, _text("Chance a year that cheating on it is found, 0 to 1.", "SHARE")] = None,
    lever: Annotated[
        list[str] | None, _text("A lever: a number, `actor` or a path. May be repeated.", "NAME=VALUE")
    ] = None,
    decision: Annotated[
        list[str] | None, _text("What a country decides, as japan.alignment=0.5. May be repeated.", "ACTOR.NAME=VALUE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a commented scenario file from a bill, rule, event, lever or decision; ask where flags are missing."""
    given = {name: value for name, value in locals().items() if name not in ("file", "force") and value is not None}
    from sim.inert import without_effect

    _check_place(file, force)
    given = _complete(given)
    content = _content(file, given)
    spec = _checked(file, content)
    idle = without_effect(spec)
    _write(file, _written(spec, content, idle), force)
    _report(file, spec, idle, given.get("like"))


# ------------------------------------------------------------------------------------------------------ the file
def _check_place(file: Path, force: bool) -> None:
    """Refuse a place where nothing can be written before anything is asked."""
    if file.suffix not in (".yaml", ".yml"):
        raise InputError(f"{file}: a scenario file ends in .yaml, such as {file.with_suffix('.yaml').name}")
    if file.is_dir() or not file.parent.is_dir():
        raise InputError(f"{file}: {'is a directory' if file.is_dir() else f'there is no folder {file.parent}'}")
    if file.exists() and not force:
        raise InputError(f"{file}: is there already; give another name, or --force to overwrite it")


def _write(file: Path, text: str, force: bool) -> None:
    """The whole file or nothing; a file that has come to be there since is kept too."""
    work = file.with_name(f".{file.name}.tmp")
    try:
        work.write_text(text, encoding="utf-8")
        if not force and file.exists():
            raise InputError(f"{file}: is there already; give another name, or --force to overwrite it")
        work.replace(file)
    finally:
        work.unlink(missing_ok=True)


def _written(spec: Scenario, content: Mapping[str, Any], idle: Sequence[str]) -> str:
    from scenarios.drafts import written

    head = [f"{spec.title}: a difference from {content['like']}. Comments say what each field means."]
    return written(content, [*head, *(f"Note: {said}" for said in idle)])


def _report(file: Path, spec: Scenario, idle: Sequence[str], like: str | None) -> None:
    """Say what was written and what to do next."""
    from scenarios import load
    from sim.cli.text import check as text
    from sim.cli.text.contents import sets

    text.new(str(file), spec, sets(spec, load(BASELINE)), idle)
    first = like or BASELINE
    for words in (("check", str(file)), ("compare", first, str(file))):
        print(f"  polarity {shlex.join(words)}")


# --------------------------------------------------------------------------------------------------- what is given
def _complete(given: dict[str, Any]) -> dict[str, Any]:
    """What is given with what is asked for; refused where nobody can be asked."""
    kind = given.get("kind")
    if kind is not None and kind not in KINDS:
        raise InputError(f"--kind: unknown kind {shown(kind)}; {nearest(kind, KINDS)}")
    if _missing(given) and asking.somebody():
        return _asked(given)
    if missing := _missing(given):
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise InputError(f"new: missing {flags}; give them, or run it in a terminal, where it asks")
    return given


def _kinds(given: Mapping[str, Any]) -> list[str]:
    """What the file is to hold: what is named, and what flags are about; a bill is a rule already."""
    kinds = [name for name in KINDS if name == given.get("kind") or any(flag in given for flag in OF[name])]
    return [name for name in kinds if not (name == "rule" and "bill" in kinds)]


def _missing(given: Mapping[str, Any]) -> list[str]:
    """Flags without which there is no file."""
    from scenarios.rules import needed

    kinds = _kinds(given)
    wanted = ["kind"] if not kinds else []
    wanted += [] if kinds == ["bill"] else ["title", "source"]
    for kind in kinds:
        wanted += {"rule": ["scope"], "event": ["event", "date", "size"]}.get(kind, [kind])
    if "rule" in kinds and "scope" in given:
        wanted += ["issuer"] if _issuer(given) == "" else []
        wanted += needed(given.get("issuer", _issuer(given)), given["scope"])
    return [name for name in wanted if name not in given]


def _issuer(given: Mapping[str, Any]) -> str:
    """Who makes rules of a scope where nobody says who; empty where only partners do and one must be named."""
    from scenarios.rules import OF_PARTNERS, needed

    scope = given.get("scope")
    if scope in OF_PARTNERS and not needed("us", scope):
        return ""
    return "china" if scope == "import_permission" else "us"


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """What is given and what a person answers, one question at a time."""
    result = dict(given)
    while missing := _missing(result):
        name = missing[0]
        result[name] = asking.ask(name, result, KINDS)
    for name in asking.offered(_kinds(result), result):
        answer = asking.ask(name, result, KINDS)
        if answer != "":
            result[name] = answer
    return result


# --------------------------------------------------------------------------------------------------------- content
def _content(file: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the file."""
    import datetime as dt

    import scenarios

    name = scenarios.name_of(str(file))
    if any(name == taken.partition(":")[0] for taken in scenarios.names()):
        name = f"my_{name}"
    as_of = given.get("as_of", dt.date.today().isoformat())
    rules = _rules(name, given, as_of)
    first = rules[0] if rules else {}
    title = given.get("title", first.get("title", ""))
    address = given.get("url") or str(first.get("url", "")).partition(" ")[0]
    source = {"title": given.get("source", first.get("source", "")), "date": first.get("as_of", as_of)}
    content: dict[str, Any] = {
        "like": _start(file, given), "name": name, "title": title,
        "story": given.get("story", given.get("summary", str(first.get("summary", title))[:160])),
        "question": given.get("question", f"What changes with “{title}”?"),
        "sources": [source | ({"url": address} if address else {})],
    }  # fmt: skip
    if "lever" in given:
        content["levers"] = lever_settings(given["lever"], "--lever")
    if "decision" in given:
        content["decisions"] = decision_settings(given["decision"])
    if "event" in given:
        fields = {"kind": given["event"]} | {f: given[f] for f in OF["event"][1:] if f in given}
        content["events"] = [*_kept(given, "events"), fields]
    if rules:
        content["rules"] = [*_kept(given, "rules"), *rules]
    return content


def _start(file: Path, given: Mapping[str, Any]) -> str:
    """What the file is like; another file as seen from its folder."""
    like = str(given.get("like", BASELINE))
    return os.path.relpath(like, file.parent) if like.endswith((".yaml", ".yml")) else like


def _kept(given: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
    """Events or rules of the scenario that the file is like: a list takes the place of its list, so it is repeated."""
    from scenarios.files import standalone

    try:
        return list(standalone(found(given["like"])).get(part, [])) if "like" in given else []
    except InputError as error:
        raise InputError(f"--like: {error}") from error


def _rules(name: str, given: Mapping[str, Any], as_of: str) -> list[dict[str, Any]]:
    """The rule, or what a bill becomes with the flags laid over it."""
    from scenarios.rules import Rule, history

    kinds = _kinds(given)
    own = {field: given[field] for field in OF["rule"] if field in given}
    own |= {edge: day(own[edge], f"--{edge}") for edge in ("start", "end") if edge in own}
    if "bill" in kinds:
        of_bill = _of_bill(given["bill"])
        about = {f: given[f] for f in ("title", "source", "url", "as_of") if f in given}
        return [{**of_bill, **own, **about}]
    if "rule" not in kinds:
        return []
    scope = given["scope"]
    usual = {
        "id": f"my_{name}" if any(name == rule.id for rule in history()) else name,
        "title": given["title"], "summary": given.get("summary", given.get("story", given["title"])),
        "start": _usual_start(), "issuer": _issuer(given), "scope": scope,
        "destination": _usual_destination(scope, given.get("issuer", _issuer(given))), "measure": "deny",
    }  # fmt: skip
    usual |= {"priority": ABOVE} if scope == "sale" else {}
    source = {"source": given["source"], "as_of": as_of, "tier": "judgment"}
    source |= {"url": given["url"]} if given.get("url") else {}
    fields = {**usual, **own, **source}
    order = ["id", "title", "summary", *(f for f in Rule.model_fields if f in fields and f not in source)]
    return [{field: fields[field] for field in dict.fromkeys([*order, *source])}]


def _usual_destination(scope: str, issuer: str) -> str:
    """Whom a rule of a scope is about where nobody says whom: China, or the issuer's own users and buyers."""
    from scenarios.rules import issuers

    return issuers().get(issuer, issuer) if scope in ("tariff", "home_models") else "china"


def _of_bill(name: str) -> dict[str, Any]:
    """The fields of the rule that a bill becomes, the words first."""
    from scenarios.bills import USUAL, bills

    if name not in bills():
        raise InputError(f"--bill: unknown bill {shown(name)}; {nearest(name, bills())}")
    fields = bills()[name].rule(USUAL).model_dump(mode="json")
    kept = {key: value for key, value in fields.items() if value not in (None, "", 0.0)}
    last = ("source", "url", "as_of", "tier", "note")
    first = [key for key in ("id", "title", "summary", *kept) if key not in last]
    return {key: kept[key] for key in dict.fromkeys([*first, *last]) if key in kept}


def _usual_start() -> str:
    """The day on which a bill takes effect where nobody says another."""
    from scenarios.bills import USUAL
    from scenarios.quarters import number, start_date

    return start_date(number(USUAL))


# ---------------------------------------------------------------------------------------------------------- faults
def _checked(file: Path, content: Mapping[str, Any]) -> Scenario:
    """The scenario of the file; what is wrong is told by the flag that said it."""
    import yaml

    import scenarios

    try:
        return scenarios.parse(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), str(file))
    except InputError as error:
        told = dict.fromkeys(map(_by_flag, error.faults))
        raise InputError("; ".join(told)) from error


_FLAGS = {
    ("events", "kind"): "event", ("sources", "title"): "source", ("sources", "date"): "as-of",
}  # fmt: skip


def _by_flag(fault: Fault) -> str:
    """A fault with its flag in front, in place of its place in the file."""
    first, *rest = fault.place.split(".")
    flag = {"levers": "lever", "decisions": f"decision {'.'.join(rest)}"}.get(first) or (
        _FLAGS.get((first, rest[-1]), rest[-1].replace("_", "-")) if rest else first
    )
    text = re.sub(r"^\w+(\.\w+)*: ", "", fault.text) if rest else fault.text.removeprefix(f"{first}: ")
    return f"--{flag}: {text}"
