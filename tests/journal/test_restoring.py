"""Where an original goes back to, and that nothing else is touched."""

import time
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qwen_lsp.journal.entry import REACH, Entry
from qwen_lsp.journal.restoring import Restoration, place_of
from qwen_lsp.text.document import Document

from .made import entry_of, rows, words

BEFORE = "a b c O P Q x y z"
ENTRY = entry_of(rows(BEFORE), 3, 6)


def restored(document: Document, entry: Entry) -> str | None:
    """The document once the original is back, or None where that isn't certain."""
    place = place_of(document, entry)
    if place is None:
        return None
    lines = [document.line(row) for row in range(len(document.lines))]
    lines[place.first : place.last] = place.lines
    return words(Document("\n".join(lines)))


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("a b c N P Q x y z", BEFORE),
        ("a b c N M O P Q x y z", BEFORE),
        ("a b c N x y z", BEFORE),
        ("a b c x y z", BEFORE),
        ("a b c c x x y z", "a b c O P Q x y z"),
        ("A B a b c N x y z Z", "A B a b c O P Q x y z Z"),
        ("b c N x y", "b c O P Q x y"),
        # One row on a side has changed, and it isn't the nearest.
        ("a B c N x y z", "a B c O P Q x y z"),
        ("a b c N x Y z", "a b c O P Q x Y z"),
        ("a b c N x _ y z", "a b c O P Q x _ y z"),
        # Where that can't be told.
        ("a b C N x y z", None),
        ("a b c N X y z", None),
        ("A B c N x y z", "A B c O P Q x y z"),
        ("a b c b c N x y z", None),
        ("a b c N x y M x y z", None),
        ("x y z N a b c", None),
        ("N", None),
        ("_", None),
        # The original is there.
        (BEFORE, BEFORE),
        ("a b c O P Q X Y Z", "a b c O P Q X Y Z"),
        ("A B C O P Q x y z", "A B C O P Q x y z"),
    ],
)
def test_where_it_goes_back(now: str, then: str | None) -> None:
    assert restored(rows(now), ENTRY) == then


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (BEFORE, True),
        ("1 2 3 " + BEFORE, True),
        ("a b c O P Q", True),
        ("O P Q x y z", True),
        ("_ b c O P Q x y b c O P Q x y", True),
        ("a b c O P x y z", False),
        ("a b c O P Q R x y z", False),
        ("a b c N O P Q x y z", False),
    ],
)
def test_whether_it_is_there_already(now: str, holds: bool) -> None:
    place = place_of(rows(now), ENTRY)
    assert place
    assert place.holds_original is holds


@pytest.mark.parametrize("now", ["O P Q", "A B C O P Q X Y Z", "b c O P Q x y b c O P Q x y"])
def test_whether_it_is_there_can_be_uncertain(now: str) -> None:
    assert place_of(rows(now), ENTRY) is None


@pytest.mark.parametrize(
    ("before", "region", "now", "then"),
    [
        ("O P", (0, 2), "N M L", "O P"),
        ("O P", (0, 2), "_", "O P"),
        ("O x", (0, 1), "N x", "O x"),
        ("a O", (1, 2), "a N M", "a O"),
        ("a O", (1, 2), "a", "a O"),
        ("O x", (0, 1), "x", "O x"),
        ("{ O }", (1, 2), "{ N N }", "{ O }"),
        ("a O _", (1, 2), "a N _", "a O _"),
    ],
)
def test_at_the_edges_of_a_file(before: str, region: tuple[int, int], now: str, then: str) -> None:
    assert restored(rows(now), entry_of(rows(before), *region)) == then


def test_line_ends_make_no_difference() -> None:
    document = Document("a\r\nb\r\nc\r\nN\r\nx\r\ny\r\nz")
    assert place_of(document, ENTRY) == Restoration(3, 4, ("O", "P", "Q"), holds_original=False)


