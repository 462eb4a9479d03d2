"""A claim of a text, the claims of the essay of January 2025, and what the tables recorded since.

The claims are told in our own words. Every number comes from a simulation or from a table with its source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup

from scenarios import BASELINE, load
from scenarios.parameters import parameters
from scenarios.rules import history
from scenarios.schema import Scenario
from scenarios.tables import table
from sim.hindcast.kept import kept
from sim.results.outcomes.lead import PACE
from sim.ui.shared import quantity, sources, wording

ESSAY = "2025-01-29"
"""The date of the essay."""
SWITCHED_ON = "2026-Q4"
"""The quarter in which changes of a claim's variants begin: the first after the data."""
_ECI_OF_2026 = {"remote_work_eci": {"kind": "normal", "mean": 164, "sd": 6}}
"""The essay's date as a named prior, as in scenarios/library/essay_2025.yaml."""


@dataclass(frozen=True)
class Column:
    """What is asked of every variant: an outcome, how futures are summed up, and its head with year and unit."""

    head: str
    ask: str
    how: str = "median"
    """`median`, `mean`, `share` (futures in 100), `class:NAME` or `crossing:NAME` (of shares that add up to 100)."""
    scale: float = 1.0
    form: str = ".1f"


LEAD = Column("Median US lead, end of 2032, months", "lead_months@2032", form="+.1f")
AHEAD = Column("US well ahead, end of 2032, of 100 futures", "outcome@2032", "class:us_ahead")
TWO = Column("Two-power race, end of 2032, of 100 futures", "outcome@2032", "class:two_power")
CHINA_AHEAD = Column("China well ahead, end of 2032, of 100 futures", "outcome@2032", "class:china_ahead")
COMPUTE = Column("Compute that China uses, end of 2030, million H100e", "china_compute.used@2030", scale=1e-6)
_ENDS = (LEAD, AHEAD, TWO, CHINA_AHEAD)


@dataclass(frozen=True)
class Variant:
    """A setting: a scenario of the library and the changes made to it."""

    label: str
    scenario: str = BASELINE
    levers: dict[str, float] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> Scenario:
        """The scenario with the changes."""
        start = load(self.scenario)
        if not (self.levers or self.more):
            return start
        return start.with_changes(levers={**start.levers, **self.levers}, **self.more)


@dataclass(frozen=True)
class Pair:
    """A lever that is set one way and the other, alone: opened or weak first, closed or strong second."""

    label: str
    low: dict[str, float]
    high: dict[str, float]
    low_label: str
    high_label: str


@dataclass(frozen=True)
class Claim:
    """One claim: what it says, where it stands in the model, and the variants that test it."""

    id: str
    title: str
    says: str
    place: str
    columns: tuple[Column, ...] = _ENDS
    holds: Variant = Variant("Current policy")
    fails: Variant = Variant("Current policy")
    others: tuple[Variant, ...] = ()
    pairs: tuple[Pair, ...] = ()
    ways: tuple[str, str] = ("Weaker for the US", "Stronger for the US")
    """Heads of the two settings of a pair."""
    extra: tuple[str, ...] = ()
    """Further tables, each made by a function of its own in sim/ui/teach/claims_panel.py."""
    note: str = ""
    recorded: str = ""
    """The records shown beside it, by their name among `RECORDS`."""
    frame: str = ""
    """The text of scenarios/frames that it is of; empty for the essay."""


def _event(kind: str, date_: str, size: float) -> dict[str, Any]:
    return {"events": ({"kind": kind, "date": date_, "size": size},)}


_LOOPHOLES = (
    Pair("Enforcement", {"enforcement": 0}, {"enforcement": 6}, "none", "6 × the 2026 budget"),
    Pair("Transit hubs", {"hub_policing": 0}, {"hub_policing": 90}, "policing 0%", "policing 90%"),
    Pair("Location checks", {"location_verification": 0}, {"location_verification": 100}, "on none", "on all chips"),
    Pair("Cloud access rule", {"cloud_rule": 0}, {"cloud_rule": 100}, "nothing blocked", "all blocked"),
    Pair("Memory", {"hbm_controls": 0}, {"hbm_controls": 100}, "no controls", "full controls"),
    Pair("Chip tools", {"tool_controls": 0}, {"tool_controls": 100}, "no controls", "full controls"),
    Pair("Licenses for variants",
         {"licence_tpp": 30, "licence_approval": 90, "licence_quota": 100, "import_permission": 90},
         {"licence_approval": 0}, "half a Blackwell in volume", "no license"),
)  # fmt: skip
_RIVALS = (
    _LOOPHOLES[0],
    Pair("Chinese chip industry subsidies", {"chip_push": 100}, {"chip_push": 0}, "100%", "0%"),
    Pair("Openness of US research", {"openness": 100}, {"openness": 0}, "100%", "0%"),
    Pair("Chinese compute in the largest run", {"china_concentration": 3}, {"china_concentration": 0.4},
         "3 × today's share", "0.4 × today's share"),
    Pair("US compute in the largest run", {"us_concentration": 0.4}, {"us_concentration": 3},
         "0.4 × today's share", "3 × today's share"),
    Pair("US data-center power", {"us_power": 50}, {"us_power": 200}, "half the trend", "twice the trend"),
)  # fmt: skip


