"""Refreshing the data: releases of the sources, as files that somebody has downloaded, into the project's tables.

Nothing here runs at start, and nothing fetches anything: `polarity data refresh --from DIR` reads files of one folder.

    files.py        text, CSV, JSON and YAML, or one line that says what is wrong with a file
    sources.py      the sources: license, address, how a file is recognized, whether it restates its past
    releases.py     the files of a folder as dated releases
    index.py, runs.py, chips.py, clusters.py, metr.py, census.py, register.py    one source each, as proposed rows
    sheets.py       the project's tables, row by row, written completely or not at all
    edge.py         the values that runs start from, before and after
    lock.py         what was read last: file, date, SHA-256, license
    refresh.py      all of it in one call
"""

from sim.refresh.refresh import Report, refresh

__all__ = ["Report", "refresh"]
