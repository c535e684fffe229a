"""The blocks that a text is made of, by its indentation alone: what encloses a row, and where."""

import re

from .document import Document

MOST_BLOCK_LINES = 200

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
