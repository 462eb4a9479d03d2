"""Foreign chip tools that Chinese fabs buy."""

from __future__ import annotations

from agents.allocation import FABS
from agents.rows import CHINA
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import costs, domestic

LOGIC_TOOLS = 0.7
"""Share of tools for Chinese AI chips that makes logic, the rest makes memory; judgment."""


def tool_sales(s: State, q: Quarter) -> Array:
    """US dollars of foreign tools that Chinese fabs buy in a quarter, (R,)."""
    slowing = costs.foreign_tools(
        domestic.TOOLS_FOR_MEMORY * q.tools + (1 - domestic.TOOLS_FOR_MEMORY) * q.memory_control
    )
    share = LOGIC_TOOLS * costs.foreign_tools(q.tools) + (1 - LOGIC_TOOLS) * slowing
    return for_tools(s) * share


def for_tools(s: State) -> Array:
    """US dollars a quarter for the tools of Chinese fabs, from wherever, (R,)."""
    return costs.EQUIPMENT * s.budget[CHINA] * s.money_use[CHINA, FABS]
