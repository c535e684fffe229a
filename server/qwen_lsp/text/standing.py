"""Where lines stand in a document that once stood, or are to stand, at some place of it."""

from collections.abc import Sequence

from .document import Document, Position, Span


def held(document: Document, first: int, last: int) -> tuple[str, ...]:
    """Rows `first` up to `last` of a document, without their ends, as far as it has them."""
    return tuple(document.line(row) for row in range(first, min(last, len(document.lines))))


def standing(document: Document, span: Span, lines: Sequence[str]) -> Span | None:
    """Where `lines` are whole rows in the place of `span`, or None.

    Where all of `span` was taken away, they may have been put in at either side of it.
    """
    first, count = span.start.line, len(lines)
    places = [first, span.end.line + 1 - count]
    if span.start == span.end:
        places += [first - count, first - count - 1, first + 1]
    for row in dict.fromkeys(places):
        if row >= 0 and held(document, row, row + count) == tuple(lines):
            return Span(Position(row, 0), Position(row + count - 1, len(lines[-1])))
    return None
