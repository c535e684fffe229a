"""Whether a file parses, and at which row it doesn't."""
