"""What docs/history.md says about the track record works as it stands there."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.commands import app
from sim.forecast import sealed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def section() -> str:
    text = (ROOT / "docs/history.md").read_text(encoding="utf-8")
    return text.partition("\n## The track record\n")[2].partition("\n## ")[0]


def block(section: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return found


def test_the_commands_run(section: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in sealed.FOLDER.iterdir()}
    lines = block(section, "sh").splitlines()
    assert {shlex.split(line)[2] for line in lines} == {"list", "score", "seal"}
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "polarity"
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (line, done.output)
        assert done.stdout
    assert {path: path.read_bytes() for path in sealed.FOLDER.iterdir()} == before


def test_the_check_of_the_hash_says_yes(section: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(block(section, "python"), "docs/history.md", "exec"), {})
    assert said.getvalue() == "True\n"


def test_the_levels_of_the_guide_are_those_of_the_files(section: str) -> None:
    assert "Quantiles at 2.5, 5, … 97.5%" in section
    assert (sealed.LEVELS[0], sealed.LEVELS[1], sealed.LEVELS[-1]) == (0.025, 0.05, 0.975)
    assert f"CRPS of {len(sealed.LEVELS)} quantiles" in section
