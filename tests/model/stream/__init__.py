"""Bytes in, pieces of a reply out."""
