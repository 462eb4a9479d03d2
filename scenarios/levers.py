"""The levers: things somebody can decide, grouped by who decides.

One table is the only home of every lever's range, default and wording; the schema, the command line, the
documentation and the app are made from it.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

ACTOR = "actor"
"""The setting that leaves a decision to the actor."""
US, ALLIES, CHINA, HUBS, ALL = "United States", "Allies", "China", "Hubs", "Everyone"


class Lever(BaseModel):
    """One lever: range, default, unit, and the output that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    label: str
    who: str
    unit: str
    low: float
    high: float
    step: float
    default: float | str
    fallback: float = Field(description="where the slider stands while the actor decides")
    help: str
    output: str = Field(description="series that it moves, as NAME or NAME.part")
    setting: dict[str, float] = Field(default_factory=dict, description="other levers under which it can act")

    @property
    def may_be_left(self) -> bool:
        """Whether the actor can decide by itself."""
        return self.default == ACTOR


def _lever(
    name: str,
    label: str,
    who: str,
    unit: str,
    span: tuple[float, float, float],
    default: float | str,
    output: str,
    help: str,
    *,
    fallback: float | None = None,
    **setting: float,
) -> Lever:
    low, high, step = span
    stand = fallback if fallback is not None else float(default)
    return Lever(
        name=name, label=label, who=who, unit=unit, low=low, high=high, step=step, default=default,
        fallback=stand, help=help, output=output, setting=setting,
    )  # fmt: skip


_OPEN = {"licence_approval": 80.0, "import_permission": 100.0}

