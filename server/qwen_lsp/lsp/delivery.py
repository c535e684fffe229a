"""How streamed edits reach a document that its user goes on typing into: a closed loop.

One edit is in flight at a time, made for the version that was seen last. It counts when a change
that the editor reports holds its text, and not before; refused or dropped, it is planned anew from
the document as it is by then. What differs from the text that is predicted is the user's typing:
outside a region it moves the region, inside it ends the writing.

Knows nothing of LSP and has no clock: it is told what happened and when, and says what to send.
Times are seconds of any one clock.
"""

from collections.abc import Sequence

from ..text.document import Document, Edit
from .flight import Flight, Send
from .following import follow, misfit
from .manner import Manner
from .pace import Pace
from .reading import Context, is_part, read
from .report import Parts, Report
from .standing import standing
from .strays import Strays
from .writing import Ending, Writing, longest_waiting

DROPS = "it drops them"


class Delivery:
    """The edits of all the writings in one document."""

    def __init__(self, document: Document, version: int, manner: Manner | None = None) -> None:
        self.document = document
        self.version = version
        self.writings: list[Writing] = []
        self.has_undo_stops = False
        self._manner = manner or Manner()
        self._flight: Flight | None = None
        self.strays = Strays()
        self._half: tuple[Report, float, bool] | None = None
        self._pace = Pace()

    def begin(self, first: int, last: int, original: Sequence[str] | None = None) -> Writing:
        """Opens rows `first` up to, not including, `last` for writing.

        Where `original` is given, they turn back into that first.
        """
        writing = Writing(self.document, first, last, original)
        writing.move_to(self.strays.at_home(writing.region))
        self.writings.append(writing)
        return writing

    def overlaps(self, first: int, last: int) -> bool:
        """Whether rows `first` up to `last` touch a region that is being written."""
        regions = [self.strays.away(writing.region) for writing in self.writings]
        return any(start.line < last and first <= end.line for start, end in regions)

    def next(self, now: float) -> Send | float | None:
        """The edit to send now, or when to ask again, or None: only an event changes that."""
        self._check_limit(now)
        self._settle(now)
        if self._flight:
            return self._flight.limit
        if self.strays:
            return self._put_right(now)
        while writing := longest_waiting(self.writings):
            is_patient = not self._manner.refuses_stale
            due = self._pace.due(now, is_free=writing.is_urgent, is_patient=is_patient)
            if now < due:
                return due
            if send := self._send(writing, now):
                return send
        return None

    def answered(self, send: Send, now: float, *, applied: bool, reason: str = "") -> None:
        """The editor says of `send` that it made the edit, or that it did not."""
        flight = self._flight
        if flight is None or flight.send is not send:
            return
        if applied:
            flight.was_answered(now, self.version, is_prompt=self._manner.refuses_stale)
            return
        self._give_up()
        if send.version == self.version:
            self._pace.refused(now)
        else:
            self._manner.refused()
        self._not_made(send.writing, reason)

    def changed(
        self,
        version: int,
        edits: Sequence[Edit],
        *,
        removed: Sequence[str],
        now: float,
        by_save: bool = False,
        is_compared: bool = False,
    ) -> None:
        """The document is now at `version`; `edits`, one after the other, have made it so.

        `removed` is what each of them took away. `by_save` says that a save is under way, so that a
        change in a region is a formatter's and not the user taking over. `is_compared` says that
        the whole text was told, and that the edits are what differs.
        """
        self.version = version
        self._pace.reported(now)
        report = Report.of(edits, removed, is_compared=is_compared)
        if self._half:
            report, self._half = Report(self._half[0] + report), None
        flight = self._flight
        if flight and is_part(report, flight.send.edits, self.document):
            self._half = (report, now, by_save)
        else:
            self._take(report, now, by_save=by_save)

    def close(self) -> None:
        """The document is closed: nothing more is written."""
        self.strays.give_up()
        for writing in list(self.writings):
            self._end(writing, Ending.CLOSED)

    def _take(self, report: Report, now: float, *, by_save: bool) -> None:
        """Goes on after a change, in which our edit may be."""
        flight = self._flight
        stands = standing(self.writings, self.strays, flight)
        context = Context(self.document, self._manner, now, stands, by_save)
        report, parts = read(report, flight, context)
        if self.strays:
            self.strays.follow(report, parts, self.writings, by_save=by_save)
            self._look_at_all(flight, parts)
        elif flight and parts and misfit(flight, parts):
            if flight.send.version and flight.send.writing in self.writings:
                self._manner.misplaced()
            self.strays.begin(parts, self.writings)
            self._look_at_all(flight, parts)
        else:
            self._follow(report, parts, now, by_save=by_save)
        if not self.strays:
            for writing in self.writings:
                writing.look_around(is_changed=bool(report))

    def _give_up(self) -> None:
        """The edit in flight was not made; what seemed to be half of it was somebody else's."""
        self._flight = None
        if self._half:
            (report, now, by_save), self._half = self._half, None
            self._take(report, now, by_save=by_save)

    def _follow(self, report: Report, parts: Parts | None, now: float, *, by_save: bool) -> None:
        """Finds all regions again after a change, and the edit in flight, if it is there."""
        flight = self._flight
        for writing in list(self.writings):
            found = follow(self.document, writing, report, flight, parts, by_save=by_save)
            if found.adopted and flight and flight.send.writing is writing:
                flight.is_outdated = True
            if found.lost:
                self._end(writing, Ending.TAKEN_OVER)
        if report and not (parts and parts.is_alone) and not by_save:
            self._pace.typed_at = now
            if parts is None:
                self._manner.typed(now)
        if flight is None or flight is not self._flight:
            return
        if parts:
            self._flight = None
            self._manner.echoed(flight.since_answer(now), is_first=flight.send.version == 0)
        elif flight.answered_at is not None:
            self._flight = None
            self._manner.dropped()
            self._not_made(flight.send.writing, DROPS)

    def _look_at_all(self, flight: Flight | None, parts: Parts | None) -> None:
        """While something is to be put right, rows that are not as written are their user's."""
        if flight and (parts or flight.answered_at is not None):
            self._flight = None
        for writing in self.strays.missing(self.writings):
            self._end(writing, Ending.TAKEN_OVER)

    def _put_right(self, now: float) -> Send | float:
        if now < self._pace.not_before:
            return self._pace.not_before
        is_known = self._pace.is_fresh(now) or self._manner.allows(self.version) == "all"
        edits = self.strays.next if is_known else self.strays.probe(self.document.line_end)
        self._flight = Flight(Send(None, edits, self.version), None, now)
        self._pace.sent(now)
        return self._flight.send

    def _settle(self, now: float) -> None:
        if self.strays or self._flight:
            return
        for writing in list(self.writings):
            while writing.rewrite.is_settled:
                if not writing.advance(may_fold=self._may_fold(writing, now)):
                    break
            if writing.is_closed and writing.rewrite.is_settled:
                self._end(writing, Ending.SETTLED)

    def _may_fold(self, writing: Writing, now: float) -> bool:
        """Whether its edits are steps of their own in a history that nobody adds to just now."""
        is_apart = self.has_undo_stops and writing.history.is_unmixed(self._pace.typed_at)
        is_one_step = self._manner.merges_undo or is_apart
        return not is_one_step and not self._pace.is_typing(now)

    def _check_limit(self, now: float) -> None:
        flight = self._flight
        if flight is None or now < flight.limit:
            return
        self._give_up()
        if flight.is_crossed:
            self._not_made(flight.send.writing, DROPS)
            return
        self.strays.give_up()
        for writing in list(self.writings):
            if flight.send.writing in (None, writing):
                self._end(writing, Ending.SILENT)

    def _not_made(self, writing: Writing | None, reason: str) -> None:
        if writing and writing.ending is None:
            writing.refusals += 1
            if writing.refusals >= self._manner.most_refusals:
                self._end(writing, Ending.REFUSED, reason)

    def _send(self, writing: Writing, now: float) -> Send | None:
        """The edit that makes the next step; None where the step changes nothing."""
        leaves = self._manner.allows(self.version)
        step = writing.step(leaves, is_fresh=self._pace.is_fresh(now))
        if not step.hunks:
            writing.rewrite.land(step)
            self._settle(now)
            return None
        is_first = writing.history.begins or writing.is_folding
        writing.history.left(now)
        for other in self.writings:
            if other is not writing:
                other.history.other_left()
        writing.sent_at = now
        self._pace.sent(now)
        edits = writing.edits(step)
        send = Send(writing, edits, self.version, is_first, writing.is_last(step))
        self._flight = Flight(send, step, now)
        return send

    def _end(self, writing: Writing, ending: Ending, reason: str = "") -> None:
        writing.ending, writing.reason = ending, reason
        self.writings.remove(writing)
        if self._flight and self._flight.send.writing is writing and ending != Ending.TAKEN_OVER:
            self._flight = None
