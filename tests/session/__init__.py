"""A whole session in memory: what must hold whatever the order in which things come."""
