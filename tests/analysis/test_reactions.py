"""Do nations answer? The checks on a scenario, and the parts that they are made of on cases with a known answer."""

import numpy as np
import pytest

from agents.stakes import Wants
from scenarios import load
from scenarios.values import PROFILES, VALUES, Weights
from sim.analysis.game import best_of
from sim.analysis.payoffs import NEEDED, payoff
from sim.analysis.reactions import POLICIES, SHOCKS, US_PACKAGES, Reactions, reactions, tripled_smuggling
from sim.results.paired import paired
from sim.run import simulate

BASE = load("current_policy")


@pytest.fixture(scope="module")
def found() -> Reactions:
    return reactions(BASE, 48, frozen=("current_policy",))


def test_who_opens_is_answered_and_who_is_held_is_not(found: Reactions) -> None:
    opened = found.reactions["us_opens"]
    assert opened.answered.p50 < opened.held.p50 - 0.3
    assert found.responses["china.permission"]["us_opens"] > 0.1
    closed = found.reactions["us_closes"]
    assert closed.held.p50 > 0.3
    assert closed.answered.mean < closed.held.mean


SIGNS = {
    ("united_states.licensing", "china_permits"): (1, 0.1), ("united_states.licensing", "china_refuses"): (-1, 0.02),
    ("united_states.enforcement", "china_pools"): (1, 0.3), ("united_states.enforcement", "us_pools"): (-1, 0.1),
    ("united_states.enforcement", "us_opens"): (-1, 0.1), ("united_states.enforcement", "us_security_x3"): (1, 0.5),
    ("united_states.enforcement", "us_money_x3"): (-1, 0.1), ("united_states.enforcement", "smuggling_x3"): (1, 0.02),
    ("united_states.model_access", "china_pools"): (1, 0.05), ("united_states.model_access", "us_pools"): (-1, 0.05),
    ("united_states.model_access", "us_prosperity_x3"): (-1, 0.05),
    ("china.permission", "us_opens"): (1, 0.1), ("china.push", "china_money_x3"): (-1, 0.2),
    ("china.push", "china_security_x3"): (1, 0.01),
    ("japan.alignment", "china_pools"): (1, 0.05), ("japan.alignment", "tools_tighten"): (-1, 0.03),
    ("netherlands.alignment", "tools_tighten"): (-1, 0.03), ("netherlands.alignment", "us_pools"): (-1, 0.05),
    ("south_korea.alignment", "allies_prosperity_x3"): (-1, 0.1), ("taiwan.alignment", "china_pools"): (1, 0.05),
    ("southeast_asia.policing", "hubs_prosperity_x3"): (-1, 0.05), ("southeast_asia.policing", "us_closes"): (1, 0.02),
    ("united_arab_emirates.policing", "us_opens"): (-1, 0.03), ("saudi_arabia.policing", "us_opens"): (-1, 0.03),
}  # fmt: skip
"""Decision and shock → sign of the response, and the least size that counts as one."""


@pytest.mark.parametrize("case", SIGNS, ids=[" ".join(case) for case in SIGNS])
def test_decisions_answer_with_the_right_sign(found: Reactions, case: tuple[str, str]) -> None:
    sign, least = SIGNS[case]
    assert sign * found.responses[case[0]][case[1]] >= least


def test_every_decision_answers_to_something_that_it_is_not_told(found: Reactions) -> None:
    own = {"us_opens", "us_half", "us_closes", "china_permits", "china_refuses", "allies_leave"}
    for decision, by in found.responses.items():
        assert max(abs(change) for shock, change in by.items() if shock not in own) > 0.01, decision


def test_beijings_best_reply_hangs_on_what_washington_does(found: Reactions) -> None:
    usual = found.replies["balanced", "balanced"]
    assert usual["open"].reply != usual["deny_and_close"].reply
    assert usual["open"].reply == "buy"
    assert all(0 < reply.p <= 1 and reply.tie == (reply.p < 0.9) for reply in usual.values())


def test_an_answer_has_a_size(found: Reactions) -> None:
    assert set(found.sizes) == set(found.responses)
    for decision, size in found.sizes.items():
        assert size.change == found.responses[decision][size.shock]
    big = [n for n, s in found.sizes.items() if abs(s.months) >= 0.1 or abs(s.compute) >= 0.05]
    assert {"united_states.enforcement", "united_states.model_access", "china.permission"} & set(big)


