"""Text in pieces → whole lines, without what the model's own machinery leaks into it."""

import re
from collections.abc import Iterable

_TOKEN = re.compile(
    r"<\|(?:im_start|im_end|endoftext|fim_prefix|fim_middle|fim_suffix|fim_pad|"
    r"repo_name|file_sep)\|>"
)


class WholeLines:
    """Gathers pieces into lines without ends. A special token of Qwen's ends the text.

    Tokens that `known` text holds are the user's own and stay. A byte order mark at the beginning
    is no text.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = {token for line in known for token in _TOKEN.findall(line)}
        self._partial: list[str] = []
        self._has_begun = False
        self._is_over = False

    def feed(self, text: str) -> list[str]:
        """The lines that `text` completes."""
        if self._is_over:
            return []
        if text and not self._has_begun:
            self._has_begun = True
            text = text.removeprefix("\ufeff")
        if "\n" not in text:
            self._partial.append(text)
            return []
        first, *others = text.split("\n")
        rows = ["".join((*self._partial, first)), *others]
        self._partial = [rows.pop()]
        return self._clean(rows)

    def finish(self, *, cut: bool) -> list[str]:
        """The last line, unless it was `cut` off or is empty."""
        last = "".join(self._partial)
        self._partial = []
        if self._is_over or (cut and not self._cut_at(last)):
            return []
        return self._clean([last]) if last else []

    def _clean(self, rows: list[str]) -> list[str]:
        """The rows up to a special token. A CR within a row ends a line too, as LSP 3.17 says."""
        lines: list[str] = []
        for row in rows:
            token = self._cut_at(row)
            kept = row[: token.start()] if token else row
            if kept or not token:
                lines += kept.rstrip("\r").split("\r")
            if token:
                self._is_over = True
                break
        return lines

    def _cut_at(self, row: str) -> re.Match[str] | None:
        tokens = _TOKEN.finditer(row)
        return next((token for token in tokens if token[0] not in self._known), None)


class Thinking:
    """Leaves out `<think>…</think>` at the start of a reply."""

    def __init__(self) -> None:
        self._state = "start"

    @property
    def is_on(self) -> bool:
        """Whether the thinking has begun and not ended."""
        return self._state == "thinking"

    def feed(self, line: str) -> list[str]:
        """`line`, or what of it stands outside the thinking."""
        if self._state == "start" and line.strip():
            begins = line.lstrip().startswith("<think>")
            self._state = "thinking" if begins else "done"
        if self._state != "thinking":
            return [line]
        _, closer, rest = line.partition("</think>")
        if not closer:
            return []
        self._state = "done"
        return [rest] if rest.strip() else []


def is_lone_closer(line: str) -> bool:
    """Whether `line` ends thinking that had no beginning, as some chat templates leave it."""
    text = line.strip()
    return text.startswith("</think>") or text.endswith("</think>")


def after_closer(line: str) -> str:
    """What stands on the line behind `</think>`."""
    return line.partition("</think>")[2]
