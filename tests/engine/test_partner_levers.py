"""What partners decide by themselves moves chips, dollars or power, which others then have or lack."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.partner_levers import ALL_LEVERS, OWN, PARTNER_LEVERS, levers_of
from scenarios.rules import OF_PARTNERS, SUPERPOWERS, Rule, history, issuers
from scenarios.schema import Scenario
from scenarios.tables import table
from sim.results.run import Run
from sim.run import simulate

BASE, RUNS, YEAR = load("current_policy"), 32, 2030
RULE: dict[str, Any] = {
    "id": "mine", "start": "2027-01-01", "measure": "license", "title": "A rule", "summary": "A rule of one's own.",
    "source": "a test", "as_of": "2026-11-01", "tier": "judgment",
}  # fmt: skip
HOLDER = {"lithography": "netherlands", "tool_parts": "japan", "tool_service": "japan", "memory": "south_korea",
          "production_levy": "taiwan"}  # fmt: skip
DIRECTION = {"spending": 1, "sites": 1, "production_levy": 1}
"""What the output of a lever does as it goes from low to high; the others take something away."""


@cache
def usual(keep: str = "results") -> Run:
    return simulate(BASE, runs=RUNS, until=YEAR, keep=keep)


@cache
def at(**settings: float) -> Run:
    return run(BASE.with_levers(**settings))


def run(spec: Scenario, keep: str = "results") -> Run:
    return simulate(spec, runs=RUNS, until=YEAR, keep=keep)


def moved(one: Run, name: str) -> float:
    """Change of a series' last year against current policy, as a share."""
    was, now = (float(r.part(name)[-4:].mean()) for r in (usual(), one))
    return now / was - 1


def with_rule(**fields: Any) -> Run:
    return run(BASE.with_changes(rules=[{**RULE, **fields}]))


def test_every_partner_has_seven_levers_or_more() -> None:
    partners = [row.actor for row in table("actors") if row.kind != "superpower"]
    assert {lever.actor for lever in PARTNER_LEVERS.values()} == set(partners)
    assert all(len(levers_of(actor)) >= 7 for actor in partners)
    assert not levers_of("china")


@pytest.mark.parametrize("own", OWN)
def test_a_lever_of_a_partner_moves_the_output_that_it_names(own: str) -> None:
    lever = PARTNER_LEVERS[f"{own}.{HOLDER.get(own, 'southeast_asia')}"]
    low, high = (at(**{lever.name: end}) for end in (lever.low, lever.high))
    before, after = (float(r.part(lever.output)[-4:].mean()) for r in (low, high))
    assert DIRECTION.get(own, -1) * (after - before) > 0.004 * abs(before)


def test_its_default_changes_nothing() -> None:
    for own, actor in (("spending", "japan"), ("sites", "japan"), ("home_models", "japan")):
        name = f"{own}.{actor}"
        found = run(BASE.with_levers(**{name: float(ALL_LEVERS[name].default)}))
        assert np.array_equal(found["capability"], usual()["capability"])


def test_what_one_country_takes_the_others_lack() -> None:
    found = at(**{"spending.japan": 10})
    assert moved(found, "received_h100e.japan") > 1
    first = slice(usual().step(2027) - 3, usual().step(2027) + 1)  # before makers answer to what is wanted
    for other in ("united_states", "european_union"):
        was, now = (r.part(f"received_h100e.{other}")[first].sum(axis=0) for r in (usual(), found))
        assert (now < was).all()


def test_chinese_chips_for_a_partner_are_missing_in_china() -> None:
    name = "chinese_chips.european_union"
    found = simulate(BASE.with_levers(**{name: 100}), runs=RUNS, until=YEAR, keep="ledger")
    assert moved(found, "flows_china.domestic") < -0.2
    assert moved(found, "china_price") > 0.005
    made, delivered = (found.ledger[part][:, -3:].sum(axis=(0, 1)) for part in ("made", "delivered"))
    assert np.allclose(made, delivered)
    abroad = (found.ledger["stock"] - found.ledger["stock_china"])[-1, -3:].sum(axis=0)
    assert (abroad > 0).all()
    assert not (usual("ledger").ledger["stock"] - usual("ledger").ledger["stock_china"])[-1, -3:].any()
    # What was made, less what has retired, is what is owned, class by class.
    left = found.ledger["made"].sum(axis=0) - found.ledger["retired"].sum(axis=0)
    assert np.allclose(left[-3:], found.ledger["stock"][-1, -3:], rtol=1e-6)


