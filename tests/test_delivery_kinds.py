"""What the delivery does in each kind of client, and how it finds out which one it is."""

import pytest

from qwen_lsp.lsp.delivery import Delivery
from qwen_lsp.lsp.flight import ANSWER_LIMIT
from qwen_lsp.lsp.manner import Kind, Manner
from qwen_lsp.lsp.pace import BETWEEN, TYPING
from qwen_lsp.lsp.writing import Ending
from qwen_lsp.text.document import Document, Edit, Position, Span
from qwen_lsp.text.rewrite import BLANK

from .support.loop import changed, opened, sent


def put(line: int, text: str, column: int = 0) -> Edit:
    return Edit(Span(Position(line, column), Position(line, column)), text)


def cut(first: int, last: int) -> Edit:
    return Edit(Span(Position(first, 0), Position(last, 0)), "")


def test_between_reports_a_client_that_is_not_known_is_only_sent_what_puts_lines_in() -> None:
    _, delivery, writing = opened("a\nold\nsame\nb", 1, 3, None)
    writing.extend(["new", "same"])
    writing.finish()
    assert sent(delivery, 1.0).edits == (put(1, "new\n"),)
    changed(delivery, put(1, "new\n"), version=2, now=1.5)
    assert sent(delivery, 1.5).edits == (cut(2, 3),)


def test_an_idle_client_is_sent_a_blank_row_so_that_it_reports() -> None:
    document, delivery, writing = opened("a\nold\nsame\nb", 1, 3, "idle")
    writing.extend(["same"])
    writing.finish()
    blank = sent(delivery, 1.0)
    assert blank.edits == (put(1, f"{BLANK}\n"),)
    changed(delivery, *blank.edits, version=2, now=1.5)
    gone = sent(delivery, 1.5)
    assert gone.edits == (cut(1, 3),)
    changed(delivery, *gone.edits, version=3, now=2.0)
    delivery.next(2.0)
    assert (document.text, writing.ending) == ("a\nsame\nb", Ending.SETTLED)


@pytest.mark.parametrize(("kind", "is_terse"), [("idle", False), (None, True)])
def test_who_may_make_old_edits_is_sent_nothing_else_between_reports(
    kind: Kind | None, is_terse: bool
) -> None:
    """Not even lines to put in: those would be in a wrong place if the user was typing."""
    document = Document("a\nold\nb")
    delivery = Delivery(document, 1, Manner(kind, is_terse=is_terse))
    writing = delivery.begin(1, 2)
    writing.extend(["new"])
    blank = sent(delivery, 1.0)
    assert blank.edits == (put(1, f"{BLANK}\n"),)
    changed(delivery, *blank.edits, put(0, "typed\n"), version=2, now=1.5)
    assert sent(delivery, 1.5).edits == (cut(2, 3), put(3, "new\n"))


@pytest.mark.parametrize("kind", ["echo", "idle"])
def test_our_edit_is_known_in_one_change_with_what_was_typed_behind_it(kind: Kind) -> None:
    """The last row and what was typed behind it begin alike."""
    document, delivery, writing = opened("a\nold\nb", 1, 2, kind)
    changed(delivery, version=2, now=1.0)
    writing.extend(["old;"])
    writing.finish()
    delivery.answered(sent(delivery, 1.0), 1.0, applied=True)
    whole = Edit(Span(Position(0, 0), document.end), "a\nold;;}\nb")
    changed(delivery, whole, version=3, now=1.1)
    assert delivery.next(1.1) is None
    assert (document.text, writing.ending) == ("a\nold;;}\nb", Ending.SETTLED)


def test_a_blank_row_is_not_taken_for_ours_before_the_client_is_known() -> None:
    _, delivery, writing = opened("a\nold\nb", 1, 2, None)
    writing.extend([""])
    sent(delivery, 1.0)
    changed(delivery, put(1, "x\n\n"), version=2, now=1.1)
    assert (writing.ending, writing.rewrite.placed) == (None, [])
    assert writing.region.start == Position(3, 0)


def test_an_undo_that_gives_what_ours_would_is_not_taken_for_ours() -> None:
    document, delivery, writing = opened("ab\nend", 0, 1, None)
    writing.extend(["new ab"])
    sent(delivery, 1.0)
    changed(delivery, put(0, "new "), version=2, now=1.1)
    assert (document.text, writing.ending) == ("new ab\nend", None)
    assert writing.region.start == Position(0, 4)


