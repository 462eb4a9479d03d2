"""What the README and the guides tell people to type works."""

import os
import re
import subprocess
import sys
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import scenarios
import sim
from scenarios.events import KINDS
from scenarios.levers import LEVERS
from scenarios.parameters import parameters
from scenarios.schema import Switches
from sim.results.outcomes.scalar import made

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "docs/ODD.md", "docs/api.md", "docs/bills.md", "docs/essay.md",
         "docs/install.md", "docs/parameters.md", "docs/research.md", "docs/strategy.md", "docs/questions.md",
         "docs/frames.md")  # fmt: skip
RUNS = 8


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Every `polarity …` command of the pages, as (page, what follows the name)."""
    found = []
    for page in PAGES:
        code = [*blocks(page, "sh"), *re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text_of(page))]
        for line in "\n".join(code).splitlines():
            if match := re.match(r"(?:\.venv/bin/)?polarity (.*)", line.strip()):
                found.append((page, match[1].partition("#")[0].strip()))
    return found


@cache
def help_of(subcommand: str) -> str:
    code = f"import sys, sim.cli; sys.argv = ['polarity', {subcommand!r}, '--help']; sim.cli.main()"
    environment = {**os.environ, "COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"polarity {subcommand} --help: {done.stderr}"
    return done.stdout


def test_the_pages_show_commands():
    assert {command.split()[0] for _, command in commands()} >= {"list", "run", "compare", "show"}


@pytest.mark.skipif(find_spec("sim.cli") is None, reason="there is no command line yet")
@pytest.mark.parametrize(("page", "command"), commands())
def test_commands_parse(page: str, command: str):
    subcommand, *rest = command.split()
    text = help_of(subcommand)
    for option in (word.partition("=")[0] for word in rest if word.startswith("--")):
        assert option in text, f"{page}: polarity {subcommand} has no {option}"


@pytest.mark.parametrize(("page", "command"), commands())
def test_commands_name_scenarios_that_exist(page: str, command: str):
    subcommand, *rest = command.split()
    if subcommand in ("run", "show", "compare"):
        named = [word for word in rest if re.fullmatch(r"[a-z_0-9:]+", word)]
        assert [name for name in named if name not in scenarios.names() and not scenarios.apart(name)] == []


def test_the_readme_is_short():
    assert len(text_of("README.md").splitlines()) < 120


@pytest.mark.parametrize(
    "page",
    ["README.md", "docs/api.md", "docs/research.md", "docs/strategy.md", "docs/questions.md", "docs/frames.md"],
)
def test_python_snippets_run(page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    snippets = blocks(page, "python")
    assert snippets
    names: dict[str, Any] = {"__name__": "__main__"}  # what a reader runs is a script or a notebook
    for number, snippet in enumerate(snippets, start=1):
        exec(compile(snippet, f"{page} snippet {number}", "exec"), names)
    assert capsys.readouterr().out


def test_the_plan_of_the_guide_is_valid_and_shows_every_field():
    from sim.batch.plan import Design, Plan, parse

    (text,) = blocks("docs/research.md", "yaml")
    plan = parse(text)
    assert plan.runs == 2 * (18 * 2**4) * 2 * 4096
    fields = set(re.findall(r"^ {0,2}([a-z_]+):", text, re.MULTILINE))
    optional = {"schema_version", "weighting", "made_with", "points", "seed", "agents"}
    assert {*Plan.model_fields, *Design.model_fields} - optional <= fields


def test_the_scenario_file_of_the_guide_is_valid(tmp_path: Path):
    (text,) = blocks("docs/api.md", "yaml")
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    spec = scenarios.load(path)
    assert spec.baseline == "current_policy"
    assert spec.name == "guarded_gulf"
    run = sim.simulate(spec, runs=RUNS, until=2029)
    assert sum(run.outcome_shares().values()) == pytest.approx(1)


def test_the_scenario_file_of_the_guide_shows_every_field():
    (text,) = blocks("docs/api.md", "yaml")
    fields = set(re.findall(r"^([a-z_]+):", text, re.MULTILINE))
    optional = {"schema_version", "baseline", "data_until", "rules_until", "calibration"}
    assert set(scenarios.Scenario.model_fields) - optional <= fields


# --- the essay ---------------------------------------------------------------------------------------------------


def claims() -> list[list[str]]:
    rows = [line for line in text_of("docs/essay.md").splitlines() if re.match(r"\| \d+ \|", line)]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_the_essay_has_thirteen_claims():
    assert [int(row[0]) for row in claims()] == list(range(1, 14))


@pytest.fixture(scope="module")
def essay_names() -> dict[str, Any]:
    """The names that the page sets up, with small ensembles."""
    names: dict[str, Any] = {}
    (setup,) = blocks("docs/essay.md", "python")
    exec(setup, names)
    return {**names, "simulate": partial(sim.simulate, runs=RUNS), "compare": partial(sim.compare, runs=RUNS)}


@pytest.mark.parametrize("row", claims(), ids=lambda row: f"claim {row[0]}")
def test_every_claim_can_be_looked_at(row: list[str], essay_names: dict[str, Any]):
    assert eval(row[3].strip("`"), essay_names) is not None


def test_the_essay_names_only_what_exists(essay_names: dict[str, Any]):
    run = essay_names["simulate"](essay_names["today"])
    known = {*parameters(), *LEVERS, *KINDS, *Switches.model_fields, *scenarios.names(), "essay_2025"}
    known |= {*run.series, *run.summary(), "gap_eci", "lead_months", "lead_months_backward"}
    known |= {f"{name}.{part}" for name in run.series for part in run.parts(name)} | {*made()}
    cells = " ".join(row[2] for row in claims())
    assert sorted(set(re.findall(r"`([\w.:]+)`", cells)) - known) == []
