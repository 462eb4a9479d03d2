"""What is asked of a run: one question per file, each with a plain one-line meaning."""

from __future__ import annotations


def meanings() -> dict[str, str]:
    """What each outcome means, in one plain line, by the name under which it is shown."""
    from sim.results.outcomes import blocs, china_compute, crossing, lead, million, polarity

    return {
        "Outcome": polarity.MEANING,
        "Bloc": blocs.MEANING,
        "Lead": lead.MEANING,
        "Crossing": crossing.MEANING,
        "A million chips": million.MEANING,
        "China's compute": china_compute.MEANING,
    }
