"""Where rows that nobody has changed are taken to be."""

import pytest

from qwen_lsp.text.placed import Placed, placed
from qwen_lsp.text.stretch import Stretch


@pytest.mark.parametrize(
    ("old", "new", "parts", "stands"),
    [
        ("a\nend\nb", "ax\nend\nb", [(2, 5)], Placed((3,), 1)),
        ("end\nend\n", "end} \néé\nend\n", [(0, 3)], Placed((0,), 5)),
        ("end\nend\n", "x\nend\nend\n", [(0, 3)], Placed((2,), 2)),
        ("a\nend\nb", "a\neXnd\nb", [(2, 5)], Placed((None,), 1)),
        ("a\nend\nb", "xxxxxxxxxx\nend\nb", [(2, 5)], None),
        ("a\n\nb", "a\nx\n\nb", [(2, 2)], Placed((None,), 2)),
        ("one\ntwo\n", "x\none\ny\ntwo\n", [(0, 3), (4, 7)], Placed((2, 8), 4)),
        ("one\ntwo\n", "oXne\ny\ntwo\n", [(0, 3), (4, 7)], Placed((None, 7), 3)),
        ("end\nend\n", "end\nx\nend\n", [(0, 3), (4, 7)], Placed((0, 6), 2)),
    ],
    ids=[
        "beside",
        "the cheaper twin",
        "above a twin",
        "inside",
        "too much",
        "no text",
        "two parts",
        "inside the first of two",
        "twins, both left alone",
    ],
)
def test_the_places_that_leave_the_least_typing_count(
    old: str, new: str, parts: list[tuple[int, int]], stands: Placed | None
) -> None:
    assert placed(old, new, [Stretch(*part) for part in parts], most=8) == stands
