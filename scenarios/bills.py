"""Bills that are pending, and the rule that each becomes where a scenario passes it."""

from __future__ import annotations

from functools import cache

from pydantic import Field

from scenarios.errors import InputError, unknown
from scenarios.quarters import DATA_UNTIL, label, number, start_date
from scenarios.rules import Issuer, Measure, Rule, Scope, history
from scenarios.tables import DATA, Line, Row, read

SOONEST = number(DATA_UNTIL) + 1
"""The first quarter in which a bill can become law."""
USUAL = label(SOONEST + 1)
"""The quarter in which it does where nobody says another: the next one."""
PASSED = "passed_"
"""How the id of a passed bill's rule begins."""


class Bill(Row):
    """A pending bill as a rule: what it would close, and how far."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
    record: str = Field(description="its row in rules.csv, which says where it stands")
    issuer: Issuer
    scope: Scope
    measure: Measure
    strength: float | None = Field(default=None, ge=0, le=1)
    title: Line = Field(max_length=120)
    summary: Line = Field(max_length=400)
    instead: str = Field(default="", max_length=200, description="where the model has no mechanism for it: what to try")

    def rule(self, quarter: str) -> Rule:
        """The rule that it becomes at the start of a quarter.

        Raises:
            InputError: for what is no quarter, or one of the data.
        """
        try:
            begin = number(quarter)
        except ValueError as error:
            raise InputError(f"{self.title}: {error}") from error
        if begin < SOONEST:
            raise InputError(f"{self.title} cannot pass in {quarter}; give {label(SOONEST)} or later")
        said = self.model_dump(exclude={"id", "record", "instead"})
        return Rule.model_validate({**said, "id": f"{PASSED}{self.id}", "start": start_date(begin)})


@cache
def bills() -> dict[str, Bill]:
    """The bills by id, in the order of the table.

    Raises:
        InputError: for a wrong row, or a record that is no proposed rule.
    """
    found = {row.id: row for row in read(Bill, DATA / "bills.csv")}
    proposed = {rule.id for rule in history() if rule.measure == "proposed"}
    for row in found.values():
        if row.record not in proposed:
            raise InputError(f"bills.csv, {row.id}: {row.record} is no proposed rule of rules.csv")
    return found


def passed(dates: dict[str, str]) -> tuple[Rule, ...]:
    """The rules of some bills, in the order of the table.

    Args:
        dates: bill → quarter at whose start it takes effect.

    Raises:
        InputError: for an unknown bill, with the nearest name, or a quarter in which none can pass.
    """
    for name in dates:
        if name not in bills():
            raise unknown("bill", name, bills())
    return tuple(bill.rule(dates[name]) for name, bill in bills().items() if name in dates)
