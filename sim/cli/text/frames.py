"""Other people's claims and the model's answers in a terminal."""

from __future__ import annotations

from itertools import groupby

from scenarios.frames import frames as texts
from sim.analysis.frames import VERDICTS, Answer, Answers, written
from sim.cli.text import layout


def frames(found: Answers) -> None:
    """Print the claims of each text with the model's answer."""
    page = layout.console()
    for name, group in groupby(found.answers, key=lambda one: one.claim.frame):
        table = layout.table(texts()[name].head, "", "Claim and what the model says", "Holds", "If not", left=2)
        for one in group:
            table.add_row(one.claim.claim, f"{one.claim.title}\n{_told(one)}", *_numbers(one))
        layout.put(page, table, f"{texts()[name].reading} {texts()[name].url}")
    page.print(f"Averages over {found.runs} futures with the same draws. {layout.FOOTER}")


def _told(one: Answer) -> str:
    verdict = VERDICTS[one.verdict]
    return f"{verdict} {one.says[0].asked.label}" if one.says else verdict


def _numbers(one: Answer) -> tuple[str, str]:
    """The averages of the first outcome in both settings."""
    if not one.says:
        return "", ""
    first = one.says[0]
    unit = first.asked.unit
    return written(first.holds.mean, unit), "" if first.fails is None else written(first.fails.mean, unit)
