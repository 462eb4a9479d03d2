"""What the Evidence page says about the model's record, in words: pure functions from numbers to sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.quarters import DATA_UNTIL
from sim.hindcast.blind import COVERED, Hindcast, Point
from sim.hindcast.record import PATTERNS
from sim.ui.evidence.frames import Speed
from sim.ui.evidence.misses import KNOWN, groups
from sim.ui.shared import quantity
from sim.ui.shared.wording import listed

RANGE = "A range covers luck and unknown inputs, not the chance that the model is wrong."
HINDSIGHT = (
    "A blind run withholds data, not hindsight: the equations were written by people who knew what came. Some figures "
    "overlap, so there are fewer independent tests than figures."
)


def year_end(cutoff: str) -> str:
    """A cut-off as people say it."""
    year, month = cutoff.split("-")
    return f"end of {year}" if month == "12" else f"end of {year}-Q{int(month) // 3}"


# ------------------------------------------------------------------------------------------------------ the verdict
def inside(score: Mapping[str, Any], band: str = "90") -> int:
    """Figures inside a band."""
    return round(score["points"] * score[f"coverage{band}"]) if score["points"] else 0


def wins(found: Hindcast) -> tuple[int, int]:
    """On how many patterns the run beat both naive forecasts, and how many could be scored."""
    scores = [score for score in (found.pattern(name) for name in PATTERNS) if score["points"]]
    return sum(_beats(score) == 2 for score in scores), len(scores)


def _beats(score: Mapping[str, Any]) -> int:
    return (score["crps"] < score["crps_last_value"]) + (score["crps"] < score["crps_trend"])


def verdict(found: Hindcast) -> str:
    """The page's headline: how many later figures a blind run got right."""
    score, seen = found.pattern("all"), f"Given data to the {year_end(found.cutoff)} only"
    if not score["points"]:
        return f"{seen}, this model is not tested: nothing was recorded later."
    return f"{seen}, {inside(score)} of {score['points']} later figures fell inside this model's 90% range."


def support(found: Hindcast) -> str:
    """What a good range would have held, and how the run did against naive forecasts."""
    score = found.pattern("all")
    if not score["points"]:
        return ""
    return f"A good range holds about {expected(score)} of them. {closer(found)}"


def expected(score: Mapping[str, Any]) -> int:
    """How many figures a range that is neither too wide nor too narrow would hold."""
    return round(0.9 * score["points"])


def closer(found: Hindcast) -> str:
    """On how many kinds of figures the run beat both naive forecasts."""
    won, scored = wins(found)
    return (
        f"It came closer than two naive forecasts, “nothing changes” and “the trend goes on”, on "
        f"{f'all {scored}' if won == scored else f'{won} of {scored}'} kinds of figures."
    )


def tested(found: Hindcast) -> str:
    """A blind test in a few words: whether its ranges were wide enough."""
    score = found.pattern("all")
    if not score["points"]:
        return "Nothing was recorded later."
    hits, total = inside(score), score["points"]
    word = "Ranges about right" if hits >= COVERED[0] * total else "Ranges too narrow"
    return f"{word}: a good range holds about {expected(score)}."


def worst(found: Hindcast) -> str:
    """The worst misses, in a sentence."""
    outside = groups(found)
    if not outside:
        return "No recorded figure fell outside the range."
    parts = [f"{_lower(KNOWN[key].label)} ({len(out)} of {total} outside)" for key, out, total in outside[:3]]
    return f"Worst {'misses' if len(parts) > 1 else 'miss'}: {listed(parts)}."


def _lower(label: str) -> str:
    first = label.split(" ", 1)[0].split("'")[0]
    return label if first in ("US", "China", "Chinese", "Chinese-designed") else label[:1].lower() + label[1:]


# ------------------------------------------------------------------------------------------------------- the scores
def standing(score: Mapping[str, Any]) -> str:
    """How one pattern did against the naive forecasts, in words."""
    if not score["points"]:
        return "Nothing to score with data to this date."
    last, trend = score["crps"] < score["crps_last_value"], score["crps"] < score["crps_trend"]
    if last and trend:
        return "Closer than both naive forecasts."
    if last or trend:
        better, worse = ("the last value", "the trend") if last else ("the trend", "the last value")
        return f"Closer than {better}, not than {worse}."
    return "Farther off than both naive forecasts."


