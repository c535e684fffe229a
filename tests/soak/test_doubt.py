"""What a report leaves open, and what it does not, by example."""

import pytest

from qwen_lsp.text.document import Edit, Position, Span

from ..support.desk.doubt import (
    Start,
    distance,
    goes_inside,
    is_but_for,
    is_verbatim,
    likely_places,
    stands_twice,
)
from ..support.desk.habits import Habits


def at(row: int, text: str) -> Edit:
    return Edit(Span(Position(row, 0), Position(row, 0)), text)


BLANK = at(1, "\n")
LINE_COUNTED = Habits("neovim", "lines")


@pytest.mark.parametrize(
    ("old", "new", "least"),
    [
        ("", "", 0), ("a", "a", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "axc", 2),
        ("a\nb\nc", "a\nc", 2), ("abcabba", "cbabac", 5), ("abcdef", "uvwxyz", 9),
    ],
)  # fmt: skip
def test_the_distance_is_the_least_that_has_to_be_typed(old: str, new: str, least: int) -> None:
    assert distance(old, new, 9) == least


@pytest.mark.parametrize(
    ("before", "after", "typed", "is_excused"),
    [
        # Nothing is in the rows but what was there: whoever typed was beside them.
        ("a\n[b]\nc", "a\nx\nb\nc", 2, False),
        # All that lies between is told as one, and the rows still stand in it.
        ("a\n[b]\nc", "ax\nb\nxc", 2, False),
        # Exactly at an edge is outside, also where the rows may be in two places.
        ("[b]\nc", "b\nb\nc", 2, False),
        ("b\n[b]\nc", "b\nc", 2, False),
        # A row went from above and came in below; less typing turns the rows into others.
        ("one [two] x", "two two x", 8, False),
        ("abcd[e]", "ae", 3, False),
        ("[ab]cd", "abd", 1, False),
        # The user has typed the rows anew above them, and has taken away what led to them.
        ("x[abcdefgh]yz", "abcdXefghabcdefghyz", 10, False),
        # What really was typed is far more than a change within the rows would have been.
        ("k[abc]m", "kaxbcm", 9, True),
    ],
)  # fmt: skip
def test_an_end_is_excused_only_where_the_rows_would_have_been_less_typing(
    before: str, after: str, typed: int, is_excused: bool
) -> None:
    first, last = before.index("["), before.index("]") - 1
    start = Start(before.replace("[", "").replace("]", ""), first, last)
    assert goes_inside([start], after, typed) is is_excused


def test_rows_may_be_wherever_no_more_was_typed() -> None:
    start = Start("a\n}\nc", 2, 3)
    assert likely_places([start], "a\n}\n}\nc", 4, 2) == {2, 4}
    assert likely_places([start], "a\nx}\n}\nc", 5, 3) == {3, 5}
    assert likely_places([start], "a\nx\n}\nc", 4, 2) == {4}
    assert likely_places([start], "a\n}xyz\n}\nc", 2, 1) == {2, 7}


def test_the_rows_may_begin_as_our_edit_makes_them() -> None:
    before, made = Start("a\nb\nc", 2, 3), Start("a\nnew\nb\nc", 2, 7)
    after = "ax\nnew\nb\nc"
    assert likely_places([before], after, 7, 1) == {7}
    assert likely_places([before, made], after, 3, 1) == {3}


@pytest.mark.parametrize(
    ("ours", "before", "after", "typed", "is_open"),
    [
        ("\n", "a\nb", "a\n\nb", 0, False),
        ("\n", "a\nb", "a\n\n\nb", 1, False),
        ("\n", "a\nb", "a\n\nx\nb", 2, True),
        ("\n", "a\nb\nc", "a\n\nb\n\nc", 1, True),
        ("new\n", "a\nb", "a\nnew\nb", 0, False),
        ("new\n", "a\nb", "new\na\nnew\nb", 4, True),
        ("new\n", "a\nb\nnew\n", "a\nnew\nb\nnew\n", 0, False),
    ],
)  # fmt: skip
def test_our_text_stands_twice_only_where_the_user_may_have_typed_either(
    ours: str, before: str, after: str, typed: int, is_open: bool
) -> None:
    assert stands_twice(ours, before, after, typed) is is_open


@pytest.mark.parametrize(
    ("edits", "habits", "may_be_ours"),
    [
        ([BLANK, at(2, "\n")], LINE_COUNTED, True),
        ([at(0, "\n"), BLANK], LINE_COUNTED, False),
        ([at(0, "\n")], LINE_COUNTED, False),
        ([at(0, "\n"), BLANK], Habits("eglot"), True),
        ([at(0, "\n"), BLANK], Habits("eglot", counts_changes=True), False),
    ],
)
def test_an_edit_may_be_ours_only_where_the_editor_would_have_made_it(
    edits: list[Edit], habits: Habits, may_be_ours: bool
) -> None:
    assert is_verbatim(edits, [BLANK], 4, habits, 4) is may_be_ours


@pytest.mark.parametrize(
    ("text", "wished", "may_lack", "is_right"),
    [
        ("a\n\nb", "a\nb\n", False, True),
        ("a\nb", "a\nb\n", False, False),
        ("a\nb", "a\nb\n", True, True),
        ("a\nb\n\n", "a\nb\n", True, False),
        ("a\nx", "a\nb\n", True, False),
        ("b\na", "a\nb", True, False),
    ],
)
def test_but_for_one_of_two_texts_that_are_alike_all_must_be_right(
    text: str, wished: str, may_lack: bool, is_right: bool
) -> None:
    assert is_but_for(text, wished, "\n", may_lack=may_lack) is is_right
