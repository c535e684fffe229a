"""A reply that is written to rows of a document, and what must come of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from qwen_lsp.lsp.writing import Ending, Writing

Close = Literal["finish", "keep", "restore"]


@dataclass(eq=False)
class Job:
    """One writing. `content` is what stood in its rows after the last edit of the server's."""

    number: int
    writing: Writing
    original: Sequence[str]
    reply: Sequence[str]
    content: str
    line_end: str
    known: int = 0
    close: Close | None = None
    is_touched: bool = False
    """The user has changed something in its rows."""
    is_formatted: bool = False
    """A formatter has."""
    is_vague: bool = False
    """A report did not tell where in its rows, or beside them, something has changed."""
    is_mixed: bool = False
    """One report that does not tell what has changed held an edit of ours and its user's in it."""
    is_blank_vague: bool = False
    """A report did not tell which of some blank rows are its own."""
    is_over: bool = False
    told: str = ""
    """What its rows held when the last report but one was made; `now`, the last one."""
    now: str = ""
    unread: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.unread = list(self.reply)
        self.told = self.now = self.content

    def read(self, count: int) -> list[str]:
        """The next lines of the reply."""
        lines, self.unread = self.unread[:count], self.unread[count:]
        self.known += len(lines)
        return lines

    def complaint(self, now: str | None = None) -> str | None:
        """What is wrong with how it has ended; None if that is as it must be.

        `now` is what its rows hold: its user may have changed them to just what they must be.
        """
        match self.writing.ending:
            case None:
                return "has not ended"
            case Ending.SETTLED:
                is_right = any(
                    self._is_right(rows) for rows in (self.content, now) if rows is not None
                )
                return (
                    None
                    if is_right or self.is_mixed
                    else f"ended with {self.content!r} in its rows"
                )
            case Ending.TAKEN_OVER:
                is_due = self.is_touched or self.is_formatted or self.is_vague
                return None if is_due else "was taken over by nobody"
            case Ending.CLOSED:
                return None
            case ending:
                return f"ended as {ending.name}"

    def _is_right(self, content: str) -> bool:
        return any(self._is(content, lines) for lines in self._allowed())

    def _is(self, content: str, lines: Sequence[str]) -> bool:
        if self.is_formatted:
            rows = content.split(self.line_end)
            return [row.rstrip() for row in rows] == [row.rstrip() for row in lines or [""]]
        if self.is_blank_vague:
            rows = content.split(self.line_end)
            return [row for row in rows if row] == [row for row in lines if row]
        return content == self.line_end.join(lines)

    def _allowed(self) -> list[list[str]]:
        """What its rows may hold by the job table."""
        if self.close == "finish":
            return [list(self.reply)]
        if self.close == "restore":
            return [list(self.original)]
        new = list(self.reply[: self.known])
        return [
            new + list(self.original[gone:])
            for gone in range(len(self.original) + 1)
            if gone == 0 or self.original[gone - 1].rstrip() in {line.rstrip() for line in new}
        ]
