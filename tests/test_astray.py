"""What becomes of our text where an editor has made an edit in a wrong place."""

from qwen_lsp.lsp.delivery import Delivery
from qwen_lsp.lsp.manner import Manner
from qwen_lsp.lsp.writing import Ending
from qwen_lsp.text.document import Document, Edit, Position, Span

from .support.loop import changed, edit, opened, put, sent


def test_an_edit_in_a_row_of_others_has_moved_along_it_with_what_they_typed() -> None:
    document, delivery, writing = opened("ab\nold\nend", 1, 2, None)
    writing.extend(["new"])
    writing.finish()
    changed(delivery, edit((0, 2), (1, 0), ""), version=2, now=0.5)
    late = sent(delivery, 0.5)
    assert late.edits[0].span.start == Position(0, 2)
    delivery.answered(late, 0.51, applied=True)
    changed(delivery, edit((0, 0), (0, 1), ""), edit((0, 2), (0, 4), "new"), version=3, now=1.0)
    for version, now in ((4, 1.5), (5, 2.0)):
        send = sent(delivery, now - 0.5)
        delivery.answered(send, now - 0.49, applied=True)
        changed(delivery, *send.edits[::-1], version=version, now=now)
    delivery.next(2.0)
    assert (document.text, writing.ending) == ("bnew\nend", Ending.SETTLED)


def test_what_is_typed_at_the_edge_before_ours_is_made_there_is_outside() -> None:
    document, delivery, writing = opened("one\ntwo", 0, 1, None)
    writing.extend(["new"])
    late = sent(delivery)
    delivery.answered(late, 0.01, applied=True)
    changed(delivery, edit((0, 0), (0, 0), "new\nx"), version=2, now=0.5)
    undone = sent(delivery, 0.5)
    changed(delivery, *undone.edits, version=3, now=1.0)
    assert (document.text, writing.ending) == ("xone\ntwo", None)
    assert writing.region.start == Position(0, 1)


def test_what_landed_at_the_end_of_a_text_that_had_become_too_short_is_undone_there() -> None:
    document, delivery, writing = opened("alpha\nbeta\nname\nvalue\nolder\n", 3, 5, None)
    writing.extend(["new"])
    late = sent(delivery)
    delivery.answered(late, 0.01, applied=True)
    typed = edit((4, 2), (4, 4), "x"), edit((0, 1), (0, 3), "y"), edit((1, 2), (4, 0), "")
    changed(delivery, *typed, put((2, 0), "new\n"), version=2, now=0.5)
    undone = sent(delivery, 0.5)
    changed(delivery, *undone.edits, version=3, now=1.0)
    assert (document.text, writing.ending) == ("ayha\nbeolxr\n", Ending.TAKEN_OVER)


def test_what_was_astray_is_gone_though_its_user_has_taken_some_from_the_midst_of_it() -> None:
    document, delivery, writing = opened("one\ntwo", 0, 1, None)
    writing.extend(["new"])
    late = sent(delivery)
    delivery.answered(late, 0.01, applied=True)
    changed(delivery, put((0, 0), "x"), *late.edits, version=2, now=0.5)
    undone = sent(delivery, 0.5)
    delivery.answered(undone, 0.51, applied=True)
    typed = edit((0, 1), (0, 2), "")
    changed(delivery, typed, *undone.edits, put((0, 0), "y"), version=3, now=1.0)
    assert (document.text, writing.ending) == ("yxone\ntwo", None)
    assert not delivery.strays


def test_what_comes_back_stands_behind_what_was_typed_in_its_place() -> None:
    document, delivery, writing = opened("one\nold\ntwo\n", 1, 2, None)
    writing.extend(["new", "old"])
    late = sent(delivery)
    delivery.answered(late, 0.01, applied=True)
    changed(delivery, put((0, 0), "a\n"), *late.edits, version=2, now=0.5)
    undone = sent(delivery, 0.5)
    delivery.answered(undone, 0.51, applied=True)
    changed(delivery, put((0, 0), "b\n"), *undone.edits, put((1, 0), "c"), version=3, now=1.0)
    for version, now in ((4, 1.5), (5, 2.0)):
        send = sent(delivery, now - 0.5)
        delivery.answered(send, now - 0.49, applied=True)
        changed(delivery, *send.edits[::-1], version=version, now=now)
    assert (document.text, writing.ending) == ("b\nca\none\nold\ntwo\n", None)


