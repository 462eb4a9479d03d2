"""The nine phases of a quarter, one file each: `run(context, state, quarter)` reads and changes the tables."""