def test_what_we_took_away_elsewhere_may_be_typed_at_an_edge() -> None:
    _, delivery, writing = opened("a\none\nsame\ntwo\nb", 1, 4, "answer")
    writing.extend(["one", "two"])
    changed(delivery, *sent(delivery, 1.0).edits, version=2, now=1.0)
    changed(delivery, put(1, "same\n"), version=3, now=1.1)
    assert (writing.ending, writing.region.start) == (None, Position(2, 0))


def test_whoever_undoes_what_we_took_away_at_an_edge_takes_over() -> None:
    _, delivery, writing = opened("a\none\nsame\nb", 1, 3, "answer")
    writing.extend(["same"])
    send = sent(delivery, 1.0)
    changed(delivery, *send.edits, version=2, now=1.0)
    changed(delivery, put(1, "one\n"), version=3, now=1.1)
    assert writing.ending is Ending.TAKEN_OVER


def test_an_editor_that_does_not_answer_what_puts_it_right_ends_the_writing() -> None:
    _, delivery, writing = opened("a\nold\nb", 1, 2, "idle")
    writing.extend(["new"])
    changed(delivery, put(0, "x\n"), *sent(delivery, 1.0).edits, version=2, now=1.5)
    sent(delivery, 1.5)
    delivery.next(1.5 + ANSWER_LIMIT)
    assert writing.ending is Ending.SILENT
    assert delivery.next(20.0) is None


@pytest.mark.parametrize("kind", ["answer", "echo", "idle"])
def test_one_request_that_is_reported_in_pieces_is_one_edit(kind: Kind) -> None:
    document, delivery, writing = opened("a\none\nsame\ntwo\nb", 1, 4, kind)
    changed(delivery, version=2, now=1.0)
    writing.extend(["1", "same", "2"])
    writing.finish()
    send = sent(delivery, 1.0)
    assert len(send.edits) > 1
    for version, edit in enumerate(reversed(send.edits), start=3):
        changed(delivery, edit, version=version, now=1.1)
    delivery.next(1.1)
    assert (document.text, writing.ending) == ("a\n1\nsame\n2\nb", Ending.SETTLED)


def test_while_the_user_types_an_edit_leaves_with_a_report() -> None:
    _, delivery, writing = opened("a\nold\nb", 1, 2, "echo")
    changed(delivery, put(0, "x"), version=2, now=1.0)
    writing.extend(["new"])
    assert delivery.next(1.1) == 1.0 + TYPING
    changed(delivery, put(0, "y"), version=3, now=1.2)
    assert sent(delivery, 1.2).version == 3


def test_a_client_that_refuses_stale_edits_is_kept_waiting_for_a_moment_only() -> None:
    _, delivery, writing = opened("a\nold\nb", 1, 2, "answer")
    writing.extend(["new"])
    changed(delivery, *sent(delivery, 1.0).edits, version=2, now=1.0)
    writing.extend(["newer"])
    changed(delivery, put(0, "y"), version=3, now=1.05)
    assert delivery.next(1.1) == pytest.approx(1.0 + 2 * BETWEEN)
    assert sent(delivery, 1.0 + 2 * BETWEEN).version == 3


@pytest.mark.parametrize(
    ("kind", "stops", "types", "folds"),
    [
        ("answer", False, False, True),
        ("echo", False, False, True),
        ("idle", False, False, False),
        ("answer", True, False, False),
        ("answer", True, True, True),
    ],
)
def test_who_needs_it_has_the_history_folded(
    kind: Kind, stops: bool, types: bool, folds: bool
) -> None:
    document, delivery, writing = opened("a\nold\nb", 1, 2, kind)
    delivery.has_undo_stops = stops
    seen = []
    for version, line in enumerate(("one", "two", None), start=1):
        writing.extend([line] if line else [])
        if line is None:
            writing.finish(folds=True)
        now = float(version)
        changed(delivery, version=version * 10, now=now)
        changed(delivery, *sent(delivery, now).edits[::-1], version=version * 10 + 1, now=now)
        if types and version == 1:
            changed(delivery, put(0, "x"), version=15, now=now + 0.1)
    while not isinstance(send := delivery.next(3.0), float) and send:
        changed(delivery, *send.edits[::-1], version=delivery.version + 1, now=3.0)
        seen.append(document.text.removeprefix("x"))
    assert seen == (["a\nold\nb", "a\none\ntwo\nb"] if folds else [])
    assert writing.ending is Ending.SETTLED
