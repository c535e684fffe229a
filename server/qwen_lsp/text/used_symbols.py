"""What a selection uses of its file: the imports, and the signatures of what it names.

Told by the looks of lines, in the manner of many languages, so that no parser is needed.
"""

import re
from collections.abc import Iterable, Iterator

from .document import Document
from .enclosing import block_end

IMPORT_ROWS = 300
"""Rows at the top of a file that imports are looked for in."""
DEFINITION_ROWS = 1_000
"""Rows on each side of a selection that definitions are looked for in."""
MOST_NAMES = 40
"""Signatures that are shown."""
MOST_IMPORT_LINES = 80
_MOST_WORDS = 2_000
_MOST_OF_A_LINE = 200
_MOST_HEADER = 8
_MOST_BODY = 15

_WORD = re.compile(r"[^\W\d]\w{2,}")
_IMPORT = re.compile(
    r"import\b|from\s+[\w.\"'@/-]+\s+import\b|#\s*(?:include|import)\b|using\s+[\w:.]+\s*[;=]"
    r"|(?:pub(?:\([\w:]+\))?\s+)?use\s+[\w\\]+(?:::|\\|;)|extern\s+crate\b|package\s+[\w.]+\s*;?$"
    r"|(?:require|require_once|require_relative|include|include_once|source|library)\b[\s(]*[\"'<]"
    r"|@import\b|export\b.*\bfrom\s*[\"']|(?:const|let|var|local)\b[^=]*=\s*(?:require|import)\b"
)
_KEYWORD = re.compile(
    r"\s*(?:[\w@$.:<>\[\]()]+\s+)*?"
    r"(def|class|function\*?|func|fn|fun|sub|proc|procedure|struct|enum|union|trait|interface|"
    r"type|record|object|module|namespace|defn|defun|defmodule|const|let|var|val)\s+"
    r"(?:\([^)]*\)\s*)?(?:self\.)?([^\W\d]\w*)"
)
_TYPED = re.compile(r"\s*(?:[\w<>\[\],:~]+[ \t*&]+)+([^\W\d]\w*)[ \t]*\([^;]*$")
_METHOD = re.compile(r"\s+([^\W\d]\w*)[ \t]*\([^;]*\)[^;=]*\{$")
_VALUE = re.compile(r"([^\W\d]\w*)\s*(?::[^=]+)?=(?!=)")
_STATEMENTS = frozenset((
    "if", "for", "while", "switch", "catch", "else", "elif", "with", "match", "try", "do", "return",
    "await", "yield", "throw", "new", "case", "and", "not", "assert", "raise", "delete", "print",
))  # fmt: skip
_VALUES = frozenset(("const", "let", "var", "val"))
_BODIES = frozenset(("struct", "enum", "union", "interface", "type", "record"))


def words_in(lines: Iterable[str]) -> frozenset[str]:
    """The names, of three letters or more, in `lines`; of very many the first."""
    words: set[str] = set()
    for line in lines:
        words.update(_WORD.findall(line[:1_000]))
        if len(words) > _MOST_WORDS:
            break
    return frozenset(words - _STATEMENTS)


def import_rows(document: Document, words: frozenset[str]) -> list[int]:
    """The rows of the imports at the top, first those that name one of `words`."""
    used: list[int] = []
    others: list[int] = []
    for statement in _imports(document):
        lines = (document.lines[row] for row in statement)
        (others if words.isdisjoint(words_in(lines)) else used).extend(statement)
    return (used + others)[:MOST_IMPORT_LINES]


def signature_rows(
    document: Document, words: frozenset[str], selected: tuple[int, int]
) -> Iterator[int]:
    """The rows that say what each of `words` is, where it is defined near `selected`.

    Nearest first. Of a function the head is shown, of a data type what it is made of.
    """
    found: set[str] = set()
    for row in _by_nearness(document, selected):
        line = document.lines[row][:_MOST_OF_A_LINE].rstrip()
        if words.isdisjoint(_WORD.findall(line)):
            continue
        name, keyword = _defined(line)
        if name in words and name not in found:
            found.add(name)
            yield from _head(document, row, has_body=keyword in _BODIES)
        if len(found) == MOST_NAMES:
            return


def _imports(document: Document) -> Iterator[range]:
    row, end = 0, min(IMPORT_ROWS, len(document.lines))
    while row < end:
        if _IMPORT.match(document.lines[row][:_MOST_OF_A_LINE].strip()):
            statement = range(row, _statement_end(document, row, "([{", ")]}", 2 * _MOST_BODY))
            yield statement
            row = statement.stop
        else:
            row += 1


def _by_nearness(document: Document, selected: tuple[int, int]) -> Iterator[int]:
    first, last = selected
    for distance in range(1, DEFINITION_ROWS + 1):
        if first - distance >= 0:
            yield first - distance
        if last - 1 + distance < len(document.lines):
            yield last - 1 + distance


def _defined(line: str) -> tuple[str, str]:
    """The name that `line` defines and the keyword by which it does; empty if it defines none."""
    if "(" not in line and "=" not in line and not line.endswith((":", "{")):
        has_keyword = _KEYWORD.match(line)
        return (has_keyword[2], has_keyword[1]) if has_keyword else ("", "")
    is_outer = not line[:1].isspace()
    if found := _KEYWORD.match(line):
        is_shown = is_outer or found[1] not in _VALUES
        return (found[2], found[1]) if is_shown else ("", "")
    named = (is_outer and _VALUE.match(line)) or _METHOD.match(line) or _TYPED.match(line)
    if not named or line.split(None, 1)[0].rstrip("(") in _STATEMENTS:
        return "", ""
    return named[1], ""


def _head(document: Document, row: int, *, has_body: bool) -> range:
    if not has_body:
        return range(row, _statement_end(document, row, "([", ")]", _MOST_HEADER))
    return range(row, min(block_end(document, row), row + _MOST_BODY))


def _statement_end(document: Document, row: int, opening: str, closing: str, most: int) -> int:
    """The row after the statement that begins at `row`: all its brackets are closed by then."""
    depth = 0
    for last in range(row, min(row + most, len(document.lines))):
        line = document.line(last)[:_MOST_OF_A_LINE].rstrip()
        depth += sum(map(line.count, opening)) - sum(map(line.count, closing))
        if depth <= 0 and not line.endswith(("\\", ",")):
            return last + 1
    return row + 1
