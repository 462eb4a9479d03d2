"""The page Strategy: its numbers are those of the analysis, values simulate nothing, and the address holds it all."""

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import numpy as np
import polars as pl
import pytest
import yaml
from streamlit.testing.v1 import AppTest

from scenarios import load
from scenarios.packages import packages
from scenarios.values import PROFILES
from sim.analysis import cells, signposts
from sim.analysis.oracle import settled
from sim.analysis.payoffs import PARTS
from sim.analysis.strategy import Strategy, strategy
from sim.analysis.told import sentences
from sim.cli.strategy import _weights
from sim.equations.crisis import crisis_index
from sim.ui.shared import places, recipes
from sim.ui.shared.setup import Setup
from sim.ui.strategy import html, reading, values_panel, wishes, words
from sim.ui.strategy.downloads_panel import _csv, _parquet
from sim.ui.strategy.shown import SHOWN, UNMEASURED
from sim.ui.strategy.wishes import Wishes
from tests.ui.browsing import MARKS, Browser
from tests.ui.reading import button, raw, text, verdict

PAGE = "sim/ui/strategy/page.py"
RUNS = 64
TODAY = load("current_policy")


@pytest.fixture(scope="module")
def table() -> Strategy:
    """What the page is to show, simulated apart from it."""
    return strategy(TODAY, runs=RUNS)


@pytest.fixture
def opened(page_at):
    def at(values: bool = False, **parameters: str) -> AppTest:
        test = page_at(PAGE, **parameters)
        if values:
            test.session_state[values_panel.KEY] = True
            test.run()
        assert not test.exception
        assert not test.error
        return test

    return at


def matrix(test: AppTest) -> tuple[str, str]:
    """The markup of the matrix, and its open cell."""
    (found,) = [block for block in test.get("bidi_component") if block.proto.component_name == "polarity_matrix"]
    data = json.loads(found.proto.json)
    return data["table"], data["cell"]


def leads(markup: str) -> dict[str, float]:
    """Cell → the number in it."""
    found = re.findall(r'data-cell="([^"]+)".*?<b>(.*?)</b>', markup, re.DOTALL)
    return {name: float(value.replace("−", "-")) for name, value in found}


def control(elements, key: str):
    return next(element for element in elements if element.key == key)


def rounded(values: np.ndarray) -> list[float]:
    return [float(f"{value:.1f}") for value in values.ravel()]


# ---------------------------------------------------------------------------------------------------- the numbers
def test_the_matrix_holds_the_leads_of_the_analysis(opened, table: Strategy):
    test = opened()
    found = leads(matrix(test)[0])
    us, china = table.options.values()
    assert list(found) == [f"{row}:{column}" for row in us for column in china]
    assert list(found.values()) == rounded(table.lead.mean(axis=-1))


def test_marks_are_the_best_replies_and_outlines_the_equilibria(opened, table: Strategy):
    markup = matrix(opened())[0]
    game = table.game()
    down, across = game.replies("united_states"), game.replies("china")
    holds = {":".join(cell) for cell in game.equilibria()}
    for row in table.options["united_states"]:
        for column in table.options["china"]:
            name = f"{row}:{column}"
            own = re.search(rf'<button[^>]*data-cell="{name}".*?</button>', markup, re.DOTALL)[0]
            assert ("US</i>" in own or "US?</i>" in own) == (down[column,].reply == row)
            assert ("CN</i>" in own or "CN?</i>" in own) == (across[row,].reply == column)
            assert ('class="holds"' in own) == (name in holds)


def test_a_tie_looks_different_from_a_sure_answer(table: Strategy):
    rows = table.rows.copy()
    us = list(table.options["united_states"])
    rows[us.index("pool_compute")] = rows[us.index("close_ideas")]  # two packages that are as good as each other
    rows[us.index("pool_compute")] += 1e-3 * np.random.default_rng(0).normal(size=rows.shape[-1])
    found = reading.read(Strategy(table.cells, table.packages, rows), Wishes())
    markup = html.matrix(found)
    assert "US?</i>" in markup
    assert 'class="us tie"' in markup
    assert ", a tie" in markup
    assert "US?</i>" not in html.matrix(reading.read(table, Wishes())).split('class="legend"')[0]


