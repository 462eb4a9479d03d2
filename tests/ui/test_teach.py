"""The Teach page without a browser: decisions, futures, playback, predictions, claims, paper and the address."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import unescape
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from agents.explanation import percent
from agents.protocols import Traits
from scenarios import BASELINE, load
from scenarios.quarters import DATA_UNTIL
from sim.results.outcomes import polarity
from sim.run import simulate
from sim.ui.shared import common, frames, recorded, wording
from sim.ui.shared.setup import Judge
from sim.ui.teach import charts, claims_panel, decisions, futures, playback, worksheet
from sim.ui.teach.claims import CLAIMS, NOTHING, facts
from tests.ui.reading import HTML, raw

Open = Callable[..., AppTest]
PAGE = "sim/ui/teach/page.py"


def text(test: AppTest) -> str:
    return re.sub(r"\s+", " ", unescape(HTML.sub(" ", raw(test))))


def box(test: AppTest, key: str):
    return next(box for box in test.selectbox if box.key == key)


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label == label).click().run()


def shown(name: str = BASELINE) -> futures.Shown:
    return futures.shown(load(name), Judge())


@pytest.fixture
def teach(page_at: Callable[..., AppTest]) -> Open:
    """Opens the page at an address."""
    return partial(page_at, PAGE)


# ------------------------------------------------------------------------------------------------------------ the page
def test_it_opens_sealed_at_the_edge_of_the_data(teach: Open):
    test = teach()
    assert not test.exception
    found, said = shown(), text(test)
    future = found.futures["drawn1"]
    assert "A sealed future under current policy" in said
    assert f"simulated future {future.member + 1} of 64" in said
    assert "not a forecast" in said
    assert f"Recorded, end of {wording.last_month(DATA_UNTIL)}" in said
    slider = test.select_slider[0]
    assert slider.options[-1] == DATA_UNTIL
    levels = [int(n) for n in re.findall(r"<h([1-6])", raw(test))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    drawn = test.get("vega_lite_chart")
    assert len(drawn) == 2
    assert all(re.search(r"\d", chart.proto.alt) for chart in drawn)
    assert not re.search(r"\bwill\b|confiden", said.lower())


@pytest.mark.parametrize("quarter", ["2022-Q4", "2032-Q4"])
@pytest.mark.parametrize("future", ["us_ahead", "medians"])
def test_the_first_and_the_last_quarter(teach: Open, quarter: str, future: str):
    test = teach(step=f"{future}:{quarter}")
    assert not test.exception
    said = text(test)
    assert f"end of {wording.last_month(quarter)}" in said
    assert "was not used" not in said
    t = 0 if quarter == "2022-Q4" else 40
    assert playback.stand(shown(), shown().futures[future], t) in said.replace(" : ", ": ")
    assert not re.search(r"\bnan\b|\binf\b", said)


def test_back_and_next_move_by_a_quarter_and_the_address_follows(teach: Open):
    test = press(teach(step="two_power:2029-Q1"), "Next")
    assert "Simulated, end of June 2029" in text(test)
    assert test.query_params["step"] in ("two_power:2029-Q2", ["two_power:2029-Q2"])
    assert "Simulated, end of March 2029" in text(press(test, "Back"))
    test.select_slider[0].set_value("2031-Q3").run()
    assert "Simulated, end of September 2031" in text(test)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"claim": "C99"}, "claim=C99: there is no such claim; there are C1 to C13"),
        ({"claim": "<img src=x>"}, "there is no such claim"),
        ({"step": "2040-Q1"}, "step=2040-Q1: 2040-Q1 is outside the playback, 2022-Q4 to 2032-Q4"),
        ({"step": "soon"}, "step=soon: soon is no quarter"),
        ({"step": "martians:2027-Q1"}, "there is no such future here"),
        ({"present": "yes"}, "present=yes: give 1 for large type"),
        ({"scenario": "nowhere"}, "there is no such scenario"),
    ],
)
def test_what_fits_nothing_in_the_address_is_named(teach: Open, given: dict[str, str], said: str):
    test = teach(**given)
    assert not test.exception
    assert said in text(test)
    assert "<img" not in raw(test)


def test_large_type_is_in_the_address_and_on_the_page(teach: Open):
    assert "font-size: 125%" not in raw(teach())
    test = teach(present="1")
    assert "font-size: 125%" in raw(test)
    assert next(box for box in test.toggle if box.key == "teach_present").value
    test.select_slider[0].set_value("2024-Q1").run()
    assert test.query_params["present"] in ("1", ["1"])


def test_another_scenario_is_sealed_anew(teach: Open):
    test = teach(step="two_power:2031-Q1")
    box(test, "teach_scenario").select(load("china_surge").title).run()
    assert not test.exception
    assert "A sealed future under" in text(test)
    assert test.select_slider[0].options[-1] == DATA_UNTIL
    assert "china_ahead" in shown("china_surge").futures


# ------------------------------------------------------------------------------------------- the futures and the words
def test_a_shown_future_is_a_member_of_the_run_with_its_class():
    found = shown()
    run = simulate(load(BASELINE), runs=64, seed=0, until=2032)
    codes = polarity.at_year(run, 2032)
    for name, future in found.futures.items():
        if future.member is None:
            continue
        assert np.allclose(future.series["lead"], run["lead_months"][:, future.member], atol=1e-4)
        assert np.allclose(future.series["push"], run["push"][:, future.member], atol=1e-4)
        assert future.codes[-1] == codes[future.member]
        if name in polarity.CLASSES:
            assert polarity.CLASSES[codes[future.member]] == name
    assert found.counts == common.view(load(BASELINE)).counts


@pytest.mark.parametrize("ruler", ["fixed_pace", "backward", "points"])
def test_classes_by_quarter_are_those_of_the_outcome(ruler: str):
    run = simulate(load("china_surge"), runs=32, seed=0, until=2032, keep={"capability"})
    judge = Judge(ruler=ruler, limit=10)
    for year in (2028, 2032):
        wanted = polarity.at_year(run, year, ruler, 10, 10)
        assert (futures._codes(run, judge)[run.step(year)] == wanted).all()


@pytest.mark.parametrize("t", [5, 16, 17, 30, 40])
def test_decisions_say_what_the_series_hold(t: int):
    found = shown()
    f = found.futures["two_power"]
    by = {(d.who, d.what): d for d in decisions.decisions(found, f, t)}
    imports = by["China", "Import approval rate"]
    assert imports.now.startswith(percent(f.series["permission"][t]))
    push = by["China", "Chip industry subsidies"]
    assert push.now.startswith(percent(f.series["push"][t]))
    assert percent(f.series["push"][t - 4]) in push.now
    money = by["United States", "Money paid for chips in the quarter"]
    assert money.now.startswith(f"${f.series['spending.united_states'][t] / 1e9:,.1f} billion")
    licenses = by["United States", "License policy for China"]
    assert licenses.now.startswith(percent(f.series["licensing"][t]))
    hubs = by["Transit hubs", "Policing of transit trade"]
    if t <= found.edge:
        assert re.search(r"[\d.]+% of the chips on sale were diverted last quarter", hubs.why)
        assert money.why.startswith("Recorded")
    elif t < found.first_choice:
        assert hubs.why == push.why == "It stays as recorded until the first choice, at the turn of the year."
    else:
        assert hubs.why == "Its choice at the turn of the year holds until the next one."
        assert imports.why == push.why == licenses.why == f"{hubs.why} Its values: balanced."
    assert not any("nan" in f"{d.now} {d.why}".lower() for d in by.values())


@pytest.mark.parametrize("t", [16, 17, 30])
def test_by_habit_decisions_say_what_they_look_at(t: int):
    found = futures.shown(load(BASELINE).with_changes(decisions="habit"), Judge())
    f = found.futures["medians"]
    why = {(d.who, d.what): d.why for d in decisions.decisions(found, f, t)}
    assert f"{percent(f.series['blocked'][t - 1])} short of a frontier chip" in why["China", "Chip industry subsidies"]
    assert percent(f.series["priced_out"][t - 1]) in why["China", "Import approval rate"]
    hubs = why["Transit hubs", "Policing of transit trade"]
    assert re.search(r"[\d.]+% of the chips on sale were diverted last quarter", hubs)
    assert f"US enforcement is at {f.series['enforcement'][t - 1]:.3g} ×" in hubs


def test_the_values_of_a_choice_are_those_of_the_scenario():
    values = {"china": "security_first", "united_states": {"safety": 3}}
    found = futures.shown(load(BASELINE).with_changes(values=values, decisions={"china": {"push": 0.7}}), Judge())
    why = {(d.who, d.what): d.why for d in decisions.decisions(found, found.futures["medians"], 30)}
    assert why["China", "Import approval rate"].endswith("Its values: security first.")
    assert why["United States", "Enforcement budget"].endswith("Its values: weights of the scenario.")
    assert why["China", "Chip industry subsidies"] == "The scenario sets it at 70%."


def test_a_decision_that_the_scenario_holds_is_said_to_be_held():
    spec = load(BASELINE).with_levers(chip_push=80, hub_policing=60, safety_share=5, enforcement=4)
    found = futures.shown(spec, Judge())
    why = {(d.who, d.what): d.why for d in decisions.decisions(found, found.futures["medians"], 30)}
    assert "sets it at 80%" in why["China", "Chip industry subsidies"]
    assert "of the way to 60%" in why["Transit hubs", "Policing of transit trade"]
    assert "sets it at 5.0%" in why["United States", "Compute spent on safety"]
    assert why["United States", "Enforcement budget"] == "The scenario sets it at 4 × the 2026 budget."
    assert "The scenario's levers take effect." in decisions.happened(found, 16)


def test_what_the_page_lets_an_actor_see_is_what_it_saw():
    """An actor that decides again from the numbers on the page, and the parameters of its run, does as in the run."""
    found = shown()
    f = found.futures["two_power"]
    run = simulate(load(BASELINE), runs=64, seed=0, until=2032)
    traits = {name: float(run.parameters[name][f.member]) for name in Traits.__annotations__}
    for t in (found.edge + 1, 30, 40):  # at a turn of the year actors see more than the page keeps
        for decider in decisions.DECIDERS:
            known = decisions.snapshot(found, f, t, decider, choosing=True)
            known = replace(known, traits={**traits, **known.traits})
            for told in known.actor(decider.kind, decisions.rows(f, t, decider)).explain():
                if told.decision in {"enforcement", "permission", "push", "alignment", "policing"} & set(decider.cards):
                    assert told.value == pytest.approx(f.series[told.decision][t], abs=1e-3), (t, told)


def test_a_united_states_that_reacts_says_what_alarms_it():
    found = futures.shown(load(BASELINE).with_changes(switches={"us_reacts": True}), Judge())
    f = found.futures["medians"]
    why = next(d.why for d in decisions.decisions(found, f, 30) if d.what == "Enforcement budget")
    assert f"{abs(f.series['seen_lead'][29]):.1f} index points" in why
    assert "alarm is at" in why


def test_rules_and_records_stand_in_their_quarter():
    found = shown()
    assert any("First chip rule" in told for told in decisions.happened(found, 0))
    assert any("H20" in told for told in decisions.happened(found, 10))
    assert any("DeepSeek-R1 (2025-01-20)" in told for told in decisions.happened(found, 9))
    blind = shown("essay_2025:leaky")
    assert blind.edge == 9
    assert not any("2025-04" in told for told in decisions.happened(blind, 10))


# ------------------------------------------------------------------------------------------------------------- the past
@pytest.mark.parametrize("key", ["drawn1", "us_ahead", "medians"])
def test_the_past_is_the_record_and_the_same_whatever_is_played(key: str):
    found = shown()
    path, months = charts.tables(found, found.futures[key], found.last, None)
    for row, who in enumerate(frames.SEATS.values()):
        mine = path["path"].filter(pl.col("who") == who)
        past = mine.filter(pl.col("what") == charts.RECORDED)["y"].to_numpy()
        assert past == pytest.approx(recorded.frontiers()[row], abs=0.006)
    past = months["months"].filter(pl.col("what") == charts.RECORDED)["y"].to_numpy()
    assert past == pytest.approx(recorded.lead_by("fixed_pace"), abs=0.006)
    assert playback.stand(found, found.futures[key], 11) == (
        "Recorded, end of September 2025: index 150 for the best US model and 145 for the best Chinese one; the US "
        "leads by 4 months."
    )


@pytest.mark.parametrize("name", [BASELINE, "essay_2025:leaky"])
def test_a_future_starts_where_the_record_ends(name: str):
    found = shown(name)
    for future in found.futures.values():
        for row, seat in enumerate(frames.SEATS):
            ended = recorded.frontiers()[row, found.edge]
            assert future.at(f"capability.{seat}", found.edge) == pytest.approx(ended, abs=0.01)
    path, _ = charts.tables(found, found.futures["drawn1"], found.last, None)
    simulated = path["path"].filter(pl.col("what") == charts.SIMULATED)
    assert simulated["quarter"][0] == found.quarter(found.edge)


def test_until_the_class_has_guessed_nothing_simulated_is_drawn():
    found = shown()
    path, months = charts.tables(found, found.futures["drawn1"], found.edge, None)
    for table in (path["path"], months["months"]):
        assert set(table["what"]) == {charts.RECORDED}


def test_what_no_record_holds_stands_behind_a_label(teach: Open):
    test = teach(step="medians:2025-Q3")
    assert "Enforcement budget:" not in text(test)
    test.session_state["teach_assumed"] = True
    test.run()
    assert "Simulated, not recorded" in text(test)
    assert "Enforcement budget:" in text(test)
    assert "simulated, April to June 2029" in text(teach(step="medians:2029-Q2"))


# --------------------------------------------------------------------------------------------------- predict and reveal
def test_a_guess_is_held_against_the_future_and_all_futures(teach: Open):
    test = teach()
    assert "Revealed" not in text(test)
    next(radio for radio in test.radio if radio.key == "teach_outcome").set_value("us_ahead")
    next(slider for slider in test.slider if slider.key == "teach_lead").set_value(15)
    test = press(test, "Reveal")
    assert not test.exception
    found, said = shown(), text(test)
    future = found.futures["drawn1"]
    ended, lead = polarity.LABELS[polarity.CLASSES[int(future.codes[-1])]], wording.signed(future.series["lead"][-1])
    assert ("Right outcome." in said) == (ended == polarity.LABELS["us_ahead"])
    assert f"You guessed a US lead of +15 months; it was {lead}." in said
    assert f"This future ends as: {wording.inside(ended)}, with a US lead of {lead} months" in said
    assert wording.outcomes(common.view(load(BASELINE)).counts) in said
    assert f"{playback.within(found, 15)} of 100 simulated futures end within 3 months" in said
    assert f"{ended} at the end of 2032" in said
    assert test.select_slider[0].options[-1] == "2032-Q4"
    test = press(test, "Draw another")
    assert "Revealed" not in text(test)
    assert f"simulated future {found.futures['drawn2'].member + 1} of" in text(test)


def test_a_future_picked_by_its_end_asks_for_the_lead_alone(teach: Open):
    test = teach()
    box(test, "teach_future").select("Bipolar: two-power race").run()
    assert "You picked this future by its outcome" in text(test)
    assert not test.radio
    test = press(test, "Reveal")
    assert not test.exception
    assert "You guessed a US lead of +6 months" in text(test)


def test_the_guess_can_be_skipped_and_play_stops_by_itself(teach: Open):
    test = press(teach(step="medians:2026-Q3"), "Skip the guess")
    assert "Revealed" in text(test)
    assert "You guessed" not in text(test)
    test.select_slider[0].set_value("2032-Q4").run()
    next(toggle for toggle in test.toggle if toggle.key == "teach_play").set_value(True).run()
    assert not test.exception
    assert not next(toggle for toggle in test.toggle if toggle.key == "teach_play").value


# ----------------------------------------------------------------------------------------------------------- the claims
@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_opens_with_numbers(claim: str):
    test = AppTest.from_function(_one_claim, kwargs={"claim": claim}, default_timeout=60).run()
    assert not test.exception
    said = text(test)
    assert CLAIMS[claim].says in said
    assert "If it" in said
    assert "20" in said
    assert len(re.findall(r"\d", said)) > 20
    assert not re.search(r"\bwill\b|confiden", said.lower())
    ours = unescape(HTML.sub(" ", re.sub(r"<small>.*?</small>", " ", raw(test))))  # sources are in others' words
    assert not re.search(r"\bnan\b|\binf\b|(?<![\w–.])-\d", re.sub(r"\d{4}-\d\d(-\d\d)?", "", ours))
    assert NOTHING in said if not facts(claim) else "What was recorded since" in said
    heads = re.findall(r"<th>(.*?)</th>", raw(test))
    assert heads


def _one_claim(claim: str) -> None:
    from sim.ui.teach import claims_panel
    from sim.ui.teach.claims import CLAIMS

    claims_panel.panel(CLAIMS[claim])


def test_a_claim_opens_from_the_address_and_by_the_picker(teach: Open):
    test = teach(claim="C3")
    assert CLAIMS["C3"].says in text(test)
    box(test, "teach_claim").select(claims_panel.titles()["C8"]).run()
    assert not test.exception
    assert CLAIMS["C8"].says in text(test)
    assert test.query_params["claim"] in ("C8", ["C8"])


def test_a_claims_numbers_are_those_of_the_runs():
    claim = CLAIMS["C3"]
    found = claims_panel.answer(claim)
    on = common.view(load(BASELINE))
    off = common.view(load(BASELINE).with_changes(switches={"reinvestment": False}))
    assert [counts["us_ahead"] for counts in found.counts] == [on.counts["us_ahead"], off.counts["us_ahead"]]
    assert float(found.tables[0].rows[0][1].replace(",", "")) > float(found.tables[0].rows[1][1].replace(",", ""))
    odds = claims_panel.answer(CLAIMS["C8"]).tables[0].rows
    assert all(sum(map(int, row[1:])) == 100 for row in odds)


# ---------------------------------------------------------------------------------------------------------------- paper
@pytest.mark.parametrize("key", ["two_power", "medians"])
def test_paper_stands_alone_and_its_answers_are_the_views(key: str):
    found, view, claim = shown(), common.view(load(BASELINE)), CLAIMS["C3"]
    answer = claims_panel.answer(claim)
    sheet, guide = worksheet.sheet(found, key, view, claim, answer), worksheet.guide(found, key, view)
    for page in (sheet, guide):
        assert page.startswith("<!doctype html>")
        assert not re.search(r"<script|<img|<link|src=|@import|url\(", page)
        assert "size: A4" in page
        assert wording.outcomes(view.counts) in unescape(page)
        assert not re.search(r"\bwill\b|confiden", page.lower())
    assert "______" in sheet
    f = found.futures[key]
    for t in worksheet.marks(found):
        cells = f"<td>{f.series['capability.united_states'][t]:.0f}</td><td>{f.series['capability.china'][t]:.0f}</td>"
        assert f"<td>End of {found.quarter(t)}</td>{cells}<td>{wording.signed(f.series['lead'][t])}</td>" in sheet
    assert all(said in unescape(sheet) for _, said in answer.says)
    assert worksheet.marks(found)[0] == found.edge
    assert worksheet.marks(found)[-1] == found.last


def test_paper_is_offered_without_a_rerun(teach: Open):
    labels = [button.proto.label for button in teach().get("download_button")]
    assert labels == ["Worksheet and answers", "Page for the teacher"]
