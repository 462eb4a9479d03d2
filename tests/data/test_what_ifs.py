"""What ifs add up with policies and with each other, and what the policy sets itself stands."""

import pytest

from scenarios import BASELINE, InputError, load, names, parse, under
from scenarios.what_ifs import FIELDS, in_order, of_kind


def test_every_scenario_is_a_policy_or_a_what_if():
    policies, worlds = of_kind("policy"), of_kind("what_if")
    assert sorted((*policies, *worlds)) == sorted(names())
    assert policies[0] == BASELINE
    assert len(worlds) >= 6


@pytest.mark.parametrize("name", of_kind("what_if"))
def test_a_what_if_on_current_policy_is_the_scenario_of_the_library(name):
    assert under(load(BASELINE), name).digest() == load(name).digest()


@pytest.mark.parametrize("name", of_kind("what_if"))
def test_a_what_if_changes_only_what_can_be_laid_over(name):
    base, world = load(BASELINE).model_dump(), load(name).model_dump()
    wording = {"name", "title", "story", "question", "sources", "kind", "baseline"}
    assert {field for field in base if base[field] != world[field]} - wording <= set(FIELDS)


@pytest.mark.parametrize("policy", of_kind("policy"))
def test_what_the_policy_sets_stands_and_the_rest_comes_with_the_what_if(policy):
    own, world = load(policy), load("china_surge")
    found = under(own, "china_surge")
    assert dict(own.levers).items() <= dict(found.levers).items()
    assert all(found.levers[name] == own.levers.get(name, value) for name, value in world.levers.items())
    assert found.events == (*own.events, *world.events)


def test_the_order_of_what_ifs_does_not_matter():
    tight, some = load("tight_controls"), ("taiwan_disruption", "china_fab_breakthrough", "truce_ends")
    digests = {under(tight, *order).digest() for order in (some, some[::-1], (*some, some[0]))}
    assert len(digests) == 1
    assert in_order(list(some)) == ("china_fab_breakthrough", "taiwan_disruption", "truce_ends")


def test_a_file_can_name_what_ifs():
    text = "like: tight_controls\ntitle: Mine\nwhat_if: [taiwan_disruption]\nlevers: {openness: 10}\n"
    found = parse(text, "mine.yaml")
    assert found.title == "Mine"
    assert found.events == load("taiwan_disruption").events
    assert found.digest() == under(load("tight_controls").with_levers(openness=10), "taiwan_disruption").digest()
    assert parse(text.replace("[taiwan_disruption]", "taiwan_disruption"), "mine.yaml").digest() == found.digest()


def test_what_is_no_what_if_is_refused_in_words():
    with pytest.raises(InputError, match="open_trade is a policy and no what if; what ifs are: allied_split"):
        under(load(BASELINE), "open_trade")
    with pytest.raises(InputError, match="unknown what if 'taiwan_disrupton'; did you mean 'taiwan_disruption'"):
        under(load(BASELINE), "taiwan_disrupton")
    with pytest.raises(InputError, match=r"mine.yaml line 2: what_if: unknown what if 'tiwan'"):
        parse("like: current_policy\nwhat_if: [tiwan]\n", "mine.yaml")
