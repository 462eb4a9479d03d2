"""What the command line prints for people: tables and sentences, without arithmetic of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scenarios.decisions import DECISIONS
from scenarios.events import KINDS
from scenarios.partner_levers import ALL_LEVERS
from sim.cli.text import layout
from sim.cli.text.contents import others, setting
from sim.results.costs import SMALL
from sim.results.outcomes.polarity import LABELS
from sim.results.wording import headline, rounded, signed

if TYPE_CHECKING:
    from rich.table import Table

    from scenarios.glossary import Term
    from scenarios.schema import Scenario, Setting
    from sim.results.comparison import Comparison
    from sim.results.costs import Costs
    from sim.results.run import Run

COST_YEAR, MOST_COSTS = 2030, 10
"""The year whose costs are printed, and how many of them."""
CHANNELS = {"legal": "Legal imports", "domestic": "Made in China", "diverted": "Smuggled", "offshore": "Used abroad"}
GOVERNANCE = {
    "safety_effort": "Compute spent on safety, %",
    "accident_hazard": "Accident hazard, % a year",
    "misuse_exposure": "Misuse exposure, %",
    "democratic_share": "Compute under democratic oversight, %",
    "norm_share": "Served compute in the US bloc, %",
}


def _span(q: Mapping[str, Any], digits: int = 1, scale: float = 1.0) -> str:
    """Median and the range of nine futures in ten; one future has no range."""
    if q["p05"] is None:
        return layout.plain(q["p50"] / scale, digits)
    mid, low, high = (layout.plain(q[name] / scale, digits) for name in ("p50", "p05", "p95"))
    return f"{mid} ({low} to {high})"


def library(specs: Iterable[Scenario]) -> None:
    """Scenarios with title and story."""
    console = layout.console()
    every = list(specs)
    for kind, title in (("policy", "Policies: somebody decides them"), ("what_if", "What ifs: laid over a policy")):
        table = layout.table(title, "Scenario", "Title", "Story", left=3)
        table.columns[0].no_wrap = True
        for spec in every:
            if spec.kind == kind:
                table.add_row(spec.name, spec.title, spec.story)
        layout.put(console, table)


def glossary(terms: Iterable[Term]) -> None:
    """Terms with their definitions."""
    console = layout.console()
    table = layout.table("", "Term", "Definition", left=2)
    table.columns[0].no_wrap = True
    for row in terms:
        table.add_row(row.term, row.definition)
    console.print(table)


def without_effect(said: Sequence[str], name: str = "") -> None:
    """Settings of a scenario that have no effect, a line each."""
    if said:
        layout.put(layout.console(), "\n".join(f"Note{f' on {name}' if name else ''}: {line}" for line in said))


def scenario(spec: Scenario, expected: Any, idle: Sequence[str] = ()) -> None:
    """A scenario in full: its question, its changes, those without effect, and its expected results."""
    console = layout.console()
    console.print(f"{spec.title} ({spec.name})", style="bold")
    layout.put(console, f"{spec.question}\n{spec.story}")
    if spec.baseline:
        console.print(f"Compared with {spec.baseline}.")
    rules = f", dated rules to {spec.rules_until}" if spec.rules_until else ""
    console.print(f"Its levers apply from {spec.start}; data to {spec.data_until}{rules}.")
    if spec.weighting == "none":
        console.print("Parameters are drawn from the priors and not weighted by history.")
    console.print("Sources:")
    for source in spec.sources:
        console.print("  " + ", ".join(part for part in (source.title, source.date, source.url) if part))
    console.print()
    changed = {name: value for name, value in spec.levers.items() if value != ALL_LEVERS[name].default}
    if changed:
        layout.put(console, _levers(changed))
    else:
        layout.put(console, "Every policy lever is at its default.")
    if spec.events:
        table = layout.table("Events", "Quarter", "Event", "Size", "What it does")
        table.columns[1].no_wrap = True
        table.columns[3].justify = "left"
        for event in spec.events:
            table.add_row(event.date, event.kind.replace("_", " "), f"{event.size:g}", KINDS[event.kind].meaning)
        layout.put(console, table)
    lines = others(spec)
    if lines:
        layout.put(console, "\n".join(lines))
    without_effect(idle)
    if isinstance(expected, dict) and isinstance(expected.get("results"), dict):
        layout.put(console, _expected(expected))


def _levers(changed: Mapping[str, Setting]) -> Table:
    table = layout.table(
        "Policy levers that differ from their defaults", "Lever", "", "Setting", "Default", "Unit", left=2
    )
    table.columns[0].no_wrap = True
    for name, value in changed.items():
        lever = ALL_LEVERS[name]
        default: Any = lever.default
        table.add_row(name, lever.label, setting(value), setting(default), lever.unit)
    table.columns[4].justify = "left"
    return table


def _expected(expected: Mapping[str, Any]) -> Table:
    runs, seed, until = (expected.get(name, "?") for name in ("runs", "seed", "until"))
    table = layout.table(f"Expected results ({runs} futures, seed {seed}, to {until})", "Result", "Value")
    for name, value in expected["results"].items():
        table.add_row(name, f"{value:,.6g}" if isinstance(value, int | float) else str(value))
    return table


BALANCE = "In every future, planned = paid + added to orders + given up. Medians do not add up."


def result(
    run: Run, summary: Mapping[str, Any], costs: Costs, changed: Mapping[str, Setting], idle: Sequence[str] = ()
) -> None:
    """The results of a scenario."""
    console = layout.console()
    console.print(f"{run.spec.title}: {run.spec.question}", style="bold")
    if changed:
        with_ = "; ".join(f"{ALL_LEVERS[name].label} {setting(value)}" for name, value in changed.items())
        console.print(f"With {with_}.")
    console.print()
    layout.put(console, headline(rounded(summary["outcomes"]), run.until))
    without_effect(idle)
    layout.put(console, _outcomes(summary), _lead(summary), _crossing_delay(summary, run.until), _slope(summary))
    if "frontier_growth_from" in summary:
        layout.put(console, _growth(summary["frontier_growth_from"]))
    layout.put(console, _crossing(run, summary), _channels(summary), _china(summary))
    layout.put(console, _market(run, summary), BALANCE, _prices(summary), _governance(summary))
    layout.put(
        console, _choices(run, summary), CHOSEN, *_costs(run, costs), COSTED, _allocation(summary, run.until), DIVIDED
    )
    by = "weighed by history" if summary["weighting"] == "history" else "drawn from the priors"
    made = f"scenario {summary['digest']}, parameters {by}, calibration {summary['calibration']}"
    console.print(f"{run.runs:,} futures, seed {run.seed}, {made}. {layout.FOOTER}")


CHOSEN = (
    "Medians at year ends, with the 90% range in the last year. License policy: 0 = every sale goes ahead, 0.5 = the "
    "rules as written, 1 = no licenses. Enforcement is a multiple of the 2026 budget; the rest are shares."
)


def _choices(run: Run, summary: Mapping[str, Any]) -> Table:
    """What nations decide, by actor and decision."""
    years = [year for year in ("2026", "2028", "2030", str(run.until)) if int(year) <= run.until]
    years = list(dict.fromkeys(years))
    table = layout.table("What nations decide", "Actor", "Decision", *years[:-1], f"{years[-1]} (90% range)", left=2)
    labels = {row.actor: row.label for row in run.spec.roster()}
    for actor, taken in summary["decisions"].items():
        for name, path in taken.items() if actor in labels else ():
            cells = [f"{path[year]['p50']:.2f}" for year in years[:-1]]
            table.add_row(labels[actor], DECISIONS[name].label, *cells, _span(path[years[-1]], 2))
    return table


COSTED = (
    "Each future is compared with its twin in the baseline; the table shows medians of these differences in US "
    "dollars. A minus is a gain or a saving. Investment buys something, so less investment is not a gain."
)


def _costs(run: Run, costs: Costs) -> list[Table]:
    """The largest costs of a year by actor and item: first what is lost, paid or forgone, then what is invested."""
    year, labels = min(COST_YEAR, run.until), {row.actor: row.label for row in run.spec.roster()}
    against = f"against {costs.reference.spec.title.lower()}, billion US dollars in {year}"
    tables = []
    for title, invested in ((f"Costs {against}", False), (f"Additional investment {against}", True)):
        table = layout.table(title, "Actor", "What", "Median (90% range)", left=2)
        for cost in costs.largest(year, MOST_COSTS, invested):
            middle, low, high = (layout.plain(usd / 1e9, 1) for usd in (cost.median, cost.low, cost.high))
            table.add_row(labels[cost.actor], cost.label, f"{middle} ({low} to {high})" if run.runs > 1 else middle)
        if not table.row_count:
            table.add_row("None", f"no item changes by more than {SMALL / 1e9:g}", "")
        tables.append(table)
    return tables


DIVIDED = (
    "Partners: all other countries together, weighted by what they have. Other pretraining: all runs but the largest. "
    "Applied: people who work on products. Secrecy: people who guard models and ideas, and work repeated because "
    "results are secret."
)


def _allocation(summary: Mapping[str, Any], until: int) -> Table:
    """How money, compute and people are divided today and at the end."""
    years = ["2026", "2028", "2030", str(until)]
    years = list(dict.fromkeys(year for year in years if int(year) <= until))
    table = layout.table("How actors allocate money, compute and people (%)", "Actor", "What", "Use", *years, left=3)
    for actor, divided in summary["allocation"].items():
        for what, uses in divided.items():
            for use, path in uses.items():
                cells = [f"{100 * path[year]:.1f}" for year in years]
                table.add_row(actor.replace("_", " ").title(), what, use.replace("_", " "), *cells)
    return table


MEASURES = {"fixed_pace": "Months at a fixed pace", "points": "Index points", "backward": "Calendar months"}
"""Ways to measure a lead, in the order of their columns."""


def _outcomes(summary: Mapping[str, Any]) -> Table:
    months = summary["ruler"]["months"]
    table = layout.table(
        f"Outcome at the end of {summary['horizon']}, of 100 simulated futures, by measure of the lead (well ahead: at "
        f"least {months:g} months or points)",
        "Outcome", *MEASURES.values(),
    )  # fmt: skip
    counts = {name: rounded(shares) for name, shares in summary["outcomes_by_measure"].items()}
    for outcome, label in LABELS.items():
        table.add_row(label, *(str(counts[name][outcome]) for name in MEASURES))
    return table


def _lead(summary: Mapping[str, Any]) -> Table:
    table = layout.table(
        "Lead of the US bloc over China at year ends, median (90% range)",
        "Year", *MEASURES.values(),
    )  # fmt: skip
    for year in summary["lead_months"]:
        table.add_row(
            year, *(_span(summary[name][year]) for name in ("lead_months", "gap_eci", "lead_months_backward"))
        )
    return table


def _crossing_delay(summary: Mapping[str, Any], until: int) -> str:
    delay = summary["crossing_delay_months"]
    missing = round(100 * delay["share_not_reached"])
    where = f"In {missing} of 100 simulated futures, at least one of the two has not got there by the end of {until}"
    if delay["p50"] is None:
        return f"{where}."
    return f"China reaches AI that beats people at most remote tasks {_span(delay)} months after the US bloc. {where}."


def _slope(summary: Mapping[str, Any]) -> Table:
    """Speed of the US frontier by year: recorded, simulated, and by form of reinforcement where that was asked for."""
    edge, by_form = summary["edge_slope"], summary.get("frontier_speed_by_form", {})
    empty = [""] * len(by_form)
    table = layout.table(
        "Growth of the US frontier, ECI points a year", "Period", "Median (90% range)",
        *(name.replace("_", " ") for name in by_form),
    )  # fmt: skip
    if by_form:
        table.caption = "Last columns: medians with each form of reinforcement learning imposed on all futures"
    if edge["record"] is not None:
        table.add_row(f"observed, {edge['from']} to {edge['to']}", f"{edge['record']:.1f}", *empty)
        table.add_row("the same, simulated", _span(edge), *empty)
    for year, q in summary["frontier_speed"].items():
        table.add_row(year, _span(q), *(f"{by_form[name][year]:.1f}" for name in by_form))
    return table


def _growth(parts: Mapping[str, Mapping[str, float]]) -> Table:
    """What the growth of the US frontier comes from, year by year."""
    names = [name.replace("_", " ") for name in parts]
    table = layout.table("What drives growth of the US frontier, ECI points a year, means", "Year", *names)
    for year in next(iter(parts.values())):
        table.add_row(year, *(signed(by_year[year], 1) for by_year in parts.values()))
    return table


def _crossing(run: Run, summary: Mapping[str, Any]) -> Table:
    labels = {row.actor: row.label for row in run.spec.roster()}
    table = layout.table(
        "Year in which AI beats people at most remote tasks",
        "Actor",
        "Median (90% range)",
        "Not reached, of 100 futures",
    )
    for actor in run.actors:  # the summary has groups of them too
        q = summary["crossing_year"][actor]
        years = "–" if q["p50"] is None else _span(q).replace(",", "")  # a year has no thousands
        table.add_row(labels.get(actor, actor), years, str(round(100 * q["share_not_reached"])))
    return table


def _channels(summary: Mapping[str, Any]) -> Table:
    table = layout.table(
        "China's new compute by source, million H100e a year, median (90% range)", "Year", *CHANNELS.values()
    )
    for year, flows in summary["flows_h100e"].items():
        label = f"{year}, Q4 only" if year == "2022" else year
        table.add_row(label, *(_span(flows[name], 2, 1e6) for name in CHANNELS))
    return table


def _china(summary: Mapping[str, Any]) -> Table:
    """China's compute by definition: what counts decides how much it is."""
    from sim.results.outcomes.china_compute import DEFINITIONS

    years = [year for year in ("2025", "2028", "2030", str(summary["horizon"])) if int(year) <= summary["horizon"]]
    years = list(dict.fromkeys(years))
    table = layout.table(
        "China's compute at year ends by definition, million H100e, median (90% range)", "What counts", *years
    )
    for name, meaning in DEFINITIONS.items():
        spans = summary["china_compute_h100e"][name]
        table.add_row(meaning, *(_span(spans[year], scale=1e6) for year in years))
    return table


