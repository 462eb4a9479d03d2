"""Every row of every table says where it comes from, and a wrong one is refused by file, row and reason."""

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from scenarios import InputError, tables as tables_module
from scenarios.bills import bills
from scenarios.levers import ACTOR, LEVERS
from scenarios.parameters import Parameter, earlier, parameters
from scenarios.quantities import Choice
from scenarios.quarters import DATA_UNTIL, label, number
from scenarios.rules import Rule, history
from scenarios.tables import DATA, Actor, Chip, Power, Spending, Supply, read, supply_mix, table
from sim.engine.recorded import SUPPLY_UNTIL
from sim.ensemble.draws import HARDWARE_DIMENSIONS
from sim.equations.chips import CLASSES, H100_BF16, H100_TPP, catalogue

READ_BY_TABLE = (
    "chips", "supply_history", "actors", "power", "spending", "units", "china_channels", "domestic_supply", "frontier",
    "frontier_quarters", "training_runs", "imports_quarters", "stocks", "conflicts", "projections", "mechanisms",
    "turns",
)  # fmt: skip


def rows(name: str) -> tuple[Any, ...]:
    if name == "parameters":
        return tuple(parameters().values())
    if name == "earlier_priors":
        return tuple(row for found in earlier().values() for row in found)
    if name == "bills":
        return tuple(bills().values())
    return history() if name == "rules" else table(name)


ALL = (*READ_BY_TABLE, "parameters", "earlier_priors", "rules", "bills")


def test_every_file_is_read() -> None:
    assert {path.stem for path in DATA.glob("*.csv")} == {*ALL, "supply_mix", "glossary", "lessons", "lesson_questions"}


@pytest.mark.parametrize("name", ALL)
def test_every_row_has_a_source_a_date_and_a_tier(name: str) -> None:
    assert rows(name)
    for line, row in enumerate(rows(name), start=2):
        assert len(row.source) >= 4, line
        assert row.tier in ("data", "inferred", "judgment"), line
        date = dt.date.fromisoformat(row.as_of)
        assert dt.date(2005, 1, 1) < date < dt.date(2027, 1, 1), line


def test_every_row_of_the_mix_has_a_source_and_shares_that_add_to_one() -> None:
    quarters = list(supply_mix())
    assert quarters == [label(n) for n in range(number(quarters[0]), number(quarters[-1]) + 1)]
    for quarter, shares in supply_mix().items():
        assert sum(shares.values()) == pytest.approx(1, abs=1e-6), quarter
        assert min(shares.values()) >= 0
        assert set(shares) <= set(CLASSES)
    with (DATA / "supply_mix.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            assert len(line["source"]) > 4
            assert line["tier"] in ("data", "inferred", "judgment")
            dt.date.fromisoformat(line["as_of"])


WRONG = [
    (Actor, "actors.csv", "kind", "empire", "kind"),
    (Actor, "actors.csv", "alignment_2022", "1.5", "alignment_2022"),
    (Actor, "actors.csv", "source", "", "source"),
    (Actor, "actors.csv", "as_of", "October 2026", "as_of"),
    (Actor, "actors.csv", "tier", "guess", "tier"),
    (Chip, "chips.csv", "tpp", "-5", "tpp"),
    (Chip, "chips.csv", "bf16_tflops", "many", "bf16_tflops"),
    (Chip, "chips.csv", "origin", "mars", "origin"),
    (Supply, "supply_history.csv", "h100e_p50", "-1", "h100e_p50"),
    (Power, "power.csv", "ai_share", "7", "ai_share"),
    (Spending, "spending.csv", "year", "soon", "year"),
    (Parameter, "parameters.csv", "dim", "500", "dim"),
    (Parameter, "parameters.csv", "meaning", "no full stop", "meaning"),
    (Parameter, "parameters.csv", "kind", "triangular", "unknown kind"),
    (Rule, "rules.csv", "approval_share", "3", "approval_share"),
    (Rule, "rules.csv", "start", "2026", "start"),
]


@pytest.mark.parametrize(
    ("model", "file", "column", "value", "named"), WRONG, ids=[f"{w[1]}-{w[2]}-{w[3]}" for w in WRONG]
)
def test_a_wrong_cell_is_refused_with_file_row_and_reason(
    model: Any, file: str, column: str, value: str, named: str, tmp_path: Path
) -> None:
    """The real file with one cell changed in its third row, which a spreadsheet calls row 4."""
    with (DATA / file).open(encoding="utf-8", newline="") as source:
        reader = csv.DictReader(source)
        content, header = list(reader), list(reader.fieldnames or ())
    content[2][column] = value
    path = tmp_path / file
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, header)
        writer.writeheader()
        writer.writerows(content)
    with pytest.raises(InputError) as error:
        read(model, path)
    message = str(error.value)
    assert message.startswith(f"{file} row 4"), message
    assert named in message
    assert "\n" not in message


