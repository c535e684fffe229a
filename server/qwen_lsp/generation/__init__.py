"""What is asked of a model for one job, and asking it."""
