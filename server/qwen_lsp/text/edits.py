"""What an edit does to the places around it, and the edit between two texts."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from .document import Edit, Position, Span, after


def moved(position: Position, edit: Edit, *, stays_before: bool) -> Position:
    """Where `position` is once `edit` is made.

    Text put in exactly at `position` goes after it if `stays_before`, else before it. A place
    inside what is replaced goes to the start of the replacement, or to its end.
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


def moved_span(span: Span, edits: Iterable[Edit]) -> Span:
    """Where `span` is once `edits` are made, one after the other.

    Text put in exactly at an edge is outside.
    """
    start, end = span
    for edit in edits:
        start = moved(start, edit, stays_before=False)
        end = max(start, moved(end, edit, stays_before=True))
    return Span(start, end)


def touches(span: Span, edit: Edit) -> bool:
    """Whether `edit` changes something within `span`; exactly at its edges is outside."""
    return edit.span.start < span.end and span.start < edit.span.end


def smallest_edit(old: Sequence[str], new: Sequence[str]) -> Edit | None:
    """The one replacement that makes `new` of `old`; None where they are the same.

    Both are lines as `split_lines` gives them: with their ends, the last one without.
    """
    most = min(len(old), len(new))
    head = _same(old, new, most=most)
    tail = _same(_Reversed(old), _Reversed(new), most=most - head)
    removed = "".join(old[head : len(old) - tail])
    text = "".join(new[head : len(new) - tail])
    if removed == text:
        return None
    most = min(len(removed), len(text))
    first = _same(removed, text, most=most)
    if removed[:first].endswith("\r"):
        first -= 1
    last = _same(_Reversed(removed), _Reversed(text), most=most - first)
    if (
        last
        and removed[-last] == "\n"
        and "\r" in (removed[-last - 1 : -last], text[-last - 1 : -last])
    ):
        last -= 1
    start = after(Position(head, 0), removed[:first])
    end = after(start, removed[first : len(removed) - last])
    return Edit(Span(start, end), text[first : len(text) - last])


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many elements are the same at the beginning of both."""
    return _same(one, other, most=min(len(one), len(other)))


class _Reversed:
    """A sequence seen from its end, without a copy."""

    def __init__(self, sequence: Sequence[str]) -> None:
        self._sequence = sequence

    def __getitem__(self, index: int) -> str:
        return self._sequence[-1 - index]


class _Indexable(Protocol):
    def __getitem__(self, index: int, /) -> str: ...


def _same(one: _Indexable, other: _Indexable, *, most: int) -> int:
    count = 0
    while count < most and one[count] == other[count]:
        count += 1
    return count
