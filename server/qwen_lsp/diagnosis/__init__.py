"""What works between here and a model, what does not, and what to do about it."""
