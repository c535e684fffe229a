"""Whether a change lies beside a region that is being written, and where the region is after it."""

from collections.abc import Iterable

from ..text.document import Document, Edit, Position, Span, after, split_lines
from ..text.edits import moved_span, touches
from .block import Block
from .report import Change
from .writing import Writing

MOST_SLID = 8
"""Rows by which a change may be reported beside the place where it was made."""


def moved_beside(document: Document, block: Block, changes: Iterable[Change]) -> Span | None:
    """Where the region is after `changes`, made one after the other; None if one was in it.

    What was put in exactly at an edge is outside, unless it is what we took away there: then
    somebody has undone it. `document` is as it is after all of them.
    """
    region = block.region
    is_certain = True
    for change in changes:
        if touches(region, change.edit) and change.edit.text in block.taken_away:
            return None
        edit = slid(block, change.edit, region)
        if touches(region, edit):
            outside = _cut_slid(document, block, region, change)
            if outside is None:
                return None
            edit, is_certain = outside, False
        elif _puts_back(block, edit, region):
            return None
        region = moved_span(region, [edit])
    return region if is_certain or _stands(document, region, block) else None


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


def _cut_slid(document: Document, block: Block, region: Span, change: Change) -> Edit | None:
    """What was taken from the rows, as if it had stood beside them, where it may have."""
    ((start, end), text), removed = change
    if text:
        return None
    if start < region.start and end.line == region.start.line:
        begin = Position(start.line, start.column - (end.column - region.start.column))
        return Edit(Span(begin, region.start), "") if begin.column >= 0 else None
    if start < region.start or region.end < end:
        return None
    head, tail = _around(block, start, region)[0], _around(block, end, region)[1]
    if head is not None and (head + removed).endswith(head):
        above = _before(document, region.start, (head + removed)[: len(removed)])
        if above is not None:
            return Edit(Span(above, region.start), "")
    if tail == "" and not _holds(document, start, removed):
        return None
    if tail is not None and (removed + tail).startswith(tail):
        return Edit(Span(region.end, after(region.end, (removed + tail)[len(tail) :])), "")
    return None


def _holds(document: Document, place: Position, text: str) -> bool:
    return document.slice(Span(place, after(place, text))) == text


def _before(document: Document, place: Position, text: str) -> Position | None:
    """Where `text`, which ends at `place`, begins; None where it does not stand there.

    Blank rows are like any others, so that what is told of them counts.
    """
    first, *others = split_lines(text)
    row = place.line - len(others)
    if not others:
        column = place.column - len(text)
    elif text.isspace() or row < 0:
        return None
    else:
        column = len(document.lines[row]) - len(first)
    return Position(row, column) if column >= 0 else None


def _stands(document: Document, region: Span, block: Block) -> bool:
    """Whether the first row and the last one are where the region is."""
    (start, end), rows = region, block.rows
    if end.line >= len(document.lines):
        return False
    first, last = document.line(start.line), document.line(end.line)
    is_begun = first[start.column :].startswith(rows.line(0))
    return is_begun and last[: end.column].endswith(rows.line(len(rows) - 1))
