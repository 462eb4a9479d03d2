"""Control rules as data: dated predicates on chip specifications."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)

from scenarios import groups
from scenarios.errors import InputError, several, unknown, with_faults
from scenarios.partner_levers import OWN, PARTNER_LEVERS
from scenarios.tables import DATA, Day, Line, Row, read, table

Scope = Literal[
    "sale", "import_permission", "hbm", "tools", "subsidiary", "remote_access", "location_verification", "world_caps",
    "foundry", "tariff", "priority", "distillation", "model_use", "model_ban", "serve_abroad", "home_models", "transit",
    "production_levy", "retrofit", "other",
]  # fmt: skip
Measure = Literal["deny", "license", "free", "proposed"]
WORLD = "world"
"""A destination: everybody but the country that issues the rule."""
SUPERPOWERS: dict[str, str] = {"us": "united_states", "china": "china"}
"""The issuers that the market's own rules are about, and the actor behind each; every other issuer is a partner."""


def issuers() -> dict[str, str]:
    """Issuer → the actor behind it: the two superpowers, and every partner by its own name."""
    named = {actor: short for short, actor in SUPERPOWERS.items()}
    found = {named.get(row.actor, row.actor): row.actor for row in table("actors")}
    return found | {name: name for name in groups.GROUPS}


def _an_issuer(value: object) -> str:
    """The name of an issuer; the United States may be written out."""
    named = {actor: short for short, actor in SUPERPOWERS.items()}
    found = named.get(str(value), str(value))
    if found not in issuers():
        raise unknown("issuer", "" if value is None else str(value), issuers())
    return found


Issuer = Annotated[str, BeforeValidator(_an_issuer)]
"""Who makes a rule: `us`, `china`, or a partner."""

MEANINGS: dict[str, dict[str, str]] = {
    "issuer": {
        **{
            name: {"united_states": "the United States"}.get(row.actor, row.label)
            for name, row in zip(issuers(), table("actors"), strict=False)
        },
        **{name: group.label for name, group in groups.GROUPS.items()},
    },
    "scope": {
        "sale": "chips that are sold to the destination",
        "import_permission": "what China's own government lets in (`strength`: share let in)",
        "hbm": "high-bandwidth memory and its tools (`strength`: share of the channel that is closed)",
        "tools": "chip tools, parts and service (`strength`: share closed)",
        "subsidiary": "Chinese firms abroad (`strength`: share closed)",
        "remote_access": "renting chips abroad, or in the host that is the destination (`strength`: share closed)",
        "location_verification": "reports of where a chip runs (`strength`: share of newly exported chips)",
        "world_caps": "caps on whole countries; recorded only",
        "foundry": "orders at foundries abroad; recorded only",
        "tariff": "a tariff that buyers of chips in the issuer's own country pay (`price_share`; `strength`: share of "
        "chips that it is paid on)",
        "priority": "US orders come before China's licensed ones (`strength`: how strictly)",
        "distillation": "labs keep rivals from training on their models (`strength`: at least how well)",
        "model_ban": "use of Chinese models abroad (`strength`: share that ends)",
        "serve_abroad": "US labs serve other countries (`strength`: share of what providers there earn)",
        "model_use": "who abroad may use US models (`strength`: share of their use that ends)",
        "home_models": "a partner's users go to providers of its own (`strength`: share of the use of US models)",
        "transit": "a partner looks for chips in transit to China (`strength`: at least how hard)",
        "production_levy": "a partner levies on the making of US-designed chips (`price_share`: of their cost)",
        "retrofit": "location checks on chips sold earlier (`strength`: share of them that is reached)",
        "other": "anything else; recorded only",
    },
    "measure": {
        "deny": "may not go",
        "license": "may go by `approval_share`, `volume_cap_share`, `volume_cap_units` and `price_share`",
        "free": "may go without a license",
        "proposed": "not in force; recorded only",
    },
}
"""What each value of a rule's lists means."""

