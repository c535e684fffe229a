"""Signing in, and the tokens that it gives."""
