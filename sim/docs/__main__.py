"""`python -m sim.docs` writes the generated tables anew."""

from sim.docs.tables import main

if __name__ == "__main__":
    raise SystemExit(main())
