"""The bench judges figures as it should, and its reply is what it says. Measures nothing."""

import pytest

from tests.bench.reply import SELECTED, TOKEN, Reply, file_of
from tests.bench.report import Goal, Row


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("memory, MiB", [64.0], Goal(64)), "at most 64: ok"),
        (Row("memory, MiB", [64.1], Goal(64)), "at most 64: MISSED"),
        (Row("edits", [1.0, 9.0], Goal(8)), "at most 8: MISSED"),
        (Row("ratio", [0.8, 1.2], Goal(least=0.8, most=1.2)), "0.8 to 1.2: ok"),
        (Row("ratio", [0.7, 1.0], Goal(least=0.8, most=1.2)), "0.8 to 1.2: MISSED"),
        (Row("memory, MiB", [None], Goal(64)), "at most 64: not measured here"),
        (Row("memory, MiB", [66.0]), "66.0"),
    ],
)
def test_the_verdict_stands_beside_the_goal(row: Row, verdict: str) -> None:
    assert str(row).endswith(verdict)
    assert row.is_missed == verdict.endswith("MISSED")


@pytest.mark.parametrize("tokens", [100, 500, 5_000])
def test_a_reply_has_its_tokens_and_whole_lines(tokens: int) -> None:
    reply = Reply(tokens)
    first, *_ = lines = reply.code.splitlines(keepends=True)
    assert len(reply.code) == tokens * TOKEN
    assert len(reply.pieces) == tokens + 4
    assert "".join(reply.pieces) == f"```python\n{reply.code}```"
    assert f"```python\n{first}" in "".join(reply.pieces[: reply.first_line + 1])
    assert f"```python\n{first}" not in "".join(reply.pieces[: reply.first_line])
    assert not set(lines) & set(file_of(2 * SELECTED).splitlines(keepends=True))
