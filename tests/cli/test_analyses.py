"""`polarity discover` and `polarity policies`, as a researcher types them."""

import json

import polars as pl
import pytest

from scenarios.levers import LEVERS

HERE = "current_policy"
FEW = "diffusion,follower_efficiency,research_returns"


@pytest.mark.slow
def test_discover_in_words_numbers_and_a_file(polarity, tmp_path):
    call = ("discover", "--outcome", "lead_months@2030>=16", "--members", 1024)
    said = polarity(*call, "--out", tmp_path / "box.csv")
    assert said.code == 0, said.err
    assert "“lead_months@2030>=16” holds in" in said.out
    assert "held out" in said.out
    report = json.loads(polarity(*call, "--json").out)["discoveries"][0]
    table = pl.read_csv(tmp_path / "box.csv")
    assert table["coverage"][0] == pytest.approx(report["boxes"][0]["held_out"]["coverage"])
    none = polarity("discover", "--outcome", "china_ahead@2028", "--members", 512)
    assert "No box found: 0 of 512 futures have it" in none.out


def test_the_price_list(polarity, tmp_path):
    call = (
        "policies",
        "prices",
        "--runs",
        8,
        "--year",
        2027,
        "--until",
        2027,
        "--outcome",
        "governance.misuse_exposure@2027",
    )
    said = polarity(*call, "--out", tmp_path / "prices.csv")
    assert said.code == 0, said.err
    assert "The single levers that move the lead most" in said.out
    assert "us_concentration" in said.out
    assert "governance.misuse_exposure@2027" in "".join(said.out.split())
    table = pl.read_csv(tmp_path / "prices.csv")
    assert {"lever", "value", "with", "lead_months@2027", "lead_months@2027 low", "us_ahead@2027 high"} <= set(
        table.columns
    )
    report = json.loads(polarity(*call, "--json").out)
    assert len(report["prices"]) == table.height


def test_an_attribution(polarity):
    call = (
        "policies",
        "attribute",
        HERE,
        "controls_erode",
        "--by",
        "side",
        "--runs",
        16,
        "--outcome",
        "lead_months@2028",
    )
    said = polarity(*call)
    assert "The largest part comes from" in said.out
    assert "All together" in said.out
    report = json.loads(polarity(*call, "--json").out)["attributions"][0]
    parts = sum(share["shapley"] for share in report["shares"])
    assert parts == pytest.approx(report["difference"]["mean"])


def test_regret(polarity):
    worlds = ("--world", HERE, "--world", "fast_feedback")
    policies = ("--policy", "tight_controls", "--policy", "checks:enforcement=5,hub_policing=80")
    call = ("policies", "regret", "--runs", 16, "--outcome", "lead_months@2028", *worlds, *policies)
    said = polarity(*call)
    assert "tight_controls is regretted least" in said.out
    assert "checks" in said.out
    least = json.loads(polarity(*call, "--goal", "least", "--json").out)
    assert least["minimax_regret"] == "checks"
    assert least["goal"] == "least"


def test_regret_says_what_it_leaves_out_and_counts_who_is_near(polarity):
    call = ("policies", "regret", "--runs", 16, "--outcome", "us_ahead@2028", "--world", HERE, "--within", 100)
    said = " ".join(polarity(*call).out.split())
    assert "Not taken over from open_trade: import_permission." in said
    assert "within 100" in said
    counts = json.loads(polarity(*call, "--json").out)["worlds_within"]
    assert set(counts.values()) == {1}


def test_regret_of_the_other_side_and_of_paths_over_time(polarity):
    here = ("policies", "regret", "--runs", 8, "--outcome", "lead_months@2028", "--world", HERE)
    assert "china_surge" in polarity(*here, "--side", "china", "--goal", "least").out
    path = ("--policy", "later:enforcement=2027-Q1:1,2028-Q1:8,hub_policing=80", "--policy", HERE)
    rows = json.loads(polarity(*here, *path, "--json").out)["table"]
    assert {row["policy"] for row in rows} == {"later", HERE}


