"""A world as an actor sees it, with everything at its middle until a test says otherwise."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from agents.protocols import AtEdge, PublicInfo
from agents.stakes import Wants
from agents.worth import Worth
from scenarios.decisions import DECISIONS
from scenarios.levers import ACTOR, LEVERS
from scenarios.parameters import parameters
from scenarios.uses import MONEY, PEOPLE
from scenarios.values import Weights

RUNS = 3
TABLES = (
    "plan", "target", "base_plan", "budget", "money", "executed", "early", "serving", "experiments", "pretraining",
    "reinforcement", "safety", "idle", "concentration", "clustered", "used_train", "power_use",
    "alignment", "policing", "rl_value", "licensing", "model_access", "enforcement", "permission", "hoard", "push",
    "spread", "safety_asked", "reinforcement_asked",
)  # fmt: skip


DIVIDED = {"money_use": MONEY, "people_use": PEOPLE}
"""Tables with a row per use."""


class Seen:
    """What actors ask of a world: parameters at their medians, levers at their defaults, tables of three actors."""

    def __init__(self) -> None:
        self.p = SimpleNamespace(
            **{n: np.full(RUNS, row.distribution.interval()[1]) for n, row in parameters().items()}
        )
        self.state = SimpleNamespace(
            **{name: np.full((3, RUNS), 0.5) for name in TABLES}, variant_wait=np.zeros(RUNS),
            **{name: np.full((3, len(uses), RUNS), 1 / len(uses)) for name, uses in DIVIDED.items()},
        )  # fmt: skip
        table, single = np.full((3, RUNS), 0.4), np.full(RUNS, 2.0)
        self.edge = AtEdge(
            money_use=np.full((3, len(MONEY), RUNS), 1 / len(MONEY)), race=1 + table, revenue=table, power_use=table,
            from_experiments=table, from_people=table, pay=table, people=table, safety=table / 10, cover=single,
            public=0 * table, margin=single,
        )  # fmt: skip
        self.shares: dict[str, np.ndarray] = {}
        self.state.mix = np.full((3, 3, RUNS), 1 / 3)
        self.levers = {n: np.nan if x.default == ACTOR else float(x.default) for n, x in LEVERS.items()}
        self.switches = {"reinvestment": True, "us_reacts": False}
        self.in_data = False
        self.baseline_safety = np.full(RUNS, 0.03)
        self.now = SimpleNamespace(
            prospects=np.full((3, RUNS), 1.1), run_share=np.full((3, RUNS), 0.02), since=1.0,
            recorded_money=np.full((3, len(MONEY), RUNS), 7.0), chip_return=np.full((3, RUNS), 1.2),
            worth=Worth(*(np.full((3, RUNS), x) for x in (1.3, 1.1, 0.8, 0.9))),
            margin=np.full(RUNS, 2.5), public_costs=np.zeros((3, RUNS)), strain=1.0,
            effort=np.ones((3, 1)), stockpiling=0.0, allies_parted=False, permission_recorded=np.nan,
            usual_use=self.edge.money_use,
        )  # fmt: skip
        self.choosing, self.turn = False, False
        self.habits: set[str] = set()
        self.profile = Weights()
        self.slopes: dict[str, float] = {}
        self.see()

    def see(self, **changed: float) -> Seen:
        """Let everybody see something else of the last quarter."""
        usual = {
            "rival_gap": 10.0, "lead": 9.0, "blocked": 0.5, "priced_out": 0.3, "premium": 0.5,
            "diverted": 0.03, "cover": 3.0, "flows": 1e6, "licensed": 0.1, "distilled": 0.3, "enforcement": 1.0,
        } | changed  # fmt: skip
        shapes: dict[str, Any] = {"rival_gap": (3, RUNS), "flows": (4, RUNS)}
        self.public = PublicInfo(**{name: np.full(shapes.get(name, RUNS), value) for name, value in usual.items()})
        return self

    def given(self, decision: str) -> Any:
        return np.full((3, 1), self.levers[DECISIONS[decision].lever] / DECISIONS[decision].scale)

    def held(self, decision: str) -> Any:
        return None

    def by_habit(self, decision: str) -> Any:
        return np.full((3, 1), decision in self.habits)

    def by_itself(self, lever: str) -> Any:
        return None

    def wants(self, row: int) -> Wants:
        month = self.p.china_month_value if row else self.p.us_month_value
        return Wants(self.profile, month, -1.0 if row else 1.0)

    def weights(self, rows: Any) -> Weights:
        return self.profile

    def politics(self, decision: str) -> Any:
        return np.full((3, RUNS), self.slopes.get(decision, 0.0))

    def fixed(self, what: str) -> Any:
        return self.shares.get(what)

    def setting(self, lever: str) -> float:
        return self.levers[lever]

    def switch(self, name: str) -> bool:
        return self.switches[name]


@pytest.fixture
def seen() -> Seen:
    return Seen()