def test_an_entry_of_another_file_has_no_place() -> None:
    assert place_of(Document("".join(f"row {n}\n" for n in range(99))), ENTRY) is None


def test_it_is_looked_for_where_it_was() -> None:
    far = "far " * 3 * REACH
    assert place_of(rows(far + "a b c N x y z"), ENTRY) is None


@pytest.mark.parametrize("row", [2**31 - 1, 10**6])
def test_a_row_that_is_not_there_is_no_place(row: int) -> None:
    assert place_of(rows("a b c N x y z"), replace(ENTRY, row=row)) is None


def test_a_large_file_of_rows_that_are_all_alike_takes_no_time() -> None:
    document = Document("\n" * 100_000)
    entry = entry_of(document, 50_000, 50_003)
    before = time.process_time()
    assert place_of(document, entry) == Restoration(
        50_000, 50_003, ("", "", ""), holds_original=True
    )
    entry = replace(entry, original=("x",))
    assert place_of(document, entry) is None
    assert time.process_time() - before < 2.0


# Laws. A few words only, so that rows are often like one another.

LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "_"]), max_size=8)
FEW = st.lists(st.sampled_from(["a", "b", "_"]), min_size=1, max_size=5)


@given(above=LINES, original=FEW, below=LINES, reply=LINES, left=st.integers(0, 5), data=st.data())
def test_what_was_partly_rewritten_comes_back_or_nothing_is_said(
    above: list[str],
    original: list[str],
    below: list[str],
    reply: list[str],
    left: int,
    data: st.DataObject,
) -> None:
    before = rows(" ".join(above + original + below))
    first, last = len(above), len(above) + len(original)
    entry = entry_of(before, first, last)
    kept_above = min(len(entry.above.rows), first)
    kept_below = min(len(entry.below.rows), len(below))
    head = _elsewhere(data, entry.above.rows, above[: first - kept_above])
    tail = _elsewhere(data, entry.below.rows, below[kept_below:])
    near_above, near_below = above[first - kept_above :], below[:kept_below]
    region = reply + original[min(left, len(original)) :]
    now = head + near_above + region + near_below + tail
    assume(now)
    found = restored(rows(" ".join(now)), entry)
    wanted = head + near_above + original + near_below + tail
    assert found in (None, " ".join(wanted), " ".join(now) if _holds(original, now) else None)


@given(
    above=LINES, original=FEW, below=LINES, reply=LINES, at=st.integers(1, 8), put_in=st.booleans()
)
def test_a_row_nearby_that_has_changed_is_kept(
    above: list[str], original: list[str], below: list[str], reply: list[str], at: int, put_in: bool
) -> None:
    assume(at < len(below) + put_in)
    before = rows(" ".join(above + original + below))
    first, last = len(above), len(above) + len(original)
    entry = entry_of(before, first, last)
    changed = list(below)
    if put_in:
        changed.insert(at, "new")
    else:
        changed[at : at + 1] = ["new"]
    now = above + reply + changed
    # What the reply repeats while the user changes it can't be told from the original one.
    assume(now and (put_in or below[at] not in reply))
    found = restored(rows(" ".join(now)), entry)
    wanted = above + original + changed
    assert found in (None, " ".join(wanted), " ".join(now) if _holds(original, now) else None)


@given(above=LINES, original=FEW, below=LINES)
def test_a_document_that_did_not_change_holds_it(
    above: list[str], original: list[str], below: list[str]
) -> None:
    document = rows(" ".join(above + original + below))
    place = place_of(document, entry_of(document, len(above), len(above) + len(original)))
    assert place
    assert place.holds_original


def _elsewhere(data: st.DataObject, near: tuple[str | None, ...], lines: list[str]) -> list[str]:
    """Other rows in the place of `lines`; none where the rows nearby go up to the edge."""
    return lines if None in near else data.draw(LINES)


def _holds(original: list[str], now: list[str]) -> bool:
    count = len(original)
    return any(now[row : row + count] == original for row in range(len(now)))
