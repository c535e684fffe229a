"""Where a reply is gone on with: what a service says once more, and whether it begins anew.

A service is asked for what follows on a beginning. Some say its end or all of it again, and some
take no notice of it: “Sure! Here is the code:” in the middle of a line must not become code.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_SURE_LENGTH, _SURE_LETTERS = 6, 4
"""What is shorter, or made of fewer letters, may come twice by chance."""
_SURE_LINES_LENGTH = 24
_MOST_LINES = 20
"""Lines of the end that may be said again."""
_MOST_HELD = 600
"""Characters that are held back to see whether it begins anew."""

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})([^`\n]*)\n?")
_SAID = r"(?P<said>[^\s`~][^\n]*[:：.!。！])"
_SENTENCE = re.compile(_SAID)
_OPENING = re.compile(rf"\s*(?:{_SAID}[ \t]*\n\s*)?(?P<fence>`{{3,}}|~{{3,}})(?P<info>[^`\n]*)\n")


class _Open(NamedTuple):
    """A code block that a beginning has left open: its fence, and what stands in it."""

    fence: str
    code: str


class Seam:
    """Is told what follows on a beginning and gives what is new in it."""

    def __init__(self, begun: str, unsent: str = "") -> None:
        """`unsent` is the white space at the end of `begun` that the service was not told of."""
        self._begun, self._unsent = begun, unsent
        self._ends = list(_ends_of(begun))
        self._block = _open_block(begun)
        self._held = ""
        self._is_behind = not begun
        self.is_new_start = False
        """What comes does not follow on the beginning. Nothing of it was given."""

    def add(self, text: str) -> str:
        """What is new in `text`. What may still be a repetition is held back."""
        if self._is_behind:
            return "" if self.is_new_start else text
        while self._unsent and text:
            if text[0] != self._unsent[0]:
                self._unsent = ""
                break
            text, self._unsent = text[1:], self._unsent[1:]
        self._held += text
        return self._decided(is_end=False)

    def end(self) -> str:
        """What was held back and is no repetition, for it is not whole."""
        return "" if self._is_behind else self._decided(is_end=True)

    def _decided(self, *, is_end: bool) -> str:
        held = self._held
        for each in self._ends:
            if held.startswith(each):
                return self._past(held[len(each) :])
            if each.startswith(held) and not is_end:
                return ""
        same = _shared_beginning(held, self._begun)
        if "\n" in same and len(same) >= _SURE_LINES_LENGTH:
            return self._begins_anew()
        if not self._block:
            return self._outside(is_end=is_end)
        return self._within(self._block, is_end=is_end)

    def _outside(self, *, is_end: bool) -> str:
        """What follows where no block is open: a fence begins a line, also behind half a word."""
        line = self._begun.rpartition("\n")[2].strip()
        if not line or line[-1] in "`~":
            return self._past(self._held)
        if self._held in ("`", "``", "~", "~~") and not is_end:
            return ""
        is_fence = self._held.startswith(("```", "~~~"))
        return self._past("\n" + self._held if is_fence else self._held)

    def _within(self, block: _Open, *, is_end: bool) -> str:
        """What follows in the block that is open, where no other one begins."""
        held = self._held
        behind = _behind_opening(held, block.fence)
        if behind is not None:
            again = held[behind:]
            if again.startswith(block.code):
                return self._past(again[len(block.code) :])
            is_again = block.code.startswith(again) and not is_end
            return "" if is_again else self._begins_anew()
        return "" if _may_open(held) and not is_end else self._past(held)

    def _past(self, text: str) -> str:
        self._is_behind, self._held = True, ""
        return text

    def _begins_anew(self) -> str:
        self.is_new_start = True
        return self._past("")


def _ends_of(begun: str) -> Iterator[str]:
    """What may be said again: all of it, then its last lines, the longest first."""
    lines = begun.splitlines(keepends=True)
    if _is_sure(begun):
        yield begun
    for count in range(min(len(lines) - 1, _MOST_LINES), 0, -1):
        end = "".join(lines[-count:])
        whole = {line.strip() for line in lines[-count:] if line.strip()}
        if count > 1 and len(whole) > 1 and len(end) >= _SURE_LINES_LENGTH:
            yield end
    if lines and not lines[-1].endswith("\n") and _is_sure(lines[-1].strip()):
        yield lines[-1]
        yield lines[-1].lstrip()


def _is_sure(text: str) -> bool:
    return len(text) >= _SURE_LENGTH and len(set(text)) >= _SURE_LETTERS


def _shared_beginning(one: str, other: str) -> str:
    pairs = enumerate(zip(one, other, strict=False))
    return one[: next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))]


def _open_block(begun: str) -> _Open | None:
    """The block that is open at the end; None where none is."""
    found: _Open | None = None
    at = 0
    for line in begun.splitlines(keepends=True):
        at += len(line)
        fence = _FENCE.fullmatch(line)
        if fence and found is None:
            # What is not yet a whole line may still become another info string.
            found = _Open(fence[1], begun[at:]) if line.endswith("\n") else None
        elif fence and found and not fence[2].strip() and fence[1].startswith(found.fence):
            found = None
    return found


def _behind_opening(held: str, fence: str) -> int | None:
    """Where a block begins that `held` opens, at once or behind a sentence.

    A bare fence opens one only behind a sentence that announces it; else it closes the one before.
    """
    found = _OPENING.match(held)
    if not found or not found["fence"].startswith(fence):
        return None
    said = found["said"] or ""
    is_announced = len(said.split()) > 2 and said.endswith((":", "："))
    return found.end() if found["info"].strip() or is_announced else None


def _may_open(held: str) -> bool:
    """Whether more of `held` may show that a block begins."""
    if len(held) > _MOST_HELD or not _may_be_said(held):
        return False
    lines = [line for line in held.splitlines(keepends=True) if line.strip()]
    if not lines or not lines[0].endswith("\n"):
        return True
    is_sentence = _SENTENCE.fullmatch(lines[0].strip()) is not None
    return is_sentence and (len(lines) == 1 or lines[1].lstrip()[:1] in "`~")


def _may_be_said(held: str) -> bool:
    """Whether it begins like a fence or like a sentence to the user, and not like code."""
    first, is_indented = held.lstrip()[:1], held.lstrip("\n")[:1] in (" ", "\t")
    if first in ("", "`", "~"):
        return True
    return not is_indented and (first.isupper() or first in "*#" or first >= "\u2e80")
