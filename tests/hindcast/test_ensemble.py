"""The shipped draws: each member has one, each draw is used, and the model is still the one they were weighed by."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from scenarios import load, names
from scenarios.errors import InputError
from scenarios.parameters import parameters
from scenarios.quarters import DATA_UNTIL
from sim.engine.chunk import CHUNK
from sim.ensemble import posterior_draws
from sim.ensemble.draws import at_scores, distributions, draw
from sim.ensemble.posterior_draws import STEPS_PER_SD, edges, points, weighed
from sim.ensemble.rng import SOBOL_DIMENSIONS, Array, Streams
from sim.hindcast.fit import spread
from sim.hindcast.weigh import CHECKED, MOVED, checked, spec_at
from sim.results.run import Run
from sim.run import simulate

BASE = load("current_policy")
KEPT = weighed(DATA_UNTIL).scores.shape[1]
EDGES = pytest.mark.parametrize("edge", edges())
Differences = Callable[[Run, Run], list[str]]
Columns = Callable[[Run, int, int], Run]


def anew(edge: str) -> str:
    option = "" if edge == DATA_UNTIL else f" --data-until {edge}"
    return (
        "the shipped draws no longer belong to this model: weigh them anew with `polarity weights --make"
        f"{option}` and note it in CHANGELOG.md under “Results changed”"
    )


# --- which draw a member has ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
@pytest.mark.parametrize("turn", [0, 1, 5])
def test_an_ensemble_of_their_number_has_every_draw_once(seed: int, turn: int) -> None:
    for number in (1, 8, KEPT):
        picks = Streams(seed, turn * number, (turn + 1) * number, 1).picks(number)
        assert np.array_equal(np.sort(picks), np.arange(number))


def test_passes_and_seeds_have_orders_of_their_own() -> None:
    orders = [Streams(seed, turn * 64, turn * 64 + 64, 1).picks(64) for seed in (0, 1) for turn in (0, 1)]
    for k, one in enumerate(orders):
        assert not np.array_equal(one, np.arange(64))
        assert all(not np.array_equal(one, other) for other in orders[:k])


@pytest.mark.parametrize(("first", "last"), [(0, 5), (60, 70), (63, 64), (64, 65), (10, 300), (129, 130)])
def test_a_part_of_the_picks_is_the_slice_of_the_whole(first: int, last: int) -> None:
    whole = Streams(3, 0, 300, 1).picks(64)
    assert np.array_equal(Streams(3, first, last, 1).picks(64), whole[first:last])


def test_members_have_shipped_draws_column_by_column() -> None:
    shipped = weighed(DATA_UNTIL)
    streams = Streams(0, KEPT - 3, KEPT + 5, 1)
    z, u = points(BASE, streams)
    picks = streams.picks(KEPT)
    for row, column in enumerate(shipped.columns):
        assert np.array_equal(z[column], shipped.scores[row, picks])
    np.testing.assert_array_equal(u[shipped.columns], ndtr(z[shipped.columns]))
    rest = np.setdiff1d(np.arange(SOBOL_DIMENSIONS), shipped.columns)
    assert np.array_equal(u[rest], streams.sobol()[rest])


@pytest.mark.parametrize("first", [0, 1000])
def test_without_weighting_points_are_those_of_sobol(first: int) -> None:
    streams = Streams(2, first, first + 40, 1)
    z, u = points(BASE.with_changes(weighting="none"), streams)
    assert np.array_equal(u, streams.sobol())
    assert np.array_equal(z, ndtri(u))
    assert not np.array_equal(z, points(BASE, streams)[0])


# --- members, chunks, scenarios ------------------------------------------------------------------------------------


def test_members_alone_are_their_columns_across_a_pass(differences: Differences, columns: Columns) -> None:
    """Members on both sides of the border between two passes through the draws."""
    first = KEPT - 3
    whole = simulate(BASE, 12, first=first, until=2027)
    for member in (0, 2, 3, 11):
        alone = simulate(BASE, 1, first=first + member, until=2027)
        assert differences(columns(whole, member, member + 1), alone) == [], member


def test_chunks_are_the_whole(differences: Differences, columns: Columns) -> None:
    first = KEPT - 1030
    whole = simulate(BASE, 1040, first=first, until=2027)
    for begin, end in ((0, 24), (1016, 1040), (1023, 1025)):
        part = simulate(BASE, end - begin, first=first + begin, until=2027)
        assert differences(columns(whole, begin, end), part) == [], (begin, end)


def test_scenarios_share_draws_member_by_member(differences: Differences) -> None:
    """And dice: up to the start of what they change, everything is the same."""
    base, other = (simulate(load(name), 16, seed=5, first=KEPT - 8, until=2028) for name in
                   ("current_policy", "tight_controls"))  # fmt: skip
    for name, values in base.parameters.items():
        assert np.array_equal(values, other.parameters[name]), name
    start = base.quarters.index("2026-Q4")
    wrong = [n for n, v in base.series.items() if not np.array_equal(v[:start], other.series[n][:start])]
    assert wrong == []
    assert differences(base, other) != []


def test_a_changed_parameter_leaves_the_others_theirs() -> None:
    streams = Streams(0, KEPT - 8, KEPT + 8, 1)
    base, other = draw(BASE, streams), draw(BASE.with_changes(parameters={"diffusion": 2.0}), streams)
    assert np.all(other.diffusion == 2.0)
    assert [n for n, v in vars(base).items() if not np.array_equal(v, getattr(other, n))] == ["diffusion"]


def test_given_scores_are_used_member_by_member(differences: Differences) -> None:
    """The scores of the members given from outside make the same run, over two chunks and a narrow rest."""
    runs, first = CHUNK + 3, 1000
    z, _ = points(BASE, Streams(4, first, first + runs, 1))
    own = simulate(BASE, runs, 4, 2027, first=first)
    given = simulate(BASE.with_changes(weighting="none"), runs, 4, 2027, first=first, scores=z)
    assert differences(own, given) == []


def test_an_edge_without_draws_is_refused_with_those_that_have_some() -> None:
    with pytest.raises(InputError) as error:
        simulate(BASE.with_changes(data_until="2024-Q2"), 8, until=2027)
    message = str(error.value)
    assert "2024-Q2" in message
    assert all(edge in message for edge in edges())
    assert "weighting: none" in message
    assert "\n" not in message


# --- what is shipped -----------------------------------------------------------------------------------------------


def test_the_edge_of_the_data_is_shipped_and_every_edge_of_the_library() -> None:
    assert DATA_UNTIL in edges()
    needed = {load(name).data_until for name in names() if load(name).weighting == "history"}
    assert needed <= set(edges())


@pytest.mark.parametrize("name", names())
def test_a_library_scenario_draws_from_what_its_draws_were_weighed_under(name: str) -> None:
    """Scores are those of a prior: under another one they would mean other values."""
    spec = load(name)
    if spec.weighting == "none":
        return
    own, theirs = distributions(spec), distributions(spec_at(spec.data_until))
    assert own.keys() == theirs.keys()
    off = [n for n in own if n not in spec.parameters and own[n][1].interval() != theirs[n][1].interval()]
    assert off == []


@EDGES
def test_model_and_draws_still_belong_together(edge: str) -> None:
    """The draws are weighed by the likelihood of this model: when it changes, they must be made anew."""
    shipped, spec = weighed(edge), spec_at(edge)
    stored = dict(shipped.facts["log_likelihood_of_some"])
    assert stored.pop("draws") == CHECKED, anew(edge)
    found = checked(spec, tuple(shipped.columns), shipped.scores)
    assert found.keys() == stored.keys(), anew(edge)
    off = {name: (value, stored[name]) for name, value in found.items() if abs(value - stored[name]) > 0.02}
    assert off == {}, anew(edge)


@EDGES
def test_facts_are_of_this_scenario_and_these_parameters(edge: str) -> None:
    facts, spec = weighed(edge).facts, spec_at(edge)
    assert (facts["data_until"], facts["scenario"]) == (edge, spec.name), anew(edge)
    assert facts["calibration"] == spec.calibration, anew(edge)
    priors = distributions(spec)
    assert weighed(edge).columns == sorted({dim for dim, _ in priors.values()}), anew(edge)
    for row in facts["parameters"]:
        dim, prior = priors[row["name"]]
        assert dim == row["column"], (row["name"], anew(edge))
        assert row["prior"] == pytest.approx(prior.interval(), rel=1e-3, abs=1e-9), (row["name"], anew(edge))
    assert {row["name"] for row in facts["parameters"]} >= set(parameters())


@EDGES
def test_enough_draws_count(edge: str) -> None:
    facts = weighed(edge).facts
    assert facts["kept_draws"] == weighed(edge).scores.shape[1]
    assert facts["effective_draws"] >= 500
    assert facts["distinct_draws"] >= 500
    assert facts["distinct_draws"] == len(np.unique(weighed(edge).scores, axis=1).T)


def stored_values(edge: str) -> tuple[Array, dict[str, Array]]:
    shipped = weighed(edge)
    return shipped.scores, vars(at_scores(spec_at(edge), spread(tuple(shipped.columns), shipped.scores)))


@EDGES
def test_facts_describe_the_stored_draws(edge: str) -> None:
    scores, values = stored_values(edge)
    for row, facts in zip(scores, weighed(edge).facts["parameters"], strict=True):
        name = facts["name"]
        assert row.mean() == pytest.approx(facts["shift"], abs=0.0006), name
        assert row.std() == pytest.approx(facts["spread"], abs=0.0006), name
        assert facts["moved"] == bool(abs(row.mean()) > MOVED or row.std() < 1 - MOVED), name
        found = np.quantile(values[name], (0.05, 0.5, 0.95))
        assert facts["posterior"] == pytest.approx(found, rel=1e-3, abs=1e-9), name


@EDGES
def test_correlations_are_the_strongest_of_the_stored_draws(edge: str) -> None:
    shipped = weighed(edge)
    matrix = np.corrcoef(shipped.scores)
    names = [row["name"] for row in shipped.facts["parameters"]]
    told = [pair["correlation"] for pair in shipped.facts["correlations"]]
    for pair in shipped.facts["correlations"]:
        found = matrix[names.index(pair["one"]), names.index(pair["other"])]
        assert pair["correlation"] == pytest.approx(found, abs=0.006), pair
    above = np.abs(matrix[np.triu_indices(len(names), 1)])
    assert np.sort(above)[-len(told) :].min() == pytest.approx(min(map(abs, told)), abs=0.006)


@EDGES
def test_draws_are_normal_scores_and_members_halves_are_alike(edge: str) -> None:
    """No score saturates, and the first and second half of an posterior_draws are alike: any part is a fair sample."""
    scores = weighed(edge).scores
    assert np.abs(scores).max() < 7
    assert np.array_equal(np.round(scores * STEPS_PER_SD), scores * STEPS_PER_SD)
    half, scores = scores.shape[1] // 2, scores[:, Streams(0, 0, scores.shape[1], 1).picks(scores.shape[1])]
    off = np.abs(scores[:, :half].mean(axis=1) - scores[:, half:].mean(axis=1)) / scores.std(axis=1)
    assert off.max() < 5 * np.sqrt(2 / half)


def test_a_parameter_that_history_cannot_know_keeps_its_prior() -> None:
    rows = {row["name"]: row for row in weighed(DATA_UNTIL).facts["parameters"]}
    for name in ("taiwan_hazard", "accident_hazard", "spend_share_late", "price_response"):
        assert not rows[name]["moved"], name
    assert sum(row["moved"] for row in rows.values()) >= 10


def test_draws_are_written_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posterior_draws, "FOLDER", tmp_path)
    scores = np.array([[0.5, -1.25, 0.1], [2.0, 0.0, -3.3]])
    facts = {"data_until": "2024-Q4", "parameters": [{"column": 3}, {"column": 9}]}
    try:
        posterior_draws.keep("2024-Q4", scores, facts)
        found = weighed("2024-Q4")
        assert posterior_draws.edges() == ("2024-Q4",)
        assert (found.facts, found.columns) == (facts, [3, 9])
        np.testing.assert_allclose(found.scores, scores, atol=0.5 / STEPS_PER_SD)
    finally:
        weighed.cache_clear()


def test_the_refusal_names_the_command_that_helps() -> None:
    assert re.search(r"polarity weights --make`", anew(DATA_UNTIL))
    assert "--data-until 2025-Q1`" in anew("2025-Q1")


def test_a_parameter_of_ones_own_is_drawn_as_given() -> None:
    """Not as history has moved ours; the others stay as history left them."""
    own = BASE.with_changes(parameters={"points_per_oom": {"kind": "normal", "mean": 10, "sd": 1}, "rl_size": 20.0})
    base, mine = (draw(spec, Streams(0, 0, 2048, 1)) for spec in (BASE, own))
    assert np.mean(mine.points_per_oom) == pytest.approx(10, abs=0.05)
    assert np.std(mine.points_per_oom) == pytest.approx(1, abs=0.05)
    assert set(mine.rl_size) == {20.0}
    same = [name for name, values in vars(base).items() if np.array_equal(values, getattr(mine, name))]
    assert set(vars(base)) - set(same) == {"points_per_oom", "rl_size"}


def test_damaged_draws_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posterior_draws, "FOLDER", tmp_path)
    posterior_draws.weighed.cache_clear()
    with pytest.raises(InputError, match="the folder scenarios/draws is empty"):
        posterior_draws.weighed(DATA_UNTIL)
    (tmp_path / f"{DATA_UNTIL}.json").write_text("{}", encoding="utf-8")
    (tmp_path / f"{DATA_UNTIL}.npy").write_bytes(b"no array")
    with pytest.raises(InputError, match=f"scenarios/draws/{DATA_UNTIL}: cannot be read.*weights --make"):
        posterior_draws.weighed(DATA_UNTIL)
    monkeypatch.undo()
    posterior_draws.weighed.cache_clear()


def test_without_one_part_of_the_record_the_answer_is_told() -> None:
    """The researcher's first question: how much hangs on which figures."""
    rows = {row["without"]: row for row in posterior_draws.weighed(DATA_UNTIL).facts["without"]}
    whole = rows.pop("nothing")
    assert whole["effective"] == posterior_draws.weighed(DATA_UNTIL).facts["kept_draws"]
    assert set(rows) >= {"US frontier", "Chinese frontier", "training runs", "china_rented"}
    for row in rows.values():
        assert 1 <= row["effective"] <= whole["effective"]
        assert row["lead_2030"] == sorted(row["lead_2030"])
        assert 0 <= row["us_ahead"] <= 1


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("size", [8, 256, 1024])
def test_any_part_of_an_ensemble_is_spread_over_all_draws(seed: int, size: int) -> None:
    """Of the stored draws, in their order, a block of members has one of each equal part."""
    for first in (0, size, KEPT - size, KEPT + size):
        picks = Streams(seed, first, first + size, 1).picks(KEPT)
        assert sorted(picks * size // KEPT) == list(range(size))


def test_draws_that_cannot_be_spread_are_refused() -> None:
    with pytest.raises(ValueError, match="power of two"):
        Streams(0, 0, 8, 1).picks(1000)


@EDGES
def test_stored_draws_are_in_the_order_of_the_lead_that_follows(edge: str) -> None:
    spec = spec_at(edge)
    calm = spec.with_changes(switches=spec.switches.model_copy(update={"luck": False}))
    some = weighed(edge).scores[:, ::16]
    run = simulate(calm, some.shape[1], 0, 2032, scores=spread(tuple(weighed(edge).columns), some))
    lead = run["lead_months"][-1]
    # A rounded score may fall on the other side of a choice, such as whether licensed chips are worth their price.
    assert np.mean(np.diff(lead) >= -0.05) > 0.9, anew(edge)
