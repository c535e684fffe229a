"""The reading of replies: what reaches the document, what is said, however the stream is cut."""

import time
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_lsp.actions.reply import Original, ProseReader, ReplyReader


class Read(NamedTuple):
    lines: list[str]
    prose: str
    is_answer: bool


def read(original: Original, pieces: list[str], *, cut: bool = False) -> Read:
    reader = ReplyReader(original)
    lines = [line for piece in pieces for line in reader.feed(piece)]
    lines += reader.finish(cut=cut)
    return Read(lines, reader.prose, reader.is_answer)


def code(original: Original, reply: str, *, cut: bool = False) -> str | None:
    """The lines that reach the document; None for an answer. The same for every way of cutting."""
    whole = read(original, [reply], cut=cut)
    assert whole == read(original, reply.splitlines(keepends=True), cut=cut)
    assert whole == read(original, list(reply), cut=cut)
    assert not (whole.is_answer and whole.lines)
    return None if whole.is_answer else "\n".join(whole.lines)


def prose(original: Original, reply: str) -> str:
    return read(original, [reply]).prose


def python(text: str, before: str = "", after: str = "") -> Original:
    return original(text, before, after, "python")


def original(text: str, before: str = "", after: str = "", language: str = "python") -> Original:
    return Original(_lines(text), _lines(before), _lines(after), language)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


_LINE = Original(("x = 1",), (), (), "python")


@dataclass
class Case:
    name: str
    reply: str
    result: str | None
    original: Original = _LINE
    said: str | None = None


FENCES = [
    Case("a plain block", "```\nx = 2\n```", "x = 2", said=""),
    Case("with an info string", "```python\nx = 2\n```\n", "x = 2"),
    Case("odd info strings", '``` {.python title="a"} \nx = 2\n```  ', "x = 2"),
    Case("tildes", "~~~python\nx = 2\n~~~", "x = 2"),
    Case("tildes inside backticks", "```\nx\n~~~\ny\n```", "x\n~~~\ny"),
    Case("long", "``````python\nx = 2\n```\ny\n``````", "x = 2\n```\ny"),
    Case("a longer closer", "```\nx = 2\n`````\nbye", "x = 2", said="bye"),
    Case("indented, in a list", "1. So:\n   ```py\n   x = 2\n   ```", "x = 2", said="1. So:"),
    Case("CRLF", "```python\r\nx = 2\r\ny = 3\r\n```\r\n", "x = 2\ny = 3"),
    Case("blank edges", "```\n\n  \nx = 2\n\n\n```", "x = 2"),
    Case("blank lines inside", "```\nx = 2\n\n\ny = 3\n```", "x = 2\n\n\ny = 3"),
    Case("prose on both sides", "Sure!\n\n```\nx = 2\n```\nBye.", "x = 2", said="Sure!\n\n\nBye."),
    Case("after a byte order mark", "\ufeff```\nx = 2\n```", "x = 2", said=""),
    Case("behind a sentence", "Here it is: ```python\nx = 2\n```\nBye.", "x = 2"),
    Case("far behind one", "Sure.\nSo I call f(x) now:```\nx = 2\n```", "x = 2"),
    Case("a docstring that opens one", '"""So: ```py\nf()\n"""', '"""So: ```py\nf()\n"""'),
    Case("never closed", "```python\nx = 2\ny = 3", "x = 2\ny = 3", said=""),
    Case("closed at the very end", "```python\nx = 2\n```", "x = 2"),
    Case("empty", "```\n```\nI removed it.", "", said="I removed it."),
    Case(
        "a second block is an example of use",
        "```python\nx = 2\n```\nUse it so:\n```python\nprint(x)\n```",
        "x = 2",
        said="Use it so:\n```python\nprint(x)\n```",
    ),
    Case(
        "an inner block with an info string nests",
        "```python\ndef f():\n```js\na\n```\nx\n```\nbye",
        "def f():\n```js\na\n```\nx",
        said="bye",
    ),
    Case(
        "a deeper fence in a docstring is content",
        '```python\ndef f():\n    """Doc.\n\n    ```\n    f()\n    ```\n    """\n```\nbye',
        'def f():\n    """Doc.\n\n    ```\n    f()\n    ```\n    """',
        said="bye",
    ),
    Case("backticks on one line are no fence", "```x = 2```", None),
    Case("a diff is no code", "```diff\n-x = 1\n+x = 2\n```", None),
    Case("code after a diff", "```diff\n-x\n+y\n```\n```python\ny\n```", "y"),
    Case(
        "a diff in a diff",
        "```diff\n-a\n+b\n```",
        "-a\n+b",
        original("-a\n+c", language="diff"),
    ),
    Case("a CR within a line ends it", "```\nx = 2\ry = 3\n```", "x = 2\ny = 3"),
    Case("form feed and U+2028 end no line", "```\nx = '\f\u2028\x85'\n```", "x = '\f\u2028\x85'"),
]

