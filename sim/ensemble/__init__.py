"""The ensemble: named streams of random numbers, and what is drawn from them for each member."""
