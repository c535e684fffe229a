"""Where the reply of an action goes: which rows it is written to, and what is written there.

Every way of placing is a replacement of rows. What goes above or below a selection replaces the
row that it goes beside; that row comes back as the last or the first of the new ones, so that it
stays untouched.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from qwen_lsp.errors import RequestError

from ..action import Action
from ..selection import Selection
from .alt_text import AltText, image_of
from .comment import CommentWriter
from .reply import Original, ProseReader, ReplyReader

NO_IMAGE = "There is no image here; put the cursor into the line of one."


class LineReader(Protocol):
    """Turns text that comes in pieces into lines, each of them certain."""

    def feed(self, text: str) -> list[str]: ...
    def finish(self, *, cut: bool) -> list[str]: ...
    @property
    def prose(self) -> str: ...
    @property
    def is_answer(self) -> bool: ...


class PlacedRows(NamedTuple):
    """Rows `first` up to, not including, `last` of a selection."""

    first: int
    last: int


class Placing:
    """Takes a reply as it streams and gives the lines to write to `rows` of the selection.

    `shows` says that the reply is for reading; then `rows` is None and the lines are to be shown.
    """

    def __init__(
        self,
        reply: LineReader,
        rows: PlacedRows | None,
        *,
        head: Sequence[str] = (),
        tail: Sequence[str] = (),
    ) -> None:
        self.rows = rows
        self._reply = reply
        self._head, self._tail = head, tail
        self._has_lines = False

    @property
    def shows(self) -> bool:
        return self.rows is None

    @property
    def prose(self) -> str:
        """What was said and not written."""
        return self._reply.prose

    @property
    def is_answer(self) -> bool:
        """The whole reply turned out to be for reading, although it was to be written."""
        return not self.shows and not self._has_lines and bool(self.prose.strip())

    @property
    def is_empty(self) -> bool:
        """There was no reply at all."""
        return not self._has_lines and not self.prose.strip()

    def feed(self, text: str) -> list[str]:
        """The lines that are certain now."""
        return self._led(self._reply.feed(text))

    def finish(self, *, cut: bool) -> list[str]:
        """The last lines. `cut` says that the reply broke off."""
        lines = self._led(self._reply.finish(cut=cut))
        return [*lines, *self._tail] if self._has_lines and not cut else lines

    def _led(self, lines: list[str]) -> list[str]:
        if not lines:
            return []
        led = lines if self._has_lines else [*self._head, *lines]
        self._has_lines = True
        return led


def placing_of(action: Action, selection: Selection) -> Placing:
    """How the reply of `action` to `selection` is placed. Raises RequestError if it can't be."""
    first, last = selection.lines[0], selection.lines[-1]
    count = len(selection.lines)
    match action.reply:
        case "show":
            return Placing(ProseReader(), None)
        case "replace":
            return Placing(_code(selection), PlacedRows(0, count))
        case "insert-above":
            return Placing(_code(selection), PlacedRows(0, 1), tail=[first])
        case "insert-below":
            return Placing(_code(selection), PlacedRows(count - 1, count), head=[last])
        case "comment-above":
            return Placing(_Comment(selection), PlacedRows(0, 1), tail=[first])
        case "alt-text":
            return _alt_text(selection)


def _alt_text(selection: Selection) -> Placing:
    if (image := image_of(selection)) is None:
        raise RequestError(NO_IMAGE)
    return Placing(AltText(image), PlacedRows(image.first, image.last))


def _code(selection: Selection) -> ReplyReader:
    return ReplyReader(
        Original(selection.lines, selection.before, selection.after, selection.language)
    )


class _Comment:
    """Prose that becomes a comment in the language of the selection."""

    is_answer = False
    prose = ""

    def __init__(self, selection: Selection) -> None:
        first = selection.lines[0]
        self._prose = ProseReader()
        self._writer = CommentWriter(selection.language, first[: len(first) - len(first.lstrip())])

    def feed(self, text: str) -> list[str]:
        return self._commented(self._prose.feed(text))

    def finish(self, *, cut: bool) -> list[str]:
        return [*self._commented(self._prose.finish(cut=cut)), *self._writer.finish()]

    def _commented(self, lines: list[str]) -> list[str]:
        return [comment for line in lines for comment in self._writer.feed(line)]