def test_durable_leads(polarity):
    call = ("policies", "durable", HERE, "closed_ideas", "--runs", 64, "--at", 2029, "--years", 3, "--months", 9)
    said = " ".join(polarity(*call).out.split())
    assert "the US leads by 9 months or more at the end of 2029" in said
    assert "closed_ideas with" in said
    report = json.loads(polarity(*call, "--json").out)
    assert (report["side"], report["at"], report["later"]) == ("us", 2029, 2032)
    assert {row["policy"] for row in report["policies"]} == {HERE, "closed_ideas"}
    has = next(row for row in report["table"] if row["measure"] == "has")
    assert f"in {100 * has['with_feedback']:.0f} of 100 futures" in said


def test_durable_leads_of_china_and_leads_that_nobody_has(polarity):
    call = ("policies", "durable", HERE, "--runs", 16, "--at", 2027, "--years", 1, "--side", "china", "--months", 60)
    said = " ".join(polarity(*call).out.split())
    assert "in 0 of 100 futures China leads by 60 months or more at the end of 2027: too few to say" in said
    assert "too few" in said.partition("Has it")[2]
    assert json.loads(polarity(*call, "--json").out)["policies"][0]["kept_with_feedback"] is None


def test_prices_of_a_class_at_another_date_stand_beside_the_usual_ones(polarity):
    more = ("us_ahead@2027", "crossed.china@2027", "lead_months@2027", "governance.misuse_exposure@2027")
    call = (
        "policies",
        "prices",
        "--runs",
        8,
        "--until",
        2028,
        *(word for name in more for word in ("--outcome", name)),
    )
    said = polarity(*call).out
    assert "us_ahead@2027" in "".join(said.split())
    assert "Only in --json and --out: lead_months@2027, governance.misuse_exposure@2027." in " ".join(said.split())
    row = json.loads(polarity(*call, "--json").out)["prices"][0]
    assert {"us_ahead@2027", "us_ahead@2028"} <= set(row)


def test_policies_alone_are_the_help(polarity):
    said = polarity("policies")
    assert said.code == 0
    assert "attribute" in said.out


@pytest.mark.slow
def test_flip(polarity, tmp_path):
    call = ("policies", "flip", "--only", "levers", "--runs", 16, "--year", 2028)
    said = polarity(*call, "--out", tmp_path / "flips.csv")
    assert "The most common outcome changes with" in " ".join(said.out.split())
    assert pl.read_csv(tmp_path / "flips.csv").height == len(LEVERS)
    assert json.loads(polarity(*call, "--json").out)["changes"][0]["flips"]


def test_several_boxes_go_into_one_file(polarity, tmp_path):
    asked = ("--outcome", "lead_months@2030>=10", "--outcome", "lead_months@2028<=8", "--outcome", "several@2028")
    assert polarity("discover", "--members", 1024, *asked, "--out", tmp_path / "boxes.csv").code == 0
    assert "low_percentile" in pl.read_csv(tmp_path / "boxes.csv").columns


def test_one_future_is_said_in_words(polarity) -> None:
    said = " ".join(polarity("compare", "current_policy", "tight_controls", "--runs", 1).out.split())
    assert "A single future has no interval" in said
    assert " to +" not in said
    alone = polarity("run", "current_policy", "--runs", 1)
    assert alone.code == 0
    assert "None" not in alone.out


def test_the_notes_are_printed(polarity) -> None:
    said = " ".join(polarity("compare", "current_policy", "essay_2025:leaky", "--runs", 8, "--until", 2027).out.split())
    report = polarity("compare", "current_policy", "essay_2025:leaky", "--runs", 8, "--until", 2027, "--json").out
    notes = json.loads(report)["comparisons"][0]["notes"]
    assert len(notes) == 3
    assert all(f"Note: {note}" in said for note in notes)


