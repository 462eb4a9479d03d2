"""What nations choose: the panel's numbers are those of the runs, and its sentence is made from them."""

import re
from collections.abc import Callable
from html import unescape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from scenarios import load, names
from scenarios.decisions import DECISIONS, HABIT
from sim.run import simulate
from sim.ui.explore import choices_panel
from sim.ui.shared import choices, common, work
from sim.ui.shared.choices import BY_HABIT, CHOSEN, FIXED, Level
from sim.ui.shared.setup import Setup
from tests.ui.reading import raw, text

Open = Callable[..., AppTest]
FUTURES = 64
CALLED = {"southeast_asia": "Southeast Asia", "netherlands": "the Netherlands"}


def table_of(test: AppTest) -> str:
    return unescape(raw(test).split('<div class="choices">')[1].split("</div>")[0])


def level(now: float, then: float, how: str = CHOSEN) -> Level:
    return Level((now, now, now), (then, then, then), how)


# ---------------------------------------------------------------------------------------------------------- the levels
@pytest.mark.parametrize("year", [2029, 2032])
def test_levels_are_those_of_the_run(year: int):
    spec = Setup(values={"china": "prosperity_first"}).spec
    run = simulate(spec, runs=FUTURES, keep={"decisions", "capability"})
    found = choices.levels(run, year)
    assert [".".join(key) for key in found] == list(run.parts("decisions"))
    for (actor, name), one in found.items():
        path = run.part(f"decisions.{actor}.{name}")
        for kept, at in ((one.now, choices.TODAY), (one.then, year)):
            assert kept == pytest.approx(np.quantile(path[run.step(at)], (0.05, 0.5, 0.95)))
        assert one.how == CHOSEN


def test_a_view_keeps_them():
    spec = load("tight_controls")
    run = simulate(spec, runs=FUTURES, keep=work.SHOWN)
    assert common.view(spec).decided == choices.levels(run, 2032)


def test_how_a_decision_is_taken():
    spec = load("current_policy").with_changes(
        levers={"enforcement": 3}, decisions={"china": {"push": 0.7, "permission": HABIT}, "japan": HABIT}
    )
    found = common.view(spec).decided
    how = {".".join(key): one.how for key, one in found.items()}
    assert how["united_states.enforcement"] == how["china.push"] == FIXED
    assert how["china.permission"] == how["japan.alignment"] == BY_HABIT
    assert how["united_states.licensing"] == how["taiwan.alignment"] == CHOSEN
    assert found["china", "push"].then == pytest.approx((0.7, 0.7, 0.7))


def test_who_fixes_a_decision():
    assert choices.fixed_by(Setup(levers={"enforcement": 3.0}), "enforcement") == "fixed by you"
    assert choices.fixed_by(Setup("tight_controls"), "enforcement") == "fixed by the scenario"
    for lever in ("licence_tpp", "licence_approval", "licence_quota", "revenue_share"):
        setup = Setup().moved(lever, 55.0)
        assert choices.fixed_by(setup, "licensing") == "fixed by the license rules that you set"
    assert choices.fixed_by(Setup(levers={"openness": 3.0}), "licensing") == "fixed by the scenario"


# ------------------------------------------------------------------------------------------------------------ the words
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("permission", 0.394, "39%"), ("permission", 0.0318, "3.2%"), ("push", 1.0, "100%"), ("push", 0.0, "0%"),
        ("enforcement", 1.42, "1.4×"), ("enforcement", 10.0, "10×"), ("licensing", 0.5, "as written"),
        ("licensing", 0.0, "all sales"), ("licensing", 1.0, "no sales"), ("licensing", 0.62, "62%"),
        ("permission", 0.0002, "0%"), ("permission", 0.05, "5%"), ("permission", 0.0996, "10%"),
    ],
)  # fmt: skip
def test_levels_in_words(name: str, value: float, said: str):
    assert choices.worded(name, value) == said


def test_ranges_in_words():
    assert choices.span("push", (0.12, 0.2, 0.394)) == "12–39%"
    assert choices.span("enforcement", (0.5, 1, 5.4)) == "0.5–5.4×"
    assert choices.span("push", (0.5, 0.5, 0.5)) == "50%"


def test_the_sentence_says_what_moved_most():
    base = {
        ("united_states", "enforcement"): level(1, 1.4), ("china", "permission"): level(0.055, 0.03),
        ("china", "push"): level(0.5, 0.8), ("southeast_asia", "policing"): level(0.4, 0.5),
    }  # fmt: skip
    mine = {**base, ("china", "permission"): level(0.055, 0.39), ("united_states", "enforcement"): level(1, 0.7)}
    assert choices.sentence(mine, base, "current policy", CALLED) == (
        "Compared with current policy, Beijing approves 39% of permitted imports instead of 3%, and Washington halves "
        "enforcement."
    )
    mine["united_states", "enforcement"] = level(1, 5.0, FIXED)
    mine["southeast_asia", "policing"] = level(0.4, 0.7)
    assert choices.sentence(mine, base, "open trade", CALLED) == (
        "Compared with open trade, Beijing approves 39% of permitted imports instead of 3%, and Southeast Asia polices "
        "transit trade at 70% instead of 50%."
    )
    assert choices.sentence(base, base, "current policy", CALLED) == "No decision differs much from current policy."
    habit = {key: level(*(one.now[1], one.then[1]), BY_HABIT) for key, one in base.items()}
    assert (
        choices.sentence(habit, base, "x", CALLED) == "Nations follow fixed reactions. No decision differs much from x."
    )
    assert choices.since(base, 2032, CALLED).startswith(
        "At the end of 2032, compared with 2026, Beijing sets subsidies for its own chips at 80% instead of 50%, and "
    )
    assert choices.since({}, 2032, CALLED) == "No decision changes much from the end of 2026 to the end of 2032."


