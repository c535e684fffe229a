"""Who pays: the sign-in, its token and the keys."""
