"""A calibration result as one HTML page that works offline: what was measured, and how little of it moves the model.

`page` puts it together from a file per section, which holds the section's words and its charts. Every string of a
record is escaped. Charts are drawn by the Vega libraries, embedded once; the policy in the page's head keeps it from
asking any host for anything.
"""

from calibration.report.page import write_report

__all__ = ["write_report"]