def _market(run: Run, summary: Mapping[str, Any]) -> Table:
    """Where the money for chips goes: paid, owed for chips on order, or given up."""
    labels = {row.actor: row.label for row in run.spec.roster()}
    year = str(min(2030, int(summary["horizon"])))
    table = layout.table(
        f"Money for chips in {year}, billion US dollars, medians (planned: before supply is known)", "Actor",
        "Planned", "Paid", "Given up", "On order at year end", "Paid above list price",
    )  # fmt: skip
    for actor in run.actors:
        found = (
            summary["market"][actor][year][f"{name}_usd"] / 1e9
            for name in ("planned", "paid", "given_up", "backlog", "premium")
        )
        table.add_row(labels.get(actor, actor), *(layout.plain(value, 1) for value in found))
    return table


def _prices(summary: Mapping[str, Any]) -> Table:
    table = layout.table(
        "Price of compute at year ends, thousand US dollars per H100e, median (90% range)", "Year", "List price",
        "Inside China",
    )  # fmt: skip
    for year, listed in summary["list_price_usd"].items():
        table.add_row(year, _span(listed, 1, 1e3), _span(summary["china_price_usd"][year], 1, 1e3))
    return table


def _governance(summary: Mapping[str, Any]) -> Table:
    now, horizon = "2026", str(summary["horizon"])
    years = [now, *([] if int(horizon) <= 2030 else ["2030"]), horizon]
    table = layout.table("Governance indices at year ends, median (90% range)", "Index", *years)
    for name, by_year in summary["governance"].items():
        table.add_row(GOVERNANCE.get(name, name), *(_span(by_year[year]) for year in years))
    return table


