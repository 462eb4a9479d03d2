"""Releases of the sources, made up in their published formats, against a copy of the data tables."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.errors import InputError
from scenarios.parameters import parameters
from scenarios.quarters import DATA_UNTIL, FIRST, end_date, label, number
from scenarios.tables import DATA, read
from sim import checkout
from sim.engine.recorded import SUPPLY_UNTIL, Recorded
from sim.refresh import Report, edge, lock, refresh, sheets
from sim.refresh.sheets import FORMS

MADE = Path(__file__).parent / "releases"
DATE = "2099-12-30"
ECI = "Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization,Country (of organization),Model accessibility"
COUNTRY = {"united_states": "United States of America", "china": "China"}
OLD = {
    "designer": "Chip manufacturer", "start": "Start date", "end": "End date",
    "units_low": "Number of units (5th percentile)", "units": "Number of units (median)",
    "units_high": "Number of units (95th percentile)", "low": "Compute estimate in H100e (5th percentile)",
    "h100e": "Compute estimate in H100e (median)", "high": "Compute estimate in H100e (95th percentile)",
    "incomplete": "Incomplete",
}  # fmt: skip
NEW = {
    "designer": "designer", "start": "series_start", "end": "end_date", "units_low": "units_p5", "units": "units_med",
    "units_high": "units_p95", "low": "h100e_p5", "h100e": "h100e_med", "high": "h100e_p95", "incomplete": "incomplete",
}  # fmt: skip
DESIGNERS = {"nvidia": "Nvidia", "tpu": "Google", "amd": "AMD", "trainium": "Amazon"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the data tables."""
    return shutil.copytree(DATA, tmp_path / "tables")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for releases."""
    (tmp_path / "releases").mkdir()
    return tmp_path / "releases"


@pytest.fixture
def given(folder: Path) -> Callable[..., Path]:
    """Puts a made-up file into the folder under a dated name; a change replaces one text in it."""

    def put(name: str, old: str = "", new: str = "", text: str | None = None, date: str = DATE) -> Path:
        content = (MADE / name).read_text(encoding="utf-8") if text is None else text
        assert old in content
        path = folder / f"{date}_{name}"
        path.write_text(content.replace(old, new) if old else content, encoding="utf-8")
        return path

    return put


def rows(data: Path, name: str) -> list[dict[str, str]]:
    return sheets.sheet(name, data).rows


def eci_release(data: Path, moved: float = 0.0, extra: str = "", hand: bool = False) -> str:
    """An edition of the index with the recorded models, each moved by some points; with `hand` also those it lacks."""
    lines = [
        [row["model"], row["model"], f"{float(row['eci']) + moved:.2f}", "", "", row["date"], "Lab",
         COUNTRY[row["actor"]], "API access"]
        for row in rows(data, "frontier") if hand or not row["source"].startswith("Polarity")
    ]  # fmt: skip
    page = io.StringIO(newline="")
    csv.writer(page, lineterminator="\n").writerows([ECI.split(","), *lines])
    return page.getvalue() + extra


def chip_release(data: Path, names: dict[str, str], scale: float = 1.0, american: bool = False, **other: str) -> str:
    """Cumulative chip sales by designer with the recorded flows, scaled from 2025-Q4 on."""
    lines, totals = [], {}
    for row in rows(data, "supply_history"):
        family = row["family"]
        if not totals.get(family) and not float(row["h100e_p50"]):
            continue
        factor = scale if number(row["quarter"]) >= number("2025-Q4") else 1.0
        start, units, total = totals.get(family, (row["quarter"], 0.0, 0.0))
        units, total = units + float(row["units_p50"]) * factor, total + float(row["h100e_p50"]) * factor
        totals[family] = start, units, total
        day, end = f"{start[:4]}-{3 * int(start[-1]) - 2:02d}-01", end_date(row["quarter"])
        if american:
            day, end = (f"{int(d[5:7])}/{int(d[8:])}/{d[:4]}" for d in (day, end))
        cells = {"designer": DESIGNERS[family], "start": day, "end": end, "incomplete": ""}
        cells |= {key: f"{value:.0f}" for key, value in zip(
            ("units_low", "units", "units_high", "low", "h100e", "high"),
            (units * 0.9, units, units * 1.1, total * 0.9, total, total * 1.1), strict=True)}  # fmt: skip
        lines.append({names[key]: cell for key, cell in cells.items()} | other)
    page = io.StringIO(newline="")
    writer = csv.DictWriter(page, [*names.values(), *other], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return page.getvalue()


def owner_release(until: str = "2024-Q4", owner: str = "China") -> str:
    """Nvidia chips of China: 10,000 H100e (40,000 chips) a quarter."""
    head = ",".join([*(NEW[key] for key in NEW), "owner"])
    lines, hand = [head], ""
    for quarter in range(number("2022-Q1"), number(until) + 1):
        n = quarter - number("2022-Q1") + 1
        end = end_date(label(quarter))
        lines.append(
            f"Nvidia,2022-01-01,{end},{30000 * n},{40000 * n},{50000 * n},{8000 * n},{10000 * n},{12000 * n},,{owner}"
        )
        hand = f"Huawei,2024-01-01,{end},,9,,,9,,,China\nNvidia,2024-01-01,{end},1,2,3,1,2,3,,China (smuggled)\n"
    return "\n".join(lines) + "\n" + hand


def only_reason(report: Report) -> str:
    """Why the only file was refused; nothing of it was taken."""
    assert not report.changed
    assert not report.locked
    assert not report.written
    (why,) = report.refused.values()
    return why


# --- what a release changes ---------------------------------------------------------------------------------------


def test_an_edition_of_the_index_restates_its_rows_and_leaves_those_of_other_sources(data, given):
    extra = f"Made-up Nine,Made-up Nine,199.5,,,{end_date(DATA_UNTIL)},Lab,China,Open weights\n"
    given("eci_scores.csv", text=eci_release(data, 1.0, extra, hand=True))
    before = {(r["actor"], r["model"]): r for r in rows(data, "frontier")}
    report = refresh(folder_of(data), data)
    assert report.refused == {}
    after = {(r["actor"], r["model"]): r for r in rows(data, "frontier")}
    new = after["china", "Made-up Nine"]
    assert (new["eci"], new["as_of"], new["tier"]) == ("199.5", DATE, "data")
    assert new["source"] == f"Epoch AI, Epoch Capabilities Index, release of {DATE}, CC-BY 4.0"
    gpt = after["united_states", "GPT-4"]
    assert float(gpt["eci"]) == pytest.approx(float(before["united_states", "GPT-4"]["eci"]) + 1)
    assert gpt["note"] == before["united_states", "GPT-4"]["note"]
    by_hand = {key for key, row in before.items() if row["source"].startswith("Polarity")}
    assert by_hand
    assert {key: after[key] for key in by_hand} == {key: before[key] for key in by_hand}
    assert any(k.table == "frontier" and k.why.startswith("curated by hand") for k in report.kept)
    (last,) = [r for r in rows(data, "frontier_quarters") if (r["quarter"], r["actor"]) == (DATA_UNTIL, "china")]
    assert (last["eci"], last["note"]) == ("199.5", "Best: Made-up Nine")
    assert any(line.startswith("Frontier of China, end of") and "→ 199.50 ECI points" in line for line in report.edge)
    (change,) = [c for c in report.changed if c.table == "frontier_quarters" and c.row == f"{DATA_UNTIL} china"]
    assert "199.50 ECI points" in change.edge
    assert change.old["eci"] != change.new["eci"] == "199.5"


def folder_of(data: Path) -> Path:
    return data.parent / "releases"


def test_a_model_that_is_no_record_any_more_leaves_and_late_models_move_nothing(data, given):
    lines = eci_release(data, 0.0, "Made-up Late,x,250,,,2098-01-01,Lab,China,x\n").splitlines(keepends=True)
    lines = [line for line in lines if not line.startswith("Kimi K2 Thinking,")]
    given("eci_scores.csv", text="".join(lines))
    report = refresh(folder_of(data), data)
    assert "Kimi K2 Thinking" not in {r["model"] for r in rows(data, "frontier")}
    (gone,) = [c for c in report.changed if c.new is None]
    assert gone.row == "china 2025-11-06 Kimi K2 Thinking"
    assert "250" not in {r["eci"] for r in rows(data, "frontier")}
    assert any("1 model since" in note and DATA_UNTIL in note for note in report.notes)


@pytest.mark.parametrize(("names", "american"), [(OLD, True), (OLD, False), (NEW, False)])
def test_chip_sales_are_read_in_the_old_and_the_new_schema(data, given, names, american):
    given("cumulative_by_designer.csv", text=chip_release(data, names, 1.25, american))
    before = {(r["quarter"], r["family"]): r for r in rows(data, "supply_history")}
    report = refresh(folder_of(data), data)
    assert report.refused == {}
    changed = {c.row for c in report.changed if "h100e_p50" in c.new}
    last = label(SUPPLY_UNTIL)
    assert {f"2025-Q4 {family}" for family in DESIGNERS} | {f"{last} {family}" for family in DESIGNERS} <= changed
    for row in rows(data, "supply_history"):
        key = row["quarter"], row["family"]
        if before[key]["source"].startswith("Polarity"):
            assert row == before[key]
        factor = 1.25 if row["quarter"] >= "2025-Q4" else 1.0
        assert float(row["h100e_p50"]) == pytest.approx(float(before[key]["h100e_p50"]) * factor, abs=3)
        if key[0] >= "2025-Q4":
            assert float(row["h100e_p05"]) == pytest.approx(0.9 * float(row["h100e_p50"]), abs=3)
            assert (row["tier"], row["as_of"]) == ("data", DATE)
    assert any(line.startswith(f"US-designed chips made in {last}") and "(+25.0%)" in line for line in report.edge)


def test_incomplete_quarters_and_chips_curated_by_hand_are_not_taken(data, given):
    text = chip_release(data, NEW)
    after = end_date(label(SUPPLY_UNTIL + 1))
    text += f"Nvidia,2022-01-01,{after},8e7,9e7,9.5e7,8e7,9e7,9.5e7,True\n"
    text += "Huawei,2024-01-01,2024-03-31,,112500,,,45028,,\nCambricon,2024-01-01,2024-03-31,1,2,3,1,2,3,\n"
    given("cumulative_by_designer.csv", text=text + "Newcomer,2024-01-01,2024-03-31,1,2,3,1,2,3,\n")
    report = refresh(folder_of(data), data)
    assert report.refused == {}
    assert all("h100e_p50" not in c.new for c in report.changed)  # only the made-up intervals are new
    assert max(c.row[:7] for c in report.changed) <= label(SUPPLY_UNTIL)
    assert {k.row for k in report.kept if "not taken" in k.why} == {"Huawei", "Cambricon"}
    assert all(k.why.startswith("curated by hand") for k in report.kept)
    assert any("'Newcomer' has no family" in note for note in report.notes)


def test_owners_become_purchases_and_stocks_and_corrected_rows_stay(data, given):
    given("owners.csv", text=owner_release("2025-Q4"))
    before = {r["quarter"]: r for r in rows(data, "imports_quarters")}
    report = refresh(folder_of(data), data)
    after = {r["quarter"]: r for r in rows(data, "imports_quarters")}
    assert [after["2023-Q2"][c] for c in ("h100e_low", "h100e", "h100e_high")] == ["8000", "10000", "12000"]
    assert [after["2023-Q2"][c] for c in ("chips_low", "chips", "chips_high")] == ["30000", "40000", "50000"]
    for quarter in ("2025-Q2", "2025-Q3"):  # corrected for a sale outside China
        assert after[quarter] == before[quarter]
        assert any(k.row == quarter and k.why.startswith("curated by hand") for k in report.kept)
    stock = {(r["quarter"], r["owner"]): r for r in rows(data, "stocks")}
    assert stock["2023-Q4", "china_legal"]["h100e"] == "80000"
    old = {(r["quarter"], r["owner"]): r for r in rows(DATA, "stocks")}
    assert {k: r for k, r in stock.items() if k[1] != "china_legal"} == {
        k: r for k, r in old.items() if k[1] != "china_legal"
    }
    assert stock["2025-Q4", "china_legal"] == old["2025-Q4", "china_legal"]
    assert {"China Huawei", "China (smuggled) Nvidia"} <= {k.row for k in report.kept}


def test_runs_are_restated_and_only_a_graded_record_counts_as_one(data, given):
    given("large_scale_ai_models.csv")
    report = refresh(folder_of(data), data)
    after = {r["model"]: r for r in rows(data, "training_runs")}
    assert (after["GPT-4"]["flop"], after["GPT-4"]["flop_low"], after["GPT-4"]["record"]) == (
        "2.5e+25",
        "2.5e+24",
        "yes",
    )
    assert (after["Made-up One"]["record"], after["Made-up One"]["tier"]) == ("yes", "data")
    assert (after["Made-up Two"]["record"], after["Made-up Two"]["tier"]) == ("no", "inferred")
    assert not {"Made-up Three", "Made-up Four", "Made-up Five", "Made-up Six"} & set(after)
    assert any(line.startswith("Latest record run of the US") and "9e+27 FLOP" in line for line in report.edge)


def test_sets_of_models_overlap_and_count_once(data, given):
    given("large_scale_ai_models.csv")
    given("notable.csv", text=(MADE / "large_scale_ai_models.csv").read_text().replace("Made up, with", "Other, with"))
    report = refresh(folder_of(data), data, check=True)
    assert report.refused == {}
    assert len(report.locked) == 2
    assert [c.row for c in report.changed].count("united_states 2026-09-01 Made-up One") == 1


def test_chinese_clusters_are_as_exact_as_one_figure(data, given):
    given("gpu_clusters.csv")
    refresh(folder_of(data), data)
    (row,) = [r for r in rows(data, "conflicts") if r["source"].startswith("Epoch AI, GPU clusters data")]
    # Two systems of 20,000 (15,000 to 25,000) beside 160,000; planned, unlikely, doubled, replaced ones do not count
    assert (row["value"], row["low"], row["high"]) == ("20.0", "15.8", "23.8")


def test_exports_add_up_over_answers_and_a_suppressed_value_is_no_zero(data, given):
    given("us_exports.json")
    report = refresh(folder_of(data), data)
    assert {(r["month"], r["partner"], r["value_usd"]) for r in rows(data, "us_exports")} == {
        ("2026-07", "5700", "1234567"), ("2026-07", "5820", "400"), ("2026-09", "5700", "0"),
    }  # fmt: skip
    assert any("2 values suppressed or missing (row 6, 7)" in note for note in report.notes)
    assert any("2 rows of groups" in note for note in report.notes)
    given("us_exports.json", '"400"', '"500"')
    second = refresh(folder_of(data), data)
    assert second.changed == []
    (kept,) = [k for k in second.kept if k.table == "us_exports"]
    assert "first published value stays: value_usd 400 (release: 500)" in kept.why


def test_exports_of_tools_are_held_against_recorded_sales(data, given):
    head = ["E_COMMODITY", "CTY_CODE", "ALL_VAL_MO", "YEAR", "MONTH"]
    months = [["8486200000", "5700", "1000000000", "2024", str(month)] for month in range(1, 13)]
    given("tools.json", text=json.dumps([head, *months]))
    report = refresh(folder_of(data), data)
    (kept,) = [k for k in report.kept if k.table == "units"]
    assert kept.row == "united_states tools_to_china_usd_bn 2024"
    assert kept.why.startswith("curated by hand")
    assert kept.why.endswith("12.0 billion")


def test_horizons_are_compared_and_not_copied(data, given):
    given("benchmark_results_1_1.yaml")
    report = refresh(folder_of(data), data)
    assert report.changed == []
    (kept,) = report.kept
    assert "log2 minutes = 7.61 + 0.229 (ECI - 150) on 19 models; this release gives" in kept.why
    assert kept.why.endswith("on 5")
    assert parameters()["coder_eci"].source is not None
    (entry,) = report.locked
    assert (entry.version, entry.rows) == ("1.1", 6)
    assert "no open license" in entry.license


def test_documents_are_held_against_the_rules_that_cite_them(data, given):
    given("federal_register.json")
    report = refresh(folder_of(data), data)
    assert report.changed == []
    assert "us_2023_10_tpp" in {k.row for k in report.kept}
    assert any(note.startswith("2098-00001") and "no rule or turn" in note for note in report.notes)
    assert not any("2098-00002" in note for note in report.notes)


# --- the lock, the writing ----------------------------------------------------------------------------------------


def all_given(data: Path, given: Callable[..., Path]) -> None:
    given("eci_scores.csv", text=eci_release(data, 0.5))
    given("sales.csv", text=chip_release(data, NEW, 1.1))
    given("owners.csv", text=owner_release())
    for name in ("large_scale_ai_models.csv", "gpu_clusters.csv", "benchmark_results_1_1.yaml", "us_exports.json",
                 "federal_register.json"):  # fmt: skip
        given(name)


def content(data: Path) -> dict[str, bytes]:
    return {str(p.relative_to(data)): p.read_bytes() for p in sorted(data.rglob("*")) if p.is_file()}


def test_every_table_loads_after_a_refresh_and_a_second_one_changes_nothing(data, given):
    all_given(data, given)
    first = refresh(folder_of(data), data)
    assert first.refused == {}
    assert {c.table for c in first.changed} == set(FORMS)
    for name, form in FORMS.items():
        assert read(form.schema, data / f"{form.file or name}.csv")
    untouched = set(content(data)) - {*first.written, "reference/us_exports.csv"}
    assert {name: content(data)[name] for name in untouched} == {name: content(DATA)[name] for name in untouched}
    after = content(data)
    second = refresh(folder_of(data), data)
    assert (second.changed, second.written) == ([], [])
    assert second.locked == first.locked
    assert content(data) == after


def test_the_lock_names_file_date_hash_and_license(data, given):
    path = given("large_scale_ai_models.csv")
    refresh(folder_of(data), data)
    (entry,) = [e for e in lock.read(data) if e.source == "models"]
    hashed = subprocess.run(["sha256sum", str(path)], capture_output=True, text=True, check=True).stdout.split()[0]
    assert (entry.file, entry.date, entry.dated_by, entry.sha256) == (path.name, DATE, "file name", hashed)
    assert (entry.license, entry.rows, entry.rows_changed) == ("CC BY 4.0", 7, 3)
    assert {e.source for e in lock.read(data)} >= {"eci", "chip_sales", "chip_owners", "clusters"}


def test_a_look_writes_nothing(data, given):
    all_given(data, given)
    before = content(data)
    report = refresh(folder_of(data), data, check=True)
    assert report.changed
    assert report.locked
    assert report.written == []
    assert content(data) == before


def test_a_table_is_written_whole_or_not_at_all(data, given, monkeypatch):
    given("sales.csv", text=chip_release(data, NEW, 1.1))
    before = content(data)

    def broken(*_: object) -> None:
        raise InputError("a row does not fit")

    monkeypatch.setattr(
        sheets, "read", lambda schema, path: broken() if path.name.startswith(".") else read(schema, path)
    )
    with pytest.raises(InputError, match="does not fit"):
        refresh(folder_of(data), data)
    assert content(data) == before


def test_the_lock_of_the_shipped_tables_says_what_is_known():
    entries = lock.read(DATA)
    assert (DATA / lock.NAME).read_text(encoding="utf-8") == lock.text(entries)
    for entry in entries:
        assert entry.license
        assert entry.url.startswith("https://")
        assert (entry.sha256 is None) == (entry.rows is None) == bool(entry.note)


def test_the_edge_is_what_runs_start_from():
    import scenarios

    recorded = Recorded(scenarios.load("current_policy"), number(DATA_UNTIL) - FIRST + 1)
    found = edge.measures({name: sheets.sheet(name, DATA).rows for name in FORMS})
    for actor, value in zip(("the US", "China"), recorded.frontier[:, -1], strict=True):
        assert found[f"Frontier of {actor}, end of {DATA_UNTIL}"].value == value
    made = found[f"US-designed chips made in {label(SUPPLY_UNTIL)}"].value
    assert made == pytest.approx(recorded.supply[recorded.supply_data_steps - 1])
    since = [m.value for name, m in found.items() if "made since" in name]
    assert since == [pytest.approx(recorded.supply[: recorded.supply_data_steps].sum())]


# --- wrong files --------------------------------------------------------------------------------------------------


def cut(text: str, keep: float) -> str:
    return text[: int(len(text) * keep)]


WRONG: dict[str, tuple[str, str, str, str]] = {
    "a missing column": ("large_scale_ai_models.csv", "Confidence", "Trust", "lacks the columns: Confidence"),
    "another file": ("large_scale_ai_models.csv", "Model,Domain", "A,B", "lacks the columns: Model"),
    "a column twice": ("large_scale_ai_models.csv", "Parameters", "Model", "has the column 'Model' twice"),
    "a number with commas": ("large_scale_ai_models.csv", "9e+27", '"9,000,000"', "without a thousands separator"),
    "a wrong date": ("large_scale_ai_models.csv", "2023-03-15", "2023-13-15", "row 2: Publication date '2023-13-15'"),
    "a row too short": ("large_scale_ai_models.csv", ",Likely,United States of America\n", "\n", "row 2: has 7 cells"),
    "a model twice": ("large_scale_ai_models.csv", "Made-up Three,Language,Made-up lab,2026-09-03,,1e+20,,Confident,",
                      "GPT-4,Language,Lab,2023-03-15,,1e+20,,Confident,", "row 5: GPT-4 has 1e+20 FLOP here"),
    "a logarithm": ("large_scale_ai_models.csv", "2.5e+25", "1e+40", "Is it in another unit?"),
    "a bad status": ("gpu_clusters.csv", "Planned", "Hoped for", "Status 'Hoped for' is not known; valid: Existing"),
    "no Chinese cluster": ("gpu_clusters.csv", "China,", "Japan,", "no existing cluster by 2025-12-31 in China"),
    "another suite": ("benchmark_results_1_1.yaml", "v1.1\ndoubling", "v7\ndoubling", "valid: METR-Horizon-v1.1"),
    "horizons that cross": ("benchmark_results_1_1.yaml", "estimate: 1}", "estimate: 5}", "gpt_4: its 80% horizon"),
    "horizons in another unit": ("benchmark_results_1_1.yaml", "900.5", "9e9", "between 0 and 1e+06 minutes"),
    "broken YAML": ("benchmark_results_1_1.yaml", "{estimate: 32}", "{estimate: 32", "is no YAML or breaks off"),
    "HS6": ("us_exports.json", "8486200000", "848620", "is not HS10; ask with COMM_LVL=HS10"),
    "no value column": ("us_exports.json", "ALL_VAL_MO", "GEN_VAL_MO", "row 1 lacks ALL_VAL_MO"),
    "no month": ("us_exports.json", "2026-07", "2026", "time '2026' is not a month; valid: 2026-07"),
    "below zero": ("us_exports.json", '"1234567"', '"-5"', "row 2: ALL_VAL_MO -5 is below 0"),
    "no number of dollars": ("us_exports.json", '"1234567"', '"NaN"', "row 2: ALL_VAL_MO nan is below 0 or not finite"),
    "endless dollars": ("us_exports.json", '"1234567"', '"1e400"', "row 2: ALL_VAL_MO inf is below 0 or not finite"),
    "half a character": ("us_exports.json", "CHINA", "\\ud800", "is no JSON or breaks off"),
    "a number that is a list": ("federal_register.json", '"document_number": "', '"document_number": ["a"], "x": "',
                                "document 1: document_number ['a'] is no text"),
    "two values": ("us_exports.json", '"5820"', '"5700"', "has 400 dollars"),
    "broken JSON": ("us_exports.json", "]]", "]", "is no JSON or breaks off"),
    "a document without a date": ("federal_register.json", '"publication_date": "2023', '"x": "2', "document 1 lacks"),
    "an error message": ("federal_register.json", "results", "errors", "is an error message of the server"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_with_its_place_and_what_would_be_valid(data, given, case):
    name, old, new, expected = WRONG[case]
    path = given(name, old, new)
    before = content(data)
    why = only_reason(refresh(folder_of(data), data))
    assert why.startswith(path.name)
    assert expected in why
    assert content(data) == before


PAGE = "<!DOCTYPE html><html><body>503 Service Unavailable</body></html>"


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("x.csv", PAGE.encode(), "is a web page and no data"),
        ("x.json", PAGE.encode(), "is a web page and no data"),
        ("x.csv", b"", "is empty"),
        ("x.csv", b"\xef\xbb\xbf", "is empty"),
        ("x.yaml", b"[" * 20_000, "is no YAML or breaks off"),
        ("x.csv", "Model,eci\nÉlan,3\n".encode("latin-1"), "line 2: is not UTF-8"),
        ("x.csv", "Model,eci\n".encode("utf-16"), "is UTF-16"),
        ("x.zip", b"PK\x03\x04rest", "is an archive; unpack it"),
        ("x.csv", b"a;b;c\n1;2;3\n", "separated by semicolons"),
        ("x.csv", b"a,b,c\n1,2,3\n", "the columns of no release that is known here; valid: Epoch Capabilities Index"),
        ("x.csv", b'Model,eci,date,Country (of organization)\n"GPT', "breaks off"),
        ("x.csv", b"Model,eci,date,Country (of organization)\n", "has a header and no rows"),
        ("x.json", b"[1, 2]", "valid: an answer of the Census API"),
        ("x.yaml", b"a: 1\n", "METR's YAML (with benchmark_name and results)"),
    ],
)
def test_what_is_no_release_is_refused(data, folder, name, raw, expected):
    (folder / name).write_bytes(raw)
    why = only_reason(refresh(folder, data, date=DATE))
    assert why.startswith(name)
    assert expected in why


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_is_refused_and_not_waited_for(data, folder):
    os.mkfifo(folder / "x.csv")
    assert "is no regular file" in only_reason(refresh(folder, data))


def test_a_large_table_of_somebody_else_is_known_by_its_header(data, folder, monkeypatch):
    (folder / "x.csv").write_text("a,b\n" * 10, encoding="utf-8")
    monkeypatch.setattr("sim.refresh.files.csv_lines", lambda name, text: pytest.fail("all of it was read"))
    assert "no release that is known here" in only_reason(refresh(folder, data))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"source": "eci"', '"source": "foreign"', "lock.json: unknown source 'foreign'"),
        ("{", "[" * 100_000, "is no lock file"),
    ],
)
def test_a_damaged_lock_is_refused_before_anything_is_written(data, given, old, new, expected):
    path = given("us_exports.json")
    lock_file = data / lock.NAME
    lock_file.write_text(lock_file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    before = content(data)
    with pytest.raises(InputError, match=expected):
        refresh(path.parent, data)
    assert content(data) == before


def without(text: str, *days: str) -> str:
    """A release without the rows that name some days."""
    return "".join(line for line in text.splitlines(keepends=True) if not any(day in line for day in days))


def repeated(text: str, day: str) -> str:
    """A release that ends with a row of its own again."""
    return text + next(line for line in text.splitlines(keepends=True) if day in line)


def swapped(text: str, one: str, other: str) -> str:
    """A release with two columns in each other's place."""
    return text.replace(one, "X").replace(other, one).replace("X", other)


