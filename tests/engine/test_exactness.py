"""To the last bit: members, chunks, horizons, the order of decisions, and policies that touch nobody."""

from collections.abc import Callable

import numpy as np
import pytest

import scenarios
from scenarios import load
from scenarios.events import KINDS
from scenarios.levers import ACTOR, LEVERS
from scenarios.parameters import parameters
from scenarios.quantities import Choice
from scenarios.quarters import FIRST, number
from scenarios.schema import Scenario
from scenarios.tables import table
from sim.engine.chunk import CHUNK
from sim.engine.inputs import Inputs
from sim.engine.noise import noise, paths
from sim.engine.state import written
from sim.engine.world import World
from sim.ensemble import rng
from sim.ensemble.draws import draw
from sim.ensemble.rng import BLOCK, SOBOL_DIMENSIONS, Streams, stream_id
from sim.results.run import Run
from sim.run import simulate

Same = Callable[..., list[str]]
BASE = load("current_policy")


def slice_of(run: Run, first: int, last: int) -> Run:
    """Some members of a run, as a run."""
    return Run(
        run.spec, run.seed, first, run.until, run.actors, {n: v[..., first:last] for n, v in run.series.items()},
        {n: v[first:last] for n, v in run.parameters.items()}, {n: v[..., first:last] for n, v in run.ledger.items()},
    )  # fmt: skip


def changed(**fields: object) -> Scenario:
    return BASE.with_changes(**fields)


# --- members, chunks, horizons -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["current_policy", "essay_2025:enforced"])
def test_a_member_alone_is_its_column_of_the_ensemble(name: str, mismatch: Same) -> None:
    whole = simulate(load(name), runs=420, until=2028, keep="ledger")
    for member in (0, 255, 256, 417):
        alone = simulate(load(name), runs=1, first=member, until=2028, keep="ledger")
        part = slice_of(whole, member, member + 1)
        assert mismatch(part, alone) == []
        assert all(np.array_equal(alone.parameters[n], v) for n, v in part.parameters.items())


def test_chunks_are_the_whole(mismatch: Same) -> None:
    """Members 1000 to 1100 lie on both sides of the border between two chunks."""
    whole = simulate(BASE, runs=CHUNK + 100, until=2028)
    for first, last in ((CHUNK - 24, CHUNK + 76), (500, 800), (CHUNK, CHUNK + 3)):
        part = simulate(BASE, runs=last - first, first=first, until=2028)
        assert mismatch(slice_of(whole, first, last), part) == [], (first, last)


@pytest.mark.parametrize("name", ["current_policy", "china_surge", "verified_agreement", "essay_2025:leaky"])
def test_a_longer_horizon_keeps_the_prefix(name: str, mismatch: Same) -> None:
    short, long = (simulate(load(name), runs=12, until=year, keep="ledger") for year in (2028, 2031))
    assert mismatch(short, long) == []
    assert len(long.quarters) == len(short.quarters) + 12


def test_a_run_repeats_itself_and_another_seed_does_not(mismatch: Same) -> None:
    one, two, other = (simulate(BASE, runs=12, until=2028, seed=seed) for seed in (3, 3, 4))
    assert mismatch(one, two) == []
    assert "capability from 2022-Q4" in mismatch(one, other)


def test_widths_agree_to_the_last_bit_inside_the_world(make_world: Callable[..., World]) -> None:
    """The same members in a narrow and in an odd wide world, in double precision, after every quarter.

    What is recorded is rounded to single precision and would hide what this sees: matrix products of BLAS round a
    column by where it stands.
    """
    narrow, wide = make_world(BASE, first=417, runs=8), make_world(BASE, runs=425)
    for _ in range(narrow.inputs.steps):
        narrow.step()
        wide.step()
        wrong = [
            n
            for n, v in written(narrow.state).items()
            if isinstance(v, np.ndarray) and not np.array_equal(v, getattr(wide.state, n)[..., 417:])
        ]
        assert wrong == [], narrow.inputs.years[narrow.context.t]


