"""`python -m sim.cli` is `polarity`."""

from sim.cli import main

if __name__ == "__main__":
    main()