def test_a_cell_too_many_and_an_unknown_column_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "power.csv"
    header = "actor,year,it_mw_added,ai_share,source,as_of,tier,note"
    good = "china,2022,10,0.1,a source,2026-01-01,data,"
    path.write_text(f"{header}\n{good}\n", encoding="utf-8")
    assert read(Power, path)[0].it_mw_added == 10
    path.write_text(f"{header}\n{good},more\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"power\.csv row 2: has more cells"):
        read(Power, path)
    path.write_text(f"{header},color\n{good},red\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"power\.csv row 2, column color"):
        read(Power, path)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: cannot be read"):
        read(Power, tmp_path / "none.csv")
    path = tmp_path / "latin.csv"
    path.write_bytes("actor,year\nTürkei,2022\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.csv: is not a UTF-8 CSV file"):
        read(Power, path)


def test_a_mix_that_does_not_add_up_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DATA / "supply_mix.csv").read_text(encoding="utf-8").splitlines()
    cells = text[3].split(",")
    cells[1] = "0.99"
    (tmp_path / "supply_mix.csv").write_text("\n".join([*text[:3], ",".join(cells), *text[4:]]), encoding="utf-8")
    monkeypatch.setattr(tables_module, "DATA", tmp_path)
    with pytest.raises(InputError, match=r"supply_mix\.csv row 4: needs a source and shares that add to 1"):
        supply_mix.__wrapped__()


# --- chips ---------------------------------------------------------------------------------------------------------


def test_every_class_has_one_representative() -> None:
    found = [row.chip_class for row in table("chips") if row.representative]
    assert len(found) == len(set(found))
    assert set(found) == set(CLASSES) - {"EDGE"}
    assert {row.chip_class for row in table("chips")} <= set(CLASSES)


def test_units_of_chips_agree_with_each_other() -> None:
    """TPP is the largest of bits times dense TFLOP/s over precisions, and H100e counts dense 8-bit over 1,979."""
    for row in table("chips"):
        rates = [b * r for b, r in ((16, row.bf16_tflops), (8, row.fp8_tflops), (4, row.fp4_tflops)) if r]
        if row.tpp and row.representative:
            assert any(row.tpp == pytest.approx(rate, rel=0.03) for rate in rates), row.product
        if row.h100e and row.fp8_tflops:
            assert row.h100e == pytest.approx(row.fp8_tflops / 1979, rel=0.03), row.product
    k = CLASSES.index("H100")
    assert catalogue().tpp[k] == H100_TPP
    assert catalogue().bf16[k] * H100_BF16 == pytest.approx(989.4e12, rel=1e-3)


def test_releases_are_in_the_order_of_the_generations() -> None:
    c = catalogue()
    order = [
        c.released[CLASSES.index(n)]
        for n in ("A100", "H100", "H200", "B200", "B300", "RUBIN", "RUBIN_ULTRA", "FEYNMAN")
    ]
    assert order == sorted(order)


# --- rules and levers ----------------------------------------------------------------------------------------------

EDGE_DATE = "2026-10-01"
"""The first day after the last quarter of data."""


def in_force(scope: str) -> float:
    return max((r.strength or 0.0 for r in history() if r.scope == scope and r.in_force(EDGE_DATE)), default=0.0)


def test_licence_levers_stand_at_the_rules_in_force() -> None:
    rules = {rule.id: rule for rule in history()}
    for name in ("us_2026_05_case", "us_2026_05_tariff_h200", "us_2026_05_tariff_mi325"):
        assert rules[name].in_force(EDGE_DATE)
        assert LEVERS["licence_approval"].default == 100 * (rules[name].approval_share or 0)
        assert LEVERS["licence_quota"].default == 100 * (rules[name].volume_cap_share or 0)
    assert LEVERS["revenue_share"].default == 100 * (rules["us_2026_05_tariff_h200"].price_share or 0)
    assert LEVERS["licence_tpp"].default * 1000 == rules["us_2026_05_case"].tpp_max


CLOSING = {
    "cloud_rule": ("subsidiary", "remote_access"),
    "tool_controls": ("tools",),
    "hbm_controls": ("hbm",),
}


@pytest.mark.parametrize("name", CLOSING)
def test_closing_levers_stand_at_the_strength_in_force(name: str) -> None:
    """To half a step of the lever, which cannot stand anywhere else."""
    lever, strength = LEVERS[name], max(in_force(scope) for scope in CLOSING[name])
    assert lever.default != ACTOR
    assert abs(float(lever.default) - 100 * strength) <= lever.step / 2


def test_levers_are_complete() -> None:
    for name, lever in LEVERS.items():
        assert lever.low < lever.high, name
        assert lever.low <= lever.fallback <= lever.high, name
        assert lever.default == ACTOR or lever.low <= float(lever.default) <= lever.high, name
        steps = (lever.high - lever.low) / lever.step
        assert steps == pytest.approx(round(steps)), name
        assert lever.help.endswith("."), name
        assert lever.name not in lever.setting
        for other, value in lever.setting.items():
            assert LEVERS[other].low <= value <= LEVERS[other].high, (name, other)


def test_rules_are_in_order_and_end_after_they_start() -> None:
    ids = [rule.id for rule in history()]
    assert len(ids) == len(set(ids))
    for rule in history():
        assert rule.end is None or rule.start < rule.end, rule.id
        assert rule.measure in ("deny", "license", "free", "proposed"), rule.id
        assert not (rule.measure == "proposed" and rule.in_force("2026-10-01")), rule.id
    starts = [rule.start for rule in history()]
    assert starts == sorted(starts)


# --- series --------------------------------------------------------------------------------------------------------


def test_series_have_no_holes() -> None:
    quarters = {(row.actor, row.quarter) for row in table("frontier_quarters")}
    first, last = number("2022-Q4"), number(DATA_UNTIL)
    assert {(a, label(n)) for a in ("united_states", "china") for n in range(first, last + 1)} <= quarters
    supplied = {row.quarter for row in table("supply_history")}
    assert {label(n) for n in range(first, SUPPLY_UNTIL + 1)} <= supplied
    named = {row.actor for row in table("actors")}
    assert {(row.actor, row.year) for row in table("power")} >= {(a, y) for a in named for y in range(2022, 2027)}


def test_intervals_contain_their_medians() -> None:
    for row in table("supply_history"):
        assert row.h100e_p05 <= row.h100e_p50 <= row.h100e_p95, row
    for name in ("china_channels", "domestic_supply", "training_runs"):
        for row in table(name):
            value = getattr(row, "median", getattr(row, "value", getattr(row, "flop", None)))
            low, high = (getattr(row, f) if hasattr(row, f) else getattr(row, f"flop_{f}") for f in ("low", "high"))
            assert low is None or low <= value, (name, row)
            assert high is None or value <= high, (name, row)


def test_the_world_share_of_actors_adds_to_one() -> None:
    """Shares of what is delivered outside China."""
    assert sum(row.world_share_2025 for row in table("actors") if row.actor != "china") == pytest.approx(1, abs=1e-6)
    assert sum(row.researchers_2022 for row in table("actors")) == pytest.approx(1, abs=0.02)


def test_every_conflict_of_sources_has_one_choice_with_a_reason() -> None:
    chosen: dict[tuple[str, str], int] = {}
    for row in table("conflicts"):
        chosen.setdefault((row.topic, row.quantity), 0)
        chosen[row.topic, row.quantity] += row.chosen == "yes"
        assert row.chosen == "no" or row.why, row
    assert set(chosen.values()) == {1}


# --- parameters ----------------------------------------------------------------------------------------------------


def test_parameters_are_drawable_and_have_their_own_columns() -> None:
    dims = [row.dim for row in parameters().values()]
    hardware = {name: dim for name, (dim, *_) in HARDWARE_DIMENSIONS.items()}
    # The bandwidth that chips reach is one uncertainty for all makers: they share a column.
    assert hardware.pop("bandwidth_fraction_other") == hardware["bandwidth_fraction_nvidia"]
    assert len({*dims, *hardware.values()}) == len(dims) + len(hardware)
    for name, row in parameters().items():
        low, mid, high = row.distribution.interval()
        assert low <= mid <= high, name
        assert isinstance(row.distribution, Choice) or low < high, name
        assert row.unit, name


@pytest.mark.parametrize("name", ["points_per_oom", "diffusion", "rl_form", "substitution", "legal_share"])
def test_drawn_values_have_the_stated_quantiles(name: str) -> None:
    import numpy as np

    from scenarios import load
    from sim.ensemble.draws import draw
    from sim.ensemble.rng import Streams

    spec = load("current_policy").with_changes(weighting="none")
    values = getattr(draw(spec, Streams(0, 0, 4096, 1)), name)
    distribution = parameters()[name].distribution
    if isinstance(distribution, Choice):
        assert np.bincount(values.astype(int)) / 4096 == pytest.approx(distribution.weights, abs=0.01)
    else:
        assert np.quantile(values, (0.05, 0.5, 0.95)) == pytest.approx(distribution.interval(), rel=0.03)


@pytest.mark.parametrize(
    "value", [0.5, 3.0, -1.0, {"kind": "uniform", "low": 0, "high": 2}, {"kind": "choice", "weights": [0.25] * 4}]
)
def test_a_choice_between_forms_can_only_be_one_of_them(value: object) -> None:
    from scenarios import load

    spec = load("current_policy")
    for valid in (0.0, 2.0, {"kind": "fixed", "value": 1.0}, {"kind": "choice", "weights": [0.5, 0.5]}):
        spec.with_changes(parameters={"rl_form": valid})
    with pytest.raises(InputError, match="'rl_form' is a choice between forms; choose from 0, 1, 2"):
        spec.with_changes(parameters={"rl_form": value})
