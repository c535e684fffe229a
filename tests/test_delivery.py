"""What the delivery makes of each thing that an editor may do."""

import pytest

from qwen_lsp.lsp.flight import ANSWER_LIMIT, SYNC_LIMIT
from qwen_lsp.lsp.manner import MOST_REFUSALS
from qwen_lsp.lsp.pace import TYPING
from qwen_lsp.lsp.writing import Ending
from qwen_lsp.text.document import Edit, Position, Span

from .support.loop import changed, opened, sent


def test_applied_is_not_believed_before_the_text_is_seen() -> None:
    _, delivery, writing = opened("a\nb\nc", 1, 2)
    writing.extend(["new"])
    writing.finish()
    first = sent(delivery)
    delivery.answered(first, 0.0, applied=True)
    changed(delivery, Edit(Span(Position(0, 0), Position(0, 0)), "x"), version=2)
    again = sent(delivery, TYPING)
    changed(delivery, *again.edits[::-1], version=3)
    assert (again.version, delivery.document.text) == (2, "xa\nnew\nc")


def test_a_refused_edit_is_made_anew_for_what_is_there_now() -> None:
    _, delivery, writing = opened("a\nb\nc", 1, 2)
    writing.extend(["new"])
    first = sent(delivery)
    changed(delivery, Edit(Span(Position(0, 0), Position(0, 0)), "x\n"), version=2)
    delivery.answered(first, 0.05, applied=False)
    assert sent(delivery, TYPING).edits == (Edit(Span(Position(2, 0), Position(2, 0)), "new\n"),)


def test_one_edit_is_in_flight() -> None:
    _, delivery, writing = opened("a\nb\nc", 1, 2)
    writing.extend(["new"])
    sent(delivery)
    writing.extend(["newer"])
    assert delivery.next(1.0) == ANSWER_LIMIT


def test_an_editor_that_always_refuses_ends_the_writing() -> None:
    _, delivery, writing = opened("a", 0, 1)
    writing.extend(["new"])
    now = 0.0
    for _ in range(MOST_REFUSALS):
        delivery.answered(sent(delivery, now), now, applied=False, reason="read-only")
        now += 2.0
    assert (writing.ending, writing.reason) == (Ending.REFUSED, "read-only")


def test_an_editor_that_never_answers_ends_the_writing() -> None:
    _, delivery, writing = opened("a", 0, 1)
    writing.extend(["new"])
    sent(delivery)
    delivery.next(ANSWER_LIMIT)
    assert writing.ending is Ending.SILENT


def test_an_editor_that_answers_and_does_nothing_ends_the_writing() -> None:
    _, delivery, writing = opened("a", 0, 1)
    writing.extend(["new"])
    delivery.answered(sent(delivery), 1.0, applied=True)
    assert delivery.next(2.0) == 1.0 + SYNC_LIMIT
    delivery.next(1.0 + SYNC_LIMIT)
    assert writing.ending is Ending.SILENT


@pytest.mark.parametrize(
    "edit",
    [
        Edit(Span(Position(1, 1), Position(1, 1)), "x"),
        Edit(Span(Position(1, 0), Position(1, 1)), ""),
        Edit(Span(Position(0, 1), Position(2, 1)), ""),
        Edit(Span(Position(0, 0), Position(4, 0)), ""),
    ],
)
def test_typing_inside_takes_over(edit: Edit) -> None:
    _, delivery, writing = opened("a\nbcd\nefg\nh\n", 1, 3)
    writing.extend(["new"])
    changed(delivery, edit, version=2)
    assert writing.ending is Ending.TAKEN_OVER


@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_taken_over_is_known_where_it_was_told_with_an_edit_of_ours(
    is_first: bool,
) -> None:
    document, delivery, writing = opened("a\nbcd\nefg\nh\n", 1, 3)
    writing.extend(["new", "newer"])
    at = Position(1, 1) if is_first else Position(3, 1)
    typed = Edit(Span(at, at), "x\n")
    ours = sent(delivery).edits[::-1]
    changed(delivery, *((typed, *ours) if is_first else (*ours, typed)), version=2)
    assert writing.ending is Ending.TAKEN_OVER
    rows = document.slice(writing.region).split("\n")
    assert (rows[-1], document.line(writing.region.end.line + 1)) == ("efg", "h")
    assert writing.region.start == Position(1, 0)


@pytest.mark.parametrize("column", [0, 3])
def test_an_insertion_at_an_edge_is_outside(column: int) -> None:
    document, delivery, writing = opened("a\nbcd\ne", 1, 2)
    at = Position(1, column)
    changed(delivery, Edit(Span(at, at), "x"), version=2)
    assert writing.ending is None
    writing.extend(["new"])
    writing.finish()
    for edit in reversed(sent(delivery).edits):
        document.apply(edit)
    assert document.text == ("a\nxnew\ne" if column == 0 else "a\nnewx\ne")


def test_a_formatter_that_runs_on_save_does_not_take_over() -> None:
    document, delivery, writing = opened("a\nb  \nc  \nd\n", 1, 3)
    writing.extend(["new  "])
    send = sent(delivery)
    changed(delivery, *send.edits[::-1], version=2)
    trims = [Edit(Span(Position(row, 1), Position(row, 3)), "") for row in (2, 3)]
    trims.append(Edit(Span(Position(1, 3), Position(1, 5)), ""))
    changed(delivery, *trims, version=3, by_save=True)
    assert document.text == "a\nnew\nb\nc\nd\n"
    writing.extend(["last"])
    writing.finish()
    for edit in reversed(sent(delivery, 1.0).edits):
        document.apply(edit)
    assert document.text == "a\nnew\nlast\nd\n"


