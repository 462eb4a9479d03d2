"""What a calibration result says: what was measured, and how little of it moves the model.

A file per section holds the section's words, charts and tables as blocks (`blocks`), which know nothing of where they
are shown. `page` makes one HTML page of them that works offline: every string of a record is escaped, charts are drawn
by the Vega libraries, embedded once, and the policy in the page's head keeps it from asking any host for anything. The
app draws the same blocks with Streamlit, so page and report show the same numbers.
"""

from calibration.report.draft import Draft
from calibration.report.page import write_report

__all__ = ["Draft", "write_report"]
