"""When an edit may leave: not too often, and while the user types right after a report of that.

Times are seconds of any one clock.
"""

BETWEEN = 0.13
"""Seconds between two edits of a document: not quite 8 a second."""
TYPING = 0.3
"""Seconds after a change of the user's in which an edit waits for the next one, to leave with it.

Right after a change is reported, what is known is what the editor shows.
"""
FRESH = 0.005
"""Seconds in which a report tells how the document is now."""
RETRY = 0.1
"""Seconds after which a refused edit is tried again where no report has come since; then twice
as long each time, for the user may be typing unseen."""
LONGEST_RETRY = 1.6
"""Seconds that it comes to at most."""

NEVER = float("-inf")


class Pace:
    """The times that count for the edits of one document."""

    def __init__(self) -> None:
        self.typed_at = NEVER
        self._retry = RETRY
        self._sent_at = self._reported_at = self._not_before = NEVER

    def sent(self, now: float) -> None:
        """An edit has left; one that has not kept its distance takes the next one's turn."""
        self._sent_at = max(now, self._sent_at + BETWEEN)

    def reported(self, now: float) -> None:
        """The editor has told how the document is."""
        self._reported_at = now
        self._not_before = NEVER
        self._retry = RETRY

    def refused(self, now: float) -> None:
        """An edit was refused although it was made for the newest version that is known."""
        self._not_before = now + self._retry
        self._retry = min(2 * self._retry, LONGEST_RETRY)

    def is_fresh(self, now: float) -> bool:
        """Whether the editor has told just now how the document is."""
        return now - self._reported_at <= FRESH

    def is_typing(self, now: float) -> bool:
        """Whether the user has changed something a moment ago."""
        return now < self.typed_at + TYPING

    def due(self, now: float, *, is_free: bool, is_patient: bool) -> float:
        """When the next edit may leave.

        `is_free`: it need not keep its distance from the last one. `is_patient`: while the user
        types it waits for a report however long that takes.
        """
        due = self._not_before if is_free else max(self._not_before, self._sent_at + BETWEEN)
        if self.is_fresh(now):
            return due
        rested = self.typed_at + TYPING
        return max(due, rested if is_patient else min(rested, due + BETWEEN))

    @property
    def not_before(self) -> float:
        """When what puts something right may leave."""
        return self._not_before