CHIPS: dict[str, tuple[Callable[[str], str], str]] = {
    "by chip": (
        lambda text: text.replace("incomplete\n", "incomplete,chip_type\n").replace(",\n", ",,H20\n"),
        "is a table by chip",
    ),
    "quarterly": (lambda text: text.replace("series_start", "start_date"), "is a quarterly table"),
    "a missing column": (lambda text: text.replace("h100e_p95", "h100e_top"), "lacks the columns: Compute estimate"),
    "mixed columns": (lambda text: swapped(text, "h100e_med", "units_med"), "median outside its 5th"),
    "a gap": (lambda text: without(text, "2023-06-30"), "has no row for 2023-Q2"),
    "a row twice": (lambda text: repeated(text, "2023-06-30"), "repeats"),
    "cut off": (lambda text: without(text, "2025-", "2026-"), "is it cut off?"),
    "no end of a quarter": (lambda text: text.replace("2023-06-30", "2023-05-31"), "valid: 2023-06-30"),
}


@pytest.mark.parametrize("case", CHIPS)
def test_a_wrong_table_of_chips_is_refused(data, given, case):
    change, expected = CHIPS[case]
    given("sales.csv", text=change(chip_release(data, NEW)))
    assert expected in only_reason(refresh(folder_of(data), data))


