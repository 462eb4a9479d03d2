"""How much a campaign would teach: its own weights at its own size, and more the larger it is."""

import pytest

from calibration import campaign_size, mapping
from calibration.record import ids, read

MEASURED = [name for name in ids() if read(name).kind == "measured"]


@pytest.mark.parametrize("name", MEASURED)
def test_at_its_own_size_it_is_what_the_result_learned(name: str):
    record = read(name)
    own = campaign_size.learned(record)
    assert campaign_size.learned(record, campaign_size.largest(record)) == pytest.approx(own)
    weights = {lever.parameter: update.weight
               for lever, update in zip(read("literature").levers, record.gains, strict=True)}  # fmt: skip
    for parameter in ("distillation_share", "synthetic_share", "rl_slope", "rl_size"):
        assert own[parameter] == pytest.approx(weights[parameter])


@pytest.mark.parametrize("name", MEASURED)
def test_larger_campaigns_teach_more_about_levers_and_the_same_about_the_chip(name: str):
    record = read(name)
    small, large = (campaign_size.learned(record, flop) for flop in (1e12, 1e22))
    for parameter in ("distillation_share", "synthetic_share", "rl_slope", "rl_size", "mfu"):
        assert large[parameter] > small[parameter] > 0
    for number in ("compute_fraction_nvidia", "decode_intensity"):
        assert large[number] == small[number] > 0


def test_at_the_frontier_nothing_is_left_between_a_lever_and_its_measurement():
    record = read(MEASURED[0])
    lever, update = read("literature").levers[0], record.gains[0]
    found = campaign_size.learned(record, 1e26)[lever.parameter]
    sd, far = mapping.spread(lever.prior), mapping.to_the_frontier(record.provenance.flop["largest"])
    error = sd**2 * (1 / update.weight - 1) - far**2
    assert found == pytest.approx(sd**2 / (sd**2 + error), rel=1e-3)
    assert campaign_size.learned(record, 1e30) == campaign_size.learned(record, 1e26)


def test_a_prior_teaches_nothing():
    assert campaign_size.learned(read("literature")) == {}
    assert campaign_size.largest(read("literature")) is None
