"""Where the reply of one job is written: some rows of a document, found again after each change."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from lsprotocol import types

from ...perform import PageEnd
from ...streaming.region import Ending, Region
from ...text.document import Span
from ...text.hunks import Hunk
from ..documents.documents import OpenDocument

LONGEST_REASON = 200
"""Characters of an editor's reason that are shown."""
CONFLICT = (
    "You changed the lines that Qwen was writing in {name}, so it has stopped; Qwen: Discard "
    "puts back what you have not changed."
)
CHANGED = (
    "The lines that Qwen was writing in {name} were changed, so it has stopped; Qwen: Restore the "
    "original puts them back."
)
UNTOUCHED = (
    "You changed the lines of {name} that Qwen was to write to, so nothing was written; run the "
    "action again."
)
FOLDED = (
    "You changed the text while Qwen put its edits together for undo, so the reply is not in the "
    "file; see it with Qwen: Show changes, or run Qwen: Retry."
)
CLOSED = (
    "{name} was closed while an edit was on its way; check the file, and undo or run Qwen: Restore "
    "the original when it is open again."
)
UNVERIFIED = (
    "{name} is not as Qwen has asked the editor to make it, so nothing more is written; check it, "
    "and run Qwen: Restore the original to get your text back."
)
WAITING = "The editor has not taken an edit of {name} yet; Qwen waits for it (Qwen: Stop ends it)."
WAITING_AFTER = 10.0
"""Seconds without an edit that has landed after which WAITING is shown."""


class JobLabel(NamedTuple):
    """A job, for those who keep what it writes: its id, and its name in messages."""

    id: str
    title: str


class Page:
    """The rows of one document that one reply is written to.

    `pump` sends what may be sent; `folds` says whether undo is to take a reply back as one.
    """

    def __init__(
        self,
        document: OpenDocument,
        region: Region,
        *,
        pump: Callable[[], None],
        folds: Callable[[], bool],
    ) -> None:
        self.document = document
        self._region, self._pump, self._folds = region, pump, folds
        self._ended = asyncio.Event()
        self.on_end: Callable[[], object] | None = None
        """Called when it ends, with the document as it is then."""

    @property
    def range(self) -> types.Range:
        """Where the rows are now."""
        return self.document.to_range(self._region.span)

    @property
    def region(self) -> Span:
        """Where the rows are; once it has ended, where they were then."""
        return self._region.span

    @property
    def original(self) -> tuple[str, ...]:
        """The rows before the first edit."""
        return self._region.original

    @property
    def lines(self) -> list[str]:
        """The rows as they are; once it has ended, as they were then."""
        return self._region.lines

    @property
    def changes(self) -> tuple[Hunk, ...]:
        """What the reply has made of the original, in its rows."""
        return self._region.changes

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        self._region.extend(lines)
        self._pump()

    def finish(self, last: Iterable[str] = ()) -> None:
        """The reply is whole with the `last` lines: what is left of the original goes."""
        self._region.extend(last)
        self._region.finish(folds=self._folds())
        self._pump()

    def keep(self) -> None:
        """The reply broke off, and what came of it stays."""
        self._region.keep()
        self._pump()

    def restore(self) -> None:
        """The original comes back."""
        self._region.restore()
        self._pump()

    def replace(self, rows: Sequence[str]) -> None:
        """All rows give way to `rows`, in one edit."""
        self._region.replace(rows)
        self._pump()

    def wait_for_rest(self) -> None:
        """Nothing is written while the user types."""
        self._region.waits_for_rest = True

    async def end(self) -> PageEnd:
        """How it ended, once nothing more is written."""
        await self._ended.wait()
        return self.outcome

    @property
    def outcome(self) -> PageEnd:
        """How it ended, if it has."""
        region, name = self._region, self.document.name
        match region.ending:
            case Ending.CONFLICT:
                return PageEnd("takenOver", self._conflict.format(name=name))
            case Ending.CLOSED:
                return PageEnd("stopped", CLOSED.format(name=name) if region.was_in_flight else "")
            case Ending.REFUSED:
                return PageEnd("failed", _refused(region.reason))
            case Ending.UNVERIFIED:
                return PageEnd("failed", UNVERIFIED.format(name=name))
            case _:
                return PageEnd("done")

    @property
    def _conflict(self) -> str:
        if self._region.is_folding:
            return FOLDED
        if self._region.is_suspended:
            return CHANGED
        return CONFLICT if self._region.has_written else UNTOUCHED

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is written."""
        return self._region.ending is not None

    def noticed_end(self) -> bool:
        """Whether it has ended; then who waits for that goes on."""
        if self._region.ending is not None and not self._ended.is_set():
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
