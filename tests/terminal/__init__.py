"""The demonstration in the terminal, played by its script."""