_ACTS = {
    ("us", "sale"), ("us", "hbm"), ("us", "tools"), ("us", "subsidiary"), ("us", "remote_access"),
    ("us", "location_verification"), ("us", "tariff"), ("us", "priority"), ("us", "distillation"), ("us", "model_use"),
    ("us", "model_ban"), ("us", "serve_abroad"), ("us", "retrofit"),
    ("china", "import_permission"),
}  # fmt: skip
"""Superpower and scope of its rules that the model acts on; others are recorded only."""
OF_PARTNERS: dict[str, tuple[str, ...]] = {
    "remote_access": ("rental",), "model_ban": ("chinese_models",), "home_models": ("home_models",),
    "tariff": ("chip_tariff",), "hbm": ("memory",), "tools": ("lithography", "tool_parts", "tool_service"),
    "production_levy": ("production_levy",), "transit": (),
}  # fmt: skip
"""Scope of a partner's rule that the model acts on → the levers of that partner that it sets; `transit` sets how hard
a hub polices."""
_OF_PART = {"lithography": "lithography", "parts": "tool_parts", "service": "tool_service"}
_PARTS = ("lithography", "parts", "service")
"""What controls on chip tools can close apart."""
HIGHEST_LEVY = OWN["production_levy"].high / 100
"""The highest levy on making chips that a rule may state, as a share of their cost."""
_PRICED = ("tariff", "production_levy")
"""Scopes of rules that put something on a price."""
_RANGES = ("tpp", "pd", "memory_tbs")
"""What a rule bounds from both sides."""
_OF_LICENSES = {
    "approval_share",
    "volume_cap_share",
    "volume_cap_units",
    "clients",
    "price_share",
    "matched_investment",
}
_OF_SALES = {
    *(f"{name}_{end}" for name in _RANGES for end in ("min", "max")), "link_gbs_min", "us_available_by", *_OF_LICENSES,
}  # fmt: skip


