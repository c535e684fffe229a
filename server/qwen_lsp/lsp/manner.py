"""What kind of client it is, told by how it takes edits and not by its name."""

from typing import Literal

Kind = Literal["answer", "echo", "idle"]

Leaves = Literal["all", "lines", "blank"]
"""What may leave: all there is, what only puts lines in, or a row by which it is made to report."""

RESTING = 0.3
"""Seconds between an answer and the echo of its edit above which the client waits for a rest."""
ENOUGH = 2
"""Prompt reports that prove a client prompt: what the user does may make any client report once."""
DELAYED = 0.2
"""Seconds after an answer in which a client that drops an edit has told why: Neovim takes 0.15."""
QUICK = 0.4
"""Seconds between two reports of what the user types below which the client waits for no rest."""

MOST_REFUSALS = 10
"""Refusals one after the other, no change reported between them, before the writing fails."""
MOST_REFUSALS_UNSEEN = 30
"""The same in an editor where the user may have typed for long without a report."""


class Manner:
    """How one client takes edits; learnt while it does, unless it is forced.

    `answer`: it refuses an edit for an older version, and says so.
    `echo`: it may say that it made an edit and drop it.
    `idle`: it makes every edit, wherever the text has gone meanwhile, and reports changes when its
    user rests. Undo takes its edits as one.
    None: not known yet. One that `is_terse` says nothing of how it makes edits, so that it may well
    be of that kind.
    """

    def __init__(self, forced: Kind | None = None, *, is_terse: bool = False) -> None:
        self.forced = forced
        self.is_terse = is_terse
        self._refuses = False
        self._prompt_echoes = self._early_echoes = self._quick_reports = 0
        self._typed_at: float | None = None
        self._rests = self._misplaces = False

    @property
    def kind(self) -> Kind | None:
        """What it is taken for."""
        if self.forced:
            return self.forced
        if self._misplaces or self._rests:
            return "idle"
        if self._is_prompt and (self._is_proved or (self._typed_at is None and not self.is_terse)):
            return "answer" if self._refuses else "echo"
        return None

    @property
    def refuses_stale(self) -> bool:
        """Whether it is certain that an edit for an older version is never made."""
        return self.kind == "answer"

    @property
    def most_refusals(self) -> int:
        """After how many it is certain that it never makes the edit."""
        return MOST_REFUSALS_UNSEEN if self.kind == "idle" else MOST_REFUSALS

    def checks(self, version: int) -> bool:
        """Whether it is certain that an edit for `version` is made only while it is at that."""
        is_known = self.kind in ("answer", "echo") and (self._is_proved or self.forced is not None)
        return version != 0 and is_known

    def kind_of_report(self, after_answer: float) -> Kind | None:
        """What it is taken for when it reports so many seconds after it said that an edit is made.

        One that tells so late what happened meanwhile waits for a rest, and drops nothing, even if
        it has told some changes quickly: it may, before it asks for something.
        """
        is_certain = self.forced or self._early_echoes >= ENOUGH
        return "idle" if after_answer > DELAYED and not is_certain else self.kind

    def kind_for(self, version: int) -> Kind | None:
        """What it is taken for at `version`: 0 is looked at only by one that refuses."""
        return self.kind if version or self.refuses_stale else None

    def allows(self, version: int) -> Leaves:
        """What may leave for `version` where it has not just told how the document is."""
        if self.kind_for(version) in ("answer", "echo"):
            return "all"
        return "blank" if self.kind == "idle" or self.is_terse else "lines"

    @property
    def merges_undo(self) -> bool:
        """Whether one undo takes back all that was written."""
        return self._rests or self.kind == "idle"

    def refused(self) -> None:
        """It has refused an edit for an older version. One that rests may know of more by then."""
        self._refuses = True

    def dropped(self) -> None:
        """It said that it made an edit, and reports changes without it."""
        self._refuses = False

    def misplaced(self) -> None:
        """It has made an edit for an older version, in a wrong place."""
        self._misplaces = True

    def typed(self, now: float) -> None:
        """It has reported what the user did, and nothing else."""
        if self._typed_at is not None and self._quick_reports < ENOUGH:
            is_quick = now - self._typed_at < QUICK
            self._quick_reports = self._quick_reports + 1 if is_quick else 0
        self._typed_at = now

    def echoed(self, after_answer: float | None, *, is_first: bool = False) -> None:
        """It has reported an edit so many seconds after its answer; None: before that.

        Neovim waits for a rest too with what `is_first` since a document was opened.
        """
        if after_answer is not None and after_answer > RESTING:
            self._rests |= not is_first
            return
        self._prompt_echoes += 1
        self._early_echoes += after_answer is None

    @property
    def _is_prompt(self) -> bool:
        return self._prompt_echoes >= ENOUGH

    @property
    def _is_proved(self) -> bool:
        """Whether it reports while its user types, or before it answers.

        One that waits for a rest may be at rest, and reports at once, but after its answer.
        """
        return self._quick_reports >= ENOUGH or self._early_echoes >= ENOUGH
