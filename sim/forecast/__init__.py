"""The track record: forecasts that are sealed before the data come, and scored against them afterward."""
