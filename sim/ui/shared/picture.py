"""Drawings of our own on a page: Streamlit's HTML takes every SVG out, so that a component holds it."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

_picture = st.components.v2.component(
    "polarity_picture",
    html='<div class="drawn"></div>',
    js="""export default ({ parentElement, data }) => {
  const place = parentElement.querySelector(".drawn");
  if (place.dataset.drawn !== data.svg) place.innerHTML = place.dataset.drawn = data.svg;
}""",
    isolate_styles=False,
)


def draw(svg: Markup, key: str) -> None:
    """An SVG of a template, which escapes every value; style sheets of the page reach into it.

    Args:
        svg: the drawing.
        key: the same while the drawing is the same one with other values.
    """
    _picture(data={"svg": str(svg)}, key=key)
