"""Scenario discovery and flips: known boxes and thresholds are found, and chance is not sold as a finding."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from sim.analysis import discovery, flips
from sim.batch.evaluate import Task
from sim.ensemble import posterior_draws
from sim.ensemble.rng import Streams
from sim.results.outcomes.scalar import parse

SIZE = 6000


def found_in(y_of, inputs=None, boxes=1, density=None):
    rng = np.random.default_rng(0)
    names = ("diffusion", "catch_rate", "points_per_oom", "enforcement")
    inputs = inputs or {name: rng.random(SIZE) for name in names}
    q = discovery.question("us_ahead@2032")
    looking = rng.random(SIZE) < 0.5
    y = y_of(inputs, rng)
    return discovery._discovery(
        discovery._prim(), load("current_policy"), q, inputs, y, looking, boxes, density
    ), inputs


def test_a_known_box_is_found_and_holds_on_what_was_held_out():
    found, _ = found_in(lambda x, rng: (x["diffusion"] < 0.3) & (x["catch_rate"] > 0.6))
    (box,) = found.boxes
    limits = {limit.name: limit for limit in box.limits}
    assert set(limits) == {"diffusion", "catch_rate"}
    assert limits["diffusion"].low is None
    assert limits["diffusion"].high == pytest.approx(0.3, abs=0.02)
    assert limits["diffusion"].high_percentile == pytest.approx(30, abs=3)
    assert limits["catch_rate"].low == pytest.approx(0.6, abs=0.02)
    assert box.held_out.density > 0.9
    assert box.held_out.coverage > 0.9
    assert found.base == pytest.approx(0.12, abs=0.02)
    assert found.frame().height == 2


def test_noise_gives_no_box_or_one_that_is_honest_about_it():
    found, _ = found_in(lambda x, rng: rng.random(SIZE) < 0.2)
    for box in found.boxes:
        assert box.held_out.density < 1.25 * found.base
    if not found.boxes:
        assert "held out" in found.note


def test_a_common_outcome_has_a_box_too():
    found, _ = found_in(lambda x, rng: ~((x["diffusion"] < 0.3) & (rng.random(SIZE) < 0.8)))
    (box,) = found.boxes
    assert [limit.name for limit in box.limits] == ["diffusion"]
    assert box.limits[0].low == pytest.approx(0.3, abs=0.03)
    assert box.held_out.density > 0.95 > found.base


def test_a_second_box_is_looked_for_in_what_the_first_leaves():
    found, _ = found_in(lambda x, rng: (x["diffusion"] < 0.15) | (x["catch_rate"] > 0.9), boxes=2)
    assert len(found.boxes) == 2
    assert {limit.name for box in found.boxes for limit in box.limits} == {"diffusion", "catch_rate"}


def test_a_density_can_be_asked_for():
    def y(x, rng):
        return rng.random(SIZE) < np.where(x["diffusion"] < 0.2, 0.9, np.where(x["diffusion"] < 0.5, 0.5, 0.05))

    usual, dense = (found_in(y, density=density)[0].boxes[0].held_out for density in (None, 0.85))
    assert dense.density > 0.8 > usual.density
    assert dense.coverage < usual.coverage


def test_a_choice_between_forms_is_told_by_its_values():
    rng = np.random.default_rng(1)
    inputs = {"rl_form": rng.integers(0, 3, SIZE).astype(float), "diffusion": rng.random(SIZE)}
    found, _ = found_in(lambda x, rng: (x["rl_form"] == 2) & (rng.random(SIZE) < 0.9), inputs)
    assert found.boxes[0].limits[0].values == (2.0,)


def test_too_few_futures_are_said():
    found, _ = found_in(lambda x, rng: x["diffusion"] < 0.002)
    assert found.boxes == ()
    assert "a box needs 50" in found.note


def test_equal_parameters_stay_on_one_side():
    spec = load("current_policy")
    members = 3 * 4096
    side = discovery._half(spec, [Task(spec, (), members)], 0)
    shipped = posterior_draws.weighed(spec.data_until).scores
    _, same = np.unique(shipped.T, axis=0, return_inverse=True)
    draw = same.ravel()[Streams(0, 0, members, 1).picks(shipped.shape[1])]
    assert not set(draw[side]) & set(draw[~side])
    assert 0.45 < side.mean() < 0.55


def test_discovery_on_the_simulator_with_levers_as_inputs():
    spec = load("current_policy")
    (found,) = discovery.discover(
        spec, [discovery.question("lead_months@2028>=10")], members=1024, levers={"us_concentration": (0.2, 10)}
    )
    assert found.futures == 1024
    names = {limit.name: limit.label for limit in found.boxes[0].limits}
    assert names["lever.us_concentration"] == LEVERS["us_concentration"].label  # a parameter has that name too
    assert found.boxes[0].held_out.density > found.base
    assert found.summary()["boxes"][0]["limits"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("us_ahed@2032", "did you mean 'us_ahead'"),
        ("lead_months@2030", "set a limit: lead_months@2030>=12"),
        ("lead_months@2030>=many", "'many' is no number"),
        ("outcome@2030", "is a class"),
        ("outcome@2032>=1", "is a class; ask for one of its shares, such as us_ahead@2032"),
        ("lead_months@2030>=nan", "is not a finite number"),
        ("crossing_year.china<=2060", "a run goes to 2035"),
    ],
)
def test_wrong_questions_are_refused(text, says):
    with pytest.raises(InputError, match=says):
        discovery.question(text)


def test_a_density_that_all_futures_have_is_said():
    found, _ = found_in(lambda x, rng: x["diffusion"] < 0.9, density=0.5)
    assert found.boxes == ()
    assert found.note == "all futures are as dense as that: 91 in 100 have it"


def test_a_density_that_no_box_has_is_said():
    def y(x, rng):
        return rng.random(SIZE) < np.where(x["diffusion"] < 0.3, 0.5, 0.1)

    found, _ = found_in(y, density=0.95)
    assert found.boxes
    assert "no box is so dense as 95 in 100" in found.note


def test_a_first_box_that_takes_everything_ends_the_search():
    found, _ = found_in(lambda x, rng: x["diffusion"] < 0.2, boxes=3)
    assert len(found.boxes) == 1


def test_a_rare_outcome_has_a_box():
    rng = np.random.default_rng(3)
    size = 120_000
    inputs = {name: rng.random(size) for name in ("diffusion", "catch_rate")}
    y = (inputs["diffusion"] < 0.5) & (rng.random(size) < 0.004)
    looking = rng.random(size) < 0.5
    q = discovery.question("us_ahead@2032")
    found = discovery._discovery(discovery._prim(), load("current_policy"), q, inputs, y, looking, 1, None)
    assert [limit.name for limit in found.boxes[0].limits] == ["diffusion"]


def test_what_is_a_choice_is_the_scenarios_to_say():
    weights = {"kind": "choice", "weights": [0.3, 0.3, 0.4]}
    spec = load("current_policy").with_changes(parameters={"rl_form": weights})
    rng = np.random.default_rng(1)
    inputs = {"rl_form": rng.integers(0, 3, SIZE).astype(float), "catch_rate": rng.random(SIZE)}
    y, looking = inputs["rl_form"] == 2, rng.random(SIZE) < 0.5
    q = discovery.question("us_ahead@2032")
    found = discovery._discovery(discovery._prim(), spec, q, inputs, y, looking, 1, None)
    assert found.boxes[0].limits[0].values == (2.0,)


def test_a_question_is_answered_alike_whatever_stands_beside_it():
    spec = load("current_policy")
    late, far = (discovery.question(text) for text in ("crossing_year.china<=2033", "us_ahead@2035"))
    (alone,) = discovery.discover(spec, [late], members=512)
    beside = discovery.discover(spec, [far, late], members=512)
    assert [found.question for found in beside] == [far, late]
    assert beside[1].base == alone.base
    assert late.until == 2033


def test_a_table_of_boxes_has_its_columns_whatever_is_in_it():
    none, _ = found_in(lambda x, rng: x["diffusion"] < 0.002)
    some, _ = found_in(lambda x, rng: x["diffusion"] < 0.3)
    assert none.frame().schema == some.frame().schema
    assert none.frame().height == 0


def test_questions_of_numbers():
    values = np.array([1.0, 12.0, np.nan])
    assert discovery.question("lead_months@2030>=12").of(values).tolist() == [False, True, False]
    assert discovery.question("crossing_year.china<=5").of(values).tolist() == [True, False, False]


@pytest.mark.parametrize(
    "fields",
    [{"members": 10}, {"density": 2.0}, {"levers": {"enforcment": (0, 1)}}, {"levers": {"enforcement": (5, 1)}}],
)
def test_wrong_numbers_are_refused(fields):
    with pytest.raises(InputError):
        discovery.discover(load("current_policy"), [discovery.question("us_ahead@2032")], **fields)


# --- flips ----------------------------------------------------------------------------------------------------------


def line(name, start=50.0):
    return flips._Line(name, "lever", name, start / 100, 1.0, lambda position: 100 * position)


class World:
    """Answers for scenarios by a rule on their settings, without simulating them."""

    def __init__(self, share):
        self.share, self.asked = share, 0

    def __call__(self, specs):
        self.asked += len(specs)
        answers = []
        for spec in specs:
            us = self.share({name: spec.levers.get(name, start) for name, start in STARTS.items()})
            answers.append({"us_ahead": us, "two_power": 1 - us, "several": 0.0, "china_ahead": 0.0})
        return answers


STARTS = {"hub_policing": 50.0, "cloud_rule": 40.0, "tool_controls": 60.0}


def searched(share, to="", names=STARTS):
    lines = [line(name, STARTS[name]) for name in names]
    return flips.search(load("current_policy"), lines, World(share), 2032, to)


def test_the_smallest_change_is_found_to_the_tolerance_and_comes_first():
    found = searched(lambda x: 0.6 if x["hub_policing"] >= 71 or x["cloud_rule"] <= 3 else 0.2)
    assert [c.name for c in found.flipping] == ["hub_policing", "cloud_rule"]
    first, second = found.flipping
    assert 71 <= first.value <= 71 + 100 / 96 + 1e-9
    assert 3 - 100 / 96 <= second.value <= 3
    assert first.size == pytest.approx((first.value - 50) / 100)
    assert [c.flips for c in found.changes] == [True, True, False]
    assert found.now == "two_power"


def test_of_two_flips_along_one_lever_the_nearer_one_counts():
    found = searched(
        lambda x: 0.6 if x["hub_policing"] <= 20 or x["hub_policing"] >= 60 else 0.2, names=["hub_policing"]
    )
    assert found.flipping[0].value == pytest.approx(60, abs=1.1)


def test_where_no_change_flips_alone_the_best_are_put_together():
    def share(x):
        return 0.2 + 0.2 * (x["hub_policing"] == 100) + 0.15 * (x["cloud_rule"] == 100)

    found = searched(share)
    assert found.flipping == ()
    assert [c.name for c in found.together] == ["hub_policing", "cloud_rule"]
    assert found.together[-1].flips
    assert searched(lambda x: 0.2).together == ()


def test_an_outcome_can_be_asked_for():
    with pytest.raises(InputError, match="is the most common outcome"):
        searched(lambda x: 0.2, to="two_power")
    with pytest.raises(InputError, match="did you mean 'us_ahead'"):
        searched(lambda x: 0.2, to="us_ahed")
    assert searched(lambda x: x["hub_policing"] / 110, to="us_ahead").flipping[0].value > 54


def test_what_lowers_the_present_outcome_for_a_third_is_no_step_towards_the_wanted_one():
    def shares(specs):
        answers = []
        for spec in specs:
            hubs, cloud = (spec.levers.get(name, STARTS[name]) for name in ("hub_policing", "cloud_rule"))
            several = 0.9 if hubs >= 90 else 0.0
            china = 0.3 if cloud <= 10 else 0.0
            answers.append(
                {"us_ahead": 0.0, "two_power": 1 - several - china, "several": several, "china_ahead": china}
            )
        return answers

    lines = [line(name, STARTS[name]) for name in ("hub_policing", "cloud_rule")]
    found = flips.search(load("current_policy"), lines, shares, 2032, "china_ahead")
    assert [c.name for c in found.changes] == ["cloud_rule", "hub_policing"]
    assert found.changes[1].value == STARTS["hub_policing"]  # no way along it brings it nearer: the shortest is told


def test_two_outcomes_that_are_level_are_no_flip():
    assert not searched(lambda x: 0.5 if x["hub_policing"] >= 90 else 0.2).flipping


def test_a_lever_and_a_parameter_of_one_name_are_told_apart():
    def share(x):
        return 0.2 + 0.25 * (x["hub_policing"] == 100) + 0.15 * (x["cloud_rule"] == 100)

    lines = [line(name, STARTS[name]) for name in STARTS]
    other = flips._Line("hub_policing", "parameter", "another", 50.0, 49.0, lambda p: p / 1000)
    other.spec = lambda spec, position: spec
    found = flips.search(load("current_policy"), [*lines, other], World(share), 2032)
    assert [(c.kind, c.name) for c in found.together] == [("lever", "hub_policing"), ("lever", "cloud_rule")]


def test_levers_flip_the_simulator():
    found = flips.flips(load("current_policy"), 2028, kinds=("lever",), runs=32)
    first = found.flipping[0]
    assert first.name == "china_concentration"
    again = load("current_policy").with_levers(china_concentration=first.value)
    from sim import simulate

    assert simulate(again, runs=32, until=2028).outcome_shares()[first.outcome] == first.shares[first.outcome]
    assert found.frame().height == len(found.changes)


def test_parameters_are_moved_along_what_is_drawn():
    lines = flips._parameters(load("current_policy").with_changes(parameters={"diffusion": 0.5}), 0)
    by_name = {found.name: found for found in lines}
    assert "diffusion" not in by_name  # fixed
    low, mid, high = (by_name["follower_efficiency"].place(p) for p in (1, 50, 99))
    assert low < mid < high
    assert by_name["rl_form"].place(50) in (0, 1, 2)


def test_unknown_kinds_are_refused():
    with pytest.raises(InputError, match="unknown kind"):
        flips.flips(load("current_policy"), kinds=("levers",))
    with pytest.raises(InputError, match="runs is 0"):
        flips.flips(load("current_policy"), runs=0)
    assert parse("outcome@2032").is_class
