"""Rules and bills beside the lead chart: bills pass with a click, and everything that holds a setting knows."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from scenarios.bills import USUAL, bills
from scenarios.rules import history
from sim.ui.brief import text as brief_text
from sim.ui.explore import timeline
from sim.ui.shared import kept, recipes, rules
from sim.ui.shared.address import parameters, read
from sim.ui.shared.recipes import Dice
from sim.ui.shared.setup import Setup
from tests.ui.browsing import MARKS, Browser
from tests.ui.reading import button, raw, text, verdict

Open = Callable[..., AppTest]


def pills(test: AppTest):
    return next(found for found in test.get("button_group") if found.key == "bills")


def test_rules_that_tell_most_stand_in_time_with_their_sources(page: Open):
    html = raw(page())
    marks = dict(re.findall(r'popovertarget="rule-([a-z0-9_]+)"[^>]*left:([\d.]+)%', html))
    assert set(marks) == {rule.id for rule in rules.telling()} | set(bills())
    placed = [float(marks[rule.id]) for rule in sorted(rules.telling(), key=lambda rule: rule.start)]
    assert placed == sorted(placed)
    assert all(float(marks[name]) > timeline._place(timeline.frames.NOW) for name in bills()), "bills lie ahead"
    for rule in rules.telling():
        box = re.search(rf'(?s)id="rule-{rule.id}".*?</div>', html)[0]
        assert rule.url.split()[0].replace("&", "&amp;") in box
    assert html.count('class="pending"') == len(bills())


def test_a_click_passes_a_bill_and_undo_takes_it_back(page: Open):
    test = page()
    before = verdict(test)
    pills(test).set_value(["remote_access_act"]).run()
    assert not test.exception
    assert verdict(test) != before
    assert "Your changes: Remote Access Security Act in force from 2027-Q1" in text(test)
    assert test.query_params["bill"] in ("remote_access_act:2027-Q1", ["remote_access_act:2027-Q1"])
    assert raw(test).count('class="in_force"') == 1
    slider = next(found for found in test.select_slider if found.key == "bill_remote_access_act")
    slider.set_value("2029-Q1").run()
    assert test.session_state["polarity_choice"].now.bills == {"remote_access_act": "2029-Q1"}
    button(test, "Undo").click().run()
    button(test, "Undo").click().run()
    assert verdict(test) == before
    assert "bill" not in test.query_params


def test_the_pill_takes_it_off_again(page: Open):
    test = page(bill="match_act:2028-Q1")
    assert test.session_state["polarity_choice"].now.bills == {"match_act": "2028-Q1"}
    pills(test).set_value([]).run()
    assert test.session_state["polarity_choice"].now == Setup()


def test_a_bill_without_effect_says_why_on_the_page(page: Open):
    assert "AI OVERWATCH Act changes nothing here" in text(page(bill="overwatch_act"))


def test_an_address_holds_bills():
    setup = Setup(bills={"remote_access_act": USUAL, "match_act": "2028-Q3"})
    assert read(parameters(setup)) == (setup, [])
    assert read({"bill": "match_act"})[0].bills == {"match_act": USUAL}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mach_act:2028-Q1", "there is no such bill; did you mean"), ("match_act:2024-Q1", "cannot pass in 2024-Q1"),
        ("match_act:2028-Q1~match_act", "appears twice"), ("match_act:<b>", "cannot pass in <b>"),
    ],
)  # fmt: skip
def test_a_wrong_bill_in_an_address_is_told(given: str, said: str):
    _, notes = read({"bill": given})
    assert len(notes) == 1
    assert said in notes[0]


def test_columns_recipes_and_brief_hold_bills():
    setup = Setup(bills={"match_act": "2028-Q1"})
    assert kept.title(kept._read(kept.text_of(setup))[0]) == "Current policy + 1 change"
    assert "MATCH Act in force from 2028-Q1" in brief_text.question(setup)
    assert "passed_match_act" in recipes.scenario_file(setup, Dice(8, 0, 2032))
    assert recipes.command(setup, Dice(8, 0, 2032)).startswith("polarity run current_policy_")
    script = recipes.python(setup, Dice(8, 0, 2028)).replace("2032", "2028")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "us_ahead" in done.stdout


def test_the_list_of_all_rules_is_a_click_away(page: Open):
    test = page()
    test.session_state["all_rules"] = True
    test.run()
    assert text(test).count("not law") >= len(bills())
    assert all(rule.title in text(test) for rule in history() if "&" not in rule.title and "'" not in rule.title)


@pytest.mark.browser
@MARKS[1]
@MARKS[2]
def test_today_stands_where_it_stands_on_the_chart(browser: Browser):
    """The same scale and width as the lead chart, on every screen that shows the timeline; a click tells a rule."""
    browser.open()
    for width in (1440, 1280, 1920):
        browser.page.set_viewport_size({"width": width, "height": 900})
        browser.page.wait_for_timeout(1200)
        chart, now = browser.page.evaluate("""() => {
          const svg = document.querySelector('.st-key-chart_lead [data-testid=stVegaLiteChart] svg');
          const line = [...svg.querySelectorAll('.mark-rule line')].map(e => e.getBoundingClientRect())
            .filter(box => box.height > 100)[0];
          return [line.left, document.querySelector('.timeline .now').getBoundingClientRect().left];
        }""")
        assert abs(chart - now) < 2, width
    browser.page.locator(".timeline button.past").first.click()
    assert browser.page.locator(".timeline .definition:popover-open").inner_text()