_DOCUMENT = original("# Title\n\nSome text.", language="markdown")
_WITH_FENCE = original("Run:\n```\nmake\n```\nDone.", language="markdown")
INNER = [
    Case(
        "a bare pair inside",
        "```markdown\n# T\n```\nmake\n```\nDone.\n```\nI added a block.",
        "# T\n```\nmake\n```\nDone.",
        _WITH_FENCE,
        said="I added a block.",
    ),
    Case("no pair inside", "```markdown\n# T\n\nText.\n```\nDone!", "# T\n\nText.", _DOCUMENT),
    Case(
        "an info string after the closer",
        "```markdown\n# T\n```\nUsage:\n```sh\nmake\n```",
        "# T",
        _DOCUMENT,
        said="Usage:\n```sh\nmake\n```",
    ),
    Case(
        "an inner one with an info string",
        "```md\n# T\n```sh\nmake\n```\nDone.\n```",
        "# T\n```sh\nmake\n```\nDone.",
        _DOCUMENT,
    ),
    Case(
        "a longer outer fence needs no guess",
        "````markdown\n# T\n```\nmake\n```\n````\nBye\n````\nx\n````",
        "# T\n```\nmake\n```",
        _DOCUMENT,
        said="Bye\n````\nx\n````",
    ),
    Case(
        "the original has a fence, the language none",
        '```python\n"""\n```\nf()\n```\n"""\n```',
        '"""\n```\nf()\n```\n"""',
        python('"""\n```\nf(1)\n```\n"""'),
    ),
    Case(
        "Markdown without a fence, its first line known",
        "Run:\n```\nmake all\n```\nDone.",
        "Run:\n```\nmake all\n```\nDone.",
        _WITH_FENCE,
    ),
    Case("an answer about Markdown", "The text is fine as it is.", None, _DOCUMENT),
    Case("changed Markdown is shown", "A title would be nicer.\n\n# Title", None, _DOCUMENT),
]

THINKING = [
    Case("a block of its own", "<think>\nHm.\n```\nno\n```\n</think>\n\n```\nx = 2\n```", "x = 2"),
    Case("on one line", "<think>Hm.</think>```\nx = 2\n```", "x = 2"),
    Case("after a blank line", "\n<think>\nHm\n</think>\nx = 2", "x = 2"),
    Case("empty", "<think>\n\n</think>\n\nx = 2", "x = 2", said=""),
    Case("never closed", "<think>\nx = 2\ny = 3", None, said=""),
    Case("a lone end", "Let me see: `x = 3`.\n\n</think>\n\n```\nx = 2\n```", "x = 2", said=""),
    Case("a lone end after words", "Let me see.</think>\nx = 2", "x = 2", said=""),
    Case("tags in the code", "```\na = '<think>'\n</think>\nb\n```", "a = '<think>'\n</think>\nb"),
    Case(
        "a lone end that is the user's own",
        "```\n</think>\n```",
        "</think>",
        original("<b>\n</think>", language="html"),
    ),
    Case(
        "leaves only an answer",
        "<think>x = 2</think>\nIt can't be done.",
        None,
        said="It can't be done.",
    ),
]

