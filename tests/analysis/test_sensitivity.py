"""Sobol, Morris and correlation ratios: against known functions, against SALib, and on the simulator."""

from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from sim.analysis import correlation_ratio, inputs, morris, sobol
from sim.batch.evaluate import evaluate
from sim.ensemble import posterior_draws
from sim.results.outcomes.scalar import parse

LEAD = parse("lead_months@2027")
FEW = ("follower_efficiency", "research_returns", "points_per_oom")


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_ishigami_has_its_known_indices():
    found = sobol.of_function(ishigami, ["a", "b", "c"], samples=8192)
    assert found.first[0] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)
    assert found.total[0] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.01)
    for values, known in ((found.first, [0.3139, 0.4424, 0.0]), (found.total, [0.5576, 0.4424, 0.2437])):
        assert (values[1] <= values[0]).all()
        assert (values[0] <= values[2]).all()
        assert (values[1] - 0.005 <= known).all()
        assert (known <= values[2] + 0.005).all()
    assert found.frame()["input"].to_list() == ["a", "b", "c"]


def test_an_input_without_effect_has_no_index():
    found = sobol.of_function(lambda u: u[0] + 2 * u[1], ["a", "b", "none"], samples=1024)
    assert found.first[0] == pytest.approx([0.2, 0.8, 0.0], abs=0.01)
    assert found.total[:, 2] == pytest.approx(0, abs=1e-12)
    with pytest.raises(InputError, match="is 1 in all"):
        sobol.of_function(lambda u: np.ones(u.shape[1]), ["a"], samples=16)


def test_the_indices_are_those_of_salib():
    from SALib.analyze import sobol as salib

    spec = load("current_policy")
    known = inputs.inputs_of(spec, FEW)
    tasks = sobol._tasks(known, (LEAD,), 256, 0)
    y = sobol._assembled([evaluate(task) for task in tasks], len(known.names) + 2)[str(LEAD)]
    ours = sobol._indices("lead", known.names, known.names, y, 0)
    problem = {"num_vars": len(known.names), "names": list(known.names), "bounds": [[0, 1]] * len(known.names)}
    rows = np.concatenate([y[:1], y[1:-1], y[-1:]]).T.ravel()  # A, A with a column of B …, B, row by row
    theirs = salib.analyze(problem, rows, calc_second_order=False, seed=1)
    assert ours.total[0] == pytest.approx(theirs["ST"], abs=1e-12)
    assert ours.first[0] == pytest.approx(theirs["S1"], abs=3e-3)  # SALib centers on all rows, SciPy on A and B


def test_an_executor_gives_the_same_bits_and_several_outcomes_share_runs():
    spec = load("current_policy")
    both = [LEAD, parse("capability.china@2027")]
    here = sobol.sobol(spec, both, samples=32, only=FEW)
    with ThreadPoolExecutor(2) as pool:
        there = sobol.sobol(spec, both, samples=32, only=FEW, executor=pool)
    alone = sobol.sobol(spec, both[:1], samples=32, only=FEW)
    assert (here[0].total == there[0].total).all()
    assert (here[0].first == alone[0].first).all()
    assert here[0].names == (*FEW_ORDERED(spec), "luck")


def FEW_ORDERED(spec):
    return tuple(name for name in inputs.inputs_of(spec).names if name in FEW)


def test_without_chance_there_is_no_luck():
    spec = load("current_policy").with_changes(switches={"luck": False})
    (found,) = sobol.sobol(spec, [LEAD], samples=32, only=FEW)
    assert "luck" not in found.names
    assert len(found.names) == 3


def test_a_fixed_parameter_is_no_input_and_a_shared_column_is_one():
    spec = load("current_policy")
    fixed = spec.with_changes(parameters={"diffusion": 1.0})
    assert set(inputs.inputs_of(spec).names) - set(inputs.inputs_of(fixed).names) == {"diffusion"}
    assert len(set(inputs.inputs_of(spec).columns)) == len(inputs.inputs_of(spec).columns)


@pytest.mark.parametrize("weighting", ["history", "none"])
def test_marginals_are_those_of_the_ensemble(weighting):
    spec = load("current_policy").with_changes(weighting=weighting)
    known = inputs.inputs_of(spec)
    u = (np.arange(4096) + 0.5) / 4096
    z = known.scores(np.tile(u, (len(known.columns), 1)))
    assert np.isfinite(z).all()
    shipped = posterior_draws.weighed(spec.data_until)
    column = shipped.columns[3]
    if weighting == "history":
        assert np.sort(z[column]) == pytest.approx(np.sort(shipped.scores[3]), abs=1e-9)
    else:
        assert z[column].std() == pytest.approx(1, abs=0.01)


def test_a_parameter_of_ones_own_keeps_its_own_distribution():
    own = {"diffusion": {"kind": "uniform", "low": 0.5, "high": 1.0}}
    spec = load("current_policy").with_changes(parameters=own)
    known = inputs.inputs_of(spec, ["diffusion"])
    z = known.scores(np.array([[0.5, 0.9]]))
    assert z[known.columns[0]] == pytest.approx([0, 1.2816], abs=1e-3)  # the prior's own scores


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"samples": 1000}, "samples is 1000; .* such as 1024"),
        ({"samples": 2}, "such as 16"),
        ({"samples": 0}, "samples is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"only": ["luck"]}, "a parameter beside luck"),
        ({"only": ["difusion"]}, "did you mean 'diffusion'"),
        ({"outcomes": [parse("outcome@2027")]}, "is a class; .* us_ahead@2027"),
        ({"outcomes": [parse("crossing_year.china")]}, "does not exist in every future"),
        ({"outcomes": [parse("china_ahead@2027")]}, "is 0 in all"),
    ],
)
def test_wrong_questions_are_refused(fields, says):
    with pytest.raises(InputError, match=says):
        sobol.sobol(load("current_policy"), **{"outcomes": [LEAD], "samples": 16, "only": FEW} | fields)


