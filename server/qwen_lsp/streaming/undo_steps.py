"""What the edits of one region are in a client's history of undo."""


class UndoSteps:
    """Whether they are one step in it, and where that begins. Times are seconds of any one clock.

    `begins`: undo is to stop before what is written next.
    """

    def __init__(self) -> None:
        self.began_at: float | None = None
        self.begins = True
        self.edits = 0

    def sent(self, now: float) -> None:
        """An edit has left."""
        if self.began_at is None:
            self.began_at = now

    def landed(self) -> None:
        """An edit is in the document."""
        self.edits += 1
        self.begins = False