class Rule(Row):
    """One rule: while in force, what happens to chips that its bounds describe.

    A lower bound holds from its value on, an upper bound below its value; a blank bound holds for every chip.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60, description="small letters, digits and underscores")
    start: Day = Field(description="the first day on which it holds")
    end: Day | None = Field(default=None, description="the first day on which it no longer holds; by default it stays")
    issuer: Issuer
    scope: Scope
    destination: str = Field(
        default="china",
        description="an actor, a group of them (each by itself), or `world` for all but the issuer's own country",
    )
    measure: Measure
    tpp_min: float | None = Field(default=None, ge=0, description="covers chips from this TPP on")
    tpp_max: float | None = Field(default=None, ge=0, description="covers chips below this TPP")
    pd_min: float | None = Field(default=None, ge=0, description="covers chips from this performance density on")
    pd_max: float | None = Field(default=None, ge=0, description="covers chips below this performance density")
    memory_tbs_min: float | None = Field(default=None, ge=0, description="from this memory bandwidth on, TB/s")
    memory_tbs_max: float | None = Field(default=None, ge=0, description="below this memory bandwidth, TB/s")
    link_gbs_min: float | None = Field(default=None, ge=0, description="from this speed of links on, GB/s")
    us_available_by: Day | None = Field(default=None, description="covers chips on sale in the US by this day")
    approval_share: float | None = Field(default=None, ge=0, le=1, description="share of orders that is licensed")
    volume_cap_share: float | None = Field(
        default=None, ge=0, le=1, description="the most that may go, as a share of the same chip's sales elsewhere"
    )
    volume_cap_units: float | None = Field(default=None, ge=0, description="chips of a class a quarter, for each buyer")
    clients: float | None = Field(
        default=None, gt=0, le=1000, description="firms that may have `volume_cap_units` each; by default one"
    )
    price_share: float | None = Field(
        default=None, ge=0, le=1, description="a tariff or a revenue share on top of the price"
    )
    matched_investment: float | None = Field(
        default=None,
        ge=0,
        le=2,
        description="US dollars that the buyer invests in the United States per dollar of chips",
    )
    strength: float | None = Field(default=None, ge=0, le=1, description="how far it reaches, as its scope says")
    part: Literal["lithography", "parts", "service"] | None = Field(
        default=None, description="of chip tools: what it closes; by default everything"
    )
    priority: float = Field(
        default=0, description="of rules on sales that cover a chip the highest decides; recorded ones have 10 to 50"
    )
    title: Line = Field(max_length=120)
    summary: Line = Field(max_length=400)

    @field_validator("priority", mode="before")
    @classmethod
    def _first(cls, value: object) -> object:
        return 0 if value is None else value

    @field_validator("measure", mode="before")
    @classmethod
    def _either_spelling(cls, value: object) -> object:
        return "license" if value == "licence" else value

    @model_validator(mode="wrap")
    @classmethod
    def _all_faults(cls, given: Any, build: ModelWrapValidatorHandler[Rule]) -> Rule:
        """What fields say together is checked beside the fields, so that all faults are told at once."""
        crossed = list(_crossed(given)) if isinstance(given, dict) else []
        try:
            rule = build(given)
        except ValidationError as error:
            raise with_faults(error, crossed) from error
        if problems := [*crossed, *rule._problems()]:
            raise several(problems)
        return rule

    def _problems(self) -> Iterator[tuple[str, str]]:
        """Field and complaint for everything that no rule of this scope reads, or that says nothing."""
        if not self._known_scope:
            return
        given = {name for name in (*_OF_SALES, "strength") if getattr(self, name) is not None}
        if self.scope == "sale":
            if self.strength:
                yield "strength", "rules on sales have none; give approval_share, a volume cap or price_share"
            if self.clients is not None and self.volume_cap_units is None:
                yield "clients", "says how many firms may have volume_cap_units each; give volume_cap_units"
            if self.part is not None:
                yield "part", "is read for `scope: tools` only"
            if self.matched_investment is not None and self.destination == "china":
                yield "matched_investment", "is for buyers outside China, who may invest in the United States"
            if self.measure in ("deny", "free"):
                for name in sorted(given & _OF_LICENSES):
                    yield name, f"is for `measure: license`; this rule says `{self.measure}`"
            if self.measure == "license" and not given & _OF_LICENSES:
                said = "a license without approval_share, volume cap or price_share lets everything through"
                yield "measure", f"{said}; give one of them, or `measure: free`"
            return
        if self.measure == "free":
            yield "measure", f"`free` closes nothing; a rule of scope {self.scope} says `deny` or `license`"
        if self.part is not None and self.scope != "tools":
            yield "part", "is read for `scope: tools` only"
        if "price_share" in needed(self.issuer, self.scope):
            given.discard("price_share")
            if self.price_share is None:
                yield "price_share", f"a {self.scope} needs it, from 0 to 1"
        if self.scope == "production_levy" and (self.price_share or 0) > HIGHEST_LEVY:
            yield "price_share", f"a levy on making chips goes up to {HIGHEST_LEVY:g}"
        for name in sorted(given & _OF_SALES):
            if name == "approval_share":
                yield (
                    name,
                    "is read for `scope: sale` only; strength is the share that is closed: 0.8 if one in five goes",
                )
                continue
            yield name, f"is read for `scope: sale` only; a rule of scope {self.scope} gives strength (0 to 1)"
        if self.strength is None and "strength" in needed(self.issuer, self.scope):
            yield "strength", f"a rule of scope {self.scope} needs it: {MEANINGS['scope'][self.scope]}, from 0 to 1"

    @property
    def _known_scope(self) -> bool:
        return _acts(self.issuer, self.scope) and self.measure != "proposed"

    @property
    def partner(self) -> str:
        """The partner that issues it; empty where a superpower does."""
        return "" if self.issuer in SUPERPOWERS else self.issuer

    @property
    def sets(self) -> tuple[str, ...]:
        """The levers of the partner that issues it that it sets, without the partner's name."""
        if not self.partner or self.unread:
            return ()
        return (_OF_PART[self.part],) if self.scope == "tools" and self.part else OF_PARTNERS[self.scope]

    @property
    def unread(self) -> str:
        """Why no mechanism reads this rule; empty where one does."""
        if self.measure == "proposed":
            return "it is proposed and not in force"
        if not _acts(self.issuer, self.scope):
            return f"no mechanism reads rules of scope {self.scope} by {MEANINGS['issuer'][self.issuer]}"
        if self.partner:
            return self._unread_of_a_partner()
        if self.scope == "tariff":
            return (
                "" if self.destination == "united_states" else "a tariff acts on the buyers of the country that sets it"
            )
        if self.scope not in ("sale", "remote_access") and self.destination not in ("china", WORLD):
            return f"rules of scope {self.scope} act on China alone"
        if self.destination == issuers()[self.issuer] and self.scope == "sale":
            return "a country's rules on exports do not act on its own buyers"
        return ""

    def _unread_of_a_partner(self) -> str:
        if self.scope in ("tariff", "home_models"):
            return "" if self.destination == self.partner else f"{self.scope} is for the issuer's own users and buyers"
        if self.scope != "production_levy" and self.destination not in ("china", WORLD):
            return f"rules of scope {self.scope} by a partner act on China alone"
        return ""

    @property
    def recorded_only(self) -> str:
        """Why the model records this rule and does not act on it; empty where it acts."""
        return self.unread

    def binds(self, actor: str) -> bool:
        """Whether a buyer is among the rule's destinations."""
        if self.destination == WORLD:
            return actor != issuers()[self.issuer]
        return actor in groups.members(self.destination)

    def in_force(self, date: str) -> bool:
        """Whether the rule applies on an ISO date."""
        return self.measure != "proposed" and self.start <= date and (self.end is None or date < self.end)

    def covers(self, tpp: float, density: float, memory_tbs: float, link_gbs: float, released: str) -> bool:
        """Whether a chip with this specification falls under the rule."""
        return (
            (self.tpp_min is None or tpp >= self.tpp_min)
            and (self.tpp_max is None or tpp < self.tpp_max)
            and (self.pd_min is None or density >= self.pd_min)
            and (self.pd_max is None or density < self.pd_max)
            and (self.memory_tbs_min is None or memory_tbs >= self.memory_tbs_min)
            and (self.memory_tbs_max is None or memory_tbs < self.memory_tbs_max)
            and (self.link_gbs_min is None or link_gbs >= self.link_gbs_min)
            and (self.us_available_by is None or released <= self.us_available_by)
        )


