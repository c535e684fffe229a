"""Parts the lines of a reply into code and what is said beside it."""

from typing import Protocol

from ..fences import Fence, FencedBlock, fence_in, late_fence, longest_fence
from ..languages import PROSE_LANGUAGES
from ..selection import Original
from .looks_like_code import Judge, Verdict

_NO_CODE = frozenset(("diff", "patch"))


class _Block(Protocol):
    """A stretch of code, fed a line at a time. What follows its end is in `rest`."""

    ended: bool
    rest: list[str]

    def feed(self, line: str) -> list[str]: ...
    def finish(self) -> list[str]: ...


class Parting:
    """Gives the lines of code as they become certain, and keeps the rest as `prose`.

    The code is the first fenced block, or a reply without a fence whose first lines are code.
    """

    def __init__(self, original: Original) -> None:
        self.prose: list[str] = []
        self._original = original
        self._judge = Judge(original)
        self._fence_length = longest_fence(original.lines)
        self._is_prose_language = original.language in PROSE_LANGUAGES
        self._unsure: list[str] = []
        self._is_said = False
        self._block: _Block | None = None
        self._skipped: FencedBlock | None = None

    @property
    def has_code(self) -> bool:
        """Whether code was found, be it empty."""
        return self._block is not None

    def feed(self, line: str) -> list[str]:
        """The lines of code that became certain."""
        if self._skipped:
            self._skip(line, self._skipped)
            return []
        if self._block is None:
            return self._seek(line)
        if self._block.ended:
            self.prose.append(line)
            return []
        code = self._block.feed(line)
        self._gather(self._block)
        return code

    def finish(self) -> list[str]:
        """The last lines of code."""
        self.prose += self._unsure
        self._unsure = []
        if self._block is None or self._block.ended:
            return []
        code = self._block.finish()
        self._gather(self._block)
        return code

    def _gather(self, block: _Block) -> None:
        if block.ended:
            self.prose += ["", *block.rest]

    def _seek(self, line: str) -> list[str]:
        fence = fence_in(line)
        if fence:
            return self._open(fence, line)
        verdict = self._judge.verdict(line)
        may_be_said = self._is_said or verdict is not Verdict.CODE
        if may_be_said and not self._is_prose_language and (late := late_fence(line)):
            return self._open_late(*late)
        if self._is_said:
            self.prose.append(line)
            return []
        self._unsure.append(line)
        if verdict is Verdict.CODE:
            return self._begin_open()
        if verdict is Verdict.PROSE:
            self._say_unsure()
        return []

    def _open_late(self, said: str, marks: str) -> list[str]:
        self._unsure.append(said)
        fence = fence_in(marks)
        return self._open(fence, marks) if fence else []

    def _say_unsure(self) -> None:
        self._is_said = True
        self.prose += self._unsure
        self._unsure = []

    def _begin_open(self) -> list[str]:
        self._block = OpenCode(self._judge, self._original.language)
        lines, self._unsure = self._unsure, []
        return [code for each in lines for code in self._block.feed(each)]

    def _open(self, fence: Fence, line: str) -> list[str]:
        self._say_unsure()
        language = fence.info.split(maxsplit=1)[0].lower() if fence.info else ""
        if language in _NO_CODE and self._original.language not in _NO_CODE:
            self.prose.append(line)
            self._skipped = FencedBlock(fence, inner_expected=False)
        else:
            self._block = FencedBlock(fence, inner_expected=self._expects_inner(fence))
        return []

    def _expects_inner(self, fence: Fence) -> bool:
        """Whether a bare fence as long as the outer one may open a block inside it."""
        may_hold_fences = self._fence_length > 0 or self._is_prose_language
        return may_hold_fences and fence.length <= max(3, self._fence_length)

    def _skip(self, line: str, block: FencedBlock) -> None:
        block.feed(line)
        self.prose.append(line)
        if block.ended:
            self._skipped = None


class OpenCode:
    """Code without a fence, up to a fence or to sentences that only sentences follow."""

    def __init__(self, judge: Judge, language: str) -> None:
        self.ended = False
        self.rest: list[str] = []
        self._judge = judge
        self._is_prose_language = language in PROSE_LANGUAGES
        self._held: list[str] = []
        self._is_said = False

    def feed(self, line: str) -> list[str]:
        """The lines that are code for certain."""
        if self._is_prose_language:
            return [line]
        if fence_in(line):
            self.ended = True
            self.rest, self._held = [*self._held, line], []
            return []
        if not line.strip():
            self._held.append(line)
            return []
        return self._judged(line) if self._held else [line]

    def finish(self) -> list[str]:
        """The sentences at the end are none of the code."""
        self.ended = True
        self.rest, self._held = self._held, []
        return []

    def _judged(self, line: str) -> list[str]:
        self._held.append(line)
        verdict = self._judge.verdict(line)
        if verdict is Verdict.PROSE and line[:1].strip():
            self._is_said = True
        if verdict is Verdict.CODE or not self._is_said:
            lines, self._held, self._is_said = self._held, [], False
            return lines
        return []
