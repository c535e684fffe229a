"""A reply that is written to rows of a document, and what must come of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from qwen_lsp.lsp.writing import Ending, Writing

Close = Literal["finish", "keep", "restore"]

Verdict = Literal["corruption", "early", "doubt", "twins"]
"""Something of the user's is lost or doubled, or something of ours is astray (`corruption`), or a
job has ended without cause (`early`). Both are excused where no server could have known it: an
end where the user's typing looks most like some in the rows (`doubt`), and one text where he has
typed just what was sent (`twins`).
"""


class Complaint(NamedTuple):
    """What is wrong."""

    verdict: Verdict
    words: str


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
    is_blurred: bool = False
    """It was told what a formatter has done as one with all that lies between."""
    is_doubtful: bool = False
    """Its user would have had less to type in its rows than beside them."""
    is_put_back: bool = False
    """Its user has put in at an edge just what had been taken away there."""
    is_elsewhere: bool = False
    """By what was told, its rows may as well be where the server takes them to be."""
    places: set[int] = field(default_factory=set)
    """Where its rows may be, in the text as it was told last; empty where that is certain."""
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

    def complaint(
        self, now: str | None = None, *, is_but_for: Callable[[str, str], bool] | None = None
    ) -> Complaint | None:
        """What is wrong with how it has ended; None if that is as it must be.

        `now` is what its rows hold: its user may have changed them to just what they must be.
        `is_but_for` says of rows, and of what they should be, that nobody could have known.
        """
        match self.writing.ending:
            case None:
                return Complaint("early", "has not ended")
            case Ending.SETTLED:
                if any(self._is_right(rows) for rows in (self.content, now) if rows is not None):
                    return None
                words = f"ended with {self.content!r} in its rows"
                wished = [self.line_end.join(lines) for lines in self._allowed()]
                is_excused = is_but_for and any(is_but_for(self.content, rows) for rows in wished)
                return Complaint("twins" if is_excused else "corruption", words)
            case Ending.TAKEN_OVER:
                if self.is_touched or self.is_blurred:
                    return None
                is_excused = self.is_doubtful or self.is_elsewhere or self.is_put_back
                return Complaint("doubt" if is_excused else "early", "was taken over by nobody")
            case Ending.CLOSED:
                return None
            case ending:
                return Complaint("early", f"ended as {ending.name}")

    def _is_right(self, content: str) -> bool:
        return any(self._is(content, lines) for lines in self._allowed())

    def _is(self, content: str, lines: Sequence[str]) -> bool:
        if self.is_formatted:
            rows = content.split(self.line_end)
            return [row.rstrip() for row in rows] == [row.rstrip() for row in lines or [""]]
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
