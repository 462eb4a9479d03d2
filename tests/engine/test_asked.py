"""Rules that ask something beside closing a channel: tariffs, priority, checks, models; hosts and tools by part."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.schema import Scenario
from sim.run import simulate

BASE, RUNS, UNTIL = load("current_policy"), 32, 2031
KEEP = ("flows_china", "accounts", "compute_train", "rented_from", "decisions", "spending", "made_h100e")


def ruled(*rules: dict, **fields) -> Scenario:
    made = [
        {"id": f"r{n}", "start": "2027-01-01", "issuer": "us", "measure": "deny", "title": "-", "summary": "-",
         "source": "a test", "as_of": "2026-11-29", "tier": "judgment", **rule}
        for n, rule in enumerate(rules)
    ]  # fmt: skip
    return BASE.with_changes(rules=made, **fields)


def run(spec):
    return simulate(spec, RUNS, until=UNTIL, keep=KEEP)


@pytest.fixture(scope="module")
def usual():
    return run(BASE)


def total(found, name, year=UNTIL):
    t = found.step(year)
    return float(found.part(name)[t - 3 : t + 1].sum(axis=0).mean())


def test_a_tariff_on_us_buyers_goes_to_washington_and_buys_fewer_chips(usual):
    found = run(ruled({"scope": "tariff", "destination": "united_states", "price_share": 0.25}))
    income = [total(each, "accounts.united_states.license_cut", 2028) for each in (usual, found)]
    assert income[1] > income[0] + 10e9
    t = found.step(2029)
    assert np.mean(found["compute_train"][t, 0] / usual["compute_train"][t, 0]) < 0.99
    half = run(ruled({"scope": "tariff", "destination": "united_states", "price_share": 0.25, "strength": 0.5}))
    lost = [1 - np.mean(each["compute_train"][t, 0] / usual["compute_train"][t, 0]) for each in (half, found)]
    assert 0.3 * lost[1] < lost[0] < 0.7 * lost[1]


def test_us_orders_first_keep_licensed_chips_from_china_while_lines_are_short(usual):
    opened = {"licence_approval": 90, "licence_tpp": 60, "import_permission": 100}
    free = run(BASE.with_levers(**opened))
    first = run(ruled({"scope": "priority", "strength": 1}).with_levers(**opened))
    assert total(first, "flows_china.legal", 2028) < 0.9 * total(free, "flows_china.legal", 2028)
    t = first.step(2028)
    assert first["compute_train"][t, 0].mean() >= free["compute_train"][t, 0].mean()


@pytest.mark.parametrize(
    ("scope", "lever"), [("location_verification", "location_verification"), ("distillation", "distillation_limits")]
)
def test_a_rule_does_what_its_lever_does(scope, lever):
    rule = run(ruled({"scope": scope, "strength": 0.8}))
    held = run(BASE.with_levers(**{lever: {"2027-Q1": 80}}))
    t = rule.step(UNTIL)
    if scope == "distillation":  # from the first quarter, not in between
        assert rule.part("decisions.united_states.model_access")[t].mean() == pytest.approx(0.8, abs=1e-6)
    assert rule["lead_months"][t] == pytest.approx(held["lead_months"][t], abs=0.05)


def test_who_may_use_models_is_paid_in_revenue(usual):
    found = run(ruled({"scope": "model_use", "strength": 0.5, "destination": "world"}))
    now, then = (total(each, "accounts.united_states.ai_revenue", 2028) for each in (found, usual))
    assert 0.7 * then < now < 0.85 * then
    assert total(found, "accounts.united_states.chips", 2030) < total(usual, "accounts.united_states.chips", 2030)


def test_parts_of_tool_controls_add_up():
    whole = run(ruled({"scope": "tools", "strength": 0.9}))
    apart = run(
        ruled(*({"scope": "tools", "strength": 0.9, "part": part} for part in ("lithography", "parts", "service")))
    )
    one = run(ruled({"scope": "tools", "strength": 0.9, "part": "lithography"}))
    t = whole.step(UNTIL)
    assert np.array_equal(whole["lead_months"][t], apart["lead_months"][t])
    flows = [total(each, "flows_china.domestic") for each in (whole, one)]
    assert flows[0] < flows[1]


def test_renting_can_be_closed_in_one_host(usual):
    one = run(ruled({"scope": "remote_access", "strength": 1, "destination": "southeast_asia"}))
    every = run(ruled({"scope": "remote_access", "strength": 1, "destination": "world"}))
    flows = [total(each, "flows_china.offshore") for each in (usual, one, every)]
    assert flows[2] < flows[1] < flows[0]
    t = one.step(UNTIL)
    here, there = one.actors.index("southeast_asia"), one.actors.index("united_states")
    assert one["rented_from"][t, here].mean() < 0.7 * usual["rented_from"][t, here].mean()
    assert one["rented_from"][t, there].mean() > 0.7 * usual["rented_from"][t, there].mean()


def test_caps_for_each_client_add_up():
    cap = {"scope": "sale", "measure": "license", "priority": 99, "approval_share": 1, "tpp_max": 40000}
    opened = {"import_permission": 100, "china_spending": 300}
    ten, hundred = (
        run(ruled({**cap, "volume_cap_units": 2000, "clients": clients}).with_levers(**opened)) for clients in (1, 10)
    )
    alone = run(ruled({**cap, "volume_cap_units": 20000}).with_levers(**opened))
    assert np.array_equal(hundred["lead_months"], alone["lead_months"])
    assert total(ten, "flows_china.legal", 2028) < total(hundred, "flows_china.legal", 2028)


def test_lines_outside_taiwan_go_on():
    cut = {"kind": "taiwan_disruption", "date": "2029-Q1", "size": 0.8, "quarters": 4}
    fabs = {"kind": "fabs_abroad", "date": "2024-Q1", "size": 0.5}
    made = [
        total(run(BASE.with_changes(events=events)), "made_h100e", 2029) for events in ([], [cut], [cut, fabs])
    ]  # fmt: skip
    assert made[1] < 0.4 * made[0]
    assert 0.4 * made[0] < made[2] < 0.75 * made[0]


def test_a_deal_that_falls_apart_binds_no_longer():
    deal = {"kind": "agreement", "date": "2027-Q1", "size": 1.1, "compliance": 1.0}
    lasting, short = (run(BASE.with_changes(events=[{**deal, **ends}])) for ends in ({}, {"quarters": 8}))
    before, after = lasting.step(2028), lasting.step(2031)
    assert np.array_equal(lasting["capability"][before], short["capability"][before])
    assert short["capability"][after, 0].mean() > lasting["capability"][after, 0].mean() + 1


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"scope": "tariff", "destination": "united_states"}, "a tariff needs it"),
        ({"scope": "hbm", "strength": 0.5, "part": "service"}, "scope: tools"),
        ({"scope": "sale", "measure": "license", "approval_share": 0.5, "clients": 3}, "volume_cap_units"),
        ({"scope": "priority"}, "needs it"),
    ],
)  # fmt: skip
def test_what_a_rule_lacks_is_told(rule, told):
    with pytest.raises(InputError, match=told):
        ruled(rule)


def test_a_tariff_on_somebody_else_is_told_to_do_nothing():
    spec = ruled({"scope": "tariff", "destination": "japan", "price_share": 0.2})
    assert "buyers of the country" in spec.rules[0].unread
