"""How often is asked: requests in turn, retries and pauses."""
