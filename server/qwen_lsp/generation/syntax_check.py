"""Whether a file no longer parses once a reply is in it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..syntax.check import TOO_LARGE, broken
from ..syntax.languages import grammar_of
from ..text.document import Document, Edit, Span, split_lines, without_end


@dataclass(frozen=True)
class WrittenReply:
    """A document as it was when a reply had just been written to `region`."""

    language: str
    lines: Sequence[str]
    region: Span
    original: Sequence[str]
    """The rows that the reply has replaced."""

    @classmethod
    def of(
        cls,
        text: Document,
        language: str,
        region: Span,
        rows: Sequence[str],
        original: Sequence[str],
    ) -> "WrittenReply | None":
        """A reply of these `rows`; None where there is nothing to be checked.

        Of a document that isn't too large: costs a copy of its list of lines.
        """
        if grammar_of(language) is None or len(text.lines) >= TOO_LARGE:
            return None
        is_there = [without_end(line) for line in split_lines(text.slice(region))] == [*rows]
        if not is_there or [*rows] == [*original]:
            return None
        return cls(language, list(text.lines), region, original)

    def broken_row(self, given_up: Callable[[], bool]) -> int | None:
        """The row at which it no longer parses, if it did before. Takes long."""
        if sum(map(len, self.lines)) >= TOO_LARGE:
            return None
        before = Document.of_lines(self.lines)
        before.apply(Edit(self.region, before.line_end.join(self.original)))
        return broken(before.text, "".join(self.lines), self.language, given_up=given_up)


async def find_broken_row(written: WrittenReply) -> int | None:
    """The row at which the file no longer parses, if it did before the reply; found in a thread."""
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(written.broken_row, given_up.is_set)
    finally:
        # The thread can't be cancelled, and the process would wait for it to come to its end.
        given_up.set()
