"""The reading of replies: what reaches the document, what is said, however the stream is cut."""

from dataclasses import dataclass

import pytest

from qwen_lsp.actions.reply import Original, ReplyReader

from .reading import LINE, code, original, prose, python


@dataclass
class Case:
    name: str
    reply: str
    result: str | None
    original: Original = LINE
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
