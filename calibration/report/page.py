"""The report as a whole: its sections in order, the HTML around them, and writing it whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path

import altair
import vl_convert

from calibration.record import CalibrationRecord
from calibration.report import (
    colours,
    hardware,
    iso_compute,
    levers,
    limits,
    losses,
    moves,
    opening,
    provenance,
    reinforcement,
    roofline,
)
from calibration.report.markup import Draft

SECTIONS: tuple[tuple[str, str, Callable[[Draft], str]], ...] = (
    ("takes", "What the simulator takes from this result", moves.section),
    ("losses", "Losses and the law fitted to them", losses.section),
    ("compute", "Curves of equal compute", iso_compute.section),
    ("levers", "Lever gains", levers.section),
    ("reinforcement", "Reinforcement learning", reinforcement.section),
    ("hardware", "Hardware", hardware.section),
    ("roofline", "Roofline: chips in H100 equivalents", roofline.section),
    ("limits", "What cannot be concluded", limits.section),
    ("provenance", "Provenance", provenance.section),
)
"""Every section in order: its anchor, its heading, and what writes it."""
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


def write_report(record: CalibrationRecord, out: Path) -> Path:
    """Write a result as an HTML page: completely, or not at all.

    Args:
        record: the result.
        out: a folder, made where it is missing, or a path that ends in `.html`.

    Returns:
        the page's path.

    Raises:
        OSError: where the page cannot be written, with one line that says where and why.
    """
    path = out if out.suffix.lower() == ".html" else out / f"calibration-{record.id}.html"
    beside, content = path.with_name(f"{path.name}.part"), page(record)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(content, encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(f"cannot write the report {path}: {error.strerror or error}") from error
    return path


def page(record: CalibrationRecord) -> str:
    """The whole page as HTML."""
    draft = Draft(record)
    lead = opening.opening(draft)
    body = "".join(f'<h2 id="{anchor}">{escape(title)}</h2>{write(draft)}' for anchor, title, write in SECTIONS)
    links = "".join(f'<li><a href="#{anchor}">{escape(title)}</a></li>' for anchor, title, _ in SECTIONS)
    specs = json.dumps(draft.specs, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Calibration {escape(record.id)} · Polarity</title>
<style>{colours.rules()}{_beside("page.css")}</style>
</head>
<body>
<main>
<p class="eyebrow">Polarity · calibration · <b>{escape(record.id)}</b></p>
<h1>{escape(opening.headline(draft))}</h1>
{lead}
<noscript><p class="absent">The charts need JavaScript; their numbers also stand in tables and sentences.</p></noscript>
<nav aria-label="Sections"><ol>{links}</ol></nav>
{body}
<footer>a (b to c) is a median with its 90 % interval. This page asks no other host for anything.</footer>
</main>
<script type="application/json" id="specs">{specs}</script>
<script>{_library()}</script>
<script>{_beside("page.js")}</script>
</body>
</html>
"""


def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """The Vega libraries, in the version that Altair writes for; nothing in them ends the script early."""
    wanted = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    known = wanted if wanted in vl_convert.get_vegalite_versions() else None
    # The annotation of the first argument leaves out its default, which hands the libraries to the page's own script.
    bundle: str = vl_convert.javascript_bundle(vl_version=known)  # type: ignore[call-arg]
    return bundle.replace("</script", "<\\/script")