def test_values_in_thousands_are_noticed(data, given):
    lines = list(csv.reader(io.StringIO(chip_release(data, NEW))))
    scaled = [lines[0]] + [[*line[:3], *(f"{float(x) / 1000}" for x in line[3:9]), *line[9:]] for line in lines[1:]]
    given("sales.csv", text="\n".join(",".join(line) for line in scaled) + "\n")
    assert "typically 0.001 times the recorded ones" in only_reason(refresh(folder_of(data), data))


def test_an_edition_of_the_index_that_breaks_off_is_refused(data, given):
    whole = eci_release(data).splitlines(keepends=True)
    given("eci_scores.csv", text="".join(whole[: len(whole) // 3]))
    assert "cut off" in only_reason(refresh(folder_of(data), data))


def test_an_edition_with_two_scores_of_a_model_is_refused_and_a_repetition_is_not(data, given):
    again = "GPT-4,GPT-4,1.0,,,2023-03-15,Lab,United States of America,x\n"
    given("eci_scores.csv", text=eci_release(data, 0.0, again))
    assert "GPT-4 has 1 here and" in only_reason(refresh(folder_of(data), data))
    line = next(line for line in eci_release(data).splitlines(keepends=True) if line.startswith("GPT-4,"))
    given("eci_scores.csv", text=eci_release(data, 0.0, line))
    report = refresh(folder_of(data), data)
    assert report.refused == {}
    assert any("GPT-4 repeats row" in note for note in report.notes)


def test_a_release_older_than_the_locked_one_is_refused(data, given):
    given("gpu_clusters.csv", date="2024-01-01")
    why = only_reason(refresh(folder_of(data), data))
    assert "older than the locked release of 2025-12-31" in why


def test_a_release_dated_before_its_own_rows_is_refused(data, given):
    given("large_scale_ai_models.csv", date="2097-01-01")
    assert "after the release itself (2097-01-01, by its file name)" in only_reason(refresh(folder_of(data), data))


def test_a_much_shorter_release_than_the_locked_one_is_refused(data, given):
    path = given("gpu_clusters.csv")
    refresh(folder_of(data), data)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:6]))
    assert "has 5 rows, and the locked release had 9" in only_reason(refresh(folder_of(data), data))


