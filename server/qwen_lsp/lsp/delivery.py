"""How streamed edits reach a document that its user goes on typing into: a closed loop.

One edit is in flight at a time, made for the version that was seen last. It counts when a change
that the editor reports holds its text, and not before; refused or dropped, it is planned anew from
the document as it is by then. What differs from the text that is predicted is the user's typing:
outside a region it moves the region, inside it ends the writing.

Knows nothing of LSP and has no clock: it is told what happened and when, and says what to send.
Times are seconds of any one clock.
"""

from collections.abc import Sequence

from ..text.document import Document, Edit, Span
from ..text.edits import moved_span
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
from .writing import Ending, Flight, Send, Writing, agree_outside

PACE = 0.125
"""Seconds between two edits of a document: at most 8 a second."""
RETRY = 0.1
"""Seconds after which a refused edit is tried again where no sync has come since."""
ANSWER_LIMIT = 10.0
"""Seconds in which an edit must be answered or seen in the document."""
SYNC_LIMIT = 60.0
"""Seconds in which an edit that the editor says it made must be seen, or a sync without it."""
MOST_REFUSALS = 40
"""Refusals one after the other, nothing landing between them, before the writing fails."""


class Delivery:
    """The edits of all the writings in one document."""

    def __init__(self, document: Document, version: int) -> None:
        self.document = document
        self.version = version
        self.writings: list[Writing] = []
        self._flight: Flight | None = None
        self._sent_at = float("-inf")
        self._not_before = float("-inf")

    def begin(self, first: int, last: int) -> Writing:
        """Opens rows `first` up to, not including, `last` for writing."""
        writing = Writing(self.document, first, last)
        self.writings.append(writing)
        return writing

    def overlaps(self, first: int, last: int) -> bool:
        """Whether rows `first` up to `last` touch a region that is being written."""
        return any(w.region.start.line < last and first <= w.region.end.line for w in self.writings)

    def next(self, now: float) -> Send | float | None:
        """The edit to send now, or when to ask again, or None: only an event changes that."""
        self._check_limit(now)
        self._settle()
        if self._flight:
            return self._flight.limit
        while writing := self._longest_waiting():
            due = self._due(writing)
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
            flight.is_answered = True
            flight.limit = now + SYNC_LIMIT
            return
        self._flight = None
        send.writing.refusals += 1
        if send.version == self.version:
            self._not_before = now + RETRY
        if send.writing.refusals >= MOST_REFUSALS:
            self._end(send.writing, Ending.REFUSED, reason)

    def changed(self, version: int, edits: Sequence[Edit], *, by_save: bool = False) -> None:
        """The document is now at `version`; `edits`, one after the other, have made it so.

        `by_save` says that a save is under way, so that a change in a region is a formatter's and
        not the user taking over.
        """
        self.version = version
        self._not_before = float("-inf")
        hull = hull_of(edits)
        landed = False
        if hull:
            for writing in list(self.writings):
                landed |= self._follow(writing, hull, edits, by_save=by_save)
        if landed or (self._flight and self._flight.is_answered):
            self._flight = None

    def close(self) -> None:
        """The document is closed: nothing more is written."""
        for writing in list(self.writings):
            self._end(writing, Ending.CLOSED)

    def _follow(
        self, writing: Writing, hull: Hull, edits: Sequence[Edit], *, by_save: bool
    ) -> bool:
        """Finds the region of `writing` again; True if the edit in flight is now in it."""
        near = moved_span(writing.region, edits)
        kept = moved_by_rows(writing.region, hull) or found(
            self.document, writing.region, hull, writing.rewrite, near.start.line
        )
        flight = self._flight
        if flight and flight.send.writing is writing:
            landed = self._landed(flight, hull, near, kept=kept)
            if landed:
                writing.land(flight.step, landed)
                return True
        if kept:
            writing.move_to(kept)
        elif by_save and (formatted := _formatted(self.document, writing, hull, near, edits)):
            self._flight = None if flight and flight.send.writing is writing else flight
            writing.adopt(formatted)
        else:
            self._end(writing, Ending.TAKEN_OVER)
        return False

    def _landed(self, flight: Flight, hull: Hull, near: Span, *, kept: Span | None) -> Span | None:
        """Where the edit in flight has put its region, or None if its text is not there.

        An editor that checks versions reports our edit alone. One that has already said that it
        made the edit may report it together with what its user typed.
        """
        writing = flight.send.writing
        rows = writing.landed(flight.step)
        hull = fitted(hull, self.document, writing.region, writing.edges)
        if agree_outside(hull, flight) and (
            alone := exactly(self.document, writing.region, writing.edges, hull, rows)
        ):
            return alone
        rows_went = kept is not None and len(rows) <= len(writing.rewrite)
        wide = widened(hull, self.document)
        if flight.is_answered and not rows_went and agree_outside(wide, flight):
            return found(self.document, writing.region, wide, rows, near.start.line)
        return None

    def _settle(self) -> None:
        for writing in list(self.writings):
            if self._flight and self._flight.send.writing is writing:
                continue
            writing.put_back_if_asked()
            if writing.is_closed and writing.rewrite.is_settled:
                self._end(writing, Ending.SETTLED)

    def _check_limit(self, now: float) -> None:
        if self._flight and now >= self._flight.limit:
            self._end(self._flight.send.writing, Ending.SILENT)

    def _longest_waiting(self) -> Writing | None:
        waiting = [writing for writing in self.writings if not writing.rewrite.is_settled]
        return min(waiting, key=lambda writing: writing.sent_at, default=None)

    def _due(self, writing: Writing) -> float:
        is_first = writing.sent_at == float("-inf")
        return self._not_before if is_first else max(self._not_before, self._sent_at + PACE)

    def _send(self, writing: Writing, now: float) -> Send | None:
        """The edit that makes the next step; None where the step changes nothing."""
        step = writing.rewrite.step()
        if not step.hunks:
            writing.rewrite.land(step)
            self._settle()
            return None
        writing.sent_at = self._sent_at = now
        send = Send(writing, writing.edits(step.hunks), self.version)
        self._flight = Flight(send, step, limit=now + ANSWER_LIMIT)
        return send

    def _end(self, writing: Writing, ending: Ending, reason: str = "") -> None:
        writing.ending, writing.reason = ending, reason
        self.writings.remove(writing)
        if self._flight and self._flight.send.writing is writing:
            self._flight = None


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
