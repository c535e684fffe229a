"""What a report that does not name our edit is most likely made of.

So it is where an editor tells the whole text, or several changes as one. The text before the
change is known, and what our edit makes of it; it was made if that leaves less to somebody else.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from ..text.document import Document, Edit
from .beside import moved_beside
from .flight import Flight
from .following import loses, misfit
from .manner import Manner
from .readings import Reading, Rows
from .report import Parts, Report
from .standing import Standing
from .strays import undoing


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
    parts = _Reader(report, flight, context).ours() if flight else None
    if parts:
        return report.as_in(parts), parts
    if not report or not report.blurs(context.stands.spans):
        return report, None
    rows = Rows(report, (), context.document, context.stands)
    return report.as_in(rows.told(Parts(rows.others().report, Report(), Report()))), None


class _Reader:
    """Looks for the edit in flight in a report."""

    def __init__(self, report: Report, flight: Flight, context: Context) -> None:
        self._report, self._flight, self._context = report, flight, context
        self._sent = flight.send.edits
        manner, version = context.manner, flight.send.version
        self._kind = manner.kind_of_report(flight.rested(context.now))
        self._is_checked = manner.checks(version) and self._kind != "idle"
        drops_nothing = self._kind in ("idle", "answer") or version == 0
        self._was_made = flight.answered_at is not None and drops_nothing

    @cached_property
    def _rows(self) -> Rows:
        context = self._context
        return Rows(self._report, self._sent, context.document, context.stands)

    def ours(self) -> Parts | None:
        """The report parted where our edit is, if that was made, as far as can be told.

        Where it is certain that versions are looked at, nothing was changed before ours was made,
        unless the client has said that it made it, and drops nothing.
        """
        if not self._report and not self._report.told:
            return None
        named = self._best(self._report.parts(self._sent))
        if named and (self._was_made or not self._is_checked or not named.before):
            return None if self._is_twin(named) else self._told_apart(named)
        if self._flight.answered_at is None and not named:
            return self._unanswered()
        return self._recognised() or self._by_its_text()

    def _is_twin(self, named: Parts) -> bool:
        """Whether others may have put in just what ours does: then they were not in our rows.

        So it may be with an empty row, which anybody puts in.
        """
        writing = self._flight.send.writing
        is_certain = self._was_made or self._context.by_save
        if is_certain or writing is None or writing.ending or not _is_empty_row(named.ours):
            return False
        if not self._loses(named):
            return False
        return moved_beside(self._context.document, writing.block, self._report) is not None

    def _told_apart(self, parts: Parts) -> Parts:
        return self._rows.apart(parts) if not parts.is_alone and self._rows.solid else parts

    def _unanswered(self) -> Parts | None:
        """Before an editor has said that it made an edit, it reports that at once if at all."""
        if self._context.manner.allows(self._flight.send.version) == "blank":
            return None
        if blank := self._recognised():
            return blank
        parts = self._least()
        return parts if parts and parts.is_alone else None

    def _recognised(self) -> Parts | None:
        """Where the blank row is that nobody types, wherever it has come to lie."""
        if self._flight.step is None or self._flight.step.blank is None:
            return None
        return self._likely(list(self._rows.recognised()))

    def _by_its_text(self) -> Parts | None:
        """What is likely by the texts before and after.

        A client that refuses edits for an older version, and did not say that it made ours, has
        made it only where there is nothing else in the report.
        """
        report = self._report
        parts = self._least()
        if parts and parts.is_alone:
            return parts
        clamped = (
            None if self._is_checked else self._best(report.parts(self._sent, are_clamped=True))
        )
        if clamped and not (parts and report.blurs(self._context.stands.spans)):
            is_better = parts and self._loses(clamped) and not self._loses(parts)
            return parts if is_better else self._told_apart(clamped)
        return None if self._kind == "answer" and not self._was_made else parts

    def _least(self) -> Parts | None:
        """What leaves least to others: that ours was made or not, or, where it may, elsewhere.

        Of places that are as likely, the one counts where nobody was in our rows, and then the one
        where it belongs; so it does where ours was made for certain, and nothing says where. Costs
        the rows that all of the changes touch.
        """
        if not _may_hold(self._report, self._sent, was_made=self._was_made):
            return None
        made = self._rows.made()
        least = self._rows.others().cost + self._was_made
        is_told = _is_told(made.parts, self._report)
        readings = [made] if made.cost < least and is_told else []
        loses = bool(readings) and self._loses(self._rows.told(made.parts))
        most = made.cost if readings else least
        readings += self._elsewhere(made, most=most - (not loses))
        if not self._was_made:
            readings = [each for each in readings if not _is_covered(each.parts)]
        elif not readings and is_told:
            readings = [made]
        return self._likely(readings)

    def _elsewhere(self, made: Reading, *, most: int) -> list[Reading]:
        """Where else ours may have been made, if it is not all there is."""
        flight = self._flight
        kind = self._context.manner.kind_for(flight.send.version)
        if self._kind != "idle" and kind in ("answer", "echo"):
            return []
        is_blank = flight.step is not None and flight.step.blank is not None
        is_answered = flight.answered_at is not None
        is_moved = is_answered and made.cost and not is_blank
        displaced = self._rows.displaced(most=most) if is_moved else []
        strayed = self._rows.strayed(most=most)
        return [*strayed, *(each for each in displaced if _is_all_told(each.parts, self._report))]

    def _likely(self, readings: Sequence[Reading]) -> Parts | None:
        """What leaves least to others; of several, that in which nobody else was in our rows."""
        least = min((reading.cost for reading in readings), default=0)
        likely = [reading.parts for reading in readings if reading.cost == least]
        return self._best([self._rows.told(parts) for parts in likely])

    def _best(self, likely: Sequence[Parts]) -> Parts | None:
        """The one in which nobody else was in our rows, and our edit is where it belongs."""
        if len(likely) < 2:
            return likely[0] if likely else None
        ranks = [(self._loses(parts), misfit(self._flight, parts)) for parts in likely]
        return likely[ranks.index(min(ranks))]

    def _loses(self, parts: Parts) -> bool:
        return loses(self._context.document, self._flight, parts)


def _is_covered(parts: Parts) -> bool:
    """Whether others have taken away all around what ours has: then either may have done so."""
    places = [undo.edit.span.start for undo in undoing(parts.ours)]
    only_takes = all(not edit.text for edit in parts.ours.edits)
    taken = [span for span, _ in parts.behind.edits]
    return only_takes and all(any(start < at < end for start, end in taken) for at in places)


def _is_empty_row(ours: Report) -> bool:
    return all(not removed and not _plain(edit.text).strip("\n") for edit, removed in ours)


def _may_hold(report: Report, sent: Sequence[Edit], *, was_made: bool) -> bool:
    """Whether enough was put in for ours to be among it, if ours only puts in.

    What differs in two texts need not be all that was put in: some of it may have gone elsewhere.
    Where ours `was_made` for certain, its user may have taken some away again.
    """
    only_puts_in = all(start == end for (start, end), _ in sent)
    if report.told is None or report.is_compared or not only_puts_in:
        return True
    ours = _plain("".join(edit.text for edit in sent))
    missing = (Counter(ours) - Counter(_plain(report.told))).total()
    return 2 * missing <= len(ours) if was_made else not missing


def is_part(report: Report, sent: Sequence[Edit], document: Document) -> bool:
    """Whether it comes to some of the edits that were `sent`, the last of them, and nothing else.

    Then the others follow: so it is with an editor that reports one request in several changes.
    """
    return len(sent) > 1 and bool(report) and Rows(report, sent, document).are_made_in_part()


def _is_told(parts: Parts, report: Report) -> bool:
    """Whether the report speaks of all that was put in then.

    It need not where all is ours: what one edit takes away and the next puts in has not changed.
    """
    return parts.is_alone or _tells(report, parts.all, but_for=parts.behind)


def _is_all_told(parts: Parts, report: Report) -> bool:
    """The same, where others have taken away nothing of what we have put in."""
    return _is_told(parts, report) and _tells(report, parts.ours, but_for=parts.ours)


def _tells(report: Report, changes: Report, *, but_for: Report) -> bool:
    """Whether a report speaks of all that was put in, but for what was taken away."""
    if report.told is None or report.is_compared:
        return True
    put_in = "".join(edit.text for edit in changes.edits)
    taken = "".join(removed for _, removed in but_for)
    return not Counter(_plain(put_in)) - Counter(_plain(report.told)) - Counter(_plain(taken))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
