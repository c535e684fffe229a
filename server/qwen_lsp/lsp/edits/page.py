"""Where the reply of one job is written: some rows of a document, wherever they are by now."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

from ...perform import PageEnd
from ...text.document import Span
from ...text.hunks import Hunk
from ..writing import Ending, Writing

if TYPE_CHECKING:
    from .pages import Sheet

LONGEST_REASON = 200
"""Characters of an editor's reason that are shown."""
SILENT = (
    "The editor has not made an edit in time, so nothing more is written; undo what is there, then "
    "run the action again."
)

FOLDED = (
    "You changed the text while Qwen put its edits together for undo, so the reply is not in the "
    "file; see it with Qwen: Show changes, or run Qwen: Retry."
)


class Page:
    """The rows of one document that one reply is written to."""

    def __init__(self, sheet: "Sheet", writing: Writing) -> None:
        self._sheet, self._writing = sheet, writing
        self._ended = asyncio.Event()
        self.on_end: Callable[[], object] | None = None
        """Called when it ends, with the document as it is then."""

    @property
    def range(self) -> types.Range:
        """Where the rows are now."""
        return self._sheet.document.to_range(self._writing.region)

    @property
    def region(self) -> Span:
        """Where the rows are; once it has ended, where they were then."""
        return self._writing.region

    @property
    def original(self) -> tuple[str, ...]:
        """The rows before the first edit."""
        return self._writing.original

    @property
    def lines(self) -> list[str]:
        """The rows as they are; once it has ended, as they were then."""
        return self._writing.lines

    @property
    def changes(self) -> tuple[Hunk, ...]:
        """What the reply has made of the original, in its rows."""
        return self._writing.changes

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        self._writing.extend(lines)
        self._sheet.pump()

    def finish(self, last: Iterable[str] = ()) -> None:
        """The reply is whole with the `last` lines: what is left of the original goes."""
        self._writing.extend(last)
        self._writing.finish(folds=self._sheet.folds)
        self._sheet.pump()

    def keep(self) -> None:
        """The reply broke off, and what came of it stays."""
        self._writing.keep()
        self._sheet.pump()

    def restore(self) -> None:
        """The original comes back."""
        self._writing.restore()
        self._sheet.pump()

    async def end(self) -> PageEnd:
        """How it ended, once nothing more is written."""
        await self._ended.wait()
        return self.outcome

    @property
    def outcome(self) -> PageEnd:
        """How it ended, if it has."""
        match self._writing.ending:
            case Ending.TAKEN_OVER if self._writing.is_folding:
                return PageEnd("takenOver", FOLDED)
            case Ending.TAKEN_OVER:
                return PageEnd("takenOver")
            case Ending.CLOSED:
                return PageEnd("stopped")
            case Ending.REFUSED:
                return PageEnd("failed", _refused(self._writing.reason))
            case Ending.SILENT:
                return PageEnd("failed", SILENT)
            case _:
                return PageEnd("done")

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is written."""
        return self._writing.ending is not None

    def noticed_end(self) -> bool:
        """Whether it has ended; then who waits for that goes on."""
        if self._writing.ending is not None and not self._ended.is_set():
            self._ended.set()
            if self.on_end:
                self.on_end()
        return self._ended.is_set()


def _refused(reason: str) -> str:
    told = reason.strip().rstrip(".")[:LONGEST_REASON]
    return (
        f"The editor refuses the edits{f' ({told})' if told else ''}; see that the file can be "
        "changed, then run the action again."
    )