def test_morris_finds_the_slopes_of_a_plane():
    found = morris.of_function(lambda u: 3 * u[0] - 2 * u[1], ["a", "b", "none"], trajectories=16)
    assert found.mu_star == pytest.approx([3 * 0.96, 2 * 0.96, 0], abs=1e-9)  # over the range of the grid
    assert found.mu == pytest.approx([3 * 0.96, -2 * 0.96, 0], abs=1e-9)
    assert found.sigma == pytest.approx([0, 0, 0], abs=1e-9)


def test_morris_on_the_simulator_has_no_chance_in_it():
    spec = load("current_policy")
    (found,) = morris.morris(spec, [LEAD], trajectories=8, only=FEW)
    assert set(found.names) == set(FEW)
    # Two inputs that nothing hangs on before the horizon must show nothing at all: the dice are one member's.
    (none,) = morris.morris(spec, [parse("policing@2022")], trajectories=4, only=("coder_eci", "remote_work_eci"))
    assert none.mu_star == pytest.approx([0, 0])
    with pytest.raises(InputError, match="two inputs or more"):
        morris.morris(spec, [LEAD], only=("diffusion",))
    with pytest.raises(InputError, match="4 to 4096"):
        morris.morris(spec, [LEAD], trajectories=1)


def test_the_correlation_ratio_is_the_first_order_index_of_what_is_independent():
    rng = np.random.default_rng(0)
    x = rng.random((3, 20_000))
    y = ishigami(x)
    found = [correlation_ratio.ratio(correlation_ratio.bin_numbers(row), y) for row in x]
    assert found == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)


def test_the_correlation_ratio_sees_what_goes_together():
    rng = np.random.default_rng(0)
    a = rng.normal(size=20_000)
    b = 0.8 * a + 0.6 * rng.normal(size=20_000)
    assert correlation_ratio.ratio(correlation_ratio.bin_numbers(b), a) == pytest.approx(0.64, abs=0.03)
    assert correlation_ratio.ratio(correlation_ratio.bin_numbers(rng.normal(size=20_000)), a) == pytest.approx(
        0, abs=0.005
    )
    two = (a > 0).astype(float)
    assert correlation_ratio.ratio(correlation_ratio.bin_numbers(two), two + 0 * a) == pytest.approx(1)


def test_luck_is_what_other_dice_change():
    rng = np.random.default_rng(0)
    known, one, two = rng.normal(size=(3, 50_000))
    assert correlation_ratio.luck_of(known + one, known + two) == pytest.approx(0.5, abs=0.02)
    assert correlation_ratio.luck_of(known, known) == 0


def test_ratios_on_the_simulator():
    spec = load("current_policy")
    (found,) = correlation_ratio.correlation_ratios(spec, [LEAD], members=1024)
    assert found.frame().height == len(inputs.inputs_of(spec).names)
    assert 0 < found.luck < 1
    assert found.ratio.max() < 1
    calm = spec.with_changes(switches={"luck": False})
    assert correlation_ratio.correlation_ratios(calm, [LEAD], members=256)[0].luck == 0


class Plane(Executor):
    """Answers the task of every pack by a plane in two scores and a normal number that belongs to the member."""

    def __init__(self, columns, weights, dice):
        self.columns, self.weights, self.dice = columns, weights, dice

    def submit(self, call, pack):
        (task,) = pack
        luck = np.random.default_rng(7).standard_normal(1 << 16)[task.first : task.first + task.runs]
        done = Future()
        done.set_result([{str(LEAD): self.weights @ task.scores[list(self.columns)] + self.dice * luck}])
        return done


def test_a_plane_with_luck_has_its_known_indices():
    spec = load("current_policy").with_changes(weighting="none")
    known = inputs.inputs_of(spec, FEW[:2])
    (found,) = sobol.sobol(spec, [LEAD], 4096, only=FEW[:2], executor=Plane(known.columns, np.array([2.0, 1.0]), 2.0))
    assert found.names[-1] == "luck"
    assert found.first[0] == pytest.approx([4 / 9, 1 / 9, 4 / 9], abs=0.03)
    assert found.total[0] == pytest.approx([4 / 9, 1 / 9, 4 / 9], abs=0.03)


@pytest.mark.parametrize("weighting", ["history", "none"])
def test_blocks_do_not_matter(monkeypatch, weighting):
    spec = load("current_policy").with_changes(weighting=weighting)
    (one,) = sobol.sobol(spec, [LEAD], 64, only=FEW)
    monkeypatch.setattr(sobol, "CHUNK", 16)
    (two,) = sobol.sobol(spec, [LEAD], 64, only=FEW)
    for a, b in ((one.first, two.first), (one.total, two.total)):
        assert (a == b).all()
