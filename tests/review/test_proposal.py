"""What one job has made of some rows: what it would be without, and when that is not certain."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.lsp.documents.documents import OpenDocument, Revision
from qwen_lsp.lsp.review.proposal import Patch, Proposal, proposal_of, share_rows
from qwen_lsp.perform import ReplyEnd
from qwen_lsp.text.document import Document, Edit, Position, Span, without_end
from qwen_lsp.text.edits import smallest_edit
from qwen_lsp.text.hunks import hunks, made

if TYPE_CHECKING:
    from qwen_lsp.lsp.edits.writer import RegionHandle
    from qwen_lsp.lsp.jobs.job import Job

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  d"]), min_size=1, max_size=6)
ABOVE, BELOW = ["A0", "a", "A1"], ["B0", "b", "B1", ""]


class File:
    """A document with rows that a job has written, and an editor that tells what happens to it."""

    def __init__(
        self, original: list[str], written: list[str], *, end: str = "\n", how: str = "done"
    ) -> None:
        self.end = end
        self.document = self._of([*ABOVE, *written, *BELOW])
        self.revisions: list[Revision] = []
        region = Span(Position(3, 0), Position(2 + len(written), len(written[-1])))
        self.handle = FakeHandle(region, original, written, how)
        self.proposal = self.proposed()

    @property
    def rows(self) -> list[str]:
        """All rows of the file."""
        return [without_end(line) for line in self.document.lines]

    @property
    def patches(self) -> list[Patch]:
        return self.proposal.patches

    def proposed(self) -> Proposal:
        """What the job has made, as it is told when its region ends."""
        return proposal_of(
            cast("Job", None), cast("OpenDocument", self), cast("RegionHandle", self.handle)
        )

    def make(self, *edits: Edit) -> None:
        """Makes the edits, one after the other, and reports them at once."""
        for edit in edits:
            self.document.apply(edit)
        self.revisions.append(Revision(len(self.revisions), edits, ()))
        self.proposal.changed(self.revisions[-1])

    def become(self, rows: Sequence[str], *, in_two: bool = False) -> None:
        """The file holds `rows` from now on, reported as the smallest edit, or `in_two`."""
        edit = smallest_edit(self.document.lines, self._of(rows).lines)
        if edit is None:
            return
        (start, end), text = edit
        two = Edit(Span(start, end), ""), Edit(Span(start, start), text)
        for report in [two] if in_two else [(edit,)]:
            self.make(*report)

    def without(self, patches: Sequence[Patch]) -> list[str]:
        """The rows of the file once these changes are discarded."""
        first, last, lines, _ = self.proposal.without(patches)
        rows = [without_end(line) for line in self.document.lines]
        assert 0 <= first < last <= len(rows)
        assert lines
        return [*rows[:first], *lines, *rows[last:]]

    def is_certain(self, patches: Sequence[Patch]) -> bool:
        return all(map(self.proposal.can_be_discarded, patches))

    def _of(self, rows: Sequence[str]) -> Document:
        return Document(self.end.join(rows))


class FakeHandle:
    """A region that has ended."""

    def __init__(
        self, region: Span, original: Sequence[str], lines: Sequence[str], how: Any
    ) -> None:
        self.region, self.original, self.lines = region, tuple(original), list(lines)
        self.changes = hunks(original, lines)
        self.outcome = ReplyEnd(how)


# Laws.


@given(st.data(), LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_rows_typed_anywhere_stay(
    data: st.DataObject, original: list[str], written: list[str], end: str
) -> None:
    file = File(original, written, end=end)
    for number in range(data.draw(st.integers(0, 4))):
        row = data.draw(st.integers(0, len(file.rows) - 2))
        place, text = Position(row, 0), f"U{number}{end}"
        if data.draw(st.booleans()):
            place, text = Position(row, len(file.document.line(row))), f"{end}U{number}"
        file.make(Edit(Span(place, place), text))
    if file.patches and file.is_certain(file.patches):
        rows = file.without(file.patches)
        typed = [row for row in file.rows if row.startswith("U")]
        assert [row for row in rows if row.startswith("U")] == typed
        assert [row for row in rows if not row.startswith("U")] == [*ABOVE, *original, *BELOW]


@given(st.data(), LINES, LINES)
def test_changes_are_discarded_one_by_one(
    data: st.DataObject, original: list[str], written: list[str]
) -> None:
    file = File(original, written)
    for left in range(len(file.patches), 0, -1):
        assert len(file.patches) == left
        patch = data.draw(st.sampled_from(file.patches))
        assert file.is_certain([patch])
        rows, above = file.without([patch]), file.proposal.without([patch]).above
        file.proposal.leave([patch], cast("RegionHandle", file.handle))
        assert patch not in file.patches
        file.become(rows, in_two=data.draw(st.booleans()))
        file.proposal.came_back(above)
    assert file.rows == [*ABOVE, *original, *BELOW]
    assert not file.patches


@given(st.data(), LINES, LINES)
def test_after_an_undo_nothing_is_left_and_after_a_redo_all(
    data: st.DataObject, original: list[str], written: list[str]
) -> None:
    file = File(original, written)
    patches = file.patches
    for _ in range(2):
        file.become([*ABOVE, *original, *BELOW], in_two=data.draw(st.booleans()))
        assert not file.patches
        file.become([*ABOVE, *written, *BELOW], in_two=data.draw(st.booleans()))
        assert file.patches == patches
        if patches:
            assert file.is_certain(patches)
            assert file.without(patches) == [*ABOVE, *original, *BELOW]


@given(st.data(), LINES, LINES)
def test_an_undo_that_goes_step_by_step_puts_nothing_in_twice(
    data: st.DataObject, original: list[str], written: list[str]
) -> None:
    file = File(original, written)
    before = [*ABOVE, *original, *BELOW]
    changes = [patch.change for patch in file.patches]
    for first, last, lines in reversed(changes):
        row = len(ABOVE) + first
        place, end = Position(row, 0), Position(len(ABOVE) + last, 0)
        steps = [Edit(Span(place, place), "".join(f"{line}\n" for line in lines))]
        steps.insert(data.draw(st.integers(0, 1)), Edit(Span(place, end), ""))
        if steps[0].text:
            below = (each._replace(line=each.line + len(lines)) for each in (place, end))
            steps[1] = Edit(Span(*below), "")
        for step in steps:
            file.make(step)
            if file.patches and file.is_certain(file.patches):
                assert file.without(file.patches) == before
    assert file.rows == before
    assert not file.patches


@given(st.data(), LINES, LINES)
def test_one_is_kept_and_the_rest_discarded(
    data: st.DataObject, original: list[str], written: list[str]
) -> None:
    file = File(original, written)
    if not file.patches:
        return
    kept = data.draw(st.sampled_from(file.patches))
    file.proposal.keep([kept])
    rest = file.patches
    assert kept not in rest
    if rest:
        assert file.is_certain(rest)
        assert file.without(rest) == [*ABOVE, *made(original, [kept.hunk]), *BELOW]


@given(st.data(), LINES, LINES)
def test_whatever_is_typed_what_is_beside_the_changes_survives(
    data: st.DataObject, original: list[str], written: list[str]
) -> None:
    file = File(original, written)
    texts = st.sampled_from(["", "x", "\n", "Ua\n", "\nUb"])
    for _ in range(data.draw(st.integers(1, 3))):
        rows, columns = st.integers(0, len(file.document.lines) - 1), st.integers(0, 3)
        one, other = (
            file.document.clamp(Position(data.draw(rows), data.draw(columns))) for _ in range(2)
        )
        file.make(Edit(Span(min(one, other), max(one, other)), data.draw(texts)))
    for patch in filter(file.proposal.can_be_discarded, file.patches):
        left = file.without([patch])
        for mark in ("A0", "A1", "B0", "B1", "Ua", "Ub"):
            assert sum(row.count(mark) for row in left) == file.document.text.count(mark)


# Tables.


def test_a_change_has_a_place_of_its_own_also_where_rows_were_taken_away() -> None:
    file = File(["a", "b", "c", "d"], ["b", "x", "d"])
    assert [patch.span for patch in file.patches] == [row(3, 0, 1), row(4, 0, 1)]
    gone = File(["a", "b", "c"], ["b"])
    assert [patch.span for patch in gone.patches] == [row(3, 0, 1), row(3, 1, 1)]
    for patch in gone.patches:
        assert gone.proposal.touched_by(patch.span) == [patch]
    assert gone.proposal.touched_by(row(3, 0, 0)) == gone.patches
    assert gone.proposal.touched_by(row(2, 0, 2)) == []


def test_what_was_typed_at_the_edge_of_the_first_row_and_the_last_belongs_to_both_texts() -> None:
    file = File(["a", "b"], ["(x", "y)"])
    file.handle.region = Span(Position(3, 1), Position(4, 1))
    file.handle.lines, file.handle.changes = ["x", "y"], hunks(["a", "b"], ["x", "y"])
    file.proposal = file.proposed()
    assert file.proposal.original == ("(a", "b)")
    assert file.without(file.patches) == [*ABOVE, "(a", "b)", *BELOW]


def test_what_is_not_there_when_it_ends_is_known_to_be_typed() -> None:
    file = File(["a", "keep"], ["x", "keep"])
    file.document.apply(Edit(row(3, 0, 1), "mine"))
    file.proposal = file.proposed()
    assert not file.proposal.is_as_written
    assert not file.is_certain(file.patches)


def test_of_what_was_taken_over_each_change_gives_way_that_nobody_has_typed_into() -> None:
    file = File(["a", "b", "c"], ["x", "b", "y"])
    file.handle.outcome = ReplyEnd("takenOver")
    file.document.apply(Edit(row(3, 1, 1), "!"))
    file.proposal = file.proposed()
    edited, written = file.patches
    assert not file.proposal.can_be_discarded(edited)
    assert file.proposal.can_be_discarded(written)
    assert file.without([written]) == [*ABOVE, "x!", "b", "c", *BELOW]
    file.become([*ABOVE, "a", "b", "c", *BELOW])
    assert not file.patches


def test_of_what_was_taken_over_and_deleted_nothing_comes_back_by_itself() -> None:
    file = File(["a", "b"], ["x"])
    file.handle.outcome = ReplyEnd("takenOver")
    file.handle.region = Span(Position(3, 0), Position(3, 0))
    file.document.apply(Edit(Span(Position(3, 0), Position(4, 0)), ""))
    file.proposal = file.proposed()
    assert not any(map(file.proposal.can_be_discarded, file.patches))


def test_what_a_formatter_has_made_of_it_before_a_save_counts_as_written() -> None:
    file = File(["a", "keep"], ["x=1", "keep"])
    file.become([*ABOVE, "x = 1", "keep", *BELOW])
    assert not file.is_certain(file.patches)
    file.proposal.saved()
    assert file.is_certain(file.patches)
    assert file.without(file.patches) == [*ABOVE, "a", "keep", *BELOW]


def test_what_changes_a_word_is_no_formatter() -> None:
    file = File(["a", "keep"], ["x=1", "keep"])
    file.become([*ABOVE, "x = 1", "mine", *BELOW])
    file.proposal.saved()
    assert not file.is_certain(file.patches)


def test_what_was_refused_is_as_it_was() -> None:
    file = File(["a", "keep", "b"], ["x", "keep", "y"])
    before = file.patches
    file.proposal.leave(before[:1], cast("RegionHandle", file.handle))
    file.proposal.broke_off(0)
    assert file.patches == before


def test_what_was_typed_into_while_it_was_coming_back_stays() -> None:
    file = File(["a", "keep", "b"], ["x", "keep", "y"])
    file.proposal.leave(file.patches, cast("RegionHandle", file.handle))
    file.document.apply(Edit(row(3, 0, 0), "my "))
    file.proposal.broke_off(0)
    edited, written = file.patches
    assert not file.proposal.can_be_discarded(edited)
    assert file.without([written]) == [*ABOVE, "my x", "keep", "b", *BELOW]


@pytest.mark.parametrize(("one", "other", "expected"), [(0, 0, True), (0, 1, False), (2, 1, False)])
def test_rows_are_shared(one: int, other: int, expected: bool) -> None:
    assert share_rows(row(one, 0, 1), row(other, 3, 3)) is expected


def row(line: int, first: int, last: int) -> Span:
    return Span(Position(line, first), Position(line, last))
