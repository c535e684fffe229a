"""How reports are read that tell several changes as one, or that ours is in more than once."""

from qwen_lsp.lsp.writing import Ending
from qwen_lsp.text.document import Position
from qwen_lsp.text.hunks import Hunk
from qwen_lsp.text.rewrite import BLANK, Rewrite

from .support.loop import changed, edit, opened, put, sent


def test_the_rows_of_two_jobs_are_left_alone_by_what_was_told_as_one() -> None:
    _, delivery, upper = opened("a\none\nb\ntwo\nc", 1, 2, None)
    lower = delivery.begin(3, 4)
    changed(delivery, edit((0, 0), (4, 1), "ax\none\nxb\ntwo\nxc"), version=2)
    assert (upper.ending, lower.ending) == (None, None)
    assert (upper.region.start, lower.region.start) == (Position(1, 0), Position(3, 0))


def test_the_twin_counts_that_asks_for_the_least_typing() -> None:
    _, delivery, writing = opened("a\nsame\nsame\nb", 1, 2, None)
    changed(delivery, edit((1, 0), (3, 0), "\nx same\nsame\n"), version=2)
    assert (writing.ending, writing.region.start) == (None, Position(2, 2))


def test_a_cut_across_both_edges_has_taken_the_rows_though_it_leaves_the_same_text_beside() -> None:
    _, delivery, writing = opened("name  \n ", 1, 2, None)
    changed(delivery, put((1, 1), "x"), edit((0, 6), (1, 2), ""), version=2)
    assert writing.ending is Ending.TAKEN_OVER


def test_a_row_that_was_changed_is_not_taken_for_its_twin_because_of_a_rename_elsewhere() -> None:
    _, delivery, writing = opened("n = 1\n\t}\nb", 1, 2, None)
    rename = edit((0, 2), (0, 3), "is")
    changed(delivery, put((1, 2), "x \t}"), rename, edit((1, 1), (1, 3), ""), version=2)
    assert delivery.document.line(1) == "\t \t}"
    assert writing.ending is Ending.TAKEN_OVER


def test_of_two_line_ends_that_may_be_ours_that_one_is_by_which_nobody_was_in_our_rows() -> None:
    _, delivery, writing = opened("a\nold\nb", 1, 2, "idle")
    changed(delivery, version=2, now=1.0)
    writing.extend([""])
    send = sent(delivery, 1.0)
    delivery.answered(send, 1.01, applied=True)
    changed(delivery, put((1, 0), "\n"), put((2, 0), "y"), *send.edits, version=3, now=1.5)
    assert writing.ending is None


def test_an_empty_row_that_its_user_types_into_is_his_where_ours_may_have_been_dropped() -> None:
    document, delivery, writing = opened("a\nold\nb", 1, 2, "echo")
    writing.extend([""])
    send = sent(delivery, 1.0)
    changed(delivery, *send.edits, put((2, 0), "x"), version=2, now=1.1)
    assert (document.text, writing.ending) == ("a\n\nxold\nb", None)
    assert writing.region.start == Position(2, 1)


def test_what_its_user_took_away_of_ours_need_not_be_told() -> None:
    _, delivery, writing = opened("a\none\ntwo\nb", 1, 3, "idle")
    changed(delivery, version=2, now=1.0)
    writing.extend(["a long row of the reply", "two"])
    send = sent(delivery, 1.0)
    delivery.answered(send, 1.01, applied=True)
    whole = edit((0, 1), (2, 0), "row of the reply\n")
    changed(delivery, whole, version=3, now=1.5)
    assert writing.ending is Ending.TAKEN_OVER
    assert delivery.next(2.0) is None


def test_a_job_may_begin_while_text_of_another_is_astray() -> None:
    document, delivery, writing = opened("a\nold\nb\nc", 1, 2, "idle")
    writing.extend(["new"])
    changed(delivery, put((0, 0), "typed\n"), *sent(delivery, 1.0).edits, version=2, now=1.5)
    assert document.lines[1] == f"{BLANK}\n"
    other = delivery.begin(4, 5)
    assert delivery.overlaps(4, 5)
    changed(delivery, *sent(delivery, 1.5).edits, version=3, now=1.6)
    assert document.text == "typed\na\nold\nb\nc"
    assert (other.ending, other.region.start.line) == (None, 3)


