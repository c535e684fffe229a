"""A place in a document: it moves with its rows, and knows whether they are as they were."""

import asyncio
from typing import Any

import pytest
from lsprotocol import types

from qwen_lsp.lsp.documents.documents import OpenDocument
from qwen_lsp.lsp.documents.tracked_rows import TrackedRange

TEXT = "above\none\ntwo\nthree\nbelow\n"


def opened(text: str = TEXT) -> OpenDocument:
    item = types.TextDocumentItem("file:///a.txt", "plaintext", 1, text)
    return OpenDocument(item, "utf-16")


def change(place: TrackedRange, *edits: tuple[int, int, int, int, str]) -> None:
    """One report of these edits, made one after the other."""
    events: list[Any] = [
        types.TextDocumentContentChangePartial(
            types.Range(types.Position(line, column), types.Position(end, end_column)), text
        )
        for line, column, end, end_column, text in edits
    ]
    place.changed(place.document.change(events, place.document.version + 1))


@pytest.mark.parametrize(
    ("edits", "rows", "is_as_it_was"),
    [
        ([], (1, 4), True),
        ([(0, 0, 0, 0, "new\n")], (2, 5), True),
        ([(0, 5, 0, 5, "\nnew")], (2, 5), True),
        ([(1, 0, 1, 0, "new\n")], (2, 5), True),
        ([(3, 5, 3, 5, "\nnew")], (1, 4), True),
        ([(0, 0, 1, 0, "")], (0, 3), True),
        ([(2, 0, 2, 3, "2")], (1, 4), False),
        ([(2, 0, 3, 0, "")], (1, 3), False),
        ([(1, 0, 1, 0, "x")], (1, 4), False),
        ([(3, 5, 3, 5, "x")], (1, 4), False),
        ([(2, 0, 2, 3, "2"), (2, 0, 2, 1, "two")], (1, 4), True),
        ([(0, 0, 5, 0, ""), (0, 0, 0, 0, TEXT)], (1, 4), True),
        ([(1, 0, 4, 0, ""), (1, 0, 1, 0, "one\ntwo\nthree\n")], (1, 4), True),
    ],
)
def test_where_the_rows_are(
    edits: list[tuple[int, int, int, int, str]], rows: tuple[int, int], *, is_as_it_was: bool
) -> None:
    for reported_one_by_one in (False, True):
        place = TrackedRange(opened(), 1, 4)
        for report in [[edit] for edit in edits] if reported_one_by_one else [edits]:
            change(place, *report)
        assert (place.rows, place.is_as_it_was) == (rows, is_as_it_was)


def test_a_file_cut_short_is_not_as_it_was() -> None:
    place = TrackedRange(opened(), 1, 4)
    change(place, (1, 3, 5, 0, ""))
    assert not place.is_as_it_was


def test_what_is_expected_is_noticed_when_it_has_come() -> None:
    async def scene() -> None:
        place = TrackedRange(opened(), 1, 4)
        place.expect(["one", "2", "three"])
        change(place, (0, 0, 0, 0, "new\n"))
        assert not await place.has_come(within=0.01)
        place.expect(["one", "2", "three"])
        change(place, (3, 0, 3, 3, "2"))
        assert await place.has_come(within=0.01)
        assert place.rows == (2, 5)

    asyncio.run(scene())
