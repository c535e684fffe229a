"""Columns of a line: the client's code units on one side, our code points on the other.

LSP 3.17, "Position Encoding Kind". A lone surrogate counts as it would in its encoding.
"""

from bisect import bisect_right
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2)}


def units(line: str, column: int, encoding: Encoding) -> int:
    """How many code units the first `column` characters of `line` take."""
    if encoding == "utf-32" or line.isascii():
        return min(column, len(line))
    codec, size = _CODECS[encoding]
    return len(line[:column].encode(codec, "surrogatepass")) // size


def column(line: str, units_before: int, encoding: Encoding) -> int:
    """The column that lies `units_before` code units into `line`.

    Past the end it is the end; inside a character it is the place before that character.
    """
    most = min(units_before, len(line))
    if encoding == "utf-32" or line.isascii():
        return most
    columns = range(most + 1)
    return bisect_right(columns, units_before, key=lambda end: units(line, end, encoding)) - 1
