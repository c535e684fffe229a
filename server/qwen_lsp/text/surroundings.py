"""What a selection takes in, and what stands around it. The cost never depends on the file."""

import unicodedata
from collections.abc import Iterable
from itertools import chain

from .blocks import MOST_BLOCK_LINES, block_end, headers, is_blank, with_attached
from .document import Document, Span

Rows = tuple[int, int]
"""The first row, and the row after the last."""

MOST_LINES = 60
MOST_CHARACTERS = 4_000

_JOINER = "\N{ZERO WIDTH JOINER}"


def whole_lines(document: Document, span: Span) -> Rows:
    """The rows that `span` touches, without the blank ones at its edges.

    An end at the start of a later line doesn't take that line in, nor does a start at the end of
    an earlier one. Of blank rows only, the first.
    """
    start, end = document.clamp(span.start), document.clamp(span.end)
    first, last = start.line, end.line + 1
    if end.column == 0 and end.line > start.line:
        last -= 1
    if last - first > 1 and start.column == len(document.line(first)):
        first += 1
    while last > first and is_blank(document, last - 1):
        last -= 1
    if last == first:
        return first, first + 1
    while is_blank(document, first):
        first += 1
    return first, last


def is_bare(document: Document, span: Span) -> bool:
    """Whether `span` is only a cursor: empty, or the one character that Helix' cursor covers."""
    start, end = document.clamp(span.start), document.clamp(span.end)
    if start == end:
        return True
    if start.line == end.line:
        return _is_one_character(document.line(start.line)[start.column : end.column])
    at_line_end = start.column == len(document.line(start.line))
    return at_line_end and (end.line, end.column) == (start.line + 1, 0)


def lines_above(document: Document, row: int) -> tuple[str, ...]:
    """The lines before `row`, without ends, as many as fit what a prompt may hold."""
    return tuple(reversed(_nearest(document, range(row - 1, -1, -1))))


def lines_below(document: Document, row: int) -> tuple[str, ...]:
    """The lines from `row` on, without ends, as many as fit what a prompt may hold."""
    return tuple(_nearest(document, range(row, len(document.lines))))


def beginning(document: Document, most: int) -> str:
    """The first `most` characters. Costs these, however long the document is."""
    taken: list[str] = []
    left = most
    for line in document.lines:
        if left <= 0:
            break
        taken.append(line[:left])
        left -= len(line)
    return "".join(taken)


def block_around(document: Document, row: int) -> Rows:
    """The definition around `row`, by its indentation; else its paragraph. At most 200 rows."""
    row = _text_near(document, max(0, min(row, len(document.lines) - 1)))
    for header in headers(document, row):
        first, last = with_attached(document, header), block_end(document, header)
        if last - first <= MOST_BLOCK_LINES and row < last:
            return first, last
    return _paragraph(document, row)


def _nearest(document: Document, rows: Iterable[int]) -> list[str]:
    lines: list[str] = []
    left = MOST_CHARACTERS
    for row in rows:
        left -= len(document.lines[row])
        if left < 0 or len(lines) == MOST_LINES:
            break
        lines.append(document.line(row))
    return lines


def _is_one_character(text: str) -> bool:
    """A character as the user sees it, near enough to Unicode's grapheme clusters (UAX 29)."""
    if len(text) > 2 and all("\U0001f1e6" <= each <= "\U0001f1ff" for each in text):
        return False
    previous = text[:1]
    for each in text[1:32]:
        if previous != _JOINER and not _extends(each, previous):
            return False
        previous = each
    return len(text) <= 32


def _extends(character: str, previous: str) -> bool:
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return "\U0001f1e6" <= previous <= "\U0001f1ff"
    is_skin = "\U0001f3fb" <= character <= "\U0001f3ff"
    return is_skin or character == _JOINER or unicodedata.category(character).startswith("M")


def _text_near(document: Document, row: int) -> int:
    """`row`, or the nearest row below or else above that is not blank."""
    below = range(row, min(row + MOST_BLOCK_LINES, len(document.lines)))
    above = range(row, max(row - MOST_BLOCK_LINES, -1), -1)
    for near in chain(below, above):
        if not is_blank(document, near):
            return near
    return row


def _paragraph(document: Document, row: int) -> Rows:
    first, last, most = row, row + 1, MOST_BLOCK_LINES // 2
    while first > max(0, row - most + 1) and not is_blank(document, first - 1):
        first -= 1
    while last < min(len(document.lines), row + most) and not is_blank(document, last):
        last += 1
    return first, last
