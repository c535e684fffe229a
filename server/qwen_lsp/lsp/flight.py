"""An edit on its way to the editor, and what it makes of the rows."""

from dataclasses import dataclass

from ..text.document import Edit
from ..text.rewrite import BLANK, Rewrite, Step
from .writing import Writing

ANSWER_LIMIT = 10.0
"""Seconds in which an edit must be answered or seen in the document."""
SYNC_LIMIT = 60.0
"""Seconds in which an edit that the editor says it made must be seen, or a sync without it."""
CROSSED_LIMIT = 1.0
"""The same, where a report had crossed the edit on its way: then it was most likely dropped."""


@dataclass(frozen=True, eq=False)
class Send:
    """An edit that is to leave now: `edits` in the positions of the document's `version`.

    `writing` is None where it puts right what an editor has made in a wrong place. `is_first` says
    that undo is to stop before it, `is_last` that nothing is known to follow.
    """

    writing: Writing | None
    edits: tuple[Edit, ...]
    version: int
    is_first: bool = False
    is_last: bool = False


class Flight:
    """The edit that has left and was not seen in the document yet. `limit` is when that is over.

    `is_outdated` says that a formatter has changed the rows since, so that it fits no more.
    """

    def __init__(self, send: Send, step: Step | None, now: float) -> None:
        self.send, self.step = send, step
        self.limit = now + ANSWER_LIMIT
        self.answered_at: float | None = None
        self.is_crossed = self.is_outdated = False

    def rested(self, now: float) -> float:
        """Seconds since the editor said that it made the edit, and nothing spoke against that."""
        return 0 if self.answered_at is None or self.is_crossed else now - self.answered_at

    def since_answer(self, now: float) -> float | None:
        """Seconds since the editor said that it made the edit; None before that."""
        return None if self.answered_at is None else now - self.answered_at

    def was_answered(self, now: float, version: int, *, is_prompt: bool) -> None:
        """The editor says that it made the edit; the document was seen at `version` by then."""
        self.answered_at = now
        self.is_crossed = version != self.send.version
        if self.is_crossed:
            self.limit = now + CROSSED_LIMIT
        else:
            self.limit = now + (ANSWER_LIMIT if is_prompt else SYNC_LIMIT)


class Landed:
    """The rows of a rewrite as they are once a step has landed, without a copy of them."""

    def __init__(self, rewrite: Rewrite, step: Step) -> None:
        self._rewrite, self._step = rewrite, step

    def __len__(self) -> int:
        placed = len(self._rewrite.placed) + len(self._step.lines)
        old = len(self._rewrite.old) + (self._step.blank is not None)
        return placed + old - self._step.consumed - len(self._step.dropped)

    def line(self, row: int) -> str:
        placed = len(self._rewrite.placed)
        if row < placed:
            return self._rewrite.placed[row]
        if row - placed < len(self._step.lines):
            return self._step.lines[row - placed]
        old, blank = row - placed - len(self._step.lines) + self._step.consumed, self._step.blank
        for dropped in self._step.dropped:
            old += old >= dropped
        if old == blank:
            return BLANK
        return self._rewrite.old[old - (blank is not None and old > blank)]
