"""Whether this is a checkout of Polarity or a package that pip has installed: advice has to fit what is there."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The folder that holds the packages: that of the checkout, or one of site packages."""
MARKS = ("Makefile", "pyproject.toml", "docs/research.md")
"""What a checkout has and no package."""


def is_checkout() -> bool:
    """Whether `make` and the guides are there."""
    return all((ROOT / name).is_file() for name in MARKS)


def advice(here: str, installed: str) -> str:
    """Of two ways to say what to do, the one that can be done.

    Args:
        here: in a checkout, where `make` and `docs/` are.
        installed: with nothing but the package.
    """
    return here if is_checkout() else installed


def extra(name: str) -> str:
    """How an optional part is installed, by its name in pyproject.toml."""
    return f"pip install 'polarity-sim[{name}]'"


def anew() -> str:
    """How to repair a package with a lost or damaged file."""
    return "pip install --force-reinstall polarity-sim"
