"""What `polarity policies reactions` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.cli.text import layout
from sim.results.wording import signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from sim.analysis.reactions import Reaction, Reactions
    from sim.results.paired import Paired

SEEN = 0.01
"""Change of a decision below which it is not shown."""
MOST_SHOCKS = 4
"""Shocks named beside a decision."""


def reactions(found: Reactions, record: str) -> None:
    """All checks of how nations react, and how the model's decision rules fit the record."""
    page = layout.console()
    moved = max(found.reactions.items(), key=lambda pair: abs(pair[1].difference.p50))
    layout.put(
        page,
        f"{found.spec.title}. Reactions of others matter most for the policy {_words(moved[0])}: it changes the lead "
        f"in {found.year} by {signed(moved[1].answered.p50, 2)} months with them and by "
        f"{signed(moved[1].held.p50, 2)} without.",
        _test(f"Change in the lead in {found.year}, months", found.reactions),
        _test("The same without China's power limit", found.unlimited),
        _responses(found), _sizes(found), _replies(found), _freeze(found), _beliefs(found), _politics(found), record,
    )  # fmt: skip
    page.print(
        "Others held: in each future, every decision that the policy does not fix stays as it was without the policy. "
        f"Responses: mean change of a decision by the end of {found.response_year}. Best replies: by China's values, "
        "including politics inferred from the record; a tie is best in fewer than nine of ten resamples. "
        f"{found.runs:,} futures each, with the same random draws. {layout.FOOTER}"
    )


def _words(name: str) -> str:
    return name.replace("_", " ").replace("us ", "US ").replace("china", "China")


def _three(effect: Paired) -> str:
    if effect.p05 is None or effect.p95 is None:
        return signed(effect.p50, 2)
    return f"{signed(effect.p50, 2)} ({signed(effect.p05, 2)} to {signed(effect.p95, 2)})"


def _test(title: str, found: Mapping[str, Reaction]) -> Table:
    table = layout.table(title, "Policy", "Others react", "Others held", "Effect of reactions")
    for name, r in found.items():
        table.add_row(_words(name), _three(r.answered), _three(r.held), _three(r.difference))
    return table


def _responses(found: Reactions) -> Table:
    """Per decision the shocks that move it most."""
    title = f"What moves each decision most by the end of {found.response_year}"
    table = layout.table(title, "Decision", "By", left=2)
    table.columns[0].no_wrap = True
    for decision in found.responses:
        own = sorted(found.answers(decision).items(), key=lambda pair: -abs(pair[1]))
        told = [f"{_words(shock)} {signed(change, 2)}" for shock, change in own[:MOST_SHOCKS] if abs(change) >= SEEN]
        table.add_row(decision.replace("_", " ").replace(".", ": "), ", ".join(told) or "nothing")
    return table


def _sizes(found: Reactions) -> Table:
    """What the answer of each decision changes."""
    title = f"What the reaction of each decision changes by {found.year}, against the same shock without it"
    table = layout.table(title, "Decision", "To", "Level", "Lead, months", "Compute, %", left=2)
    table.columns[0].no_wrap = True
    for decision, size in found.sizes.items():
        table.add_row(
            decision.replace("_", " ").replace(".", ": "), _words(size.shock), signed(size.change, 2),
            signed(size.months, 2), signed(100 * size.compute, 1),
        )  # fmt: skip
    return table


def _replies(found: Reactions) -> Table:
    table = layout.table("China's best reply by the values of both, and in how many of 100 resamples", "US package", *(
        _words(f"{us} / {china}").replace(" first", "") for us, china in found.replies
    ))  # fmt: skip
    packages = next(iter(found.replies.values()))
    for package in packages:
        cells = [
            f"{replies[package].reply} {100 * replies[package].p:.0f}{' tie' if replies[package].tie else ''}"
            for replies in found.replies.values()
        ]
        table.add_row(_words(package), *cells)
    return table


def _freeze(found: Reactions) -> Table:
    table = layout.table("All decisions at their medians: change in the lead in 2030, months", "Scenario", "Median")
    for name, change in found.freeze.items():
        table.add_row(name, signed(change, 2))
    return table


def _beliefs(found: Reactions) -> Table:
    table = layout.table("What actors expect in two years, and what happens", "Of", "Expected", "Happened")
    for belief in found.beliefs:
        table.add_row(belief.what, f"{signed(belief.believed, 2)} {belief.unit}", signed(belief.delivered, 2))
    return table


def _politics(found: Reactions) -> Table:
    title = "Politics inferred from the record, lowest to highest level, billion US dollars a year"
    table = layout.table(title, "Decision", "Slope", "Of 100 futures, at an end")
    for name, slope in found.politics.items():
        table.add_row(name.replace("_", " ").replace(".", ": "), _three(slope), f"{100 * found.corners[name]:.0f}")
    return table