TOKENS = [
    Case("after the block", "```\nx = 2\n```<|im_end|>\n<|im_start|>user", "x = 2", said=""),
    Case("on its own line", "```\nx = 2\n<|endoftext|>\ny = 3", "x = 2"),
    Case("within a line", "x = 2<|file_sep|>b.py\ny = 3", "x = 2"),
    Case(
        "the user's own",
        "```\nstop = '<|im_end|>', '<|fim_pad|>'\nx\n```",
        "stop = '<|im_end|>', '",
        python("stop = '<|im_end|>'"),
    ),
    Case("at the beginning", "<|im_end|>", None, said=""),
    Case("no token", "```\nx <|y|> z\n```", "x <|y|> z"),
]

_RETURN = python("    return x", "def f(x):")
UNFENCED = [
    Case("one line", "return x + 1", "    return x + 1", _RETURN),
    Case("one line, no line end", "x = 2", "x = 2"),
    Case("many lines", "x = 2\n\n\ndef f():\n    return x\n", "x = 2\n\n\ndef f():\n    return x"),
    Case("prose after it", "x = 2\n\nThis sets x to two.\n", "x = 2", said="This sets x to two."),
    Case(
        "prose after it, several paragraphs",
        "x = 2\n\nThis sets x.\n\n- It is shorter\n- It is faster\n\nAsk me for more!",
        "x = 2",
        said="This sets x.\n\n- It is shorter\n- It is faster\n\nAsk me for more!",
    ),
    Case(
        "a docstring isn't prose",
        'def f():\n    """Does it.\n\n    This is a sentence here.\n    """\n    return 1',
        'def f():\n    """Does it.\n\n    This is a sentence here.\n    """\n    return 1',
    ),
    Case(
        "text in a string at the left edge",
        'a = """\n\nThis is a sentence.\n\nAnother one is here.\n"""\nb = 2',
        'a = """\n\nThis is a sentence.\n\nAnother one is here.\n"""\nb = 2',
    ),
    Case("a lone closing fence", "x = 2\ny = 3\n```\nBye.", "x = 2\ny = 3"),
    Case("a comment first", "# Two is better.\nx = 2", "# Two is better.\nx = 2"),
    Case("prose and then a fence", "I would write this:\n```\nx = 2\n```", "x = 2"),
    Case("an answer", "This code sets x to 1.\n\nNothing to improve.", None),
    Case("an answer in Chinese", "这段代码已经很好，不需要修改。", None),
    Case("Chinese before a block", "以下是代码：\n```\nx = 2\n```", "x = 2", said="以下是代码："),
    Case("an answer in Russian", "Этот код уже хорош, менять нечего.", None),
    Case("an answer with a heading", "# Explanation\n\nIt sets a variable to one.", None),
    Case("an answer as a list", "- It sets x\n- It is fine", None),
    Case("nothing but unsure lines", "foo", None, said="foo"),
    Case("nothing", "", None, said=""),
    Case("white space", "\n  \n\n", None, said=""),
    Case("a known line, however it looks", "Some words", "Some words", python("Some words\nb")),
    Case(
        "YAML",
        "- name: a\n  value: 2",
        "- name: a\n  value: 2",
        original("- name: a\n  value: 1", language="yaml"),
    ),
    Case("HTML", "<p>Hello</p>", "<p>Hello</p>", original("<b>Hi</b>", language="html")),
    Case("JSON", '"a": 1,\n"b": 2', '"a": 1,\n"b": 2', original('"a": 0,', language="json")),
    Case(
        "SQL",
        "SELECT name FROM users WHERE age > 3",
        "SELECT name FROM users WHERE age > 3",
        original("select 1", language="sql"),
    ),
]

