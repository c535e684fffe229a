"""What a change, as an editor reports it, has made of a region that is being written."""

from dataclasses import dataclass

from ..text.document import Document, Position, Span
from ..text.edits import moved_span, touches
from ..text.finer import finer
from ..text.region import hull_of, outlined, recognised
from ..text.rewrite import Step
from .among import kept_among, landed_among
from .beside import moved_beside
from .flight import Flight, Landed
from .report import Report
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
    """Finds the region of `writing` again, in `document` as it is after the change."""
    if not report:
        return Followed()
    if flight and flight.step and flight.send.writing is writing:
        first = report.made_at(flight.send.edits, document)
        if first is not None:
            parts = report.parted(first, len(flight.send.edits))
            return _with_ours(document, writing, parts, flight.step, by_save=by_save)
        if region := landed_among(document, writing, report, flight, flight.step):
            writing.land(flight.step, region)
            return Followed(landed=True, alone=not report.sums_up)
    if region := _kept(document, writing, report):
        writing.move_to(region)
        return Followed()
    if by_save and (formatted := _formatted(document, writing, report)):
        writing.adopt(formatted)
        return Followed(adopted=True)
    return Followed(lost=True)


def _kept(document: Document, writing: Writing, report: Report) -> Span | None:
    if report.sums_up:
        return kept_among(document, writing, report)
    return moved_beside(document, writing, report)


def is_misplaced(flight: Flight, report: Report) -> bool:
    """Whether the editor has made our edit where it does not belong any more.

    So it is where the user has typed before it was made and nobody has looked at the version, and
    where nothing more is to be written.
    """
    writing = flight.send.writing
    if writing is None or flight.step is None:
        return False
    if writing.ending:
        return report.made_at(flight.send.edits) is not None
    home = writing.region
    first = report.made_at(flight.send.edits)
    for edit in report.edits[:first]:
        if first and touches(home, edit):
            return True
        home = moved_span(home, [edit])
    return bool(first) and writing.edits(flight.step, region=home) != flight.send.edits


def _with_ours(
    document: Document,
    writing: Writing,
    parts: tuple[Report, Report, Report],
    step: Step,
    *,
    by_save: bool,
) -> Followed:
    """Our edit was made as it was sent; something may have been changed before and after it."""
    before, ours, behind = parts
    if not writing.moved_by(before.edits):
        return Followed(landed=True, lost=True)
    writing.takes(ours)
    rows = Landed(writing.rewrite, step)
    region = _region_of(rows, writing.region.start)
    if region.end.line >= len(document.lines) and not behind:
        return Followed(landed=True, lost=True)
    writing.land(step, region)
    rest = follow(document, writing, behind, None, by_save=by_save)
    is_alone = not before and not behind
    return Followed(landed=True, alone=is_alone, adopted=rest.adopted, lost=rest.lost)


def _region_of(rows: Landed, start: Position) -> Span:
    last = len(rows) - 1
    column = len(rows.line(last)) + (0 if last else start.column)
    return Span(start, Position(start.line + last, column))


def _formatted(document: Document, writing: Writing, report: Report) -> Span | None:
    """Where a formatter that changed the region has left it, or None if nobody can tell.

    Many formatters replace all from the first to the last thing that they change as one piece.
    """
    edits = [small for change in report for small in finer(*change)]
    if outlined(writing.region, edits):
        return moved_span(writing.region, edits)
    rows, hull = writing.rewrite, hull_of(report.edits)
    if hull is None or writing.edges.before or writing.edges.behind:
        return None
    return recognised(document, hull, rows.line(0), rows.line(len(rows) - 1))