def test_a_rare_outcome_is_named_in_words_and_numbers(polarity, tmp_path) -> None:
    call = ("sensitivity", "--outcome", "crossed.china@2027", "--inputs", FEW, "--samples", 128)
    said = " ".join(polarity(*call, "--out", tmp_path / "s.csv").out.split())
    (report,) = json.loads(polarity(*call, "--json").out)["outcomes"]
    assert f"The indices: {report['note']}." in said
    assert "too rare to be explained" in said
    assert f"{100 * report['mean']:.2f} in the sample behind the indices" in said
    assert all(row["total"] is None and row["first_low"] is None for row in report["indices"])
    table = pl.read_csv(tmp_path / "s.csv")
    assert table["total"].null_count() == table.height


def test_a_screening_in_which_nothing_moves_names_no_input(polarity) -> None:
    call = ("sensitivity", "--method", "morris", "-n", 4, "--inputs", FEW, "--outcome", "china_ahead@2027")
    said = polarity(*call).out
    assert "0 in all 16 futures, so that no input moves it" in said
    assert "the inputs that move it most" not in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["discover", "--outcome", "lead_months@2030"], ["set a limit", "lead_months@2030>=12"]),
        (["discover", "--levers", "enforcement=1"], ["--levers", "enforcement=0:10"]),
        (["discover", "--levers", "enforcement=0:1,enforcement=2:3"], ["enforcement is given twice"]),
        (["discover", "--levers", "enforcement=0:100"], ["'enforcement' is 100", "0 to 10"]),
        (["policies", "flip", "--runs", "0"], ["runs is 0", "1 to 100,000"]),
        (["discover", "--members", "3"], ["members is 3", "512"]),
        (["policies", "prices", "--outcome", "crossing_year.china"], ["does not exist in every future"]),
        (["policies", "prices", "curent_policy"], ["did you mean 'current_policy'?"]),
        (["policies", "attribute", HERE, "china_surge"], ["17 things", "--by side"]),
        (["policies", "attribute", HERE, HERE], ["do not differ"]),
        (["policies", "attribute", HERE, "tight_controls", "--by", "who"], ["'who'", "lever, side"]),
        (["policies", "regret", "--goal", "more"], ["'more'", "most, least"]),
        (["policies", "regret", "--policy", "a:enforcment=2"], ["--policy", "did you mean 'enforcement'?"]),
        (["policies", "regret", "--policy", "a:enforcement=99"], ["is 99", "0 to 10"]),
        (["policies", "regret", "--policy", "taiwan_disruption"], ["no policy of side 'us'"]),
        (["policies", "regret", "--policy", "a:chip_push=80"], ["policy a", "chip_push is decided by China"]),
        (["policies", "regret", "--side", "moon"], ["unknown side 'moon'"]),
        (["policies", "regret", "--runs", "0"], ["runs is 0", "2 to 100,000"]),
        (["policies", "attribute", HERE, "tight_controls", "--runs", "0"], ["runs is 0", "2 to 100,000"]),
        (["policies", "prices", "--runs", "100001"], ["runs is 100001", "2 to 100,000"]),
        (["policies", "durable", "--at", "2032"], ["5 years after 2032 is 2037", "give 1 to 3 years"]),
        (["policies", "durable", "--at", "2020"], ["at is 2020", "2027 to 2034"]),
        (["policies", "durable", "--years", "0"], ["years is 0", "1 or more"]),
        (["policies", "durable", "--months", "-1"], ["months is -1", "0 to 120 months"]),
        (["policies", "durable", "--months", "nan"], ["months is nan"]),
        (["policies", "durable", "--side", "moon"], ["unknown side 'moon'"]),
        (["policies", "durable", HERE, HERE], ["two scenarios have one name"]),
        (["policies", "durable", "--runs", "1"], ["runs is 1", "2 to 100,000"]),
        (["policies", "flip", "--to", "us_ahed"], ["did you mean 'us_ahead'?"]),
        (["policies", "flip", "--only", "all"], ["'all'", "levers, parameters"]),
        (["policies", "flop"], ["'flop'", "flip"]),
        (["policies", "flip", "--yaer", "2030"], ["--yaer"]),
    ],
)
def test_what_is_wrong_is_one_line(polarity, words, says):
    line = polarity(*words).refusal()
    assert [part for part in says if part not in line] == [], line
