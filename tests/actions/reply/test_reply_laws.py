"""What holds for every reply, however it is cut."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_lsp.actions.reply.reply import Original, ProseReader, ReplyReader

from .reading import read

_word = st.text("abcxyz_", min_size=1, max_size=6)
_code_line = st.builds(
    lambda indent, name, value: f"{'    ' * indent}{name} = {value}()",
    st.integers(0, 3),
    _word,
    _word,
)
_code_lines = st.lists(st.one_of(_code_line, st.just("")), min_size=1, max_size=30).filter(
    lambda lines: bool(lines[0].strip() and lines[-1].strip())
)
_said = st.lists(st.sampled_from(["Sure, here is the code:", "", "I hope it helps!", "- a"])).map(
    "\n".join
)


@st.composite
def _pieces(draw: st.DrawFn, text: str) -> list[str]:
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    return [text[a:b] for a, b in zip((0, *cuts), (*cuts, len(text)), strict=True)]


@settings(max_examples=50)
@given(st.data(), _code_lines, _said, _said, st.integers(3, 6), st.sampled_from("`~"))
def test_fenced_code_arrives_unchanged(
    data: st.DataObject, lines: list[str], before: str, after: str, length: int, mark: str
) -> None:
    fence = mark * length
    reply = f"{before}\n{fence}python\n" + "\n".join(lines) + f"\n{fence}\n{after}"
    reader = read(Original((lines[0],), (), (), "python"), data.draw(_pieces(reply)))
    assert reader.lines == lines
    assert not reader.is_answer


_odd_line = st.sampled_from(
    [
        *(
            "```",
            "```python",
            "~~~",
            "````",
            "   ```",
            "<think>",
            "</think>",
            "x</think>",
            "<|im_end|>",
        ),
        *(
            "",
            "   ",
            "x = 1",
            "    y(2)",
            "\tz",
            "}",
            "end",
            "This is a sentence.",
            "def f():",
            "return x",
        ),
        *("# A comment.", "- one two", "a\rb", '"""', "```diff"),
    ]
)
_odd_reply = st.lists(_odd_line, max_size=25).map("\n".join)
_originals = st.builds(
    lambda lines, before, after, language: Original(
        tuple(lines), tuple(before), tuple(after), language
    ),
    st.lists(_odd_line, min_size=1, max_size=6),
    st.lists(_odd_line, max_size=6),
    st.lists(_odd_line, max_size=6),
    st.sampled_from(["python", "markdown", "c", "ruby", "", "go"]),
)


@given(st.data(), _odd_reply, _originals, st.booleans())
def test_how_the_stream_is_cut_changes_nothing(
    data: st.DataObject, reply: str, place: Original, cut: bool
) -> None:
    whole = read(place, [reply], cut=cut)
    pieces = read(place, data.draw(_pieces(reply)), cut=cut)
    assert pieces == whole


@given(_odd_reply, _originals)
def test_what_left_is_never_taken_back(reply: str, place: Original) -> None:
    """What a beginning of the reply gives is a beginning of what the whole reply gives."""
    whole = read(place, [reply]).lines
    reader = ReplyReader(place)
    released: list[str] = []
    for character in reply:
        released += reader.feed(character)
        assert whole[: len(released)] == released


@given(_odd_reply, _originals)
def test_lines_hold_no_line_end_and_no_blank_edge(reply: str, place: Original) -> None:
    lines = read(place, [reply]).lines
    assert not any("\n" in line or "\r" in line for line in lines)
    assert not lines or (lines[0].strip() and lines[-1].strip())


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("x = 1", "python"),
        ("", "python"),
        ("```", "markdown"),
        ("text", "markdown"),
        ("}", "c"),
        ("This is a sentence.", "python"),
        ("foo", "python"),
        ("a = 1\n\nThis is a sentence.", "python"),
        ("`" * 50, "markdown"),
    ],
)
def test_the_cost_grows_with_the_reply_and_not_with_its_square(line: str, language: str) -> None:
    def seconds(count: int) -> float:
        reader = ReplyReader(Original(("x = 1",) * 20, ("}",) * 30, ("}", "x = 1") * 15, language))
        start = time.process_time()
        for _ in range(count):
            reader.feed(f"{line}\n")
        reader.finish(cut=False)
        return time.process_time() - start

    seconds(200)
    assert seconds(3_000) < 40 * max(seconds(300), 0.002)


def test_prose_comes_line_by_line() -> None:
    reader = ProseReader()
    assert reader.feed("<think>Hm") == []
    assert reader.feed(".</think>\n\n\nFir") == []
    assert reader.feed("st.\n\n```py") == ["First.", ""]
    assert reader.feed("\nx\n```\n") == ["```py", "x", "```"]
    assert reader.feed("La") == []
    assert reader.finish(cut=True) == ["La"]
    assert reader.prose == "First.\n\n```py\nx\n```\nLa"
    assert not reader.is_answer


@given(st.data(), _odd_reply)
def test_prose_is_the_same_however_it_is_cut(data: st.DataObject, reply: str) -> None:
    def prose_of(pieces: list[str]) -> tuple[list[str], str]:
        reader = ProseReader()
        lines = [line for piece in pieces for line in reader.feed(piece)]
        return [*lines, *reader.finish(cut=False)], reader.prose

    assert prose_of(data.draw(_pieces(reply))) == prose_of([reply])
