"""The tables of the documentation, made from the schema, the data and the code that they describe.

`python -m sim.docs` rewrites the blocks between `<!-- generated: NAME -->` and `<!-- end -->`; `--check` only says
which files are out of date. Text outside the blocks is written by hand and left alone.
"""

from __future__ import annotations

import argparse
import ast
import csv
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import numpy as np

import scenarios
from calibration.record import TierName
from scenarios.bills import bills
from scenarios.decisions import DECISIONS
from scenarios.events import KINDS, MOST_QUARTERS, USUAL_QUARTERS
from scenarios.frames import claims, frames as texts, stored
from scenarios.glossary import terms
from scenarios.groups import GROUPS
from scenarios.kinds import KINDS as ACTOR_KINDS
from scenarios.lessons import WHEN, Step, lessons
from scenarios.levers import ACTOR, LEVERS
from scenarios.parameters import Parameter, earlier, parameters
from scenarios.partner_levers import OWN
from scenarios.quantities import Choice
from scenarios.quarters import DATA_UNTIL, FIRST, label
from scenarios.rules import MEANINGS as RULE_VALUES, WORLD, history, known_values
from scenarios.schema import Switches
from scenarios.tables import DATA, table
from scenarios.values import PROFILES, VALUES
from sim import checkout
from sim.analysis.frames import VERDICTS, span as from_to, written
from sim.docs import calibration, forecasts, frontier, history as docs_history, numbers
from sim.engine.inputs import accounts_of
from sim.engine.schedule import PHASES, Phase
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array, Streams
from sim.equations.costs import ITEMS
from sim.results import sealed
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.wording import rounded

ROOT = checkout.ROOT
FILES = ("README.md", "docs/ODD.md", "docs/parameters.md", "docs/api.md", "docs/calibration.md", "docs/history.md",
         "docs/research.md", "docs/glossary.md", "docs/teaching.md", "docs/questions.md",
         "docs/frames.md")  # fmt: skip
