"""Documents, edits and rewrites: laws that hold for every text."""

from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.text.document import Document, Edit, Position, Span, after, split_lines, without_end
from qwen_lsp.text.edits import moved, smallest_edit
from qwen_lsp.text.rewrite import Rewrite

texts = st.text(alphabet="ab \t\n\r\f\u2028é😀", max_size=12)
lines = st.lists(st.sampled_from(["a", "b", "", "  }", "x = 1", "return x"]), max_size=12)


def offset(text: str, position: Position) -> int:
    return sum(map(len, split_lines(text)[: position.line])) + position.column


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, Span]:
    document = Document(draw(texts))
    places = sorted(
        Position(row, draw(st.integers(0, len(document.line(row)))))
        for row in draw(st.lists(st.integers(0, len(document.lines) - 1), min_size=2, max_size=2))
    )
    return document.text, Span(*places)


@given(texts)
def test_a_document_is_its_lines(text: str) -> None:
    assert Document(text).text == text
    assert all(without_end(line) == line.rstrip("\r\n") for line in split_lines(text))
    assert not split_lines(text)[-1].endswith(("\r", "\n"))


@given(texts_with_spans(), texts)
def test_an_edit_changes_what_it_spans_and_nothing_else(case: tuple[str, Span], new: str) -> None:
    text, span = case
    document = Document(text)
    start, end = offset(text, span.start), offset(text, span.end)
    assert document.slice(span) == text[start:end]
    document.apply(Edit(span, new))
    assert document.text == text[:start] + new + text[end:]
    assert document.lines == split_lines(document.text)


@given(texts, texts)
def test_the_smallest_edit_makes_one_text_of_another(old: str, new: str) -> None:
    edit = smallest_edit(split_lines(old), split_lines(new))
    document = Document(old)
    if edit:
        document.apply(edit)
    assert document.text == new
    assert (edit is None) == (old == new)


@given(texts_with_spans(), st.text(alphabet="ab\n", max_size=4), st.booleans())
def test_what_is_outside_an_edit_moves_with_the_text(
    case: tuple[str, Span], new: str, stays: bool
) -> None:
    text, span = case
    if "\r" in text:
        return
    document = Document(text)
    document.apply(Edit(span, new))
    end = Document(text).end
    assert moved(end, Edit(span, new), stays_before=False) == document.end
    assert moved(Position(0, 0), Edit(span, new), stays_before=True) == Position(0, 0)
    if span.start < span.end:
        assert moved(span.end, Edit(span, new), stays_before=stays) == after(span.start, new)


@given(lines, lines.filter(bool), st.lists(st.integers(1, 4), max_size=12))
def test_a_rewrite_ends_with_the_new_lines_whatever_the_steps(
    old: list[str], new: list[str], cuts: list[int]
) -> None:
    rewrite = Rewrite(old)
    rows, sent, rest = list(old), 0, list(new)
    for cut in [*cuts, len(new)]:
        rewrite.extend(rest[:cut])
        rest = rest[cut:]
        if not rest:
            rewrite.finish()
        step = rewrite.step()
        for hunk in reversed(step.hunks):
            rows[hunk.first : hunk.last] = hunk.lines
            sent += len(hunk.lines)
        rewrite.land(step)
        assert rows == rewrite.lines == [rewrite.line(row) for row in range(len(rewrite))]
        assert rows[: len(rewrite.placed)] == new[: len(rewrite.placed)]
    assert rows == new
    assert rewrite.is_settled
    assert sent <= len(new), "a line was written twice"


def test_a_line_that_stays_is_not_rewritten() -> None:
    rewrite = Rewrite(["def f():", "    x = 1", "    return x"])
    rewrite.extend(["def f():", "    y = 1", "    return x"])
    rewrite.finish()
    assert [(hunk.first, hunk.last, hunk.lines) for hunk in rewrite.step().hunks] == [
        (1, 2, ("    y = 1",))
    ]


def test_an_old_line_goes_only_when_a_later_one_has_matched() -> None:
    rewrite = Rewrite(["one", "two", "three"])
    rewrite.extend(["new"])
    assert [hunk.last - hunk.first for hunk in rewrite.step().hunks] == [0]
    rewrite.extend(["three"])
    assert [hunk.last - hunk.first for hunk in rewrite.step().hunks] == [2]


def test_a_change_costs_what_it_changes() -> None:
    document = Document("line\n" * 100_000)
    rewrite = Rewrite(["old"] * 3)
    for _ in range(2_000):
        document.apply(Edit(Span(Position(50_000, 0), Position(50_000, 0)), "x"))
        rewrite.extend(["y"])
        rewrite.land(rewrite.step())
    assert document.line(50_000) == "x" * 2_000 + "line"
