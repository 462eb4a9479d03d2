"""Expected results stand beside each scenario of the library.

Numbers change when the model changes: refresh them with `make golden` and say why in CHANGELOG under "Results
changed". Shares may move by one future between processors; numbers by rounding only.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenarios import LIBRARY, load, names
from sim import simulate
from sim.results.summary import headline

RUNS, SEED, UNTIL = 1024, 0, 2032


def path_of(name: str) -> Path:
    return LIBRARY / f"{name.replace(':', '-')}.expected.json"


@pytest.mark.parametrize("name", names())
def test_scenario_gives_its_expected_results(name: str, golden_update: bool) -> None:
    found = headline(simulate(load(name), runs=RUNS, seed=SEED, until=UNTIL))
    content = {"runs": RUNS, "seed": SEED, "until": UNTIL, "results": found}
    path = path_of(name)
    if golden_update:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing; write it with `make golden`"
    expected = json.loads(path.read_text(encoding="utf-8"))
    assert (expected["runs"], expected["seed"], expected["until"]) == (RUNS, SEED, UNTIL)
    assert expected["results"].keys() == found.keys()
    moved = {
        key: (value, found[key])
        for key, value in expected["results"].items()
        if abs(found[key] - value)
        > (1.5 / RUNS if key.startswith(("share_", "crossed_")) else 2e-5 * abs(value) + 1e-9)
    }
    table = "\n".join(f"  {key:<28} {old:>14.6g} -> {new:.6g}" for key, (old, new) in moved.items())
    assert not moved, f"{name}: results moved\n{table}"


def test_no_expected_results_without_a_scenario() -> None:
    assert {path.name for path in LIBRARY.glob("*.expected.json")} == {path_of(name).name for name in names()}