CLAIMS: dict[str, Claim] = {claim.id: claim for claim in (
    Claim("C1", "Scale buys capability, at a steeply rising price",
          "Models improve smoothly as training grows; each further step costs about ten times as much.",
          "The scaling law (points on the capability index per tenfold effective compute) and, as an output, the cost "
          "of the largest run. If the claim fails, tenfold compute adds half as much from 2027 on.",
          (Column("US index, end of 2032, points", "capability.united_states@2032", form=".0f"),
           Column("China's index, end of 2032, points", "capability.china@2032", form=".0f"), LEAD, AHEAD),
          Variant("Scale keeps paying"), Variant("It pays half as much from 2027",
                                                   more=_event("scaling_slowdown", "2027-Q1", 0.5)), extra=("cost",),
          recorded="runs"),
    Claim("C2", "Better methods shift the curve",
          "Innovations act like more compute: often a little more, sometimes twice as much, rarely ten times; together "
          "about four times a year, against an older estimate of 1.7 times.",
          "Growth of algorithmic efficiency is an uncertain input; efficiency shocks are dated events.",
          (Column("US index, end of 2032, points", "capability.united_states@2032", form=".0f"), *_ENDS[:3]),
          Variant("Methods gain 4-fold a year", more={"parameters": {"algorithm_growth": 0.602}}),
          Variant("Methods gain 1.7-fold a year", more={"parameters": {"algorithm_growth": 0.225}}),
          (Variant("A Chinese lab gains 1.2-fold in 2028", more=_event("efficiency_shock", "2028-Q1", 0.08)),
           Variant("A Chinese lab gains 2-fold in 2028", more=_event("efficiency_shock", "2028-Q1", 0.3)),
           Variant("A Chinese lab gains 10-fold in 2028", more=_event("efficiency_shock", "2028-Q1", 1.0))),
          note="Growth holds for the US research effort of early 2024.", recorded="methods"),
    Claim("C3", "Labs spend again what efficiency saves",
          "When training gets cheaper, labs do not spend less; they buy more of it.",
          "A switch: labs spend part of the AI revenue above that of the last recorded quarter on chips, or none.",
          (Column("US spending on chips, 2030, billion $ a year", "spending.united_states@2030", scale=1e-9,
                  form=",.0f"),
           Column("China's spending on chips, 2030, billion $ a year", "spending.china@2030", scale=1e-9, form=",.0f"),
           LEAD, AHEAD),
          Variant("Revenue is reinvested"),
          Variant("Revenue is not reinvested", more={"switches": {"reinvestment": False}}), recorded="spent"),
    Claim("C4", "Reasoning is a second way to scale, cheap at first",
          "Since 2024, reinforcement learning on tasks with checkable answers adds to scale. While it is cheap, "
          "several labs can follow closely; later its cost rises and the gaps widen.",
          "One source of capability is reinforcement learning, which levels off as its compute grows; an event lowers "
          "that ceiling.",
          (Column("US gain from it, end of 2026, points", "terms_us.reinforcement_learning@2026"),
           Column("China's gain, end of 2026, points", "terms_china.reinforcement_learning@2026"),
           Column("US gain, end of 2030, points", "terms_us.reinforcement_learning@2030"),
           Column("China's gain, end of 2030, points", "terms_china.reinforcement_learning@2030"), LEAD, AHEAD),
          Variant("It keeps adding"), Variant("Its ceiling falls by 90% in late 2026",
                                               more=_event("rl_ceiling", SWITCHED_ON, 0.9)), recorded="lag"),
    Claim("C5", "DeepSeek was on the trend, not off it",
          "DeepSeek-V3 came close to US models seven to ten months older, at a cost in line with the usual fall in "
          "costs. Engineering, synthetic data and learning from other models explain it.",
          "Follower efficiency, an uncertain input, consists of engineering, synthetic data and distillation. On the "
          "trend, it saves a factor of 2.6 in compute by 2026 (2.2 to 3.2 in the table of parameters); far off it, a "
          "factor of 40, the upper end of our range.",
          (Column("China's index, end of 2026, points", "capability.china@2026", form=".0f"), *_ENDS[:3]),
          Variant("On the trend (2.6 times)", more={"parameters": {"follower_efficiency": 0.42}}),
          Variant("Far off it (40 times)", more={"parameters": {"follower_efficiency": 1.6}}),
          (Variant("No distillation from late 2026", levers={"distillation_limits": 100}),), extra=("followers",),
          note="This parameter is fixed; all others are drawn as usual.", recorded="deepseek"),
    Claim("C6", "The chips were a mix, so controls work",
          "Of the 50,000 Hopper chips that DeepSeek reportedly had, some were banned, some had once been legal and "
          "some still were: a sign that controls work and that governments close gaps one by one.",
          "The model applies rules to chip specifications and includes legal variants designed to just pass, and "
          "smuggling. If controls do not work, removing them changes little.",
          (Column("Legal imports, 2028, thousand H100e", "flows_china.legal@2028", scale=1e-3, form=",.0f"),
           Column("Made in China, 2028, thousand H100e", "flows_china.domestic@2028", scale=1e-3, form=",.0f"),
           Column("Smuggled, 2028, thousand H100e", "flows_china.diverted@2028", scale=1e-3, form=",.0f"),
           COMPUTE, LEAD),
          Variant("Controls as they stand"), Variant("Open trade", scenario="open_trade"), extra=("channels",),
          recorded="channels"),
    Claim("C7", "Millions of chips, tens of billions, in 2026-27",
          "AI better than nearly all people at nearly everything takes millions of chips and tens of billions of "
          "dollars, and most likely arrives in 2026 or 2027.",
          "The capability at which AI does most remote work is an uncertain input; the year each side reaches it, the "
          "year of a million chips and the cost of a run are outputs. The essay's date is one prior among several.",
          (Column("US bloc has AI for most remote work, end of 2027, of 100 futures", "crossed.us_bloc@2027", "share"),
           Column("China has it, end of 2027, of 100 futures", "crossed.china@2027", "share"),
           Column("Median year, US bloc", "crossing_year.us_bloc"),
           Column("Median year, China", "crossing_year.china"),
           Column("US reaches a million chips, median year", "million_chips_year.united_states"),
           Column("China reaches a million chips, median year", "million_chips_year.china"),
           Column("Cost of the largest US run, end of 2027, $ bn", "training_cost.united_states@2027", scale=1e-9)),
          Variant("The essay's date", more={"parameters": _ECI_OF_2026}), Variant("Our wider prior"),
          note="A million frontier-grade chips in use in a whole country, not in one training run.",
          recorded="crossing"),
    Claim("C8", "When such AI arrives: one power, or two",
          "When such AI arrives, either only the US and its allies have it, at least for a time, or China has it too.",
          "The outcome at the moment when the first bloc has AI that does most remote work. Here the claim holds if "
          "controls are enforced from 2025 on and fails if they leak.",
          tuple(Column(f"{name}, of 100 futures", f"at_crossing.{key}", f"crossing:{key}") for key, name in (
              ("us_ahead", "US well ahead then"), ("two_power", "Two-power race then"),
              ("several", "Several powers"), ("china_ahead", "China well ahead"),
              ("not_reached", "Not before 2033"))),
          Variant("Seen from January 2025, enforced", scenario="essay_2025:enforced"),
          Variant("Seen from January 2025, leaky", scenario="essay_2025:leaky"),
          (Variant("Current policy, as of 2026"),),
          note="The first two use no data after March 2025.", recorded="gaps"),
    Claim("C9", "A lead may last, because AI helps to make AI",
          "Whoever is first could stay first: AI that speeds up AI research turns a temporary lead into a lasting one.",
          "A switch: AI multiplies research labor, or does not.",
          (Column("Median US lead, end of 2028, months", "lead_months@2028", form="+.1f"), LEAD, AHEAD, TWO),
          Variant("AI speeds up AI research"),
          Variant("AI does not speed it up", more={"switches": {"research_feedback": False}}),
          (Variant("Faster feedback", scenario="fast_feedback"),), extra=("lasting", "after"),
          note="When an early lead becomes a lasting one is the question of RAND's report RRA4444-1 (Sytsma, Decisive "
               "Economic Advantage, February 2026), which answers it with an economic model of its own.",
          recorded="uplift"),
    Claim("C10", "In a two-power world China could turn more AI to military use",
          "With equally good AI, China could put more people, money and industry into military uses.",
          "Not modeled: Polarity has no armed forces. It has shares of compute, and indices with a stated formula.",
          (), extra=("bipolar",)),
    Claim("C11", "Enforced controls are decisive",
          "Only well-enforced controls keep China from millions of chips, so they matter most for one power or two.",
          "The table moves each policy lever alone, starting from current policy, and compares how far the lead moves.",
          (), pairs=_RIVALS, others=(Variant("All controls tight", scenario="tight_controls"),
                                     Variant("Open trade", scenario="open_trade")), recorded="channels"),
    Claim("C12", "Loopholes decide whether controls work",
          "Smuggling, cloud access, subsidiaries and memory decide what controls are worth; states can close these "
          "gaps together.",
          "The table opens and closes each loophole alone, starting from current policy.",
          (), pairs=_LOOPHOLES, ways=("Opened", "Closed"),
          others=(Variant("All closed, with allies", scenario="allied_coordination"),
                                        Variant("All eroding", scenario="controls_erode")), recorded="since"),
    Claim("C13", "Misuse and haste are risks, and the leader sets the norms",
          "Governments without oversight can turn AI on people, and haste is a danger of its own; democratic oversight "
          "depends on who leads.",
          "Five governance indices, each with a stated formula; they are not estimates of harm.",
          tuple(Column(f"{name}, end of 2030, %", f"governance.{key}@2030", "mean") for key, name in (
              ("safety_effort", "Compute spent on safety"), ("accident_hazard", "Accident hazard a year"),
              ("misuse_exposure", "Exposure to misuse"), ("democratic_share", "Compute under democratic oversight"),
              ("norm_share", "Served by the US bloc"))),
          Variant("Tight controls", scenario="tight_controls"), Variant("Chinese surge", scenario="china_surge"),
          (Variant("Current policy"), Variant("Verified agreement", scenario="verified_agreement"))),
)}  # fmt: skip
"""The thirteen claims of research/essay.md, by the name that stands in the address."""
NOTHING = "Nothing in the project's tables decides this yet."


