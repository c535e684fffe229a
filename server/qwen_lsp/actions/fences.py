"""Markdown's code fences: what opens one, what closes it, and how long one must be."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})(.*)", re.DOTALL)
_LATE = re.compile(r"([^`~]*[:.!])[ \t]*((?:`{3,}|~{3,})[\w+#.-]*)[ \t]*")


class Fence(NamedTuple):
    """A line that opens or closes a code block (CommonMark 0.31, section 4.5)."""

    character: str
    length: int
    indent: int
    info: str

    def closes(self, opener: "Fence") -> bool:
        """Whether this line ends the block that `opener` began."""
        return not self.info and self.rivals(opener)

    def rivals(self, opener: "Fence") -> bool:
        """Whether this line could end that block, were it bare; else it is a part of the block."""
        return (
            self.character == opener.character
            and self.length >= opener.length
            and self.indent <= opener.indent + 3
        )


def fence_in(line: str) -> Fence | None:
    """The fence that `line` is, at any indentation; None where it is none."""
    match = _FENCE.match(line)
    if not match:
        return None
    blank, marks, info = match.groups()
    if marks[0] == "`" and "`" in info:
        return None
    return Fence(marks[0], len(marks), len(blank.expandtabs(4)), info.strip())


def late_fence(line: str) -> tuple[str, str] | None:
    """The sentence in `line` and the fence right behind it, as models that forget a line end do."""
    match = _LATE.fullmatch(line)
    return (match[1], match[2]) if match else None


def longest_fence(lines: Iterable[str]) -> int:
    """The length of the longest fence among `lines`; 0 where there is none."""
    return max((fence.length for line in lines if (fence := fence_in(line))), default=0)


class FencedBlock:
    """The inside of an outer fence, a line at a time, up to the fence that closes it.

    An opener with an info string nests. Where `inner_expected`, a bare fence may open an inner
    block as well as close the outer one, so it is held until the next fence or the end tells.
    """

    def __init__(self, opener: Fence, *, inner_expected: bool) -> None:
        self.ended = False
        self.rest: list[str] = []
        self._opener = opener
        self._inner_expected = inner_expected
        self._depth = 0
        self._held: list[str] = []

    def feed(self, line: str) -> list[str]:
        """The lines of the inside that became certain. What follows the end is in `rest`."""
        fence = fence_in(line)
        if fence is None or not fence.rivals(self._opener):
            return self._inside(line)
        if self._held:
            return self._decide(fence, line)
        if fence.info:
            self._depth += 1
        elif self._depth:
            self._depth -= 1
        elif self._inner_expected:
            self._held.append(line)
            return []
        else:
            self.ended = True
            return []
        return [line]

    def finish(self) -> list[str]:
        """The reply is over: a held fence was the one that closes."""
        if self._held:
            self._end()
        return []

    def _inside(self, line: str) -> list[str]:
        if not self._held:
            return [line]
        self._held.append(line)
        return []

    def _decide(self, fence: Fence, line: str) -> list[str]:
        self._held.append(line)
        if fence.info:
            self._end()
            return []
        released, self._held = self._held, []
        return released

    def _end(self) -> None:
        self.ended = True
        self.rest, self._held = self._held[1:], []
