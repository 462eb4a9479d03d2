"""What a demo is compared with: the recorded run of the same demo, and the calibration in use. Read without torch."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from calibration.demo_state import Demo, Line, crossing, demo, line
from calibration.record import IN_USE, CalibrationError, CalibrationRecord, read

RECORDING = Path(__file__).parent / "recordings" / "demo.jsonl"
"""A run of `python -m calibration demo --repeats 3`, as it was printed."""
GIGA = 1e9
WITHIN = 3.0
"""Standard deviations over seeds within which two losses count as the same."""


@cache
def recorded() -> Demo:
    """The recorded run.

    Raises:
        CalibrationError: where the file is missing or damaged.
    """
    try:
        lines = RECORDING.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        if not all(isinstance(row, dict) and {"event", "at"} <= row.keys() for row in rows):
            raise ValueError("a line of it is no event")
        found = demo(rows)
    except (OSError, ValueError) as error:
        raise CalibrationError(f"{RECORDING.name}: the recorded demo cannot be read ({error})") from error
    if not found.finished:
        raise CalibrationError(f"{RECORDING.name}: the recorded demo does not come to its end")
    return found


def seed_sd(found: Demo) -> float:
    """Standard deviation of the smallest model's loss over the seeds that it was trained with, nats per byte."""
    return statistics.stdev(found.seed_losses)


@dataclass(frozen=True)
class Comparison:
    """A demo beside the recorded one."""

    stored: dict[str, float]
    """Recorded losses by size, nats per byte."""
    same_corpus: bool
    seed_sd: float
    seeds: int
    """How many seeds that is taken over."""
    deviations: dict[str, float]
    """Loss less the recorded one by size, in standard deviations over seeds; empty on another corpus."""

    @property
    def within(self) -> bool | None:
        """Whether all losses are the recorded ones, within what a seed does; None where they cannot be compared."""
        return all(abs(value) <= WITHIN for value in self.deviations.values()) if self.deviations else None


def compare(found: Demo, stored: Demo) -> Comparison:
    """The losses of a demo beside those of the recorded one."""
    same = found.plan["corpus"]["manifest"] == stored.plan["corpus"]["manifest"]
    deviation = seed_sd(stored)
    known = stored.losses
    away = {size: (loss - known[size]) / deviation for size, loss in found.losses.items() if size in known}
    return Comparison(known, same, deviation, len(stored.seed_losses), away if same else {})


# --- in words ---------------------------------------------------------------------------------------------------------


def sentences(found: Demo, stored: Demo, record: CalibrationRecord | None = None) -> list[str]:
    """What the comparisons say; the recorded demo is compared with the campaign alone.

    Args:
        found: a demo of which at least one model is finished.
        stored: the recorded one.
        record: a calibration result; the one in use by default.
    """
    campaign = read(IN_USE) if record is None else record
    beside = [] if found is stored else [_with_recording(found, stored)]
    return [*beside, *_with_campaign(found, campaign)]


def _with_recording(found: Demo, stored: Demo) -> str:
    result = compare(found, stored)
    when = f"the recorded run ({stored.plan['host']}, {stored.plan['made']})"
    if not result.same_corpus:
        return (
            f"This Python's standard library is another text than that of {when}, so the losses are not compared "
            f"(corpus {found.plan['corpus']['manifest']}, recorded {stored.plan['corpus']['manifest']})."
        )
    size, most = max(result.deviations.items(), key=lambda item: abs(item[1]))
    verdict = "are those of" if result.within else "differ from those of"
    return (
        f"The losses {verdict} {when}: the largest difference is {abs(most):.1f} standard deviations over seeds "
        f"({size}), and up to {WITHIN:g} count as the same. One standard deviation is {result.seed_sd:.4f} nats per "
        f"byte, from {result.seeds} seeds of the smallest model."
    )


def _with_campaign(found: Demo, record: CalibrationRecord) -> list[str]:
    """The cells, the law and the reinforcement runs of a campaign, as far as it has them."""
    if not record.cells:
        return [f"The calibration in use ({record.id}) holds no training runs to compare with."]
    corpus = record.provenance.corpus["manifest"] if record.provenance else ""
    said = [_cells(found, record, corpus), _law(found, record), _reinforcement(found, record)]
    return [sentence for sentence in said if sentence]


