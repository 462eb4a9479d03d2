"""The nine phases of a quarter, one file each: `run(world)` reads and changes the world's tables."""
