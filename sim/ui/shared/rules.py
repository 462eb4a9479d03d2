"""The rules that have been decided, in words: those that tell most, when, and which way each turned."""

from __future__ import annotations

from scenarios.rules import Rule, history

TELLING = (
    "us_2022_10_chips",
    "us_2022_10_tools",
    "allies_2023_tools",
    "us_2023_10_tpp",
    "us_2024_12_hbm",
    "us_2025_01_diffusion",
    "us_2025_04_h20_memory",
    "us_2025_05_diffusion_end",
    "us_2025_08_h20_memory",
    "cn_2025_11_state",
    "us_2026_01_case",
    "us_2026_05_case",
)
"""The rules that stand open; all others are one click away."""
TONES = {"tightened": "Tightened", "loosened": "Loosened"}
NEITHER = "Neither"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def telling() -> list[Rule]:
    """The rules that tell most, by date."""
    known = {rule.id: rule for rule in history()}
    return [known[name] for name in TELLING if name in known]


def tone(rule: Rule) -> str:
    """Whether a rule tightened or loosened controls."""
    return TONES.get(str(getattr(rule, "note", "")).split(";")[0].strip(), NEITHER)


def month(rule: Rule) -> str:
    """When a rule began to hold: `Oct 2022`."""
    year, month_, _ = rule.start.split("-")
    return f"{_MONTHS[int(month_) - 1]} {year}"
