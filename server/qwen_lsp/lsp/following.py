"""What a change, as an editor reports it, has made of a region that is being written."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..text.document import Document, Edit, Span
from ..text.edits import moved_span, touches
from ..text.region import (
    Hull,
    exactly,
    fitted,
    found,
    hull_of,
    moved_by_rows,
    outlined,
    recognised,
    widened,
)
from ..text.rewrite import Step
from .flight import Flight, Landed, agree_outside
from .report import Report, made_at
from .writing import Writing


@dataclass(frozen=True)
class Followed:
    """What a change was to a writing.

    `landed`: our edit is there, `alone` if there was nothing else. `adopted`: a formatter has
    changed our rows. `lost`: somebody else has.
    """

    landed: bool = False
    alone: bool = False
    adopted: bool = False
    lost: bool = False


def follow(
    document: Document, writing: Writing, report: Report, flight: Flight | None, *, by_save: bool
) -> Followed:
    """Finds the region of `writing` again, in `document` as it is after the change.

    Costs the rows that the change has touched.
    """
    hull = hull_of(report.edits)
    if hull is None:
        return Followed()
    near = moved_span(writing.region, report.edits)
    kept = moved_by_rows(writing.region, hull) or found(
        document, writing.region, hull, writing.rewrite, near.start.line
    )
    if flight and flight.step and flight.send.writing is writing:
        alone, landed = _landed(document, writing, flight, flight.step, hull, near, kept=kept)
        if landed:
            writing.land(flight.step, landed)
            return Followed(landed=True, alone=alone)
    if kept:
        writing.move_to(kept)
        return Followed()
    if by_save and (formatted := _formatted(document, writing, hull, near, report.edits)):
        writing.adopt(formatted)
        return Followed(adopted=True)
    return Followed(lost=True)


def is_misplaced(writing: Writing, flight: Flight, report: Report) -> bool:
    """Whether the editor has made our edit where it does not belong any more.

    So it is where the user has typed before it was made, and nobody has looked at the version.
    """
    index = made_at(report.edits, flight.send.edits)
    if not index or flight.step is None:
        return False
    before = report.edits[:index]
    home = writing.region
    for edit in before:
        if touches(home, edit):
            return True
        home = moved_span(home, [edit])
    return writing.edits(flight.step, region=home, apart=True) != flight.send.edits


def _landed(
    document: Document,
    writing: Writing,
    flight: Flight,
    step: Step,
    hull: Hull,
    near: Span,
    *,
    kept: Span | None,
) -> tuple[bool, Span | None]:
    """Whether our edit is all that the change holds, and where it has put its region.

    None if its text is not there. An editor that checks versions reports our edit alone. One that
    has already said that it made the edit may report it together with what its user typed.
    """
    rows = Landed(writing.rewrite, step)
    hull = fitted(hull, document, writing.region, writing.edges)
    if agree_outside(hull, writing, step) and (
        alone := exactly(document, writing.region, writing.edges, hull, rows)
    ):
        return True, alone
    rows_went = kept is not None and len(rows) <= len(writing.rewrite)
    wide = widened(hull, document)
    is_answered = flight.answered_at is not None
    if is_answered and not rows_went and agree_outside(wide, writing, step):
        return False, found(document, writing.region, wide, rows, near.start.line)
    return False, None


def _formatted(
    document: Document, writing: Writing, hull: Hull, near: Span, edits: Sequence[Edit]
) -> Span | None:
    """Where a formatter that changed the region has left it, or None if nobody can tell.

    Many formatters replace all from the first to the last thing that they change as one piece.
    """
    if outlined(writing.region, edits):
        return near
    rows = writing.rewrite
    if writing.edges.before or writing.edges.behind:
        return None
    return recognised(document, hull, rows.line(0), rows.line(len(rows) - 1))
