"""What a change has touched of some rows, and where the edges of these may be after it."""

import pytest

from qwen_lsp.text.document import Document, Edit, Position, Span
from qwen_lsp.text.region import Hull
from qwen_lsp.text.standing import held, standing
from qwen_lsp.text.touched import places, touched


def edit(first: int, last: int, text: str) -> Edit:
    return Edit(Span(Position(first, 0), Position(last, 0)), text)


@pytest.mark.parametrize(
    ("edits", "first", "hull"),
    [
        ([], 5, None),
        ([edit(0, 0, "one\n")], 6, None),
        ([edit(0, 2, "")], 3, None),
        ([edit(20, 20, "one\n")], 5, None),
        ([edit(6, 6, "one\n")], 5, Hull(6, 7, 8)),
        ([edit(6, 6, "one\n"), edit(0, 0, "one\n")], 6, Hull(7, 8, 9)),
        ([edit(0, 0, "one\n"), edit(7, 8, "")], 6, Hull(7, 9, 8)),
        ([edit(6, 6, "one\n"), edit(8, 9, "")], 5, Hull(6, 9, 9)),
    ],
)
def test_what_is_touched_of_rows_5_to_8(edits: list[Edit], first: int, hull: Hull | None) -> None:
    assert touched(5, 8, edits) == (first, hull)


@pytest.mark.parametrize(
    ("edge", "hull", "counts", "expected"),
    [
        (1, Hull(2, 3, 5), (), [1]),
        (9, Hull(2, 3, 5), (), [11]),
        (2, Hull(2, 3, 5), (), [2, 3, 4]),
        (3, Hull(2, 3, 2), (), [2]),
        (2, Hull(2, 3, 23), (), [2, 22]),
        (2, Hull(2, 3, 23), (3,), [2, 5, 19, 22]),
    ],
)
def test_where_an_edge_may_be(
    edge: int, hull: Hull, counts: tuple[int, ...], expected: list[int]
) -> None:
    assert places(edge, hull, counts) == expected


@pytest.mark.parametrize(
    ("span", "lines", "expected"),
    [
        (((1, 0), (1, 1)), ["b"], 1),
        (((0, 0), (1, 1)), ["b"], 1),
        (((2, 0), (2, 0)), ["b"], 1),
        (((0, 0), (0, 0)), ["b"], 1),
        (((0, 0), (0, 1)), ["b"], None),
        (((2, 0), (2, 1)), ["c", "d", "e"], None),
    ],
)
def test_where_lines_stand(
    span: tuple[tuple[int, int], tuple[int, int]], lines: list[str], expected: int | None
) -> None:
    start, end = span
    found = standing(Document("a\nb\nc\nd"), Span(Position(*start), Position(*end)), lines)
    assert (found.start.line if found else None) == expected


def test_rows_are_held_as_far_as_there_are_any() -> None:
    assert held(Document("a\r\nb"), 1, 5) == ("b",)
    assert held(Document("a\r\nb"), 2, 5) == ()