# ------------------------------------------------------------------------------------------- what happened since
Fact = tuple[str, str]
"""A sentence from a table, and its source."""


def facts(claim: Claim) -> list[Fact]:
    """What the project's tables have recorded about a claim; empty where they have nothing."""
    made = RECORDS.get(claim.recorded)
    return made() if made else []


def _source(row: Any) -> Markup:
    return Markup("{} ({}, {})").format(sources.cited(row.source, row.url), row.as_of, row.tier)


def _runs() -> list[Fact]:
    rows = sorted((row for row in table("training_runs") if row.actor == "united_states" and row.record == "yes"),
                  key=lambda row: row.date)  # fmt: skip
    first, last = next(row for row in rows if row.date >= "2023"), rows[-1]
    text = (
        f"The largest recorded US run went from {quantity.amount(first.flop, 'FLOP')} ({first.model}, {first.date}) to "
        f"{quantity.amount(last.flop, 'FLOP')} ({last.model}, {last.date})."
    )
    return [(text, _source(last)), *_blind("us_slope")]


def _methods() -> list[Fact]:
    row = parameters()["algorithm_growth"]
    text = (
        f"We draw it around {quantity.factor(row.a)}-fold a year ({quantity.factor(row.b or 0)} to "
        f"{quantity.factor(row.c or 0)} in nine of ten draws, before the record weighs in), between both figures."
    )
    return [(text, _source(row))]


