"""Several chips at once: with one it is the plain update, and what is no kin moves nobody."""

import numpy as np
import pytest
from scipy.special import logit

from calibration import fractions, mapping
from calibration.fractions import Seen
from calibration.mapping import Reached
from calibration.record import read

PRIOR = read("literature")


def seen(chip="H100 SXM", value=0.82, error=0.1, vendor="nvidia", kin=True) -> Seen:
    return Seen(chip, chip.split()[0], vendor, float(logit(value)), error, kin)


def rows(*found: Seen) -> dict:
    return {u.name.removeprefix("compute "): u for u in fractions.joint(PRIOR, "compute", found)}


def test_with_one_chip_it_is_the_plain_update():
    reached = Reached(800e12, 790e12, 989e12, 989e12)
    own, other = (PRIOR.fraction("compute", vendor) for vendor in ("nvidia", "other"))
    value, error = reached.score()
    by = {u.name.removeprefix("compute "): u
          for u in fractions.joint(PRIOR, "compute", [Seen("chip", None, "nvidia", value, error)])}  # fmt: skip
    for name, prior, kin in (("chip", own, "host"), ("nvidia", own, "same"), ("other", other, "other")):
        alone = mapping.hardware_update("", prior, own, reached, kin, "")
        assert by[name].moved == pytest.approx(alone.moved), name
        assert by[name].weight == pytest.approx(alone.weight), name
        assert by[name].posterior.model_dump() == pytest.approx(alone.posterior.model_dump()), name


def test_without_readings_everything_stays():
    assert set(rows()) == {"nvidia", "other"}
    assert all(u.moved == 0 and u.posterior == u.prior for u in rows().values())


def test_a_chip_without_kin_moves_itself_alone():
    by = rows(seen("H20", 0.95, kin=False))
    assert by["H20"].moved > 1
    assert by["nvidia"].moved == by["other"].moved == 0
    assert by["nvidia"].posterior.model_dump() == pytest.approx(by["nvidia"].prior.model_dump())


def test_more_chips_of_a_maker_move_it_more_and_narrow_it():
    one, two = rows(seen()), rows(seen(), seen("H200 SXM"))
    assert two["nvidia"].moved > one["nvidia"].moved > 0
    assert two["nvidia"].weight > one["nvidia"].weight
    assert 0 < two["other"].moved < two["nvidia"].moved


def test_the_posterior_is_bayes_by_brute_force():
    """Draws of all fractions from the prior, weighted by the likelihood of the readings, give the same means."""
    found = [seen(), seen("Ascend 910C", 0.75, 0.3, "other")]
    generator = np.random.default_rng(0)
    chips = [("H100 SXM", "nvidia", True), ("Ascend 910C", "other", True), ("any nvidia", "nvidia", True),
             ("any other", "other", True)]  # fmt: skip
    kin = np.array([[fractions.kinship(a, b) for b in chips] for a in chips])
    z = np.linalg.cholesky(kin) @ generator.standard_normal((4, 400_000))
    weight = np.ones(z.shape[1])
    for row, s in zip(z, found, strict=False):
        mean, sd = mapping.fraction_scores(PRIOR.fraction("compute", s.vendor))
        weight *= np.exp(-0.5 * ((s.value - mean - sd * row) / s.error) ** 2)
    means = (z * weight).sum(axis=1) / weight.sum()
    by = rows(*found)
    assert [by[n].moved for n in ("H100", "Ascend", "nvidia", "other")] == pytest.approx(means, abs=0.01)
