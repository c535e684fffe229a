"""What a selection takes in, and the block around a bare cursor."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.text.document import Document, Position, Span
from qwen_lsp.text.enclosing import (
    MOST_BLOCK_LINES,
    beginning,
    block_around,
    is_bare,
    lines_above,
    lines_below,
    whole_lines,
)


def span(start_line: int, start: int, end_line: int, end: int) -> Span:
    return Span(Position(start_line, start), Position(end_line, end))


TEXT = "a\nbb\n\ncc\n  \nd"


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [
        (span(0, 0, 0, 1), (0, 1)),
        (span(0, 0, 1, 0), (0, 1)),
        (span(0, 0, 1, 1), (0, 2)),
        (span(0, 1, 1, 1), (1, 2)),
        (span(1, 1, 4, 0), (1, 4)),
        (span(1, 2, 4, 0), (3, 4)),
        (span(1, 2, 3, 0), (2, 3)),
        (span(1, 2, 2, 0), (1, 2)),
        (span(3, 2, 5, 0), (4, 5)),
        (span(1, 0, 3, 0), (1, 2)),
        (span(2, 0, 4, 2), (3, 4)),
        (span(2, 0, 3, 0), (2, 3)),
        (span(4, 0, 4, 2), (4, 5)),
        (span(1, 1, 1, 1), (1, 2)),
        (span(5, 0, 9, 9), (5, 6)),
        (span(5, 1, 5, 1), (5, 6)),
    ],
)
def test_a_selection_grows_to_whole_lines(chosen: Span, rows: tuple[int, int]) -> None:
    assert whole_lines(Document(TEXT), chosen) == rows


def test_of_blank_lines_the_first() -> None:
    assert whole_lines(Document("\n \n\n"), span(1, 0, 3, 0)) == (1, 2)
    assert whole_lines(Document(""), span(0, 0, 0, 0)) == (0, 1)


@given(st.text("ab \n\r", max_size=30), st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_whole_lines_are_rows_of_the_document(text: str, numbers: list[int]) -> None:
    document = Document(text)
    start, end = sorted([Position(*numbers[:2]), Position(*numbers[2:])])
    first, last = whole_lines(document, Span(start, end))
    assert 0 <= first < last <= len(document.lines)
    if last - first > 1:
        assert document.lines[first].strip()
        assert document.lines[last - 1].strip()


@pytest.mark.parametrize(
    ("text", "chosen", "bare"),
    [
        ("abc", span(0, 1, 0, 1), True),
        ("abc", span(0, 1, 0, 2), True),
        ("abc", span(0, 1, 0, 3), False),
        ("abc\nd", span(0, 3, 1, 0), True),
        ("abc\r\nd", span(0, 3, 1, 0), True),
        ("abc\nd", span(0, 2, 1, 0), False),
        ("\n\n", span(0, 0, 1, 0), True),
        ("\n\n", span(0, 0, 2, 0), False),
        ("e\u0301x", span(0, 0, 0, 2), True),
        ("e\u0301x", span(0, 0, 0, 3), False),
        ("👩‍👩‍👧", span(0, 0, 0, 5), True),
        ("🇩🇪🇫🇷", span(0, 0, 0, 2), True),
        ("🇩🇪🇫🇷", span(0, 0, 0, 4), False),
        ("👍🏽", span(0, 0, 0, 2), True),
        ("abc", span(0, 9, 0, 12), True),
    ],
)
def test_a_bare_cursor(text: str, chosen: Span, bare: bool) -> None:
    assert is_bare(Document(text), chosen) is bare


def test_the_nearest_lines_that_fit() -> None:
    document = Document("farther\n" + "x" * 3990 + "\nnear\nhere\nnext\n" + "y" * 5000 + "\nz")
    assert lines_above(document, 3) == ("x" * 3990, "near")
    assert lines_below(document, 4) == ("next",)
    assert lines_above(document, 0) == lines_below(document, 7) == ()


PYTHON = """\
import os

# Adds.
@cached
def add(
    one,
    two,
) -> int:
    \"\"\"Doc.\"\"\"

    if one:
        return two
    return one


class A:
    x = 1

    def f(self):
        pass

    def g(self):
        for a in b:

            c(a)


print(1)
print(2)

print(3)"""
C = """\
#include <a.h>

/* Main. */
int main(int argc)
{
    if (argc) {
        return 1;
    } else {
        return 2;
    }
}

static int x;
"""
PROSE = "# Title\n\nOne line\nand another.\n\nNext."


@pytest.mark.parametrize(
    ("text", "row", "rows"),
    [
        (PYTHON, 11, (2, 13)),
        (PYTHON, 12, (2, 13)),
        (PYTHON, 4, (2, 13)),
        (PYTHON, 7, (2, 13)),
        (PYTHON, 9, (2, 13)),
        (PYTHON, 0, (0, 1)),
        (PYTHON, 15, (15, 25)),
        (PYTHON, 16, (15, 25)),
        (PYTHON, 19, (18, 20)),
        (PYTHON, 24, (21, 25)),
        (PYTHON, 28, (27, 29)),
        (PYTHON, 30, (30, 31)),
        (PYTHON, 99, (30, 31)),
        (C, 6, (2, 11)),
        (C, 8, (2, 11)),
        (C, 3, (2, 11)),
        (C, 4, (2, 11)),
        (C, 10, (2, 11)),
        (C, 12, (12, 13)),
        (C, 13, (12, 13)),
        (PROSE, 3, (2, 4)),
        (PROSE, 4, (5, 6)),
        ("", 0, (0, 1)),
        ("\n\n\n", 1, (1, 2)),
    ],
)
def test_the_block_around_a_cursor(text: str, row: int, rows: tuple[int, int]) -> None:
    assert block_around(Document(text), row) == rows


@given(
    st.lists(st.sampled_from(["a", "  b:", "    c", "", "}", "{", "def f():", "# c"])), st.data()
)
def test_the_block_holds_its_row(lines: list[str], data: st.DataObject) -> None:
    document = Document("\n".join(lines))
    row = data.draw(st.integers(0, len(document.lines) - 1))
    first, last = block_around(document, row)
    assert 0 <= first < last <= len(document.lines)
    assert last - first <= MOST_BLOCK_LINES
    assert first <= row < last or not document.lines[row].strip()


def test_a_beginning_costs_no_more_than_it_is_long() -> None:
    document = Document("abc\r\ndef\n" * 100_000)
    assert beginning(document, 7) == "abc\r\nde"
    assert beginning(document, 0) == ""
    assert beginning(Document("ab"), 7) == "ab"
    start = time.process_time()
    for _ in range(1_000):
        beginning(document, 100)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("line", ["  x", "x", "", "def f():", "    }", "@a", "x" * 100])
def test_the_cost_is_that_of_the_block(line: str) -> None:
    document = Document(f"{line}\n" * 100_000)
    start = time.process_time()
    for _ in range(5):
        first, last = block_around(document, 50_000)
    assert last - first <= MOST_BLOCK_LINES
    lines_above(document, 50_000)
    lines_below(document, 50_000)
    assert time.process_time() - start < 0.5
