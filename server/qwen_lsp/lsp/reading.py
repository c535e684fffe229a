"""What a report that does not name our edit is most likely made of.

So it is where an editor tells the whole text, or several changes as one. The text before the
change is known, and what our edit makes of it; it was made if that leaves less to somebody else.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..text.document import Document, Edit
from .beside import moved_beside
from .flight import Flight
from .following import loses, misfit
from .manner import Kind, Manner
from .readings import Reading, Rows
from .report import Parts, Report
from .standing import Standing


class Context(NamedTuple):
    """What is known when a report comes, at a time: `document` is as it is after the change.

    `by_save` says that a formatter may have made it.
    """

    document: Document
    manner: Manner
    now: float
    stands: Standing
    by_save: bool


def read(report: Report, flight: Flight | None, context: Context) -> tuple[Report, Parts | None]:
    """The report as others may have made it, and parted where our edit is, if that is in it."""
    parts = _ours_in(report, flight, context) if flight else None
    if parts:
        return report.as_in(parts), parts
    if not report or not report.blurs(context.stands.spans):
        return report, None
    rows = Rows(report, (), context.document, context.stands)
    return report.as_in(rows.told(Parts(rows.others().report, Report(), Report()))), None


def _ours_in(report: Report, flight: Flight, context: Context) -> Parts | None:
    """The report parted where our edit is, if that was made, as far as can be told.

    A client that refuses edits for an older version has made ours only where there is nothing else
    in the report; before it is known what it does, the same goes for a blank row, which anybody may
    have put in, if nothing was told as one. Where it is certain that versions are looked at,
    nothing was changed before ours was made.
    """
    document, manner, now, stands, by_save = context
    if not report and not report.told:
        return None
    sent = flight.send.edits
    kind = manner.kind_of_report(flight.rested(now))
    is_checked = manner.checks(flight.send.version)
    rows = Rows(report, sent, document, stands)
    named = _best(report.parts(sent), flight, document)
    if named and not (is_checked and named.before):
        is_twin = not by_save and _is_twin(named, report, flight, document, kind)
        return None if is_twin else _told_apart(named, rows)
    if flight.answered_at is None and manner.allows(flight.send.version) == "blank":
        return None
    if blank := _recognised(rows, flight):
        return blank
    may_stray = not is_checked and manner.kind_for(flight.send.version) not in ("answer", "echo")
    parts = _read(report, rows, flight, kind, may_stray=may_stray)
    if parts and parts.is_alone:
        return parts
    clamped = _best(report.parts(sent, are_clamped=True), flight, document)
    if clamped and not is_checked and not (parts and report.is_summed_up):
        return _told_apart(clamped, rows)
    is_blank = all(start == end and text.isspace() for (start, end), text in sent)
    is_certain = report.is_apart or flight.answered_at is not None
    must_be_alone = kind == "answer" or (kind is None and is_blank and not is_certain)
    return None if must_be_alone else parts


def _is_twin(
    named: Parts, report: Report, flight: Flight, document: Document, kind: Kind | None
) -> bool:
    """Whether others may have put in just what ours does: then they were not in our rows.

    So it may be with an empty row, which anybody puts in.
    """
    writing = flight.send.writing
    was_made = kind == "idle" and flight.answered_at is not None
    is_empty_row = all(
        not removed and not _plain(edit.text).strip("\n") for edit, removed in named.ours
    )
    if was_made or not is_empty_row or writing is None or writing.ending:
        return False
    if not loses(document, flight, named):
        return False
    return moved_beside(document, writing.block, report) is not None


def _told_apart(parts: Parts, rows: Rows) -> Parts:
    return rows.apart(parts) if rows.solid and not parts.is_alone else parts


def _recognised(rows: Rows, flight: Flight) -> Parts | None:
    """Where the blank row is that nobody types, wherever it has come to lie."""
    if flight.step is None or flight.step.blank is None:
        return None
    return _likely(list(rows.recognised()), rows, flight)


def _may_hold(report: Report, sent: Sequence[Edit]) -> bool:
    """Whether enough was put in for ours to be among it, if ours only puts in.

    What differs in two texts need not be all that was put in: some of it may have gone elsewhere.
    """
    only_puts_in = all(start == end for (start, end), _ in sent)
    if report.told is None or report.is_compared or not only_puts_in:
        return True
    ours = _plain("".join(edit.text for edit in sent))
    return not Counter(ours) - Counter(_plain(report.told))


def _read(
    report: Report, rows: Rows, flight: Flight, kind: Kind | None, *, may_stray: bool
) -> Parts | None:
    """What leaves least to others: that ours was made or not, or, where it may, somewhere else.

    Of places that are as likely, the one counts where it belongs; so it does where ours was made
    for certain, and nothing says where. Costs the rows that all of the changes touch.
    """
    if not _may_hold(report, flight.send.edits):
        return None
    made = rows.made()
    was_made = flight.answered_at is not None and (kind == "idle" or flight.send.version == 0)
    least = rows.others().cost + was_made
    elsewhere = _elsewhere(rows, flight, made) if may_stray else []
    best = min((reading.cost for reading in elsewhere), default=least)
    is_likely = made.cost <= best if made.cost < least else was_made and least <= best
    if is_likely and _is_told(made.parts, report):
        return rows.told(made.parts)
    return _likely([each for each in elsewhere if each.cost < least], rows, flight)


def _elsewhere(rows: Rows, flight: Flight, made: Reading) -> list[Reading]:
    """Where else ours may have been made, if it is not all there is."""
    is_blank = flight.step is not None and flight.step.blank is not None
    is_answered = flight.answered_at is not None
    displaced = rows.displaced() if is_answered and made.cost and not is_blank else []
    return [*rows.strayed(), *displaced]


def _likely(readings: Sequence[Reading], rows: Rows, flight: Flight) -> Parts | None:
    """The one that leaves least to others; of several, one in which ours is where it belongs."""
    least = min((reading.cost for reading in readings), default=0)
    likely = [rows.told(reading.parts) for reading in readings if reading.cost == least]
    return _best(likely, flight, rows.document)


def _best(likely: Sequence[Parts], flight: Flight, document: Document) -> Parts | None:
    """The one in which nobody else was in our rows, and our edit is where it belongs."""
    if len(likely) < 2:
        return likely[0] if likely else None

    def rank(parts: Parts) -> tuple[bool, int]:
        return loses(document, flight, parts), misfit(flight, parts)

    return min(likely, key=rank)


def is_part(report: Report, sent: Sequence[Edit], document: Document) -> bool:
    """Whether it comes to some of the edits that were `sent`, the last of them, and nothing else.

    Then the others follow: so it is with an editor that reports one request in several changes.
    """
    return len(sent) > 1 and bool(report) and Rows(report, sent, document).are_made_in_part()


def _is_told(parts: Parts, report: Report) -> bool:
    """Whether the report speaks of all that was put in then.

    It need not where all is ours: what one edit takes away and the next puts in has not changed.
    """
    if report.told is None or report.is_compared or parts.is_alone:
        return True
    put_in = "".join(edit.text for edit in parts.all.edits)
    taken = "".join(removed for _, removed in parts.behind)
    return not Counter(_plain(put_in)) - Counter(_plain(report.told)) - Counter(_plain(taken))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
