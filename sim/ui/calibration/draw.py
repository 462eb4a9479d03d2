"""Blocks of a result drawn with Streamlit; the HTML report is made of the same ones, so it shows the same numbers."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from calibration.report.blocks import Block, Blocks, Choice, Fold, Missing, Pair, Points, Table, Text, Tiles
from calibration.report.colors import CLASSES, TWINS
from calibration.report.plot import Figure, Spec
from sim.ui.shared import theme
from sim.ui.shared.templates import render

AXIS = 44
"""Pixels of the axis below a chart: here a chart's height holds them, in the report they come on top."""


def draw(blocks: Blocks, key: str) -> None:
    """Draw blocks one below the other; `key` tells their charts and folds from all others of the page."""
    for place, block in enumerate(blocks):
        _one(block, f"{key}_{place}")


def _one(block: Block, key: str) -> None:
    match block:
        case Text(said):
            st.html(theme.paragraph(said, "lead"))
        case Missing(why):
            st.html(theme.paragraph(why, "absent"))
        case Points(items):
            st.html(render("calibration/points.html", items=items))
        case Tiles(items):
            st.html(render("calibration/tiles.html", items=items))
        case Table():
            st.html(render("calibration/table.html", table=block, narrow=len(block.head) < 6))
        case Figure():
            chart(block, key)
        case Pair(sides):
            for side, column in enumerate(st.columns(len(sides), gap="medium")):
                with column:
                    draw(sides[side], f"{key}_{side}")
        case Choice():
            _choice(block, key)
        case Fold():
            with st.expander(block.title, key=f"fold_{key}", on_change="rerun") as more:
                if more.open:
                    with st.spinner("Working it out", show_time=False):
                        blocks = block.blocks
                    draw(blocks, key)


def _choice(block: Choice, key: str) -> None:
    """A chart with switches for its parts."""
    place = st.container()  # the chart stands above its switches, in line with the one beside it
    chosen = st.pills(
        block.label, list(block.options), selection_mode="multi", default=list(block.options), key=f"choice_{key}"
    )
    found = block.make(tuple(name for name in block.options if name in chosen))
    with place:
        if found is None:
            st.html(theme.paragraph("Switch one on to see it.", "absent"))
        else:
            chart(found, key)


def chart(figure: Figure, key: str) -> None:
    """A chart under its message, its unit and the key of its colors."""
    head = theme.heading(figure.title, figure.unit, level=3)
    if figure.key:
        items = [(label, Markup("var(--{})").format(CLASSES[color])) for label, color in figure.key.items()]
        head += render("shared/swatches.html", items=items)
    with st.container(gap="xxsmall", key=f"chart_{key}"):
        st.html(head)
        st.vega_lite_chart(_fitted(figure), height=figure.spec["height"] + AXIS, key=f"drawn_{key}", alt=figure.alt)


def _fitted(figure: Figure) -> Spec:
    """A specification that fills its place; rows stand where they are used, since Streamlit would re-type tables."""
    tables = figure.spec.get("datasets", {})

    def told(part: Spec) -> Spec:
        return {**part, "data": {"values": tables[part["data"]["name"]]}} if "data" in part else part

    spec = {
        name: part for name, part in figure.spec.items() if name not in ("datasets", "description", "width", "height")
    }
    config = {name: part for name, part in spec["config"].items() if name not in ("autosize", "padding")}
    return {
        **told(spec), "config": config, "layer": list(map(told, spec["layer"])),
        "padding": {"left": 2, "right": 4, "top": 4, "bottom": 2},
        "autosize": {"type": "fit", "contains": "padding", "resize": False},
    }  # fmt: skip


def twins() -> list[tuple[str, str, str]]:
    """The charts' colors for the style sheet: name, and how it is on light and on dark paper."""
    return [(CLASSES[light], light, dark) for light, dark in TWINS.items()]
