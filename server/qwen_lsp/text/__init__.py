"""Documents, spans and edits. Knows nothing of LSP; does no I/O."""
