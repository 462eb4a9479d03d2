"""What `sim.analysis.calibrating.effect` gives, small, for tests of what is shown of it."""

from typing import Any

from calibration.record import CalibrationRecord, Update


def effect(record: CalibrationRecord, months: float = -0.5) -> dict[str, Any]:
    """The effect of a result: every gain moves the lead as it moved its prior; one number has no evidence."""
    own = {f"number_{u.name}": _row(u, months * u.moved) for u in (*record.hardware, *record.gains)}
    other = {"median": 2.0, "low": 1.0, "high": 4.0}
    own["decode_intensity"] = {
        "label": "Intensity of decoding", "unit": "FLOP/byte", "prior": other, "posterior": other, "evidence": None,
        "weight": 0.0, "moved": 0.0, "note": "", "lead_2030_months": 0.125, "lead_2030_months_se": 0.05,
        "lead_per_sd_months": 0.2,
    }  # fmt: skip
    return {
        "result": record.id, "prior": record.prior, "scenario": "current_policy", "futures": 64, "parameters": own,
        "together": {"lead_2030_months": months, "lead_2030_months_se": 0.1},
        "outcomes": {"prior": {"us_ahead": 0.5, "two_power": 0.3, "several": 0.2},
                     "result": {"us_ahead": 0.5 + months / 10, "two_power": 0.3 - months / 20,
                                "several": 0.2 - months / 20}},
        "largest_run_flop": max((float(cell["flop"]) for cell in record.cells), default=None),
        "campaign_size": [{"flop": 10.0**p, "lead_2030_months": 10 ** ((p - 22) / 4)} for p in range(10, 27, 2)],
    }  # fmt: skip


def _row(update: Update, months: float) -> dict[str, Any]:
    """A number that goes with an update as it is."""
    shown = update.model_dump(include={"label", "unit", "prior", "measured", "posterior"})
    return {
        "label": f"{update.label} (drawn)", "unit": update.unit, "prior": shown["prior"],
        "posterior": shown["posterior"], "evidence": shown, "weight": update.weight, "moved": update.moved,
        "note": update.note, "lead_2030_months": months, "lead_2030_months_se": 0.02, "lead_per_sd_months": months,
    }  # fmt: skip