def test_the_headline_and_the_sentences_are_those_of_the_analysis(opened, table: Strategy):
    test = opened()
    game, said = table.game(), sentences(table)
    lead = table.lead.mean(axis=-1)
    follows = lead[game.place(settled(game))]
    assert f"{lead[0, 0]:.1f} months" in verdict(test)
    assert verdict(test).endswith(f"{follows:.1f}")
    for topic, sentence in said.items():
        assert sentence in text(test), topic
    assert set(said) - {"follows"} <= set(words.TOPICS)


def test_an_open_cell_tells_what_it_is_and_what_it_is_worth(opened, table: Strategy):
    test = opened(cell="tight_controls:refuse_and_push")
    whole, here = text(test), table.game().place(("tight_controls", "refuse_and_push"))
    assert matrix(test)[1] == "tight_controls:refuse_and_push"
    for player, name in (("united_states", "tight_controls"), ("china", "refuse_and_push")):
        package = packages(player)[name]
        assert package.title in whole
        assert package.story in whole
        assert package.sources[0].title in whole
    found = re.search(r'<table class="worth">(.*?)</table>', raw(test), re.DOTALL)[1]
    rows = dict(re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', found, re.DOTALL))
    for k, part in enumerate(PARTS):
        means = (table.counts[:, *here, k] - table.counts[:, 0, 0, k]).mean(axis=-1)  # all weights are 1
        assert re.findall(r"<td>(.*?)</td>", rows[words.PARTS[part]]) == [words.gain(float(mean)) for mean in means]
    worth = table.game().mean
    totals = re.findall(r"<td>(\S+) \(", rows["Total (nine in ten futures)"])
    assert totals == [words.gain(float(own[here] - own[0, 0])) for own in worth]
    accident = table.outcome("accident_hazard")[here].mean()
    assert f"{accident:.0f}%" in whole
    assert f"{table.outcome('china_compute')[here].mean() / 1e6:.0f} million H100e" in whole
    reply = table.game().replies("united_states")["refuse_and_push",]
    gain = worth[0][table.game().place((reply.reply, "refuse_and_push"))] - worth[0][here]
    assert f"The United States would gain {words.dollars(gain)} billion dollars a year" in whole


def test_fifty_dots_stand_for_the_futures(opened, table: Strategy):
    test = opened(cell="tight_controls:refuse_and_push")
    fields = re.findall(r'<div class="field".*?</div>', raw(test), re.DOTALL)
    assert [field.count("<i ") for field in fields] == [50, 50, 50]
    here = table.game().place(("tight_controls", "refuse_and_push"))
    drawn = reading.dots(table.lead[here])
    assert np.mean(drawn) == pytest.approx(table.lead[here].mean(), abs=0.1)
    assert np.median(drawn) == pytest.approx(np.median(table.lead[here]), abs=0.1)


def test_regrets_are_those_of_the_game_with_the_least_marked(opened, table: Strategy):
    test, game = opened(), table.game()
    lists = re.findall(r"<h3>(.*?)</h3>\s*<ul>(.*?)</ul>", raw(test), re.DOTALL)
    assert [name for name, _ in lists] == ["United States", "China"]
    for (_, items), player in zip(lists, table.players, strict=True):
        found = [unescape(value) for value in re.findall(r"<b>(.*?)</b>", items)]
        assert found == [words.dollars(worst) for worst in sorted(game.largest_regret(player).values())]
        (least,) = re.findall(r'<li class="least">\s*<span>(.*?) <em>', items)
        assert least == packages(player)[game.least_regret(player)].title


# ------------------------------------------------------------------------------------------- what the cells show
@pytest.mark.parametrize("show", ["accidents", "crisis"])
def test_cells_show_another_outcome_of_the_same_table(opened, table: Strategy, monkeypatch, show: str):
    opened()
    monkeypatch.setattr(cells, "_rows", lambda *_: pytest.fail("simulated"))
    test, what = opened(show=show), SHOWN[show]
    found = re.findall(r"<b>(.*?)</b>", matrix(test)[0])
    assert found == [what.text(value) for value in table.outcome(what.outcome).mean(axis=-1).ravel()]
    assert what.caption in matrix(test)[0]
    control(test.get("button_group"), "strategy_show").set_value("lead").run()
    assert list(leads(matrix(test)[0]).values()) == rounded(table.lead.mean(axis=-1))
    assert "show" not in test.query_params


def test_the_crisis_index_stands_only_where_it_is_chosen(opened, table: Strategy):
    label, where = SHOWN["crisis"].label, ("tight_controls", "retaliate")
    for show in ("lead", "accidents"):
        test = opened(show=show, cell=":".join(where))
        assert label not in text(test)
        assert label not in matrix(test)[0]
    test = opened(show="crisis", cell=":".join(where))
    value = table.outcome("crisis_index")[table.game().place(where)].mean()
    assert f"<dt>{label}</dt><dd>{SHOWN['crisis'].text(value)}</dd>" in raw(test)
    assert UNMEASURED in text(test)


def test_the_formula_in_words_is_that_of_the_index():
    half, near = (float(number) for number in re.findall(r"\d\.\d+", UNMEASURED))
    gap = float(re.search(r"by (\d+) points", UNMEASURED)[1])
    assert crisis_index(99.0, 0.7, 0.4) == pytest.approx(1 - (1 - half * 0.4))
    assert crisis_index(gap, 0.7, 0.0) == pytest.approx(0.7 * near, abs=0.004)
    assert crisis_index(0.0, 0.7, 0.4) == pytest.approx(1 - (1 - 0.7) * (1 - half * 0.4))


# ----------------------------------------------------------------------------------------- packages that wait
@pytest.fixture(scope="module")
def waits() -> Strategy:
    """The table with both packages that wait, simulated whole."""
    return strategy(TODAY, more=list(wishes.waiting().values()), runs=RUNS)


def test_packages_that_wait_join_the_table(opened, waits: Strategy, monkeypatch):
    opened()
    counted = []
    usual = cells._rows
    monkeypatch.setattr(cells, "_rows", lambda job: counted.append(len(job[1])) or usual(job))
    test = opened(also="tighten_if_close~import_if_behind", cell="tighten_if_close:import_if_behind")
    assert list(leads(matrix(test)[0]).values()) == rounded(waits.lead.mean(axis=-1))
    assert sentences(waits)["follows"] in text(test)
    assert 0 < sum(counted) <= 5 * 8 + 5 * 8 + 25  # the table that is there already is not simulated again
    assert matrix(test)[1] == "tighten_if_close:import_if_behind"
    for package in wishes.waiting().values():
        assert words.rule(package.player, package.response) in text(test)
        read = signposts.today(package.response.when)
        assert words.today(package.response.when, read) in text(test)
        assert read.source in text(test)


def test_a_package_that_waits_comes_and_goes_with_its_cell(opened):
    test = opened()
    pills = control(test.get("button_group"), "strategy_also")
    pills.set_value(["import_if_behind"]).run()
    assert test.query_params["also"] in ("import_if_behind", ["import_if_behind"])
    assert "as_is:import_if_behind" in leads(matrix(test)[0])
    asked = Wishes(cell=("as_is", "import_if_behind"), also=("import_if_behind",))
    assert asked.adding(()) == Wishes()
    assert asked.adding(["import_if_behind", "tighten_if_close"]).cell == asked.cell
    control(test.get("button_group"), "strategy_also").set_value([]).run()
    assert "as_is:import_if_behind" not in leads(matrix(test)[0])
    assert not test.exception


def test_a_rule_in_words():
    package = wishes.waiting()["tighten_if_close"]
    said = words.rule(package.player, package.response)
    assert "after a reading below 8 months, “Tight controls” takes its place in January" in said
    assert words.amount("china_stock", 14.43) == "14.4 million H100e"


def test_the_command_and_the_script_name_packages_that_wait(waits: Strategy):
    asks = recipes.Asks(("united_states", "china"), {}, also=("tighten_if_close", "import_if_behind"))
    dice = recipes.Dice(RUNS, 0, 2032)
    assert "--package tighten_if_close --package import_if_behind" in recipes.strategy_command(Setup(), asks, dice)
    made: dict[str, object] = {}
    exec(recipes.strategy_python(Setup(), asks, dice), made)
    assert np.array_equal(made["found"].lead, waits.lead)


# ------------------------------------------------------------------------------------- values simulate nothing
def test_a_weight_a_profile_and_a_barred_package_simulate_nothing(opened, table: Strategy, monkeypatch):
    test = opened(values=True)

    def never(job: object) -> None:
        raise AssertionError(f"simulated: {job}")

    monkeypatch.setattr(cells, "_rows", never)
    control(test.slider, "strategy_weight_united_states_security").set_value(3.0).run()
    assert not test.exception
    values = {"united_states": {"security": 3.0}}
    assert sentences(table, values)["follows"] in text(test)
    assert test.query_params["weights"] in ("united_states:3:1:1:1", ["united_states:3:1:1:1"])
    control(test.selectbox, "strategy_profile_china").set_value("security_first").run()
    values["china"] = "security_first"
    assert sentences(table, values)["follows"] in text(test)
    assert control(test.slider, "strategy_weight_china_security").value == PROFILES["security_first"].security
    control(test.multiselect, "strategy_left_out").set_value(["deal"]).run()
    assert not test.exception
    assert "Offer a deal" not in matrix(test)[0]
    less = strategy_without(table, "deal")
    assert sentences(less, values)["follows"] in text(test)
    control(test.toggle, "strategy_politics").set_value(False).run()
    assert not test.exception
    game = less.game(values, politics=False)
    assert f"{less.lead.mean(axis=-1)[game.place(settled(game))]:.1f}" in verdict(test)
    button(test, "Reset to defaults").click().run()
    assert sentences(table)["follows"] in text(test)
    assert "weights" not in test.query_params


def strategy_without(table: Strategy, *names: str) -> Strategy:
    return reading.narrowed(table, Wishes(left_out=names))


def test_a_table_without_packages_is_the_one_that_is_simulated_without_them(table: Strategy):
    simulated = strategy(TODAY, runs=RUNS, without=["deal", "pool_compute"])
    mine = strategy_without(table, "deal", "pool_compute")
    assert mine.options == simulated.options
    assert mine.summary() == simulated.summary()
    assert sentences(mine) == sentences(simulated)


def test_without_recorded_politics_a_table_weighs_as_the_game_without_them(table: Strategy):
    mine = reading.narrowed(table, Wishes(politics=False))
    assert np.array_equal(mine.game().worth, table.game(politics=False).worth)
    outcomes = 2 * len(PARTS)
    assert np.array_equal(mine.rows[..., outcomes:, :], table.rows[..., outcomes:, :], equal_nan=True)


def test_a_second_visit_simulates_nothing_and_another_setting_does(opened, monkeypatch):
    opened()
    counted = []
    usual = cells._rows

    def counting(job):
        counted.append(len(job[1]))
        return usual(job)

    monkeypatch.setattr(cells, "_rows", counting)
    opened(cell="as_is:import")
    assert counted == []
    test = opened(enforcement="7.5")
    assert sum(counted) == 64 - 14  # a deal that one side alone offers is no deal, and simulated once
    expected = strategy(TODAY.with_levers(enforcement=7.5), runs=RUNS)
    assert list(leads(matrix(test)[0]).values()) == rounded(expected.lead.mean(axis=-1))
    assert "Current policy + 1 change" in text(test)


def test_a_table_that_fails_leaves_its_place_empty():
    place = places.Place(ThreadPoolExecutor(1))

    def fail(told):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        place.begin(fail).result()
    assert not place.known
    assert place.begin(lambda told: "a table").result() == "a table"
    assert place.known


def test_a_table_that_nobody_waits_for_is_given_up(monkeypatch):
    monkeypatch.setattr(places, "PATIENCE", -1.0)
    place = places.Place(ThreadPoolExecutor(1))
    with pytest.raises(places.Left):
        place.begin(lambda told: told(1, 2)).result()
    assert place.share == 0.5
    assert not place.known


# -------------------------------------------------------------------------------------------------- the address
def test_wishes_survive_the_address():
    asked = Wishes(
        "all", {"china": "security_first", "hubs": (0.5, 1.0, 2.25, 0.0)}, False, ("deal", "police"),
        ("tight_controls", "import"), ("follow", "profit"), "crisis",
    )  # fmt: skip
    two = Wishes(cell=("tighten_if_close", "as_is"), show="accidents", also=("tighten_if_close", "import_if_behind"))
    for each in (asked, two):
        notes: list[str] = []
        assert wishes.read(each.written(), notes) == each
        assert notes == []
    assert set(Wishes().written().values()) == {""}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"players": "seven"}, "players=seven: give two or all"),
        ({"politics": "maybe"}, "politics=maybe: give off or on"),
        ({"weights": "china:1:2"}, "weights=china:1:2: give balanced"),
        ({"weights": "china:1:1:1:99"}, "four weights from 0 to 20"),
        ({"weights": "china:nan:1:1:1"}, "weights=china:nan:1:1:1: give"),
        ({"weights": "mars:balanced"}, "weights can be set for united_states, china"),
        ({"weights": "china:balanced~china:balanced"}, "china appears twice"),
        ({"left_out": "as_is"}, "left_out=as_is"),
        ({"left_out": "deel"}, "did you mean 'deal'"),
        ({"cell": "tight_controls"}, "cell=tight_controls: give a package of each with : between"),
        ({"cell": "tight_controls:<script>"}, "china has no such package"),
        ({"show": "chips"}, "show=chips: give lead or accidents or crisis"),
        ({"also": "tighten_if_clos"}, "did you mean 'tighten_if_close'"),
        ({"also": "import_if_behind", "players": "all"}, "packages that wait play in the game of two only"),
        ({"cell": "tighten_if_close:import"}, "united_states has no such package"),
        ({"players": "all", "others": "as_is:nothing"}, "hubs has no such package"),
    ],
)
def test_what_does_not_fit_is_told_and_the_rest_used(given: dict[str, str], said: str):
    notes: list[str] = []
    found = wishes.read({"cell": "as_is:import", **given}, notes)
    assert any(said in note for note in notes), notes
    assert found.cell == (("as_is", "import") if "cell" not in given else ())


