"""Follow the chips: a year's chips from makers to users, as a picture, as bars on a phone, and as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from scenarios.schema import Scenario
from sim.results import flows
from sim.results.flows import Link
from sim.results.run import Run
from sim.ui.explore import sankey
from sim.ui.shared import charts, common, theme
from sim.ui.shared.setup import REFUSED, Setup, first_line
from sim.ui.shared.templates import render

HEAD = "Follow the chips"
FIRST = 2026
"""The first year that the picture shows: the one in which the record ends."""
LABELS = {
    "us_designed": "US designs", "chinese_made": "Chinese fabs", "earlier": "Earlier years", "rerated": "Re-rated",
    "united_states": "US", "allies": "Allies", "hubs": "Hubs", "rest_of_world": "Other countries", "china": "China",
    "china_earlier": "China: earlier", "china_licensed": "China: licensed", "china_smuggled": "China: smuggled",
    "china_made": "China: own fabs", "retired": "Retired", "seized": "Seized", "waiting": "No power yet",
}  # fmt: skip
"""Nodes in the fewest words."""
HEADS = ("Made by", "Owned by", "Standing in", "Used by")
_OTHERS = ("united_states", "allies", "hubs", "rest_of_world")
ORDERS = (
    ("us_designed", "earlier", "chinese_made", "rerated"),
    (*_OTHERS, "china_earlier", "china_licensed", "china_smuggled", "china_made", "retired", "seized", "rerated"),
    (*_OTHERS, "china", "waiting"),
    (*_OTHERS, "china"),
)
"""Nodes of each column from the top down: China's below all others, and last what nobody uses."""
_COLORS = {
    "united_states": charts.US, "china": charts.CHINA, "china_earlier": charts.CHINA, "chinese_made": charts.CHINA,
    "us_designed": charts.US, "china_made": charts.ORIGIN["domestic"], "china_smuggled": charts.ORIGIN["diverted"],
    "china_licensed": charts.ORIGIN["legal"],
}  # fmt: skip
"""Colors of nodes: everybody else is neutral, and named beside the bar."""
HEIGHT, WIDE, NARROW, ROOM = 490.0, 820.0, 670.0, 156.0
"""Size of a picture alone and of one of two, and the room for words at its right, in the units of its view box."""
Years = Mapping[int, tuple[Link, ...]]
_drawing = st.components.v2.component(
    "polarity_flows",
    html='<div class="drawing"></div>',
    js="""export default ({ parentElement, data }) => {
  const place = parentElement.querySelector(".drawing");
  if (place.dataset.drawn === data.picture) return;
  place.innerHTML = place.dataset.drawn = data.picture;
}""",
    isolate_styles=False,
)
"""Streamlit strips SVG from what `st.html` gets; the picture comes from a template in which every value is escaped."""
_PLACE = Markup('<div id="flows"></div>')
"""Where the link beside China's compute leads."""


def panel(now: Setup) -> None:
    """The picture, once somebody opens it; it takes a simulation of its own, of both sides."""
    st.html(_PLACE)
    with st.expander(f"{HEAD}: who makes, owns, hosts and uses them", key="flows", on_change="rerun") as more:
        if not more.open:
            return
        last = now.judge.year
        if not FIRST <= st.session_state.get("flows_year", last) <= last:
            st.session_state["flows_year"] = last
        year = st.slider("Year", FIRST, last, last, key="flows_year")
        try:
            mine, base = links_of(now.spec)[year], links_of(now.base)[year]
        except REFUSED as error:
            st.error(first_line(error))
            return
        same = now.spec.digest() == now.base.digest()
        st.html(_told(mine, base, year, now.reference, same))
        sides = [("Your settings", mine)] if same else [(_capital(now.reference), base), ("Your settings", mine)]
        picture = render("explore/flows.html", pictures=_pictures(sides, year), stages=_bars(mine, base, same))
        _drawing(data={"picture": str(picture)}, key="flows_picture")
        if st.toggle("Show the numbers", key="flows_numbers"):
            st.html(_numbers(mine, base, now.reference, same))


def links_of(spec: Scenario) -> Years:
    """The links of every year of a scenario, of as many futures as everything else on the page."""

    def make(bare: Scenario) -> Years:
        runs = common.futures()
        return common.of_run(_years, bare.canonical(), runs, common.SEED, common.UNTIL, flows.SERIES)

    return common.remembered("flows", make, (spec,), common.futures())


def _years(run: Run) -> Years:
    return {year: flows.of_year(run, year) for year in range(FIRST, run.until + 1)}


# ------------------------------------------------------------------------------------------------------------ words
def millions(chips: float) -> str:
    """Millions with about three digits: `390`, `41.5`, `5.8`, `0.04`."""
    size = chips / 1e6
    digits = 0 if size >= 99.95 else 1 if size >= 0.995 else 2
    return f"{size:,.{digits}f}" if size >= 0.005 else "<0.01"


def used_by_china(links: tuple[Link, ...]) -> tuple[float, float, float]:
    """Chips that China uses, those of them that it owns, and all that anybody uses."""
    users = [link for link in links if link.stage == "user"]
    china = [link for link in users if link.target == "china"]
    own = sum(link.chips for link in china if link.source == "china")
    return sum(link.chips for link in china), own, sum(link.chips for link in users)


def title(links: tuple[Link, ...], year: int) -> str:
    """The finding, as a sentence."""
    used, own, everybody = used_by_china(links)
    return (
        f"At the end of {year} China uses {millions(used)} of {millions(everybody)} million H100-equivalents: "
        f"{millions(own)} of its own and {millions(used - own)} rented abroad"
    )


