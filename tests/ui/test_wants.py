"""What nations want and how they decide, as part of what a user sets: address, undo, words, files."""

from collections.abc import Callable

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from scenarios import load, parse
from scenarios.decisions import CHOOSE, HABIT
from scenarios.values import PROFILES
from sim.results.costs import reference_of
from sim.ui.brief import text as brief
from sim.ui.shared import address, common, costs, drivers, recipes, wants
from sim.ui.shared.setup import AS_THERE, Choice, Setup
from tests.ui.reading import raw, text

Open = Callable[..., AppTest]
DICE = recipes.Dice(64, 0, 2032)
BOTH = Setup(values={"china": "security_first", "united_states": "safety_first"})
"""Values of both sides, all else as in current policy."""


def back(setup: Setup) -> Setup:
    found, notes = address.read(address.parameters(setup))
    assert notes == []
    return found


# ----------------------------------------------------------------------------------------------------------- the setup
def test_values_and_the_rule_are_laid_over_the_scenario():
    assert BOTH.spec.values == {"china": "security_first", "united_states": "safety_first"}
    assert BOTH.spec.decisions == CHOOSE
    assert Setup(rule=HABIT).spec.decisions == HABIT
    assert BOTH.changed
    assert Setup(rule=HABIT).changed
    assert BOTH.base == load("current_policy")
    assert not Setup().changed
    assert Setup().spec == load("current_policy")


def test_what_the_scenario_itself_says_is_no_change():
    assert Setup().wanting("china", "balanced") == Setup()
    assert BOTH.wanting("china", "balanced").wanting("united_states", "balanced") == Setup()
    assert Setup().deciding(CHOOSE) == Setup()
    assert Setup().deciding(HABIT).deciding(CHOOSE) == Setup()
    assert BOTH.taking("tight_controls").values == BOTH.values
    assert BOTH.cleared() == Setup()


OWN = parse(
    "like: current_policy\ntitle: Mine\nvalues: {china: {security: 3}, united_states: safety_first}\n"
    "decisions: {china: {push: 0.8}, japan: habit}\n",
    "mine.yaml",
)
"""A scenario with weights, a profile, a fixed decision and an ally that goes by habit."""


def test_a_scenario_of_ones_own_keeps_what_the_user_leaves():
    setup = Setup(own=OWN)
    assert (setup.want("china"), setup.want("united_states")) == (AS_THERE, "safety_first")
    assert setup.decides == CHOOSE
    mine = setup.wanting("united_states", "balanced").deciding(HABIT)
    assert mine.problem == ""
    assert mine.spec.wanted("china") == OWN.wanted("china")
    assert mine.spec.wanted("united_states") == PROFILES["balanced"]
    assert mine.spec.decided("china") == {"permission": HABIT, "push": 0.8}
    assert mine.spec.decided("united_states") == dict.fromkeys(("licensing", "enforcement", "model_access"), HABIT)
    assert mine.spec.decided("japan") == {"alignment": HABIT}
    assert mine.moved("enforcement", 3.0).problem == ""
    assert mine.deciding(CHOOSE).rule == ""
    assert mine.wanting("china", "balanced").wanting("china", AS_THERE) == mine


def test_values_can_be_undone():
    chosen = Choice()
    chosen.take(chosen.now.wanting("china", "safety_first"))
    chosen.take(chosen.now.deciding(HABIT))
    chosen.undo()
    assert chosen.now == Setup(values={"china": "safety_first"})
    chosen.undo()
    assert chosen.now == Setup()
    chosen.redo()
    chosen.redo()
    assert chosen.now == Setup(values={"china": "safety_first"}, rule=HABIT)


# --------------------------------------------------------------------------------------------------------- the address
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("rule", ["", HABIT])
def test_the_address_brings_them_back(profile: str, rule: str):
    setup = Setup("tight_controls", {"openness": 20.0}, rule=rule).wanting("united_states", profile)
    assert back(setup) == setup
    assert back(setup).spec.digest() == setup.spec.digest()


def test_an_address_says_them_in_words():
    assert address.parameters(BOTH)["values"] == "china:security_first~united_states:safety_first"
    assert address.parameters(Setup(rule=HABIT))["decisions"] == HABIT
    assert address.read({"values": "china:balanced", "decisions": CHOOSE}) == (Setup(), [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"values": "japan:balanced"}, "values japan: values can be set for united_states and china"),
        ({"values": "china:peace"}, "values china: there is no profile peace; there are balanced, security_first"),
        ({"values": "china"}, "values china: there is no profile without a name"),
        ({"values": "china:balanced~china:safety_first"}, "values china: it appears twice; the first one is used"),
        ({"values": "<b>:balanced"}, "values <b>: values can be set for"),
        ({"decisions": "dice"}, "decisions=dice: there is no such rule; there are choose, habit"),
    ],
)
def test_what_cannot_be_used_is_said(given: dict[str, str], said: str):
    setup, notes = address.read(given)
    assert setup == Setup()
    assert len(notes) == 1
    assert notes[0].startswith(said)