def test_bad_addresses_are_told_on_the_page(opened):
    test = opened(players="<i>x", cell="a:b", weights="x", left_out="y", politics="z", others="q")
    assert "Part of the address was not used" in text(test)
    assert "<i>x" not in raw(test)
    assert matrix(test)[1].count(":") == 1


def test_a_cell_with_a_package_that_is_left_out_is_closed(opened):
    test = opened(cell="deal:deal", left_out="deal")
    assert matrix(test)[1] != "deal:deal"
    assert not [name for name in leads(matrix(test)[0]) if "deal" in name]


# ------------------------------------------------------------------------------------------------- to take along
def test_the_command_and_the_script_give_the_same_table(table: Strategy, tmp_path):
    asks = recipes.Asks(
        ("united_states", "china"), {"china": {"security": 2.5, "prosperity": 1, "safety": 1, "money": 1}}, ("deal",)
    )
    dice = recipes.Dice(RUNS, 0, 2032)
    assert recipes.strategy_command(Setup(), asks, dice) == (
        "polarity strategy current_policy --players united_states,china --values values.yaml --without deal "
        f"--runs {RUNS} --seed 0"
    )
    weights = tmp_path / "values.yaml"
    weights.write_text(recipes.strategy_values(asks))
    assert _weights(weights, asks.players) == asks.values
    made: dict[str, object] = {}
    exec(recipes.strategy_python(Setup(), asks, dice), made)
    assert np.array_equal(made["found"].lead, strategy_without(table, "deal").lead)
    assert made["game"].equilibria() == strategy_without(table, "deal").game(asks.values).equilibria()


