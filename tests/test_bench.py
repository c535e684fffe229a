"""The bench judges figures as it should, and its replies are what they say. Times nothing real."""

from typing import get_args

import pytest

from tests.bench.base import NoBase, built
from tests.bench.compare import Compared, table
from tests.bench.measure import last_to_first
from tests.bench.models import cost, first_line, while_typing
from tests.bench.reading import reading
from tests.bench.reply import SELECTED, TOKEN, Reply, file_of
from tests.bench.report import Goal, Row
from tests.support.kinds import Kind


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
        (Row("s", [2.0, 9.0], [Goal(3), Goal()]), "at most 3; any: ok"),
        (Row("s", [2.0, 9.0], [Goal(3), Goal(8)]), "at most 3; at most 8: MISSED"),
        (Row("s", [4.0, 4.0], [Goal(3), Goal(8)]), "at most 3; at most 8: MISSED"),
    ],
)
def test_the_verdict_stands_beside_the_goal(row: Row, verdict: str) -> None:
    assert str(row).endswith(verdict)
    assert row.is_missed == verdict.endswith("MISSED")


@pytest.mark.parametrize(
    ("ours", "is_worse"),
    [
        ([112.0, 223.0, 111.0], True),
        ([112.0, 219.0, 111.0], False),
        ([50.0, 100.0, 50.0], False),
        ([112.0, None, 111.0], False),
    ],
)
def test_what_is_worse_than_the_base_is_so_in_every_run(
    ours: list[float | None], is_worse: bool
) -> None:
    compared = Compared("memory, MiB", [100.0, 200.0, 100.0], ours)
    assert compared.is_worse is is_worse
    assert str(compared).endswith("WORSE") is is_worse
    assert ("1 worse by more than 10% in every run" in table([compared])) is is_worse


def test_a_base_that_is_no_commit_is_named() -> None:
    with pytest.raises(NoBase, match="no such commit"), built("nothing-of-that-name"):
        pass


@pytest.mark.parametrize(
    ("times", "ratio"),
    [
        ([0.0, 2.0, 9.0, 12.0], 1.5),
        ([0.0, 2.0, 2.0, 3.0], 0.5),
        ([0.0, 2.0, None, 3.0], None),
        ([0.0, 2.0, 1.0, 3.0], None),
        ([1.0, 1.0, 1.0, 1.0], None),
    ],
)
def test_the_last_thousand_is_compared_with_the_first(
    times: list[float | None], ratio: float | None
) -> None:
    assert last_to_first(times) == ratio


def test_a_thousand_tokens_of_code_lie_between_the_pieces_that_are_timed() -> None:
    reply = Reply(2_500)
    first, first_end, last, end = reply.thousands
    assert "".join(reply.pieces[first:first_end]) == reply.code[: 1000 * TOKEN]
    assert "".join(reply.pieces[last:end]) == reply.code[-1000 * TOKEN :]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_model_of_an_editor_gets_all_of_a_reply_at_its_price(kind: Kind) -> None:
    reply = Reply(100)
    left, folded = cost(kind, reply, "leave"), cost(kind, reply, "fold")
    assert 2 <= left.edits <= folded.edits
    assert 1.0 <= left.new_text <= folded.new_text
    assert (folded.edits - left.edits, folded.new_text > 2) == (
        (0, False) if kind == "eglot" else (2, True)
    )
    assert 0 < first_line(kind, reply) < 0.6
    assert 1 <= while_typing(kind, reply) < 10


async def test_a_reply_is_read_bare_and_by_us() -> None:
    found = await reading(0.0, 1)
    assert len(found.bare) == len(found.ours) == 1
    assert len(found.chunks) >= 1_000
    assert found.ratio > 0
    median, slowest = found.added
    assert 0 < median <= slowest


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