def _cells(found: Demo, record: CalibrationRecord, corpus: str) -> str:
    if corpus != found.plan["corpus"]["manifest"]:
        return f"The campaign in use ({record.id}) was trained on another text, so its losses are not compared."
    tokens = found.plan["tokens"]
    cells = {row["size"]: row["loss"] for row in record.cells if row["tokens"] == tokens}
    apart = [found.losses[size] - loss for size, loss in cells.items() if size in found.losses]
    if not apart:
        return f"The campaign in use ({record.id}) trained none of these sizes on {tokens:,} bytes."
    return (
        f"The campaign in use ({record.id}) trained {len(apart)} of these sizes on as many bytes: "
        f"its losses are at most {max(map(abs, apart)):.3f} nats per byte away."
    )


def _law(found: Demo, record: CalibrationRecord) -> str:
    here = found.line("parameters")
    if record.fit is None or here is None:
        return ""
    there = law_line(found, record.fit["point"])
    assert there is not None
    return (
        f"Over these sizes the campaign's fitted law falls with a slope of {slope(there.slope)}; the line of this run "
        f"has {slope(here.slope)}."
    )


def law_line(found: Demo, law: dict[str, float]) -> Line | None:
    """The line through what a fitted law E + A/N^α + B/D^β gives for a demo's sizes and bytes."""
    rows = found.of("model")
    tokens = found.plan["tokens"]
    losses = [
        law["E"] + law["A"] / row["parameters"] ** law["alpha"] + law["B"] / tokens ** law["beta"] for row in rows
    ]
    return line([row["parameters"] for row in rows], losses)


def _reinforcement(found: Demo, record: CalibrationRecord) -> str:
    crossed = crossings(record.rl)
    if not record.rl or not found.of("point"):
        return ""
    start = found.of("point")[0]["passed"]
    said = "has not crossed half yet" if found.crossing is None else f"needed {found.crossing / GIGA:.0f} billion FLOP"
    if not crossed:
        return f"None of the campaign's reinforcement runs crossed half; this one started at {start:.0%} and {said}."
    return (
        f"{len(crossed)} of the campaign's {len(record.rl)} reinforcement runs crossed half after starting below it, "
        f"at {min(crossed) / GIGA:.0f} to {max(crossed) / GIGA:.0f} billion FLOP; this one started at {start:.0%} and "
        f"{said}."
    )


def crossings(runs: Sequence[dict[str, Any]]) -> list[float]:
    """FLOP at which reinforcement runs of a campaign crossed half, of those that began below it and did."""
    found = [crossing(run["flop"], run["passed"]) for run in runs]
    return [flop for flop in found if flop]


def slope(value: float) -> str:
    """A slope with a real minus sign."""
    return f"{value:+.3f}".replace("-", "−").removeprefix("+")


# --- as JSON ----------------------------------------------------------------------------------------------------------


def result(found: Demo, stored: Demo) -> dict[str, Any]:
    """A finished demo as `polarity calibrate demo --json` prints it; `losses` are nats per byte by size."""
    models, end, roof = found.of("model"), found.one("finished"), found.one("roofline")
    assert end is not None
    assert roof is not None
    beside = compare(found, stored)
    return {
        "recorded": found is stored, "host": found.plan["host"], "made": found.plan["made"],
        "corpus": found.plan["corpus"], "tokens": found.plan["tokens"],
        "losses": found.losses,
        "parameters": {row["size"]: row["parameters"] for row in models},
        "flop": {row["size"]: row["flop"] for row in models},
        "fit": {f"by_{by}": vars(found.line(by)) for by in ("parameters", "flop")},
        "roofline": {
            **{name: roof[name] for name in ("compute_flops", "bandwidth", "copied", "read")}, "ridge": found.ridge,
            "ladder": [{name: row[name] for name in ("batch", "intensity", "flops")} for row in found.of("ladder")],
        },
        "reinforcement": {
            "points": [{name: row[name] for name in ("step", "flop", "passed")} for row in found.of("point")],
            "crossing_flop": found.crossing,
        },
        "seconds": end["seconds"], "processor_seconds": end["processor_seconds"], "peak_memory": end["peak_memory"],
        "compared": {
            "same_corpus": beside.same_corpus, "seed_sd": beside.seed_sd, "seeds": beside.seeds,
            "stored": beside.stored, "deviations": beside.deviations, "within": beside.within,
            "sentences": sentences(found, stored),
        },
    }  # fmt: skip
