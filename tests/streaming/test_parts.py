"""The laws of the parts of a delivery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.streaming.client_profile import (
    CHECKED,
    EGLOT,
    HELIX,
    NEOVIM,
    UNCHECKED,
    ClientProfile,
    most_cautious,
    profile_of,
)
from qwen_lsp.streaming.confirm import Match, confirm, differences
from qwen_lsp.streaming.delivery import NO_CHANGE, Delivery
from qwen_lsp.streaming.pacing import BETWEEN, HIDDEN_RETRY, REST, RETRY, Pacing
from qwen_lsp.streaming.rebase import rebased, refined, same_but_for_space, same_words
from qwen_lsp.streaming.region import Ending, RegionGroup
from qwen_lsp.streaming.snapshot import Excerpt, Snapshot
from qwen_lsp.streaming.text_edits import Lines, RowsAt, span_of
from qwen_lsp.text.document import Change, Document, Edit, Position, Span
from qwen_lsp.text.hunks import hunks, made

from ..support.loop import changed, edit, opened, put, sent, take

ROWS = st.lists(st.sampled_from(["", "a", "b = 1", "}", "  x"]), min_size=1, max_size=6)
TEXTS = st.lists(st.sampled_from(["a", "b", "\n", "\r\n"]), max_size=8).map("".join)


def excerpt(text: str) -> Excerpt:
    return Excerpt(Document(text).lines, 0, is_last=True)


def change(document: Document, made: Edit) -> Change:
    """Makes an edit; what it was."""
    done = Change(made, document.slice(made.span))
    document.apply(made)
    return done


@given(TEXTS, st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4), TEXTS), max_size=4))
def test_a_snapshot_is_the_text_before_the_changes(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    document = Document(text)
    rows, changes = len(document.lines), []
    for row, column, put_in in edits:
        start = document.clamp(Position(row, column))
        end = document.clamp(Position(row, column + 1))
        changes.append(change(document, Edit(Span(start, end), put_in)))
    everything = Span(Position(0, 0), Position(rows - 1, 0))
    before, after = Snapshot(document, changes, rows).excerpt([everything])
    assert "".join(before.lines) == text
    assert "".join(after.lines) == document.text


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ([put((2, 0), "y\n"), put((0, 0), "x\n")], (Match.WHOLE, 2)),
        ([put((2, 0), "y\r\n"), put((0, 0), "x\r\n")], (Match.WHOLE, 2)),
        ([put((2, 0), "y\n"), put((0, 0), "x\n"), put((0, 0), "typed")], (Match.WHOLE, 2)),
        ([edit((0, 0), (2, 0), "x\na\nb\ny\n")], (Match.WHOLE, 1)),
        ([put((2, 0), "y\n")], (Match.PART, 0)),
        ([put((0, 0), "x\n")], (Match.NONE, 0)),
        ([put((0, 0), "typed"), put((2, 0), "y\n"), put((0, 0), "x\n")], (Match.NONE, 0)),
    ],
)
def test_an_edit_is_found_at_the_beginning_of_what_was_reported(
    reported: list[Edit], expected: tuple[Match, int]
) -> None:
    edits = (put((0, 0), "x\n"), put((2, 0), "y\n"))
    assert confirm(excerpt("a\nb\nc"), edits, [Change(each, "") for each in reported]) == expected


@given(TEXTS, TEXTS)
def test_differences_make_one_text_of_another(old: str, new: str) -> None:
    before = excerpt(old)
    for edit_, removed in differences(before, excerpt(new)):
        assert before.slice(edit_.span) == removed
        before.apply(edit_)
    assert "".join(before.lines) == new


@given(ROWS, ROWS)
def test_what_is_refined_comes_to_the_same(old: list[str], new: list[str]) -> None:
    document = Document("\n".join(old))
    whole = Change(Edit(Span(Position(0, 0), document.end), "\n".join(new)), "\n".join(old))
    for part in refined(whole):
        assert document.slice(part.edit.span) == part.removed
        document.apply(part.edit)
    assert document.text == "\n".join(new)


REGION = Span(Position(1, 0), Position(2, 3))
"""Rows `one` and `two` of `zero, one, two, three`."""


@pytest.mark.parametrize(
    ("changes", "start", "end", "inside"),
    [
        ([Change(put((0, 0), "new\n"), "")], (2, 0), (3, 3), 0),
        ([Change(put((1, 0), "new\n"), "")], (2, 0), (3, 3), 0),
        ([Change(put((2, 3), " # typed"), "")], (1, 0), (2, 3), 0),
        ([Change(put((1, 1), "\n"), "")], (1, 0), (3, 3), 1),
        ([Change(edit((0, 4), (1, 0), ""), "\n")], (0, 4), (1, 3), 0),
        (
            [Change(edit((0, 0), (3, 5), "zero\none\ntwo\nthree!"), "zero\none\ntwo\nthree")],
            (1, 0), (2, 3), 0,
        ),
        (
            [Change(edit((0, 0), (3, 5), "zero\n one\n two\nthree"), "zero\none\ntwo\nthree")],
            (1, 0), (2, 4), 1,
        ),
    ],
)  # fmt: skip
def test_a_region_follows_the_changes_of_others(
    changes: list[Change], start: tuple[int, int], end: tuple[int, int], inside: int
) -> None:
    found = rebased(REGION, changes)
    assert found is not None
    assert found.span == Span(Position(*start), Position(*end))
    assert len(found.inside) == inside


def test_an_edge_that_is_gone_is_not_found() -> None:
    assert rebased(REGION, [Change(edit((0, 2), (1, 2), "other"), "ro\non")]) is None


def test_a_formatter_changes_no_word() -> None:
    assert same_words(["a = 1", "b"], ["b,", "A=1;"])
    assert not same_words(["a = 1"], ["a = 2"])
    assert same_but_for_space(["a = 1", "b"], ["a=1b"])
    assert not same_but_for_space(["a"], ["a;"])


@given(ROWS, ROWS)
def test_the_edits_of_hunks_make_the_rows(old: list[str], new: list[str]) -> None:
    document = Document("\n".join(["above", *old, "below"]))
    at = RowsAt(Lines(old), span_of(Position(1, 0), Lines(old)), "\n")
    changes = hunks(old, new)
    assert at.stands_in(document, changes)
    for each in reversed(at.edits(changes)):
        document.apply(each)
    assert document.text.split("\n") == ["above", *made(old, changes), "below"]


def test_the_regions_of_a_job_end_together_unless_all_is_well() -> None:
    document = Document("a\nb\nc\n")
    delivery, group = Delivery(document, 1), RegionGroup()
    first, second = delivery.begin(0, 1, group=group), delivery.begin(2, 3, group=group)
    changed(delivery, put((0, 0), "x"), edit((0, 1), (0, 2), "word"), version=2)
    assert (first.ending, second.ending) == (Ending.CONFLICT, Ending.CONFLICT)
    assert delivery.regions == []


def test_a_stale_edit_is_made_again_for_the_new_version() -> None:
    document, delivery, region = opened("a\nold\nc\n", 1, 2)
    region.extend(["new"])
    region.finish()
    leaving = sent(delivery)
    changed(delivery, put((0, 0), "typed\n"), version=2, now=0.5)
    delivery.answered(leaving, 0.6, applied=False)
    again = sent(delivery, now=2)
    assert again.version == 2
    take(delivery, again, version=3, now=2)
    assert (delivery.next(3), region.ending) == (None, Ending.SETTLED)
    assert document.text == "typed\na\nnew\nc\n"


def test_two_jobs_are_written_to_in_turn_and_follow_each_other() -> None:
    document, delivery, lower = opened("a\nb\nc\n", 2, 3)
    upper = delivery.begin(0, 1)
    for region, line in ((upper, "x"), (lower, "y")):
        region.extend([line, line])
        region.finish()
    for version in (2, 3):
        take(delivery, sent(delivery, now=version), version=version, now=version)
    assert (delivery.next(9), upper.ending, lower.ending) == (None, Ending.SETTLED, Ending.SETTLED)
    assert document.text == "x\nx\nb\ny\ny\n"


@pytest.mark.parametrize(("profile", "ends"), [(CHECKED, True), (HELIX, False)])
def test_a_document_that_cant_be_changed_is_known_by_rejections(
    profile: ClientProfile, ends: bool
) -> None:
    _, delivery, region = opened("a\n", 0, 1, profile)
    region.extend(["b"])
    region.finish()
    for number in range(3):
        delivery.answered(sent(delivery, now=number), number, applied=False, reason="read-only")
    assert (region.ending is Ending.REFUSED) == ends
    assert region.reason == ("read-only" if ends else "")


def test_a_hidden_document_gets_the_reply_at_its_end() -> None:
    _, delivery, region = opened("a\n", 0, 1)
    region.extend(["x"])
    first = sent(delivery)
    delivery.answered(first, 0, applied=False, is_hidden=True)
    assert (delivery.next(0.5), first.may_be_hidden) == (HIDDEN_RETRY, False)
    region.finish()
    assert sent(delivery, now=HIDDEN_RETRY).may_be_hidden
    assert region.rejections == 0


def test_neovim_is_woken_at_version_0_only_where_an_edit_follows() -> None:
    document = Document("a\n")
    delivery = Delivery(document, 0, NEOVIM)
    region = delivery.begin(0, 1)
    assert delivery.next(0) is None
    region.extend(["x", "a"])
    assert sent(delivery).edits == NO_CHANGE
    changed(delivery, put((0, 0), ""), version=5)
    assert sent(delivery, now=1).version == 5


def test_what_checks_no_version_is_believed_only_if_the_report_shows_the_edit() -> None:
    for reported, ending in (("b", Ending.SETTLED), ("typed b", Ending.UNVERIFIED)):
        _, delivery, region = opened("a\n", 0, 1, UNCHECKED)
        region.extend(["b"])
        region.finish()
        delivery.answered(sent(delivery), 0, applied=True)
        changed(delivery, edit((0, 0), (0, 1), reported), version=2)
        delivery.next(5)
        assert region.ending is ending


def test_an_edit_keeps_its_distance_and_its_patience() -> None:
    pacing = Pacing("at once")
    pacing.sent(1)
    assert pacing.due(1, ignores_gap=False, waits_for_rest=False) == 1 + BETWEEN
    assert pacing.due(1, ignores_gap=True, waits_for_rest=False) < 1
    pacing.typed_at = 2
    assert pacing.due(2, ignores_gap=False, waits_for_rest=True) == 2 + REST
    waits = []
    for _ in range(3):
        pacing.rejected(10)
        waits.append(pacing.due(10, ignores_gap=True, waits_for_rest=False) - 10)
    assert waits == pytest.approx([RETRY, 2 * RETRY, 4 * RETRY])


@pytest.mark.parametrize(
    ("name", "version", "profile"),
    [
        ("Visual Studio Code", "1.105.0", CHECKED), ("Visual Studio Code - Insiders", "", CHECKED),
        ("Neovim", "0.12.4", NEOVIM), ("helix", "25.07.1 (a05c151b)", HELIX), ("Eglot", "", EGLOT),
        ("Eglot", "1.17.30", UNCHECKED), ("Eglot", "1.20", EGLOT), ("coc.nvim", "0.0.8", UNCHECKED),
        ("IntelliJ IDEA 2025.1", "", UNCHECKED), ("", "", UNCHECKED),
    ],
)  # fmt: skip
def test_a_client_is_known_by_its_name(name: str, version: str, profile: ClientProfile) -> None:
    assert profile_of(name, version) == profile


def test_a_setting_goes_before_the_clients_word_and_that_before_its_name() -> None:
    assert profile_of("", "", says_checked=True) == CHECKED
    assert profile_of("", "", setting="checked") == CHECKED
    assert profile_of("helix", "", setting="checked") == HELIX
    assert not profile_of("helix", "", setting="unchecked").checks_version
    assert most_cautious("stream", "preview", "once") == "preview"
