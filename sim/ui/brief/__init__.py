"""The one-page brief, in words and as files."""
