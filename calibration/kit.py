"""The GPU kit: an archive that runs a campaign on a machine with nothing but Python 3.12 and PyTorch, off the network.

`make gpu-kit` packs it. Wheels are fetched in the tested versions and unpacked, so that nothing is installed there.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

from calibration.origin import ROOT, STAMP, commit

NAME = "polarity-gpu-kit"
MOST_BYTES = 60 * 2**20
"""Size of the archive at most: a mail server or a jump host may refuse more."""
WHEELS = (
    "annotated-doc", "annotated-types", "markdown-it-py", "mdurl", "numpy", "pydantic", "pydantic-core",
    "pygments", "rich", "scipy", "shellingham", "typer", "typing-extensions", "typing-inspection",
)  # fmt: skip
"""What the campaign imports apart from torch, and what that needs in turn."""
PYTHON = "3.12"
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
LEFT_OUT = frozenset({"tests", "__pycache__", "RECORD"})
"""Folders and files of wheels that no campaign reads; their licenses stay."""


def pins(constraints: str) -> tuple[str, ...]:
    """`NAME==VERSION` of each wheel.

    Args:
        constraints: the text of constraints.txt.

    Raises:
        ValueError: where a wheel has no version there.
    """
    lines = (line.partition("==") for line in constraints.splitlines() if "==" in line)
    versions = {_normal(name): version.strip() for name, _, version in lines}
    missing = [name for name in WHEELS if name not in versions]
    if missing:
        raise ValueError(f"constraints.txt has no version of {', '.join(missing)}; `make constraints` writes them")
    return tuple(f"{name}=={versions[name]}" for name in WHEELS)


def _normal(name: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def pack(folder: Path) -> Path:
    """Pack the kit into a folder.

    Returns:
        the archive.

    Raises:
        OSError: where something cannot be fetched or written.
        ValueError: where the archive is too large.
    """
    kit = folder / NAME
    shutil.rmtree(kit, ignore_errors=True)
    _lay_out(kit)
    _unpack(_fetched(pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))), kit / "site")
    archive = folder / f"{NAME}.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=9) as tar:
        tar.add(kit, NAME, filter=_anonymous)
    size = archive.stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"{archive} has {size / 2**20:.1f} MiB; at most {MOST_BYTES / 2**20:.0f} are allowed")
    return archive


def _lay_out(kit: Path) -> None:
    """The project's own files: the measuring code, the chips, the prior, and how to run it."""
    code = kit / "calibration"
    (code / "results").mkdir(parents=True)
    for path in sorted((ROOT / "calibration").glob("*.py")):
        shutil.copyfile(path, code / path.name)
    shutil.copyfile(ROOT / "calibration/results/literature.json", code / "results/literature.json")
    shutil.copyfile(ROOT / "scenarios/data/chips.csv", kit / "chips.csv")
    for path in sorted((ROOT / "calibration/gpu_kit").iterdir()):
        shutil.copyfile(path, kit / path.name)
    shutil.copyfile(ROOT / "LICENSE", kit / "LICENSE")
    (kit / STAMP).write_text(f"{commit()}\n", encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    about = kit / f"site/polarity_sim-{version}.dist-info"
    about.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: polarity-sim\nVersion: {version}\n"  # results name the version
    (about / "METADATA").write_text(text, encoding="utf-8")


def _fetched(wanted: Iterable[str]) -> list[Path]:
    """Wheels for the node, from pip's own settings."""
    into = Path(tempfile.mkdtemp(prefix="polarity-wheels-"))
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    words += ["--only-binary=:all:", "--python-version", PYTHON, "--implementation", "cp", "--dest", str(into)]
    words += ["--abi", f"cp{PYTHON.replace('.', '')}", "--abi", "abi3", "--abi", "none"]
    words += [word for platform in (*PLATFORMS, "any") for word in ("--platform", platform)]
    done = subprocess.run([*words, *wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
        raise OSError(f"the wheels of the kit cannot be fetched: {last}")
    return sorted(into.glob("*.whl"))


def _unpack(wheels: list[Path], site: Path) -> None:
    """Wheels unpacked side by side, without their tests."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as packed:
            wanted = [name for name in packed.namelist() if not LEFT_OUT.intersection(name.split("/"))]
            packed.extractall(site, wanted)
    for folder in {wheel.parent for wheel in wheels}:
        shutil.rmtree(folder)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """An entry that does not say who packed it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def main() -> int:
    """Pack into the folder named, and say where the archive is."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "dist")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        archive = pack(folder)
    except (OSError, ValueError) as error:
        print(f"polarity: gpu-kit: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    print(f"{archive}: {archive.stat().st_size / 2**20:.1f} MiB, {commit().split()[0][:12]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
