"""The repository as a newcomer finds it: it speaks of itself, installs from pins and keeps its shape."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml

import sim

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    *("agents", "calibration", "scenarios", "sim", "app.py"),
    *("benchmarks", "docs", "tests"),
    *("pyproject.toml", "constraints.txt", "Makefile"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE"),
    *(".ci", ".gitignore", ".streamlit"),
}


@cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project, committed or about to be, relative to its root."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: what belongs to the project cannot be told from what lies beside it")
    return tuple(Path(name) for name in listing.split("\0") if name and (ROOT / name).is_file())


def texts() -> list[tuple[Path, str]]:
    found = []
    for file in project_files():
        raw = (ROOT / file).read_bytes()
        if b"\0" not in raw:
            found.append((file, raw.decode("utf-8")))
    return found


def imported_packages(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_torch_is_imported_in_calibration_only():
    allowed = {"calibration", "tests", "benchmarks"}
    elsewhere = [
        str(file)
        for file, text in texts()
        if file.suffix == ".py" and file.parts[0] not in allowed and "torch" in imported_packages(text)
    ]
    assert elsewhere == []


def found_in_files(pattern: str) -> list[str]:
    """Where the pattern occurs, this file apart: it spells out what it looks for."""
    here = Path(__file__).relative_to(ROOT)
    search = re.compile(pattern).search
    return [f"{file}: {hit[0]}" for file, text in texts() if file != here and (hit := search(text))]


def test_no_file_names_a_place_on_somebodys_machine():
    folders = [re.escape(f"{folder}/") for folder in (ROOT, ROOT.parent, Path.home()) if len(folder.parts) > 1]
    assert found_in_files(rf"(?<![\w.])(?:{'|'.join(folders)}|/home/[a-z]|/Users/[A-Za-z])") == []


def test_no_file_names_a_package_registry():
    # A wheelhouse is a folder beside the reader, and its hashes are written when it is collected.
    registries = r"index-url|find-links(?! wheelhouse|\", str\(house\))|trusted-host|://[\w.-]+/simple\b|FIND_LINKS=\S"
    assert found_in_files(rf"{registries}|--hash=sha256:[0-9a-f]|@ file:") == []


def test_the_top_level_keeps_its_shape():
    assert {file.parts[0] for file in project_files()} - TOP_LEVEL == set()


def test_constraints_are_exact_pins():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line)] == []
    assert lines == sorted(lines, key=str.upper)


def normal(name: str) -> str:
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = sum(project["optional-dependencies"].values(), project["dependencies"])
    names = {normal(re.match(r"[A-Za-z0-9._-]+", requirement)[0]) for requirement in requirements}
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    assert names - {normal(pin.partition("==")[0]) for pin in pins} == {"polarity-sim"}  # its own extras


def test_there_is_one_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert sim.__version__ == version
    assert str(yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]) == version


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_begins_with_how_to_start(command: str):
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    assert command in first_screen


def test_the_changelog_says_what_changed_in_the_results():
    assert "### Results changed" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_make_describes_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[1].split()
    described = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    assert {"run", "setup", "test"} <= set(targets)
    assert set(targets) - set(described) == set()
