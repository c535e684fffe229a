"""One change of many rows as the small ones that it may be made of."""

from .document import Edit, Position, Span, split_lines
from .edits import smallest_edit
from .hunks import Hunk, hunks


def finer(edit: Edit, removed: str) -> list[Edit]:
    """Edits that come to the same as `edit`, which took `removed` away, from the last one up.

    A formatter may replace all from the first to the last thing that it changes as one piece; what
    stays the same in it is not touched by these. Costs what a comparison of the rows costs.
    """
    old = split_lines(removed)
    found: list[Edit] = []
    for hunk in reversed(hunks(old, split_lines(edit.text))):
        found += _of_hunk(hunk, old, edit.span)
    return found


def _of_hunk(hunk: Hunk, old: list[str], span: Span) -> list[Edit]:
    """The edits of one hunk, from the last one up: line by line where as many come as go."""
    first, last, lines = hunk
    if last - first != len(lines):
        return [Edit(Span(_place(first, old, span), _place(last, old, span)), "".join(lines))]
    found = []
    for row in reversed(range(first, last)):
        if edit := smallest_edit([old[row]], [lines[row - first]]):
            places = (_within(place, _place(row, old, span)) for place in edit.span)
            found.append(Edit(Span(*places), edit.text))
    return found


def _place(row: int, old: list[str], span: Span) -> Position:
    """Where row `row` of what was taken away began."""
    if row == len(old):
        return span.end
    return Position(span.start.line + row, 0) if row else span.start


def _within(place: Position, start: Position) -> Position:
    line, column = place
    return Position(start.line + line, column if line else start.column + column)
