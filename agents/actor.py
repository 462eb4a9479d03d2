"""A national actor: divides its money, compute and people over their uses, and sets its postures."""

from __future__ import annotations

from agents.compute import ComputeSplit
from agents.explanation import Explanation
from agents.money import Treasury
from agents.people import Staff
from agents.state import Row


class NationalActor(Treasury, ComputeSplit, Staff):
    """Every quantity has shape `(runs,)` for one actor or `(k, runs)` for a group of one kind.

    Beside each decision stands an `explain_…`, which tells why from the methods that the decision itself calls.
    """

    alignment, policing = Row(), Row()

    def decide(self) -> None:
        """Decide from last quarter's picture only, so that the order of decisions cannot matter."""
        self.allocate()
        self.take_postures()

    def explain(self, member: int = 0) -> list[Explanation]:
        """Why one actor decides this quarter as it does, decision by decision, in one member of the ensemble.

        To be asked before it decides: a decision overwrites the rows that it started from.
        """
        return [*self.explain_allocation(member), *self.explain_postures(member)]

    def allocate(self) -> None:
        """Money, compute and people; the same for allies, hubs and the rest, who do it as one block of rows."""
        self.spend()
        self.divide_people()
        self.split_compute()
        self.concentrate()

    def explain_allocation(self, member: int) -> list[Explanation]:
        """Why it allocates money and compute so."""
        return [
            *self.explain_spending(member), *self.explain_money_use(member), self.explain_concentration(member),
            self.explain_safety(member), self.explain_idle(member), self.explain_reinforcement(member),
            *self.explain_mix(member), *self.explain_people_use(member),
        ]  # fmt: skip

    def take_postures(self) -> None:
        """Alignment with the United States and policing of trade; by default they stay."""

    def explain_postures(self, member: int) -> list[Explanation]:
        """Why it takes the postures that it takes; by default it takes none."""
        return []
