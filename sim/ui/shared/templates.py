"""HTML and CSS from files: templates beside the page that they belong to, in which every value is escaped.

A template's name is its place below `sim/ui`, such as `teach/table.html`. Only Markup passes as it is, and Markup comes
from a template or from a literal of the code, never from a text of the tables, the address or a file.
"""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

FOLDER = Path(__file__).resolve().parents[1]
_BREAK = re.compile(r"(?<=>)\s*\n\s*(?=[<{])|(?<=[%}#]\})\s*\n\s*(?=<)")
"""A line break between two tags, of which one at most is Jinja's."""


class Layout(Extension):
    """Takes line breaks between tags as the layout of a template: on the page they would be spaces between words.

    A comment takes the place of each, so that an error still names the right line.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template without those breaks."""
        return _BREAK.sub(lambda found: "{#" + "\n" * found[0].count("\n") + "#}", source)


environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,  # a value that is forgotten is an error and not an empty place
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=[Layout],
)
"""Made once: it keeps the compiled templates, and compiles one again when its file has changed."""


def render(name: str, **values: object) -> Markup:
    """A template with its values. A text is escaped, Markup is not.

    Raises:
        jinja2.TemplateError: where there is no such template, or it asks for a value that is not given.
    """
    return Markup(environment.get_template(name).render(values))


def style(*names: str, **values: object) -> Markup:
    """Style sheets as one element of a page; they are templates too, and few have values."""
    return Markup("<style>{}</style>").format(Markup("").join(render(name, **values) for name in names))
