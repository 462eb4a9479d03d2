"""What `polarity policies` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.cli_study_text import brief
from sim.cli_text import FOOTER, _console, _plain, _print, _table
from sim.outcomes.polarity import CLASSES, LABELS
from sim.wording import signed

if TYPE_CHECKING:
    from sim.analysis.attribution import Attribution
    from sim.analysis.flips import Flips
    from sim.analysis.prices import Price, PriceList
    from sim.analysis.regret import Regret
    from sim.paired import Paired


def prices(listed: PriceList) -> None:
    """The price list: one row per lever and end, and in words what moves the lead most."""
    page = _console()
    groups = [group for group in listed.by_lever() if not group[0].company]
    best = [max(group, key=lambda price: abs(price.effects[listed.lead].mean)) for group in groups[:3]]
    most = "; ".join(
        f"{price.lever.label} at {price.value:g} {price.lever.unit} "
        f"({signed(price.effects[listed.lead].mean)} months)" for price in best
    )  # fmt: skip
    _print(page, f"{listed.spec.title}. One lever at a time moves the lead most like this: {most}.")
    classes = [name for name in CLASSES if any(outcome.name == name for outcome in listed.outcomes)]
    extra = [outcome for outcome in listed.outcomes[1:] if outcome.name not in CLASSES][:2]
    titles = ["Lead, months", *(LABELS[name] for name in classes), *(f"{o.label}, {o.unit}" for o in extra)]
    table = _table("", "Lever", "To", *titles)
    table.columns[0].no_wrap = True
    for group in listed.by_lever():
        for price in group:
            table.add_row(*_price(price, listed, classes, [str(outcome) for outcome in extra]))
    _print(page, table)
    page.print(
        f"{listed.outcomes[0].label}, and futures in 100 in each outcome: moved less not moved, with the 90 % interval "
        f"of the mean from {listed.runs:,} futures on the same dice. How unlike futures are is another thing: --json "
        "gives the range of nine in ten. A + after a lever: in company, with other levers set on both sides so that it "
        "can act (--json names them). An effect in brackets cannot be told from none."
    )
    page.print(f"More lead is not said to be better. {FOOTER}")


def _price(price: Price, listed: PriceList, classes: list[str], extra: list[str]) -> list[str]:
    by_class = {outcome.name: str(outcome) for outcome in listed.outcomes}
    start = [price.lever.name + (" +" if price.company else ""), f"{price.value:g}"]
    if price.already:
        return [*start, "is there", *[""] * (len(classes) + len(extra))]
    effects = price.effects
    shares = [_short(effects[by_class[name]], 100.0, 1) for name in classes]
    return [*start, _short(effects[listed.lead]), *shares, *(_short(effects[text]) for text in extra)]


def _short(effect: Paired, scale: float = 1.0, digits: int = 2) -> str:
    """Mean and half of its interval; in brackets where the interval has zero in it."""
    if effect.mean == 0:
        return "0"
    half = scale * (effect.high - effect.mean)
    if abs(scale * effect.mean) >= 1e4:
        return f"{brief(effect.mean)} ±{brief(half)}" if effect.is_clear else f"[{brief(effect.mean)}]"
    text = signed(scale * effect.mean, digits)
    return f"{text} ±{half:.{digits}f}" if effect.is_clear else f"[{text}]"


def _effect(effect: Paired, scale: float = 1.0) -> str:
    mean, low, high = (signed(scale * value, 2) for value in (effect.mean, effect.low, effect.high))
    return f"{mean} ({low} to {high})"


def attribution(result: Attribution) -> None:
    """What made the difference between two scenarios."""
    page = _console()
    scale, unit = (100.0, "futures in 100") if result.outcome.is_share else (1.0, result.outcome.unit)
    rows = sorted(result.shares, key=lambda share: -abs(share.shapley.mean))
    whole, top = signed(scale * result.whole.mean, 2), rows[0]
    _print(
        page,
        f"{result.outcome.label}: {result.second.title} less {result.first.title} is {whole} {unit}. "
        f"The largest part is due to {top.player.name}: {signed(scale * top.shapley.mean, 2)}.",
    )
    table = _table("", "What differs", "Its part", "Alone", "Last")
    for share in rows:
        table.add_row(share.player.name, *(_effect(e, scale) for e in (share.shapley, share.first, share.last)))
    table.add_row("All together", _effect(result.whole, scale), "", "")
    _print(page, table)
    page.print(
        "Its part: the Shapley value, the mean over all orders in which the changes could be made; the parts add up. "
        "Alone: on the first scenario. Last: what the second would lack without it. Where they part, changes work "
        f"together or replace each other. {result.runs:,} futures of each combination, 90 % intervals. {FOOTER}"
    )


def regret(result: Regret) -> None:
    """Policies against worlds."""
    page = _console()
    scale, unit = (100.0, "futures in 100") if result.outcome.is_share else (1.0, result.outcome.unit)
    at = result.policies.index(result.minimax)
    goal = "as much" if result.most else "as little"
    _print(
        page,
        f"For {goal} of “{result.outcome.label}” as possible, {result.minimax} is regretted least in the world where "
        f"it is regretted most: {_plain(scale * float(result.largest[at]), 1)} {unit}.",
    )
    worlds = [name.replace("_", " ") for name in result.worlds]
    for title, values in ((f"Mean {unit}", result.scores), (f"Regret, {unit}", result.regrets)):
        more = ("largest", "mean") if values is result.regrets else ()
        table = _table(title, "Policy", *worlds, *more)
        table.columns[0].no_wrap = True
        for policy, row in zip(result.policies, scale * values, strict=True):
            ends = (row.max(), row.mean()) if more else ()
            table.add_row(policy, *(_plain(float(value), 1) for value in (*row, *ends)))
        _print(page, table)
    page.print(
        "Regret: how much worse than the best of these policies in that world, on the same dice. Which way is better "
        f"is your choice (--goal), not the model's. {result.values.shape[-1]:,} futures each. {FOOTER}"
    )


def flips(result: Flips, top: int) -> None:
    """What would have to be true for another outcome."""
    page = _console()
    share = f"{100 * result.shares[result.now]:.0f} in 100"
    now = f"{result.spec.title}, end of {result.year}: {LABELS[result.now]}, {share}."
    wanted = f" {LABELS[result.to]} would be the most common" if result.to else " Another outcome would be"
    if result.flipping:
        first = result.flipping[0]
        said = (
            f"{wanted} with {first.label} at {brief(first.value)} instead of {brief(first.start)}: "
            f"{LABELS[first.outcome]}, {100 * first.shares[first.outcome]:.0f} in 100."
        )
    elif result.together:
        names = ", ".join(f"{change.label} {brief(change.value)}" for change in result.together)
        said = f" No single change flips it. Together these do, found by adding the best: {names}."
    else:
        said = " No single change flips it, and the ten that come closest do not together."
    _print(page, now + said)
    table = _table("", "What", "Now", "Would have to be", "Of its way", "Then most common", "In 100", left=1)
    for change in result.changes[:top]:
        place = brief(change.value) if change.flips else f"not even at {brief(change.value)}"
        counts = f"{100 * change.shares[change.outcome]:.0f}"
        table.add_row(
            change.label, brief(change.start), place, f"{100 * change.size:.0f} %", LABELS[change.outcome], counts
        )
    _print(page, table)
    page.print(
        "Levers are set from the scenario's start on, one at a time; a parameter is fixed in all futures. Now: the "
        "lever's setting (where the actor decides, its usual place) or the parameter's median. Of its way: of the "
        "lever's range, or from the median to the last percentile. "
        f"{result.runs:,} futures each, on the same dice. {FOOTER}"
    )