# --- decisions -----------------------------------------------------------------------------------------------------


def logs_differ(one: World, two: World) -> list[str]:
    a, b = one.run(), two.run()
    return [n for n in a.series if not np.array_equal(a.series[n], b.series[n])]


@pytest.mark.parametrize("name", ["current_policy", "third_power", "controls_erode"])
def test_decisions_one_by_one_are_those_of_the_groups(name: str, make_world: Callable[..., World]) -> None:
    grouped, single = make_world(load(name)), make_world(load(name))
    single.decide_one_by_one()
    assert len(single.deciders) == len(single.inputs.actors) > len(grouped.deciders)
    assert logs_differ(grouped, single) == []


@pytest.mark.parametrize("name", ["current_policy", "tight_controls"])
def test_the_order_of_decisions_does_not_matter(name: str, make_world: Callable[..., World]) -> None:
    spec = load(name).with_changes(switches={"us_reacts": True})
    forward, backward = make_world(spec), make_world(spec)
    backward.deciders = backward.deciders[::-1]
    assert logs_differ(forward, backward) == []


# --- what touches nobody changes nothing ---------------------------------------------------------------------------

NOBODY = {
    "id": "scenario_nobody", "start": "2027-04-01", "issuer": "us", "scope": "sale", "measure": "deny", "tpp_min": 1e9,
    "priority": 90, "title": "Nobody", "summary": "Covers no chip there is.", "source": "a test", "as_of": "2026-10-01",
    "tier": "judgment",
}  # fmt: skip


@pytest.mark.parametrize("name", ["current_policy", "legal_variants", "open_trade"])
@pytest.mark.parametrize("start", ["2027-04-01", "2025-02-01"])
def test_a_rule_that_covers_no_chip_changes_nothing(name: str, start: str, mismatch: Same) -> None:
    """In the future and in the past, where the history becomes a counterfactual one."""
    spec = load(name)
    ruled = spec.with_changes(rules=({**NOBODY, "start": start},))
    assert mismatch(simulate(spec, runs=8, until=2030), simulate(ruled, runs=8, until=2030)) == []


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"agreement"}))
def test_an_event_of_no_size_changes_nothing(kind: str, mismatch: Same) -> None:
    """An agreement is left out: its size is a factor of growth, so that none is 1 and a cap all the same."""
    run = simulate(changed(events=({"kind": kind, "date": "2027-Q2", "size": 0},)), runs=8, until=2029)
    assert mismatch(simulate(BASE, runs=8, until=2029), run) == []