def test_one_actor_speaks_for_each_decision():
    both = {("japan", "alignment"): (0.9, 0.5), ("netherlands", "alignment"): (0.3, 0.8), ("china", "push"): (0.7, 0.5)}
    assert choices.moved(both) == [("netherlands", "alignment"), ("china", "push")]
    assert choices.moved({("china", "push"): (0.54, 0.5)}) == []
    assert choices.moved({("united_states", "enforcement"): (1.0, 1.1)}) == []


# ------------------------------------------------------------------------------------------------------------ the page
def test_the_panel_shows_the_runs_numbers(page: Open):
    test = page(values="china:prosperity_first", enforcement="5")
    assert not test.exception
    setup = Setup(levers={"enforcement": 5.0}, values={"china": "prosperity_first"})
    run, other = (simulate(spec, runs=FUTURES, keep=work.SHOWN) for spec in (setup.spec, setup.base))
    found = table_of(test)
    for actor, name in choices.levels(run, 2032):
        decision = DECISIONS[name]
        spans = [
            tuple(np.quantile(one.part(f"decisions.{actor}.{name}")[one.step(year)], (0.05, 0.5, 0.95)))
            for one, year in ((run, 2026), (run, 2032), (other, 2032))
        ]
        cells = [(mid, choices.span(name, (low, mid, high))) for low, mid, high in spans]
        told = [
            f"<td>{choices.worded(name, mid)}{'' if span == choices.amount(name, mid) else f'<small>{span}</small>'}"
            "</td>"
            for mid, span in cells
        ]
        if told[1] == told[2]:
            told[2] = "<td>same</td>"
        if decision.actor:
            row = found.split(f'<th scope="row">{decision.label}')[1].split("</tr>")[0]
            assert row.endswith("".join(told))
    assert f"{DECISIONS['enforcement'].label}<small>× 2026 budget; fixed by you</small>" in found
    levels = choices.levels(run, 2032), choices.levels(other, 2032)
    called = {row.actor: row.label for row in setup.spec.roster()}
    assert choices.sentence(*levels, "current policy", called) in text(test)


def test_current_policy_is_set_against_today(page: Open):
    test = page()
    assert not test.exception
    view = common.view(load("current_policy"))
    said = choices_panel.sentence(load("current_policy"), view, view, "current policy", same=True)
    assert said.startswith(("At the end of 2032, compared with 2026, ", "No decision"))
    assert said in text(test)
    assert "2032, current policy" not in table_of(test)
    year = page(year="2029")
    assert "End of 2029" in table_of(year)


@pytest.mark.parametrize("name", names())
def test_every_scenario_has_a_sentence(name: str):
    spec, base = load(name), load("current_policy")
    said = choices_panel.sentence(spec, common.view(spec), common.view(base), "current policy", spec == base)
    assert re.fullmatch(
        r"(Compared with current policy|At the end of 2032|No decision|Nations follow fixed reactions).*\.", said
    )
    assert "nan" not in said


@pytest.mark.parametrize("name", ["tight_controls", "open_trade", "third_power"])
def test_every_scenario_has_its_choices(page: Open, name: str):
    test = page(scenario=name)
    assert not test.exception
    found = table_of(test)
    assert "nan" not in found.replace("finance", "")
    rows = common.view(load(name)).decided
    assert found.count('scope="row"') == len(rows)


def test_habit_is_said(page: Open):
    test = page(decisions=HABIT)
    assert table_of(test).count("by habit") == len(common.view(load("current_policy")).decided)
    assert "Nations follow fixed reactions." in text(test)


def test_the_table_can_be_heard(page: Open):
    test = page(values="china:safety_first")
    assert f'<h2 class="h">{choices_panel.HEAD}</h2>' in raw(test)
    found = table_of(test)
    tables = found.split("<table ")[1:]
    assert len(tables) == 2
    for one in tables:
        assert re.match(r'class="choices" aria-label="What nations choose: [A-Z]', one)
        assert one.count('scope="col"') == 3
        assert 'scope="rowgroup"' in one


def test_names_of_a_stranger_are_escaped(page: Open):
    own = load("current_policy").with_changes(
        name="own", title="Own", actors={"south_korea": {"label": "<i>Korea</i>"}}, values={"china": {"safety": 2}}
    )
    test = page()
    test.session_state["polarity_choice"].take(Setup(own=own))
    test.run()
    assert not test.exception
    assert "<i>Korea" not in raw(test)
