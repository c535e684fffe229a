"""What of a file is read beside a selection, by its lines and their indentation alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.text.context import GAP, ContextExcerpt, excerpt
from qwen_lsp.text.document import Document
from qwen_lsp.text.used_symbols import import_rows, signature_rows, words_in

FILLING = "".join(f"# filling {row}\n" for row in range(200))
PYTHON = f"""\
import os
from pathlib import (
    Path,
    PurePath,
)

LIMIT = 10

{FILLING}
def measure(
    path: Path,
) -> int:
    return path.stat().st_size

{FILLING}
class Store:
    size = 0

    def other(self) -> None:
        pass

    def add(self, path: Path) -> None:
        if measure(path) > LIMIT:
            raise ValueError(path)
        self.size += 1

{FILLING}
"""


def row_of(document: Document, text: str) -> int:
    return next(row for row, line in enumerate(document.lines) if text in line)


def around(text: str, at: str, tokens: int) -> ContextExcerpt:
    document = Document(text)
    row = row_of(document, at)
    return excerpt(document, (row, row + 1), tokens)


def test_what_is_used_comes_before_what_is_near() -> None:
    found = around(PYTHON, "if measure", 91)
    assert found.above == (
        "import os",
        "from pathlib import (",
        "    Path,",
        "    PurePath,",
        ")",
        GAP,
        "LIMIT = 10",
        GAP,
        "def measure(",
        "    path: Path,",
        ") -> int:",
        GAP,
        "class Store:",
        GAP,
        "        pass",
        "",
        "    def add(self, path: Path) -> None:",
    )
    assert found.below == ("            raise ValueError(path)", "        self.size += 1")


def test_the_less_room_the_nearer() -> None:
    assert around(PYTHON, "if measure", 30).above == (
        "class Store:",
        GAP,
        "    def add(self, path: Path) -> None:",
    )
    assert around(PYTHON, "if measure", 0) == around(PYTHON, "if measure", 2)


def test_a_small_file_is_read_whole() -> None:
    text = "import os\n\n\ndef f():\n    return os\n\n\nf()"
    found = around(text, "return", 4_000)
    assert "\n".join([*found.above, "    return os", *found.below]) == text


def test_what_is_no_code_has_no_imports() -> None:
    document = Document("import duties rose\n" + "line\n" * 3000)
    found = excerpt(document, (2000, 2001), 50, is_code=False)
    assert set(found.above) == {"line"}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("import a\nx = 1\nimport b\n", [0, 2]),
        ('import (\n\t"os"\n)\nfunc main() {}\n', [0, 1, 2]),
        ("import {\n  a,\n  b,\n} from 'x';\nlet y\n", [0, 1, 2, 3]),
        ('#include <stdio.h>\n#  include "a.h"\nint x;\n', [0, 1]),
        ("use std::{\n    fs,\n};\nuse the_force\n", [0, 1, 2]),
        ("package a.b;\nimport a.C;\n\nclass D {}\n", [0, 1]),
        ("using System;\nusing (var x = y()) {\n", [0]),
        ("const a = require('a')\nconst b = 1\n", [0]),
        ("require 'json'\nrequire_relative \"x\"\nrequired = 1\n", [0, 1]),
        ("from a import b, \\\n    c\nfrom here to there\n", [0, 1]),
        ("if TYPE_CHECKING:\n    from a import b\n", [1]),
        ("import (\n" * 3, [0, 1, 2]),
        ("", []),
    ],
)
def test_imports(text: str, rows: list[int]) -> None:
    assert sorted(import_rows(Document(text), frozenset())) == rows


def test_imports_that_are_used_come_first() -> None:
    document = Document("import alpha\nimport beta\nimport gamma\n")
    assert import_rows(document, words_in(["beta.x()"])) == [1, 0, 2]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("def total(a):\n    return a", "def total(a):"),
        ("    def total(\n        a,\n    ):\n        x", "    def total(\n        a,\n    ):"),
        ("class total(Base):\n    x = 1", "class total(Base):"),
        ("func (s *S) total(a int) int {\n\treturn 1\n}", "func (s *S) total(a int) int {"),
        ("pub fn total<T>(a: T) -> T {", "pub fn total<T>(a: T) -> T {"),
        ("struct total {\n    int a;\n};\nint x;", "struct total {\n    int a;\n};"),
        ("export interface total {\n  a: x;\n}", "export interface total {\n  a: x;\n}"),
        ("type total struct {\n\tA int\n}", "type total struct {\n\tA int\n}"),
        ("static int total(int a, int b)\n{", "static int total(int a, int b)"),
        ("    public List<String> total(int a) {", "    public List<String> total(int a) {"),
        ("export const total = (a) => a", "export const total = (a) => a"),
        ("  total(a, b) {\n  }", "  total(a, b) {"),
        ("function* total() {", "function* total() {"),
        ("total: int = 3", "total: int = 3"),
        ("    const total = 1;", None),
        ("    total = 1", None),
        ("total == 1", None),
        ("    return total(a)", None),
        ("    if (total(a)) {", None),
        ("    total(a);", None),
        ("print(total)", None),
    ],
)
def test_signatures(text: str, shown: str | None) -> None:
    document = Document(f"{text}\n\nselected\n")
    last = len(document.lines) - 2
    rows = signature_rows(document, frozenset(["total"]), (last, last + 1))
    assert "\n".join(document.line(row) for row in rows) == (shown or "")


def test_of_two_definitions_the_nearer() -> None:
    document = Document("def total(): far\n\n\nselected\ndef total(): near\n")
    assert list(signature_rows(document, frozenset(["total"]), (3, 4))) == [4]


def test_a_line_that_no_one_wrote_is_left_out() -> None:
    document = Document("a\n" + "x" * 5_000 + "\nselected\nb")
    found = excerpt(document, (2, 3), 1_000)
    assert (found.above, found.below) == (("a", GAP), ("b",))


LINES = st.lists(
    st.sampled_from(["def f(a):", "    x = f(1)", "import a", "", "class A {", "}", "  (", "é数"])
)


@given(LINES, st.integers(0, 60), st.data())
def test_it_keeps_to_its_budget(lines: list[str], tokens: int, data: st.DataObject) -> None:
    document = Document("\n".join(lines))
    first = data.draw(st.integers(0, len(document.lines) - 1))
    last = data.draw(st.integers(first + 1, len(document.lines)))
    found = excerpt(document, (first, last), tokens)
    assert found.tokens <= tokens
    assert all(document.line(row) == line for row, line in found.lines.items())
    assert not any(first <= row < last for row in found.lines)
    narrow = found.within(tokens // 2)
    assert list(narrow.lines) == list(found.lines)[: len(narrow.lines)]
    assert narrow == excerpt(document, (first, last), tokens // 2)
    whole = excerpt(document, (first, last), 10_000)
    text = [*whole.above, *map(document.line, range(first, last)), *whole.below]
    assert "\n".join(text) == "\n".join(map(document.line, range(len(document.lines))))


@pytest.mark.parametrize(
    "line",
    ["x", "    x", "    def total(a, b):", "import total", "  static int total(int a, b", "(" * 900,
     "a " * 450, "  public total ", "", "total = " + "[" * 200],
)  # fmt: skip
def test_the_cost_is_the_same_for_any_file(line: str) -> None:
    def cost(rows: int) -> float:
        document = Document(f"{line}\n" * rows)
        times = []
        for _ in range(3):
            start = time.process_time()
            excerpt(document, (rows // 2, rows // 2 + 3), 4_000)
            times.append(time.process_time() - start)
        return min(times)

    assert cost(100_000) < 3 * cost(5_000) + 0.01 < 0.4