def _spent() -> list[Fact]:
    found: list[Fact] = []
    for actor, name in (("united_states", "Five large US firms"), ("china", "China")):
        rows = {row.year: row for row in table("spending") if row.actor == actor}
        old, new = rows[2024], rows[2026]
        text = (
            f"{name}: capital spending went from ${old.ai_capex_usd_bn:g} billion in 2024 to ${new.ai_capex_usd_bn:g} "
            f"billion in 2026, chips from ${old.chip_spend_usd_bn:g} to ${new.chip_spend_usd_bn:g} billion."
        )
        found.append((text, _source(new)))
    return found


def _gap_at(quarter: str) -> float:
    rows = {row.actor: row.eci for row in table("frontier_quarters") if row.quarter == quarter}
    return float(rows["united_states"] - rows["china"])


def _gaps() -> list[Fact]:
    rows = [row for row in table("frontier_quarters") if row.actor == "china"]
    last = max(rows, key=lambda row: row.quarter)
    told = "; ".join(f"{_gap_at(quarter):.1f} at the end of {quarter}" for quarter in
                     ("2024-Q2", "2025-Q1", "2025-Q4", last.quarter))  # fmt: skip
    now = _gap_at(last.quarter) * 12 / PACE
    text = f"Gap between the frontiers in index points: {told}. The last is {now:.1f} months at a fixed pace."
    return [(text, _source(last))]


