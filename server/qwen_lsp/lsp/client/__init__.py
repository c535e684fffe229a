"""The editor at the other end: what it can do, and what it can be asked."""