def test_an_agreement_that_nobody_keeps_changes_nothing(mismatch: Same) -> None:
    deal = {"kind": "agreement", "date": "2027-Q2", "size": 1.1, "compliance": 0}
    free, kept = (simulate(spec, runs=8, until=2029) for spec in (BASE, changed(events=(deal,))))
    for name in free.series:
        np.testing.assert_allclose(kept[name], free[name], rtol=2e-5, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_set_to_what_it_is_changes_nothing(name: str, mismatch: Same) -> None:
    """Whoever touches a lever and puts it back must see the same world, as a number and as a dated path."""
    lever = LEVERS[name]
    base = simulate(BASE, runs=8, until=2029)
    paths = [ACTOR] if lever.default == ACTOR else [lever.default, {"2027-Q2": lever.default}]
    for setting in paths:
        assert mismatch(base, simulate(BASE.with_levers(**{name: setting}), runs=8, until=2029)) == [], setting


@pytest.mark.parametrize("kind", ["rest", "ally"])
@pytest.mark.parametrize("name", ["current_policy", "third_power"])
def test_an_actor_with_nothing_changes_nothing(kind: str, name: str, mismatch: Same) -> None:
    spec = load(name)
    base = simulate(spec, runs=8, until=2030)
    more = simulate(spec.with_changes(actors={"atlantis": {"kind": kind}}), runs=8, until=2030)
    assert set(more.actors) == {*base.actors, "atlantis"}
    assert mismatch(base, more, rows=[more.actors.index(a) for a in base.actors]) == []


def test_a_hub_with_nothing_changes_nothing_but_rounding() -> None:
    """Policing is a mean over hubs; a third that does as the others moves its last digit."""
    base = simulate(BASE, runs=8, until=2030)
    more = simulate(changed(actors={"atlantis": {"kind": "hub"}}), runs=8, until=2030)
    for name in ("flows_china", "governance", "power_used", "policing"):
        np.testing.assert_allclose(more[name], base[name], rtol=1e-5, atol=1e-6, err_msg=name)


# --- scenario isolation --------------------------------------------------------------------------------------------

# Levers that nobody can anticipate by buying ahead of them, away from their defaults.
SUDDEN = {
    name: (lever.high if lever.default != lever.high else lever.low)
    for name, lever in LEVERS.items()
    if name not in ("licence_tpp", "licence_approval", "licence_quota")
}


@pytest.mark.parametrize("dated", [True, False])
def test_a_policy_of_2028_leaves_2027_alone(dated: bool, mismatch: Same) -> None:
    """All levers but those of licenses at once, by a dated path and by the scenario's start."""
    settings = {name: {"2028-Q1": value} if dated else value for name, value in SUDDEN.items()}
    later = changed(levers=settings) if dated else changed(levers=settings, start="2028-Q1")
    base, run = simulate(BASE, runs=12, until=2029, keep="ledger"), simulate(later, runs=12, until=2029, keep="ledger")
    wrong = [w for w in mismatch(base, run, until="2028-Q1") if not w.startswith("capability")]
    assert wrong == []
    assert mismatch(base, run) != []


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize(
    "lever", [{"licence_tpp": 100.0}, {"licence_quota": 100.0}, {"licence_approval": 90.0}, {"licence_approval": 0.0}]
)
def test_a_licence_of_2028_leaves_everything_before_the_rush_alone(
    lever: dict[str, float], dated: bool, mismatch: Same
) -> None:
    """A rule is known a quarter ahead, so that buyers rush in 2027-Q4; before that nothing may move."""
    settings = {name: {"2028-Q1": value} if dated else value for name, value in lever.items()}
    spec = BASE.with_changes(levers=settings, start="2026-Q4" if dated else "2028-Q1")
    base, run = (simulate(s, runs=12, until=2029) for s in (BASE, spec))
    assert mismatch(base, run, until="2027-Q4") == []


AFTER_THE_DATA = [
    name
    for name, spec in ((n, load(n)) for n in scenarios.names())
    if number(spec.start) > number(spec.data_until) == number(BASE.data_until) and not spec.parameters
]


@pytest.mark.parametrize("name", AFTER_THE_DATA)
def test_a_policy_after_the_data_leaves_the_record_alone(name: str, mismatch: Same) -> None:
    """Scenarios that begin after the data share the same history to the last bit, capability included."""
    run, base = (simulate(s, runs=8, until=2027) for s in (load(name), BASE))
    assert mismatch(base, run, until=load(name).start) == []


H20_STOP = {
    "id": "scenario_early_stop", "start": "2024-07-01", "issuer": "us", "scope": "sale", "measure": "deny",
    "memory_tbs_min": 1.4, "priority": 90, "title": "Early stop", "summary": "Stops the H20 nine months early.",
    "source": "a test", "as_of": "2026-10-01", "tier": "judgment", "note": "a counterfactual",
}  # fmt: skip


def test_a_counterfactual_rule_leaves_what_came_before_alone_and_is_not_erased(mismatch: Same) -> None:
    """The H20 stopped in July 2024: the same world until the rush before it, another one at the edge of the data.

    Capability is tied to the record by the factual history's offset and residual; tied to the record anew, China would
    end where it did, whatever happened.
    """
    base = simulate(BASE, runs=96, until=2027)
    run = simulate(changed(rules=(H20_STOP,)), runs=96, until=2027)
    assert mismatch(base, run, until="2024-Q2") == []
    edge = run.quarters.index("2026-Q3")
    late = slice(run.quarters.index("2024-Q3"), run.quarters.index("2025-Q1") + 1)
    assert run.part("flows_china.legal")[late].sum() < 0.2 * base.part("flows_china.legal")[late].sum()
    # H20s decode: by the edge others' chips have taken their place in training, not in serving.
    served = run.part("compute_decode.china")[edge] / base.part("compute_decode.china")[edge]
    assert np.median(served) < 0.95
    lost = (base.part("capability.china") - run.part("capability.china"))[run.quarters.index("2025-Q4")]
    assert lost.mean() > 0.1


def test_a_counterfactual_shock_shows_at_the_edge_of_the_data() -> None:
    base = simulate(BASE, runs=12, until=2027)
    event = {"kind": "efficiency_shock", "date": "2026-Q1", "size": 1.0}
    run = simulate(changed(events=(event,)), runs=12, until=2027)
    edge = run.quarters.index("2026-Q3")
    risen = run.part("capability.china")[edge] - base.part("capability.china")[edge]
    assert np.median(risen) > 1
    # China's frontier of the factual history is the record, by construction.
    assert np.ptp(base.part("capability.china")[edge]) < 1e-9


# --- dice ----------------------------------------------------------------------------------------------------------


def test_draws_do_not_depend_on_the_scenario() -> None:
    """Changing a prior changes that parameter; all the others keep their values, member by member."""
    streams = Streams(0, 100, 160, 4)
    base = draw(BASE, streams)
    for name, row in parameters().items():
        value = 1.0 if isinstance(row.distribution, Choice) else row.distribution.interval()[1] * 1.01
        other = draw(changed(parameters={name: value}), streams)
        assert np.all(getattr(other, name) == value)
        rest = [n for n in vars(base) if n != name and not np.array_equal(getattr(base, n), getattr(other, n))]
        assert rest == [], f"changing {name} moves {rest}"


def test_noise_does_not_depend_on_the_scenario_or_the_roster() -> None:
    base = Inputs(BASE, 8)
    other = Inputs(load("china_surge").with_changes(actors={"atlantis": {"kind": "ally"}}), 8)
    one, two = (noise(i, Streams(5, 0, 16, 8)) for i in (base, other))
    rows = [other.actors.index(a) for a in base.actors]
    assert rows != list(range(len(rows)))
    for name in ("release", "surprise"):
        assert np.array_equal(getattr(one, name), getattr(two, name)[rows]), name
    for name in ("supply", "taiwan", "variant_lag"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name


def streams_of(*actors: str) -> set[tuple[str, str]]:
    """The streams that a simulation with these actors draws from."""
    used = {("sobol scramble", "")}

    class Recorder(Streams):
        def _generators(self, process: str, actor: str) -> list[np.random.Generator]:
            used.add((process, actor))
            return super()._generators(process, actor)

    paths(actors, True, Recorder(0, 0, 1, 2))
    return used


def test_no_two_built_in_streams_share_a_number() -> None:
    used = streams_of(*(row.actor for row in table("actors")))
    for name in scenarios.names():
        assert streams_of(*Inputs(load(name), 2).actors) <= used, "a scenario of the library adds an actor"
    assert len(used) > 20
    assert len({stream_id(*key) for key in used}) == len(used)


def test_the_numbers_of_built_in_streams_stay() -> None:
    """Those of the world and of the actors in the data, or every published result would move."""
    key = np.array([5, (stream_id("surprise", "saudi_arabia") << 48) | 1], np.uint64)
    drawn = np.random.Generator(np.random.Philox(key=key)).standard_normal((2, BLOCK))
    assert np.array_equal(Streams(5, BLOCK, 2 * BLOCK, 2).normal("surprise", "saudi_arabia"), drawn)


def test_an_added_actor_has_dice_of_its_own_whatever_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where all names had one short number: 2,000 actors and the built-in ones never roll the same."""
    monkeypatch.setattr(rng, "stream_id", lambda process, actor="": 7)
    streams = Streams(0, 0, 4, 2)
    added = [streams.uniform("release", f"actor_{n}") for n in range(2000)]
    one = streams.uniform("release", "saudi_arabia")
    assert len(np.unique([one, *added])) == one.size * 2001
    assert np.array_equal(one, streams.uniform("supply"))  # built-in ones have the short number alone
    assert not np.array_equal(streams.uniform("release", "atlantis"), streams.uniform("generation", "atlantis"))


def test_the_long_number_of_a_name_is_never_that_of_the_built_in_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rng.added_id("release", "atlantis") >= 2**32
    monkeypatch.setattr(rng, "_number", lambda process, actor, size: 0)
    assert rng.added_id("release", "atlantis") != 0


def test_two_copies_of_an_actor_differ_by_chance_alone() -> None:
    copies = {"one": {"like": "gulf"}, "two": {"like": "gulf"}}
    lucky = simulate(changed(actors=copies), runs=16, until=2029)
    calm = simulate(changed(actors=copies, switches={"luck": False}), runs=16, until=2029)
    for run, same in ((lucky, False), (calm, True)):
        one, two = run.part("capability.one"), run.part("capability.two")
        assert np.array_equal(one, two) is same
        assert np.isfinite(one).all()


def test_the_last_stream_still_tells_its_blocks_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stream 65,535 fills the top 16 bits of a 64-bit key: as a float the block number below would be lost."""
    monkeypatch.setattr(rng, "stream_id", lambda process, actor="": 65_535)
    values = Streams(2**63 - 1, 0, 2 * BLOCK, 3).uniform("any")
    assert not np.array_equal(values[:, :BLOCK], values[:, BLOCK:])
    assert np.unique(values).size == values.size


@pytest.mark.parametrize("first", [1, 255, 256, 1000, 5000])
def test_a_part_of_the_dice_is_the_slice_of_the_whole(first: int) -> None:
    whole, part = Streams(9, 0, first + 40, 5), Streams(9, first, first + 40, 5)
    assert np.array_equal(whole.sobol()[:, first:], part.sobol())
    assert part.sobol().shape == (SOBOL_DIMENSIONS, 40)
    for draw_one in ("normal", "uniform"):
        assert np.array_equal(getattr(whole, draw_one)("x", "y")[:, first:], getattr(part, draw_one)("x", "y"))


def test_a_longer_path_of_dice_keeps_its_start() -> None:
    short, long = Streams(1, 0, 20, 5), Streams(1, 0, 20, 9)
    assert np.array_equal(short.normal("a"), long.normal("a")[:5])
    assert np.array_equal(short.uniform("a"), long.uniform("a")[:5])


def test_luck_off_makes_members_with_equal_parameters_equal() -> None:
    """Without luck nothing but the parameters tells members apart: fix them all, and all members are one."""
    fixed = {name: float(row.distribution.interval()[1]) for name, row in parameters().items()}
    spec = changed(parameters=fixed, switches={"luck": False})
    run = simulate(spec, runs=9, until=2029)
    # The hardware fractions come from the calibration, not from the table, and still differ.
    hardware = {n for n, v in run.parameters.items() if np.ptp(v) > 0}
    assert hardware <= {f"{q}_fraction_{maker}" for q in ("compute", "bandwidth") for maker in ("nvidia", "other")}
    assert np.ptp(run.series["power"][: run.step(2025)], axis=-1).max() == 0
    lucky = simulate(changed(parameters=fixed), runs=9, until=2029)
    assert np.ptp(lucky["capability"][-1, 0]) > np.ptp(run["capability"][-1, 0])


def test_quarters_start_with_the_first_rule() -> None:
    run = simulate(BASE, runs=1, until=2027)
    assert run.quarters[0] == "2022-Q4"
    assert run.time[0] == 2023.0
    assert len(run.quarters) == number("2027-Q4") - FIRST + 1
