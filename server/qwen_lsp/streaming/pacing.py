"""When an edit may leave: not too often, and where it is least likely to be stale.

Times are seconds of any one clock. None of them is part of the proof that an edit is right: a
stale edit is rejected by the client and made again.
"""

from .client_profile import Reports

BETWEEN = 0.13
"""Seconds between two edits of a document: not quite 8 a second."""
REST = 0.3
"""Seconds without a change after which the user counts as resting."""
FRESH = 0.005
"""Seconds after a report in which it most likely still says how the document is."""
RETRY = 0.1
"""Seconds before an edit is sent again that was rejected at the newest known version; doubled
each time, because the user may be typing without a report."""
LONGEST_RETRY = 1.6
"""Seconds that this comes to at most."""
SAVE_FOLLOWS = 1.0
"""Seconds after a formatter's change in which a client has said that it saved the document."""
HIDDEN_RETRY = 1.0
"""Seconds before the next attempt at a document that no editor showed."""

NEVER = float("-inf")


class Pacing:
    """The times that matter for the edits of one document."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self.typed_at = NEVER
        """When the last change of somebody else was reported."""
        self._retry = RETRY
        self._sent_at = self._reported_at = self._not_before = NEVER

    def sent(self, now: float) -> None:
        """An edit has left; one that ignored the gap takes the next one's turn."""
        self._sent_at = max(now, self._sent_at + BETWEEN)

    def reported(self, now: float) -> None:
        """The client has reported a change."""
        self._reported_at = now
        self._not_before = NEVER
        self._retry = RETRY

    def rejected(self, now: float) -> None:
        """An edit was rejected although no newer version is known."""
        self._not_before = now + self._retry
        self._retry = min(2 * self._retry, LONGEST_RETRY)

    def hidden(self, now: float) -> None:
        """An edit was not applied because no editor shows the document."""
        self._not_before = now + HIDDEN_RETRY

    @property
    def saved_by(self) -> float:
        """When it is too late for a save to say that the last change was a formatter's."""
        return self.typed_at + SAVE_FOLLOWS

    def is_typing(self, now: float) -> bool:
        """Whether somebody else changed something a moment ago."""
        return now < self.typed_at + REST

    def due(self, now: float, *, ignores_gap: bool, waits_for_rest: bool) -> float:
        """When the next edit may leave.

        `ignores_gap`: it need not keep its distance from the last one. `waits_for_rest`: it leaves
        only once the user rests.
        """
        due = self._not_before if ignores_gap else max(self._not_before, self._sent_at + BETWEEN)
        rested = self.typed_at + REST
        if waits_for_rest:
            return max(due, rested)
        if now - self._reported_at <= FRESH:
            return due
        if self._reports == "at rest":
            return max(due, rested)
        return max(due, min(rested, due + BETWEEN))
