"""What docs/bills.md tells people to type works, writes the files that it shows, and gives its figures."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios import load
from scenarios.decisions import DECISIONS
from scenarios.events import KINDS
from scenarios.levers import LEVERS
from scenarios.rules import MEANINGS, Rule, issuers
from sim import simulate

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "bills.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S) for line in block.splitlines()]
SHOWN = re.findall(r"`(\w+\.yaml)`[^\n]*:\n\n```yaml\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch) -> Callable[[str], str]:
    """A line typed in a folder of one's own; runs are small."""
    from sim.cli.commands import app

    monkeypatch.chdir(tmp_path)

    def call(line: str) -> str:
        name, *words = shlex.split(line)
        assert name == "polarity"
        few = ["--runs", "8", "--until", "2028"] if words[0] in ("run", "compare") else []
        done = CliRunner().invoke(app, [*words, *few])
        assert done.exit_code == 0, (line, done.output)
        return done.stdout

    return call


def test_every_command_runs_and_writes_the_file_that_is_shown(typed, tmp_path):
    assert len(COMMANDS) >= 15
    for line in COMMANDS:
        typed(line)
    assert [name for name, _ in SHOWN] == ["host.yaml", "first.yaml"]
    for name, text in SHOWN:
        assert (tmp_path / name).read_text(encoding="utf-8") == text
    for path in tmp_path.glob("*.yaml"):
        assert "Everything that it sets has an effect." in typed(f"polarity check {path.name}")


def test_the_figures_are_about_those_of_the_page(typed):
    for line in COMMANDS:
        if line.startswith("polarity new"):
            typed(line)
    leads = {
        name: run["lead_months"][run.step(2030)]
        for name in ("current_policy", "host.yaml", "all.yaml", "first.yaml", "open.yaml", "both.yaml")
        for run in [simulate(load(name), runs=128, until=2030)]
    }

    def effect(first: str, second: str) -> float:
        return float((leads[second] - leads[first]).mean())

    for said, found, near in (
        ("about +0.2 months for one host", effect("current_policy", "host.yaml"), 0.1),
        ("+0.8 for all", effect("current_policy", "all.yaml"), 0.3),
        ("*Effect*: 0.0 months", effect("current_policy", "first.yaml"), 0.05),
        ("about 0.1 months", effect("open.yaml", "both.yaml"), 0.05),
    ):
        assert said in PAGE
        assert found == pytest.approx(float(re.search(r"\d\.\d", said)[0]), abs=near), said


def test_every_mechanism_has_its_line_and_every_name_exists():
    table = PAGE.partition("## What becomes what")[2].partition("## A bill that closes")[0]
    scopes = set(MEANINGS["scope"]) - {"import_permission", "world_caps", "foundry"}
    assert {scope for scope in scopes if f"`{scope}`" not in table and f"`scope: {scope}`" not in table} == set()
    known = {*MEANINGS["scope"], *MEANINGS["measure"], *KINDS, *LEVERS, *DECISIONS, *Rule.model_fields}
    known |= {"gulf", "world", "decisions", *issuers()}
    used = {word for word in re.findall(r"`([a-z_]+)`", table)} | set(re.findall(r"`\w+: (\w+)`", table))
    assert used - known == set()
