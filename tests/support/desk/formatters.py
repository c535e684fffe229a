"""What formatters do to a text on save: none of them changes a word."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from .told import Cut


class Row(NamedTuple):
    """A line of a text, without its end: from `start` up to `end`, and where the next begins."""

    start: int
    end: int
    behind: int
    text: str


def rows_of(text: str) -> list[Row]:
    """The lines of a text that ends them with LF or CRLF."""
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        found.append(Row(start, start + len(bare), start + len(line), bare))
        start += len(line)
    return found


def trims(text: str) -> Iterator[Cut]:
    """White space at the ends of lines goes."""
    for row in rows_of(text):
        kept = len(row.text.rstrip(" \t"))
        if kept < len(row.text):
            yield Cut(row.start + kept, row.end, "")


def indents(text: str) -> Iterator[Cut]:
    """Each tab at the beginning of a line becomes four blanks."""
    for row in rows_of(text):
        tabs = len(row.text) - len(row.text.lstrip("\t"))
        if tabs:
            yield Cut(row.start, row.start + tabs, tabs * "    ")


def splits(text: str) -> Iterator[Cut]:
    """What is assigned gets a line of its own."""
    for row in rows_of(text):
        at = row.text.find(" = ")
        if at > 0:
            yield Cut(row.start + at + 2, row.start + at + 3, text[row.end : row.behind] or "\n")


def joins(text: str) -> Iterator[Cut]:
    """Every other line joins the one above."""
    for number, (upper, lower) in enumerate(pairwise(rows_of(text))):
        if number % 2 == 0 and upper.text.strip() and lower.text.strip():
            indent = len(lower.text) - len(lower.text.lstrip(" \t"))
            yield Cut(upper.end, lower.start + indent, " ")


def reorders(text: str) -> Iterator[Cut]:
    """Every other line changes places with the one above."""
    for number, (upper, lower) in enumerate(pairwise(rows_of(text))):
        if number % 2 == 0 and upper.text != lower.text:
            line_end = text[upper.end : upper.behind]
            yield Cut(upper.start, lower.end, f"{lower.text}{line_end}{upper.text}")


Formatter = Callable[[str], Iterator[Cut]]
FORMATTERS: tuple[Formatter, ...] = (trims, indents, splits, joins, reorders)
