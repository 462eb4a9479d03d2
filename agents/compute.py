"""Compute of an actor: how it is split over uses, and how much of it goes into the largest run."""

from __future__ import annotations

import numpy as np

from agents import allocation
from agents.adjustment import Target, adjusted
from agents.explanation import Explanation, Reason, Unit, one
from agents.seat import SECURITY_PART, SECURITY_TODAY, Seat
from agents.state import Array, BlocRow, Row
from agents.worth import closeness
from scenarios.uses import COMPUTE

USES = {"serving": 2.8, "experiments": 1.4, "pretraining": 1.0}
"""Marginal values of uses against pretraining's: half of lab compute serves, a quarter experiments.

Epoch AI, AI compute users (2026): inference about half of lab compute; final training runs 10 to 30% of research.
"""
INERTIA = 0.35
"""Share of the way to its target that an allocation moves in a quarter."""
BASE_SAFETY = 0.03
"""Share of compute for safety without a rival in sight. Judgment: published lab statements span 1 to 10%."""
REFERENCE_STOCK = {"united_states": 15.75e6, "china": 2.5e6}
"""Usable compute at the end of 2025, H100e, to which the concentration parameters refer.

Epoch AI chip owners: US companies 15.75 million; China 1.8 million owned (diverted chips included) and about 0.7
million rented.
"""
LARGEST_SHARE = 0.19
"""No actor can put more than this share of its compute into one run: all that it gives to pretraining."""
GATHERING = 0.35
"""Share of the way, in logs, that concentration moves in a quarter; judgment: clusters are joined within a year."""
HAZARD_STATED = 0.01
"""Accident hazard a year at which the base safety share is stated: the middle of its parameter."""
MOST_SAFETY = 0.5
"""Largest share of compute that an actor gives to safety by itself; judgment."""
LEAST_SPREAD = 1e-12
"""Share in the largest run below which there is none, as before the first quarter."""
MOST_IDLE, MOST_REINFORCED = 0.8, 0.9
"""Largest share that stands idle, and that reinforcement learning takes, of the compute that is left for it."""
CORNERS = 0.8
"""Largest share of safety work that a close and hostile race takes away; judgment."""
SECURED = 0.5
"""Share of compute that guarding models takes, against the share of people; judgment."""


