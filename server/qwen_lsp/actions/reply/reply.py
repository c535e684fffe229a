"""The text of a reply, as it streams → lines to write, and what was said beside them.

A line leaves only when it can no longer turn out to be a fence, prose or a repeated surrounding
line, and only whole lines are looked at: so it doesn't matter how the stream was cut into pieces.
"""

from ..selection import Original
from .code_prose_split import Parting
from .indentation import Indentation
from .lines import Thinking, WholeLines, after_closer, is_lone_closer
from .repetition import LeadingRepetition, TrailingRepetition

__all__ = ["Original", "ProseReader", "ReplyReader"]


class ReplyReader:
    """Reads a reply that is to be written in place of the original.

    After `finish`, `is_answer` says that there was no code: the reply is to be shown.
    """

    def __init__(self, original: Original) -> None:
        self.is_answer = False
        self._original = original
        self._lines = WholeLines((*original.before, *original.lines, *original.after))
        self._may_lack_opener = not any("</think>" in line for line in original.lines)
        self._has_released = False
        self._thinking = Thinking()
        self._code = _Code(original)

    @property
    def prose(self) -> str:
        """What was said beside the code; the whole reply where there is none. No thinking."""
        return _text(self._code.prose)

    def feed(self, text: str) -> list[str]:
        """The lines of code that became certain: without ends, indented as the document is."""
        return self._read(self._lines.feed(text))

    def finish(self, *, cut: bool) -> list[str]:
        """The last lines. `cut`: the stream broke off, so its unfinished last line is no line."""
        lines = self._read(self._lines.finish(cut=cut))
        lines += self._code.finish()
        self.is_answer = not self._code.was_found
        return lines

    def _read(self, lines: list[str]) -> list[str]:
        released: list[str] = []
        for line in lines:
            for each in self._thinking.feed(self._restarted(line)):
                released += self._code.feed(each)
            self._has_released = self._has_released or bool(released)
        return released

    def _restarted(self, line: str) -> str:
        """`line`, or what stands behind the end of thinking that the chat template began."""
        is_certain = self._has_released or self._thinking.is_on or not self._may_lack_opener
        if is_certain or not is_lone_closer(line):
            return line
        self._code = _Code(self._original)
        return after_closer(line)


class ProseReader:
    """Reads a reply that is to be shown as it is, but for the thinking at its start."""

    is_answer = False

    def __init__(self) -> None:
        self._lines = WholeLines()
        self._thinking = Thinking()
        self._shown: list[str] = []

    @property
    def prose(self) -> str:
        """All that was said so far."""
        return _text(self._shown)

    def feed(self, text: str) -> list[str]:
        """The lines that `text` completes."""
        return self._read(self._lines.feed(text))

    def finish(self, *, cut: bool) -> list[str]:
        """The last line, be it `cut` off: to a reader half a sentence is worth more than none."""
        del cut
        return self._read(self._lines.finish(cut=False))

    def _read(self, lines: list[str]) -> list[str]:
        shown = [each for line in lines for each in self._thinking.feed(line)]
        if not self._shown:
            shown = _without_blank_start(shown)
        self._shown += shown
        return shown


class _Code:
    """The lines of a reply, without thinking, on their way into the document."""

    def __init__(self, original: Original) -> None:
        self._parting = Parting(original)
        self._leading = LeadingRepetition(original)
        self._indentation = Indentation(original)
        self._trailing = TrailingRepetition(original)
        self._has_begun = False

    @property
    def prose(self) -> list[str]:
        return self._parting.prose

    @property
    def was_found(self) -> bool:
        return self._parting.has_code

    def feed(self, line: str) -> list[str]:
        return self._placed(self._parting.feed(line))

    def finish(self) -> list[str]:
        lines = self._placed(self._parting.finish())
        lines += self._indented(self._leading.finish())
        lines += self._ended(self._indentation.finish())
        return lines + self._trailing.finish()

    def _placed(self, lines: list[str]) -> list[str]:
        return [each for line in lines for each in self._indented(self._leading.feed(line))]

    def _indented(self, lines: list[str]) -> list[str]:
        indented: list[str] = []
        for line in lines:
            self._has_begun = self._has_begun or bool(line.strip())
            if self._has_begun:
                indented += self._indentation.feed(line, self._leading.repeated)
        return self._ended(indented)

    def _ended(self, lines: list[str]) -> list[str]:
        self._trailing.shift = self._indentation.shift
        return [each for line in lines for each in self._trailing.feed(line)]


def _without_blank_start(lines: list[str]) -> list[str]:
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    return lines[first:]


def _text(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
