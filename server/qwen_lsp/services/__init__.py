"""Which service and model answer, and who has said so. Knows nothing of LSP."""