def typical(name: str, score: Mapping[str, Any]) -> str:
    """The typical error of the median run for a pattern, with its side."""
    if not score["points"]:
        return ""
    error, size = score["median_error"], score["median_absolute_error"]
    side = "in both directions" if abs(error) <= size / 2 else "mostly too high" if error > 0 else "mostly too low"
    what = f"{size:.1f} index points" if name == "P5" else f"a factor of {quantity.factor(size)}"
    return f"Typical error: {what}, {side}."


def band_width(score: Mapping[str, Any]) -> str:
    """Whether a pattern's ranges were too narrow."""
    if not score["points"]:
        return ""
    hits, total = inside(score), score["points"]
    if hits < 0.75 * total:
        return "Its ranges were too narrow."
    return "Its ranges were wide enough." if hits >= 0.9 * total else "Its ranges were a little narrow."


def takeoff(found: Hindcast) -> str:
    """Record training compute against the Full Takeoff Model, in words; nothing where they do not meet."""
    both = found.full_takeoff()
    if not both["ours"]:
        return ""
    ours, theirs = both["rmse_ours"], both["rmse_full_takeoff_model"]
    who = "ours is closer" if ours < theirs else "theirs is closer"
    ends = listed([_year(quarter) for quarter in both["ours"]])
    level = (
        "Both look ahead from 2022."
        if found.cutoff == "2022-12"
        else f"Theirs dates from 2022 and ours from the {year_end(found.cutoff)}, which is easier."
    )
    return (
        f"Largest US training run at the end of {ends}: our typical error is a factor of {quantity.factor(ours)}, that "
        f"of the Full Takeoff Model of 2022 a factor of {quantity.factor(theirs)}, so {who}. {level}"
    )


def _year(quarter: str) -> str:
    return quarter.split("-")[0]


# ------------------------------------------------------------------------------------------------------- the charts
def frontier_title(found: Hindcast) -> str:
    """The message of the chart of both frontiers."""
    errors = [_last(found, key) for key in ("us_eci", "china_eci")]
    if any(point is None for point in errors):
        return f"The frontiers from the {year_end(found.cutoff)}: too early to score"
    us, china = (point.error for point in errors if point is not None)
    return f"The run ends {_points(us)} for the US and {_points(china)} for China"


def _points(error: float) -> str:
    size = round(abs(error))
    if size == 0:
        return "level with the record"
    return f"{size} {'point' if size == 1 else 'points'} too {'high' if error > 0 else 'low'}"


def _last(found: Hindcast, key: str) -> Point | None:
    mine = found.of(key)
    return mine[max(mine)] if mine else None


def series_title(found: Hindcast, key: str) -> str:
    """The message of the chart of one series."""
    mine = list(found.of(key).values())
    if not mine:
        return f"{KNOWN[key].label}: nothing to score with data to this date"
    hits = sum(point.in90 for point in mine)
    if hits == len(mine):
        share = "the one later figure" if len(mine) == 1 else f"all {len(mine)} later figures"
        return f"{KNOWN[key].label}: {share} inside the range"
    return f"{KNOWN[key].label}: {hits or 'none'} of {len(mine)} later figures inside the range"


def series_told(found: Hindcast, key: str) -> str:
    """What the chart of a series shows, for people who do not see it."""
    series, point = KNOWN[key], _last(found, key)
    if point is None:
        path = found.fans[key]
        quarter = DATA_UNTIL if DATA_UNTIL in path else max(path)
        ends = path[quarter]
        return (
            f"{series.label}, in {quarter}: median {quantity.amount(ends[2], series.unit)}, 90% range "
            f"{quantity.span(ends[0], ends[4], series.unit)}; not scored."
        )
    low, mid, high = (float(series.unscaled(point.quantiles[k])) for k in (0, 2, 4))
    came = quantity.amount(float(series.unscaled(point.recorded)), series.unit)
    return (
        f"{series.label}, in {point.quarter}: recorded {came}, "
        f"median {quantity.amount(mid, series.unit)}, 90% range {quantity.span(low, high, series.unit)}."
    )


