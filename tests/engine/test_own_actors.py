"""Actors of one's own: they hold a seat after the data, are named by their code, and worlds are stepped by hand."""

from collections.abc import Callable
from functools import partial
from typing import Any

import mesa
import numpy as np
import pytest

from agents.actor import NationalActor
from agents.partners import Ally, Hub, Rest
from agents.rows import CHINA
from agents.superpower import China, UnitedStates
from scenarios import load
from scenarios.errors import InputError
from scenarios.quarters import FIRST, label, number
from scenarios.schema import Scenario
from sim import World, compare, costs, simulate
from sim.engine import chunk
from sim.engine.edge import keeps_to_the_record
from sim.own import Own, identities, seated
from sim.results.run import Run

TODAY = load("current_policy")
OTHER_PAST = TODAY.with_changes(name="other_past", start="2024-Q1", levers={"enforcement": 3})
EDGE = number(TODAY.data_until)


class Same(UnitedStates):
    pass


class SameChina(China):
    pass


class SameAlly(Ally):
    pass


class SameHub(Hub):
    pass


class SameRest(Rest):
    pass


class Alarmed(UnitedStates):
    def __init__(self, *seat: Any, within: float = 8.0) -> None:
        super().__init__(*seat)
        self.within, self.decided = within, []

    def decide(self) -> None:
        super().decide()
        self.decided.append(self.model.quarter)
        self.enforcement = np.where(self.world.public.lead < self.within, 2.0, 1.0)


class Needy(UnitedStates):
    def __init__(self, *seat: Any, size: float) -> None:
        super().__init__(*seat)
        self.size = size


class Drifting(Ally):
    def take_postures(self) -> None:
        self.alignment = 0.9 * self.alignment


def run_of(spec: Scenario = TODAY, **more: Any) -> Run:
    return simulate(spec, runs=16, until=2029, **more)


def unlike(one: Run | World, two: Run) -> set[str]:
    """Names of the series that are not the same to the last bit."""
    found = one.series if isinstance(one, Run) else one.log.series
    return {name for name, values in found.items() if not np.array_equal(values, two.series[name])}


SEATS: list[dict[str, Own]] = [
    {"united_states": Same},
    {"china": SameChina},
    {"japan": SameAlly},
    {"taiwan": SameAlly, "united_kingdom": SameAlly},
    {"gulf": SameHub},
    {"gulf": SameHub, "southeast_asia": SameHub, "european_union": SameAlly, "china": SameChina},
    {"rest_of_world": SameRest},
]


@pytest.mark.parametrize("agents", SEATS, ids=lambda agents: " ".join(agents))
@pytest.mark.parametrize("spec", [TODAY, OTHER_PAST, load("third_power")], ids=lambda spec: spec.name)
def test_an_actor_that_decides_as_usual_changes_nothing(spec: Scenario, agents: dict[str, Own]) -> None:
    assert unlike(run_of(spec, agents=agents), run_of(spec)) == set()


def test_all_seats_at_once_and_one_by_one() -> None:
    usual = {UnitedStates: Same, China: SameChina, Ally: SameAlly, Hub: SameHub, Rest: SameRest}
    actors = [agent for agent in World.of(TODAY, runs=8, until=2027).agents if isinstance(agent, NationalActor)]
    agents = {actor.name: usual[type(actor)] for actor in actors}
    world = World.of(TODAY, runs=16, until=2029, agents=agents)
    world.run()
    assert (world.deciders, world.allocators, len(world.own)) == ([], [], len(actors))
    assert unlike(world, run_of()) == set()
    single = World.of(TODAY, runs=16, until=2029, agents={"japan": SameAlly})
    single.decide_one_by_one()
    single.run()
    assert len(single.deciders) == len(actors) - 1
    assert unlike(single, run_of()) == set()


@pytest.mark.parametrize("spec", [TODAY, OTHER_PAST], ids=lambda spec: spec.name)
def test_it_decides_from_the_first_quarter_after_the_data_on(spec: Scenario) -> None:
    world = World.of(spec, runs=16, until=2028, agents={"united_states": Alarmed})
    world.run()
    (actor,) = world.own
    assert isinstance(actor, Alarmed)
    assert actor.decided == [label(quarter) for quarter in range(EDGE + 1, number("2028-Q4") + 1)]
    usual = simulate(spec, runs=16, until=2028)
    enforced = world.log.series["enforcement"] != usual["enforcement"]
    assert not enforced[: EDGE + 1 - FIRST].any()
    assert enforced[EDGE + 1 - FIRST :].any()


