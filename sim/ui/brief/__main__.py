"""The brief of a scenario without a browser: what `polarity brief` starts, as a process of its own.

It reads what is asked as JSON: `scenario` (a name of the library or a file), `levers`, `what_ifs`, and `files`, which
gives a path for each form that is wanted.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import scenarios
from scenarios.what_ifs import in_order
from sim.ui.brief.files import written
from sim.ui.brief.text import brief
from sim.ui.shared.setup import REFUSED, Setup, first_line, placed


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
    """Write the files that are asked for; the exit status."""
    asked = json.loads(text)
    try:
        made = brief(setup_of(asked), lambda done, what: print(f"{what} …", file=sys.stderr))
        for form, path in asked["files"].items():
            content = written(made, form)
            Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())
    except (*REFUSED, OSError) as error:
        print(f"polarity: brief: {first_line(error)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":  # the workers that it starts import this file too
    logging.disable(logging.WARNING)  # streamlit warns, at every call, that there is no browser
    sys.exit(main(sys.argv[1]))
