"""Signing in with an authorization server, and the tokens that it gives."""
