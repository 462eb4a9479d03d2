"""Collecting a wheelhouse: Polarity's own wheel, every wheel that it needs, in tested versions, and how to install."""

from __future__ import annotations

import email.parser
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.errors import InputError, unknown
from sim import __version__, checkout
from sim.wheelhouse import check
from sim.wheelhouse.platforms import Target, fits

NAME = "polarity-sim"
PINS, PROJECT = "constraints.txt", "pyproject.toml"
REQUIREMENTS, HOW = "requirements.txt", "INSTALL.txt"
MOST_ROUNDS = 10
"""Times that what is still missing is collected; a requirement of a requirement takes one each."""
_NAME = re.compile(r"[A-Za-z0-9._-]+")

Pip = Callable[..., None]
"""Called with the words of a pip command, and where it is to run."""


@dataclass(frozen=True)
class Wheel:
    """A wheel by its file name."""

    file: str
    name: str
    """As indexes compare names."""
    version: str

    @classmethod
    def of(cls, path: Path) -> Wheel:
        """The wheel of a path."""
        name, version, *_ = path.name.split("-")
        return cls(path.name, normal(name), version)


def normal(name: str) -> str:
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def run_pip(*words: str, folder: Path = checkout.ROOT) -> None:
    """Run pip quietly.

    Raises:
        InputError: with the last line that it said, where it fails.
    """
    command = [sys.executable, "-m", "pip", *words, "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if "ERROR" in line] or [
            "it does not say why"
        ]
        raise InputError(f"pip {words[0]} failed: {'; '.join(said[-2:])}")


def collect(folder: Path, extras: Sequence[str] = (), target: Target | None = None, pip: Pip = run_pip) -> list[Wheel]:
    """Fill a wheelhouse; an old one is replaced when the new one is complete.

    Args:
        folder: where it goes.
        extras: optional parts, by their names in pyproject.toml.
        target: the machine that it is for; this one where it is left out.
        pip: what runs pip.

    Raises:
        InputError: where this is no checkout, an extra is unknown, the folder holds something else, or pip fails.
    """
    folder = folder.resolve()  # pip runs in the source code, wherever this does
    _check_place(folder)
    _check_extras(extras)
    asked = f"[{','.join(extras)}]" if extras else ""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
        work = Path(made) / folder.name
        work.mkdir()
        if target is None:
            pip("wheel", "--constraint", PINS, "--wheel-dir", str(work), f".{asked}")
        else:
            pip("wheel", "--no-deps", "--wheel-dir", str(work), ".")
            _fetch(work, asked, extras, target, pip)
        wheels = lay_out(work, extras, target)
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    return wheels


def _check_place(folder: Path) -> None:
    if not checkout.is_checkout():
        raise InputError("a wheelhouse is collected in the source code of Polarity, which has the tested versions")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is there and is no wheelhouse; name another folder, or remove it")
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if there and not {check.LIST, REQUIREMENTS, HOW, "check.py"} <= there:  # many downloads have a list of that name
        raise InputError(f"{folder}: is there and is no wheelhouse; name another folder, or remove it")
    if strange := sorted(there - set(check.listed(folder)) - {check.LIST}) if there else []:
        raise InputError(
            f"{folder}: holds {strange[0]}, which is not on its list and would be lost; move it elsewhere first"
        )


def _check_extras(extras: Sequence[str]) -> None:
    project = tomllib.loads((checkout.ROOT / PROJECT).read_text(encoding="utf-8"))["project"]
    for extra in extras:
        if extra not in project["optional-dependencies"]:
            raise unknown("extra", extra, project["optional-dependencies"])


def lay_out(folder: Path, extras: Sequence[str], target: Target | None) -> list[Wheel]:
    """Write beside the wheels of a folder what they are, how they are installed and how they are checked."""
    wheels = sorted((Wheel.of(path) for path in folder.glob("*.whl")), key=lambda wheel: wheel.name)
    pinned = [f"{wheel.name}=={wheel.version} --hash=sha256:{check.digest(folder / wheel.file)}" for wheel in wheels]
    (folder / REQUIREMENTS).write_text("\n".join(pinned) + "\n", encoding="utf-8")
    (folder / HOW).write_text(_how(wheels, extras, target), encoding="utf-8")
    shutil.copyfile(Path(check.__file__), folder / "check.py")
    check.write_list(folder)
    return wheels