def test_only_the_rows_that_are_taken_leave_their_group() -> None:
    world = World.of(
        TODAY, runs=8, until=2027, agents={"japan": Drifting, "united_arab_emirates": SameHub, "china": SameChina}
    )
    before = [actor.rows for actor in world.deciders]
    for _ in range(world.inputs.data_steps + 1):
        world.step()
    japan, gulf = world.inputs.actors.index("japan"), world.inputs.actors.index("united_arab_emirates")
    for actors in (world.deciders, world.allocators):
        rows = [row for actor in actors for row in np.atleast_1d(np.arange(len(world.inputs.actors))[actor.rows])]
        assert sorted([*rows, CHINA, japan, gulf]) == list(range(len(world.inputs.actors)))
    assert before == [0, 1, slice(2, 8), slice(8, 11), slice(11, 12)]
    assert [actor.rows for actor in world.deciders] == [0, slice(2, 4), slice(5, 8), slice(9, 11), slice(11, 12)]
    assert {actor.rows for actor in world.own} == {CHINA, japan, gulf}


def test_a_member_by_name_stands_over_its_group_whatever_the_order() -> None:
    for agents in ({"saudi_arabia": SameHub, "gulf": Hub}, {"gulf": Hub, "saudi_arabia": SameHub}):
        found = seated(agents, TODAY)
        assert found == {"united_arab_emirates": Hub, "saudi_arabia": SameHub}


def test_an_ally_in_the_middle_of_the_block_is_alone_in_what_it_does() -> None:
    usual, drifting = run_of(), run_of(agents={"japan": Drifting})
    japan = usual.actors.index("japan")
    moved = np.abs(drifting["alignment"] - usual["alignment"]).max(axis=(0, 2))
    assert moved[japan] > 0.3
    assert moved[japan] == moved.max()
    first = (drifting["alignment"] != usual["alignment"])[EDGE + 1 - FIRST].any(axis=-1)
    assert np.flatnonzero(first).tolist() == [japan]


# --- what names them ----------------------------------------------------------------------------------------------


def test_other_code_and_other_parameters_have_other_names() -> None:
    runs = [run_of(agents={"united_states": own}) for own in (Alarmed, partial(Alarmed, within=5.0), Same)]
    usual = run_of()
    assert len({usual.digest(), *(run.digest() for run in runs)}) == 4
    assert usual.digest() == TODAY.digest()
    assert len({run.agents["united_states"] for run in runs}) == 3
    assert runs[1].agents["united_states"].startswith("Alarmed@")
    assert runs[1].agents["united_states"].endswith("(within=5.0)")
    assert unlike(runs[0], runs[1])
    again = run_of(agents={"united_states": partial(Alarmed, within=5.0)})
    assert (again.agents, again.digest()) == (runs[1].agents, runs[1].digest())


def of_text(text: str) -> type[UnitedStates]:
    """A class as it is typed into a notebook: without a file."""
    names: dict[str, Any] = {"__name__": "__main__", "UnitedStates": UnitedStates}
    exec(text, names)
    return names["Mine"]


TYPED = (
    "NEAR = 3.0\ndef factor(lead):\n    return 2.0 if lead.mean() < NEAR else 1.0\n"
    "class Mine(UnitedStates):\n    by = 1\n    def decide(self):\n        super().decide()\n"
    "        self.enforcement = self.by * factor(self.world.public.lead)\n"
)


def named(own: Own) -> str:
    return identities({"united_states": own})["united_states"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("NEAR = 3.0", "NEAR = 4.0"),
        ("else 1.0", "else 1.5"),
        ("by = 1", "by = 2"),
        ("self.by *", "self.by +"),
        ("lead.mean()", "lead.max()"),
        ("def decide", "def allocate"),
    ],
)
def test_a_class_without_a_file_is_named_by_all_that_it_uses(old: str, new: str) -> None:
    assert named(of_text(TYPED)) == named(of_text(TYPED))
    assert named(of_text("\n\n# moved down\n" + TYPED)) == named(of_text(TYPED))
    assert named(of_text(TYPED.replace(old, new))) != named(of_text(TYPED))


