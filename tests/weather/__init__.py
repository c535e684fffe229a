"""A service in all weathers: each request meets what is drawn for it, and each job is judged."""
