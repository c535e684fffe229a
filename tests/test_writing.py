"""Where a reply goes on in what a formatter has made of the lines so far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.text.hunks import image_of

LINES = st.lists(st.sampled_from("abcde"), max_size=8)


@pytest.mark.parametrize(
    ("old", "boundary", "new", "image"),
    [
        ("ab|cd", 2, "abcd", 2),
        ("ab|cd", 2, "xabcd", 3),
        ("ab|cd", 2, "axbcd", 3),
        ("ab|cd", 2, "abcxd", 2),
        ("ab|cd", 2, "axcd", 2),
        ("ab|cd", 2, "acd", 1),
        ("ab|cd", 2, "xaybzcwd", 4),
        ("|abcd", 0, "xbcd", 0),
        ("abcd|", 4, "abcxy", 5),
    ],
)
def test_the_place_between_two_lines_is_found_again(
    old: str, boundary: int, new: str, image: int
) -> None:
    assert image_of(boundary, old.replace("|", ""), new) == image


@given(LINES, LINES, LINES, LINES)
def test_what_is_new_and_what_is_old_stay_so(
    placed: list[str], left: list[str], added: list[str], appended: list[str]
) -> None:
    left = [f"{line} = old" for line in left]
    added, appended = [f"# {line}" for line in added], [f"// {line}" for line in appended]
    new = [f"  {line} " for line in (*added, *placed, *left, *appended)]
    image = image_of(len(placed), [*placed, *left], new)
    if placed and left:
        assert image == len(added) + len(placed)


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=8), LINES, st.integers(0, 8))
def test_nothing_is_all_old_and_all_is_all_new(
    old: list[str], new: list[str], boundary: int
) -> None:
    assert image_of(0, old, new) == 0
    assert image_of(len(old), old, new) == len(new)
    assert 0 <= image_of(min(boundary, len(old)), old, new) <= len(new)
