"""Names of actors do not matter: what they do follows from their numbers."""

from typing import Any

import numpy as np
import pytest

from scenarios import load
from scenarios.tables import table
from sim.results.run import Run
from sim.run import simulate

CALM = load("current_policy").with_changes(switches={"luck": False})


def rows_of(run: Run, actor: str) -> dict[str, np.ndarray]:
    a = run.actors.index(actor)
    return {n: run.series[n][:, a] for n in run.series if run.parts(n) == run.actors}


def test_two_identical_actors_stay_identical() -> None:
    """The United Kingdom with the European Union's data, without luck, which would tell them apart by name."""
    run = simulate(CALM.with_changes(actors={"united_kingdom": {"like": "european_union"}}), runs=8, until=2030)
    one, two = rows_of(run, "united_kingdom"), rows_of(run, "european_union")
    assert set(one) >= {"capability", "compute_train", "training_flop", "alignment"}
    for name, values in one.items():
        np.testing.assert_array_equal(values, two[name], err_msg=name)
    assert one["compute_train"][-1].min() > 0


def test_swapping_the_data_of_two_allies_swaps_their_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taiwan and the United Kingdom change names in the tables of actors and of power."""
    from sim.engine import inputs, recorded

    names = {"taiwan": "united_kingdom", "united_kingdom": "taiwan"}
    base = simulate(CALM, runs=8, until=2030)

    def renamed(name: str) -> tuple[Any, ...]:
        return tuple(
            row.model_copy(update={"actor": names[row.actor]}) if getattr(row, "actor", None) in names else row
            for row in table(name)
        )

    forget_inputs()
    for module in (inputs, recorded):
        monkeypatch.setattr(module, "table", renamed)
    monkeypatch.setattr("scenarios.schema.table", renamed)
    run = simulate(CALM, runs=8, until=2030)
    monkeypatch.undo()
    forget_inputs()
    for here, there in names.items():
        one, two = rows_of(base, here), rows_of(run, there)
        for name in one:
            np.testing.assert_allclose(two[name], one[name], rtol=1e-5, atol=1e-9, err_msg=f"{here} {name}")
    apart = np.abs(
        rows_of(base, "taiwan")["compute_train"][-1] / rows_of(base, "united_kingdom")["compute_train"][-1] - 1
    )
    assert apart.min() > 0.1, "the two are alike: swapping them tests nothing"


def test_two_actors_can_change_places() -> None:
    """`like` names a row of the table: each of two actors can be like the other, whatever the order of the lines."""
    swap = {"netherlands": {"like": "united_kingdom"}, "united_kingdom": {"like": "netherlands"}}
    base, swapped = ({row.actor: row for row in spec.roster()} for spec in (CALM, CALM.with_changes(actors=swap)))
    for one, two in (("netherlands", "united_kingdom"), ("united_kingdom", "netherlands")):
        assert swapped[one].stock_2022q3_h100e == base[two].stock_2022q3_h100e


def forget_inputs() -> None:
    """Prepared inputs are kept by scenario; data that a test changes must not be found in them, nor stay in them."""
    from sim.engine import destinations, export_rules, inputs

    for kept in (inputs.inputs_of, export_rules.build, export_rules.known_by, destinations._terms):
        kept.cache_clear()
