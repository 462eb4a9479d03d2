"""The page Play: a class in one room, with seats in the same model."""