# ------------------------------------------------------------------------------------------------------------ the page
def test_the_page_shows_and_takes_them(page: Open):
    test = page(values="china:security_first")
    assert not test.exception
    boxes = {box.label: box for box in test.selectbox}
    assert boxes["China"].value == "security_first"
    assert boxes["United States"].options == [wants.named(profile) for profile in PROFILES]
    assert "Your changes: China security first (was: balanced)." in text(test)
    boxes["United States"].select("safety_first").run()
    now = test.session_state["polarity_choice"].now
    assert now.values == {"china": "security_first", "united_states": "safety_first"}
    next(found for found in test.toggle if found.label == wants.CHOOSING).set_value(False).run()
    assert not test.exception
    assert test.session_state["polarity_choice"].now.rule == HABIT
    assert "nations follow fixed reactions" in text(test)
    assert all(box.disabled for box in test.selectbox if box.label in ("China", "United States"))
    next(found for found in test.button if found.label == "Undo").click().run()
    assert test.session_state["polarity_choice"].now.rule == ""
    assert next(found for found in test.toggle if found.label == wants.CHOOSING).value
    next(found for found in test.button if found.label == "Reset").click().run()
    assert test.session_state["polarity_choice"].now == Setup()
    assert next(box for box in test.selectbox if box.label == "China").value == "balanced"


def test_weights_of_a_file_stand_as_in_the_scenario(page: Open):
    test = page()
    test.session_state["polarity_choice"].take(Setup(own=OWN))
    test.run()
    assert not test.exception
    china = next(box for box in test.selectbox if box.label == "China")
    assert china.options[0] == "As in the scenario"
    assert china.value == AS_THERE


def test_every_control_says_what_it_weighs(page: Open):
    boxes = [box for box in page().selectbox if box.label in ("China", "United States")]
    assert len(boxes) == 2
    for box in boxes:
        assert box.help.startswith(f"{box.label} weighs security (a month of lead over the rival)")
        assert "Security first 2.5, 0.5, 0.5, 0.5" in box.help


# ------------------------------------------------------------------------------------------------- other pages, files
def test_what_moved_the_result_names_them_and_adds_up():
    several = Setup(levers={"openness": 20.0}, values={"china": "security_first"}, rule="")
    for setup, names in (
        (Setup(values={"china": "safety_first"}), {"Values of China"}), (Setup(rule=HABIT), {"How nations decide"}),
        (BOTH, {"Values of China", "Values of the United States"}),
        (several, {"Values of China", "Openness of US research"}),
    ):  # fmt: skip
        mine, base = common.view(setup.spec), common.view(setup.base)
        parts, _ = drivers.parts(setup.base, setup.spec, mine, base)
        assert {name for name, _ in parts} == names
        assert drivers.parts(setup.base, setup.spec, mine, base)[0] == parts
        whole = float((mine.leads - base.leads).mean())
        assert sum(size for _, size in parts) == pytest.approx(whole, abs=0.051 if len(parts) == 1 else 0.3)


def test_a_setup_without_them_has_no_such_part():
    setup = Setup(levers={"openness": 20.0})
    mine, base = common.view(setup.spec), common.view(setup.base)
    parts, _ = drivers.parts(setup.base, setup.spec, mine, base)
    assert [label for label, _ in parts] == ["Openness of US research"]


def test_values_count_as_an_act_of_their_side():
    assert costs.acting(Setup(values={"china": "safety_first"}).spec, load("current_policy")) == "china"
    assert costs.acting(BOTH.spec, load("current_policy")) is None
    assert reference_of(BOTH.spec).values == {}


@pytest.mark.parametrize("setup", [BOTH, Setup(rule=HABIT), BOTH.deciding(HABIT).moved("openness", 20.0)])
def test_scripts_and_files_make_the_same_scenario(setup: Setup):
    assert recipes.needs_file(setup)
    assert recipes.file_name(setup) in recipes.command(setup, DICE)
    assert parse(recipes.scenario_file(setup, DICE), "mine.yaml").digest() == setup.spec.digest()
    script = recipes.python(setup, DICE).split("run = simulate")[0]
    exec(compile(script, "script", "exec"), {})  # it checks the digest itself
    assert recipes.plan(setup, DICE).scenarios[-1].digest() == setup.spec.digest()
    assert yaml.safe_load(recipes.plan_file(setup, DICE))["scenarios"]


def test_the_page_data_lists_them(page_at: Open):
    test = page_at("sim/ui/data/page.py", values="china:security_first", decisions="habit")
    assert not test.exception
    assert "with China security first (was: balanced) and nations follow fixed reactions;" in text(test).replace(
        "  ", " "
    )


def test_the_brief_says_them():
    setup = BOTH.deciding(HABIT)
    said = brief.question(setup)
    assert "United States, safety first: security 0.6 (current: 1)" in said
    assert "China, security first: security 2.5 (current: 1)" in said
    assert said.endswith("nations follow fixed reactions?")
    assert brief.question(Setup()) == Setup().start.question


def test_other_pages_take_them_over(page_at: Open):
    compare = page_at("sim/ui/compare/page.py", values="china:security_first")
    assert not compare.exception
    assert "Current policy, your changes" in text(compare)
    teach = page_at("sim/ui/teach/page.py", values="china:security_first", step="medians:2029-Q3")
    assert not teach.exception
    assert "Its values: security first." in text(teach)
    assert "nan" not in raw(teach).lower().replace("finance", "")
