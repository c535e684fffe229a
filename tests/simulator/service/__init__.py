"""The simulated service over real HTTP."""
