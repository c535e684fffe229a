"""Tests of what lies between a prompt and its reply."""
