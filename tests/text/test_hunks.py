"""Hunks make one list of lines of another, back and forth, however they were found."""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.text import hunks as room
from qwen_lsp.text.hunks import Hunk, hunks, undone
from qwen_lsp.text.rewrite import Rewrite

LINES = st.lists(st.sampled_from(["a", "b", "c = 1", "d = 2", "", "}"]), max_size=12)


def made(old: Sequence[str], changes: Iterable[Hunk]) -> list[str]:
    rows = list(old)
    for first, last, lines in reversed(list(changes)):
        rows[first:last] = lines
    return rows


@given(LINES, LINES)
def test_they_make_the_new_lines_and_back_the_old_ones(old: list[str], new: list[str]) -> None:
    changes = hunks(old, new)
    assert made(old, changes) == new
    assert made(new, undone(changes, old)) == old


def test_what_is_too_much_to_compare_is_one_hunk() -> None:
    size = int(room.MOST_COMPARED**0.5) + 2
    old, new = [f"old {row}" for row in range(size)], [f"new {row}" for row in range(size)]
    assert hunks(["same", *old], ["same", *new]) == (Hunk(1, size + 1, tuple(new)),)


@given(LINES, LINES, st.integers(0, 12), st.booleans())
def test_a_rewrite_knows_at_each_step_what_it_has_changed(
    old: list[str], new: list[str], cut: int, is_whole: bool
) -> None:
    rewrite = Rewrite(old)
    for lines in (new[:cut], new[cut:]) if is_whole else (new[:cut],):
        rewrite.extend(lines)
        rewrite.land(rewrite.step())
        assert rewrite.changes is not None
        assert made(old, rewrite.changes) == rewrite.lines
        assert made(rewrite.lines, undone(rewrite.changes, old)) == old


@given(LINES, LINES, st.integers(0, 12))
def test_a_rewrite_had_the_rows_before_each_of_its_steps(
    old: list[str], new: list[str], cut: int
) -> None:
    rewrite = Rewrite(old)
    for lines in (new[:cut], new[cut:]):
        rows = rewrite.lines
        rewrite.extend(lines)
        assert rewrite.target == made(rows, rewrite.step().hunks) or not rows
        rewrite.land(rewrite.step())
        assert rewrite.had(rows)
    assert not rewrite.had(["no such row"])


def test_a_line_that_both_hold_once_stays_whatever_is_repeated_around_it() -> None:
    old = [line for row in range(100) for line in (f"row {row}", "x = 1", "}")]
    new = [f"{line}!" if number % 3 == 1 else line for number, line in enumerate(old)]
    expected = [Hunk(row, row + 1, (new[row],)) for row in range(1, 300, 3)]
    assert list(hunks(old, new)) == expected


def test_of_lines_that_have_changed_places_most_stay() -> None:
    old = ["one", "two", "three", "four"]
    assert hunks(old, ["four", *old[:3]]) == (Hunk(0, 0, ("four",)), Hunk(3, 4, ()))


def test_lines_that_are_single_only_within_others_are_found_at_any_depth() -> None:
    inner = [line for row in range(1500) for line in (f"a{row + 1}", f"a{row}")]
    assert hunks(["p", *inner, "q"], ["r", *inner, "s"]) == (
        Hunk(0, 1, ("r",)),
        Hunk(3001, 3002, ("s",)),
    )
