"""Whether a change lies beside a region that is being written, and where the region is after it."""

from collections.abc import Iterable

from ..text.document import Document, Edit, Position, Span
from ..text.edits import moved_span, touches
from .report import Change
from .writing import Writing


def moved_beside(document: Document, writing: Writing, changes: Iterable[Change]) -> Span | None:
    """Where the region is after `changes`, made one after the other; None if one was in it.

    What was put in exactly at an edge is outside, unless it is what we took away there: then
    somebody has undone it. `document` is as it is after all of them.
    """
    region = writing.region
    is_certain = True
    for change in changes:
        edit = change.edit
        if touches(region, edit):
            slid = _slid(region, change, writing.rewrite.line(0))
            if slid is None:
                return None
            edit, is_certain = slid, is_certain and not change.removed
        elif _undoes(region, edit) and edit.text in writing.taken_away:
            return None
        region = moved_span(region, [edit])
    if not is_certain and not _begins(document, region.start, writing.rewrite.line(0)):
        return None
    return region


def _undoes(region: Span, edit: Edit) -> bool:
    """Whether it puts whole rows in at an edge, as who undoes what took them away."""
    place, text = edit.span.start, edit.text
    return (place == region.start and text.endswith("\n")) or (
        place == region.end and text.startswith(("\n", "\r\n"))
    )


def _slid(region: Span, change: Change, first: str) -> Edit | None:
    """The same change outside the region, if what is on its first row may as well be before it.

    An editor that compares lines to find out what has changed reports a row that was put in above,
    and that begins as the first row does, from where the two differ. `first` is that row.
    """
    (start, end), text = change.edit
    if start == end and start.line == region.start.line:
        shared = first[: start.column - region.start.column]
        whole = shared + text
        if whole.endswith(shared):
            return Edit(Span(region.start, region.start), whole[: len(text)])
    count = len(change.removed)
    if not text and start.line == end.line == region.start.line and count <= region.start.column:
        begin = Position(start.line, region.start.column - count)
        return Edit(Span(begin, region.start), "")
    if not text and start < region.start and end.line == region.start.line:
        count = end.column - region.start.column
        if start.column >= count and change.removed.endswith(first[:count]):
            begin = Position(start.line, start.column - count)
            return Edit(Span(begin, region.start), "")
    return None


def _begins(document: Document, place: Position, line: str) -> bool:
    return document.line(place.line)[place.column :].startswith(line)
