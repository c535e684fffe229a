"""What a user can ask for, and what becomes of the reply."""
