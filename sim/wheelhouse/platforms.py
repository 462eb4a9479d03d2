"""The machines that a wheelhouse can be collected for: by what tags their wheels are known, and what markers say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scenarios.errors import InputError, unknown

OLDEST_GLIBC, NEWEST_GLIBC = 5, 28
"""Minor versions of the GNU C library for which wheels are taken: 2.28 is that of Debian 10 and RHEL 8, 2.5 the first
that any wheel names."""
LEGACY = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
"""Tags of before a wheel named its library: the minor version that they stand for."""

_MAC = re.compile(r"macosx_(\d+)_(\d+)_(\w+)")


@dataclass(frozen=True)
class Platform:
    """A kind of machine."""

    tags: tuple[str, ...]
    """Platform tags of the wheels that run on it."""
    system: str
    """As `platform.system()` calls it."""
    sys: str
    """As `sys.platform` calls it."""
    machine: str
    """As `platform.machine()` calls it."""


def _linux(machine: str) -> Platform:
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)]
    return Platform((*tags, *(f"{name}_{machine}" for name in LEGACY)), "Linux", "linux", machine)


PLATFORMS = {
    "linux-x86_64": _linux("x86_64"),
    "linux-aarch64": _linux("aarch64"),
    "macos-arm64": Platform(("macosx_14_0_arm64",), "Darwin", "darwin", "arm64"),
    "macos-x86_64": Platform(("macosx_13_0_x86_64",), "Darwin", "darwin", "x86_64"),
    "windows-x86_64": Platform(("win_amd64",), "Windows", "win32", "AMD64"),
}
"""Those that can be asked for by name; pip adds what runs on older macOS."""


@dataclass(frozen=True)
class Target:
    """A platform with a version of Python."""

    name: str
    python: str
    """Such as 3.12."""

    @property
    def platform(self) -> Platform:
        """The platform."""
        return PLATFORMS[self.name]

    def words(self) -> list[str]:
        """What pip has to be told, so that it collects for this machine and not for the one that it runs on."""
        tags = [word for tag in self.platform.tags for word in ("--platform", tag)]
        return [*tags, "--python-version", self.python, "--implementation", "cp", "--only-binary=:all:"]

    def markers(self) -> dict[str, str]:
        """The environment in which the markers of requirements are read."""
        return {
            "implementation_name": "cpython", "platform_python_implementation": "CPython",
            "os_name": "nt" if self.platform.system == "Windows" else "posix",
            "platform_machine": self.platform.machine, "platform_system": self.platform.system,
            "sys_platform": self.platform.sys, "python_version": self.python,
            "python_full_version": f"{self.python}.0", "implementation_version": f"{self.python}.0",
            "platform_release": "", "platform_version": "",
        }  # fmt: skip


def target(name: str, python: str) -> Target:
    """A target that somebody names.

    Raises:
        InputError: where there is no such platform, or it is no version of Python that Polarity runs on.
    """
    if name not in PLATFORMS:
        raise unknown("platform", name, PLATFORMS)
    if not (parts := re.fullmatch(r"3\.(\d{1,2})", python)) or int(parts[1]) < 11:
        raise InputError(f"Python {python!r}: give a version from 3.11 on, such as 3.12")
    return Target(name, python)


def fits(wheels: Iterable[str]) -> str:
    """What a machine needs beyond the right Python, from the names of all wheels: `linux x86_64, glibc 2.28 or newer`.

    Wheels without compiled code fit everywhere.
    """
    tags = [name.removesuffix(".whl").rsplit("-", 1)[1].split(".") for name in wheels]
    compiled = [those for those in tags if those != ["any"]]
    if not compiled:
        return "any machine"
    glibc = [min(found) for those in compiled if (found := list(_glibc(those)))]
    if glibc:
        machine = next(tag.split("_", 3)[-1] for those in compiled for tag in those if tag.startswith("manylinux_"))
        return f"Linux on {machine} with glibc 2.{max(glibc)} or newer (`ldd --version` names it)"
    macs = [parts.groups() for those in compiled for tag in those if (parts := _MAC.fullmatch(tag))]
    if macs:
        major, minor, machine = max(macs, key=lambda parts: (int(parts[0]), int(parts[1])))
        return f"macOS {major}.{minor} or newer on {machine}"
    if any("win_amd64" in those for those in compiled):
        return "Windows on x86-64"
    return " and ".join(sorted({tag for those in compiled for tag in those}))


def _glibc(tags: Iterable[str]) -> Iterator[int]:
    for tag in tags:
        if parts := re.match(r"manylinux_2_(\d+)_", tag):
            yield int(parts[1])
        elif (old := tag.partition("_")[0]) in LEGACY:
            yield LEGACY[old]
