"""The table to take along: as files, as a command and as Python."""

from __future__ import annotations

import io

import streamlit as st

from sim.analysis.strategy import Strategy
from sim.ui.shared import common, recipes, theme
from sim.ui.shared.recipes import Dice
from sim.ui.shared.setup import Setup
from sim.ui.strategy.wishes import Wishes

HEAD = "Take the table along"


def panel(now: Setup, whole: Strategy, mine: Strategy, wishes: Wishes) -> None:
    """Downloads and what reproduces them, once somebody opens them."""
    with st.expander(HEAD, key="strategy_files", icon=":material/download:", on_change="rerun") as more:
        if not more.open:
            return
        dice = Dice(whole.runs, common.SEED, common.UNTIL)
        stem = f"strategy-{now.spec.digest()}-{wishes.players}"
        with st.container(horizontal=True, gap="small"):
            st.download_button("Table (CSV)", lambda: _csv(mine, wishes), f"{stem}.csv", "text/csv",
                               on_click="ignore", key="strategy_csv")  # fmt: skip
            st.download_button("Every future (Parquet)", lambda: _parquet(whole), f"{stem}.parquet",
                               "application/vnd.apache.parquet", on_click="ignore", key="strategy_parquet")  # fmt: skip
        st.html(theme.paragraph(
            "One row for each combination: average outcomes, and what it is worth to whom under the values above. The "
            "Parquet file has every future before anybody's weights."
        ))  # fmt: skip
        asks = recipes.Asks(wishes.who, wishes.values, wishes.left_out, wishes.politics, wishes.also)
        if recipes.needs_own_file(now):
            st.html(theme.paragraph(f"Save the scenario as {recipes.file_name(now)} first; Data and API has the file."))
        if not wishes.politics:
            st.html(theme.paragraph("The command always counts recorded politics; Python can leave them out."))
        st.code(recipes.strategy_command(now, asks, dice), language="bash", wrap_lines=True)
        if weights := recipes.strategy_values(asks):
            st.html(theme.paragraph("values.yaml:"))
            st.code(weights, language="yaml", wrap_lines=True)
        st.code(recipes.strategy_python(now, asks, dice), language="python", wrap_lines=True)


def _csv(found: Strategy, wishes: Wishes) -> bytes:
    return found.frame(wishes.values).write_csv().encode()


def _parquet(found: Strategy) -> bytes:
    held = io.BytesIO()
    found.outcomes().write_parquet(held)
    return held.getvalue()
