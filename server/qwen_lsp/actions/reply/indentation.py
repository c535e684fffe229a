"""Moves the lines of a reply to where the selection stands, in its tabs or its spaces."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..selection import Original

_LEADING = re.compile(r"[ \t]*")
_OPENS_BLOCK = re.compile(r".*(?:[:{]|\b(?:then|do)|[-=]>)\s*$")
_BLOCK_WORD = re.compile(
    r"(?:if|unless|while|until|for|def|class|module|case|begin|function|sub|proc|try|else)\b"
    r"(?!.*(?:[;,)]|\bend)$)"
)
_GOES_ON = re.compile(r".*[(\[,]\s*$")


class Repeated(NamedTuple):
    """A line of the reply that repeats a line around the selection, and that line."""

    reply: str
    document: str


def leading(line: str) -> str:
    """The spaces and tabs that `line` begins with."""
    match = _LEADING.match(line)
    return match.group() if match else ""


class Indentation:
    """Shifts every line as far as the first one has to be.

    Where nothing has to be shifted or converted, lines stay as they are, byte for byte.
    """

    def __init__(self, original: Original) -> None:
        self.shift = 0
        """How many characters of indentation every line is given."""
        self._lines = [line for line in original.lines if line.strip()]
        self._anchor = leading(next(iter(self._lines), "".join(original.lines[:1])))
        self._unit = _unit((*original.lines, *original.before, *original.after))
        self._kind = _kind(original.lines) or _kind((*original.before, *original.after))
        self._convert: Callable[[str], str] | None = None if len(self._kind) == 1 else _as_it_is
        self._held: list[str] | None = None
        self._has_begun = False
        self._first = ""
        self._added = ""
        self._removed = 0

    def feed(self, line: str, repeated: Repeated | None = None) -> list[str]:
        """The lines that are certain. `repeated`: a line left out before `line`, the first one."""
        if not line.strip():
            return [line] if self._held is None else self._hold(line)
        if not self._has_begun:
            return self._begin(line, repeated)
        if self._held is None:
            return [self._moved(line)]
        self._settle(line)
        return [*self.finish(), self._moved(line)]

    def finish(self) -> list[str]:
        """The first line, where it was the only one."""
        held, self._held = self._held or [], None
        return held

    def _hold(self, line: str) -> list[str]:
        if self._held is not None:
            self._held.append(line)
        return []

    def _begin(self, line: str, repeated: Repeated | None) -> list[str]:
        self._has_begun = True
        self._first = repeated.reply if repeated else line
        anchor = leading(repeated.document) if repeated else self._anchor_of(line)
        if not self._lines and not anchor:
            return [line]
        found = self._converted(leading(self._first), levels=len(anchor))
        missing = len(anchor) - len(found)
        self._added, self._removed = anchor[: max(missing, 0)], max(-missing, 0)
        self.shift = len(self._added)
        first = self._moved(line)
        if not self._added or repeated:
            return [first]
        self._held = [first]
        return []

    def _anchor_of(self, line: str) -> str:
        """The indentation that `line` should have: that of the same line in the original."""
        text, found = line.strip(), leading(line)
        same = [leading(each) for each in self._lines if each.strip() == text]
        if not same:
            return self._anchor
        return found if found in same else min(same, key=len)

    def _settle(self, second: str) -> None:
        """Models often leave out the indentation of the first line only. The second line tells."""
        found = len(self._converted(leading(second)))
        expected = self._expected_second()
        if found >= self.shift and abs(expected - found) < abs(expected - found - self.shift):
            self._added, self.shift = "", 0

    def _expected_second(self) -> int:
        """How deep the line after the first should be, by the original or by what the first is."""
        text = self._first.strip()
        known = [index for index, line in enumerate(self._lines[:-1]) if line.strip() == text]
        if known:
            return len(leading(self._lines[known[0] + 1]))
        level = 1 if self._kind == "\t" else self._unit
        if _GOES_ON.match(text):
            return len(self._anchor) + 2 * level
        opens = _OPENS_BLOCK.match(text) or _BLOCK_WORD.match(text)
        return len(self._anchor) + (level if opens else 0)

    def _moved(self, line: str) -> str:
        found = leading(line)
        indent = self._converted(found)
        return f"{self._added}{indent[self._removed :]}{line[len(found) :]}"

    def _converted(self, found: str, *, levels: int = 0) -> str:
        """`found` in the document's kind of white space. The first real indentation decides how."""
        if self._convert is None and (found[:1] == "\t" or len(found) > 1):
            self._convert = self._conversion(found, levels)
        return self._convert(found) if self._convert else found

    def _conversion(self, found: str, levels: int) -> Callable[[str], str]:
        if found[0] == self._kind:
            return _as_it_is
        if self._kind == " ":
            return lambda each: each.expandtabs(self._unit)
        step = len(found) - len(leading(self._first)) * (levels == 0)
        unit = step // levels if levels and step % levels == 0 else step
        return _to_tabs(unit if unit in (2, 3, 4) else 4)


def _as_it_is(indent: str) -> str:
    return indent


def _to_tabs(unit: int) -> Callable[[str], str]:
    def convert(indent: str) -> str:
        levels, rest = divmod(len(indent.expandtabs(unit)), unit)
        return "\t" * levels + " " * rest

    return convert


def _kind(lines: Iterable[str]) -> str:
    """What the lines are indented by: a tab, a space, both, or '' where none is indented.

    One space is none: it aligns the lines of a block comment.
    """
    indents = (leading(line) for line in lines if line.strip())
    return "".join(sorted({indent[0] for indent in indents if indent[:2] not in ("", " ")}))


def _unit(lines: Iterable[str]) -> int:
    """How many spaces one level is, by the smallest step that occurs; 4 where none does."""
    steps: set[int] = set()
    last = 0
    for line in lines:
        if line.strip() and not leading(line).startswith("\t"):
            indent = len(leading(line))
            steps.add(indent - last)
            last = indent
    return min((step for step in steps if 1 < step <= 8), default=4)