def test_what_its_user_takes_away_all_around_is_not_put_back() -> None:
    document, delivery, writing = opened("a\nold\nb", 1, 2, None)
    writing.finish()
    changed(delivery, put((0, 0), "x"), version=2, now=0.1)
    dropped = sent(delivery, 0.1)
    changed(delivery, put((1, 1), "x"), version=3, now=0.11)
    delivery.answered(dropped, 0.12, applied=True)
    changed(delivery, edit((0, 0), (2, 1), ""), version=4, now=0.25)
    assert (document.text, writing.ending) == ("", Ending.TAKEN_OVER)
    assert delivery.next(0.25) is None


def test_what_landed_alone_at_the_end_of_a_text_that_had_become_too_short_is_undone_there() -> None:
    document, delivery, writing = opened("a\nb\nold\nc", 2, 4, None)
    writing.extend(["new"])
    late = sent(delivery)
    changed(delivery, edit((1, 1), (3, 1), ""), version=2, now=0.1)
    delivery.answered(late, 0.11, applied=True)
    changed(delivery, put((1, 1), "new\n"), version=3, now=0.2)
    undone = sent(delivery, 0.2)
    changed(delivery, *undone.edits, version=4, now=0.3)
    assert (document.text, writing.ending) == ("a\nb", Ending.TAKEN_OVER)


def test_two_rows_that_its_user_takes_away_with_all_around_are_not_put_back() -> None:
    document, delivery, writing = opened("a\nold\nb\nolder\nc\nd", 1, 4, None)
    writing.extend(["b"])
    writing.finish()
    changed(delivery, put((5, 1), "x"), version=2, now=0.1)
    dropped = sent(delivery, 0.1)
    assert len(dropped.edits) == 2
    changed(delivery, put((2, 1), "x"), version=3, now=0.11)
    delivery.answered(dropped, 0.12, applied=True)
    changed(delivery, edit((0, 0), (4, 1), ""), version=4, now=0.25)
    assert (document.text, writing.ending) == ("\ndx", Ending.TAKEN_OVER)
    assert delivery.next(0.25) is None


def test_what_has_changed_nothing_need_not_be_undone() -> None:
    _, delivery, writing = opened("a\nb\nold", 2, 3, "idle")
    writing.finish()
    changed(delivery, version=2, now=0.0)
    late = sent(delivery)
    changed(delivery, edit((0, 1), (2, 3), ""), version=3, now=0.1)
    delivery.answered(late, 0.11, applied=True)
    changed(delivery, put((0, 1), "x"), version=4, now=0.6)
    assert writing.ending is Ending.TAKEN_OVER
    assert not delivery.strays


def test_typing_above_moves_ours_also_where_the_client_has_told_some_changes_quickly() -> None:
    document, manner = Document("a\nold\nb"), Manner()
    for now in (0.0, 0.1, 0.2):
        manner.typed(now)
        manner.echoed(0.001)
    delivery = Delivery(document, 1, manner)
    writing = delivery.begin(1, 2)
    writing.extend(["new"])
    late = sent(delivery, 0.6)
    delivery.answered(late, 0.61, applied=True)
    changed(delivery, edit((0, 0), (0, 0), "x\nnew\n"), version=2, now=1.2)
    undone = sent(delivery, 1.2)
    changed(delivery, *undone.edits, version=3, now=1.3)
    assert (document.text, writing.ending) == ("x\na\nold\nb", None)


def test_an_edit_in_a_wrong_place_is_undone_and_made_anew() -> None:
    document, delivery, writing = opened("one\ntwo\nold\nend", 2, 3, None)
    writing.extend(["new"])
    writing.finish()
    send = sent(delivery, 1.0)
    delivery.answered(send, 1.0, applied=True)
    changed(delivery, put((0, 0), "typed\n"), *send.edits, version=2, now=1.5)
    assert document.text == "typed\none\nnew\ntwo\nold\nend"
    back = sent(delivery, 1.5)
    changed(delivery, *back.edits, version=3, now=2.0)
    assert document.text == "typed\none\ntwo\nold\nend"
    changed(delivery, *sent(delivery, 2.0).edits[::-1], version=4, now=2.5)
    delivery.next(2.5)
    assert (document.text, writing.ending) == ("typed\none\ntwo\nnew\nend", Ending.SETTLED)