class ComputeSplit(Seat):
    """Splits compute: safety and what stands idle first, then by what a further share brings."""

    serving, experiments, pretraining, reinforcement, safety, idle = Row(), Row(), Row(), Row(), Row(), Row()
    mix, safety_asked, reinforcement_asked, power_use = Row(), Row(), Row(), BlocRow()
    concentration, spread, clustered, used_train, rl_value = Row(), Row(), Row(), Row(), Row()

    # --- uses --------------------------------------------------------------------------------------------------------

    def split_compute(self) -> None:
        """Move the uses of compute toward shares in proportion to their marginal values.

        Safety and what pooling and guarding keep idle come first; reinforcement learning grows no faster than it can.
        """
        mix = self.next_mix()
        asked = self.asked_uses(mix)
        for name, share in zip(COMPUTE, self.as_given(asked), strict=True):
            setattr(self, name, share)
        self.mix, self.reinforcement_asked, self.safety_asked = mix, asked[3], asked[4]

    def next_uses(self, mix: Array) -> tuple[Array | float, ...]:
        """Shares of compute by use, with serving, experiments and pretraining in this mix."""
        return self.as_given(self.asked_uses(mix))

    def asked_uses(self, mix: Array) -> tuple[Array | float, ...]:
        """The same as the actor would have them by itself: from these it goes on, whatever a scenario fixes."""
        safety = adjusted(self.safety_asked, self.safety_target())
        idle = self.idled() * (1 - safety)
        reinforcement = self.next_reinforcement(safety, idle)
        rest = 1 - safety - idle - reinforcement
        return (*(mix[..., n, :] * rest for n in range(len(USES))), reinforcement, safety, idle)

    def as_given(self, uses: tuple[Array | float, ...]) -> tuple[Array | float, ...]:
        """Shares of which the scenario may fix some."""
        fixed = self.world.fixed("compute")
        if fixed is None:
            return uses
        shares = np.stack(np.broadcast_arrays(*uses, self.safety)[:-1], axis=-2)
        return tuple(np.moveaxis(allocation.held(shares, fixed[self.rows]), -2, 0))

    def next_mix(self) -> Array:
        """Serving, experiments and pretraining as shares of what these three have together."""
        old, target = self.mix, self.mix_target()
        return target if self.world.in_data else old + INERTIA * (target - old)

    def mix_target(self) -> Array:
        """The same in proportion to what a further share of compute brings in each."""
        values = np.empty((*self.power_use.shape[:-1], len(USES), self.power_use.shape[-1]))
        for n, value in enumerate(self.compute_values()):
            values[..., n, :] = value
        return np.asarray(values / values.sum(axis=-2, keepdims=True))

    def compute_values(self) -> tuple[Array | float, ...]:
        """What a further share of compute brings in serving, experiments and pretraining, against pretraining today."""
        serving, experiments, pretraining = USES.values()
        if self.world.in_data:
            return serving, experiments, pretraining
        return serving, experiments * self.worth("experiments"), pretraining * self.worth("points")

    def explain_mix(self, member: int) -> list[Explanation]:
        """Why serving, experiments and pretraining get the shares that they get."""
        done, target = self.next_uses(self.next_mix()), self.next_uses(self.mix_target())
        points, found = [], []
        if not self.world.in_data:
            yields = self.worth("experiments") / self.worth("points")
            text = "capability is worth {} of what it was, against what it earns"
            points = [Reason.of(member, "points", self.worth("points"), Unit.SHARE, text)]
            found = [Reason.of(member, "found", yields, Unit.SHARE, "experiments find {} of what they did")]
        return [
            Explanation.of(
                name, Unit.SHARE, member, getattr(self, name),
                Target(target[n], 1.0 if self.world.in_data else INERTIA), value=done[n],
                setting=self.fixed_share("compute", n), reasons=reasons,
                rule="They share the compute that safety, idling and reinforcement learning leave",
            )
            for n, (name, reasons) in enumerate(zip(COMPUTE[:3], (points, [*points, *found], points), strict=True))
        ]  # fmt: skip

    # --- what stands idle --------------------------------------------------------------------------------------------

    def idled(self) -> Array | float:
        """Share, of compute that does no safety work, that stands still while clusters are pooled, or guards models."""
        return np.minimum(1 - (1 - self.pooled()) * (1 - self.secured()), MOST_IDLE)

    def pooled(self) -> Array | float:
        """Share of compute that stands still because policy pools clusters into one run; judgment, in its exponent."""
        if np.array_equal(self.concentration, self.spread):
            return 0.0
        gathered = np.maximum(self.concentration / np.maximum(self.spread, LEAST_SPREAD), 1.0)
        return 1 - np.power(gathered, -self.world.p.pooling_cost)

    def secured(self) -> Array | float:
        """Share of compute that guards models beyond what does today."""
        security, _ = self.closure()
        return SECURED * self.world.p.secrecy_cost * SECURITY_PART * np.maximum(security - SECURITY_TODAY, 0.0)

    def explain_idle(self, member: int) -> Explanation:
        """Why some compute stands idle."""
        return Explanation.of(
            "idle", Unit.SHARE, member, self.idle, Target(self.next_uses(self.next_mix())[5]),
            setting=self.fixed_share("compute", 5),
            rule="Some compute sits idle while clusters are pooled, and some guards models",
            reasons=[
                Reason.of(member, "pooled", self.pooled(), Unit.SHARE, "pooling idles {}"),
                Reason.of(member, "secured", self.secured(), Unit.SHARE, "guarding takes {} more than today"),
            ],
        )  # fmt: skip

    # --- safety and reinforcement ------------------------------------------------------------------------------------

    def safety_target(self) -> Target:
        """Share of compute for safety.

        A close and hostile rival makes developers cut corners, a weak or mild one does not; a technology known to be
        safer is met with less care (Stafford, Trager and Dafoe 2022).
        """
        w = self.world
        fixed = w.setting("safety_share")
        free = np.minimum(w.baseline_safety * (1 - self.corners()), MOST_SAFETY)
        return Target(np.where(np.isnan(fixed), free, fixed / 100), INERTIA)

    def corners(self) -> Array | float:
        """Share of safety work that rivalry takes away."""
        return CORNERS * self.world.p.hostility * self.closeness()

    def closeness(self) -> Array | float:
        """1 when the rival is level, falling to 0 as either leads."""
        return closeness(self.world.public.rival_gap[self.rows])

    def explain_safety(self, member: int) -> Explanation:
        """Why safety gets the share that it gets."""
        w = self.world
        calm, lost = "without a rival it would be {} of compute", "the race takes away {} of it"
        return Explanation.of(
            "safety", Unit.SHARE, member, self.safety, self.safety_target(), value=self.next_uses(self.next_mix())[4],
            setting=one(w.setting("safety_share"), member),
            rule="A close and hostile rival lowers safety spending",
            reasons=[
                Reason.of(member, "baseline_safety", w.baseline_safety, Unit.SHARE, calm),
                self.rivalry(member),
                Reason.of(member, "corners", self.corners(), Unit.SHARE, lost),
            ],
        )  # fmt: skip

    def next_reinforcement(self, safety: Array | float, idle: Array | float) -> Array:
        """Share of compute for reinforcement learning, which grows no faster than it can."""
        old, (wanted, speed) = self.reinforcement_asked, self.reinforcement_target(safety, idle)
        grown = old + np.minimum(speed * (wanted - old), (self.world.p.rl_ramp - 1) * old)
        return np.minimum(grown, MOST_REINFORCED * (1 - safety - idle))

    def reinforcement_target(self, safety: Array | float, idle: Array | float) -> Target:
        """The share in proportion to its marginal value, of what safety and idle compute leave."""
        values = self.compute_values()
        rl = self.rl_value / self.world.p.points_per_oom * (values[2] / USES["pretraining"])
        return Target((1 - safety - idle) * rl / (rl + (values[0] + values[1] + values[2])), INERTIA)

    def explain_reinforcement(self, member: int) -> Explanation:
        """Why reinforcement learning gets the share that it gets."""
        safety, p = adjusted(self.safety_asked, self.safety_target()), self.world.p
        idle = self.idled() * (1 - safety)
        gain, usual = "ten times the reinforcement learning adds {}", "ten times the pretraining adds {}"
        return Explanation.of(
            "reinforcement", Unit.SHARE, member, self.reinforcement, self.reinforcement_target(safety, idle),
            value=self.next_uses(self.next_mix())[3],
            rule="Compute goes where it adds the most capability",
            reasons=[
                Reason.of(member, "rl_value", self.rl_value, Unit.POINTS, gain),
                Reason.of(member, "points_per_oom", p.points_per_oom, Unit.POINTS, usual),
                Reason.of(member, "rl_ramp", p.rl_ramp, Unit.GROWTH, "the share can grow by {} a quarter at most"),
            ],
        )  # fmt: skip

    # --- the largest run ---------------------------------------------------------------------------------------------

    def concentrate(self) -> None:
        """Share of usable compute for the largest run, with policy's multiple and without it."""
        self.clustered = self.cluster()
        self.spread = self.gathered(self.spread, Target(np.minimum(self.clustered, LARGEST_SHARE), self.gathering()))
        self.concentration = self.next_concentration()

    def next_concentration(self) -> Array | float:
        """Share of usable compute in the largest run."""
        return self.gathered(self.concentration, self.concentration_target())

    def gathered(self, old: Array, target: Target) -> Array | float:
        """A share in the largest run after a quarter, which adjusts in logs: sites differ by factors."""
        wanted, speed = target
        return wanted if isinstance(speed, float) and speed == 1 else old * np.power(wanted / old, speed)

    def concentration_target(self) -> Target:
        """Policy's multiple of what one run would get; clusters are joined over quarters, not at once."""
        *_, multiple = self.clustering()
        return Target(np.minimum(multiple * self.cluster(), LARGEST_SHARE), self.gathering())

    def cluster(self) -> Array:
        """Share of compute that one run gets, policy apart: in the record by the stock, after it by money and fleet."""
        size, *_ = self.clustering()
        if self.world.in_data:
            return size * self.dilution(self.used_train)
        return self.world.now.run_share[self.rows]

    def gathering(self) -> float:
        """Share of the way, in logs, that the share in the largest run moves in a quarter; in the record, at once."""
        return 1.0 if self.world.in_data else GATHERING

    def dilution(self, stock: Array) -> Array:
        """What is left of the share at the reference stock when the stock is this large, H100e in training."""
        _, fall, reference, _ = self.clustering()
        return np.power(stock / reference + 1e-9, -fall)

    def clustering(self) -> tuple[Array, Array, float, float | Array]:
        """Share in the largest run at a reference stock, its fall with size, that stock, and the policy's multiple."""
        p = self.world.p
        return p.china_concentration, p.china_concentration_fall, REFERENCE_STOCK["china"], 1.0

    def explain_concentration(self, member: int) -> Explanation:
        """Why the largest run gets the share that it gets."""
        stock, (_, _, _, multiple) = self.used_train, self.clustering()
        found = [Reason.of(member, "used_train", stock, Unit.CHIPS, "last quarter it used {}")]
        if self.world.in_data:
            doubled, text = self.dilution(2 * stock) / self.dilution(stock), "doubling that changes the share by {}"
            found.append(Reason.of(member, "dilution", doubled, Unit.GROWTH, text))
        else:
            carried = "by what AI earns and what chips cost, one run gets {} of it"
            found.append(Reason.of(member, "run_share", self.cluster(), Unit.SHARE, carried))
        if one(multiple, member) != 1:
            found.append(Reason.of(member, "multiple", multiple, Unit.FACTOR, "the scenario asks for {} as much"))
        return Explanation.of(
            "concentration", Unit.SHARE, member, self.concentration, self.concentration_target(),
            value=self.next_concentration(),
            rule="The share in the largest run depends on how much compute there is" if self.world.in_data
            else "The largest run follows money and the fleet", reasons=found,
        )  # fmt: skip
