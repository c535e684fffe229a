"""How fast and how small the real server is, measured from outside: `python -m tests.bench`."""
