"""Who pays for a request: someone signed in, or a key."""
