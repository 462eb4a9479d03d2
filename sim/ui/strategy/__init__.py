"""The page Strategy: every package of Washington against every package of Beijing, and what follows."""
