"""Explanations, and how they are shown."""
