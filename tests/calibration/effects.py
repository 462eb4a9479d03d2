"""What `sim.analysis.calibrating.effect` gives, small, for tests of what is shown of it."""

from typing import Any

from calibration.record import CalibrationRecord, Update


def effect(record: CalibrationRecord, months: float = -0.5) -> dict[str, Any]:
    """The effect of a result: every parameter moves the lead as its prior moved; frontier exponents have none."""
    own = {u.name: _row(u, months * u.moved) for u in (*record.hardware, *record.gains)}
    own |= {u.name: _row(u, None) for u in record.frontier}
    other = {"median": 2.0, "low": 1.0, "high": 4.0}
    own["decode_share"] = {"label": "Share of decoding", "unit": "share", "prior": other, "measured": None,
                           "posterior": other, "weight": 0.0, "moved": 0.0, "note": "", "lead_2030_months": 0.125,
                           "lead_2030_months_se": 0.05}  # fmt: skip
    return {
        "result": record.id, "prior": record.prior, "scenario": "current_policy", "futures": 64, "parameters": own,
        "together": {"lead_2030_months": months, "lead_2030_months_se": 0.1},
        "outcomes": {"prior": {"US well ahead": 0.5, "Two-power race": 0.5},
                     "result": {"US well ahead": 0.5 + months / 10, "Two-power race": 0.5 - months / 10}},
        "campaign_size": [{"flop": 10.0**p, "lead_2030_months": 10 ** ((p - 22) / 4)} for p in range(10, 27, 2)],
    }  # fmt: skip


def _row(update: Update, months: float | None) -> dict[str, Any]:
    span = {kind: getattr(update, kind) for kind in ("prior", "measured", "posterior")}
    return {
        **update.model_dump(include={"label", "unit", "weight", "moved", "note"}),
        **{kind: None if found is None else found.model_dump() for kind, found in span.items()},
        "lead_2030_months": months, "lead_2030_months_se": None if months is None else 0.02,
    }  # fmt: skip
