"""Whether a change lies beside a region that is being written, and where the region is after it."""

from collections.abc import Iterable, Sequence

from ..text.document import Document, Edit, Position, Span
from ..text.edits import moved_span, touches
from .block import Block
from .report import Change, take_back
from .writing import Writing

MOST_SLID = 8
"""Rows by which a change may be reported beside the place where it was made."""


def moved_beside(document: Document, block: Block, changes: Iterable[Change]) -> Span | None:
    """Where the region is after `changes`, made one after the other; None if one was in it.

    What was put in exactly at an edge is outside, unless it is what we took away there: then
    somebody has undone it. `document` is as it is after all of them.
    """
    made = list(changes)
    region = block.region
    for count, change in enumerate(made, 1):
        if touches(region, change.edit) and change.edit.text in block.taken_away:
            return None
        edit = slid(block, change.edit, region)
        if touches(region, edit):
            left = _left_by_cut(document, block, region, change, made[count:])
            if left is None:
                return None
            region = left
        elif _puts_back(block, edit, region):
            return None
        else:
            region = moved_span(region, [edit])
    return region


def move(writing: Writing, edits: Iterable[Edit]) -> bool:
    """Moves the rows as `edits` say, made one after the other; False if one is inside."""
    is_outside = True
    for edit in edits:
        block = writing.block
        outside = slid(block, edit, block.region)
        is_outside &= not touches(block.region, outside)
        writing.is_put_back |= _puts_back(block, outside, block.region)
        writing.move_to(moved_span(writing.region, [outside]))
    return is_outside


def slid(block: Block, edit: Edit, region: Span) -> Edit:
    """What is put in among the rows, in `region`, beside them if it may as well stand there.

    An editor that compares texts to find out what has changed reports a row that was put in above,
    and that begins as the first row does, from where the two differ.
    """
    (start, end), text = edit
    if start != end or not touches(region, edit):
        return edit
    head, tail = _around(block, start, region)
    if head is not None and (head + text).endswith(head):
        return Edit(Span(region.start, region.start), (head + text)[: len(text)])
    if tail is not None and (text + tail).startswith(tail):
        return Edit(Span(region.end, region.end), (text + tail)[len(tail) :])
    return edit


def _around(block: Block, place: Position, region: Span) -> tuple[str | None, str | None]:
    """What stands between the edges and a place in the rows; None if that is many rows."""
    rows, line_end = block.rows, block.line_end
    row, last = place.line - region.start.line, len(rows) - 1
    column = place.column - (0 if row else region.start.column)
    head = tail = None
    if row <= last and row < MOST_SLID:
        head = line_end.join([*map(rows.line, range(row)), rows.line(row)[:column]])
    if 0 <= last - row < MOST_SLID:
        tail = line_end.join([rows.line(row)[column:], *map(rows.line, range(row + 1, last + 1))])
    return head, tail


def _puts_back(block: Block, edit: Edit, region: Span) -> bool:
    """Whether it puts in at an edge what we took away there, as who undoes that.

    It may be told some characters on, so that what was its end is its beginning.
    """
    if edit.span.start not in region or not edit.text:
        return False
    return any(
        len(edit.text) == len(rows) and edit.text in 2 * rows for rows in block.taken_at_edges
    )


def _left_by_cut(
    document: Document, block: Block, region: Span, change: Change, later: Sequence[Change]
) -> Span | None:
    """Where the rows are right after others have taken some of them away, as it was told.

    What was taken may as well have stood beside them, at one side: what goes beyond both their
    edges has taken them. Blank rows are like any others, so that what is told of those counts.
    Costs a copy of the document's rows.
    """
    edit, removed = change
    if edit.text:
        return None
    text = Document.of_lines(document.lines)
    take_back(text, later)
    above, below = block.near(moved_span(region, [edit]), text)
    ends_inside, begins_inside = edit.span.end <= region.end, edit.span.start >= region.start
    is_blank_row = begins_inside and removed.isspace() and "\n" in removed
    places = [above] if ends_inside and not is_blank_row else []
    places += [below] if begins_inside else []
    return next((place for place in places if place and block.stands(place, text)), None)
