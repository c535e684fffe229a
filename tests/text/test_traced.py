"""Rows that were written: what their user types around is left, and what they undo is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.text.document import Document, Edit, Position, Span, without_end
from qwen_lsp.text.edits import smallest_edit
from qwen_lsp.text.hunks import hunks
from qwen_lsp.text.retraced import retraced
from qwen_lsp.text.traced import State, Traced

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  d"]), min_size=1, max_size=6)
ABOVE, BELOW = ["A0", "a", "A1"], ["B0", "b", "B1"]


class File:
    """A document with rows that were written, and an editor that reports what is done to it."""

    def __init__(self, original: list[str], written: list[str], *, end: str = "\n") -> None:
        self.end = end
        self.document = self._of([*ABOVE, *written, *BELOW])
        self.traced = Traced.of(original, hunks(original, written), len(ABOVE))

    @property
    def rows(self) -> list[str]:
        return [without_end(line) for line in self.document.lines[:-1]]

    @property
    def held(self) -> tuple[str, ...]:
        """What stands where the rows are."""
        rows = [without_end(line) for line in self.document.lines]
        return tuple(rows[self.traced.first : self.traced.last])

    @property
    def states(self) -> set[State]:
        return set(self.traced.states.values())

    @property
    def without(self) -> list[str]:
        """The file with all changes taken back."""
        return self.with_rows(self.traced.without(self.traced.changes))

    def with_rows(self, rows: tuple[str, ...]) -> list[str]:
        """The file with other rows where the traced ones are."""
        return [*self.rows[: self.traced.first], *rows, *self.rows[self.traced.last :]]

    def make(self, *edits: Edit) -> None:
        """Makes the edits, one after the other, and reports them at once."""
        for edit in edits:
            self.document.apply(edit)
        self.traced = retraced(self.traced, self.document, edits)

    def become(self, rows: list[str], *, in_two: bool = False) -> None:
        """The file holds `rows` from now on, reported as the smallest edit, or `in_two`."""
        edit = smallest_edit(self.document.lines, self._of(rows).lines)
        if edit is None:
            return
        (start, end), text = edit
        if in_two:
            self.make(Edit(Span(start, end), ""), Edit(Span(start, start), text))
        else:
            self.make(edit)

    def put_row(self, row: int, text: str, *, behind: bool) -> None:
        """A row is typed above row `row`, or `behind` it."""
        place = Position(row, len(self.document.line(row)) if behind else 0)
        typed = self.end + text if behind else text + self.end
        self.make(Edit(Span(place, place), typed))

    def _of(self, rows: list[str]) -> Document:
        return Document(self.end.join([*rows, ""]))


@given(st.data(), LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_rows_typed_anywhere_between_others_stay_when_all_is_discarded(
    data: st.DataObject, original: list[str], written: list[str], end: str
) -> None:
    file = File(original, written, end=end)
    for number in range(data.draw(st.integers(0, 4))):
        row = data.draw(st.integers(0, len(file.rows) - 1))
        file.put_row(row, f"user {number}", behind=data.draw(st.booleans()))
        assert file.traced.rows == file.held
    typed = [row for row in file.rows if row.startswith("user")]
    assert [row for row in file.without if row.startswith("user")] == typed
    if file.states <= {State.WRITTEN}:
        ours = [row for row in file.without if not row.startswith("user")]
        assert ours == [*ABOVE, *original, *BELOW]


@given(st.data(), LINES, LINES)
def test_changes_are_discarded_one_by_one_in_any_order(
    data: st.DataObject, original: list[str], written: list[str]
) -> None:
    file = File(original, written)
    while changes := file.traced.changes:
        assert file.states == {State.WRITTEN}
        change = data.draw(st.sampled_from(changes))
        discarded = file.traced.discarded([change])
        file.become(file.with_rows(file.traced.without([change])), in_two=data.draw(st.booleans()))
        assert file.states == {State.UNDONE, State.WRITTEN} if len(changes) > 1 else {State.UNDONE}
        file.traced = discarded
        assert file.held == discarded.rows
    assert file.rows == [*ABOVE, *original, *BELOW]


@given(st.data(), LINES, LINES)
def test_what_is_undone_and_done_again_is_known_as_that(
    data: st.DataObject, original: list[str], written: list[str]
) -> None:
    file = File(original, written)
    for rows, state in ((original, State.UNDONE), (written, State.WRITTEN)) * 2:
        file.become([*ABOVE, *rows, *BELOW], in_two=data.draw(st.booleans()))
        assert file.states <= {state}
        assert file.rows == [*ABOVE, *rows, *BELOW]
        assert file.without == [*ABOVE, *original, *BELOW]


@given(st.data(), LINES, LINES)
def test_whatever_happens_the_rows_are_what_stands_there(
    data: st.DataObject, original: list[str], written: list[str]
) -> None:
    file = File(original, written)
    texts = st.sampled_from(["", "x", "\n", "a\n", "\nb", "a\nb\n", "  d"])
    for _ in range(data.draw(st.integers(1, 6))):
        edits = [Edit(a_span(data, file.document), data.draw(texts))]
        if data.draw(st.booleans()):
            after = Document(file.document.text)
            after.apply(edits[0])
            edits.append(Edit(a_span(data, after), data.draw(texts)))
        file.make(*edits)
        assert file.traced.rows == file.held
        for change, state in file.traced.states.items():
            first, last = (row - file.traced.first for row in file.traced.places[change])
            if state is State.WRITTEN:
                assert file.held[first:last] == file.traced.written[change.first : change.last]


def a_span(data: st.DataObject, document: Document) -> Span:
    rows, columns = st.integers(0, len(document.lines) - 1), st.integers(0, 3)
    one, other = (document.clamp(Position(data.draw(rows), data.draw(columns))) for _ in range(2))
    return Span(min(one, other), max(one, other))


def test_a_change_that_is_typed_into_leaves_the_others() -> None:
    file = File(["a", "keep", "b"], ["x", "keep", "y"])
    first, second = file.traced.changes
    file.make(Edit(Span(Position(5, 1), Position(5, 1)), "!"))
    assert file.traced.states == {first: State.WRITTEN, second: State.BY_HAND}
    assert file.traced.without([first, second]) == ("a", "keep", "y!")


def test_a_row_that_was_kept_and_is_typed_into_stays_so() -> None:
    file = File(["a", "keep", "b"], ["x", "keep", "y"])
    file.make(Edit(Span(Position(4, 0), Position(4, 4)), "mine"))
    assert file.states == {State.WRITTEN}
    assert file.traced.without(file.traced.changes) == ("a", "mine", "b")


def test_what_a_formatter_made_of_it_is_discarded_as_well() -> None:
    file = File(["a", "keep", "b"], ["x=1", "keep", "y"])
    file.make(Edit(Span(Position(3, 1), Position(3, 2)), " = "))
    assert file.states == {State.BY_HAND, State.WRITTEN}
    file.traced = file.traced.formatted()
    assert file.states == {State.WRITTEN}
    assert file.traced.without(file.traced.changes) == ("a", "keep", "b")


def test_a_kept_change_is_a_change_no_more() -> None:
    file = File(["a", "keep", "b"], ["x", "keep", "y"])
    file.traced = file.traced.keeping(file.traced.changes[:1])
    assert file.traced.without(file.traced.left) == ("x", "keep", "b")


@pytest.mark.parametrize("written", [["x"], ["x", "y", "z"]])
def test_rows_that_are_all_deleted_are_typed_into(written: list[str]) -> None:
    file = File(["a", "b"], written)
    file.make(Edit(Span(Position(1, 0), Position(len(file.rows), 0)), ""))
    assert file.states == {State.BY_HAND}


def test_the_rows_are_found_below_what_was_put_in_and_taken_away_above() -> None:
    file = File(["a"], ["x"])
    top = Position(0, 0)
    file.make(Edit(Span(top, top), "first\n\n"), Edit(Span(Position(2, 0), Position(3, 0)), ""))
    assert file.traced.places[file.traced.changes[0]] == (4, 5)


def test_a_large_change_costs_one_look_at_the_rows() -> None:
    original = [f"old {row}" for row in range(300)]
    file = File(original, [f"new {row}" for row in range(300)])
    file.become([*ABOVE, *(f"typed {row}" for row in range(290)), *BELOW])
    assert file.states == {State.BY_HAND}
    assert file.held == file.traced.rows
    file.become([*ABOVE, *original, *BELOW])
    assert file.states == {State.UNDONE}
