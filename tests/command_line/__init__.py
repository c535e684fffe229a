"""What a user does in a terminal."""
