"""What would change the answer, on Explore."""

import re
from html import unescape

import pytest

from scenarios import BASELINE, load
from scenarios.levers import LEVERS
from sim.analysis.prices import price_list
from sim.results.outcomes.scalar import parse
from sim.results.wording import most_common
from sim.run import simulate
from sim.ui.shared import changes, frames, levers, wording
from sim.ui.shared.setup import Judge
from tests.ui.reading import raw, text

ASK = "Move every lever to both ends"


@pytest.fixture(scope="module")
def _fewer():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "FEW", 16)
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("_fewer")
def test_every_lever_is_told_and_the_nearest_flip_can_be_tried(page, monkeypatch):
    monkeypatch.setattr(changes, "_level_pair", lambda spec, judge: ())  # so few futures tell nothing apart
    test = page()
    assert 'class="ends"' not in raw(test)
    test.session_state["changes"] = True
    test.run()
    assert 'class="ends"' not in raw(test)  # it takes long, so that it is asked for
    next(b for b in test.button if b.label.startswith(ASK)).click().run()
    assert not test.exception

    spec = load(BASELINE)
    html = raw(test).split('class="ends"')[1]
    rows = re.findall(r"<li><span>(.*?)</span><span>(.*?)</span><i.*?</i><span>(.*?)</span></li>", html)
    quiet = re.search(r"have almost no effect alone: (.*?)\.</p>", html)[1]
    told = {unescape(label) for label, *_ in rows}
    assert told | {lever.label for lever in LEVERS.values() if lever.label in unescape(quiet)} == {
        lever.label for lever in LEVERS.values()
    }
    ask = parse(f"lead_months@{Judge().year}")
    prices = price_list(spec, [ask], runs=16, levers=[LEVERS["openness"]]).prices
    (row,) = [row for row in rows if unescape(row[0]) == LEVERS["openness"].label]
    for cell, price in zip(row[1:], sorted(prices, key=lambda price: price.value), strict=True):
        assert f"<b>{wording.exactly(price.effects[str(ask)].mean)}</b>" in cell

    (name, stop), sentence = changes.settings(spec, Judge())[0], changes.sentences(spec, Judge())[0]
    assert sentence in text(test)
    next(b for b in test.button if b.label.startswith("Try it")).click().run()
    assert test.query_params[name] == f"{stop:g}"
    assert stop in levers.stops(LEVERS[name])
    found = changes.flipping(spec, Judge())
    there = frames.view(simulate(spec.with_levers(**{name: stop}), runs=16, until=found.year))
    assert most_common(there.shares) == found.flipping[0].outcome != found.now
    assert any(b.label.startswith(ASK) for b in test.button)  # another setting, another question


def test_another_ruler_has_no_flips_and_says_so():
    spec = load(BASELINE)
    for judge in (Judge(limit=9.0), Judge(ruler="backward")):
        assert changes.settings(spec, judge) == []
        assert "Available only if well ahead means" in changes.sentences(spec, judge)[0]
