"""Replies in fences, with thinking and with special tokens, and what reaches the document."""

from .reading import Case, original, python

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
