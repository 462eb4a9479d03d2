"""The policy levers: settings that somebody can decide, grouped by who decides.

This table is the only home of each lever's range, default and wording; the schema, the command line, the
documentation and the app read it.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

ACTOR = "actor"
"""The setting that leaves a decision to the actor, as the model describes it."""
US, ALLIES, CHINA, HUBS, ALL = "United States", "Allies", "China", "Transit hubs", "All developers"
DESIGNER = "Chip designer"
REST = "Rest of world"


class Lever(BaseModel):
    """One lever: its range, default and unit, and the output it moves."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    label: str
    who: str
    actor: str = Field(default="", description="the one partner whose lever it is; empty for those of a whole side")
    unit: str
    low: float
    high: float
    step: float
    default: float | str
    fallback: float = Field(description="where the slider rests while the actor decides")
    help: str
    output: str = Field(description="the series it moves, as NAME or NAME.part")
    setting: dict[str, float] = Field(
        default_factory=dict, description="settings of other levers under which it has an effect"
    )

    @property
    def may_be_left(self) -> bool:
        """Whether the lever can be left to the actor."""
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
    _lever("licensing", "License policy for China", US, "%", (0, 100, 10), ACTOR, "flows_china.legal",
           "How strictly the US uses its export rules: at 0 every sale goes ahead, at 50 the rules apply as written, "
           "and at 100 no chip that needs a license is sold.",
           fallback=50, import_permission=100.0),
    _lever("licence_tpp", "License threshold", US, "k TPP", (0, 600, 1), 21, "flows_china.legal",
           "The fastest chip that can be licensed for China, in thousands of TPP, the total processing performance "
           "that US rules use (H20 2.4, H200 16, B200 36, B300 56, Rubin 140, Rubin Ultra 280, Feynman 560). The "
           "memory limit moves in proportion.", **_OPEN),
    _lever("licence_approval", "License approval rate", US, "%", (0, 100, 5), 30, "flows_china.legal",
           "Share of the chips requested by Chinese buyers that the US licenses.", import_permission=100.0),
    _lever("licence_quota", "Cap on licensed sales", US, "% of US sales", (0, 100, 5), 50, "flows_china.legal",
           "The most that may be sold to China under license, as a share of sales of the same chip to US customers.",
           licence_tpp=60.0, **_OPEN, china_spending=300.0),
    _lever("revenue_share", "Tariff on licensed sales", US, "%", (0, 60, 5), 25, "flows_china.legal",
           "The US government's cut of licensed sales, as a tariff or a revenue share; it raises the price in China.",
           # A price matters where money is short: plenty to buy, little to spend, and weak models that earn less.
           licence_tpp=600.0, licence_quota=100.0, china_spending=40.0, distillation_limits=100.0, openness=0.0,
           licence_approval=100.0, import_permission=100.0),
    _lever("enforcement", "Enforcement budget", US, "× 2026", (0, 10, 0.5), ACTOR, "flows_china.diverted",
           "Money for export-control officers, investigations and checks abroad, as a multiple of the 2026 budget of "
           "$235 million.",
           fallback=1),
    _lever("location_verification", "Location checks on exported chips", US, "%", (0, 100, 10), 0,
           "flows_china.diverted", "Share of newly exported chips that must report where they run."),
    _lever("cloud_rule", "Cloud access rule", US, "%", (0, 100, 10), 40, "flows_china.offshore",
           "How much of Chinese firms' use of chips abroad, rented or in subsidiaries, US rules block."),
    _lever("tool_controls", "Chip-tool controls", US, "%", (0, 100, 10), 60, "flows_china.domestic",
           "Share of the tools, parts and service that Chinese fabs need that is under control; it works only as far "
           "as allies follow."),
    _lever("hbm_controls", "High-bandwidth memory controls", US, "%", (0, 100, 10), 60, "flows_china.domestic",
           "Share of high-bandwidth memory, and of the tools that make it, kept from China."),
    _lever("us_power", "US data-center construction", US, "% of trend", (40, 200, 10), 100,
           "compute_train.united_states", "Power capacity added for US data centers, against the trend."),
    _lever("us_spending", "US spending on AI", US, "% of trend", (40, 200, 10), 100,
           "compute_train.united_states", "What US companies spend on AI, chips included, against the trend."),
    _lever("us_research", "US research workforce", US, "% of trend", (50, 200, 10), 100, "efficiency.united_states",
           "Number of AI researchers in the United States, against the trend."),
    _lever("us_concentration", "US compute in the largest run", US, "× today's share", (0.2, 10, 0.2), 1,
           "training_flop.united_states", "How much of its compute the United States puts into a single training run."),
    _lever("openness", "Openness of US research", US, "%", (0, 100, 10), 50, "efficiency.china",
           "How much of their methods US labs publish or release; openness spreads ideas faster."),
    _lever("weight_security", "Security of US models", US, "%", (0, 100, 10), 30, "efficiency.china",
           "How well US labs protect model weights and methods against theft."),
    _lever("distillation_limits", "Limits on distillation", US, "%", (0, 100, 10), ACTOR, "capability.china",
           "How well US labs keep rivals from training models on the answers of theirs.", fallback=20),
    _lever("allied_alignment", "Allied alignment with the US", ALLIES, "%", (0, 100, 5), ACTOR,
           "flows_china.domestic", "How closely allies that make chip tools follow US controls; below 35 they break "
           "with the US and pool their own AI effort.", fallback=70),
    _lever("ally_effort", "Allied spending on AI", ALLIES, "× trend", (0.5, 10, 0.5), 1,
           "compute_train.european_union", "What allies spend on compute of their own, against the trend."),
    _lever("chip_push", "Chip industry subsidies", CHINA, "%", (0, 100, 5), ACTOR, "flows_china.domestic",
           "Money and political priority that Beijing gives to Chinese chip and memory makers.", fallback=50),
    _lever("import_permission", "Import approval rate", CHINA, "%", (0, 100, 5), ACTOR, "flows_china.legal",
           "Share of the chips the US would sell that Beijing lets Chinese firms buy.", fallback=25,
           licence_approval=80.0),
    _lever("china_spending", "Chinese spending on AI", CHINA, "% of trend", (40, 500, 20), 100,
           "compute_train.china", "What China spends on AI, chips included, against the trend."),
    _lever("china_power", "Chinese data-center construction", CHINA, "% of trend", (40, 400, 20), 100,
           "power.china", "Power capacity added for Chinese data centers, against the trend.",
           # Power is short where much can be bought.
           licence_tpp=600.0, licence_quota=100.0, licence_approval=100.0, import_permission=100.0,
           china_spending=400.0),
    _lever("china_concentration", "Chinese compute in the largest run", CHINA, "× today's share", (0.2, 40, 0.2), 1,
           "training_flop.china", "How much of its compute China puts into a single training run."),
    _lever("china_talent", "Chinese retention of talent", CHINA, "%", (0, 100, 10), 50, "lead_months",
           "Share of the AI researchers it trains that China keeps or wins back."),
    _lever("china_openness", "Openness of Chinese research", CHINA, "%", (0, 100, 10), 50, "efficiency.united_states",
           "How much of their methods and models Chinese labs publish; it helps others once China leads.",
           china_concentration=40.0, china_spending=500.0, us_research=50.0, us_concentration=0.2, us_spending=40.0,
           licence_tpp=600.0, licence_quota=100.0, licence_approval=100.0, import_permission=100.0),
    _lever("hub_effort", "Transit hubs' spending on AI", HUBS, "× trend", (0.5, 10, 0.5), 1,
           "compute_train.united_arab_emirates", "What transit hubs spend on compute of their own, against the trend."),
    _lever("hub_policing", "Policing by transit hubs", HUBS, "%", (0, 100, 5), ACTOR, "flows_china.diverted",
           "How hard transit hubs look for chips that are being smuggled to China.", fallback=30),
    _lever("variant_offer", "Chips designed for China", DESIGNER, "%", (0, 100, 10), 100, "flows_china.legal",
           "How much of the variant for China, designed to pass just inside the rules, US designers offer once it is "
           "ready.", licence_approval=80.0, import_permission=100.0),
    _lever("home_orders", "US orders first", DESIGNER, "%", (0, 100, 10), 0, "flows_china.legal",
           "How strictly US designers serve everybody else's orders before China's licensed ones.",
           licence_tpp=60.0, **_OPEN, licence_quota=100.0, china_spending=300.0),
    _lever("chip_checks", "Location checks by makers", DESIGNER, "%", (0, 100, 10), 0, "flows_china.diverted",
           "Share of newly exported chips that US designers by themselves make report where they run."),
    _lever("safety_share", "Compute spent on safety", ALL, "% of compute", (0, 20, 1), ACTOR,
           "governance.accident_hazard", "Share of compute that developers spend on making AI safe.", fallback=3),
)  # fmt: skip

LEVERS: dict[str, Lever] = {lever.name: lever for lever in _TABLE}
"""All levers by name, in display order."""
