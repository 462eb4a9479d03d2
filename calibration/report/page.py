"""The report as a whole: its sections in order, the HTML around them, and writing it whole or not at all."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path

import altair

from calibration.report import colors, opening
from calibration.report.draft import Draft
from calibration.report.markup import Markup
from calibration.report.sections import SECTIONS

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


def write_report(draft: Draft, out: Path) -> Path:
    """Write a result as an HTML page: completely, or not at all.

    Args:
        draft: the result, with the catalogue of chips and what it moves, where they are at hand.
        out: a folder, made where it is missing, or a path that ends in `.html`.

    Returns:
        the page's path.

    Raises:
        OSError: where the page cannot be written, with one line that says where and why.
    """
    path = out if out.suffix.lower() == ".html" else out / f"calibration-{draft.record.id}.html"
    beside, content = path.with_name(f"{path.name}.part"), page(draft)
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


def page(draft: Draft) -> str:
    """The whole page as HTML."""
    markup, identifier = Markup(), escape(draft.record.id)
    lead = markup.html(opening.opening(draft))
    body = "".join(
        f'<h2 id="{anchor}">{escape(title)}</h2>{markup.html(write(draft))}' for anchor, title, write in SECTIONS
    )
    links = "".join(f'<li><a href="#{anchor}">{escape(title)}</a></li>' for anchor, title, _ in SECTIONS)
    specs = json.dumps(markup.specs, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Calibration {identifier} · Polarity</title>
<style>{colors.rules()}{_beside("page.css")}</style>
</head>
<body>
<main>
<p class="eyebrow">Polarity · calibration · <b>{identifier}</b></p>
<h1>{escape(opening.headline(draft))}</h1>
{lead}
<noscript><p class="absent">The charts need JavaScript; their numbers also stand in tables and sentences.</p></noscript>
<nav aria-label="Sections"><ol>{links}</ol></nav>
{body}
<footer>a (b to c) is a median with its 90% interval. This page asks no other host for anything.</footer>
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
    import vl_convert  # of the extra `calibration`: the app shows the same sections without it

    wanted = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    known = wanted if wanted in vl_convert.get_vegalite_versions() else None
    # The annotation of the first argument leaves out its default, which hands the libraries to the page's own script.
    bundle: str = vl_convert.javascript_bundle(vl_version=known)  # type: ignore[call-arg]
    return bundle.replace("</script", "<\\/script")