def _told(mine: tuple[Link, ...], base: tuple[Link, ...], year: int, reference: str, same: bool) -> Markup:
    used, own, _ = used_by_china(base)
    usual = "" if same else (
        f" Under {reference} China uses {millions(used)}, of which it rents {millions(used - own)}."
    )  # fmt: skip
    about = (
        f"Million H100-equivalents, average of {common.futures():,} futures: averages add up exactly, medians do not."
        f"{usual} New chips, seized ones and retired ones are those of {year}. “Earlier” is what owners had when the "
        "year began; owners, places and users are as they stand at its end."
    )
    key = {"us": "United States", "china": "China", "muted": "Everybody else", "offshore": "Rented by China"}
    return theme.heading(title(mine, year), about) + theme.swatches(key, {n: charts.PALETTE[n][0] for n in key})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --------------------------------------------------------------------------------------------------------- pictures
def _pictures(sides: list[tuple[str, tuple[Link, ...]]], year: int) -> list[dict[str, Any]]:
    """One picture for each side, all by one scale."""
    columns = [sankey.columns_of(links, ORDERS) for _, links in sides]
    scale = min(sankey.scale_of(of, HEIGHT) for of in columns)
    width = WIDE if len(sides) == 1 else NARROW
    found = []
    for (head, links), of in zip(sides, columns, strict=True):
        picture = sankey.drawn(links, of, scale, width, HEIGHT, ROOM)
        found.append({
            "head": head if len(sides) > 1 else "", "spoken": f"{head}. {title(links, year)}.", "width": width,
            "height": HEIGHT, "bar": sankey.BAR,
            "heads": [(nodes[0].x, words) for nodes, words in zip(picture.columns, HEADS, strict=True)],
            "nodes": [_node(node) for nodes in picture.columns for node in nodes],
            "ribbons": [_ribbon(ribbon) for ribbon in picture.ribbons],
        })  # fmt: skip
    return found


def _node(node: sankey.Node) -> dict[str, Any]:
    return {"x": node.x, "y": node.y, "height": node.height, "words": node.words, "label": LABELS[node.name],
            "chips": millions(node.chips), "color": _color(node.name)}  # fmt: skip


def _color(name: str) -> str:
    return charts.themed(_COLORS.get(name, charts.MUTED))


def _ribbon(ribbon: sankey.Ribbon) -> dict[str, str]:
    """A ribbon has the color of the owner, and what China rents that of rented compute."""
    link = ribbon.link
    owner = link.target if link.stage == "owner" else link.source
    if link.stage == "user":
        owner = link.target
        if link.target == "china" != link.source:
            return {"path": ribbon.path, "color": charts.themed(charts.ORIGIN["offshore"]), "said": _said(link)}
    return {"path": ribbon.path, "color": _color(owner), "said": _said(link)}


def _said(link: Link) -> str:
    return f"{LABELS[link.source]} → {LABELS[link.target]}: {millions(link.chips)} million"


# ---------------------------------------------------------------------------------------------------- bars, numbers
def _bars(mine: tuple[Link, ...], base: tuple[Link, ...], same: bool) -> list[dict[str, Any]]:
    """The columns as bars, for a phone: one row for each node, and the reference's number where it differs."""
    ours, theirs = (sankey.columns_of(links, ORDERS) for links in (mine, base))
    found = []
    for head, order, one, other in zip(HEADS, ORDERS, ours, theirs, strict=True):
        most = max(*one.values(), *other.values())
        rows = [
            {
                "label": LABELS[name], "chips": millions(one.get(name, 0.0)), "color": _color(name),
                "width": f"{100 * one.get(name, 0.0) / most:.1f}", "usual": f"{100 * other.get(name, 0.0) / most:.1f}",
                "was": "" if same or _equal(one, other, name) else millions(other.get(name, 0.0)),
            } for name in order if name in one or name in other
        ]  # fmt: skip
        found.append({"head": head, "rows": rows})
    return found


def _equal(one: sankey.Column, other: sankey.Column, name: str) -> bool:
    return millions(one.get(name, 0.0)) == millions(other.get(name, 0.0))


def _numbers(mine: tuple[Link, ...], base: tuple[Link, ...], reference: str, same: bool) -> Markup:
    """Every link of both sides, in millions to the thousand, with the sum of each stage."""
    ours, theirs = ({link[:3]: link for link in links} for links in (mine, base))
    rows: list[tuple[str, ...]] = []
    for stage, head in zip(flows.STAGES, ("Made by → owned by", "Owned by → standing in", "Standing in → used by"),
                           strict=True):  # fmt: skip
        keys = [key for key in dict.fromkeys([*ours, *theirs]) if key[0] == stage]
        for key in keys:
            link = ours.get(key) or theirs[key]
            kind = "in the year" if link.kind == "flow" else "stock"
            amounts = [_thousands(side[key].chips if key in side else 0.0) for side in (ours, theirs)]
            rows.append((head, LABELS[link.source], LABELS[link.target], kind, *amounts[: 1 if same else 2]))
        sums = [_thousands(sum(link.chips for key, link in side.items() if key[0] == stage)) for side in (ours, theirs)]
        rows.append((head, "all", "all", "sum", *sums[: 1 if same else 2]))
    heads = ("Step", "From", "To", "What it is", "Million H100e", *([] if same else [_capital(reference)]))
    return render("shared/table.html", around="scroll", kind="all chips", heads=heads, rows=rows)


def _thousands(chips: float) -> str:
    return f"{chips / 1e6:,.3f}"
