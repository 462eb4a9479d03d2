"""What cannot be concluded from a result."""

from __future__ import annotations

from calibration import mapping
from calibration.record import CalibrationRecord, Interval
from calibration.report.blocks import Blocks, missing, points
from calibration.report.draft import Draft
from calibration.report.moves import NOTHING
from calibration.report.words import interval, number


def section(draft: Draft) -> Blocks:
    """What does not follow from the result."""
    record = draft.record
    carried = "How a gain carries over to the frontier: the discrepancy that grows with the distance is judgment."
    linked = (
        "Capability: nothing here links a loss to ECI, the scale that the simulator reports. That link is not tested."
    )
    if record.kind == "literature":
        return missing(NOTHING) + points(["Whether any of these priors holds on a machine of yours.", carried, linked])
    taught = (
        "Whether reinforcement teaches or sharpens at scale: this is one toy task with one right answer, and how far "
        "its steepness and ceiling carry over to mixtures of tasks is judgment."
        if record.rl
        else "Anything about reinforcement learning: it was not measured."
    )
    if record.kind == "readings":
        sources = "Whether the readings agree under one protocol: sizes and software differ, and no log is kept."
        return points([sources, *_about_machine(record), linked])
    return points([*_about_law(draft), taught, *_about_machine(record), carried, linked])


def _about_law(draft: Draft) -> list[str]:
    record, flop, fit = draft.record, draft.flop, draft.record.fit
    corpus = record.provenance.corpus.get("name") if record.provenance else None
    items = [f"Other text and other recipes: one corpus{f' ({corpus})' if corpus else ''}, single bytes as tokens, one "
             "architecture, mostly one seed a cell."]  # fmt: skip
    if fit is None:
        items.insert(0, "Any exponent: no law was fitted.")
    else:
        floor = Interval(**fit["intervals"]["E"])
        wide = "not identified" if floor.high > 1.5 * floor.low else "narrow, but only under this form of law"
        items.insert(0, f"The irreducible loss: E is {wide}, {interval(floor)} nats per byte of this text, and its "
                        "unit is not the frontier's.")  # fmt: skip
        items.insert(1, "The exponents as such: other ways to read the same cells, as defensible, give others.")
    if flop:
        far = f"{number(mapping.distance(flop))} orders of magnitude"
        items.insert(0, f"The frontier: {far} lie between the largest run and {number(10**mapping.FRONTIER)} FLOP, and "
                        "no interval here covers that extrapolation.")  # fmt: skip
    return items


def _about_machine(record: CalibrationRecord) -> list[str]:
    host = record.provenance.host if record.provenance else {}
    name = host.get("name", record.device)
    items = ["Links between chips, and runs on many machines: one device cannot measure them, so they stay at data "
             "sheets and judgment."]  # fmt: skip
    if record.provenance and not host.get("peak_bandwidth"):
        items.append(f"The share of memory bandwidth that {name} reaches: no peak of it is published.")
    if host.get("vendor") == "processor":
        items.append("Accelerators: a processor's share of its peak says little about theirs, so the two are taken to "
                     f"correlate by {mapping.WEIGHTS['other']:g}.")  # fmt: skip
    return items
