"""Replies without fences, with lines around the selection again, and of another indentation."""

from qwen_lsp.actions.reply.reply import Original

from .reading import Case, original, python

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
