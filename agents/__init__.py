"""The actors: nations that decide, and the designer that offers chips."""
