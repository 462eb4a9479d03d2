"""The Assumptions page."""