def comparisons(pairs: Sequence[Comparison]) -> None:
    """Scenarios compared with the first, run by run with the same random draws."""
    console = layout.console()
    first = pairs[0].first
    layout.put(console, _all_outcomes(pairs))
    for pair in pairs:
        console.print(f"{pair.second.spec.title}, compared with {first.spec.title}", style="bold")
        layout.put(console, _changes(pair), _effects(pair))
    for note in dict.fromkeys(note for pair in pairs for note in pair.notes):
        console.print(f"Note: {note}")
    if first.runs == 1:
        known = "A single future has no interval; use more --runs."
    else:
        known = "90% intervals reflect the limited number of futures."
    futures = "1 simulated future" if first.runs == 1 else f"{first.runs:,} simulated futures"
    console.print(f"{futures}, seed {first.seed}, the same random draws for all. {known} {layout.FOOTER}")


def _all_outcomes(pairs: Sequence[Comparison]) -> Table:
    from sim.results.outcomes.polarity import CLASSES, LABELS

    runs = [pairs[0].first, *(pair.second for pair in pairs)]
    table = layout.table(
        f"Outcomes at the end of {runs[0].until}, of 100 simulated futures",
        "Scenario",
        *(LABELS[name] for name in CLASSES),
    )
    for run in runs:
        counts = rounded(run.outcome_shares())
        table.add_row(run.spec.name, *(str(counts[name]) for name in CLASSES))
    return table