def test_who_buys_chinese_chips_pays_china() -> None:
    found = at(**{"chinese_chips.saudi_arabia": 100})
    paid = found.part("accounts.china.chip_exports")[-4:].sum(axis=0)
    assert (paid > 1e9).all()
    assert not usual().part("accounts.china.chip_exports").any()
    assert moved(found, "accounts.united_states.chip_profit") < 0


def test_a_levy_is_paid_by_buyers_and_by_makers_and_received_where_chips_are_made() -> None:
    found = at(**{"production_levy.taiwan": 50})
    got = found.part("accounts.taiwan.levy")[-4:].sum(axis=0)
    assert (got > 1e9).all()
    assert not usual().part("accounts.taiwan.levy").any()
    assert moved(found, "accounts.united_states.chip_profit") < -0.02
    assert moved(found, "made_h100e") < -0.02
    home = found.part("accounts.united_states.levy_paid")[-4:].sum(axis=0)
    assert ((0.5 * got < home) & (home < got)).all()  # most chips stay in the United States


def test_models_of_its_own_take_revenue_from_us_labs_and_keep_half_of_it() -> None:
    found = at(**{"home_models.european_union": 100})
    us, eu = (found.part(f"accounts.{a}.ai_revenue") - usual().part(f"accounts.{a}.ai_revenue")
              for a in ("united_states", "european_union"))  # fmt: skip
    first = usual().step(2026)  # before anything else answers to it
    assert np.allclose(eu[first], -0.5 * us[first], rtol=1e-3)
    assert (us[first] < 0).all()
    assert moved(found, "served_by_us.european_union") < -0.2


def test_users_pay_whom_they_may_use() -> None:
    found = at(**{"chinese_models.japan": 100})
    assert moved(found, "accounts.china.models_abroad") < -0.05
    assert moved(found, "served_by_china.japan") < -0.9
    assert abs(moved(found, "served_by_china.european_union")) < 0.1


def test_shares_of_use_are_shares() -> None:
    us, china = usual()["served_by_us"], usual()["served_by_china"]
    assert (np.minimum(us, china) >= 0).all()
    assert (us + china <= 1 + 1e-6).all()
    assert (us[:, 0] == 1).all()
    assert (china[:, 1] == 1).all()


def test_its_own_law_holds_where_it_no_longer_follows() -> None:
    """A Dutch law closes lithography even where the Netherlands part with the United States."""
    parted = BASE.with_changes(decisions={"netherlands": {"alignment": 0.0}, "japan": {"alignment": 0.0}})
    law = parted.with_levers(**{"lithography.netherlands": 100})
    was, now = (run(spec).part("flows_china.domestic")[-4:].mean() for spec in (parted, law))
    assert now < 0.9 * was


# --- rules that partners issue ----------------------------------------------------------------------------------------
SAME = {
    "rental": ({"scope": "remote_access", "strength": 0.6}, "southeast_asia"),
    "chinese_models": ({"scope": "model_ban", "strength": 0.6}, "japan"),
    "home_models": ({"scope": "home_models", "strength": 0.6, "destination": "japan"}, "japan"),
    "chip_tariff": ({"scope": "tariff", "price_share": 0.6, "destination": "japan"}, "japan"),
    "memory": ({"scope": "hbm", "strength": 0.9}, "south_korea"),
    "lithography": ({"scope": "tools", "part": "lithography", "strength": 0.9}, "netherlands"),
    "tool_service": ({"scope": "tools", "part": "service", "strength": 0.9}, "japan"),
    "production_levy": ({"scope": "production_levy", "price_share": 0.3}, "taiwan"),
}  # fmt: skip
"""Lever of a partner: the rule that says the same, and whose."""


@pytest.mark.parametrize("own", SAME)
def test_a_rule_of_a_partner_is_its_lever(own: str) -> None:
    fields, actor = SAME[own]
    percent = 100 * fields.get("strength", fields.get("price_share"))
    lever = run(BASE.with_levers(**{f"{own}.{actor}": {"2027-Q1": percent}}))
    rule = with_rule(issuer=actor, **fields)
    assert np.array_equal(rule["capability"], lever["capability"])
    assert not np.array_equal(rule["capability"], usual()["capability"])


def test_a_law_on_tools_without_a_part_closes_all_of_them() -> None:
    whole = with_rule(issuer="netherlands", scope="tools", strength=1.0)
    part = with_rule(issuer="netherlands", scope="tools", strength=1.0, part="lithography")
    assert moved(whole, "flows_china.domestic") < moved(part, "flows_china.domestic") < 0


