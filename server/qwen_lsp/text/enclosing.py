"""What a selection takes in, and the blocks that enclose it, by indentation alone.

The cost never depends on the file.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain

from .document import Document, Span

Rows = tuple[int, int]
"""The first row, and the row after the last."""

MOST_LINES = 60
MOST_CHARACTERS = 4_000
MOST_BLOCK_LINES = 200

_JOINER = "\N{ZERO WIDTH JOINER}"
_LEADING = re.compile(r"\s*")
_DEFINITION = re.compile(
    r"(?:[\w@$.:<>\[\]]+\s+)*?"
    r"(?:def|class|function|func|fn|fun|sub|proc|procedure|method|struct|enum|union|trait|impl|"
    r"interface|module|namespace|record|object|contract|describe|it|test|defn|defun|defmodule|"
    r"resource|rule)\b"
)
_SIGNATURE = re.compile(
    r"(?!(?:if|for|while|switch|catch|else|elif|with|match|try|do|return)\b)\w.*\)"
)
_ATTACHED = re.compile(r"@|#|//|/\*|\*|--|;|%|\[")
_CONTINUED = re.compile(r"[\])}{]|->|:\s*$")
_CLOSER = re.compile(r"[\])}]|</|(?:end|fi|done|esac|endif|endfunction)\b")


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


def headers(document: Document, row: int) -> list[int]:
    """The rows that enclose `row`, definitions first, each kind from the inside out."""
    enclosing = [statement_start(document, row)] if _opens(document, row) else []
    enclosing += outer_headers(document, row, MOST_BLOCK_LINES)
    definitions = [each for each in enclosing if is_definition(document, each)]
    if not definitions:
        definitions = _closed_above(document, row)
    return definitions + enclosing[::-1]


def outer_headers(document: Document, row: int, most: int) -> list[int]:
    """The rows above `row` that enclose it, from the inside out, at most `most` rows away."""
    enclosing = []
    indent = indent_of(document, row)
    for above in range(row - 1, max(row - most, -1), -1):
        if indent <= 0:
            break
        if -1 < (outer := indent_of(document, above)) < indent:
            indent = outer
            enclosing.append(statement_start(document, above))
    return enclosing


def _opens(document: Document, row: int) -> bool:
    """Whether the next line with text is deeper than `row`."""
    for below in range(row + 1, min(row + 10, len(document.lines))):
        if not is_blank(document, below) and document.lines[below].strip() != "{":
            return indent_of(document, below) > indent_of(document, row)
    return False


def _closed_above(document: Document, row: int) -> list[int]:
    """The definition that the closing line `row` ends, if it is one."""
    indent = indent_of(document, row)
    if not _CLOSER.match(document.line(row).strip()):
        return []
    for above in range(row - 1, max(row - MOST_BLOCK_LINES, -1), -1):
        if -1 < indent_of(document, above) <= indent:
            return [statement_start(document, above)]
    return []


def statement_start(document: Document, row: int) -> int:
    """The first line of a statement that goes on at the same indentation, as `{` and `) {` do."""
    indent = indent_of(document, row)
    start = row
    for above in range(row - 1, max(row - 20, -1), -1):
        if not _CONTINUED.match(document.lines[start].strip()) or is_blank(document, above):
            break
        if indent_of(document, above) < indent:
            break
        if indent_of(document, above) == indent:
            start = above
    return start


def is_definition(document: Document, row: int) -> bool:
    """Whether row `row` looks like the head of one, in any of many languages."""
    text = document.line(row).strip()[:200]
    return bool(_DEFINITION.match(text) or _SIGNATURE.match(text))


def with_attached(document: Document, header: int) -> int:
    """The first of the comments, decorators and attributes that stand directly on `header`."""
    first, indent = header, indent_of(document, header)
    for above in range(header - 1, max(header - 50, -1), -1):
        if not 0 <= indent_of(document, above) - indent <= 1:
            break
        if not _ATTACHED.match(document.lines[above].strip()):
            break
        first = above
    return first


def block_end(document: Document, header: int, *, inner: int | None = None) -> int:
    """The row after the last that is deeper than `header`, its closing line taken in.

    `inner` is a row that is known to be inside; at most 200 rows are looked at behind it.
    """
    since = header if inner is None else inner
    indent, last = indent_of(document, header), since + 1
    for below in range(since + 1, min(since + MOST_BLOCK_LINES + 1, len(document.lines))):
        depth = indent_of(document, below)
        if -1 < depth <= indent and not _goes_on(document, header, below):
            break
        if depth >= 0:
            last = below + 1
    return last


def _goes_on(document: Document, header: int, row: int) -> bool:
    """Whether `row`, no deeper than `header`, still belongs to it, as `{`, `) {` and `}` do."""
    if indent_of(document, row) < indent_of(document, header):
        return False
    text = document.line(row).strip()[:200]
    return bool(_CLOSER.match(text)) or text == "{"


def indent_of(document: Document, row: int) -> int:
    """The columns of white space that line `row` begins with; -1 for a blank line."""
    line = document.lines[row]
    blank = _LEADING.match(line)
    if not blank or blank.end() == len(line):
        return -1
    return len(blank.group().expandtabs(4))


def is_blank(document: Document, row: int) -> bool:
    """Whether row `row` holds nothing but white space."""
    return indent_of(document, row) < 0
