"""What is asked of a run: one question per file, each with a plain one-line meaning."""
