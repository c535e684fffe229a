"""Many users at many desks, each by a seed of its own: `python -m tests.soak`."""
