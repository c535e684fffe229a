"""Prose → the lines of a comment, in the language of the document."""

import re
import unicodedata
from itertools import pairwise

from qwen_lsp.errors import RequestError

from ..fences import Fence, fence_in
from ..languages import Syntax, syntaxes

NARROWEST = 30
"""The columns of text that a comment line has at least, however deep it stands."""

_ITEM = re.compile(r"(?:[-*+•]|\d{1,3}[.)])[ \t]+(?=\S)")
_BLOCK_BEGIN = re.compile(r"/\*+!?|<!--+|\(\*+|\{-|\{/\*|\{#|\"\"\"|'''")
_BLOCK_END = re.compile(r"(?:\*+/\}?|--+>|\*+\)|-\}|#\}|\"\"\"|''')$")
_LINE_MARKS = re.compile(r"(?://+!?|#+|--+|;+|%+)(?=\s|$)")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class CommentWriter:
    """Takes lines of prose and gives comment lines, each of them a whole comment or a line of one.

    `indentation` stands before each; `width` is the most columns that a line should have. Raises
    RequestError for a language that has no comments that we know of.
    """

    def __init__(self, language: str, indentation: str, width: int = 88) -> None:
        syntax = syntaxes().get(language.lower())
        if syntax is None:
            raise RequestError(
                f"Qwen knows no comments in {language or 'this language'}: use Explain instead."
            )
        self._syntax = syntax
        self._indentation = indentation
        taken = len(indentation.expandtabs(4)) + len(syntax.begin) + 1
        taken += len(syntax.end) + 1 if syntax.end else 0
        self._marks = _Marks(syntax)
        self._row = _Row(max(width - taken, NARROWEST))
        self._has_lines = False
        self._owes_gap = False

    def feed(self, line: str) -> list[str]:
        """The comment lines that became full. A blank line ends a paragraph."""
        text = self._marks.without(_UNSEEN.sub("", line))
        if text is None:
            return []
        item = _ITEM.match(text)
        rows = self._row.end() if item or not text else []
        if text:
            rows += self._row.add(text, hanging=len(item[0]) if item else None)
        written = self._written(rows)
        self._owes_gap = self._owes_gap or (not text and self._has_lines)
        return written

    def finish(self) -> list[str]:
        """The last comment line."""
        return self._written(self._row.end())

    def _written(self, rows: list[str]) -> list[str]:
        lines: list[str] = []
        for row in rows:
            if self._owes_gap:
                lines.append(self._gap())
            lines.append(self._commented(row))
            self._has_lines, self._owes_gap = True, False
        return lines

    def _gap(self) -> str:
        return "" if self._syntax.end else f"{self._indentation}{self._syntax.begin}"

    def _commented(self, text: str) -> str:
        begin, end = self._syntax
        safe = _harmless(text, self._syntax)
        return f"{self._indentation}{begin} {safe}{' ' + end if end else ''}"


class _Marks:
    """Takes off what makes a line a comment already, and leaves out fences and code below it."""

    def __init__(self, syntax: Syntax) -> None:
        self._own = f"{syntax.begin} "
        self._fence: Fence | None = None
        self._was_marked = False
        self._is_code = False
        self._in_block = False

    def without(self, line: str) -> str | None:
        """The text of `line`; None where it has no part in the comment."""
        text = line.strip()
        if self._is_fence(text):
            return None
        bare, marked = self._unmarked(text)
        if not self._fence:
            return bare
        self._is_code = self._is_code or (self._was_marked and not marked and bool(text))
        self._was_marked = self._was_marked or marked
        return None if self._is_code else bare

    def _is_fence(self, text: str) -> bool:
        fence = fence_in(text)
        if fence is None:
            return False
        if self._fence is None:
            self._fence, self._was_marked, self._is_code = fence, False, False
        elif fence.closes(self._fence):
            self._fence = None
        return True

    def _unmarked(self, text: str) -> tuple[str, bool]:
        marked = self._in_block
        begin = None if marked else _BLOCK_BEGIN.match(text)
        if begin:
            text, marked, self._in_block = text[begin.end() :].strip(), True, True
        if self._in_block:
            text = self._in_block_unmarked(text)
        elif mark := _LINE_MARKS.match(text):
            text, marked = text[mark.end() :], True
        elif f"{text} ".startswith(self._own):
            text, marked = text[len(self._own) - 1 :], True
        return text.strip(), marked

    def _in_block_unmarked(self, text: str) -> str:
        end = _BLOCK_END.search(text)
        if end:
            text, self._in_block = text[: end.start()], False
        return re.sub(r"^\*+(?=\s|$)", "", text)


class _Row:
    """Fills rows with words, up to a width in columns."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._text = ""
        self._columns = 0
        self._hanging = 0

    def add(self, text: str, *, hanging: int | None) -> list[str]:
        """The rows that became full. `hanging`: a list item begins, its text that far in."""
        self._hanging = self._hanging if hanging is None else hanging
        rows: list[str] = []
        for index, word in enumerate(text.split()):
            for part_index, part in enumerate(_parts(word)):
                glue = " " if not part_index and (index or not _is_wide(part[0])) else ""
                glue = glue if self._text.strip() else ""
                columns = _columns(part)
                if self._text.strip() and self._columns + len(glue) + columns > self._width:
                    rows.append(self._text)
                    self._text, self._columns, glue = " " * self._hanging, self._hanging, ""
                self._text += glue + part
                self._columns += len(glue) + columns
        return rows

    def end(self) -> list[str]:
        """The row that is not full."""
        rows = [self._text] if self._text.strip() else []
        self._text, self._columns, self._hanging = "", 0, 0
        return rows


def _parts(word: str) -> list[str]:
    """`word`, cut where a script without spaces may be cut: before its letters."""
    cuts = [at for at, each in enumerate(word) if at and _is_wide(each) and each.isalpha()]
    return [word[start:end] for start, end in pairwise((0, *cuts, len(word)))]


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _columns(text: str) -> int:
    return sum(2 if _is_wide(each) else 1 for each in text)


def _harmless(text: str, syntax: Syntax) -> str:
    """`text` so that it ends no comment, begins none, and doesn't go on in the next line."""
    begin, end = syntax
    if not end:
        text = text.rstrip("\\ ").replace("?>", "? >")
        return text.replace("%>", "% >").replace("</script", "< /script")
    if "--" in end:
        text = re.sub("-(?=-)", "- ", text)
    if begin == "(*":
        text = text.replace('"', "'")
    for mark in (begin, end):
        text = text.replace(mark, f"{mark[:-1]} {mark[-1]}")
    return text