@pytest.mark.parametrize(
    ("formatted", "result"),
    [
        ("A\nnew\nb\nc\nD\n", "A\nnew\nlast\nD\n"),
        ("A\n\n\n  new\nb;\n  c\nD\n", "A\n\n\n  new\nlast\nD\n"),
        ("A\nnew;\nb\nc\nD\n", "A\nnew;\nlast\nD\n"),
        ("A\nnew\nb;\nc\nc\n", "A\nnew\nlast\nc\n"),
        ("c\nb\nnew\n", None),
    ],
)
def test_a_formatter_that_replaces_the_whole_file_is_followed_where_it_can_be(
    formatted: str, result: str | None
) -> None:
    document, delivery, writing = opened("a\nb\nc\nd\n", 1, 3)
    writing.extend(["new"])
    send = sent(delivery)
    changed(delivery, *send.edits, version=2)
    whole = Edit(Span(Position(0, 0), document.end), formatted)
    changed(delivery, whole, version=3, by_save=True)
    if result is None:
        assert writing.ending is Ending.TAKEN_OVER
        return
    writing.extend(["last"])
    writing.finish()
    for edit in reversed(sent(delivery, 1.0).edits):
        document.apply(edit)
    assert document.text == result


@pytest.mark.parametrize("is_answered", [False, True])
def test_rows_that_are_reported_behind_the_row_above_have_landed(is_answered: bool) -> None:
    """So does an editor that looks for what has changed from the end of the text."""
    document, delivery, writing = opened("a\nb\nc\n", 1, 2)
    writing.extend(["x", "y"])
    send = sent(delivery)
    if is_answered:
        delivery.answered(send, 0.0, applied=True)
    changed(delivery, Edit(Span(Position(0, 1), Position(0, 1)), "\nx\ny"), version=2)
    assert (document.text, writing.rewrite.placed) == ("a\nx\ny\nb\nc\n", ["x", "y"])
    assert delivery.next(1.0) is None


@pytest.mark.parametrize("is_answered", [False, True])
def test_rows_that_are_reported_before_the_row_below_have_landed(is_answered: bool) -> None:
    document, delivery, writing = opened("a\nb\nc\n", 1, 2)
    writing.extend(["b", "x"])
    writing.finish()
    send = sent(delivery)
    if is_answered:
        delivery.answered(send, 0.0, applied=True)
    changed(delivery, Edit(Span(Position(2, 0), Position(2, 0)), "x\n"), version=2)
    assert delivery.next(1.0) is None
    assert (document.text, writing.ending) == ("a\nb\nx\nc\n", Ending.SETTLED)


@pytest.mark.parametrize(
    ("kept", "gone"),
    [("b", Span(Position(2, 0), Position(3, 0))), ("c", Span(Position(0, 1), Position(1, 1)))],
)
def test_rows_at_an_edge_that_go_with_a_line_end_of_their_neighbour_have_gone(
    kept: str, gone: Span
) -> None:
    document, delivery, writing = opened("a\nb\nc\nd", 1, 3)
    writing.extend([kept])
    writing.finish()
    sent(delivery)
    changed(delivery, Edit(gone, ""), version=2)
    assert delivery.next(1.0) is None
    assert (document.text, writing.ending) == (f"a\n{kept}\nd", Ending.SETTLED)


def test_rows_that_are_reported_together_with_typing_above_have_landed() -> None:
    """So does an editor that sums up: all from the first to the last change is one."""
    document, delivery, writing = opened("a\nb\nc\n", 1, 2)
    writing.extend(["x", "y"])
    delivery.answered(sent(delivery), 0.0, applied=True)
    changed(delivery, Edit(Span(Position(0, 0), Position(0, 1)), "typed\nx\ny"), version=2)
    assert (document.text, writing.rewrite.placed) == ("typed\nx\ny\nb\nc\n", ["x", "y"])
    assert delivery.next(1.0) is None


def test_a_row_typed_behind_the_row_above_is_none_of_ours() -> None:
    _, delivery, writing = opened("a\nb\nc\n", 1, 2)
    writing.extend(["x"])
    sent(delivery)
    changed(delivery, Edit(Span(Position(0, 1), Position(0, 1)), "\ny"), version=2)
    assert (writing.rewrite.placed, writing.region.start) == ([], Position(2, 0))


def test_restoring_puts_the_original_back_even_with_an_edit_in_flight() -> None:
    document, delivery, writing = opened("a\nb\nc\nd", 1, 3)
    writing.extend(["new", "c"])
    send = sent(delivery)
    writing.restore()
    assert isinstance(delivery.next(0.1), float)
    changed(delivery, *send.edits[::-1], version=2)
    back = sent(delivery, 1.0)
    changed(delivery, *back.edits[::-1], version=3)
    assert delivery.next(2.0) is None
    assert writing.ending is Ending.SETTLED
    assert document.text == "a\nb\nc\nd"
