"""Images in lines of Markdown and HTML, and the alternative texts that they get."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.actions.images import LONGEST_ALT, alt_text, image_in, with_alt


@pytest.mark.parametrize(
    ("line", "source", "after"),
    [
        ("![](a.png)", "a.png", "![A [b\\]](a.png)"),
        ("x ![old](a.png 'title') y", "a.png", "x ![A](a.png 'title') y"),
        ("![o\\]ld]( <a b.png> )", "a b.png", "![A]( <a b.png> )"),
        ("[![badge](b.svg)](https://x)", "b.svg", "[![A](b.svg)](https://x)"),
        ('<img src="a.png">', "a.png", '<img src="a.png" alt="A">'),
        ("<IMG alt='old' SRC=a.png>", "a.png", '<IMG alt="A" SRC=a.png>'),
        ('<img data-src="no" src="a&amp;b.png" alt=""/>', "a&b.png",
         '<img data-src="no" src="a&amp;b.png" alt="A"/>'),
        ('<img class="x>y" src="a.png">', "a.png", '<img class="x>y" src="a.png" alt="A">'),
        ("<img src=a.png>![](b.png)", "a.png", '<img src=a.png alt="A">![](b.png)'),
        ("[link](a.png)", None, ""),
        ("<img alt='none'>", None, ""),
        ("![a]()", None, ""),
        ("<image src='a'>", None, ""),
        ("", None, ""),
    ],
)  # fmt: skip
def test_an_image_gets_its_text(line: str, source: str | None, after: str) -> None:
    image = image_in(["nothing", line])
    assert (image.source if image else None) == source
    if image:
        words = "A [b]" if "[b" in after else "A"
        assert with_alt(line, image, words) == after.replace("[b", "\\[b")
        assert image.row == 1


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("A chart.\n", "A chart."),
        ('"A chart."', "A chart."),
        ("**“A chart”**", "A chart"),
        ("one\ntwo\t three", "one two three"),
        ("word " * 100, "word " * 48 + "word…"),
        ("\x00\u202e", ""),
    ],
)
def test_what_is_said_becomes_one_line(said: str, text: str) -> None:
    assert alt_text(said) == text
    assert len(alt_text(said)) <= LONGEST_ALT


@given(st.text("a\"'<>&[]()\\`* \n€", max_size=30))
def test_no_text_ends_its_image(words: str) -> None:
    for line in ('<img src="a.png">', "![x](a.png)"):
        image = image_in([line])
        assert image
        told = with_alt(line, image, words)
        found = image_in([told])
        assert found
        assert found.source == "a.png"
        assert "\n" not in told
        assert with_alt(told, found, "x") == with_alt(line, image, "x")


@pytest.mark.parametrize(
    "line", ["![" * 5_000, "<img " * 2_000, "![a](" + "(" * 9_000, "<img a='" * 900]
)
def test_odd_lines_take_no_time(line: str) -> None:
    start = time.process_time()
    assert image_in([line] * 3) is None
    assert time.process_time() - start < 1
