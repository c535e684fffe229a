"""The simulated service: its sign-in, its replies and what it does wrong on purpose."""