def test_what_a_class_closes_over_and_its_parameters_name_it() -> None:
    def made(size: float) -> type[UnitedStates]:
        class Mine(UnitedStates):
            def strictness_target(self) -> Any:
                return super().strictness_target()._replace(level=size)

        return Mine

    assert named(made(0.5)) == named(made(0.5)) != named(made(0.6))
    sizes = [np.array([1.0, 2.0]), np.array([1.0, 3.0]), {"a", "b"}, {"a": 1}, lambda lead: lead, lambda lead: 2 * lead]
    assert len({named(partial(Alarmed, within=size)) for size in sizes}) == len(sizes)


def test_a_run_says_who_decided(tmp_path: Any) -> None:
    import polars as pl

    run = run_of(agents={"united_states": Alarmed})
    who = run.agents["united_states"]
    assert who in repr(run)
    assert run.digest() in repr(run)
    assert run.summary()["agents"] == {"united_states": who}
    assert run.summary()["digest"] == run.digest()
    path = run.save(tmp_path)
    assert path != run_of().save(tmp_path)
    assert who in pl.read_parquet_metadata(path)["agents"]


def test_comparisons_and_costs_pass_them_on() -> None:
    agents = {"united_states": Alarmed}
    both = compare(TODAY, load("tight_controls"), runs=16, until=2029, agents=agents)
    assert both.first.agents == both.second.agents == identities(agents)
    assert both.notes == []
    usual, alarmed = run_of(), run_of(agents=agents)
    assert unlike(both.first, alarmed) == set()
    held = compare(usual, alarmed)
    assert "united_states is held by the usual actor in the first and by Alarmed@" in held.notes[0]
    assert set(np.unique(alarmed["enforcement"][-1])) == {1.0, 2.0}
    reference = costs(alarmed).reference
    assert (reference.agents, reference.spec.name) == (alarmed.agents, "open_trade")


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agents", "says"),
    [
        ({"usa": Same}, "agents: current_policy: unknown actor 'usa'; choose from: china"),
        ({"untied_states": Same}, r"unknown actor .*; did you mean 'united_states'\?"),
        ({5: Same}, "unknown actor '5'; choose from"),
        ({"japan": 5}, r"agents\['japan'\] is 5; give a subclass of"),
        ({"japan": int}, r"agents\['japan'\] is <class 'int'>; give a subclass of"),
        ({"japan": partial(print, sep="")}, r"agents\['japan'\] is functools.partial.*; give a subclass of"),
        (
            {"united_states": partial(Alarmed, with_in=5)},
            r"Alarmed: unknown parameter 'with_in'; did you mean 'within'\?",
        ),
        ({"united_states": partial(Same, within=5)}, "Same has no parameter 'within'; its __init__ takes none"),
        ({"united_states": partial(Same, 1, 2)}, r"Same is given \(1, 2\) without a name"),
        ({"united_states": partial(Alarmed, 1)}, r"Alarmed is given \(1,\) without a name"),
        ({"united_states": Needy}, r"Needy: missing a required.* 'size'; it is made as Needy\(model, rows, name\)"),
        (["united_states"], "agents is .*; give a mapping"),
    ],
)
def test_what_cannot_hold_a_seat_is_refused_in_one_line(agents: Any, says: str) -> None:
    for call in (simulate, World.of):
        with pytest.raises(InputError, match=says):
            call(TODAY, runs=8, until=2027, agents=agents)
    with pytest.raises(InputError, match=says):
        compare(TODAY, TODAY, runs=8, until=2027, agents=agents)


@pytest.mark.parametrize(
    ("value", "error", "says"),
    [
        (np.nan, FloatingPointError, r"united_states \(Wrong\) decides in 2026-Q4: enforcement is not finite"),
        (np.inf, FloatingPointError, "enforcement is not finite"),
        (-1.0, FloatingPointError, "enforcement goes from 0 to 10"),
        (11.0, FloatingPointError, "enforcement goes from 0 to 10"),
        (np.ones(3), ValueError, "could not broadcast"),
    ],
)
def test_decisions_that_no_table_can_hold_are_refused(value: Any, error: type[Exception], says: str) -> None:
    class Wrong(UnitedStates):
        def decide(self) -> None:
            super().decide()
            self.enforcement = value

    with pytest.raises(error, match=says):
        simulate(TODAY, runs=8, until=2027, agents={"united_states": Wrong})


# --- the past ------------------------------------------------------------------------------------------------------


