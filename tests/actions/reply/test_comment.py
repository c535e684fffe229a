"""Prose that becomes a comment: marks, width, paragraphs, and nothing that ends it early."""

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_lsp.actions.languages import syntaxes
from qwen_lsp.actions.reply.comment import CommentWriter
from qwen_lsp.errors import RequestError


def comment(text: str, language: str = "python", indentation: str = "", width: int = 88) -> str:
    writer = CommentWriter(language, indentation, width)
    lines = [line for row in text.split("\n") for line in writer.feed(row)]
    return "\n".join([*lines, *writer.finish()])


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("python", "# Hi."),
        ("typescriptreact", "// Hi."),
        ("Lua", "-- Hi."),
        ("clojure", "; Hi."),
        ("tex", "% Hi."),
        ("fortran", "! Hi."),
        ("vim", '" Hi.'),
        ("bat", "REM Hi."),
        ("vb", "' Hi."),
        ("html", "<!-- Hi. -->"),
        ("css", "/* Hi. */"),
        ("ocaml", "(* Hi. *)"),
        ("jinja", "{# Hi. #}"),
        ("mdx", "{/* Hi. */}"),
    ],
)
def test_each_language_has_its_comment(language: str, expected: str) -> None:
    assert comment("Hi.", language) == expected


def test_many_languages_are_known() -> None:
    assert len(syntaxes()) >= 150


@pytest.mark.parametrize("language", ["json", "plaintext", "", "klingon"])
def test_a_language_without_comments_is_refused(language: str) -> None:
    with pytest.raises(RequestError, match=r"use Explain instead\.$"):
        CommentWriter(language, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\n \n", ""),
        ("One.\nTwo.", "# One. Two."),
        ("One.\n\n\nTwo.\n", "# One.\n#\n# Two."),
        ("\nOne.\r", "# One."),
        ("# One.\n# Two.", "# One. Two."),
        ("# One.\n#\n# Two.", "# One.\n#\n# Two."),
        ("## Summary\nIt adds.", "# Summary It adds."),
        ("#hashtags stay", "# #hashtags stay"),
        ("// One.", "# One."),
        ("/**\n * One.\n * Two.\n */", "# One. Two."),
        ("/* One. */", "# One."),
        ("<!-- One. -->", "# One."),
        ('"""One.\n\nTwo."""', "# One.\n#\n# Two."),
        ("```\nOne.\nTwo.\n```", "# One. Two."),
        ("```python\n# One.\ndef f():\n    # no\n```\nTwo.", "# One. Two."),
        ("```c\n/* One.\n * Two. */\nint f();\n```", "# One. Two."),
        ("Gives:\n- one\n- two\n  and more", "# Gives:\n# - one\n# - two and more"),
        ("1. one\n2. two", "# 1. one\n# 2. two"),
        ("-1 is an error.\n*x* is not.", "# -1 is an error. *x* is not."),
        ("a\tb \x07c\u202ed", "# a b cd"),
        ("a\u2028b\u2029c\x0bd\x0ce\x85f", "# a b c d e f"),
    ],
)
def test_text_is_made_a_comment(text: str, expected: str) -> None:
    assert comment(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("css", "a */ b", "/* a * / b */"),
        ("css", "a /* b", "/* a / * b */"),
        ("html", "a --> b", "<!-- a - -> b -->"),
        ("html", "a ---- b<!--c", "<!-- a - - - - b<!- -c -->"),
        ("ocaml", 'a "b *) (* c', "(* a 'b * ) ( * c *)"),
        ("c", "ends in \\", "// ends in"),
        ("php", "a ?> b", "// a ? > b"),
        ("javascript", "a </script> b", "// a < /script> b"),
        ("css", "ends in *", "/* ends in * */"),
        ("html", "ends in -", "<!-- ends in - -->"),
        ("lua", "[[ x ]]", "-- [[ x ]]"),
        ("jinja", "a #} b", "{# a # } b #}"),
        ("sql", "-- One.\n-- Two.", "-- One. Two."),
        ("bat", "REM One.", "REM One."),
        ("html", "One.\n\nTwo.", "<!-- One. -->\n\n<!-- Two. -->"),
    ],
)
def test_nothing_ends_it_early(language: str, text: str, expected: str) -> None:
    assert comment(text, language) == expected


def test_it_is_wrapped_and_indented() -> None:
    text = "one two three four five six seven eight nine ten"
    assert comment(text, "python", "    ", 40) == (
        "    # one two three four five six seven\n    # eight nine ten"
    )
    assert comment(text, "html", "\t", 42) == (
        "\t<!-- one two three four five six -->\n\t<!-- seven eight nine ten -->"
    )


def test_an_item_hangs() -> None:
    assert comment("- one two three four five six seven eight", "python", "", 33) == (
        "# - one two three four five six\n#   seven eight"
    )


def test_deep_down_there_is_still_room() -> None:
    assert comment("one two three four", "python", " " * 100) == f"{' ' * 100}# one two three four"


def test_a_script_without_spaces_is_wrapped_too() -> None:
    text = "计算所有价格的总和，忽略缺失的价格，因此缺失的价格不会导致错误，也不会影响结果。"
    lines = comment(text, "python", "", 42).split("\n")
    assert "".join(line.removeprefix("# ") for line in lines) == text
    assert len(lines) == 2
    assert not any(line.startswith("# ，") for line in lines)


def test_lines_come_as_soon_as_they_are_full() -> None:
    writer = CommentWriter("python", "", 33)
    assert writer.feed("one two three four five") == []
    assert writer.feed("six seven eight") == ["# one two three four five six"]
    assert writer.feed("") == ["# seven eight"]
    assert writer.feed("nine") == []
    assert writer.finish() == ["#", "# nine"]


_text = st.lists(
    st.sampled_from(
        [
            "word",
            "*/",
            "-->",
            "--",
            "\\",
            "/*",
            "(*",
            "*)",
            "#",
            "-",
            "\n",
            "\n\n",
            "```",
            "计算",
            '"',
        ]
    )
    | st.text(max_size=8)
).map(" ".join)


@settings(max_examples=50)
@given(_text, st.sampled_from(sorted(syntaxes())))
def test_every_line_is_a_comment(text: str, language: str) -> None:
    begin, end = syntaxes()[language]
    for line in comment(text, language, "  ").split("\n"):
        assert not re.search("[\r\x0b\x0c\x85\u2028\u2029]", line)
        if line:
            assert line == f"  {begin}" or line.startswith(f"  {begin} ")
            assert line.endswith(end)
            inner = line[len(begin) + 2 : len(line) - len(end)]
            assert not end or end not in inner
        if not end:
            assert not line.endswith("\\")


@settings(max_examples=50)
@given(st.lists(st.text("ab计，. ", min_size=1, max_size=20)), st.integers(34, 60))
def test_no_line_is_wider_than_it_must_be(rows: list[str], width: int) -> None:
    for line in comment("\n".join(rows), "python", "", width).split("\n"):
        columns = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)
        longest = max((len(word) * 2 for row in rows for word in row.split()), default=0)
        assert columns <= max(width, longest + 4)


@pytest.mark.parametrize("text", ["a", "计", "word ", "*", "-", "`", '"'])
def test_the_cost_is_linear(text: str) -> None:
    start = time.process_time()
    comment(text * 50_000, "html")
    assert time.process_time() - start < 1.5
