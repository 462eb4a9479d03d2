"""What the Evidence page draws, made once for all users."""

from __future__ import annotations

import streamlit as st

from scenarios import BASELINE, load
from scenarios.schema import Scenario
from sim.forecast import sealed
from sim.forecast.score import Score, score
from sim.ui.evidence import charts, frames
from sim.ui.shared import common
from sim.ui.shared.charts import Spec


@st.cache_resource(show_spinner=False, max_entries=200)
def spec(kind: str, axis: frames.Axis, *ends: int) -> Spec:
    """A chart of the Evidence page for an axis: a twentieth of a second to build, so each is built once."""
    made: Spec = getattr(charts, kind)(axis, *ends)
    return made


def today() -> frames.Today:
    """Current policy beside other people's numbers."""
    return _today(load(BASELINE).canonical(), common.futures(), common.SEED, common.UNTIL)


@st.cache_resource(max_entries=4, show_spinner=False)
def _today(canonical: str, runs: int, seed: int, until: int) -> frames.Today:
    return common.of_run(frames.today, canonical, runs, seed, until)


def forms() -> dict[str, dict[int, float]]:
    """The frontier's growth under each form of reinforcement: three runs more, made when somebody asks."""
    return _forms(load(BASELINE).canonical(), common.futures(), common.SEED, common.UNTIL)


@st.cache_resource(max_entries=4, show_spinner=False)
def _forms(canonical: str, runs: int, seed: int, until: int) -> dict[str, dict[int, float]]:
    return common.of_run(frames.forms, canonical, runs, seed, until)


def priors() -> Scenario:
    """Current policy with parameters drawn from their priors, as if there were no history to learn from."""
    return load(BASELINE).with_changes(weighting="none")


@st.cache_resource(max_entries=1, show_spinner=False)
def track_record() -> list[Score]:
    """Every sealed forecast with its score against the data of this version."""
    return [score(one) for one in sealed.every()]
