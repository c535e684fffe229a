"""What a change may be made of comes to the same as the change."""

from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.text.document import Document, Edit, Position, Span
from qwen_lsp.text.finer import finer

TEXTS = st.lists(st.sampled_from(["a", "bc", "  d", "\n", "\r\n", "é😀", " "]), max_size=12).map(
    "".join
)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_it_comes_to_the_same(before: str, removed: str, text: str, behind: str) -> None:
    document = Document(before + removed + behind)
    lines = Document(before).lines
    start = Position(len(lines) - 1, len(lines[-1]))
    whole = Document(before + removed)
    edit = Edit(Span(start, whole.end), text)
    if document.slice(edit.span) != removed:
        return  # A CR and a LF have come to stand side by side.
    for small in finer(edit, removed):
        document.apply(small)
    assert document.text == before + text + behind


def test_what_stays_is_not_touched() -> None:
    span = Span(Position(3, 4), Position(6, 1))
    edits = finer(Edit(span, "x = 1\nsame\ny = 2\n}"), "x=1\nsame\ny=2\n}")
    assert {edit.span.start.line for edit in edits} == {3, 5}
    assert all(edit.span.start.line == edit.span.end.line for edit in edits)


def test_a_word_that_was_replaced_keeps_no_character_by_chance() -> None:
    word = Edit(Span(Position(2, 4), Position(2, 9)), "other")
    assert finer(word, "alpha") == [word]
    row = Edit(Span(Position(2, 0), Position(2, 9)), "n = alpha.b")
    assert [edit.text for edit in finer(row, "m = alpha")] == [".b", "n"]
