"""Open documents: positions in three encodings, changes as edits, ranges of older versions."""

import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from qwen_lsp.errors import RequestError
from qwen_lsp.lsp.client.positions import Encoding
from qwen_lsp.lsp.documents.documents import REMEMBERED, Documents, OpenDocument, Revision
from qwen_lsp.text.document import Document, Edit, Position, Span
from qwen_lsp.text.edits import moved

encodings = st.sampled_from(get_args(Encoding))
texts = st.text(st.sampled_from("ab é😋\n\r\u2028\f\ude00"), max_size=20)


def document(text: str, encoding: Encoding = "utf-16", **fields: object) -> OpenDocument:
    item = {"uri": "file:///a/b.py", "language_id": "python", "version": 1, **fields}
    return OpenDocument(types.TextDocumentItem(text=text, **item), encoding)  # type: ignore[arg-type]


def position(line: int, character: int) -> types.Position:
    return types.Position(line=line, character=character)


def range_(*numbers: int) -> types.Range:
    return types.Range(position(*numbers[:2]), position(*numbers[2:]))


def part(text: str, *numbers: int) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(range=range_(*numbers), text=text)


def whole(text: str) -> types.TextDocumentContentChangeWholeDocument:
    return types.TextDocumentContentChangeWholeDocument(text=text)


@given(texts, st.integers(0, 5), st.integers(0, 9), encodings)
def test_there_and_back(text: str, line: int, character: int, encoding: Encoding) -> None:
    here = document(text, encoding)
    place = here.to_position(position(line, character))
    assert here.document.clamp(place) == place
    span = Span(place, here.document.end)
    assert here.to_span(here.to_range(span)) == span


@pytest.mark.parametrize("text", ["a\fb\nc", "a\x85b\nc", "a\u2028b\nc", "a\x1cb\nc"])
def test_only_line_ends_of_lsp_end_a_line(text: str) -> None:
    here = document(text)
    here.change([part("X", 1, 0, 1, 1)], 2)
    assert here.source == text[:-1] + "X"


def test_a_column_past_the_end_is_the_end() -> None:
    here = document("ab")
    here.change([part("!", 0, 9, 0, 9)], 2)
    assert here.source == "ab!"
    here.change([part("?", 7, 0, 7, 0)], 3)
    assert here.source == "ab!?"


def test_swapped_ends_are_put_right() -> None:
    here = document("abc")
    here.change([part("", 0, 2, 0, 1)], 2)
    assert here.source == "ac"


@given(texts, st.lists(texts, max_size=4))
def test_whole_document_changes_become_edits(text: str, later: list[str]) -> None:
    here, shadow = document(text), Document(text)
    for version, new in enumerate(later, start=2):
        revision = here.change([whole(new)], version)
        for edit in revision.edits:
            shadow.apply(edit)
        assert here.source == shadow.text == new
    assert [revision.version for revision in here.revisions] == [*range(2, 2 + len(later))]


def test_revisions_hold_the_edits_in_order() -> None:
    here = document("one\ntwo\n")
    revision = here.change([part("1", 0, 0, 0, 3), part("2", 1, 0, 1, 3)], 5)
    assert revision == Revision(
        5,
        (
            Edit(Span(Position(0, 0), Position(0, 3)), "1"),
            Edit(Span(Position(1, 0), Position(1, 3)), "2"),
        ),
        ("one", "two"),
    )
    assert here.version == 5
    assert here.change([whole("1\n2\n")], 6).edits == ()
    assert here.change([], 7).edits == ()


def test_each_change_of_one_message_is_read_in_the_text_after_the_last() -> None:
    here = document("😋")
    here.change([part("é\n", 0, 2, 0, 2), part("x", 1, 0, 1, 0), part("-", 0, 2, 0, 3)], 2)
    assert here.source == "😋-\nx"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (part("x", 0, 1, 0, 1), (0, 3, 0, 5)),  # before
        (part("x", 0, 2, 0, 2), (0, 3, 0, 5)),  # at the start: outside
        (part("x", 0, 3, 0, 3), (0, 2, 0, 5)),  # inside
        (part("x", 0, 4, 0, 4), (0, 2, 0, 4)),  # at the end: outside
        (part("\n", 0, 0, 0, 0), (1, 2, 1, 4)),
        (part("", 0, 0, 0, 6), (0, 0, 0, 0)),  # gone
        (part("XY", 0, 1, 0, 3), (0, 3, 0, 4)),  # over the start
    ],
)
def test_a_range_of_an_older_version_moves(
    change: types.TextDocumentContentChangePartial, expected: tuple[int, ...]
) -> None:
    here = document("012345")
    here.change([change], 2)
    now = here.range_now(range_(0, 2, 0, 4), 1)
    assert now is not None
    assert (*now.start, *now.end) == expected


