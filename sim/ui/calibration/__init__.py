"""The page Calibration: what small runs measured, what they move, and what cannot be concluded."""
