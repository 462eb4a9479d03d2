"""What `polarity policies` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.quantities import Z90
from sim.analysis.durable import FEWEST
from sim.cli.text import layout
from sim.cli.text.study import brief
from sim.ensemble.posterior_draws import draws_of
from sim.equations.costs import ITEMS
from sim.results.costs import SMALL
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.wording import signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from sim.analysis.attribution import Attribution
    from sim.analysis.durable import Durable, Lasting
    from sim.analysis.flips import Flips
    from sim.analysis.prices import Price, PriceList
    from sim.analysis.regret import Regret
    from sim.ensemble.rng import Array
    from sim.results.outcomes.scalar import Outcome
    from sim.results.paired import Paired


MOST_EXTRA = 2
"""Columns for further outcomes: more do not fit on a page."""


def prices(listed: PriceList) -> None:
    """The price list: one row per lever and end, and in words what moves the lead most."""
    page = layout.console()
    groups = [group for group in listed.by_lever() if not group[0].company]
    best = [max(group, key=lambda price: abs(price.effects[listed.lead].mean)) for group in groups[:3]]
    most = "; ".join(
        f"{price.lever.label} at {price.value:g} {price.lever.unit} "
        f"({signed(price.effects[listed.lead].mean)} months)" for price in best
    )  # fmt: skip
    layout.put(page, f"{listed.spec.title}. The single levers that move the lead most: {most}.")
    usual, extra = listed.outcomes[: 1 + len(CLASSES)], listed.outcomes[1 + len(CLASSES) :]
    shown = (*usual[1:], *extra[:MOST_EXTRA])
    table = layout.table("", "Lever", "To", "Lead, months", *(_title(outcome, outcome in usual) for outcome in shown))
    table.columns[0].no_wrap = True
    for group in listed.by_lever():
        for price in group:
            table.add_row(*_price(price, listed.lead, shown))
    layout.put(page, table)
    for price in (price for group in listed.by_lever() for price in group if price.bound):
        layout.put(page, f"{price.lever.name} at {price.value:g} hardly moves the lead: {price.bound}.")
    layout.put(page, _costs(listed))
    if extra[MOST_EXTRA:]:
        page.print(f"Only in --json and --out: {', '.join(map(str, extra[MOST_EXTRA:]))}.")
    page.print(
        f"{listed.outcomes[0].label} and outcomes of 100 simulated futures: the change when the lever moves, with the "
        f"90% interval of the mean from {listed.runs:,} futures with the same random draws. Single futures differ "
        "more; --json gives their 90% range. A + after a lever: other levers are set on both sides so that it can have "
        f"an effect (--json names them). Brackets: no detectable difference.{_repeated(listed)}"
    )
    page.print(
        "Costs: the largest items, means over futures; money for chips, data centers, fabs and people buys something. "
        "--json gives every item for every actor, savings included."
    )
    page.print(f"A larger lead is not necessarily better. {layout.FOOTER}")


def _title(outcome: Outcome, is_usual: bool) -> str:
    if is_usual:
        return outcome.label
    return f"{outcome}, {'in 100' if outcome.is_share else outcome.unit}"


def _repeated(listed: PriceList) -> str:
    """What the intervals leave out where there are more futures than draws of the parameters."""
    known = draws_of(listed.spec)
    if known is None or listed.runs <= known:
        return ""
    return (
        f" Only {known:,} parameter draws fit the record: more futures repeat them with other chance events, and the ± "
        "takes the draws as given."
    )


def _price(price: Price, lead: str, shown: Sequence[Outcome]) -> list[str]:
    start = [price.lever.name + (" +" if price.company else ""), f"{price.value:g}"]
    if price.already:
        return [*start, "already there", *[""] * len(shown)]
    cells = [
        _short(price.effects[str(outcome)], 100.0, 1) if outcome.is_share else _short(price.effects[str(outcome)])
        for outcome in shown
    ]
    return [*start, _short(price.effects[lead]), *cells]


def _costs(listed: PriceList) -> Table:
    """Whom each move costs most: whoever decides about it, and others."""
    title = f"What each move costs in {listed.year}, compared with {listed.spec.title.lower()}, billion US dollars"
    table = layout.table(title, "Lever", "To", "For whoever decides", "For others", left=1)
    table.columns[0].no_wrap = True
    for column in table.columns[2:]:
        column.justify = "left"
    for price in (price for group in listed.by_lever() for price in group):
        if not price.already:
            name = price.lever.name + (" +" if price.company else "")
            table.add_row(name, f"{price.value:g}", *(_paid(listed, price, own) for own in (True, False)))
    return table


def _paid(listed: PriceList, price: Price, own: bool) -> str:
    """The two accounts that a move costs most: billions of US dollars, actor and item."""
    labels, said = {row.actor: row.label for row in listed.spec.roster()}, []
    for account, cost in price.largest(own):
        actor, _, item = account.partition(".")
        said.append(f"{cost.mean / 1e9:,.1f} {labels[actor]}, {ITEMS[item].label}")
    return "; ".join(said) or f"less than {SMALL / 1e9:g}"


def _short(effect: Paired, scale: float = 1.0, digits: int = 2) -> str:
    """Mean and half of its interval; in brackets where the interval has zero in it."""
    if effect.mean == 0:
        return "0"
    half = scale * (effect.half or 0.0)  # prices are of two futures or more
    if abs(scale * effect.mean) >= 1e4:
        return f"{brief(effect.mean)} ±{brief(half)}" if effect.is_clear else f"[{brief(effect.mean)}]"
    text = signed(scale * effect.mean, digits)
    return f"{text} ±{half:.{digits}f}" if effect.is_clear else f"[{text}]"


def _effect(effect: Paired, scale: float = 1.0) -> str:
    mean = signed(scale * effect.mean, 2)
    if effect.low is None or effect.high is None:
        return mean
    return f"{mean} ({signed(scale * effect.low, 2)} to {signed(scale * effect.high, 2)})"


def attribution(result: Attribution) -> None:
    """What made the difference between two scenarios."""
    page = layout.console()
    scale, unit = (100.0, "futures in 100") if result.outcome.is_share else (1.0, result.outcome.unit)
    rows = sorted(result.shares, key=lambda share: -abs(share.shapley.mean))
    whole, top = signed(scale * result.whole.mean, 2), rows[0]
    layout.put(
        page,
        f"{result.outcome.label}: {result.second.title} minus {result.first.title} is {whole} {unit}. "
        f"The largest part comes from {top.player.name}: {signed(scale * top.shapley.mean, 2)}.",
    )
    table = layout.table("", "What differs", "Share of the difference", "Alone", "Last")
    for share in rows:
        table.add_row(share.player.name, *(_effect(e, scale) for e in (share.shapley, share.first, share.last)))
    table.add_row("All together", _effect(result.whole, scale), "", "")
    layout.put(page, table)
    page.print(
        "Share: the Shapley value, the average effect over all orders in which the changes could be made; shares add "
        "up. Alone: its effect on the first scenario. Last: what the second scenario would lose without it. Where "
        f"these differ, changes reinforce or replace each other. {result.runs:,} futures for each combination, 90% "
        f"intervals. {layout.FOOTER}"
    )


def regret(result: Regret, within: float | None = None) -> None:
    """Policies against worlds."""
    page = layout.console()
    scale, unit = result.scale, "futures in 100" if result.outcome.is_share else result.outcome.unit
    at = result.policies.index(result.minimax)
    goal = "as much" if result.most else "as little"
    layout.put(
        page,
        f"For {goal} of “{result.outcome.label}” as possible, {result.minimax} is regretted least in the world where "
        f"it is regretted most: {layout.plain(scale * float(result.largest[at]), 1)} {unit}.{_rival(result, unit)}",
    )
    worlds = [name.replace("_", " ") for name in result.worlds]
    table = layout.table(f"Mean {unit}", "Policy", *worlds)
    _rows(table, result.policies, scale * result.scores)
    layout.put(page, table)
    near = [] if within is None else [f"within {within:g}"]
    table = layout.table(f"Regret, {unit}", "Policy", *worlds, "largest", "mean", *near)
    regrets = scale * result.regrets
    counts = [] if within is None else [[str(count)] for count in result.near_best(within / scale)]
    _rows(table, result.policies, np.column_stack([regrets, regrets.max(axis=1), regrets.mean(axis=1)]), counts)
    layout.put(page, table)
    for policy in (policy for policy in result.chosen if policy.left):
        page.print(f"Not taken over from {policy.name}: {', '.join(policy.left)}.")
    page.print(
        "Regret: how much worse than the best of these policies in that world, with the same random draws. What any of "
        "them decides is where it is today under those that do not name it, also in a world that sets it. Which way is "
        f"better is your choice (--goal), not the model's. {result.values.shape[-1]:,} futures each. {layout.FOOTER}"
    )


def _rows(table: Table, names: Sequence[str], values: Array, more: Sequence[Sequence[str]] = ()) -> None:
    """One row per name: numbers, and what stands after them."""
    table.columns[0].no_wrap = True
    for name, row, rest in zip(names, values, more or [[]] * len(names), strict=True):
        table.add_row(name, *(layout.plain(float(value), 1) for value in row), *rest)


def _rival(result: Regret, unit: str) -> str:
    """A warning where chance could decide between the two policies that are regretted least."""
    order = result.largest.argsort()
    first, second = int(order[0]), int(order[1])
    world = int(result.regrets[second].argmax())
    span = result.interval(second, world)
    half = result.scale * (span.half or 0.0)
    distance = result.scale * float(result.largest[second] - result.largest[first])
    if distance > half:
        return ""
    return (
        f" {result.policies[second]} is too near to tell apart: {layout.plain(result.scale * span.mean, 1)} "
        f"±{layout.plain(half, 1)} {unit}."
    )


def flips(result: Flips, top: int) -> None:
    """The smallest changes that lead to another outcome."""
    page = layout.console()
    share = f"{100 * result.shares[result.now]:.0f} of 100"
    now = f"{result.spec.title}, end of {result.year}: {LABELS[result.now]}, {share}."
    wanted = (
        f" {LABELS[result.to]} becomes the most common outcome" if result.to else " The most common outcome changes"
    )
    if result.flipping:
        first = next((change for change in result.flipping if change.size), result.flipping[0])
        said = (
            f"{wanted} with {first.label} at {brief(first.value)} instead of {brief(first.start)}: "
            f"{LABELS[first.outcome]}, {100 * first.shares[first.outcome]:.0f} of 100."
        )
    elif result.together:
        names = ", ".join(f"{change.label} {brief(change.value)}" for change in result.together)
        said = f" No single change does that. These changes together do: {names}."
    else:
        said = " No single change does that, nor do the ten closest ones together."
    layout.put(page, now + said + _level(result))
    table = layout.table("", "What", "Now", "Needed", "Share of its range", "Then most common", "Of 100", left=1)
    for change in result.changes[:top]:
        place = brief(change.value) if change.flips else f"none; closest at {brief(change.value)}"
        if change.flips and not change.size:
            place = "its median; its spread decides"
        counts = f"{100 * change.shares[change.outcome]:.0f}"
        table.add_row(
            change.label, brief(change.start), place, f"{100 * change.size:.0f}%", LABELS[change.outcome], counts
        )
    layout.put(page, table)
    page.print(
        "Levers are set from the scenario's start on, one at a time; a parameter is fixed in all futures. Now: the "
        "lever's setting (its usual level if left to the model) or the parameter's median. Share of its range: for a "
        "parameter, of the way from the median to the last percentile. "
        f"{result.runs:,} futures each, with the same random draws. {layout.FOOTER}"
    )


def _level(result: Flips) -> str:
    """A warning if chance could decide which outcome is the most common now."""
    first, second = sorted(result.shares.values(), reverse=True)[:2]
    if first - second > Z90 * np.sqrt(2 / result.runs):
        return ""
    return " The two most common outcomes are too close to call now; use more --runs before you quote a change."


WHOSE = {"us": "the US", "china": "China"}
"""A side in a sentence."""


def durable(result: Durable) -> None:
    """Who has a lead, who has it years later, and what research feedback does to both."""
    page = layout.console()
    layout.put(page, _lasts(result, result.rows[0]))
    table = layout.table(
        f"Leads of {result.months:g} months or more, futures in 100; mean leads in months", "Policy",
        "Feedback", f"Has it, {result.at}", f"and again, {result.later}", f"and ahead, {result.later}",
        "Kept, of 100 that had it", f"Mean lead, {result.at}", f"Mean lead, {result.later}", left=2,
    )  # fmt: skip
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for row in result.rows:
        _lasting(table, row)
    layout.put(page, table)
    page.print(
        f"Lead: that of {WHOSE[result.side]}, in months at a fixed pace, at the end of each year. Change: with "
        "research feedback (AI speeds up AI research) minus without it, in the same futures, with its 90% interval; in "
        "the column Kept, among the futures that have such a lead either way. Brackets: no detectable difference. "
        f"{result.runs:,} futures each. A durable lead is not necessarily better. {layout.FOOTER}"
    )


def _lasts(result: Durable, row: Lasting) -> str:
    """What holds for one scenario, in a sentence."""
    who, lead = WHOSE[result.side], f"{result.months:g} months or more"
    has = 100 * row.measured()["has"].with_feedback
    said = f"{row.scenario.title}: in {has:.0f} of 100 futures {who} leads by {lead} at the end of {result.at}"
    if not row.enough():
        return f"{said}: too few to say how many keep it."
    kept, ahead = (100 * (row.kept(True, ahead) or 0.0) for ahead in (False, True))
    said += (
        f"; of 100 such futures, {kept:.0f} have such a lead again at the end of {result.later}, and in {ahead:.0f} "
    )
    said += f"{who} is still ahead."
    if not row.enough(feedback=False):
        return said
    return f"{said} Without research feedback, {100 * (row.kept(False) or 0.0):.0f} of 100 keep it."


def _lasting(table: Table, row: Lasting) -> None:
    """Three lines for a scenario: with research feedback, without, and the difference."""
    found = row.measured()
    shares, leads = [found[name] for name in ("has", "keeps", "ahead")], [found["lead_then"], found["lead_later"]]
    for label, feedback in (("with", True), ("without", False)):
        kept = row.kept(feedback)
        values = [each.where(feedback) for each in (*shares, *leads)]
        cells = [layout.plain(100 * value, 1) for value in values[:3]]
        cells.append(layout.plain(100 * kept, 1) if kept is not None and row.enough(feedback) else "too few")
        cells += [layout.plain(value, 1) for value in values[3:]]
        table.add_row(row.scenario.name if feedback else "", label, *cells)
    cells = [_short(each.difference, 100.0, 1) for each in shares]
    cells.append(_short(found["kept"].difference, 100.0, 1) if row.in_both.sum() >= FEWEST else "too few")
    table.add_row("", "change", *cells, *(_short(each.difference) for each in leads))
