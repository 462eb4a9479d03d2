"""The command line, `polarity`: a file for each group of commands, and `text/` for how results look in a terminal."""

from sim.cli.commands import app, main

__all__ = ["app", "main"]
