"""What a user may set. Knows nothing of LSP."""
