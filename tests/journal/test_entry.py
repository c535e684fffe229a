"""What is kept of a document, how it is written down, and what is no entry."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.journal.entry import (
    MOST_COMPARED,
    MOST_NEIGHBOURS,
    REACH,
    Entry,
    Neighbours,
    from_json,
    neighbours,
)
from qwen_lsp.text.document import Document

from .made import entry_of, rows

ENTRY = entry_of(rows("a b c d e"), 2, 3, entry_id="id", when=7.5)


@pytest.mark.parametrize(
    ("text", "first", "last", "above", "below"),
    [
        ("a b c d e", 2, 3, (("b", "a"), 2), (("d", "e"), 2)),
        ("a b c d e f g", 3, 4, (("c", "b"), 2), (("e", "f"), 2)),
        ("a", 0, 1, ((None,), 1), ((None,), 1)),
        ("a b", 0, 1, ((None,), 1), (("b", None), 2)),
        ("a _ b _ _ c _", 2, 3, (("", "a", None), 2), (("", "", "c", "", None), 2)),
        ("x y x y x y", 2, 3, (("y", "x", None), 1), (("y", "x", "y", None), 1)),
    ],
)
def test_neighbours_up_to_two_that_are_like_no_other(
    text: str, first: int, last: int, above: Neighbours, below: Neighbours
) -> None:
    assert neighbours(rows(text), first, last) == (above, below)


def test_the_edge_counts_where_no_row_does() -> None:
    above, _ = neighbours(rows("_ b"), 1, 2)
    assert above == (("", None), 2)


def test_what_is_kept_does_not_grow_with_the_file() -> None:
    same = Document("same\n" * 3 * REACH)
    above, below = neighbours(same, REACH, REACH + 1)
    assert above == below == (("same",) * MOST_NEIGHBOURS, 0)
    long = Document("a" * 10 * MOST_COMPARED + "\nb\n")
    assert neighbours(long, 1, 2)[0].rows == ("a" * MOST_COMPARED, None)


def test_far_away_a_row_may_stand_again() -> None:
    document = Document("near\n" + "x\n" * (REACH + 1) + "near\n")
    above, _ = neighbours(document, 1, 2)
    assert above == (("near", None), 2)


@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=9), min_size=1))
def test_what_is_written_is_read(lines: list[str]) -> None:
    document = Document.of_lines([line + "\r\n" for line in lines] + [""])
    entry = entry_of(document, 0, len(lines), entry_id="id", when=0.25)
    assert from_json(entry.to_json(), "id") == entry
    assert entry.line_end == "\r\n"


def test_half_a_character_is_kept_as_it_came() -> None:
    entry = replace(ENTRY, original=("\ud83e",))
    assert from_json(entry.to_json(), "id") == entry


def test_the_id_is_not_what_the_file_says() -> None:
    read = from_json(ENTRY.to_json(), "other")
    assert read == replace(ENTRY, id="other")
    assert b'"id"' not in ENTRY.to_json()


@pytest.mark.parametrize(
    "change",
    [
        {"uri": 1},
        {"title": None},
        {"when": "now"},
        {"when": True},
        {"when": float("nan")},
        {"when": float("inf")},
        {"row": -1},
        {"row": 2**31},
        {"row": 1.0},
        {"row": False},
        {"original": []},
        {"original": "text"},
        {"original": ["a", 1]},
        {"original": ["a\nb"]},
        {"original": ["a\rb"]},
        {"original": None},
        {"above": None},
        {"above": [[], 0]},
        {"above": [["a"] * (MOST_NEIGHBOURS + 1), 0]},
        {"above": [["a"], "0"]},
        {"above": ["a"]},
        {"below": [[1], 0]},
        {"below": [["a\n"], 0]},
        {"line_end": ""},
        {"line_end": "<br>"},
        {"line_end": []},
        {"more": 1},
    ],
)
def test_what_is_wrong_is_no_entry(change: dict[str, Any]) -> None:
    sound = json.loads(ENTRY.to_json())
    assert from_json(json.dumps(sound).encode(), "id") == ENTRY
    assert from_json(json.dumps(sound | change).encode(), "id") is None


@pytest.mark.parametrize("name", ["uri", "original", "above", "row"])
def test_an_entry_with_something_missing_is_none(name: str) -> None:
    sound = json.loads(ENTRY.to_json())
    del sound[name]
    assert from_json(json.dumps(sound).encode(), "id") is None


@pytest.mark.parametrize(
    "written",
    [b"", b"{", b"null", b"[]", b'"text"', b"7", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000],
)
def test_what_is_damaged_is_no_entry(written: bytes) -> None:
    assert from_json(written, "id") is None


@given(st.data())
def test_no_part_of_an_entry_is_one(data: st.DataObject) -> None:
    written = ENTRY.to_json()
    cut = data.draw(st.integers(0, len(written) - 1))
    assert from_json(written[:cut], "id") is None


def test_an_entry_says_all_that_it_needs() -> None:
    assert (
        Entry(
            id="id",
            uri="file:///project/a.py",
            title="Qwen: Refactor",
            when=7.5,
            row=2,
            original=("c",),
            above=Neighbours(("b", "a"), 2),
            below=Neighbours(("d", "e"), 2),
            line_end="\n",
        )
        == ENTRY
    )
