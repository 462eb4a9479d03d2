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
from scenarios.glossary import look_up
from scenarios.quarters import DATA_UNTIL
from sim.results.outcomes import polarity
from sim.run import simulate
from sim.ui.shared import common, frames, recorded, wording
from sim.ui.shared.setup import Judge
from sim.ui.teach import charts, claims_panel, decisions, futures, playback
from sim.ui.teach.claims import CLAIMS, NOTHING, facts
from sim.ui.teach.texts import texts
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
    assert "A sealed future under current policy: how does it end in 2032?" in said
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
    assert test.query_params["step"] in ("B:2029-Q2", ["B:2029-Q2"])
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
        assert hubs.why == push.why == "It stays as it is until the first choice, at the turn of the year."
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
        past = mine.filter(pl.col("what") != charts.SIMULATED)["y"].to_numpy()
        assert past == pytest.approx(recorded.frontiers()[row], abs=0.006)
    past = months["months"].filter(pl.col("what") != charts.SIMULATED)["y"].to_numpy()
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


def test_what_no_record_holds_stands_behind_a_label(teach: Open):
    test = teach(step="medians:2025-Q3")
    assert "Enforcement budget:" not in text(test)
    test.session_state["teach_assumed"] = True
    test.run()
    assert "Simulated, not recorded" in text(test)
    assert "Enforcement budget:" in text(test)
    assert "simulated, April to June 2029" in text(teach(step="medians:2029-Q2"))


# --------------------------------------------------------------------------------------------------- predict and reveal
def guess(test: AppTest, outcome: str, lead: int) -> AppTest:
    """Fill in a guess; nothing has been filled in before."""
    radio = next(radio for radio in test.radio if radio.key.startswith("teach_outcome"))
    number = next(box for box in test.number_input if box.key.startswith("teach_lead"))
    assert radio.value is number.value is None
    radio.set_value(outcome)
    number.set_value(lead)
    return press(test, "Reveal")


def test_a_guess_stays_on_the_page_and_is_held_against_the_ending(teach: Open):
    test = guess(teach(), "us_ahead", 15)
    assert not test.exception
    found = shown()
    future, mine = found.futures["drawn1"], "Your guess for the end of 2032: United States well ahead (unipolar)"
    assert test.select_slider[0].options[-1] == "2032-Q4"
    for quarter in ("2026-Q4", "2029-Q2", "2032-Q3"):
        said = text(test.select_slider[0].set_value(quarter).run())
        assert f"{mine}; the US leads by 15 months." in said
        assert "How it ended" not in said
        assert "how does it end in 2032?" in said
    said = text(press(test, "Next"))
    ended, lead = polarity.CLASSES[int(future.codes[-1])], float(future.series["lead"][-1])
    assert mine not in said
    assert ("Right outcome." in said) == (ended == "us_ahead")
    assert f"Your guess of the lead (the US leads by 15 months) was {round(abs(15 - lead))} months too" in said
    assert f"This future ended as: {wording.inside(playback.POWERS[ended])}; {wording.lead(lead)}." in said
    assert wording.outcomes(common.view(load(BASELINE)).counts) in said
    assert f"{playback.within(found, 15)} of 100 simulated futures end within 3 months" in said
    assert f"{polarity.LABELS[ended]} at the end of 2032" in said
    assert "How it ended" in text(press(test, "Back"))  # it stays known
    test = press(test, "Draw another")
    assert "how does it end" in text(test)
    assert "Your guess" not in text(test)
    assert f"simulated future {found.futures['drawn2'].member + 1} of" in text(test)
    guess(test, "two_power", 3)  # the next one is not filled in either


@pytest.mark.parametrize(
    ("outcome", "off", "said"),
    [
        ("two_power", 0.0, "Right outcome. Your guess of the lead ({}) was right."),
        ("us_ahead", 1.0, "You guessed United States well ahead (unipolar); it was two-power race (bipolar). Your "
                          "guess of the lead ({}) was 1 month too high for the US."),
        ("several", -9.0, "You guessed several powers (multipolar); it was two-power race (bipolar). Your guess of "
                          "the lead ({}) was 9 months too low for the US."),
    ],
)  # fmt: skip
def test_a_guess_is_compared_in_plain_words(outcome: str, off: float, said: str):
    found = shown()
    future = found.futures["two_power"]
    guessed = float(future.series["lead"][-1]) + off
    told = playback.compared(found, future, outcome, guessed)
    assert told.startswith(said.format(wording.lead(guessed)))


