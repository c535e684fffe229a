"""A reply that is written to rows of a document, and what must come of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from qwen_lsp.streaming.region import Ending, Region

Close = Literal["finish", "keep", "restore"]

Verdict = Literal["corruption", "early"]
"""Something of the user's is lost or doubled, or something of ours is in a wrong place
(`corruption`), or a job has ended without cause (`early`).
"""


class Complaint(NamedTuple):
    """What is wrong."""

    verdict: Verdict
    words: str


@dataclass(eq=False)
class Job:
    """One reply. `content` is what stood in its rows after the last edit of the server's."""

    number: int
    region: Region
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
    """A report has summed up changes on several sides of its rows, so that its edges are lost."""
    is_put_back: bool = False
    """What we took away at an edge of its rows was put in there, which counts as an undo."""
    sides: set[str] = field(default_factory=set)
    """On which sides of its rows something was changed that was not reported yet."""
    is_over: bool = False
    unread: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.unread = list(self.reply)

    def read(self, count: int) -> list[str]:
        """The next lines of the reply."""
        lines, self.unread = self.unread[:count], self.unread[count:]
        self.known += len(lines)
        return lines

    def complaint(self, *held: str) -> Complaint | None:
        """What is wrong with how it has ended; None if that is as it must be.

        `held` is what its rows hold now, or held when the server was last told of them: its user
        may have changed them to just what they must be.
        """
        match self.region.ending:
            case None:
                return Complaint("early", "has not ended")
            case Ending.SETTLED:
                if any(self._is_right(rows) for rows in (self.content, *held)):
                    return None
                words = f"ended with {self.content!r} in its rows"
                return Complaint("corruption", words)
            case Ending.CONFLICT:
                if self.is_touched or self.is_blurred or self.is_put_back:
                    return None
                return Complaint("early", "was taken over by nobody")
            case Ending.CLOSED:
                return None
            case ending:
                return Complaint("early", f"ended as {ending.name}")

    def _is_right(self, content: str) -> bool:
        return any(self._is(content, lines) for lines in self._allowed())

    def _is(self, content: str, lines: Sequence[str]) -> bool:
        if self.is_formatted:
            rows = content.split(self.line_end)
            held, wanted = (
                "\n".join(row.rstrip() for row in each) for each in (rows, lines or [""])
            )
            # On which side of an edge a blank row was moved, a summed-up report does not say.
            edges = "\n" if self.is_blurred else ""
            return held.strip(edges) == wanted.strip(edges) if edges else held == wanted
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