_TABLE = (
    _lever("licensing", "Licensing of chips to China", US, "%", (0, 100, 10), ACTOR, "flows_china.legal",
           "0 lets every chip go, 50 is what the rules say, and 100 lets none go that needs a license.",
           fallback=50, import_permission=100.0),
    _lever("licence_tpp", "Strongest chip that may be licensed", US, "k TPP", (0, 600, 1), 21, "flows_china.legal",
           "Chips below this total processing performance can be licensed for China case by case (H20 2.4, H200 16, "
           "B200 36, B300 56, Rubin 140, Rubin Ultra 280, Feynman 560 thousand). The memory limit moves "
           "in proportion.", **_OPEN),
    _lever("licence_approval", "License requests approved", US, "%", (0, 100, 5), 30, "flows_china.legal",
           "Share of the chips Chinese buyers ask for that gets a license.", import_permission=100.0),
    _lever("licence_quota", "Cap on licensed sales", US, "% of US sales", (0, 100, 5), 50, "flows_china.legal",
           "Licensed sales of a chip to China, at most this share of its sales to US customers.",
           licence_tpp=60.0, **_OPEN, china_spending=300.0),
    _lever("revenue_share", "Government cut of licensed sales", US, "%", (0, 60, 5), 25, "flows_china.legal",
           "Tariff or revenue share on licensed chips; it raises their price in China.",
           # A price matters where money is short: plenty to buy, little to spend, and weak models that earn less.
           licence_tpp=600.0, licence_quota=100.0, china_spending=40.0, distillation_limits=100.0, openness=0.0,
           licence_approval=100.0, import_permission=100.0),
    _lever("enforcement", "Enforcement effort", US, "× 2026 budget", (0, 10, 0.5), ACTOR, "flows_china.diverted",
           "Officers, investigations and checks abroad, as a multiple of the 2026 budget (235 million dollars).",
           fallback=1),
    _lever("location_verification", "Exported chips with location checks", US, "%", (0, 100, 10), 0,
           "flows_china.diverted", "Share of newly exported chips that report where they run."),
    _lever("cloud_rule", "Rental and subsidiaries abroad barred", US, "%", (0, 100, 10), 40, "flows_china.offshore",
           "How much of Chinese use of chips abroad, rented or in subsidiaries, the rules stop."),
    _lever("tool_controls", "Chip-tool controls", US, "%", (0, 100, 10), 60, "flows_china.domestic",
           "How much of the tools, parts and service that Chinese fabs need is controlled; allies must follow."),
    _lever("hbm_controls", "Memory controls", US, "%", (0, 100, 10), 60, "flows_china.domestic",
           "How much of the high-bandwidth memory and its tools is kept from China."),
    _lever("us_power", "US data-center build-out", US, "% of trend", (40, 200, 10), 100, "compute_train.united_states",
           "Power added for data centers in the United States, against the trend."),
    _lever("us_spending", "US spending on AI", US, "% of trend", (40, 200, 10), 100,
           "compute_train.united_states", "What US companies spend on AI, chips and all else, against the trend."),
    _lever("us_research", "US research effort", US, "% of trend", (50, 200, 10), 100, "efficiency.united_states",
           "Researchers working on AI in the United States, against the trend."),
    _lever("us_concentration", "US compute in the largest run", US, "× today's share", (0.2, 10, 0.2), 1,
           "training_flop.united_states", "How much of its compute the United States puts into one training run."),
    _lever("openness", "Openness of US research", US, "%", (0, 100, 10), 50, "efficiency.china",
           "How much of its methods the US publishes or releases; ideas spread faster."),
    _lever("weight_security", "Security of models and ideas", US, "%", (0, 100, 10), 30, "efficiency.china",
           "Protection against theft of weights and methods."),
    _lever("distillation_limits", "Limits on distillation", US, "%", (0, 100, 10), ACTOR, "capability.china",
           "How well served models are protected against being used to train others.", fallback=20),
    _lever("allied_alignment", "Allies' alignment with the US", ALLIES, "%", (0, 100, 5), ACTOR,
           "flows_china.domestic", "How closely allies with chip tools follow US controls; below 35 they part "
           "from the US and pool their effort.", fallback=70),
    _lever("ally_effort", "Allies' own AI effort", ALLIES, "× trend", (0.5, 10, 0.5), 1,
           "compute_train.european_union", "What allies spend on compute of their own, against the trend."),
    _lever("chip_push", "Domestic chip push", CHINA, "%", (0, 100, 5), ACTOR, "flows_china.domestic",
           "Money and priority for Chinese fabs and memory.", fallback=50),
    _lever("import_permission", "Imports that Beijing permits", CHINA, "%", (0, 100, 5), ACTOR, "flows_china.legal",
           "Share of what the US allows that Beijing lets in.", fallback=25, licence_approval=80.0),
    _lever("china_spending", "Chinese spending on AI", CHINA, "% of trend", (40, 500, 20), 100,
           "compute_train.china", "What China spends on AI, chips and all else, against the trend."),
    _lever("china_power", "Chinese data-center build-out", CHINA, "% of trend", (40, 400, 20), 100,
           "power.china", "Power added for data centers in China, against the trend.",
           # Power is short where much can be bought.
           licence_tpp=600.0, licence_quota=100.0, licence_approval=100.0, import_permission=100.0,
           china_spending=400.0),
    _lever("china_concentration", "Chinese compute in the largest run", CHINA, "× today's share", (0.2, 40, 0.2), 1,
           "training_flop.china", "How much of its compute China puts into one training run."),
    _lever("china_talent", "China's hold on talent", CHINA, "%", (0, 100, 10), 50, "lead_months",
           "How many of the researchers it trains China keeps or wins back."),
    _lever("china_openness", "Openness of Chinese research", CHINA, "%", (0, 100, 10), 50, "efficiency.united_states",
           "How much of its methods and models China publishes; it matters to others once China leads.",
           china_concentration=40.0, china_spending=500.0, us_research=50.0, us_concentration=0.2, us_spending=40.0,
           licence_tpp=600.0, licence_quota=100.0, licence_approval=100.0, import_permission=100.0),
    _lever("hub_policing", "Policing of transit hubs", HUBS, "%", (0, 100, 5), ACTOR, "flows_china.diverted",
           "How hard transshipment hubs look for diverted chips.", fallback=30),
    _lever("safety_share", "Compute spent on safety", ALL, "% of compute", (0, 20, 1), ACTOR,
           "governance.accident_hazard", "Share of compute that developers spend on making AI safe.", fallback=3),
)  # fmt: skip

LEVERS: dict[str, Lever] = {lever.name: lever for lever in _TABLE}
"""All levers by name, in the order in which they are shown."""
