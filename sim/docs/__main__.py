"""`python -m sim.docs` rewrites the generated tables."""

from sim.docs.tables import main

if __name__ == "__main__":
    raise SystemExit(main())