def test_a_permit_on_transit_sends_smugglers_elsewhere() -> None:
    found = with_rule(issuer="southeast_asia", scope="transit", strength=0.95)
    assert moved(found, "diverted_through.southeast_asia") < -0.1
    assert moved(found, "diverted_through.united_arab_emirates") > 0.1


def test_issuers_are_the_superpowers_and_the_partners_by_name() -> None:
    partners = [row.actor for row in table("actors") if row.kind != "superpower"]
    assert list(issuers()) == ["us", "china", *partners, "gulf"]
    assert Rule.model_validate({**RULE, "issuer": "united_states", "scope": "tools", "strength": 1}).issuer == "us"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"issuer": "atlantis", "scope": "tools", "strength": 1}, "unknown issuer 'atlantis'"),
        ({"issuer": "nippon", "scope": "tools", "strength": 1}, "unknown issuer 'nippon'"),
        ({"issuer": "japan", "scope": "tariff", "destination": "japan"}, "needs it, from 0 to 1"),
    ],
)
def test_a_wrong_rule_of_a_partner_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        BASE.with_changes(rules=[{**RULE, **fields}])


@pytest.mark.parametrize(("issuer", "scope"), [("saudi_arabia", "tools"), ("japan", "transit"), ("japan", "hbm")])
def test_a_rule_that_no_mechanism_reads_says_so(issuer: str, scope: str) -> None:
    rule = Rule.model_validate({**RULE, "issuer": issuer, "scope": scope})
    assert "no mechanism reads" in rule.unread


def test_no_recorded_rule_is_without_effect_or_mark() -> None:
    """Rules of partners in the record are marked: what they close is in how closely their issuers follow."""
    partners = [rule for rule in history() if rule.issuer not in SUPERPOWERS]
    assert len(partners) >= 9
    assert all(rule.recorded_only for rule in partners)
    assert {rule.scope for rule in partners} <= {*OF_PARTNERS, "other"}


# --- retrofit, matched investment, detection --------------------------------------------------------------------------
def test_checks_on_chips_sold_before_stop_smuggled_ones() -> None:
    found = simulate(
        BASE.with_changes(rules=[{**RULE, "issuer": "us", "scope": "retrofit", "strength": 1.0}]),
        runs=RUNS, until=YEAR, keep="ledger",
    )  # fmt: skip
    at_once = usual().step(2026) + 1
    stock, before = (r.ledger["stock_china"][at_once] for r in (found, usual("ledger")))
    lost = 1 - stock.sum(axis=0) / before.sum(axis=0)
    assert ((lost > 0.02) & (lost < 0.5)).all()
    others = [r.ledger["stock"][at_once] - r.ledger["stock_china"][at_once] for r in (found, usual("ledger"))]
    assert np.allclose(*others)
    explained = [
        r.ledger["made"].sum(axis=0) - sum(r.ledger[gone].sum(axis=0) for gone in ("retired", "seized"))
        for r in (found, usual("ledger"))
    ]  # fmt: skip
    mine, usually = (x - r.ledger["stock"][-1] for x, r in zip(explained, (found, usual("ledger")), strict=True))
    assert np.allclose(mine, usually, atol=1.0)  # what stopped counts as retired


def test_matched_investment_moves_dollars_to_the_united_states() -> None:
    gulf = {"issuer": "us", "scope": "sale", "destination": "gulf", "approval_share": 1.0, "priority": 90}
    plain, matched = with_rule(**gulf), with_rule(**gulf, matched_investment=1.0)
    paid = matched.part("accounts.united_states.matched_investment")[-4:].sum(axis=0)
    assert (paid > 1e8).all()
    assert moved(matched, "received_h100e.saudi_arabia") < moved(plain, "received_h100e.saudi_arabia") - 0.1
    assert moved(matched, "budget_usd.united_states") > moved(plain, "budget_usd.united_states")


def test_cheating_that_may_be_found_out_ends_a_deal_in_some_futures() -> None:
    deal = {"kind": "agreement", "date": "2027-Q1", "size": 1.05, "compliance": 0.9}
    kept, found = (run(BASE.with_changes(events=[event])) for event in (deal, {**deal, "detection": 0.3}))
    larger = found.part("training_flop.united_states")[-1] > 1.2 * kept.part("training_flop.united_states")[-1]
    assert 0.3 < larger.mean() < 1.0
    sure = run(BASE.with_changes(events=[{**deal, "compliance": 1.0, "detection": 1.0}]))
    honest = run(BASE.with_changes(events=[{**deal, "compliance": 1.0}]))
    assert np.array_equal(sure["training_flop"], honest["training_flop"])
