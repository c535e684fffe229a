"""A service in all weathers: what happens to a request is drawn, and what becomes of a job judged."""
