"""A national actor: spends, splits its compute, and sets its postures."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from agents import plans
from agents.protocols import WorldView
from agents.state import Array, Row

USES = {"serving": 2.8, "experiments": 1.4, "pretraining": 1.0}
"""Marginal values of uses against pretraining's: half of lab compute serves, a quarter experiments.

Epoch AI, AI compute users (2026): inference about half of lab compute; final training runs 10 to 30 % of research.
"""
INERTIA = 0.35
"""Share of the way to its target that an allocation moves in a quarter."""
BASE_SAFETY = 0.03
"""Share of compute for safety without a rival in sight. Judgement: published lab statements span 1 to 10 %."""
REFERENCE_STOCK = {"united_states": 15.75e6, "china": 2.5e6}
"""Usable compute at the end of 2025, H100e, to which the concentration parameters refer.

Epoch AI chip owners: US companies 15.75 million; China 1.8 million owned (diverted chips included) and about 0.7
million rented.
"""
LARGEST_SHARE = 0.5
"""No actor can put more than this share of its compute into one run; judgement."""
GATHERING = 0.2
"""Share of the way, in logs, that concentration moves in a quarter; judgement: sites of a gigawatt take two years."""
HAZARD_STATED = 0.01
"""Accident hazard a year at which the base safety share is stated: the middle of its parameter."""
MOST_SAFETY = 0.5
"""Largest share of compute that an actor gives to safety by itself; judgement."""
CORNERS = 0.8
"""Largest share of safety work that a close and hostile race takes away; judgement."""
RACE_DISTANCE = 6.0
"""ECI points at which a rival counts as close; judgement, about five months of progress."""
RACE_SPENDING = 0.15
"""Extra spending of a developer that is behind or hard pressed; judgement."""


class NationalActor(mesa.Agent):
    """Every quantity has shape `(runs,)` for one actor or `(k, runs)` for a group of one kind."""

    plan, wish, base_plan, money, wished, executed = Row(), Row(), Row(), Row(), Row(), Row()
    reinforcement, safety = Row(), Row()
    concentration, used_train = Row(), Row()
    alignment, policing, rl_value = Row(), Row(), Row()

    model: Any

    def __init__(self, model: Any, rows: int | slice, name: str = "") -> None:
        super().__init__(model)
        self.rows, self.name = rows, name

    @classmethod
    def group(cls, model: Any, rows: slice) -> NationalActor:
        """One object for a block of rows of the same kind; the same methods, not registered with Mesa."""
        group = object.__new__(cls)
        group.model, group.rows, group.name = model, rows, cls.__name__
        return group

    @property
    def world(self) -> WorldView:
        """The part of the world that an actor may look at."""
        return self.model

    def decide(self) -> None:
        """Decide from last quarter's picture only, so that the order of decisions cannot matter."""
        self.allocate()
        self.take_postures()

    def allocate(self) -> None:
        """Money and compute; the same for allies, hubs and the rest, who do it as one block of rows."""
        self.spend()
        self.split_compute()
        self.concentrate()

    # --- what an actor can be asked for ------------------------------------------------------------------------

    def prospects(self) -> Array:
        """Money for chips that revenue carries, against that of the last quarter of data."""
        return self.world.now.prospects[self.rows]

    def effort(self) -> Array | float:
        """Spending against the trend, a factor set by policy: `(1,)` for an actor, `(k, 1)` for a block."""
        return self.world.now.effort[self.rows]

    def spend(self) -> None:
        """Plan money for chips, and decide what to place of it: policy and a rival's pressure come on top.

        The plan follows its target and what could be ordered; the wish follows the target alone, so that the books show
        what was given up because there was nothing to buy.
        """
        w = self.world
        if w.in_data:
            self.plan = self.wish = self.base_plan = w.now.recorded_spending[self.rows]
        else:
            target = self.base_plan * self.prospects()
            self.wish = plans.followed(self.wish, target)
            self.plan = plans.followed(self.plan, target, self.executed)
        more = self.effort() * (1 + (0 if w.in_data else w.p.hostility * RACE_SPENDING * self.pressure()))
        self.money, self.wished = self.plan * more, np.maximum(self.wish, self.plan) * more

    def pressure(self) -> Array | float:
        """1 when a rival is level or ahead, falling to 0 as the own lead grows."""
        return np.exp(-np.maximum(self.world.public.rival_gap[self.rows], 0) / RACE_DISTANCE)

    def split_compute(self) -> None:
        """Move the uses of compute towards shares in proportion to their marginal values.

        Serving, experiments and pretraining keep constant marginal values, so they share what safety and
        reinforcement learning leave in fixed proportions (`USES`).
        """
        w = self.world
        self.safety += INERTIA * (self.safety_wanted() - self.safety)
        rl = self.rl_value / w.p.points_per_oom
        wanted = (1 - self.safety) * rl / (rl + sum(USES.values()))
        old = self.reinforcement
        old += np.minimum(INERTIA * (wanted - old), (w.p.rl_ramp - 1) * old)

    def safety_wanted(self) -> Array | float:
        """Share of compute for safety.

        A close and hostile rival makes developers cut corners, a weak or mild one does not; a technology known to be
        safer is met with less care (Stafford, Trager and Dafoe 2022).
        """
        w = self.world
        fixed = w.setting("safety_share")
        if not np.isnan(fixed):
            return fixed / 100
        return np.minimum(w.baseline_safety * (1 - CORNERS * w.p.hostility * self.closeness()), MOST_SAFETY)

    def closeness(self) -> Array | float:
        """1 when the rival is level, falling to 0 as either leads."""
        gap = self.world.public.rival_gap[self.rows] * (1 / RACE_DISTANCE)
        return np.exp(-gap * gap)

    def concentrate(self) -> None:
        """Share of usable compute for the largest run: a policy's multiple of a share that falls with the stock."""
        size, fall, reference, multiple = self.clustering()
        share = multiple * (size * np.power(self.used_train / reference + 1e-9, -fall))
        self.gather(np.minimum(share, LARGEST_SHARE))

    def clustering(self) -> tuple[Array, Array, float, float]:
        """Share in the largest run at a reference stock, its fall with size, that stock, and the policy's multiple."""
        p = self.world.p
        return p.china_concentration, p.china_concentration_fall, REFERENCE_STOCK["china"], 1.0

    def gather(self, wanted: Array) -> None:
        """Move the share in the largest run towards what is wanted: clusters are joined over quarters, not at once."""
        old = self.concentration
        self.concentration = wanted if self.world.in_data else old * np.power(wanted / old, GATHERING)

    def take_postures(self) -> None:
        """Alignment with the United States and policing of trade; by default they stay."""
