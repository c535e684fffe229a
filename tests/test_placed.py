"""Where rows that nobody has changed are taken to be."""

import pytest

from qwen_lsp.text.placed import Placed, placed


@pytest.mark.parametrize(
    ("old", "new", "first", "last", "stands"),
    [
        ("a\nend\nb", "ax\nend\nb", 2, 5, Placed(3, 1)),
        ("end\nend\n", "end} \néé\nend\n", 0, 3, Placed(0, 5)),
        ("end\nend\n", "x\nend\nend\n", 0, 3, Placed(2, 2)),
        ("a\nend\nb", "a\neXnd\nb", 2, 5, None),
        ("a\nend\nb", "xxxxxxxxxx\nend\nb", 2, 5, None),
        ("a\n\nb", "a\nx\n\nb", 2, 2, None),
    ],
    ids=["beside", "the cheaper twin", "above a twin", "inside", "too much", "no text"],
)
def test_the_place_that_leaves_the_least_typing_counts(
    old: str, new: str, first: int, last: int, stands: Placed | None
) -> None:
    assert placed(old, new, first, last, most=8) == stands
