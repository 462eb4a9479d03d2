"""A policy that waits for a signpost, in a terminal: the rule, its regret, and what the signposts read today."""

from __future__ import annotations

from rich.table import Table

from scenarios.packages import SPOKEN, packages
from scenarios.signposts import SIGNPOSTS
from sim.analysis.pathways import Pathways, Rule
from sim.analysis.signposts import today
from sim.cli.text import layout


def pathways(found: Pathways) -> None:
    """Print the best rule, what it is worth beside fixed packages, and today's readings."""
    page = layout.console()
    layout.put(page, _said(found), _regrets(found), _map(found), _today(), layout.FOOTER)


def _said(found: Pathways) -> str:
    date, _, later = found.timed
    worst = found.fixed[found.best_fixed][1]
    return (
        f"For {SPOKEN[found.player]}: {told(found, found.rule)}.\n"
        f"Its largest regret in worlds and random draws that the search did not see is {found.regret[1]:.0f} billion "
        f"dollars a year; that of the best fixed package there, {_words(found.best_fixed)}, is {worst:.0f}: "
        f"{abs(100 * found.gain):.0f}% {'less' if found.gain >= 0 else 'more'} with the pathway. The same switch in "
        f"{date}, whatever any signpost reads, has {later:.0f}."
    )


def told(found: Pathways, rule: Rule) -> str:
    """A rule in words, with packages by their titles."""
    post, known = SIGNPOSTS[rule.when], packages(found.player)
    return (
        f"“{known[rule.first].title}” until the autumn in which “{post.label}” reads "
        f"{'above' if rule.above else 'below'} {rule.threshold:.3g} {post.unit}; from the next year "
        f"“{known[rule.then].title}”"
    )


def _regrets(found: Pathways) -> Table:
    table = layout.table("Largest regret, billion dollars a year", "Policy", "in the search", "held out")
    for name, (searched, held) in sorted(found.fixed.items(), key=lambda item: item[1][1]):
        table.add_row(_words(name), layout.plain(searched, 1), layout.plain(held, 1))
    table.add_row("the pathway", *(layout.plain(each, 1) for each in found.regret))
    return table


def _map(found: Pathways) -> Table:
    table = layout.table(
        "Least of the largest regrets in the search by signpost, whatever the threshold and the packages", "Signpost",
        "if below", "if above",
    )  # fmt: skip
    for name, post in SIGNPOSTS.items():
        table.add_row(post.label, *(layout.plain(float(found.map[name, above].min()), 1) for above in (False, True)))
    return table


def _today() -> Table:
    table = layout.table("What signposts read today", "Signpost", "Unit", "As of", "Source", "Reads", left=4)
    for name, post in SIGNPOSTS.items():
        read = today(name)
        table.add_row(post.label, post.unit, read.date, read.source, layout.plain(read.value, 2))
    return table


def _words(name: str) -> str:
    return name.replace("_", " ")
