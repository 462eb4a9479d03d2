"""The reasons that nations give on Explore: those of the model, with nobody's twice."""

from scenarios import load
from sim.reasons import reasons
from sim.ui.explore import reasons_panel
from sim.ui.shared import costs, work


def test_the_cards_hold_every_choice_with_its_reason():
    spec = load("current_policy")
    found = reasons(spec, 2028, runs=16)
    text = str(reasons_panel.cards(found, costs.labels(spec)))
    for choice in found:
        assert choice.why in text
        assert costs.labels(spec)[choice.actor] in text
    assert "License policy for China" in text


def test_those_who_choose_alike_for_the_same_reason_share_a_card():
    spec = load("current_policy").with_levers(allied_alignment=90, hub_policing=70)
    found = [each for each in reasons(spec, 2032, runs=8) if each.decision in ("alignment", "policing")]
    text = str(reasons_panel.cards(found, costs.labels(spec)))
    assert text.count("<section>") < len(found)
    assert text.count("<small>") == text.count("<section>")


def test_a_worker_gives_the_same():
    spec = load("tight_controls")
    assert work.reasons(spec.canonical(), 2027, 8) == reasons(spec, 2027, runs=8)
