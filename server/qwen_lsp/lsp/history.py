"""What the edits of one writing are in an editor's history of undo."""


class History:
    """Whether they are one step in it, and where that begins. Times are seconds of any one clock.

    `begins` says that undo is to stop before what is written next.
    """

    def __init__(self) -> None:
        self.began_at: float | None = None
        self.begins = True
        self.edits = 0
        self._is_mixed = False

    def left(self, now: float) -> None:
        """An edit has left."""
        if self.began_at is None:
            self.began_at = now

    def other_left(self) -> None:
        """An edit of another writing has left, to the same document."""
        self._is_mixed |= self.began_at is not None

    def landed(self) -> None:
        """An edit is in the document."""
        self.edits += 1
        self.begins = False

    def is_unmixed(self, typed_at: float) -> bool:
        """Whether nobody else has changed the document since; the user last did so `typed_at`."""
        has_typed = self.began_at is None or typed_at >= self.began_at
        return not has_typed and not self._is_mixed
