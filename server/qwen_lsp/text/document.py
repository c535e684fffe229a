"""A text as a list of lines, so that a change costs what it changes and not what the file holds."""

import re
from collections.abc import Iterable
from typing import NamedTuple, Self

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Position(NamedTuple):
    """A place between two characters. Both numbers count from 0; `column` counts code points."""

    line: int
    column: int


class Span(NamedTuple):
    """What lies from `start` up to, not including, `end`."""

    start: Position
    end: Position


class Edit(NamedTuple):
    """Puts `text` in the place of what `span` holds."""

    span: Span
    text: str


class Change(NamedTuple):
    """An edit that was made, and the text that it took away."""

    edit: Edit
    removed: str


def split_lines(text: str) -> list[str]:
    """The lines of `text` with their ends, the last one always without.

    Only LF, CRLF and CR end a line, as LSP 3.17 says; form feed or U+2028 don't.
    """
    lines = _LINE.findall(text)
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


def without_end(line: str) -> str:
    """`line` without its line end."""
    if line.endswith("\r\n"):
        return line[:-2]
    return line[:-1] if line.endswith(("\n", "\r")) else line


class Document:
    """A text that changes in place. Never empty: the last line has no line end and may be ''."""

    def __init__(self, text: str = "") -> None:
        self.lines = split_lines(text)

    @classmethod
    def of_lines(cls, lines: Iterable[str]) -> Self:
        """A document of whole lines, as `split_lines` gives them."""
        document = cls()
        document.lines = list(lines)
        return document

    @property
    def text(self) -> str:
        """The whole text. Costs the whole document."""
        return "".join(self.lines)

    @property
    def end(self) -> Position:
        """The place after the last character."""
        return Position(len(self.lines) - 1, len(self.lines[-1]))

    def line(self, row: int) -> str:
        """Line `row` without its line end."""
        return without_end(self.lines[row])

    def clamp(self, position: Position) -> Position:
        """The nearest place that exists; a column past the end of a line is the line's end."""
        if position.line >= len(self.lines):
            return self.end
        if position.line < 0:
            return Position(0, 0)
        return Position(position.line, min(position.column, len(self.line(position.line))))

    def slice(self, span: Span) -> str:
        """The text that `span` holds."""
        start, end = self.clamp(span.start), self.clamp(span.end)
        if start.line == end.line:
            return self.lines[start.line][start.column : end.column]
        return "".join(
            (
                self.lines[start.line][start.column :],
                *self.lines[start.line + 1 : end.line],
                self.lines[end.line][: end.column],
            )
        )

    def apply(self, edit: Edit) -> Position:
        """Makes the change, and gives the place after its text.

        A CR and a LF that come to stand side by side become one line end.
        """
        start, end = self.clamp(edit.span.start), self.clamp(edit.span.end)
        before = self.lines[start.line][: start.column]
        rest = self.lines[end.line][end.column :]
        first, last = start.line, end.line + 1
        if not before and first and self.lines[first - 1].endswith("\r"):
            first -= 1
            before = self.lines[first]
        replaced = split_lines(before + edit.text + rest)
        if last < len(self.lines):
            replaced.pop()
        self.lines[first:last] = replaced
        return after(start, edit.text)

    @property
    def line_end(self) -> str:
        """The line end that the document uses, by its first line; LF where it has but one line."""
        first = self.lines[0]
        return first[len(without_end(first)) :] or "\n"


def after(start: Position, text: str) -> Position:
    """The place after `text` when it is put in at `start`."""
    lines = split_lines(text)
    if len(lines) == 1:
        return Position(start.line, start.column + len(text))
    return Position(start.line + len(lines) - 1, len(lines[-1]))
