"""What the charts draw is what the headline says."""

import math
import re
from colorsys import rgb_to_hls
from html import unescape

import numpy as np
import polars as pl
import pytest

from calibration.report import colors
from scenarios import load
from sim.results.outcomes.polarity import CLASSES, LABELS, MONTHS
from sim.run import simulate
from sim.ui.explore import costs_panel
from sim.ui.shared import charts, frames, theme
from sim.ui.teach import charts as teach_charts


@pytest.fixture(scope="module")
def base() -> frames.View:
    return frames.view(simulate(load("current_policy"), runs=128))


@pytest.fixture(scope="module")
def wild() -> frames.View:
    """Settings that leave every axis behind."""
    spec = load("current_policy").with_levers(
        us_concentration=10, openness=0, distillation_limits=100, hub_policing=0, chip_push=100, tool_controls=0
    )
    return frames.view(simulate(spec, runs=128))


def test_shares_add_up_and_dots_agree_with_the_headline(base: frames.View, wild: frames.View):
    for view in (base, wild):
        assert sum(view.counts.values()) == 100
        assert view.dots.height == 50
        for name in CLASSES:
            assert abs(2 * view.dots.filter(pl.col("outcome") == name).height - view.counts[name]) <= 1


def test_no_column_of_dots_straddles_a_cut_off(base: frames.View, wild: frames.View):
    assert MONTHS % frames.BIN == 0
    for view in (base, wild):
        ahead = view.dots.filter(pl.col("outcome") == "us_ahead")
        level = view.dots.filter(pl.col("outcome") == "two_power")
        assert (ahead["x"] > MONTHS).all()
        assert (level["x"].abs() < MONTHS).all()


def test_the_lead_of_the_sentence_is_the_end_of_the_band(base: frames.View):
    run = simulate(load("current_policy"), runs=128)
    expected = np.quantile(run["lead_months"][-1], (0.05, 0.5, 0.95))
    assert base.lead_end == pytest.approx(tuple(expected))


def test_values_off_the_axis_are_cut_and_marked(base: frames.View, wild: frames.View):
    tables = frames.lead(wild, base)
    assert wild.lead_end[2] > frames.LEAD[1] or tables["off"].is_empty()
    high = tables["lead"].with_columns((pl.col("hi90") + 100).alias("hi90"))
    marks = frames._beyond(high.tail(1), frames.LEAD, "{:+.0f}")
    assert marks["label"][0].startswith("▲ to +")
    for name in ("fan", "lead"):
        assert "'clamp': True" in str(charts.specs()[name])


def test_bars_stack_to_their_total(base: frames.View, wild: frames.View):
    tables = frames.compute(wild, base, ("Current policy", "Your settings"))
    last = tables["compute"].filter(pl.col("scenario") == "Your settings", pl.col("year") == wild.year)
    assert last["y1"].max() == pytest.approx(min(wild.compute_in(wild.year), frames.COMPUTE[1]))
    assert sum(wild.share_of(name, wild.year) for name in frames.ORIGINS) == pytest.approx(1)


def test_records_rise_and_stay_on_the_axis():
    records = frames.records()
    assert records["y"].is_between(*frames.ECI).all()
    for who in frames.SEATS.values():
        assert records.filter(pl.col("who") == who).sort("t")["y"].is_sorted()


def _luminance(color: str) -> float:
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def _contrast(one: str, two: str) -> float:
    high, low = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


READ = {*charts.OUTCOME.values(), charts.INK}
"""Colors in which words are written."""


@pytest.mark.parametrize("name", [name for name in charts.PALETTE if name != "paper"])
def test_colors_stand_out_in_both_themes(name: str):
    least = 4.5 if charts.PALETTE[name][0] in READ else 3.0
    for color, paper in zip(charts.PALETTE[name], charts.PALETTE["paper"], strict=True):
        assert _contrast(color, paper) >= least


FILLS = [*theme.FILL.values(), *(color for colors in costs_panel._FILLS.values() for color in colors)]


@pytest.mark.parametrize("fill", sorted(set(FILLS)))
def test_fills_stand_out_in_both_themes_and_bear_white_words(fill: str):
    assert _contrast(fill, "#FFFFFF") >= 4.5
    assert all(_contrast(fill, paper) >= 3.0 for paper in charts.PALETTE["paper"])


@pytest.mark.parametrize("color", [color for color in colors.TWINS if color not in (colors.PAPER, colors.GRID)])
def test_the_calibrations_colors_stand_out_in_both_themes(color: str):
    pairs = zip((color, colors.TWINS[color]), (colors.PAPER, colors.TWINS[colors.PAPER]), strict=True)
    assert all(_contrast(one, paper) >= (4.5 if color in (colors.INK, colors.QUIET) else 3.0) for one, paper in pairs)


def _hue(color: str) -> float:
    """Degrees around the wheel of hues; a gray has none."""
    hue, _, saturation = rgb_to_hls(*(int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)))
    return math.nan if saturation < 0.2 else 360 * hue


@pytest.mark.parametrize("theme_", [0, 1])
def test_the_colors_of_the_two_and_of_several_powers_mean_nothing_else(theme_: int):
    """One color, one meaning: what else has a color keeps away from blue, orange and teal."""
    taken = [_hue(charts.PALETTE[name][theme_]) for name in ("us", "china", "several")]
    others = [charts.PALETTE[name][theme_] for name in charts.ORIGIN]
    for color in others:
        assert min(abs((_hue(color) - hue + 180) % 360 - 180) for hue in taken) >= 20, color


def test_letters_in_charts_can_be_read_from_the_back_of_a_room():
    for spec in (*charts.specs().values(), *teach_charts.specs().values()):
        sizes = [int(n) for n in re.findall(r"'(?:f|labelF|titleF)ontSize': (\d+)", str(spec))]
        assert min(sizes) >= 14
    small, large = (str(teach_charts.specs(large)["path"]) for large in (False, True))
    assert "'fontSize': 14" in small
    assert "'fontSize': 19" in large
    assert "'fontSize': 14" not in large


def test_the_bands_say_what_they_are_on_both_sides_of_today(base: frames.View):
    marks = frames.lead(base, base)["marks"].row(0, named=True)
    assert marks["t"] == frames.NOW
    assert "model" in marks["past"]
    assert "record" in marks["since"]
    recorded_ = frames.lead(base, base)["recorded"]
    now = base.lead.filter(pl.col("t") == frames.NOW).row(0, named=True)
    assert now["lo90"] == pytest.approx(now["hi90"]) == pytest.approx(recorded_["y"][-1], abs=0.01)


def test_an_outcome_that_no_side_has_is_not_drawn():
    mine = {"us_ahead": 40, "two_power": 60, "several": 0, "china_ahead": 0}
    base = {"us_ahead": 30, "two_power": 69, "several": 1, "china_ahead": 0}
    said = unescape(re.sub(r"<[^>]+>", " ", theme.bar(mine, base, "", "the baseline")))
    assert "Several powers" in said
    assert "China well ahead" not in said
    assert "China" not in unescape(re.sub(r"<[^>]+>", " ", theme.mini(mine, base)))
    assert "Several powers" not in theme.key(mine)
    assert "US well ahead" in theme.key(mine)


def test_every_outcome_has_a_color():
    assert set(charts.OUTCOME) == set(CLASSES) == set(LABELS)


def test_specifications_name_their_tables_and_keep_their_own():
    for name, spec in charts.specs().items():
        text = str(spec)
        assert "'name'" in text, name
        assert "zoom" not in text
