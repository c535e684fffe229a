"""An edit as it is made in a text in which others have moved its place, and what may have done so.

Rows and columns count from 0, as LSP does.
"""

from collections.abc import Sequence

from ..text.document import Document, Edit, Position, Span, after
from .report import Report


def clamped(edit: Edit, text: Document) -> Edit:
    """An edit as an editor makes it in a text that is too short for it."""
    return Edit(Span(text.clamp(edit.span.start), text.clamp(edit.span.end)), edit.text)


def may_shift(changes: Report, row: int, by: int) -> bool:
    """Whether some of the changes may have moved what was put in at a row by so many rows."""
    grown = [
        after(start, text).line - end.line
        for (start, end), text in changes.edits
        if start.line <= row
    ]
    return _may_come_to(by, grown)


def may_shift_along(changes: Report, place: Position, by: int) -> bool:
    """Whether some of the changes may have moved what was put in at a place by so many columns."""
    grown = [
        len(text) - (end.column - start.column)
        for (start, end), text in changes.edits
        if start.line == end.line == place.line and start <= place and "\n" not in text
    ]
    return _may_come_to(by, grown)


def _may_come_to(by: int, grown: Sequence[int]) -> bool:
    return sum(min(0, each) for each in grown) <= by <= sum(max(0, each) for each in grown)


def shifted_span(span: Span, rows: int) -> Span:
    """So many rows further down."""
    start, end = (Position(place.line + rows, place.column) for place in span)
    return Span(start, end)


def shifted(edit: Edit, rows: int) -> Edit:
    """So many rows further down."""
    return Edit(shifted_span(edit.span, rows), edit.text)


def shifted_along(edit: Edit, row: int, columns: int) -> Edit:
    """The places of an edit that are in a row, so many columns along it."""
    start, end = (
        Position(place.line, place.column + columns * (place.line == row)) for place in edit.span
    )
    return Edit(Span(start, end), edit.text)