def test_the_past_is_simulated_once_whoever_decides_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    step = World.step

    def counted(world: World) -> None:
        step(world)
        steps.append(world.context.t)

    monkeypatch.setattr(World, "step", counted)
    chunk.known_past.cache_clear()
    owns: list[Own] = [Alarmed, Same, partial(Alarmed, within=5)]
    for spec in (TODAY, load("tight_controls")):
        for own in owns:
            simulate(spec, runs=8, until=2027, agents={"united_states": own})
    assert steps.count(0) == 1
    assert steps.count(20) == 6


# --- worlds stepped by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [TODAY, OTHER_PAST, load("third_power")], ids=lambda spec: spec.name)
@pytest.mark.parametrize("agents", [None, {"united_states": Alarmed, "japan": Drifting}], ids=["usual", "own"])
def test_a_world_stepped_to_its_end_is_what_is_simulated(spec: Scenario, agents: dict[str, Own] | None) -> None:
    world = World.of(spec, runs=16, seed=3, until=2029, agents=agents)
    while world.running:
        world.step()
    assert unlike(world, simulate(spec, runs=16, seed=3, until=2029, agents=agents)) == set()
    assert (world.quarter, world.steps) == ("2029-Q4", world.inputs.steps)


def test_the_scenarios_above_have_a_past_of_their_own_and_the_record() -> None:
    assert [keeps_to_the_record(spec) for spec in (TODAY, OTHER_PAST)] == [True, False]


@pytest.mark.parametrize("finish", [World.run, World.run_model], ids=["run", "run_model"])
def test_a_world_that_has_ended_is_stepped_no_further(finish: Callable[[World], Any]) -> None:
    world = World.of("current_policy", runs=8, until=2027)
    for _ in range(3):
        world.step()
    finish(world)
    before = world.log.series["capability"].copy()
    with pytest.raises(InputError, match="current_policy: 2027-Q4 was the last quarter"):
        world.step()
    assert (world.running, world.steps, world.quarter) == (False, world.inputs.steps, "2027-Q4")
    assert world.run() is world.log
    assert np.array_equal(before, world.log.series["capability"])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"spec": "curent_policy"}, "did you mean 'current_policy'"),
        ({"spec": 5}, "spec is 5; give a scenario"),
        ({"runs": 0}, "runs is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"until": 2026}, "until is 2026"),
    ],
)
def test_a_world_that_cannot_be_made_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        World.of(**{"spec": TODAY, **given})


def test_a_world_lists_its_actors() -> None:
    world = World.of(TODAY, runs=8, until=2027, agents={"japan": Drifting})
    told = [repr(agent) for agent in world.agents]
    assert len(told) == len(world.inputs.actors) + 1
    for text in ("<UnitedStates united_states, row 0>", "<Drifting japan, row 4>", "<Hub saudi_arabia, row 9>"):
        assert text in told
    assert "<ChipDesigner chip_designer>" in told
    assert repr(world.allocators[-1]) == "<Partner, rows 2 to 11>"
    assert repr(world) == "<World of current_policy, 8 futures, at 2022-Q4>"


def test_mesas_collector_collects() -> None:
    world = World.of(TODAY, runs=16, until=2027, agents={"united_states": Alarmed})
    seen = mesa.DataCollector(
        model_reporters={"quarter": "quarter", "lead": lambda w: w.public.lead.copy()},
        agent_reporters={"actor": "name", "capability": "capability"},
        agenttype_reporters={NationalActor: {"actor": "name", "capability": lambda a: a.capability.mean()}},
    )
    while world.running:
        world.step()
        seen.collect(world)
    run = simulate(TODAY, runs=16, until=2027, agents={"united_states": Alarmed})
    model, agents = seen.get_model_vars_dataframe(), seen.get_agent_vars_dataframe()
    assert model["quarter"].tolist() == list(run.quarters)
    assert np.array_equal(np.stack(model["lead"])[EDGE + 1 - FIRST :], run["gap_eci"][EDGE + 1 - FIRST :])
    after = world.inputs.data_steps
    for row, actor in enumerate(run.actors):
        found = np.stack(agents[agents["actor"] == actor]["capability"])
        assert np.array_equal(found[after:], run["capability"][after:, row])
    kinds = seen.get_agenttype_vars_dataframe(NationalActor)
    assert len(kinds) == len(run.actors) * len(run.quarters)
    assert set(kinds["actor"]) == set(run.actors)