# ---------------------------------------------------------------------------------------------- history and others
def learned(facts: Mapping[str, Any]) -> str:
    """How many parameters the record moves."""
    rows = facts["parameters"]
    moved = sum(row["moved"] for row in rows)
    return f"The record changes {moved} of {len(rows)} uncertain inputs; on the other {len(rows) - moved} it is silent"


def worth(facts: Mapping[str, Any]) -> str:
    """How many draws the weights leave."""
    return (
        f"Polarity weighted {facts['weighed_draws']:,} draws of the inputs by how well they fit the record to "
        f"{facts['data_until']}. They are worth {facts['effective_draws']:,.0f} equally weighted draws, of which it "
        f"keeps {facts['kept_draws']:,}."
    )


def narrowed(mine: Sequence[float], priors: Sequence[float]) -> str:
    """What weighing does to the range of the lead, in months."""
    width, before = mine[2] - mine[0], priors[2] - priors[0]
    change = "narrows" if width < before else "widens"
    ends = [quantity.signed(value, 0) for value in (mine[0], mine[2], priors[0], priors[2])]
    return (
        f"History {change} the 90% range of the US lead from {round(before)} months ({ends[2]} to {ends[3]}) to "
        f"{round(width)} ({ends[0]} to {ends[1]})."
    )


def tried(verdicts: Sequence[str]) -> str:
    """How many changes to the model were tried, and with what result."""
    if not verdicts:
        return "No change to the model has been tried yet"
    counts = [f"{verdicts.count(kind)} {kind}" for kind in ("kept", "rejected", "open") if kind in verdicts]
    noun = "change to the model was" if len(verdicts) == 1 else "changes to the model were"
    return f"{len(verdicts)} {noun} tried to fix misses: {listed(counts)}"


def authors(names: Sequence[str]) -> str:
    """Who published figures, as far as there is room."""
    known = list(dict.fromkeys(names))
    more = [f"{len(known) - 3} more"] if len(known) > 4 else []
    return listed([*known[: 3 if more else 4], *more])


def others(theirs: Sequence[tuple[float, tuple[float, float, float]]]) -> str:
    """Where other people's figures lie against our range."""
    if not theirs:
        return "We have no figure for the same question"
    inside_ = sum(low <= value <= high for value, (low, _, high) in theirs)
    above = sum(value > high for value, (_, _, high) in theirs)
    below = len(theirs) - inside_ - above
    if inside_ == len(theirs):
        few = {1: "The one published figure is", 2: "Both published figures are"}
        return f"{few.get(inside_, f'All {inside_} published figures are')} inside our 90% range"
    parts = [f"{n} {word}" for n, word in ((above, "above it"), (below, "below it")) if n]
    lie = f"{inside_} {'is' if inside_ == 1 else 'are'}" if inside_ else "none is"
    return f"Of {len(theirs)} published figures, {lie} inside our 90% range, {listed(parts)}"


def slowing(found: Speed) -> str:
    """How the speed of the frontier changes, in one sentence."""
    years = list(found.years)
    first, last = years[0], years[-1]
    return (
        f"In the median run, the frontier gains {found.years[first][1]:.0f} points in {first} and "
        f"{found.years[last][1]:.0f} in {last}"
    )


def why_slower(found: Speed) -> str:
    """Which parts lose most from the first to the last year, in words."""
    years = list(found.years)
    lost = {name: by_year[years[0]] - by_year[years[-1]] for name, by_year in found.parts.items() if name != "all"}
    most = sorted((name for name in lost if name != "rest"), key=lambda name: -lost[name])
    told = listed([f"{name} {quantity.signed(-lost[name], 1)}" for name in most])
    low, middle, high = found.simulated
    return (
        f"Points a year on the Epoch Capabilities Index, United States. From {years[0]} to {years[-1]}: {told}. In the "
        f"last year of data, the record gained {found.recorded:.1f} and the model's own path {middle:.1f} ({low:.1f} "
        f"to {high:.1f})."
    )
