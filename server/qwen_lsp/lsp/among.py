"""Our rows among others, found by what they hold where a report does not say how they came there.

So it is where an editor sends the whole text, or tells several of our edits as one.
"""

from ..text.document import Document, Span
from ..text.edits import moved_span
from ..text.region import exactly, fitted, found, hull_of, moved_by_rows, widened
from ..text.rewrite import Step
from .flight import Flight, Landed, agree_outside
from .report import Report
from .writing import Writing


def kept_among(document: Document, writing: Writing, report: Report) -> Span | None:
    """Where the rows are that were there before the change; None if they are no more."""
    hull = hull_of(report.edits)
    if hull is None:
        return None
    near = moved_span(writing.region, report.edits)
    return moved_by_rows(writing.region, hull) or found(
        document, writing.region, hull, writing.rewrite, near.start.line
    )


def landed_among(
    document: Document, writing: Writing, report: Report, flight: Flight, step: Step
) -> Span | None:
    """Where our edit has put its region, or None if its text is not there.

    An editor that checks versions reports our edit alone. One that has already said that it
    made the edit may report it together with what its user typed, in one that sums up.
    """
    hull = hull_of(report.edits)
    if hull is None:
        return None
    rows = Landed(writing.rewrite, step)
    tight = fitted(hull, document, writing.region, writing.edges)
    if agree_outside(tight, writing, step) and (
        alone := exactly(document, writing.region, writing.edges, tight, rows)
    ):
        return alone
    wide = widened(hull, document)
    rows_went = len(rows) <= len(writing.rewrite) and kept_among(document, writing, report)
    is_answered = flight.answered_at is not None
    if not report.sums_up or not is_answered or rows_went:
        return None
    if not agree_outside(wide, writing, step):
        return None
    near = moved_span(writing.region, report.edits)
    return found(document, writing.region, wide, rows, near.start.line)