def _deepseek() -> list[Fact]:
    rows = sorted(table("frontier"), key=lambda row: row.date)
    found: list[Fact] = []
    for model in ("DeepSeek-V3", "DeepSeek-R1"):
        mine = next(row for row in rows if row.model == model)
        theirs = next(row for row in rows if row.actor == "united_states" and row.eci >= mine.eci)
        ago = (date.fromisoformat(mine.date) - date.fromisoformat(theirs.date)).days / 30.4
        text = (
            f"{model} ({mine.date}) scored {mine.eci:.1f} index points; the first US model at least that high was "
            f"{theirs.model} ({theirs.date}), {ago:.1f} months before."
        )
        found.append((text, _source(mine)))
    run = next(row for row in table("training_runs") if row.model == "DeepSeek-V3")
    found.append((f"DeepSeek-V3 was trained with {quantity.amount(run.flop, 'FLOP')}.", _source(run)))
    return found


def _channels() -> list[Fact]:
    found: list[Fact] = []
    for row in table("china_channels"):
        same = (row.quantity, row.unit) == ("stock", "H100e (8-bit)") and row.year == 2025 and row.low is not None
        if same and row.channel in ("legal", "domestic", "diverted", "offshore"):
            what = row.definition.replace(", all to end of year", "").replace(", end of year", "")
            text = (
                f"{what}, end of 2025: {row.median / 1e3:,.0f} thousand H100e "
                f"({row.low / 1e3:,.0f} to {row.high / 1e3:,.0f})."
            )
            found.append((text, _source(row)))
    return [*found, *_blind("china_stock")]


def _crossing() -> list[Fact]:
    row = max((row for row in table("frontier_quarters") if row.actor == "united_states"), key=lambda row: row.quarter)
    prior = parameters()["remote_work_eci"]
    text = (
        f"The US frontier stood at {row.eci:.1f} index points at the end of {row.quarter}. We place the crossing "
        f"around {prior.a:.0f} points (standard deviation {prior.b:.0f}), the essay's date around "
        f"{_ECI_OF_2026['remote_work_eci']['mean']}; whether it has come is not recorded."
    )
    return [(text, _source(row))]


def _uplift() -> list[Fact]:
    row = parameters()["uplift_now"]
    text = (
        f"How much AI speeds up research today is an input, drawn around {row.a:g} times labor; whether that makes a "
        "lead last is not recorded."
    )
    return [(text, _source(row))]


def _since() -> list[Fact]:
    rules = [rule for rule in history() if rule.start >= ESSAY and rule.measure != "proposed" and rule.issuer == "us"]
    tones = [rule.note.split(";")[0].strip() for rule in rules]
    text = (
        f"Since the essay {tones.count('tightened')} US rules and letters tightened and {tones.count('loosened')} "
        f"loosened the controls, of {len(rules)} in the table."
    )
    found: list[Fact] = [(text, "scenarios/data/rules.csv")]
    telling = ("us_2025_04_h20_memory", "us_2025_05_diffusion_end", "us_2025_08_h20_memory", "us_2026_01_case")
    return found + [(f"{rule.start}: {rule.title}.", _source(rule)) for rule in rules if rule.id in telling]


def _blind(series: str) -> list[Fact]:
    """The last figure of a series against the kept run that knew nothing after 2024."""
    rows = [row for row in kept("2024-12").figures() if row["series"] == series]
    if not rows:
        return []
    row = rows[-1]
    low, mid, high = (quantity.number(row[key], row["unit"]) for key in ("p05", "p50", "p95"))
    text = (
        f"A run that knew no data after 2024 had for {row['quarter']}: {wording.inside(row['label'])} {mid} (nine in "
        f"ten futures {low} to {high}) {row['unit']}; recorded: {quantity.amount(row['recorded'], row['unit'])}."
    )
    return [(text, "sim/hindcast/kept/2024-12.json, the kept blind run of the Evidence page")]


RECORDS = {
    "runs": _runs, "methods": _methods, "spent": _spent, "lag": lambda: [*_gaps(), *_blind("lag")],
    "deepseek": _deepseek, "channels": _channels, "crossing": _crossing, "gaps": _gaps, "uplift": _uplift,
    "since": _since,
}  # fmt: skip
"""What the tables recorded, by the name by which claims ask for it."""
