"""Messages out, text in. Knows nothing of editors."""
