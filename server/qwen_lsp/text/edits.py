"""What an edit does to the places around it, and the edit between two texts."""

from collections.abc import Sequence

from .document import Edit, Position, Span, after


def moved(position: Position, edit: Edit, *, stays_before: bool) -> Position:
    """Where `position` is once `edit` is made.

    Text put in exactly at `position` goes after it if `stays_before`, else before it. A place inside
    what is replaced goes to the start of the replacement, or to its end.
    """
    (start, end), text = edit
    if position < start or (position == start and (stays_before or start < end)):
        return position
    landed = after(start, text)
    if position < end:
        return start if stays_before else landed
    if position.line == end.line:
        return Position(landed.line, landed.column + position.column - end.column)
    return Position(position.line + landed.line - end.line, position.column)


def smallest_edit(old: Sequence[str], new: Sequence[str]) -> Edit | None:
    """The one replacement of whole lines that makes `new` of `old`; None where they are the same.

    Both are lines as `split_lines` gives them: with their ends, the last one without.
    """
    head = _same(old, new, most=min(len(old), len(new)) - 1)
    tail = 0
    while tail < min(len(old), len(new)) - head - 1 and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    last_old, last_new = old[len(old) - 1 - tail], new[len(new) - 1 - tail]
    if len(old) == len(new) == head + tail + 1 and last_old == last_new:
        return None
    column = _same(last_old[::-1], last_new[::-1], most=min(len(last_old), len(last_new)))
    removed = Position(len(old) - 1 - tail, len(last_old) - column)
    text = "".join(new[head : len(new) - 1 - tail]) + last_new[: len(last_new) - column]
    return Edit(Span(Position(head, 0), removed), text)


def _same(one: Sequence[str], other: Sequence[str], *, most: int) -> int:
    count = 0
    while count < most and one[count] == other[count]:
        count += 1
    return count
