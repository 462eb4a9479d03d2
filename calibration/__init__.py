"""Measured hardware fractions for the simulator, each in a named, sourced result."""
