"""What studies and analyses print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.cli.text import layout
from sim.results.outcomes.polarity import LABELS
from sim.results.wording import rounded, signed

if TYPE_CHECKING:
    from sim.analysis.correlation_ratio import Ratios
    from sim.analysis.shapley import Effects
    from sim.analysis.sobol import Indices
    from sim.results.outcomes.scalar import Outcome

SHOWN, COLUMNS = 40, 4
"""Rows and outcomes of a study that are printed."""


def study(rows: Sequence[Mapping[str, Any]], outcomes: Sequence[Outcome], axes: Sequence[str]) -> None:
    """Results of a study, one row per scenario, setting and seed; says what it leaves out."""
    page = layout.console()
    seeds = ("seed",) if len({row["seed"] for row in rows}) > 1 else ()
    some = outcomes[:COLUMNS]
    titles = [f"{outcome.label}, {'of 100 futures' if outcome.is_share else outcome.unit}" for outcome in some]
    settings = [axis.partition(".")[2] for axis in axes]
    table = layout.table("", "Scenario", *settings, *(name.title() for name in seeds), *titles)
    for row in rows[:SHOWN]:
        keys = [row["scenario"], *(row[f"set.{axis}"] for axis in axes), *(row[name] for name in seeds)]
        table.add_row(*("actor" if key is None else brief(key) for key in keys), *(_answer(row, o) for o in some))
    layout.put(page, table)
    if any(not (outcome.is_share or outcome.is_class) for outcome in some):
        page.print(
            "Numbers are medians with 90% ranges; `none in 6`: it does not happen in 6 of 100 simulated futures."
        )
    cut = [f"{len(rows) - SHOWN:,} more rows"] if len(rows) > SHOWN else []
    cut += [f"{len(outcomes) - COLUMNS} more outcomes"] if len(outcomes) > COLUMNS else []
    if cut:
        page.print(f"{' and '.join(cut)} not shown; --json prints everything.")


def _answer(row: Mapping[str, Any], outcome: Outcome) -> str:
    name = str(outcome)
    if outcome.is_class:
        counts = rounded({c: row[f"{name} {c}"] for c in outcome.classes})
        return ", ".join(f"{LABELS.get(c, c)} {count}" for c, count in counts.items() if count)
    if outcome.is_share:
        return f"{100 * row[name]:.0f}"
    if row[f"{name} p50"] is None:
        return "–"
    values = [row[f"{name} {q}"] for q in ("p50", "p05", "p95") if row[f"{name} {q}"] is not None]
    unit, size = _scale(max(values, key=abs))
    mid, *ends = (brief(value / size) for value in values)
    span = f" ({ends[0]} to {ends[1]})" if ends else ""
    exists = row.get(f"{name} exists", 1)
    return f"{mid}{span}{unit}" + ("" if exists == 1 else f", none in {100 * (1 - exists):.0f}")


def _scale(value: float) -> tuple[str, float]:
    """A unit in front, and what it stands for, so that a value takes a few characters."""
    for unit, size in ((" T", 1e12), (" G", 1e9), (" M", 1e6), (" k", 1e3)):
        if abs(value) >= max(size, 1e4):
            return unit, size
    return "", 1.0


def sensitivity(
    indices: Indices,
    drawn: Ratios,
    rows: Sequence[Mapping[str, Any]],
    outcome: Outcome,
    weighting: str,
    top: int,
    some: bool = False,
) -> None:
    """The inputs that drive an outcome: the first ones in a sentence, then a table of shares of its variance."""
    page = layout.console()
    tied = weighting == "history" and not some
    share = "as_drawn" if tied else "total"
    layout.put(page, f"{outcome.label}: {_means(indices, drawn, outcome, some)}{_most(drawn, rows, share)}")
    for name, note in (("The indices", indices.note), ("The ensemble as drawn", drawn.note)):
        if note:
            layout.put(page, f"{name}: {note}.")
    if indices.note and drawn.note:
        return
    table = layout.table("", "Input", "Alone", "90%", "With others", "90%", "As drawn")
    for row in rows[:top]:
        cells = [_hundredths(row[name]) for name in ("first", "total", "as_drawn")]
        spans = [_interval(row[f"{n}_low"], row[f"{n}_high"]) for n in ("first", "total")]
        table.add_row(row["label"], cells[0], spans[0], cells[1], spans[1], cells[2])
    layout.put(page, table)
    page.print(
        "All columns are percent of the variance. Alone: what knowing this input would remove (first-order Sobol "
        "index). With others: the same with all its interactions (total index). Both take inputs as independent. As "
        "drawn: the first measure in the actual ensemble, where inputs are correlated (correlation ratio); for chance, "
        "with interactions. Estimates near zero can be negative."
    )
    if tied and not drawn.note:
        page.print(
            "Fitting the past makes inputs correlated. Drawn independently, they give "
            f"{indices.variance / drawn.variance:.1f} times the variance of the ensemble, so the indices say what "
            "would matter without these correlations. `--weighting none` uses the priors, which are independent."
        )
    futures = indices.futures + 2 * drawn.members
    page.print(f"{futures:,} simulated futures. {layout.FOOTER}")


def _means(indices: Indices, drawn: Ratios, outcome: Outcome, some: bool) -> str:
    """The mean of the ensemble, and of the sample behind the indices, which has other futures."""
    scale, unit = (100.0, "of 100 futures") if outcome.is_share else (1.0, outcome.unit)
    mean, own = (f"{layout.plain(scale * value, 2)}" for value in (drawn.mean, indices.mean))
    varied = "which varies only some inputs" if some else "whose inputs are independent"
    return f"{mean} {unit} on average, and {own} in the sample behind the indices, {varied}."


def _most(drawn: Ratios, rows: Sequence[Mapping[str, Any]], share: str) -> str:
    """How much of the variance chance and the inputs explain, where that is known."""
    said = [] if drawn.luck is None else [
        f"Chance plays a part in {100 * drawn.luck:.0f}% of the variance between futures"
    ]  # fmt: skip
    order = sorted(
        (row for row in rows if row["input"] != "luck" and row[share] is not None), key=lambda row: -row[share]
    )
    if order:
        named = ", ".join(f"{row['label']} ({_hundredths(row[share])})" for row in order[:3])
        said.append(f"the inputs that matter most are {named}")
    return f" {_sentence('; '.join(said))}" if said else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _interval(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{_hundredths(low)} to {_hundredths(high)}"


def _hundredths(share: float | None) -> str:
    return "–" if share is None else layout.plain(100 * share, 1)


def shapley(effects: Effects, outcome: Outcome, top: int) -> None:
    """The variance divided among inputs that depend on each other, chance, and what is left."""
    page = layout.console()
    if effects.note:
        layout.put(page, f"{outcome.label}: {effects.note}.")
        return
    rows = effects.frame().to_dicts()
    inputs = [row for row in rows if row["standard_error"] is not None]
    named = ", ".join(f"{row['label']} ({_hundredths(row['shapley'])})" for row in inputs[:3])
    share = f" Chance has {_hundredths(effects.luck)}% of the variance." if effects.luck is not None else ""
    layout.put(page, f"{outcome.label}: the inputs that matter most are {named}.{share}")
    table = layout.table("", "Input", "Shapley effect", "90%")
    for row in [*inputs[:top], *rows[len(inputs) :]]:
        table.add_row(row["label"], _hundredths(row["shapley"]), _interval(row["shapley_low"], row["shapley_high"]))
    layout.put(page, table)
    left = sum(row["shapley"] for row in inputs[top:])
    more = f" {len(inputs) - top} more inputs share {_hundredths(left)}." if len(inputs) > top else ""
    page.print(
        f"Percent of the variance; everything adds up to 100.{more} What knowing an input adds to what is explained, "
        "averaged over the orders in which inputs become known, in the ensemble as drawn: inputs that go together "
        "share what they explain together. Chance: what is left when all inputs are known. Not divided: interactions "
        "that the regression does not see. Estimates near zero can be negative. "
        f"{2 * effects.members:,} simulated futures. {layout.FOOTER}"
    )


def screening(rows: Sequence[Mapping[str, Any]], outcome: Outcome, trajectories: int, note: str = "") -> None:
    """Which inputs matter at all."""
    page = layout.console()
    if note:
        layout.put(page, f"{outcome.label}: {note}.")
        return
    named = ", ".join(row["label"] for row in rows[:3] if row["mu_star"] > 0)
    layout.put(page, f"{outcome.label}: the inputs that move it most are {named}. Effects are in {outcome.unit}.")
    table = layout.table("", "Input", "Mean absolute effect", "90%", "Mean effect", "Spread of the effect")
    for row in rows:
        span = f"{layout.plain(row['mu_star_low'], 2)} to {layout.plain(row['mu_star_high'], 2)}"
        table.add_row(
            row["label"], layout.plain(row["mu_star"], 2), span, signed(row["mu"], 2), layout.plain(row["sigma"], 2)
        )
    layout.put(page, table)
    page.print(
        "The effect of moving one input over its whole range while the others have random values (Morris method). A "
        "spread as large as the effect means that the effect depends on the other inputs. "
        f"{trajectories} trajectories. {layout.FOOTER}"
    )


def brief(value: Any) -> str:
    """A value in a few characters."""
    if not isinstance(value, float):
        return str(value)
    unit, size = _scale(value)
    return f"{value:.0f}" if 1900 < value < 2100 else f"{value / size:.3g}".replace("-", "−") + unit