def test_a_recorded_row_newer_than_the_release_stays(data, given):
    newest = max(r["as_of"] for r in rows(data, "frontier") if r["source"].startswith("Epoch AI"))
    (entry,) = [e for e in lock.read(data) if e.source == "eci"]
    lines = eci_release(data, 1.0).splitlines(keepends=True)
    known = [line for line in lines if not any(f",{day}" in line for day in late_days(data, entry.date))]
    given("eci_scores.csv", text="".join(known), date=entry.date)
    report = refresh(folder_of(data), data, check=True)
    assert report.refused == {}
    assert newest > entry.date
    assert any(k.why.startswith(f"the recorded row is newer ({newest})") for k in report.kept)
    assert all(c.new is not None for c in report.changed)


def late_days(data: Path, date: str) -> set[str]:
    return {r["date"] for r in rows(data, "frontier") if r["date"] > date}


def test_the_older_task_suite_is_refused_where_the_newer_is_locked(data, given):
    old = given("benchmark_results_1_0.yaml")
    assert refresh(folder_of(data), data).locked[0].version == "1.0"
    given("benchmark_results_1_1.yaml")
    both = refresh(folder_of(data), data)
    assert "is version 1.0 of the task suite, and 1.1" in both.refused[old.name]
    assert both.locked[0].version == "1.1"
    folder_of(data).joinpath(f"{DATE}_benchmark_results_1_1.yaml").unlink()
    assert "Valid: benchmark_results_1_1.yaml" in only_reason(refresh(folder_of(data), data))