def test_ours_is_known_by_its_words_where_its_user_has_made_the_text_too_short_for_it() -> None:
    document, delivery, writing = opened("n = 1\na\nold\nb\nlast", 1, 4, "idle")
    changed(delivery, version=2, now=1.0)
    writing.extend(["a", "new row", "old"])
    send = sent(delivery, 1.0)
    delivery.answered(send, 1.01, applied=True)
    rename = edit((0, 2), (0, 3), "is")
    landed = put((1, 0), "new row\n")
    changed(delivery, edit((1, 0), (4, 0), ""), rename, landed, version=3, now=1.5)
    changed(delivery, *sent(delivery, 1.5).edits, version=4, now=1.6)
    assert document.text == "n is 1\nlast"
    assert writing.ending is Ending.TAKEN_OVER


def test_a_blank_row_of_ours_that_a_formatter_made_a_row_of_the_reply_stays() -> None:
    rewrite = Rewrite(["old", "more"])
    rewrite.extend(["", "more"])
    rewrite.land(rewrite.opened())
    rewrite.adopt(["", "old", "more"], boundary=0)
    assert rewrite.step().hunks == (Hunk(1, 2, ()),)


def test_an_edit_that_nobody_said_was_made_is_not_found_in_what_a_formatter_told() -> None:
    document, delivery, writing = opened("name  \n\nend", 0, 3, None)
    writing.extend(["name  ", "end"])
    writing.finish()
    blank = sent(delivery)
    delivery.answered(blank, 0.01, applied=True)
    changed(delivery, *blank.edits, version=2, now=0.15)
    dropped = sent(delivery, 0.15)
    trimmed = edit((0, 4), (1, 5), "\n")
    changed(delivery, trimmed, version=3, now=0.15, by_save=True, is_compared=True)
    delivery.answered(dropped, 0.16, applied=True)
    changed(delivery, version=4, now=0.3)
    again = sent(delivery, 0.3)
    delivery.answered(again, 0.31, applied=True)
    changed(delivery, *again.edits[::-1], version=5, now=0.45)
    delivery.next(0.45)
    assert (document.text, writing.ending) == ("name\nend", Ending.SETTLED)


def test_an_edit_that_a_client_says_it_made_is_there_though_something_was_typed_before() -> None:
    document, delivery, writing = opened("a\nold\nb", 1, 2, "answer")
    writing.extend(["new"])
    writing.finish()
    send = sent(delivery)
    delivery.answered(send, 0.01, applied=True)
    changed(delivery, put((2, 1), "x"), *send.edits[::-1], version=2, now=0.02)
    delivery.next(0.02)
    assert (document.text, writing.ending) == ("a\nnew\nbx", Ending.SETTLED)


def test_what_only_seemed_to_be_half_of_an_edit_is_its_users_once_that_is_refused() -> None:
    document, delivery, writing = opened("a\nold\nb\nc", 1, 4, "echo")
    writing.extend(["new", "b"])
    writing.finish()
    send = sent(delivery)
    assert send.edits[-1].text == ""
    changed(delivery, send.edits[-1], version=2, now=0.01)
    before = writing.ending
    delivery.answered(send, 0.02, applied=False)
    assert (document.text, before, writing.ending) == ("a\nold\nb", None, Ending.TAKEN_OVER)


def test_an_edit_of_ours_is_known_though_its_user_has_taken_some_of_it_away() -> None:
    _, delivery, writing = opened("a\nold\nb", 1, 2, None)
    writing.extend(["new row"])
    send = sent(delivery)
    delivery.answered(send, 0.01, applied=True)
    changed(delivery, put((1, 0), "ew row\n"), version=2, now=0.5)
    assert writing.ending is Ending.TAKEN_OVER


def test_a_new_row_of_blanks_is_not_an_edit_of_ours_that_was_dropped() -> None:
    _, delivery, writing = opened("if a:\n        old\nb", 1, 2, "echo")
    writing.extend(["        pass"])
    send = sent(delivery)
    delivery.answered(send, 0.01, applied=True)
    changed(delivery, put((0, 5), "\n        "), version=2, now=0.1)
    assert writing.ending is None
    assert sent(delivery, 1.0).edits == (put((2, 0), "        pass\n"),)


def test_a_blank_row_is_known_before_it_is_answered_with_a_row_above_it() -> None:
    document, delivery, writing = opened("a\nold\nb", 1, 2, None)
    writing.finish()
    blank = sent(delivery, 1.0)
    assert blank.edits == (put((1, 0), f"{BLANK}\n"),)
    changed(delivery, put((1, 0), f"y\n{BLANK}\n"), version=2, now=1.1)
    assert document.slice(writing.region) == f"{BLANK}\nold"