def test_reveal_waits_for_the_whole_guess(teach: Open):
    test = press(teach(), "Reveal")
    assert "Choose an outcome and type a lead first" in test.warning[0].value
    assert test.select_slider[0].options[-1] == DATA_UNTIL
    next(radio for radio in test.radio if radio.key.startswith("teach_outcome")).set_value("two_power")
    test = press(test, "Reveal")
    assert test.select_slider[0].options[-1] == DATA_UNTIL
    assert next(button for button in test.button if button.label == "Next").disabled


def test_a_link_keeps_the_guess_of_the_same_future(teach: Open):
    test = guess(teach(), "us_ahead", 15)
    test.query_params["step"] = "drawn1:2028-Q1"
    assert "Your guess for the end of 2032" in text(test.run())
    test.query_params["step"] = "drawn2:2028-Q1"
    assert "Your guess" not in text(test.run())


def test_a_link_by_outcome_of_an_older_version_opens_the_same_future(teach: Open):
    test = teach(step="two_power:2029-Q1")
    assert "Future B under current policy: how does it end in 2032?" in text(test)
    assert test.query_params["step"] in ("B:2029-Q1", ["B:2029-Q1"])
    assert text(teach(step="b:2029-Q1")) == text(test)


def test_the_guess_can_be_skipped_and_play_stops_by_itself(teach: Open):
    test = press(teach(step="medians:2026-Q3"), "Skip the guess")
    assert "You guessed" not in text(test)
    assert "How it ended" not in text(test)
    test.select_slider[0].set_value("2032-Q4").run()
    assert "How it ended" in text(test)
    next(toggle for toggle in test.toggle if toggle.key == "teach_play").set_value(True).run()
    assert not test.exception
    assert not next(toggle for toggle in test.toggle if toggle.key == "teach_play").value


def test_the_three_words_are_told_apart_in_one_sentence(teach: Open):
    said = text(teach())
    assert (
        "Unipolar: one of the two leads by 12 months or more. Bipolar: neither does. Multipolar: neither does" in said
    )
    options = next(radio for radio in teach().radio if radio.key.startswith("teach_outcome")).options
    assert options == [
        "United States well ahead (unipolar)", "Two-power race (bipolar)", "Several powers (multipolar)",
        "China well ahead (unipolar)",
    ]  # fmt: skip
    for word in ("unipolar", "bipolar", "multipolar"):
        assert all(other in look_up(word).definition.lower() for other in ("unipolar", "bipolar", "multipolar"))
    for outcome in ("well ahead", "two-power race", "several powers"):
        assert "polar outcome" in look_up(outcome).definition


# ----------------------------------------------------------------------------------------------------------- the claims
@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_opens_with_numbers(claim: str):
    test = AppTest.from_function(_one_claim, kwargs={"claim": claim}, default_timeout=60).run()
    assert not test.exception
    said = text(test)
    assert CLAIMS[claim].says in said
    assert "If it" not in said  # the class thinks first
    for part in ("teach_since", "teach_answer"):
        test.session_state[part] = True
    said = text(test.run())
    assert not test.exception
    assert "If it" in said
    assert "20" in said
    assert len(re.findall(r"\d", said)) > 20
    assert not re.search(r"\bwill\b|confiden", said.lower())
    ours = unescape(HTML.sub(" ", re.sub(r"<small>.*?</small>", " ", raw(test))))  # sources are in others' words
    assert not re.search(r"\bnan\b|\binf\b|(?<![\w–.])-\d", re.sub(r"\d{4}-\d\d(-\d\d)?", "", ours))
    assert NOTHING in said if not facts(CLAIMS[claim]) else 'class="facts"' in raw(test)
    heads = re.findall(r"<th>(.*?)</th>", raw(test))
    assert heads


def _one_claim(claim: str) -> None:
    from sim.ui.teach import claims_panel
    from sim.ui.teach.claims import CLAIMS

    claims_panel.panel(CLAIMS[claim])


def test_a_claim_opens_from_the_address_and_by_the_picker(teach: Open):
    test = teach(claim="C3")
    assert CLAIMS["C3"].says in text(test)
    box(test, "teach_claim").select(texts()["essay"].titles()["C8"]).run()
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
