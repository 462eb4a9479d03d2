"""Where a result comes from, so that it can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibration import rows as rows_of
from calibration.record import CalibrationRecord
from calibration.report.blocks import Blocks, missing, table
from calibration.report.draft import Draft
from calibration.report.words import number


def section(draft: Draft) -> Blocks:
    """Where the result comes from, so that it can be made again."""
    record, made = draft.record, draft.record.provenance
    rows = [("Result", record.id), ("Made", record.made), ("Device", record.device), ("Prior", record.prior or "none")]
    if made:
        machine = {k: v for k, v in made.host.items() if isinstance(v, str)}
        corpus = {k: f"{v:,}" if isinstance(v, int) else v for k, v in made.corpus.items() if k != "manifest"}
        rows += [
            ("Machine", _flat(machine)), ("Tier", f"{made.tier}, on {made.device}"),
            ("Versions", _flat({k: v for k, v in made.versions.items() if v != "None"})), ("Commit", made.commit),
            ("Command", made.command), ("Seeds", ", ".join(map(str, made.seeds))), ("Corpus", _flat(corpus)),
            ("Hash of the corpus manifest", str(made.corpus.get("manifest", "not recorded"))),
            (_seconds(record), _flat({k: number(v) for k, v in made.seconds.items()})),
            ("FLOP", _flat({k: number(v) for k, v in made.flop.items()})),
            *([("Time limit", rows_of.left_out(record))] if made.shortened else []),
            ("Raw log", made.log), ("Raw log, SHA-256", made.log_sha256),
        ]  # fmt: skip
    rows.append(("Checksum of the result", record.checksum or "not yet written"))
    nothing = () if made else missing("Nothing was measured, so there is no run to repeat.")
    return table("Where this result comes from", ("What", "Value"), rows) + nothing


def _flat(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in values.items())


def _seconds(record: CalibrationRecord) -> str:
    return "GPU-seconds" if record.provenance and record.provenance.device == "cuda" else "CPU-seconds"
