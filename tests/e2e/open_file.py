"""A file that is open in an editor, kept as one string: nothing of it is the server's own code."""

import re
from collections.abc import Sequence

from lsprotocol import types

UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class OpenFile:
    """A file's text and version, and what of its changes the server was not told yet."""

    def __init__(self, uri: str, text: str, encoding: str) -> None:
        self.uri, self.text, self.version = uri, text, 1
        self.unreported: list[types.TextDocumentContentChangePartial] = []
        self._codec, self._unit = UNITS[encoding]

    def change(self, start: int, end: int, text: str) -> None:
        """Replaces the characters from `start` to `end`."""
        change = types.TextDocumentContentChangePartial(range=self.range(start, end), text=text)
        self.unreported.append(change)
        self.text = self.text[:start] + text + self.text[end:]

    def apply(self, edits: Sequence[types.TextEdit]) -> None:
        """Makes edits, all in the positions of the present text: bottom up, so that they hold."""
        spans = [(self.offset(e.range.start), self.offset(e.range.end), e.new_text) for e in edits]
        for start, end, text in sorted(spans, reverse=True):
            self.change(start, end, text)
        self.version += 1

    def exact_report(self) -> list[types.TextDocumentContentChangePartial]:
        """Each change since the last report, as it was made."""
        changes, self.unreported = self.unreported, []
        return changes

    def offset(self, position: types.Position) -> int:
        """Strict, as editors are: a line that is not there or half a character is a mistake."""
        start, end = self._lines()[position.line]
        raw = self.text[start:end].encode(self._codec)
        units = position.character * self._unit
        assert units <= len(raw), "a column beyond the end of its line"
        return start + len(raw[:units].decode(self._codec))

    def range(self, start: int, end: int) -> types.Range:
        """The characters from `start` to `end` in the negotiated encoding."""
        return types.Range(self.position(start), self.position(end))

    def position(self, offset: int) -> types.Position:
        """Where the character at `offset` is."""
        lines = self._lines()
        line = max(row for row, (start, _) in enumerate(lines) if start <= offset)
        before = self.text[lines[line][0] : offset]
        return types.Position(line, len(before.encode(self._codec)) // self._unit)

    def _lines(self) -> list[tuple[int, int]]:
        ends = [match.span() for match in re.finditer(r"\r\n|\n|\r", self.text)]
        starts = [0, *(after for _, after in ends)]
        return list(zip(starts, [*(end for end, _ in ends), len(self.text)], strict=True))