def test_a_changed_scenario_needs_its_file():
    asks, dice = recipes.Asks(("united_states", "china"), {"china": "security_first"}), recipes.Dice(RUNS, 0, 2032)
    setup = Setup(levers={"enforcement": 7.5})
    command = recipes.strategy_command(setup, asks, dice)
    assert recipes.file_name(setup) in command
    assert "--values china:security_first" in command
    assert yaml.safe_load(recipes.scenario_file(setup, dice))["levers"]["enforcement"] == 7.5


def test_what_reproduces_the_table_stands_below_it(opened):
    test = opened(weights="china:security_first", left_out="deal", politics="off")
    test.session_state["strategy_files"] = True
    test.run()
    assert not test.exception
    command, script = (block.value for block in test.code)
    assert command.startswith("polarity strategy current_policy --players united_states,china")
    assert "--values china:security_first --without deal" in command
    assert 'game({"china": "security_first"}, politics=False)' in script
    assert "The command always counts recorded politics" in text(test)


def test_the_files_hold_the_table(table: Strategy):
    csv = pl.read_csv(_csv(table, Wishes(weights={"china": "security_first"})))
    assert csv.equals(pl.read_csv(table.frame({"china": "security_first"}).write_csv().encode()))
    found = pl.read_parquet(io.BytesIO(_parquet(table)))
    assert found.height == 64 * RUNS
    mean = found.group_by("united_states", "china").agg(pl.col("lead_months").mean())
    row = mean.filter((pl.col("united_states") == "close_ideas") & (pl.col("china") == "import"))
    assert row["lead_months"][0] == pytest.approx(table.lead[table.game().place(("close_ideas", "import"))].mean())


