"""The Data and API page."""