_BODY = python("    x = 1\n    y = 2", "import os\n\ndef f():\n", "\n    return x\n\ndef g():")
_C = original("    foo();", "void f() {", "}\n\nvoid g() {", "c")
REPEATED = [
    Case("the line before", "```\ndef f():\n    x = 3\n```", "    x = 3", _BODY),
    Case(
        "lines before, blanks aside",
        "```\nimport os\n\n\ndef f():\n    x = 3\n```",
        "    x = 3",
        _BODY,
    ),
    Case(
        "dedented with its header",
        "```\ndef f():\n    x = 3\n```",
        "        x = 3",
        python("        x = 1", "    def f():"),
    ),
    Case(
        "not up to the selection", "```\nimport os\nx = 3\n```", "    import os\n    x = 3", _BODY
    ),
    Case("the line after", "```\n    x = 3\n    return x\n```", "    x = 3", _BODY),
    Case(
        "both",
        "```\ndef f():\n    x = 3\n\n    return x\n\ndef g():\n```",
        "    x = 3",
        _BODY,
    ),
    Case(
        "the line after is needed deeper in",
        "```\n    if x:\n        return x\n```",
        "    if x:\n        return x",
        _BODY,
    ),
    Case("refuted", "```\n    return x\n    z = 3\n```", "    return x\n    z = 3", _BODY),
    Case("nothing else is left: before", "```\ndef f():\n```", "    def f():", _BODY),
    Case("nothing else is left: after", "```\n    return x\n```", "    return x", _BODY),
    Case(
        "the selection begins as the lines before do",
        "```\na()\nb(2)\n```",
        "a()\nb(2)",
        python("a()\nb()", "a()"),
    ),
    Case(
        "the selection ends as the lines after begin",
        "```\nb(2)\na()\n```",
        "b(2)\na()",
        python("b()\na()", "", "a()\nc()"),
    ),
    Case("a closing brace after", "```c\n    bar();\n}\n```", "    bar();", _C),
    Case(
        "a closing brace of its own",
        "```c\n    if (x) {\n        bar();\n    }\n```",
        "    if (x) {\n        bar();\n    }",
        _C,
    ),
    Case(
        "a closing brace of its own, dedented",
        "```c\nif (x) {\n    bar();\n}\n```",
        "    if (x) {\n        bar();\n    }",
        _C,
    ),
    Case(
        "one of its own and one repeated",
        "```c\n    if (x) {\n        bar();\n    }\n}\n```",
        "    if (x) {\n        bar();\n    }",
        _C,
    ),
    Case(
        "a selection that ends with a brace",
        "```c\nif (x) {\n    baz();\n}\n```",
        "if (x) {\n    baz();\n}",
        original("if (x) {\n    bar();\n}", "", "}", "c"),
    ),
    Case(
        "the same, and the next brace repeated",
        "```c\n    if (x) {\n        baz();\n    }\n}\n```",
        "    if (x) {\n        baz();\n    }",
        original("    if (x) {\n        bar();\n    }", "{", "}\n}", "c"),
    ),
    Case(
        "an `end` of its own",
        "```ruby\nif x\n  bar\nend\n```",
        "  if x\n    bar\n  end",
        original("  foo", "def m", "end", "ruby"),
    ),
    Case(
        "an `end` after",
        "```ruby\n  bar\nend\n```",
        "  bar",
        original("  foo", "def m", "end", "ruby"),
    ),
    Case(
        "an `end` in code without indentation",
        "```lua\nif y then\nbar()\nend\n```",
        "if y then\nbar()\nend",
        original("foo()", "if x then", "end", "lua"),
    ),
    Case(
        "the quotes that end a docstring",
        '```python\n    Better text.\n    """\n```',
        "    Better text.",
        python("    Some text.", '    """', '    """\n    return 1'),
    ),
    Case(
        "a docstring of its own",
        '```python\n"""\nBetter text.\n"""\n```',
        '"""\nBetter text.\n"""',
        python("x", "", '"""\nb\n"""'),
    ),
]