def _crossed(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Field and complaint where an end lies before a start; values that are wrong by themselves are passed over."""
    start, end = given.get("start"), given.get("end")
    if isinstance(start, str) and isinstance(end, str) and end.strip() and end <= start:
        yield "end", f"{end} does not lie after the start, {start}"
    for name in _RANGES:
        low, high = (_number(given.get(f"{name}_{side}")) for side in ("min", "max"))
        if low is not None and high is not None and low >= high:
            yield f"{name}_min", f"{low:g} must be below {name}_max, {high:g}"


def _number(value: Any) -> float | None:
    try:
        return None if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        return None


class Recorded(Rule):
    """A row of the table of rules."""

    inert: str = Field(default="", max_length=200, description="why a rule in force moves nothing in the model")

    @property
    def recorded_only(self) -> str:
        """Why the model records this rule and does not act on it; empty where it acts."""
        return self.unread or self.inert


def check_destination(rule: Rule, actors: Any, where: str = "") -> None:
    """Refuse a destination that is neither an actor nor a group of them.

    Raises:
        InputError: with the nearest name.
    """
    known = (*groups.known(actors), WORLD)
    if rule.destination not in known:
        raise unknown("actor", rule.destination, known, where)


@cache
def history() -> tuple[Rule, ...]:
    """The dated rules since October 2022, in the order of the table.

    Raises:
        InputError: for a wrong row, an id that is used twice, or a destination that is no actor.
    """
    rows, seen = read(Recorded, DATA / "rules.csv"), set()
    actors = [row.actor for row in table("actors")]
    for line, row in enumerate(rows, start=2):
        check_destination(row, actors, f"rules.csv row {line}")
        if row.id in seen:
            raise InputError(f"rules.csv row {line}: id {row.id!r} is used twice")
        seen.add(row.id)
    return rows


def _acts(issuer: str, scope: str) -> bool:
    """Whether the model acts on rules of a scope by an issuer."""
    if issuer in SUPERPOWERS:
        return (issuer, scope) in _ACTS
    who = groups.members(issuer)
    if scope == "transit":
        return any(row.kind == "hub" for row in table("actors") if row.actor in who)
    return any(f"{lever}.{actor}" in PARTNER_LEVERS for lever in OF_PARTNERS.get(scope, ()) for actor in who)


def needed(issuer: str, scope: str) -> tuple[str, ...]:
    """The numbers without which a rule of a scope says nothing; a ban on sales needs none."""
    if scope == "sale" or not _acts(issuer, scope):
        return ()
    return ("price_share",) if scope in _PRICED else ("strength",)


def numbers_of(issuer: str, scope: str) -> tuple[str, ...]:
    """The fields, in the order of a rule, that say how far a rule of a scope reaches and what it covers."""
    more = {"sale": _OF_SALES, "tools": {"strength", "part"}, "tariff": {"price_share", "strength"}}
    read_ = more.get(scope, set(needed(issuer, scope)))
    return tuple(name for name in Rule.model_fields if name in read_)


def known_values(field: str) -> tuple[str, ...]:
    """The values that `issuer`, `scope` or `measure` of a rule can have."""
    return tuple(issuers()) if field == "issuer" else get_args({"scope": Scope, "measure": Measure}[field])