def test_an_edit_in_a_wrong_place_is_known_in_one_change_with_what_was_typed() -> None:
    document, delivery, writing = opened("one\ntwo\nold\nend", 2, 3, None)
    writing.extend(["new"])
    delivery.answered(sent(delivery, 1.0), 1.0, applied=True)
    text = "typed\none\nnew\ntwo, too\nold\nend"
    changed(delivery, Edit(Span(Position(0, 0), document.end), text), version=2, now=1.5)
    changed(delivery, *sent(delivery, 1.5).edits, version=3, now=2.0)
    assert document.text == "typed\none\ntwo, too\nold\nend"
    assert sent(delivery, 2.0).edits == (put((3, 0), "new\n"),)


def test_what_was_taken_from_a_wrong_place_comes_back_even_if_undoing_goes_wrong() -> None:
    document, delivery, writing = opened("one\ntwo\nold\nsame\nend", 2, 4, "idle")
    changed(delivery, version=2, now=1.0)
    writing.extend(["same"])
    send = sent(delivery, 1.0)
    changed(delivery, put((0, 0), "typed\n"), *send.edits, version=3, now=1.5)
    assert document.text == "typed\none\nold\nsame\nend"
    back = sent(delivery, 1.5)
    changed(delivery, put((0, 0), "more\n"), *back.edits, version=4, now=2.0)
    assert document.text == "more\ntyped\ntwo\none\nold\nsame\nend"
    for version, now in ((5, 2.0), (6, 2.1)):
        changed(delivery, *sent(delivery, now).edits, version=version, now=now + 0.1)
    assert document.text == "more\ntyped\none\ntwo\nold\nsame\nend"
    assert writing.ending is None


def test_what_is_astray_is_not_taken_away_unless_the_client_has_just_reported() -> None:
    document, delivery, writing = opened("a\nold\nb", 1, 2, "idle")
    writing.extend(["new"])
    send = sent(delivery, 1.0)
    changed(delivery, put((0, 0), "typed\n"), *send.edits, version=2, now=1.5)
    undo = sent(delivery, 1.5)
    delivery.answered(undo, 1.6, applied=False)
    probe = sent(delivery, 2.0)
    assert all(start == end and text.isspace() for (start, end), text in probe.edits)
    changed(delivery, *probe.edits, version=3, now=2.1)
    for version in (4, 5):
        now = 2.1 + 0.2 * (version - 4)
        changed(delivery, *sent(delivery, now).edits, version=version, now=now + 0.2)
    assert document.text == "typed\na\nold\nb"
    assert writing.ending is None


def test_an_edit_that_lands_after_a_formatter_has_changed_its_rows_is_made_anew() -> None:
    document, delivery, writing = opened("old  \nend", 0, 1, None)
    writing.extend(["new", "old"])
    writing.finish()
    late = sent(delivery)
    changed(
        delivery, Edit(Span(Position(0, 3), Position(0, 5)), ""), version=2, now=0.01, by_save=True
    )
    delivery.answered(late, 0.02, applied=True)
    changed(delivery, *late.edits[::-1], version=3, now=0.15)
    for version, now in ((4, 0.3), (5, 0.45)):
        send = sent(delivery, now - 0.15)
        changed(delivery, *send.edits[::-1], version=version, now=now)
    delivery.next(0.45)
    assert (document.text, writing.ending) == ("new\nold\nend", Ending.SETTLED)


def test_what_lands_after_its_user_took_over_is_undone() -> None:
    document, delivery, writing = opened("a\nold\nb", 1, 2, "idle")
    writing.extend(["new"])
    send = sent(delivery, 1.0)
    changed(delivery, put((1, 1), "x"), version=2, now=1.0)
    assert writing.ending is Ending.TAKEN_OVER
    changed(delivery, *send.edits, version=3, now=1.5)
    changed(delivery, *sent(delivery, 1.5).edits, version=4, now=2.0)
    assert document.text == "a\noxld\nb"
    assert delivery.next(3.0) is None
