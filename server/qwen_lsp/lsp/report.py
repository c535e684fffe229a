"""A change as an editor reports it, and which of its edits are our own."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Self

from ..text.document import Document, Edit, Position, Span, after, split_lines
from ..text.edits import moved_span, smallest_edit, touches

MOST_SLID = 400
"""Characters by which an edit may be reported beside the place where it was asked for."""


class Change(NamedTuple):
    """One edit, and the text that it took away."""

    edit: Edit
    removed: str


class Report(tuple[Change, ...]):
    """What was changed, one after the other; or, if it `sums_up`, what that comes to."""

    sums_up = False

    @classmethod
    def of(cls, edits: Sequence[Edit], removed: Sequence[str], *, sums_up: bool) -> Self:
        """The edits in the order in which they were made, and what each took away.

        What an edit takes away and puts in again at its ends is left out.
        """
        changes = (_trimmed(Change(*pair)) for pair in zip(edits, removed, strict=True))
        report = cls(change for change in changes if change)
        report.sums_up = sums_up
        return report

    def followed_by(self, other: "Report") -> "Report":
        """Both as one."""
        both = Report(self + other)
        both.sums_up = self.sums_up or other.sums_up
        return both

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Without what they took away."""
        return tuple(change.edit for change in self)

    def made_at(self, sent: Sequence[Edit], document: Document | None = None) -> int | None:
        """Where in it the edits begin that were `sent`, the last one of them first.

        None if they don't stand there one after the other, just as they were sent. With `document`,
        as it is after the report, they may also be reported some characters on, where that comes
        to the same: “c\\n  ” put in behind the blanks of a line for “  c\\n” put in before them.
        So does an editor that compares lines to find out what has changed.
        """
        ours = sent[::-1]
        alike: list[Callable[[int, Edit], bool]] = [self._is, self._is_clamped]
        if document:
            alike.append(partial(self._is_slid, document))
        for is_ours in alike:
            for first in range(len(self) - len(ours) + 1):
                if all(is_ours(first + index, edit) for index, edit in enumerate(ours)):
                    return first
        return None

    def is_part_of(self, sent: Sequence[Edit], document: Document) -> bool:
        """Whether it holds some of the edits that were `sent` and nothing else: the others follow.

        So it is with an editor that reports one request in several changes.
        """
        return 0 < len(self) < len(sent) and self.made_at(sent[-len(self) :], document) is not None

    def parted(self, first: int, count: int) -> tuple["Report", "Report", "Report"]:
        """What comes before `first`, `count` changes from there on, and what comes after them."""
        last = first + count
        return Report(self[:first]), Report(self[first:last]), Report(self[last:])

    def _is(self, index: int, sent: Edit) -> bool:
        """Whether one change is just what was sent."""
        span, text = self[index].edit
        return (span, _plain(text)) == (sent.span, _plain(sent.text))

    def _is_clamped(self, index: int, sent: Edit) -> bool:
        """Whether it is that, in rows that have become too short for it by what was typed before.

        What one of the edits that were sent together has made of such a row is no such thing.
        """
        (start, end), text = self[index].edit
        is_clamped = start.column <= sent.span.start.column and end.column <= sent.span.end.column
        rows = (sent.span.start.line, sent.span.end.line)
        is_there = (start.line, end.line) == rows and _plain(text) == _plain(sent.text)
        return is_there and is_clamped and (index > 0 or self._is(index, sent))

    def _is_slid(self, document: Document, index: int, sent: Edit) -> bool:
        """Whether it comes to the same as what was sent."""
        if self._is(index, sent):
            return True
        slid = _slid(self[index], sent)
        return slid is not None and self._stands(slid, index, document)

    def _stands(self, slid: Edit, index: int, document: Document) -> bool:
        """Whether, after the change, its text is in its place, and is still there at the end."""
        place = slid.span
        for edit in self.edits[index + 1 :]:
            if touches(place, edit):
                return False
            place = moved_span(place, [edit])
        return _plain(document.slice(place)) == slid.text


def _trimmed(change: Change) -> Change | None:
    """The change without what is the same before and after; None if all is."""
    (span, text), removed = change
    if not text or not removed:
        return change if text or removed else None
    smallest = smallest_edit(split_lines(removed), split_lines(text))
    if smallest is None:
        return None
    start, end = (_within(place, span.start) for place in smallest.span)
    return Change(Edit(Span(start, end), smallest.text), Document(removed).slice(smallest.span))


def _within(place: Position, start: Position) -> Position:
    line, column = place
    return Position(start.line + line, column if line else start.column + column)


def _slid(reported: Change, sent: Edit) -> Edit | None:
    """What must stand in the document, and where, for both to come to the same.

    None if they can't.
    """
    (place, text), removed = reported
    if not removed and sent.span.start == sent.span.end:
        return _slid_insertion(sent.span.start, _plain(sent.text), place.start, _plain(text))
    if not text and not sent.text:
        return _slid_deletion(place, _plain(removed), sent.span)
    return None


def _slid_insertion(asked_at: Position, asked: str, at: Position, text: str) -> Edit | None:
    """Between the two places stands the text itself, once or more, and a part of it."""
    if len(text) != len(asked) or text not in asked + asked:
        return None
    is_before = at < asked_at
    start, end, first = (at, asked_at, text) if is_before else (asked_at, at, asked)
    over = first * (MOST_SLID // len(first) + 2)
    for count in range(1, MOST_SLID + 1):
        if after(start, over[:count]) == end and (
            over[count : count + len(text)] == (asked if is_before else text)
        ):
            whole = over[: count + len(text)]
            return Edit(Span(start, after(start, whole)), whole)
    return None


def _slid_deletion(place: Span, removed: str, asked: Span) -> Edit | None:
    """Between the two places stands what was taken away, once or more, and a part of it."""
    if not removed or removed.count("\n") != asked.end.line - asked.start.line:
        return None
    over = removed * (MOST_SLID // len(removed) + 1)
    is_before = place.start < asked.start
    start, end = (place, asked) if is_before else (asked, place)
    for count in range(1, min(len(over), MOST_SLID) + 1):
        between = over[:count] if is_before else over[-count:]
        if after(start.start, between) == end.start and after(start.end, between) == end.end:
            return Edit(Span(start.start, after(start.start, between)), between)
    return None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