"""Files that hold generated blocks."""
TABLES = (
    "chips", "supply_history", "actors", "power", "spending", "china_channels", "domestic_supply", "frontier",
    "frontier_quarters", "training_runs", "imports_quarters", "stocks", "conflicts", "projections", "mechanisms",
    "turns",
)  # fmt: skip
"""Data tables that have a schema of their own, in the order in which they are listed."""
_BLOCK = re.compile(r"(<!-- generated: ([a-z_]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).replace("|", r"\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


# --- blocks ------------------------------------------------------------------------------------------------------


def actors() -> str:
    """Starting state of every actor."""
    return _table(
        ("Actor", "Kind", "Alignment", "Chips, H100e", "Share of orders", "Researchers", "AI power, MW",
         "Democratic oversight", "Chip tools"),
        (
            (f"{row.label} (`{row.actor}`)", row.kind, row.alignment_2022, f"{row.stock_2022q3_h100e:,.0f}",
             row.world_share_2025, row.researchers_2022, f"{row.ai_power_mw_2022:,.0f}", f"{row.oversight:g}",
             "yes" if row.makes_tools else "–")
            for row in table("actors")
        ),
    )  # fmt: skip


def chips() -> str:
    """The class table: representative products."""
    from sim.equations.chips import CHINESE, CLASSES, VARIANTS, catalogue

    rows, found = {row.chip_class: row for row in table("chips") if row.representative}, catalogue()
    result = []
    for k, name in enumerate(CLASSES):
        if name == "EDGE":
            product = "the designer's variant, set by the rules in force"
            result.append((name, product, *["–"] * 6, f"variant, dies of {VARIANTS[name]}"))
            continue
        role = f"variant, dies of {VARIANTS[name]}" if name in VARIANTS else "main"
        result.append((
            name, rows[name].product, _number(found.h100e[k]), _number(found.bf16[k]), _number(found.bandwidth[k]),
            _number(found.link[k]), _number(found.kw[k]), found.release_date[k],
            "made in China" if name in CHINESE else role,
        ))  # fmt: skip
    head = ("Class", "Product", "H100e (8-bit)", "BF16, of an H100", "Memory, TB/s", "Link, GB/s", "kW", "Released")
    return _table((*head, "Role"), result)


def levers() -> str:
    """All levers."""
    return _table(
        ("Lever", "Who decides", "Range", "Default", "What it is", "Output that it moves"),
        (
            (f"`{x.name}`", x.who, f"{x.low:g} to {x.high:g} {x.unit}",
             "left to the actor" if x.default == ACTOR else f"{x.default:g}", x.help, f"`{x.output}`")
            for x in LEVERS.values()
        ),
    )  # fmt: skip


def partner_levers() -> str:
    """The levers that partners have by themselves."""
    return _table(
        ("Lever", "Who has it", "Range", "Default", "What it is"),
        (
            (f"`{x.name}.ACTOR`", ", ".join(x.holders) or "every partner", f"{x.low:g} to {x.high:g} {x.unit}",
             f"{x.default:g}", x.help)
            for x in OWN.values()
        ),
    )  # fmt: skip


def reach() -> str:
    """What partners can decide by themselves, and who else feels it most."""
    from sim.analysis.reach import stored

    return _table(
        ("Lever", "At", "Felt by", "Line", "Change", "US lead, months"),
        (
            (f"`{x.lever}`", f"{x.setting:g} {x.unit}", x.felt_by, x.measure, f"{x.share:+.0%}",
             f"{x.lead_months:+.2f}")
            for x in stored()
        ),
    )  # fmt: skip


def switches() -> str:
    """Mechanisms that can be turned off."""
    fields = Switches.model_fields.items()
    return _table(
        ("Switch", "Default", "What it is"),
        ((f"`{n}`", "on" if f.default else "off", f.description) for n, f in fields),
    )


def events() -> str:
    """Kinds of dated events."""
    return _table(
        ("Event", "What it does", "Size", "Also reads"),
        (
            (f"`{name}`", kind.meaning, f"{kind.low:g} to {kind.high:g}",
             f"`quarters` (1 to {MOST_QUARTERS}, {USUAL_QUARTERS} by default)" if kind.passes
             else "`compliance` (0 to 1, 1 by default), `detection`" if kind.is_kept else "–")
            for name, kind in KINDS.items()
        ),
    )  # fmt: skip


def _spread(row: Parameter) -> tuple[str, str]:
    distribution = row.distribution
    if isinstance(distribution, Choice):
        return "–", "weights " + ", ".join(f"{x:g}" for x in distribution.weights)
    low, mid, high = distribution.interval()
    return _number(mid), f"{_number(low)} to {_number(high)}"


def parameters_short() -> str:
    """One line per parameter."""
    return _table(
        ("Parameter", "Meaning", "Unit", "Median", "5 to 95%", "Tier"),
        ((f"`{r.name}`", r.label, r.unit, *_spread(r), r.tier) for r in parameters().values()),
    )


def _links(url: str | None) -> str:
    """Addresses as links that name their host."""
    return "".join(f" [{urlsplit(address).netloc}]({address})" for address in (url or "").split())


def parameters_full() -> str:
    """Every parameter with its source."""
    return "\n".join(
        f"**`{r.name}`** · {r.label}. {r.meaning}  \n"
        f"{_spread(r)[0]} ({_spread(r)[1]}) {r.unit}; {r.kind.replace('_', ' ')}; may be set to {r.lowest:g} to "
        f"{r.highest:g}; tier {r.tier}; "
        f"Sobol column {r.dim}.  \n"
        f"Source: {r.source} ({r.as_of}).{_links(r.url)}" + (f"  \nNote: {r.note}" if r.note else "") + "\n"
        for r in parameters().values()
    )


def tiers() -> str:
    """How many parameters stand on what."""
    rows = parameters().values()
    counts = ((tier, sum(row.tier == tier for row in rows)) for tier in get_args(TierName))
    return _table(("Tier", "Parameters"), counts)


def kinds() -> str:
    """What an actor has and decides by its kind."""
    rows = (
        (f"`{name}`", kind.meaning, "–" if kind.oversight is None else kind.oversight, kind.rents)
        for name, kind in ACTOR_KINDS.items()
    )
    heads = (
        "Kind",
        "What it does",
        "Democratic oversight of an added one",
        "Share of its compute rented to China's users",
    )
    return _table(heads, rows)


def constants() -> str:
    """Fixed numbers of the code with their reasons."""
    return _table(("Number", "Value", "Where", "What it is"), numbers.fixed_numbers())


def series() -> str:
    """Recorded series with their parts and units."""
    from sim.engine.phases import record
    from sim.results.measures import MEASURES
    from sim.results.outcomes.lead import RULERS

    computed = ("gap_eci", "lead_months", "lead_months_backward")
    assert len(computed) == len(RULERS)
    by_rival = getattr(record, "BY_RIVAL", ())
    parts: dict[str, str] = {name: "–" for name in computed}
    parts |= dict.fromkeys(record.BY_ACTOR, "every actor") | {"accounts": "actor and item, section 7.17 of ODD.md"}
    parts |= dict.fromkeys(by_rival, _code(getattr(record, "RIVALS", ())))
    parts |= dict.fromkeys(record.BY_BLOC, _code(record.BLOCS))
    parts |= {name: _code(of) for name, of in record.PARTS.items()} | dict.fromkeys(record.SINGLE, "–")
    named = dict.fromkeys(parts, ("–", "–")) | MEASURES
    return _table(("Series", "What it is", "Unit", "Parts"), ((f"`{n}`", *named[n], of) for n, of in parts.items()))


def costs() -> str:
    """Accounts that are kept: who has them, how they are made, and what they rest on."""
    kept = accounts_of(table("actors"))
    holders = {item: [actor for actor, of in kept if of == item] for item in ITEMS}
    everybody = len(table("actors"))
    return _table(("Account", "What it is", "Whose", "Hurts when", "Formula", "Basis", "Tier"), (
        (f"`{name}`", item.label + (f" (part of `{item.within}`)" if item.within else ""),
         "every actor" if len(holders[name]) == everybody else _code(holders[name]),
         "less" if item.sign < 0 else "more", item.formula, item.basis, item.tier) for name, item in ITEMS.items()
    ))  # fmt: skip


def outcomes() -> str:
    """Outcomes that can be asked for beside the series of a run."""
    from sim.results.outcomes.scalar import made

    return _table(("Name", "What it is", "Unit", "Parts", "Date", "In every future"), (
        (f"`{name}`", kind.label, kind.unit, _code(kind.parts) or "–", "yes" if kind.dated else "–",
         "not always" if kind.may_not_exist else "yes") for name, kind in made().items()
    ))  # fmt: skip


def streams() -> str:
    """Named streams of random numbers that a simulation draws from."""
    from sim.engine.inputs import Inputs
    from sim.engine.noise import paths

    recorder = _Recorder(0, 0, 1, 1)
    paths(Inputs(scenarios.load(scenarios.BASELINE), 1).actors, True, recorder)
    per: dict[tuple[str, str], int] = {}
    for process, actor, kind in recorder.drawn:
        per[process, kind] = per.get((process, kind), 0) + bool(actor)
    rows = [(f"`{p}`", f"{k}, a number a quarter", "every actor" if n else "the world") for (p, k), n in per.items()]
    rows.append(("`sobol scramble`", "scramble of the Sobol points", "the ensemble"))
    return _table(("Stream", "Draws", "One for"), rows)


class _Recorder(Streams):
    """Notes which streams are asked for and draws nothing."""

    def __init__(self, seed: int, first: int, last: int, steps: int) -> None:
        super().__init__(seed, first, last, steps)
        self.drawn: list[tuple[str, str, str]] = []

    def normal(self, process: str, actor: str = "") -> Array:
        return self._note(process, actor, "standard normal")

    def uniform(self, process: str, actor: str = "") -> Array:
        return self._note(process, actor, "uniform")

    def _note(self, process: str, actor: str, kind: str) -> Array:
        self.drawn.append((process, actor, kind))
        return np.zeros((self.steps, self.last - self.first))


def data() -> str:
    """Data tables: what a row is, and how many there are."""
    rows: list[tuple[Any, ...]] = []
    for name in TABLES:
        found = table(name)
        rows.append((f"`{name}.csv`", len(found), (type(found[0]).__doc__ or "").splitlines()[0]))
    with (DATA / "supply_mix.csv").open(encoding="utf-8", newline="") as file:
        mix = sum(1 for _ in csv.DictReader(file))
    rows.append(("`supply_mix.csv`", mix, "Share of each quarter's US-designed production by chip class."))
    rows.append(("`rules.csv`", len(history()), "One dated control rule: bounds on a chip, and what follows."))
    rows.append(("`bills.csv`", len(bills()), "A pending bill as a rule: what it would close, and how far."))
    rows.append(("`parameters.csv`", len(parameters()), "One uncertain number with its distribution."))
    before = sum(map(len, earlier().values()))
    rows.append(("`earlier_priors.csv`", before, "A prior of one of them that could be written at a past date."))
    rows.append(("`glossary.csv`", len(terms()), "One term of the field."))
    plans = lessons().values()
    rows.append(("`lessons.csv`", sum(len(plan.steps) for plan in plans), "Some minutes of a lesson plan."))
    asked = max(sum(map(len, plan.questions.values())) for plan in plans)
    rows.append(("`lesson_questions.csv`", asked, "One question for a class."))
    return _table(("File in `scenarios/data/`", "Rows", "A row is"), rows)


def rules() -> str:
    """Control rules by scope, and how many of them the simulation reads."""
    found = history()
    return _table(
        ("Scope", "Rules", "First", "Last", "Of these the simulation acts on"),
        (
            (f"`{s}`", len(of), min(r.start for r in of), max(r.start for r in of),
             sum(not rule.recorded_only for rule in of))
            for s in known_values("scope") if (of := [r for r in found if r.scope == s])
        ),
    )  # fmt: skip


def schedule() -> str:
    """The phases of a quarter in their order."""
    lines = [f"{n}. **{phase.name}**: {phase.does}" for n, phase in enumerate(PHASES, start=1)]
    return "\n".join([*lines, f"{len(PHASES) + 1}. **record**: what is kept"]) + "\n"


def state() -> str:
    """What the world holds: each field with its meaning, and the phases that write and read it."""

    def phases(name: str, touched: Callable[[Phase], frozenset[str]]) -> str:
        return ", ".join(phase.name for phase in PHASES if name in touched(phase)) or "–"

    rows = [
        (f"`{name}`", kind, text, phases(name, lambda phase: phase.writes), phases(name, lambda phase: phase.reads))
        for cls, kind in ((State, "carried"), (Quarter, "one quarter")) for name, text in _field_texts(cls).items()
    ]  # fmt: skip
    return _table(("Field", "", "Shape, meaning and unit", "Written by", "Read by"), rows)


def _field_texts(cls: type) -> dict[str, str]:
    """The fields of a dataclass with the line below each."""
    tree = ast.parse(inspect.getsource(cls)).body[0]
    assert isinstance(tree, ast.ClassDef)
    pairs = zip(tree.body, [*tree.body[1:], None], strict=True)
    return {
        node.target.id: numbers.docstring_after(after) for node, after in pairs
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }  # fmt: skip


def rule_values() -> str:
    """What the lists of a control rule may hold."""
    rows = [(f"`{field}`", f"`{value}`", text) for field, of in RULE_VALUES.items() for value, text in of.items()]
    places = ", ".join(f"`{row.actor}`" for row in table("actors"))
    rows.append(("`destination`", f"{places}, or an actor that the scenario adds", "who may not have it freely"))
    for name, group in GROUPS.items():
        rows.append(("`destination`", f"`{name}`", f"{group.label}: {_code(group.members)}, each by itself"))
    rows.append(("`destination`", f"`{WORLD}`", "everybody but the country that issues the rule"))
    return _table(("Field", "Value", "What it means"), rows)


def recorded_rules() -> str:
    """Rules that are recorded and that the model does not act on, with the reason."""
    return _table(
        ("Rule", "What it is", "Why it is recorded only"),
        ((f"`{r.id}`", r.title, r.recorded_only) for r in history() if r.recorded_only),
    )


def span() -> str:
    """First quarter and last datum."""
    return f"Simulated from {label(FIRST)}; data until {DATA_UNTIL}.\n"


def library() -> str:
    """The scenarios of the library: the question each answers, and the expected results that stand beside it."""
    rows: list[tuple[Any, ...]] = []
    horizon = "the expected results"
    for name in scenarios.names():
        path = scenarios.LIBRARY / f"{name.replace(':', '-')}.expected.json"
        if not path.is_file():
            rows.append((f"`{name}`", scenarios.load(name).question, *["–"] * len(CLASSES)))
            continue
        expected = json.loads(path.read_text(encoding="utf-8"))
        horizon = f"{expected['runs']:,} runs to the end of {expected['until']}"
        shares = {outcome: expected["results"][f"share_{outcome}"] for outcome in CLASSES}
        rows.append((f"`{name}`", scenarios.load(name).question, *rounded(shares).values()))
    heads = ("Scenario", "Question", *(LABELS[outcome] for outcome in CLASSES))
    return (
        _table(heads, rows)
        + f"\nOutcomes count 100 simulated futures ({horizon}). They follow from assumptions and are not odds.\n"
    )


def questions() -> str:
    """The questions of autumn 2026 with what each does, as `polarity questions` answers them."""
    found = json.loads((scenarios.QUESTIONS / "answers.json").read_text(encoding="utf-8"))
    labels = {row.actor: row.label for row in table("actors")}
    rows = []
    for one in found:
        lead, binds = one["lead_months_2030"], one["binds"]
        source = f"[{one['source']}]({one['url']})" if one["url"] else one["source"]
        each = [(who, item, usd) for who, items in one["costs_usd_2030"].items() for item, usd in items.items()]
        who, item, usd = max(each, key=lambda row: abs(row[2]), default=("", "", 0.0))
        cost = f"{labels[who]}, {ITEMS[item].label}: {usd / 1e9:+,.1f}" if who else "–"
        held = f"{binds['words']}; without that {binds['months']:+.2f}" if binds else "–"
        said = f"{lead['mean']:+.2f} ({lead['low']:+.2f} to {lead['high']:+.2f})"
        rows.append((one["id"], one["title"], source, f"`{one['scenario']}`", said, cost, held))
    heads = (
        "",
        "Question",
        "Source",
        "Scenario",
        "Lead 2030, months",
        "Largest cost 2030, billion dollars",
        "What binds",
    )
    return _table(heads, rows).replace("-0.00", "0.00").replace("+0.00", "0.00")


def frames() -> str:
    """Other people's claims, text by text, with what the model says, as `polarity frames` answers them."""
    found = stored()
    parts = []
    for name, frame in texts().items():
        rows = []
        for claim in claims(name):
            one = found[claim.claim]
            first = one["model"][0] if one["model"] else None
            numbers = ["–"] * 4 if first is None else _frame_numbers(first)
            rows.append((claim.claim, claim.title, claim.says, claim.place, *numbers, VERDICTS[one["verdict"]]))
        heads = ("", "Claim", "What it says", "In the model", "Looked at", "Holds", "If not", "Difference", "The model")
        about = f"{frame.about} {frame.reading} [{frame.source}]({frame.url})."
        parts.append(f"### {frame.title}\n\n{about}\n\n{_table(heads, rows)}")
    return "\n".join(parts)


def _frame_numbers(said: dict[str, Any]) -> list[str]:
    """The outcome, its averages in both settings, and the difference with its interval."""
    unit, more = said["unit"], said["difference"]
    result = [said["label"], written(said["holds"]["mean"], unit)]
    if more is None:
        return [*result, "–", "–"]
    mean, interval = written(more["mean"], unit, sign=True), from_to(more["low"], more["high"], unit, sign=True)
    return [*result, written(said["fails"]["mean"], unit), f"{mean} ({interval})"]


def decisions() -> str:
    """What nations decide: levels, today's, lever."""
    return _table(
        ("Decision", "Who", "Levels weighed", "2026", "Unit", "Lever", "Meaning"),
        ((f"`{name}`", x.actor.replace("_", " ") or f"each {x.who}", ", ".join(f"{level:g}" for level in x.levels),
          f"{x.today:g}", x.unit, f"`{x.lever}`", x.meaning) for name, x in DECISIONS.items()),
    )  # fmt: skip


def profiles() -> str:
    """Named weights on the four values."""
    rows = [(f"`{name}`", *(f"{w:g}" for w in weights)) for name, weights in PROFILES.items()]
    meanings = ["what it counts", *VALUES.values()]
    return _table(("Profile", *VALUES), [*rows, meanings])


def lesson_plans() -> str:
    """Every lesson minute by minute, with the addresses that open its steps, and its questions."""
    head = ("Minutes", "The teacher says", "The teacher clicks", "The class does", "Opens")
    parts = []
    for plan in lessons().values():
        rows = [_lesson_step(step) for step in plan.steps]
        asked = [
            f"**{WHEN[when]}.**\n\n" + "".join(f"- {text}\n" for text in texts)
            for when, texts in plan.questions.items()
        ]
        parts.append(f"### {plan.minutes} minutes\n\n{_table(head, rows)}\n" + "\n".join(asked))
    return "\n".join(parts)


def _lesson_step(step: Step) -> tuple[str, ...]:
    opens = sealed.address(step)
    texts = (sealed.told(text, step.scenario) for text in (step.says, step.clicks, step.does))
    return f"{step.start} to {step.end}: {step.title}", *texts, f"`{opens}`" if opens else ""


def glossary() -> str:
    """The terms of the field with their definitions."""
    return _table(("Term", "What it means"), ((row.term, row.definition) for row in terms().values()))


BLOCKS: dict[str, Callable[[], str]] = {
    "actors": actors, "kinds": kinds, "chips": chips, "levers": levers, "partner_levers": partner_levers,
    "reach": reach, "switches": switches, "events": events,
    "tiers": tiers, "parameters": parameters_short, "parameters_full": parameters_full,
    "constants": constants, "series": series, "costs": costs, "streams": streams, "outcomes": outcomes, "data": data,
    "rules": rules, "decisions": decisions, "profiles": profiles,
    "schedule": schedule, "state": state, "rule_values": rule_values, "recorded_rules": recorded_rules,
    "span": span, "library": library, "questions": questions, "frames": frames,
    "glossary": glossary, "lessons": lesson_plans,
    **calibration.blocks(_table), **docs_history.blocks(_table),
    **frontier.blocks(_table), **forecasts.blocks(_table),
}  # fmt: skip
"""Blocks by the name that stands in their marker."""


# --- files -------------------------------------------------------------------------------------------------------


def rewritten(text: str) -> str:
    """A document with every generated block rewritten.

    Raises:
        ValueError: for a marker that names no block, or that has no end.
    """
    if text.count("<!-- generated: ") != len(_BLOCK.findall(text)):
        raise ValueError("a generated block has no end; close it with <!-- end -->")

    def block(found: re.Match[str]) -> str:
        name = found[2]
        if name not in BLOCKS:
            raise ValueError(f"no block is called {name!r}; choose from: {', '.join(sorted(BLOCKS))}")
        return f"{found[1]}\n{BLOCKS[name]()}\n{found[3]}"

    return _BLOCK.sub(block, text)


def stale(root: Path = ROOT) -> list[str]:
    """Files whose generated blocks are not those of the code."""
    return [name for name in FILES if (text := _text(root / name)) != rewritten(text)]


def write(root: Path = ROOT) -> list[str]:
    """Rewrite the blocks of all files; gives the files that changed."""
    changed = stale(root)
    for name in changed:
        (root / name).write_text(rewritten(_text(root / name)), encoding="utf-8")
    return changed


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrite the generated blocks, or check them."""
    parser = argparse.ArgumentParser(prog="python -m sim.docs", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="only name the files that are out of date")
    if parser.parse_args(arguments).check:
        found = stale()
        sys.stdout.write("".join(f"{name} is out of date; run: make docs\n" for name in found))
        return 1 if found else 0
    sys.stdout.write("".join(f"{name} rewritten\n" for name in write()))
    return 0
