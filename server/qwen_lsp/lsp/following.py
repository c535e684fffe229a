"""What a change, as an editor reports it, has made of a region that is being written."""

from dataclasses import dataclass

from ..text.document import Document, Position, Span
from ..text.edits import moved_span, touches
from ..text.region import hull_of, outlined, recognised
from ..text.rewrite import Step
from .beside import move, moved_beside, slid
from .block import Block
from .flight import Flight, Landed
from .report import Parts, Report
from .writing import Writing


@dataclass(frozen=True)
class Followed:
    """What a change was to a writing.

    `adopted`: a formatter has changed our rows. `lost`: somebody else has.
    """

    adopted: bool = False
    lost: bool = False


def follow(
    document: Document,
    writing: Writing,
    report: Report,
    flight: Flight | None,
    parts: Parts | None,
    *,
    by_save: bool,
) -> Followed:
    """Finds the region of `writing` again, in `document` as it is after the change.

    `parts` is the report parted where our edit is, if that is in it.
    """
    if parts and flight and flight.step and flight.send.writing is writing:
        return _with_ours(document, writing, parts, flight.step, by_save=by_save)
    return _without_ours(document, writing, report, by_save=by_save)


def _without_ours(
    document: Document, writing: Writing, report: Report, *, by_save: bool
) -> Followed:
    if not report:
        return Followed()
    if region := moved_beside(document, writing.block, report):
        writing.move_to(region)
        return Followed()
    if by_save and (formatted := _formatted(document, writing, report)):
        writing.adopt(formatted)
        return Followed(adopted=True)
    return _lost(writing, report)


def misfit(flight: Flight, parts: Parts) -> int:
    """0 where the editor has made our edit where it belongs, 1 where it lies elsewhere.

    So it may where the user has typed before it was made and nobody has looked at the version, and
    where nothing more is to be written, or where a formatter has changed the rows meanwhile. 2 if
    others have changed the rows too.
    """
    writing = flight.send.writing
    if writing is None or flight.step is None:
        return 0
    if writing.ending or flight.is_outdated:
        return 1
    home = _moved_on(writing.block, parts.before)
    if home is None:
        return 2
    due = writing.edits(flight.step, region=home)
    return int([edit.span for edit in due[::-1]] != [edit.span for edit in parts.ours.edits])


def loses(document: Document, flight: Flight, parts: Parts) -> bool:
    """Whether others have been in the rows for which our edit is, before it was made or after."""
    writing, step = flight.send.writing, flight.step
    if writing is None or writing.ending or step is None:
        return False
    block = writing.block
    home = _moved_on(block, parts.before)
    if home is None:
        return True
    if misfit(flight, parts):
        place = moved_span(home, parts.ours.edits)
        block = block._replace(region=place)
    else:
        rows = Landed(writing.rewrite, step)
        block = block._replace(region=_region_of(rows, home.start), rows=rows)
    return moved_beside(document, block, parts.behind) is None


def _moved_on(block: Block, changes: Report) -> Span | None:
    """Where rows are after changes beside them; None if one was inside."""
    region = block.region
    for edit in changes.edits:
        outside = slid(block, edit, region)
        if touches(region, outside):
            return None
        region = moved_span(region, [outside])
    return region


def _with_ours(
    document: Document, writing: Writing, parts: Parts, step: Step, *, by_save: bool
) -> Followed:
    """Our edit was made as it was sent; something may have been changed before and after it."""
    if not move(writing, parts.before.edits):
        return _lost(writing, Report(parts.ours + parts.behind))
    writing.takes(parts.ours)
    region = _region_of(Landed(writing.rewrite, step), writing.region.start)
    if region.end.line >= len(document.lines) and not parts.behind:
        return _lost(writing, parts.ours)
    writing.land(step, region)
    return _without_ours(document, writing, parts.behind, by_save=by_save)


def _lost(writing: Writing, report: Report) -> Followed:
    """Nothing more is written, and the region is what is left of it after the change."""
    writing.move_to(moved_span(writing.region, report.edits))
    return Followed(lost=True)


def _region_of(rows: Landed, start: Position) -> Span:
    last = len(rows) - 1
    column = len(rows.line(last)) + (0 if last else start.column)
    return Span(start, Position(start.line + last, column))


def _formatted(document: Document, writing: Writing, report: Report) -> Span | None:
    """Where a formatter that changed the region has left it, or None if nobody can tell.

    Many formatters replace all from the first to the last thing that they change as one piece.
    """
    if outlined(writing.region, report, are_apart=report.is_apart):
        return moved_span(writing.region, report.edits)
    rows, hull = writing.rewrite, hull_of(report.edits)
    if hull is None or writing.edges.before or writing.edges.behind:
        return None
    return recognised(document, hull, rows.line(0), rows.line(len(rows) - 1))
