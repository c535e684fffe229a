"""What kind of client it is, told by how it takes edits and not by its name."""

from typing import Literal

Kind = Literal["answer", "echo", "idle"]

RESTING = 0.3
"""Seconds between an answer and the echo of its edit above which the client waits for a rest."""


class Manner:
    """How one client takes edits; learnt while it does, unless it is forced.

    `answer`: it refuses an edit for an older version, and says so.
    `echo`: it may say that it made an edit and drop it.
    `idle`: it makes every edit, wherever the text has gone meanwhile, and reports changes when its
    user rests. Undo takes its edits as one.
    None: not known yet.
    """

    def __init__(self, forced: Kind | None = None) -> None:
        self.forced = forced
        self._seen: Kind | None = None
        self._rests = False
        self._misplaces = False

    @property
    def kind(self) -> Kind | None:
        """What it is taken for."""
        return self.forced or self._seen

    @property
    def refuses_stale(self) -> bool:
        """Whether it is certain that an edit for an older version is never made."""
        return self.kind == "answer"

    @property
    def merges_undo(self) -> bool:
        """Whether one undo takes back all that was written."""
        return self._rests or self.kind == "idle"

    def refused(self) -> None:
        """It has refused an edit for an older version."""
        if not self._misplaces:
            self._seen = "answer"

    def dropped(self) -> None:
        """It said that it made an edit, and reports changes without it."""
        if self._seen is None:
            self._seen = "echo"

    def misplaced(self) -> None:
        """It has made an edit for an older version, in a wrong place."""
        self._misplaces = True
        self._seen = "idle"

    def echoed(self, after_answer: float | None) -> None:
        """It has reported an edit so many seconds after its answer; None: before that."""
        if after_answer is None:
            self.refused()
        elif after_answer > RESTING:
            self._rests = True
            self._seen = self._seen or "idle"
        else:
            self._seen = self._seen or "echo"
