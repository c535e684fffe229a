"""The running jobs, and each from its start to its end."""