# ---------------------------------------------------------------------------------------------------- four players
def test_four_players_show_the_two_with_the_others_at_something(table: Strategy):
    """A small table of four: numbers of the matrix are those of its slice."""
    asked = Wishes("all", others=("follow", "profit"))
    barred = [
        name for player in table.players for name in table.options[player]
        if name not in ("as_is", "tight_controls", "pool_compute")
    ]  # fmt: skip
    four = strategy(TODAY, ["us", "china", "allies", "hubs"], without=[*barred, "part", "police", "build_own"], runs=20)
    found = reading.read(four, asked)
    a, h = four.options["allies"].index("follow"), four.options["hubs"].index("profit")
    assert [cell.lead for cell in found.cells.values()] == pytest.approx(four.lead[:, :, a, h].mean(axis=-1).ravel())
    game = four.game()
    for (row, column), cell in found.cells.items():
        reply = game.replies("united_states")[column, "follow", "profit"]
        assert cell.best[0] == (reply if reply.reply == row else None)
        reply = game.replies("china")[row, "follow", "profit"]
        assert cell.best[1] == (reply if reply.reply == column else None)
    here = found.whole(("tight_controls", "pool_compute"))
    markup = html.cell(found, reading.opened(found, asked, here))
    for player in four.players:
        assert wishes.NAMES[player] in markup
    assert len(re.findall("<li class=", markup)) == 4


