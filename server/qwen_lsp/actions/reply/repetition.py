"""Finds the lines around the selection that a reply repeats, and leaves them out."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from ..selection import Original
from .indentation import Repeated, leading

_WORD = re.compile(r"\w")
_CLOSING = re.compile(
    r"(?:end|fi|done|esac|else|endif|endfor|endwhile|endfunction|</[\w:.-]+>|\W*)[;:,)]*"
)
_BRACKETS = re.compile(r"[()\[\]{}]")


class LeadingRepetition:
    """Drops the lines at a reply's start that are the last ones before the selection.

    Compared without white space at their edges and without blank lines. A reply that begins as the
    selection does begins with its own lines, and one that would be left empty is left as it is.
    """

    def __init__(self, original: Original) -> None:
        self.repeated: Repeated | None = None
        """The first line that was left out."""
        self._before = _with_text(original.before)
        self._own = next(iter(_with_text(original.lines)), "").strip()
        self._held: list[str] = []
        self._count = 0
        self._starts = list(range(len(self._before)))
        self._whole = 0
        self._whole_held = 0
        self._is_over = False

    def feed(self, line: str) -> list[str]:
        """The lines that can no longer be a repetition."""
        if self._is_over:
            return [line]
        text = line.strip()
        self._held.append(line)
        if text:
            self._follow(text)
        return [] if self._starts else self._release()

    def finish(self) -> list[str]:
        """What is left when nothing follows."""
        return self._release()

    def _follow(self, text: str) -> None:
        if self._count == 0 and text == self._own:
            self._starts = []
        before, count = self._before, self._count
        self._starts = [
            start
            for start in self._starts
            if start + count < len(before) and before[start + count].strip() == text
        ]
        self._count += 1
        if self._starts and self._starts[-1] + self._count == len(before):
            self._whole, self._whole_held = self._count, len(self._held)

    def _release(self) -> list[str]:
        self._is_over = True
        held, self._held = self._held, []
        repeated = _with_text(held[: self._whole_held])
        rest = held[self._whole_held :]
        if not _with_text(rest) or not any(map(_WORD.search, repeated)):
            return held
        self.repeated = Repeated(repeated[0], self._before[-self._whole])
        return rest


class _Tally(NamedTuple):
    """What has to stay as it was for the code around to stay whole."""

    brackets: int = 0
    quotes: int = 0

    def plus(self, line: str, times: int = 1) -> "_Tally":
        opened = sum(1 if each in "([{" else -1 for each in _BRACKETS.findall(line))
        quoted = line.count('"""') + line.count("'''")
        return _Tally(self.brackets + times * opened, (self.quotes + quoted) % 2)


class TrailingRepetition:
    """Drops the lines at a reply's end that are the first ones after the selection.

    Fed with lines indented as in the document. What could be such a repetition is held until it
    is refuted. A line that only closes something is dropped if it closes nothing of the reply's.
    """

    def __init__(self, original: Original) -> None:
        self.shift = 0
        """How many characters of indentation every line was given."""
        self._after = _with_text(original.after)
        self._texts = [line.strip() for line in self._after]
        self._borders = _borders(self._texts)
        self._matched = 0
        self._held: deque[list[str]] = deque()  # each a line with text and the blank ones after it
        self._blanks: list[str] = []
        self._has_released = False
        self._tally = self._original_tally = _Tally()
        self._indent = 0
        self._own = 0
        self._measure(_with_text(original.lines))

    def feed(self, line: str) -> list[str]:
        """The lines that can no longer be a repetition, nor blank ones at the end."""
        text = line.strip()
        if not text:
            (self._held[-1] if self._held else self._blanks).append(line)
            return []
        self._tally = self._tally.plus(line)
        self._matched = self._longer(self._matched, text)
        self._held.append([line])
        released: list[str] = []
        while len(self._held) > self._matched:
            released += self._take()
        return released

    def finish(self) -> list[str]:
        """The reply's own lines among those that are held, without blank ones at the end."""
        repeated = self._matched
        while repeated and not self._repeats(repeated):
            repeated = self._borders[repeated - 1]
        own: list[str] = []
        while len(self._held) > repeated:
            own += self._take()
        return own

    def _measure(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._original_tally = self._original_tally.plus(line)
            self._own = self._longer(self._own, line.strip())
        if lines:
            self._indent = len(leading(lines[0]))
        if self._own and leading(lines[-1]) != leading(self._after[self._own - 1]):
            self._own = 0

    def _take(self) -> list[str]:
        line, *blanks = self._held.popleft()
        taken, self._blanks = [*self._blanks, line], blanks
        self._has_released = True
        return taken

    def _longer(self, matched: int, text: str) -> int:
        """How many lines match once `text` follows `matched` of them (Knuth, Morris, Pratt)."""
        if matched == len(self._texts):
            matched = self._borders[matched - 1] if matched else 0
        while matched and self._texts[matched] != text:
            matched = self._borders[matched - 1]
        return matched + 1 if self._texts and self._texts[matched] == text else 0

    def _repeats(self, count: int) -> bool:
        """Whether the last `count` lines are those after the selection, and not the reply's own."""
        if count == len(self._held) and not self._has_released:
            return False
        lines = [held[0] for held in islice(self._held, len(self._held) - count, None)]
        places = [self._stands(*pair) for pair in zip(lines, self._after, strict=False)]
        if not all(_CLOSING.fullmatch(line.strip()) for line in lines):
            return count > self._own and (count > 1 or places[0])
        if not all(places):
            return False
        tally, without = _Tally(), self._tally
        for line in lines:
            tally, without = tally.plus(line), without.plus(line, times=-1)
        if tally != _Tally() or any(map(_BRACKETS.search, lines)):
            return without == self._original_tally
        exact = all(map(_stands_equal, lines, self._after))
        return exact and count > self._own and len(leading(self._after[0])) < self._indent

    def _stands(self, line: str, after: str) -> bool:
        """Whether `line` stands where `after` does, or would but for the shift of all lines."""
        if _stands_equal(line, after):
            return True
        return len(leading(after)) < self.shift == len(leading(line))


def _stands_equal(line: str, after: str) -> bool:
    return len(leading(line)) == len(leading(after))


def _borders(texts: Sequence[str]) -> list[int]:
    """For each beginning of `texts`, the length of its longest end that is a beginning too."""
    borders = [0] * len(texts)
    matched = 0
    for index in range(1, len(texts)):
        while matched and texts[index] != texts[matched]:
            matched = borders[matched - 1]
        if texts[index] == texts[matched]:
            matched += 1
        borders[index] = matched
    return borders


def _with_text(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.strip()]
