"""The reading of replies: what reaches the document, what is said, however the stream is cut."""

import pytest

from qwen_lsp.actions.reply.reply import ReplyReader

from .reading import Case, code, prose, python
from .replies_fenced import FENCES, INNER, THINKING, TOKENS
from .replies_unfenced import INDENTED, REPEATED, UNFENCED

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