# ---------------------------------------------------------------------------------------------------- in a browser
@pytest.fixture
def strategic(browser: Browser):
    """The page in a browser, reached by its link."""

    def at(width: int = 1440, height: int = 900) -> Browser:
        browser.open()
        browser.page.get_by_role("link", name="Strategy", exact=True).first.click()
        browser.page.wait_for_selector(".matrix button", state="attached", timeout=90_000)
        browser.page.set_viewport_size({"width": width, "height": height})
        browser.settle()
        return browser

    return at


class TestBrowser:
    """What only a browser shows."""

    pytestmark = MARKS

    def test_a_click_and_the_keyboard_open_cells(self, strategic):
        page = strategic().page
        page.locator("button[data-cell='sell_at_volume:import']").click()
        page.wait_for_function("() => document.querySelector('.st-key-strategy_cell h2')?.innerText.includes('Import')")
        assert "cell=sell_at_volume" in page.url
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.dataset.cell") == "tight_controls:import"
        page.keyboard.press("Enter")
        page.wait_for_function(
            "() => document.querySelector('.st-key-strategy_cell h2')?.innerText.includes('Tight controls')"
        )
        assert page.evaluate("document.activeElement.dataset.cell") == "tight_controls:import"
        pressed = page.locator("button[aria-pressed=true]")
        assert pressed.count() == 1
        assert pressed.get_attribute("data-cell") == "tight_controls:import"
        assert "cell=tight_controls" in page.url

    def test_a_cell_tells_its_numbers_on_hover(self, strategic):
        page = strategic().page
        page.locator("button[data-cell='close_ideas:retaliate']").hover()
        tip = page.locator(".tip")
        assert tip.is_visible()
        assert "nine in ten futures" in tip.inner_text()
        page.mouse.move(5, 5)
        page.wait_for_function("() => document.querySelector('.tip').hidden")

    def test_the_matrix_is_a_table_with_headers_and_a_caption(self, strategic):
        page = strategic().page
        found = page.evaluate(
            """() => { const t = document.querySelector('.matrix table');
            return [t.caption.innerText, t.tHead.querySelectorAll('th[scope=col]').length,
              t.tBodies[0].querySelectorAll('th[scope=row]').length,
              [...t.querySelectorAll('button')].filter(b => !b.getAttribute('aria-label')).length,
              t.querySelectorAll('button[tabindex="0"]').length]; }"""
        )
        assert "US lead at the end of 2032" in found[0]
        assert found[1:] == [9, 8, 0, 1]

    @pytest.mark.parametrize("width", [320, 390])
    def test_a_phone_shows_one_answer_of_china_at_a_time(self, strategic, width: int):
        page = strategic(width, 844).page
        sideways = "() => document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth"
        assert page.evaluate(sideways) <= 0
        assert page.locator(".matrix td:visible").count() == 8
        page.locator(".matrix select").select_option("import")
        assert page.locator("button[data-cell='as_is:import']").is_visible()
        assert page.locator(".matrix td:visible").count() == 8
        page.locator("button[data-cell='tight_controls:import']").click()
        page.wait_for_function("() => location.search.includes('tight_controls')")
        page.wait_for_function(
            "() => document.querySelector('.st-key-strategy_cell h2')?.innerText.includes('Tight controls')"
        )
        assert page.locator("button[data-cell='tight_controls:import']").is_visible()
        assert page.evaluate(sideways) <= 0
