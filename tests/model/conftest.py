"""What the tests of the model's service share."""

from .engine import http

__all__ = ["http"]