_METHOD = python("    def f(self):\n        return 0", "class A:")
_GO = original("\tif a {\n\t\tb()\n\t}", "func f() {", "}", "go")
INDENTED = [
    Case(
        "as it is",
        "```\n    def f(self):\n            return 1\n```",
        "    def f(self):\n            return 1",
        _METHOD,
    ),
    Case(
        "dedented",
        "```\ndef f(self):\n    return 1\n```",
        "    def f(self):\n        return 1",
        _METHOD,
    ),
    Case(
        "only the first line dedented",
        "```\ndef f(self):\n        return 1\n\n    def g(self): ...\n```",
        "    def f(self):\n        return 1\n\n    def g(self): ...",
        _METHOD,
    ),
    Case(
        "only the first line dedented, others changed",
        "```\nfoo()\n        bar()\n```",
        "        foo()\n        bar()",
        python("        a()\n        b()"),
    ),
    Case(
        "dedented, with a deep continuation",
        "```\ndef f(\n        self):\n    return 1\n```",
        "    def f(\n            self):\n        return 1",
        python("    def f(\n            self, a):\n        return 0"),
    ),
    Case(
        "too deep",
        "```\n      x = 2\n        y = 3\n  z\n```",
        "    x = 2\n      y = 3\nz",
        python("    x"),
    ),
    Case(
        "blank lines stay blank",
        "```\nx = 2\n\ny = 3\n```",
        "    x = 2\n\n    y = 3",
        python("    x"),
    ),
    Case(
        "spaces to tabs",
        "```go\nif a {\n    c()\n    if d {\n        e()\n    }\n}\n```",
        "\tif a {\n\t\tc()\n\t\tif d {\n\t\t\te()\n\t\t}\n\t}",
        _GO,
    ),
    Case(
        "spaces to tabs, in step with the document",
        "```go\n  if a {\n    c()\n  }\n```",
        "\tif a {\n\t\tc()\n\t}",
        _GO,
    ),
    Case("tabs stay tabs", "```go\n\tif a {\n\t\tc() \n\t}\n```", "\tif a {\n\t\tc() \n\t}", _GO),
    Case(
        "tabs to spaces",
        "```js\n\tif (a) {\n\t\tc();\n\t}\n```",
        "  if (a) {\n    c();\n  }",
        original("  if (a) {\n    b();\n  }", "f(() => {", "});", "javascript"),
    ),
    Case(
        "a block comment's one space is no indentation",
        "```go\n/*\n * C.\n */\nfunc g() {\n    h()\n}\n```",
        "/*\n * C.\n */\nfunc g() {\n\th()\n}",
        original("func g() {\n\ta()\n}", language="go"),
    ),
    Case(
        "mixed kinds are left alone",
        "```\nx\n  y\n\tz\n```",
        "x\n  y\n\tz",
        python("x\n  y\n\tz\nq"),
    ),
    Case(
        "the first line is a later line of the original",
        "```\n    b = 2\n    c = 3\n```",
        "    b = 2\n    c = 3",
        python("        a,\n    b = 2"),
    ),
    Case("a blank selection with indentation", "```\nx = 2\n```", "    x = 2", python("    ")),
    Case(
        "a blank selection", "```\n    x = 2\n```", "    x = 2", Original(("",), (), (), "python")
    ),
    Case(
        "a string of many lines stays byte for byte",
        '```\nx = """\n\t a\n  b \n"""\n```',
        'x = """\n\t a\n  b \n"""',
    ),
]

ALL = [*FENCES, *INNER, *THINKING, *TOKENS, *UNFENCED, *REPEATED, *INDENTED]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_what_reaches_the_document(case: Case) -> None:
    assert code(case.original, case.reply) == case.result
    if case.said is not None:
        assert prose(case.original, case.reply) == case.said


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("```\nx = 2\ny =", "x = 2"),
        ("```\nx = 2\n", "x = 2"),
        ("x = 2\ny", "x = 2"),
        ("```", None),
        ("x = 2", None),
        ("Sure, he", None),
        ("```\nx = 2\n```", "x = 2"),
    ],
)
def test_a_cut_reply_keeps_its_whole_lines(reply: str, result: str | None) -> None:
    assert code(python("x = 1"), reply, cut=True) == result


def test_a_line_leaves_as_soon_as_it_is_certain() -> None:
    reader = ReplyReader(python("x = 1", "import os"))
    assert reader.feed("```python\n") == []
    assert reader.feed("x = 2") == []
    assert reader.feed("\ny") == ["x = 2"]
    assert reader.feed(" = 3\n\n") == ["y = 3"]
    assert reader.feed("z\n```") == ["", "z"]
    assert reader.finish(cut=False) == []


def test_what_may_be_a_repetition_waits() -> None:
    reader = ReplyReader(python("    x = 1", "def f():", "    return x"))
    assert reader.feed("```\ndef f():\n") == []
    assert reader.feed("    x = 2\n") == ["    x = 2"]
    assert reader.feed("    return x\n\n") == []
    assert reader.feed("    z = 3\n") == ["    return x", "", "    z = 3"]


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
