"""What writes the generated tables of the documentation: `python -m sim.docs`."""