def test_freezing_all_decisions_at_their_medians_moves_little_and_is_the_wrong_test(found: Reactions) -> None:
    assert abs(found.freeze["current_policy"]) < 0.3


def test_beliefs_are_of_the_size_that_the_model_delivers(found: Reactions) -> None:
    for belief in found.beliefs:
        assert abs(belief.believed - belief.delivered) < 0.25 + 0.4 * abs(belief.delivered), belief.what


def test_few_futures_stand_at_an_end(found: Reactions) -> None:
    assert set(found.corners) == set(found.politics) == set(found.responses)
    assert np.mean(list(found.corners.values())) < 0.1


def test_a_summary_has_all_of_it(found: Reactions) -> None:
    said = found.summary()
    assert list(said["reactions"]) == list(POLICIES)
    assert set(said["responses"]["china.push"]) == set(SHOCKS)
    assert set(said["best_reply"]) == set(US_PACKAGES)
    assert len(said["best_reply_by_values"]) == 4
    for test in ("with", "held"):
        assert set(said["reactions"]["us_opens"][test]) == {"p05", "p50", "p95"}


def test_tripled_smuggling_is_three_times_as_much_in_every_future() -> None:
    base, more = (simulate(s, 16, until=2027) for s in (BASE, tripled_smuggling(BASE)))
    np.testing.assert_allclose(
        np.median(more.parameters["network_limit"]) / np.median(base.parameters["network_limit"]), 3, rtol=0.35
    )
    assert (more.parameters["network_limit"] > base.parameters["network_limit"]).all()


# --- payoffs ----------------------------------------------------------------------------------------------------------


def test_a_planted_best_reply_is_found_with_its_odds() -> None:
    noise = np.linspace(-1, 1, 101)
    sure = best_of(("a", "b", "c"), np.stack([noise, noise + 5.0, noise - 5.0]))
    assert (sure.reply, sure.p, sure.tie) == ("b", 1.0, False)
    even = best_of(("a", "b"), np.stack([noise, noise[::-1]]))
    assert 0.3 < even.p < 0.7
    assert even.tie


def test_a_payoff_counts_what_its_weights_say() -> None:
    runs = [
        simulate(BASE.with_levers(**levers), 16, until=2029, keep=NEEDED)
        for levers in ({}, {"enforcement": 10, "tool_controls": 95, "licensing": 100})
    ]

    def worth(actor: str, **weights: float) -> float:
        values = [payoff(run, actor, Weights(**{**dict.fromkeys(VALUES, 0.0), **weights})).mean() for run in runs]
        return float(values[1] - values[0])

    assert worth("united_states", security=1) > 0 > worth("china", security=1)
    assert worth("united_states", money=1) < 0
    assert worth("united_states") == 0
    assert worth("united_states", security=2) == pytest.approx(2 * worth("united_states", security=1))


def test_recorded_politics_count_where_they_are_given() -> None:
    run = simulate(BASE, 16, until=2028, keep=NEEDED)
    plain = payoff(run, "china", "balanced")
    slopes = {"china.push": np.full(16, 10.0), "united_states.licensing": np.full(16, 99.0)}
    pushed = payoff(run, "china", "balanced", slopes)
    push = np.mean([run.part("decisions.china.push")[run.step(year)] for year in (2027, 2028)], axis=0)
    np.testing.assert_allclose(pushed - plain, 10 * push, rtol=1e-4)


def test_profiles_and_decisions_have_one_home() -> None:
    assert set(PROFILES) == {"balanced", "security_first", "prosperity_first", "safety_first"}
    assert all(isinstance(weights, Weights) for weights in PROFILES.values())
    assert Wants(PROFILES["balanced"], np.ones(1), 1.0).security(np.zeros(1)) < 0


def test_a_difference_is_that_of_each_future() -> None:
    a, b = np.array([1.0, 2.0, 3.0]), np.array([0.5, 2.5, 1.0])
    assert paired(a - b).mean == pytest.approx((a - b).mean())
