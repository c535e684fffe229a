"""A change as an editor reports it, and which of its edits are our own."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

from ..text.document import Edit, Position, after

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
        """The edits in the order in which they were made, and what each took away."""
        report = cls(map(Change, edits, removed))
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

    def made_at(self, sent: Sequence[Edit], *, exactly: bool = False) -> int | None:
        """Where in it the edits begin that were `sent`, the last one of them first.

        None if they don't stand there one after the other. If `exactly`, they must be reported at
        just the place where they were asked for.
        """
        ours = sent[::-1]
        first = _first(self, ours, _is_just)
        return first if exactly or first is not None else _first(self, ours, is_same)

    def is_part_of(self, sent: Sequence[Edit]) -> bool:
        """Whether it holds some of the edits that were `sent` and nothing else: the others follow.

        So it is with an editor that reports one request in several changes.
        """
        return 0 < len(self) < len(sent) and self.made_at(sent[-len(self) :]) is not None

    def parted(self, first: int, count: int) -> tuple["Report", "Report", "Report"]:
        """What comes before `first`, `count` changes from there on, and what comes after them."""
        last = first + count
        return Report(self[:first]), Report(self[first:last]), Report(self[last:])


def is_same(reported: Change, sent: Edit) -> bool:
    """Whether what is reported comes to the same as what was `sent`.

    An editor that compares lines to find out what has changed may report an edit some characters
    on: “c\\n  ” put in behind the blanks of a line for “  c\\n” put in before them.
    """
    if _is_just(reported, sent):
        return True
    place, text, asked = reported.edit.span, _plain(reported.edit.text), _plain(sent.text)
    if place.start == place.end and sent.span.start == sent.span.end:
        return _is_slid_insertion(sent.span.start, asked, place.start, text)
    return not text and not asked and _is_slid_deletion(reported, sent)


def _first(
    report: Report, ours: Sequence[Edit], is_ours: Callable[[Change, Edit], bool]
) -> int | None:
    for first in range(len(report) - len(ours) + 1):
        if all(is_ours(*pair) for pair in zip(report[first:], ours, strict=False)):
            return first
    return None


def _is_just(reported: Change, sent: Edit) -> bool:
    return reported.edit.span == sent.span and _plain(reported.edit.text) == _plain(sent.text)


def _is_slid_insertion(asked_at: Position, asked: str, at: Position, text: str) -> bool:
    """What goes between the two places is in the text, at its one end or at its other."""
    if at < asked_at:
        asked_at, asked, at, text = at, text, asked_at, asked
    return (
        len(text) == len(asked)
        and text in asked + asked
        and any(
            after(asked_at, asked[:count]) == at and asked[count:] + asked[:count] == text
            for count in range(1, min(len(asked), MOST_SLID) + 1)
        )
    )


def _is_slid_deletion(reported: Change, sent: Edit) -> bool:
    """What goes between the two places stands there twice: before what is taken away and in it."""
    (start, end), removed = reported.edit.span, _plain(reported.removed)
    asked = sent.span
    if removed.count("\n") != asked.end.line - asked.start.line:
        return False
    for count in range(1, min(len(removed), MOST_SLID) + 1):
        behind, before = removed[-count:], removed[:count]
        if after(asked.start, behind) == start and after(asked.end, behind) == end:
            return True
        if after(start, before) == asked.start and after(end, before) == asked.end:
            return True
    return False


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
