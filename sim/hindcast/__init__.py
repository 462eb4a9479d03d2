"""The model against history: blind runs from past dates, their scores, and parameters weighed by the past."""
