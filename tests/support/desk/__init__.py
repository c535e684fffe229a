"""A desk: an editor of one kind, its user, and the server's delivery behind a wire."""
