"""The brief of a scenario without a browser: what `polarity brief` starts, as a process of its own.

It reads what is asked as JSON: `scenario` (a name of the library or a file), `levers`, `what_ifs`, and `files`, which
gives a path for each form that is wanted. Or `verify`, the path of a saved brief, with `scenario` where it has to be
the brief of one, and `json` where a program reads the answer.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import scenarios
from scenarios.errors import InputError
from scenarios.what_ifs import in_order
from sim.ui.brief import verify as verifying
from sim.ui.brief.files import written
from sim.ui.brief.text import brief
from sim.ui.brief.verify import Verdict
from sim.ui.shared.setup import REFUSED, Setup, first_line, placed

SAME, OTHER, WRONG = 0, 1, 2
"""Exit statuses: all the same, something differs, wrong input."""


def setup_of(asked: dict[str, Any]) -> Setup:
    """The setup that is asked for.

    Raises:
        InputError: where it is no valid scenario.
    """
    which, levers, worlds = asked["scenario"], asked.get("levers", {}), tuple(asked.get("what_ifs", ()))
    if which in scenarios.names():
        policy, alone = placed(which)
        found = Setup(policy, worlds=in_order((*alone, *worlds)))
    else:
        found = Setup(own=scenarios.load(Path(which)), worlds=in_order(worlds))
    for name, setting in levers.items():
        found = found.moved(name, setting)
    return found


def main(text: str) -> int:
    """Write the files that are asked for, or verify a saved one; the exit status."""
    asked = json.loads(text)
    try:
        if "verify" in asked:
            return _verify(Path(asked["verify"]), asked.get("scenario"), asked.get("json", False))
        made = brief(setup_of(asked), _tell)
        for form, path in asked["files"].items():
            content = written(made, form)
            Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())
    except (*REFUSED, OSError) as error:
        print(f"polarity: brief: {first_line(error)}", file=sys.stderr)
        return WRONG
    return SAME


def _tell(done: float, what: str) -> None:
    print(f"{what} …", file=sys.stderr)


# --------------------------------------------------------------------------------------------------------- verifying
def _verify(path: Path, which: str | None, as_json: bool) -> int:
    """Compare a saved brief with the same one made now, and print what differs."""
    try:
        data = path.read_bytes()
        record, first = verifying.header(data)
        if which is not None:
            _check_scenario(record.setup, which)
        for note in first:
            print(f"{path}: {note}", file=sys.stderr)
        found = verifying.verify(data, _tell)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except REFUSED as error:
        raise InputError(f"{path}: {first_line(error)}") from error
    if as_json:
        print(json.dumps(_content(path, found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_said(path, found)))
    return SAME if found.same else OTHER


def _check_scenario(there: Setup, which: str) -> None:
    """Refuse the brief of another scenario than the one that is named."""
    wanted = setup_of({"scenario": which})
    if wanted.own is not None and there.own is not None:
        same = wanted.own.digest() == there.own.digest()
    else:
        same = (wanted.own, wanted.scenario) == (there.own, there.scenario) and set(wanted.worlds) <= set(there.worlds)
    if not same:
        named = " with ".join((there.policy.name, *there.worlds))
        raise InputError(f"it is a brief of {named}, not of {which}; leave the scenario out: a brief holds its own")


def _said(path: Path, found: Verdict) -> list[str]:
    """The verdict in lines for a person."""
    record, count = found.record, sum(one.is_number for one in found.differences)
    made = (
        f"{path}: Polarity {record.version}, engine {record.engine}, {record.futures} futures, seed {record.seed}, "
        f"scenario {record.scenario}, made on {record.day}"
    )
    late = [note for note in found.notes if note not in verifying.notes(record)]
    if found.same:
        return [made, *late, f"All {found.numbers} numbers, every word and every drawing are the same."]
    rest = len(found.differences) - count
    told = f"{count} of {found.numbers} numbers differ" + (f", and {rest} other parts" if rest else "")
    lines = [made, *late, f"{told}:"]
    for one in found.differences:
        lines += [f"  {one.place}", f"    saved: {one.saved or '(nothing)'}    now: {one.now or '(nothing)'}"]
        if one.around:
            lines.append(f"    there: {one.around}")
    return lines


def _content(path: Path, found: Verdict) -> dict[str, Any]:
    """The verdict for a program."""
    record = found.record
    return {
        "file": str(path), "same": found.same, "numbers": found.numbers, "version": record.version,
        "engine": record.engine, "futures": record.futures, "seed": record.seed, "until": record.until,
        "scenario": record.scenario, "day": record.day, "notes": list(found.notes),
        "differences": [
            {"place": one.place, "saved": one.saved, "now": one.now, "number": one.is_number, "around": one.around}
            for one in found.differences
        ],
    }  # fmt: skip


if __name__ == "__main__":  # the workers that it starts import this file too
    logging.disable(logging.WARNING)  # streamlit warns, at every call, that there is no browser
    sys.exit(main(sys.argv[1]))