def test_two_releases_of_one_source_are_refused(data, given):
    given("gpu_clusters.csv")
    given("gpu_clusters.csv", "160000.0", "160001.0", date="2099-12-29")
    report = refresh(folder_of(data), data)
    assert len(report.refused) == 2
    assert all("one of several releases" in why for why in report.refused.values())


def test_one_wrong_file_does_not_stop_the_others(data, given):
    given("gpu_clusters.csv")
    wrong = given("large_scale_ai_models.csv", "9e+27", "many")
    report = refresh(folder_of(data), data)
    assert list(report.refused) == [wrong.name]
    assert {c.table for c in report.changed} == {"conflicts"}
    assert {e.source for e in report.locked} == {"clusters"}


def test_one_wrong_answer_of_several_does_not_stop_the_others(data, given):
    given("us_exports.json")
    given("more.json", text='[["E_COMMODITY","CTY_CODE","ALL_VAL_MO","time"],["8471","5700","1","2026-07"]]')
    report = refresh(folder_of(data), data)
    assert len(report.refused) == 1
    assert len(rows(data, "us_exports")) == 3


def test_a_folder_without_releases_is_refused(data, folder):
    with pytest.raises(InputError, match=r"has no \.csv"):
        refresh(folder, data)
    with pytest.raises(InputError, match="is not a folder"):
        refresh(folder / "nowhere", data)
    (folder / "notes.txt").write_text("hello")
    (folder / "sub").mkdir()
    shutil.copyfile(MADE / "gpu_clusters.csv", folder / "gpu_clusters.csv")
    assert refresh(folder, data, check=True, date=DATE).passed == ["notes.txt", "sub/"]


