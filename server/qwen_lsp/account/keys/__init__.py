"""Keys: the places that they come from, and which of them may go where."""
