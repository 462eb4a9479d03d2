"""What a run leaves behind: series, outcomes, summaries, and the difference of two runs."""
