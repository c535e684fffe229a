"""The commands that a user gives in a terminal."""
