"""Bytes in, pieces of a reply out; and a reply that was cut is resumed."""
