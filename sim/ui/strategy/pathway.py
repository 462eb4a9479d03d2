"""A pathway in words and pictures: the best rule, what it is regretted for, and the map of all rules tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from scenarios.packages import packages
from scenarios.signposts import SIGNPOSTS
from sim.analysis import signposts
from sim.analysis.pathways import Pathways
from sim.ensemble.rng import Array
from sim.ui.shared.templates import render
from sim.ui.strategy import words
from sim.ui.strategy.html import STRONGEST, today

DIRECTIONS = {False: "below", True: "above"}
"""How a signpost can be read, in the order of the map."""
NEVER = 0.005
"""Share of futures below which a rule does not change course."""
ALIKE = 0.05
"""Share of a regret below which another one is about as large."""


def rule(found: Pathways) -> str:
    """The best rule in a sentence."""
    best, own = found.rule, packages(found.player)
    if switching(found) < NEVER:
        return f"“{own[best.first].title}” throughout: no rule that changes course does better."
    return (
        f"“{own[best.first].title}” until the autumn in which “{SIGNPOSTS[best.when].label}” reads "
        f"{DIRECTIONS[best.above]} {words.amount(best.when, best.threshold)}, and “{own[best.then].title}” from the "
        "next January on."
    )


def verdict(found: Pathways) -> str:
    """What the rule is worth beside a fixed package and a fixed date, where the search did not look."""
    worth, fixed, timed = found.regret[1], found.fixed[found.best_fixed][1], found.timed[2]
    if switching(found) < NEVER:
        return (
            "In worlds that the search did not see, it falls short of the best package in hindsight by at most "
            f"{words.dollars(worth)} billion dollars a year. The rule that did best in the search hardly ever leaves "
            "its first package."
        )
    said = (
        "In worlds that the search did not see, the pathway falls short of the best package in hindsight by at most "
        f"{words.dollars(worth)} billion dollars a year; it switches in {100 * switching(found):.0f} of 100 futures. "
        f"The best fixed package, “{packages(found.player)[found.best_fixed].title}”, falls short by up to "
        f"{words.dollars(fixed)}, and the same switch in January {found.timed[0][:4]}, whatever the signpost reads, by "
        f"up to {words.dollars(timed)}."
    )
    if fixed <= worth * (1 + ALIKE):
        return f"{said} One fixed package is about as good: waiting for a signpost gains nothing here."
    if timed <= worth * (1 + ALIKE):
        return f"{said} What helps is to change course, not to watch the signpost."
    part = min((timed - worth) / (fixed - worth), 1.0)
    return f"{said} Watching the signpost makes {100 * part:.0f}% of the gain over the fixed package."


def switching(found: Pathways) -> float:
    """In what share of futures that the search did not see the rule switches."""
    best, hit = found.rule, []
    for case in found.held_out:
        read = case.readings[best.first, best.when]
        hit.append((read > best.threshold if best.above else read < best.threshold).any(axis=0))
    return float(np.mean(hit))


def tested(found: Pathways) -> str:
    """Where it was searched and where it was tested."""
    worlds = [len({case.name.partition(" / ")[0] for case in cases}) for cases in (found.searched, found.held_out)]
    return (
        f"Searched in {worlds[0]} worlds under {len(found.searched) // worlds[0]} answers of the rival, tested in "
        f"{worlds[1]} other worlds with other random draws; {found.runs} futures of each."
    )


def bars(found: Pathways) -> Markup:
    """The largest regret held out, of the rule, the best fixed package and the same switch at a fixed date."""
    rows = [
        ("The pathway", found.regret[1]),
        (f"“{packages(found.player)[found.best_fixed].title}” throughout", found.fixed[found.best_fixed][1]),
        (f"The same switch in January {found.timed[0][:4]}", found.timed[2]),
    ]
    longest, least = max(*(worst for _, worst in rows), 1e-9), min(worst for _, worst in rows)
    head = "Largest regret where the search did not look, bn $ a year"
    drawn = [(name, words.dollars(worst), f"{100 * worst / longest:.1f}", worst == least) for name, worst in rows]
    return render("strategy/regrets.html", players=[(_color(found), head, drawn)])


def strips(found: Pathways) -> Markup:
    """Every signpost as a strip of readings, each with the least of the largest regrets of the rules on it."""
    every = np.concatenate(list(found.map.values()))
    scale = float(every.min()), float(every.max())
    posts = [_strip(found, name, scale) for name in SIGNPOSTS]
    return render("strategy/strips.html", posts=posts, color=_color(found, "china"))


def _strip(found: Pathways, name: str, scale: tuple[float, float]) -> dict[str, Any]:
    at = found.thresholds[name]
    best = found.rule if found.rule.when == name else None
    return {
        "label": f"{SIGNPOSTS[name].label}, {SIGNPOSTS[name].unit}", "today": today(name),
        "now": f"{100 * place(at, signposts.today(name).value):.1f}", "heads": [number(each) for each in at],
        "rows": [
            (text, [
                (words.dollars(worst), _tone(worst, scale),
                 best is not None and best.above is above and best.threshold == float(each))
                for each, worst in zip(at, found.map[name, above], strict=True)
            ])
            for above, text in DIRECTIONS.items()
        ],
    }  # fmt: skip


def place(at: Sequence[float] | Array, value: float) -> float:
    """Where a reading lies in a strip whose cells stand for these readings, 0 to 1."""
    centers = (np.arange(len(at)) + 0.5) / len(at)
    return float(np.interp(value, at, centers, left=0.0, right=1.0))


def number(value: float) -> str:
    """A reading where there is hardly any room."""
    if abs(value) < 0.005:
        return "0"
    digits = 0 if abs(value) >= 9.95 else 1 if abs(value) >= 0.995 else 2
    return f"{value:.{digits}f}".replace("-", "−")


def _tone(worst: float, scale: tuple[float, float]) -> str:
    """The stronger, the less there is to regret."""
    low, high = scale
    share = (high - worst) / (high - low) if high > low else 1.0
    return f"{4 + (STRONGEST - 4) * share:.0f}%"


def _color(found: Pathways, china: str = "cn") -> str:
    return "us" if found.player == "united_states" else china
