"""Images in lines of Markdown and HTML, and the alternative texts that they get."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.actions.images import defined, image_in, rows_of_image
from qwen_lsp.actions.reply.alt_text import LONGEST_ALT, alt_text, with_alt


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
        ("![](a_(1).png) (b)", "a_(1).png", "![A](a_(1).png) (b)"),
        (r"![](a\_\(1.png)", "a_(1.png", r"![A](a\_\(1.png)"),
        (r"![](img\a.png)", r"img\a.png", r"![A](img\a.png)"),
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
        assert with_alt(image, words) == after.replace("[b", "\\[b")
        assert (image.first, image.last) == (1, 2)


@pytest.mark.parametrize(
    ("line", "label", "after"),
    [
        ("![][fig]", "fig", "![A][fig]"),
        ("x ![old][Fig 1] y", "Fig 1", "x ![A][Fig 1] y"),
        ("![fig][]", "fig", "![A][fig]"),
        ("![fig] y", "fig", "![A][fig] y"),
        ("![a](b.png)", "", "![A](b.png)"),
        ("![^1]", None, ""),
        ("![]", None, ""),
        ("![a]: b", None, ""),
    ],
)
def test_an_image_whose_source_stands_elsewhere(line: str, label: str | None, after: str) -> None:
    image = image_in([line], language="markdown")
    assert (image.label if image else None) == label
    if image:
        assert with_alt(image, "A") == after
        if label:
            assert image.source == ""


def test_what_is_code_has_no_references() -> None:
    assert image_in(["if (![1, 2][0]) return ![a][b]"], language="javascript") is None


@pytest.mark.parametrize(
    ("label", "source"),
    [("fig", "a.png"), ("FIG  1", "b c.png"), ("later", "d.png"), ("none", None), ("code", None)],
)
def test_a_definition(label: str, source: str | None) -> None:
    lines = ["[fig]: a.png 'title'\r\n", "   [Fig 1]: <b c.png>\n", "[fig]: second.png\n",
             "    [code]: x.png\n", "[later]:d.png", "[none] and nothing"]  # fmt: skip
    assert defined(label, lines) == source


@pytest.mark.parametrize(("column", "source"), [(0, "a"), (6, "a"), (7, "b"), (9, "b"), (40, "c")])
def test_of_several_the_one_at_the_cursor(column: int, source: str) -> None:
    line = "![](a)·![](b) <img src=c> and more words"
    image = image_in([line], column)
    assert image
    assert image.source == source


WRAPPED = ["<p>", "  <img", '    src="a.png"', "    alt='old", "    one' >", "</p>"]


def test_an_image_that_takes_several_lines() -> None:
    for row in range(1, 5):
        assert rows_of_image(WRAPPED.__getitem__, 6, row, "html") == range(1, 5)
    assert rows_of_image(WRAPPED.__getitem__, 6, 5, "html") == range(5, 6)
    image = image_in(WRAPPED)
    assert image
    assert (image.first, image.last) == (1, 5)
    assert with_alt(image, "A").split("\n") == [*WRAPPED[1:3], '    alt="A" >']
    image = image_in(["![a", "b](c.png) d"])
    assert image
    assert with_alt(image, "A") == "![A](c.png) d"


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
    for line in ('<img src="a.png">', "![x](a.png)", "![x][y]", "![x]"):
        image = image_in([line], language="markdown")
        assert image
        told = with_alt(image, words)
        found = image_in([told], language="markdown")
        assert found
        assert (found.source, found.label) == (image.source, image.label)
        assert "\n" not in told
        assert with_alt(found, "x") == with_alt(image, "x")


@pytest.mark.parametrize(
    "line",
    ["![" * 5_000, "<img " * 2_000, "![a](" + "(" * 9_000, "<img a='" * 900, "![a" * 3_000,
     "[a]: " * 2_000],
)  # fmt: skip
def test_odd_lines_take_no_time(line: str) -> None:
    start = time.process_time()
    assert image_in([line] * 30, language="markdown") is None
    assert rows_of_image(lambda _: line, 100, 50, "markdown") == range(50, 51)
    assert time.process_time() - start < 1
