"""A setup: what a scenario is compared with, and the same words wherever it cannot be simulated."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from scenarios import BASELINE, load, names, parse
from sim.ui.shared import address, common, inert_panel
from sim.ui.shared.setup import BEYOND, REFUSED, Setup, baseline_of, first_line, loadable
from tests.ui.reading import raw, text

Open = Callable[..., AppTest]
TOO_MUCH = "points_per_oom:40~algorithm_growth:5~revenue_growth:0.5"
"""Three inputs, each within its bounds, that together run away."""
USES_THE_SETUP = ("explore", "compare", "strategy", "teach", "assumptions", "data")


@pytest.mark.parametrize("name", sorted(loadable()))
@pytest.mark.parametrize("field", ["like", "baseline"])
def test_an_own_scenario_is_compared_with_the_baseline_that_it_names(name: str, field: str):
    own = parse(f"{field}: {name}\nlevers: {{openness: 3}}\n", "mine.yaml")
    setup = Setup(own=own)
    assert setup.base.digest() == load(name).digest()
    assert setup.base.digest() != setup.spec.digest()
    assert baseline_of(own) == load(name)


@pytest.mark.parametrize("name", names())
def test_a_scenario_of_the_library_is_compared_with_its_baseline(name: str):
    assert baseline_of(load(name)).name == (load(name).baseline or BASELINE)


@pytest.mark.parametrize("baseline", [None, "theirs.yaml", "no_such_scenario"])
def test_what_names_no_baseline_of_the_library_is_compared_with_current_policy(baseline: str | None):
    own = load("tight_controls").model_copy(update={"baseline": baseline, "name": "mine"})
    assert baseline_of(own) == load(BASELINE)


def test_a_file_like_a_branched_scenario_is_not_compared_with_itself_on_explore(page: Open):
    test = page().switch_page("sim/ui/data/page.py").run()
    content = b"title: Mine\nlike: essay_2025\nlevers: {openness: 3}\n"
    test.file_uploader[0].set_value(("mine.yaml", content, "application/yaml")).run()
    explore = test.switch_page("sim/ui/explore/page.py").run()
    assert not explore.exception
    reference = load("essay_2025").title
    assert f"under “{reference}”" in text(explore)
    assert "This is" not in text(explore)


@pytest.mark.parametrize("path", USES_THE_SETUP)
def test_numbers_beyond_the_model_are_refused_in_the_same_words_on_every_page(page_at: Open, path: str):
    setup, notes = address.read({"assume": TOO_MUCH})
    assert notes == []
    with pytest.raises(FloatingPointError):
        common.view(setup.spec)
    test = page_at(f"sim/ui/{path}/page.py", assume=TOO_MUCH)
    assert not test.exception
    said = f"{BEYOND[:1].upper()}{BEYOND[1:]}."
    assert said in text(test) or said in [found.value for found in test.error]


@pytest.mark.parametrize(
    "error", [FloatingPointError("capability is not finite"), ZeroDivisionError(), OverflowError()]
)
def test_every_arithmetic_error_has_the_same_words(error: ArithmeticError):
    assert isinstance(error, REFUSED)
    assert BEYOND[1:] in first_line(error)


@pytest.mark.parametrize("path", ["explore", "compare"])
def test_what_cannot_act_is_said_on_the_page(page_at: Open, path: str):
    test = page_at(f"sim/ui/{path}/page.py", scenario="tight_controls")
    assert not test.exception
    said = inert_panel.said(load("tight_controls"))
    assert said
    assert all(sentence in text(test) for sentence in said)
    plain = page_at(f"sim/ui/{path}/page.py", columns=BASELINE)
    assert 'class="fine inert"' not in raw(plain)


def test_what_cannot_act_in_an_uploaded_file_is_said_and_counted(page: Open):
    late = "".join(f"  - {{kind: rl_ceiling, date: {2033 + k}-Q1, size: 0.5}}\n" for k in range(inert_panel.MOST + 2))
    test = page().switch_page("sim/ui/data/page.py").run()
    test.file_uploader[0].set_value(("mine.yaml", f"title: Mine\nevents:\n{late}".encode(), "application/yaml")).run()
    assert not test.exception
    assert text(test).count("has no effect: it comes after the run") == inert_panel.MOST
    assert "and 2 more that do nothing" in text(test)
