"""Deltas, cumulative chunks, and characters that chunks brought in halves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.model.stream.deltas import Characters, Deltas


def joined(chunks: list[str]) -> str:
    deltas = Deltas()
    return "".join([deltas.add(chunk) for chunk in chunks]) + deltas.end()


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        ([], ""),
        (["Ok"], "Ok"),
        (["", "a", "", "b"], "ab"),
        # Section 7: cumulative content, which Qwen Code puts right as well.
        (["def", "def main", "def main():", "def main():\n    pass"], "def main():\n    pass"),
        (["a reply of one", "a reply of one piece"], "a reply of one piece"),
        (
            ["def ", "def f", "def f(a, b, c)", "def f(a, b, c)", "def f(a, b, c):"],
            "def f(a, b, c):",
        ),
        # Deltas that look cumulative for a while.
        (["=", "==", "===="], "======="),
        ([" ", "  ", "x = 1"], "   x = 1"),
        (["\n", "\n", "\n", "x"], "\n\n\nx"),
        (["ab", "abc", "x"], "ababcx"),
        # Two lines that are equal are two lines.
        (
            ["    self.check(one)\n", "    self.check(one)\n", "x"],
            "    self.check(one)\n" * 2 + "x",
        ),
    ],
)
def test_what_is_new(chunks: list[str], text: str) -> None:
    assert joined(chunks) == text


@given(st.lists(st.text("abc \n", max_size=4)))
def test_short_deltas_are_kept_as_they_are(chunks: list[str]) -> None:
    """A run that grows by chance only counts as cumulative once it is long and varied."""
    assert joined(chunks) == "".join(chunks)


@given(st.text(min_size=30).filter(lambda text: len(set(text[:5])) >= 4), st.integers(1, 6))
def test_cumulative_chunks_give_the_text_once(text: str, step: int) -> None:
    places = [*range(step, len(text), step), len(text)]
    assert joined([text[:place] for place in places]) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_characters_in_halves(text: str) -> None:
    units = text.encode("utf-16-le")
    halves = [chr(int.from_bytes(units[i : i + 2], "little")) for i in range(0, len(units), 2)]
    characters = Characters()
    assert "".join([characters.add(half) for half in halves]) + characters.end() == text


@given(st.lists(st.text(st.characters(), max_size=5)))
def test_a_lone_half_never_comes_out(chunks: list[str]) -> None:
    characters = Characters()
    text = "".join([characters.add(chunk) for chunk in chunks]) + characters.end()
    text.encode("utf-8")
    assert len(text) <= sum(map(len, chunks))
