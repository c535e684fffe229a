"""Real editors in a terminal, driven by keys; `make editors` plays them, no test of pytest does."""