def unpinned(wheels: Sequence[Wheel]) -> list[str]:
    """Wheels whose version is not among the tested ones, as NAME VERSION."""
    lines = (checkout.ROOT / PINS).read_text(encoding="utf-8").splitlines()
    pins = {normal(name): version for name, _, version in (line.partition("==") for line in lines) if version}
    return [
        f"{wheel.name} {wheel.version}"
        for wheel in wheels
        if wheel.name != NAME and pins.get(wheel.name) != wheel.version.partition("+")[0]
    ]


def _how(wheels: Sequence[Wheel], extras: Sequence[str], target: Target | None) -> str:
    """How to install from the folder, for whoever carries it to a machine without a network."""
    python = target.python if target else f"{sys.version_info.major}.{sys.version_info.minor}"
    windows = target.platform.system == "Windows" if target else platform.system() == "Windows"
    run = r"polarity\Scripts\python" if windows else "polarity/bin/python"
    start = r"polarity\Scripts\polarity" if windows else "polarity/bin/polarity"
    what = f"'{NAME}[{','.join(extras)}]'" if extras else NAME
    odd = unpinned(wheels)
    return "\n".join([
        f"Polarity {__version__} without a network",
        "",
        f"It fits Python {python} (no other) and {fits(wheel.file for wheel in wheels)}.",
        f"Optional parts: {', '.join(extras) if extras else 'none; the command line and the app need none'}.",
        *([f"Not among the tested versions: {', '.join(odd)}."] if odd else []),
        "",
        "Copy this folder to the machine, open a terminal in the folder that holds it, and type:",
        "",
        f"    {'py -' + python if windows else 'python' + python} -m venv polarity",
        f"    {run} wheelhouse/check.py",
        f"    {run} -m pip install --no-index --find-links wheelhouse {what}",
        f"    {start} --version",
        f"    {start} run current_policy --runs 64",
        f"    {start} app",
        "",
        "The second line compares every file with its SHA-256; where it names one, copy that again. pip compares them",
        "too if the third line ends with `--require-hashes --requirement wheelhouse/requirements.txt` in place of the",
        "name. The app answers on port 8501 of the machine itself and fetches nothing from elsewhere.",
        "",
        "For another platform, another Python or optional parts, collect again in the source code, for example:",
        "",
        "    make wheelhouse EXTRAS=analysis,cluster",
        "    make wheelhouse PLATFORM=windows-x86_64 FOR=3.12",
        "",
    ])  # fmt: skip


# -------------------------------------------------------------------------------------------------- another platform
def _fetch(folder: Path, asked: str, extras: Sequence[str], target: Target, pip: Pip) -> None:
    """Collect for another machine: pip reads markers such as `sys_platform == "win32"` as those of this one.

    So what the markers of the other one ask for besides is looked for in the wheels, until nothing is missing.
    """
    (own,) = folder.glob("*.whl")
    words = ("--constraint", PINS, "--dest", str(folder), *target.words())
    pip("download", *words, f"{own}{asked}")
    missing: list[str] = []
    for _ in range(MOST_ROUNDS):
        missing = sorted(missing_from(folder, extras, target))
        if not missing:
            return
        for path in folder.glob("*.whl"):  # of another version than the other machine needs
            if Wheel.of(path).name in {normal(_NAME.match(need)[0]) for need in missing}:  # type: ignore[index]
                path.unlink()
        pip("download", *words, *missing)
    raise InputError(f"still missing after {MOST_ROUNDS} rounds: {', '.join(missing)}")


def missing_from(folder: Path, extras: Sequence[str], target: Target) -> set[str]:
    """Requirements, as `NAME>=VERSION`, for which a folder has no wheel that fits."""
    from packaging.requirements import Requirement

    there = {Wheel.of(path).name: path for path in folder.glob("*.whl")}
    missing, seen, todo = set(), set(), [(NAME, frozenset(extras))]
    while todo:
        name, wanted = todo.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        for text in _requires(there[name]):
            need = Requirement(text)
            apart = [{**target.markers(), "extra": extra} for extra in ("", *wanted)]
            if need.marker is not None and not any(map(need.marker.evaluate, apart)):
                continue
            path = there.get(normal(need.name))
            if path is not None and need.specifier.contains(Wheel.of(path).version, prereleases=True):
                todo.append((normal(need.name), frozenset(need.extras)))
            else:
                missing.add(f"{need.name}{need.specifier}")
    return missing


def _requires(path: Path) -> Iterator[str]:
    """What a wheel says that it needs."""
    with zipfile.ZipFile(path) as packed:
        (name,) = [name for name in packed.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1]
        told = email.parser.HeaderParser().parsestr(packed.read(name).decode("utf-8"))
    yield from told.get_all("Requires-Dist", [])