def test_text_typed_at_a_bare_cursor_is_before_it() -> None:
    here = document("ab")
    here.change([part("xy", 0, 1, 0, 1)], 2)
    assert here.range_now(range_(0, 1, 0, 1), 1) == Span(Position(0, 3), Position(0, 3))


def test_a_range_of_an_older_version_is_read_in_that_version() -> None:
    # The emoji before the range is replaced: its units were two of the four.
    here = document("😋é selected")
    here.change([part("x", 0, 0, 0, 2)], 2)
    now = here.range_now(range_(0, 4, 0, 12), 1)
    assert now is not None
    assert here.document.slice(now) == "selected"


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), texts), max_size=5),
    st.integers(0, 30),
    encodings,
)
def test_a_place_moves_as_its_edits_say(
    changes: list[tuple[int, int, str]], at: int, encoding: Encoding
) -> None:
    """Moving in the client's units is the same as moving in characters, line by line."""
    start = "aé😋b中\n" * 4
    here = document(start, encoding)
    place = here.to_position(position(at % 4, at))
    asked = here.to_range(Span(place, place))
    for version, (line, character, typed) in enumerate(changes, start=2):
        text = typed.replace("\r", "").replace("\ude00", "")
        change = part(text, line % 4, character, line % 4, character + 2)
        for edit in here.change([change], version).edits:
            place = moved(place, edit, stays_before=False)
    now = here.range_now(asked, 1)
    assert now is not None
    assert now.start == here.document.clamp(place)


def test_ranges_of_unknown_versions_are_unknown() -> None:
    here = document("a\nb", version=7)
    here.change([whole("b\nb")], 9)
    anywhere = range_(1, 0, 1, 1)
    assert here.range_now(anywhere, 7) == here.range_now(anywhere, 9)
    assert here.range_now(anywhere, None) == here.range_now(anywhere, 9)
    assert here.range_now(anywhere, 8) is None
    assert here.range_now(anywhere, 10) is None
    assert here.range_now(anywhere, 3) is None


def test_as_many_versions_are_known_as_are_remembered() -> None:
    here = document("")
    for version in range(2, REMEMBERED + 3):
        here.change([part("\n", 0, 0, 0, 0)], version)
    start = range_(0, 0, 0, 0)
    assert here.range_now(start, 1) is None
    now = here.range_now(start, 2)
    assert now is not None
    assert now.start == Position(REMEMBERED, 0)
    assert len(here.revisions) == REMEMBERED


def test_what_a_document_says_of_itself() -> None:
    here = document("", language_id=types.LanguageKind.Python)
    assert (here.language_id, type(here.language_id)) == ("python", str)
    assert (here.name, here.path) == ("b.py", "/a/b.py")
    untitled = document("", uri="untitled:Untitled-1", language_id="brainfuck")
    assert (untitled.name, untitled.language_id) == ("Untitled-1", "brainfuck")


def test_nothing_is_read_from_disk() -> None:
    workspace = Documents()
    assert workspace.open_document("file:///etc/hostname") is None
    with pytest.raises(RequestError):
        workspace.get_text_document("file:///etc/hostname")
    item = types.TextDocumentItem("file:///c%3A/x.py", "python", 1, "text")
    workspace.put_text_document(item)
    found = workspace.open_document("file:///c:/x.py")
    assert found is not None
    assert found.source == "text"


def test_a_change_costs_what_it_changes() -> None:
    def seconds(count: int) -> float:
        here = document("é = 1\n" * count)
        start = time.thread_time()
        for version in range(2, 102):
            here.change([part("x", count // 2, 1, count // 2, 1)], version)
        return time.thread_time() - start

    small = min(seconds(100) for _ in range(3))
    assert min(seconds(100_000) for _ in range(3)) < 20 * small
