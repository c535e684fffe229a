"""Who pays and which service answers: set up, seen and changed in an editor."""