def test_the_date_is_that_of_the_name_then_of_the_option_then_of_the_folder_then_of_the_file(data, tmp_path):
    dated = tmp_path / "epoch-2099-01-02"
    dated.mkdir()
    shutil.copyfile(MADE / "gpu_clusters.csv", dated / "gpu_clusters.csv")

    def of(folder: Path, date: str | None = None) -> tuple[str, str]:
        (entry,) = refresh(folder, data, check=True, date=date).locked
        return entry.date, entry.dated_by

    assert of(dated) == ("2099-01-02", "folder name")
    assert of(dated, "2099-03-04") == ("2099-03-04", "--date")
    plain = dated.rename(tmp_path / "downloads")
    assert of(plain)[1] == "time of the file"
    with pytest.raises(InputError, match="is not a date"):
        refresh(plain, data, check=True, date="2099-13-04")


def test_an_installed_package_is_not_written(given, data, monkeypatch):
    given("gpu_clusters.csv")
    monkeypatch.setattr(checkout, "is_checkout", lambda: False)
    with pytest.raises(InputError, match="add --check"):
        refresh(folder_of(data))
    assert refresh(folder_of(data), check=True).changed
    assert refresh(folder_of(data), data).written == ["conflicts.csv", "lock.json"]
    with pytest.raises(InputError, match="holds no data tables"):
        refresh(folder_of(data), folder_of(data))


def test_nothing_is_fetched_and_nothing_runs_at_start():
    code = (
        "import sys, sim.cli.commands; assert not [m for m in sys.modules if m.startswith('sim.refresh')];"
        "import sim.refresh; "
        "bad = {'requests', 'httpx', 'urllib3', 'aiohttp', 'http.client', 'ftplib'} & set(sys.modules);"
        "assert not bad, bad"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=DATA.parents[1]
    )
    assert done.returncode == 0, done.stderr