def _changes(pair: Comparison) -> Table:

    table = layout.table("Change in outcomes, of 100 simulated futures", "Outcome", "Change", "90% interval")
    for name, q in pair.outcome_changes().items():
        table.add_row(LABELS[name], signed(100 * q["change"]), _ends(q["low"], q["high"], 100))
    return table


def _effects(pair: Comparison) -> Table:
    table = layout.table(
        "Effect on the lead at year ends, months at a fixed pace",
        "Year", "Mean", "90% interval of the mean", "Median", "90% range of futures",
    )  # fmt: skip
    for year in range(2023, pair.first.until + 1):
        e = pair.effect("lead_months", year)
        table.add_row(
            str(year), signed(e.mean), _ends(e.mean_low, e.mean_high), signed(e.p50), _ends(e.p05, e.p95),
        )  # fmt: skip
    return table


def _ends(low: float | None, high: float | None, scale: float = 1.0) -> str:
    """An interval, or a dash where there is none."""
    return "–" if low is None or high is None else f"{signed(scale * low)} to {signed(scale * high)}"


def parameters(rows: Iterable[Mapping[str, Any]], calibration: str, weighting: str) -> None:
    """The uncertain parameters with their sources, and what calibration and history changed."""
    console = layout.console()
    table = layout.table("", "Parameter", "Median", "90% range", "By history", "Unit", "Tier", "Date", "Source")
    table.columns[0].no_wrap = True
    for i in (4, 5, 6, 7):
        table.columns[i].justify = "left"
    moved = layout.table(f"What calibration {calibration} changed", "Parameter", "Prior", "As drawn")
    for row in rows:
        span = f"{row['p05']:.3g} to {row['p95']:.3g}"
        weighed = row["weighed"]
        learned = _three(weighed) if weighed and weighed["moved"] else "–" if weighed else ""
        table.add_row(
            row["name"], f"{row['median']:.3g}", span, learned, row["unit"], row["tier"], row["as_of"], row["source"]
        )
        if row["prior"] is not None:
            moved.add_row(row["name"], *(_three(interval) for interval in (row["prior"], row)))
    console.print(table)
    console.print()
    layout.put(console, moved if moved.row_count else f"Calibration {calibration} changes no prior.")
    if weighting == "history":
        console.print(
            "By history: the range once draws that fit the record count more (a dash: the record does not change it). "
            "`polarity weights` shows the details."
        )


def _three(interval: Mapping[str, float]) -> str:
    return f"{interval['median']:.3g} ({interval['p05']:.3g} to {interval['p95']:.3g})"


def calibrations(rows: Iterable[Mapping[str, Any]], used: str) -> None:
    """The available calibration results."""
    console = layout.console()
    table = layout.table("", "Result", "Made", "What it is", left=3)
    table.columns[0].no_wrap = True
    for row in rows:
        table.add_row(row["id"] + (" (in use)" if row["id"] == used else ""), row["made"], row["summary"])
    console.print(table)
    console.print("`polarity run SCENARIO --calibration ID` uses another; `polarity calibrate report ID` shows one.")
