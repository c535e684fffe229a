"""Code lenses: where they are, when an editor asks for them again, and how many there are."""

import asyncio
from collections import defaultdict

import pytest

from qwen_lsp.lsp.review.lenses import MOST_CHANGES
from qwen_lsp.text.document import Position, Span

from ..support.client import CAPABILITIES
from ..support.model_editor import Json
from ..support.stage import GREETING, URI, Stage
from .conftest import Play

ROWS = [f"    {name}{row} = {row}" for row in range(MOST_CHANGES + 1) for name in "ab"]
TEXT = "\n".join(["def total(prices):", *ROWS, ""])


@pytest.fixture
def refreshing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client can be told that code lenses have changed."""
    monkeypatch.setitem(CAPABILITIES["workspace"], "codeLens", {"refreshSupport": True})


def refreshes(stage: Stage) -> list[str]:
    """The requests to ask for code lenses again, from now on."""
    seen: list[str] = []

    def asked(message: Json) -> None:
        if message["method"] == "workspace/codeLens/refresh":
            seen.append(message["method"])

    stage.editor.on_request = asked
    return seen


async def lenses(stage: Stage, uri: str = URI) -> list[Json]:
    answer = await stage.editor.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    result: list[Json] = answer["result"]
    return result


async def written(stage: Stage, changes: int) -> None:
    """A job that has changed some rows of `TEXT`."""
    await stage.begin()
    stage.file = stage.editor.open("file:///project/b.py", TEXT, "python")
    span = Span(Position(1, 0), Position(1 + len(ROWS), 0))
    range_ = stage.editor.range_of(stage.file, span)
    argument = {"action": "refactor", "uri": stage.file.uri, "range": range_}
    await stage.editor.command("qwen.run", argument)
    await asyncio.sleep(1)
    changed = [f"{row} + 0" if " a" in row else row for row in ROWS[: 2 * changes]]
    changed += ROWS[2 * changes :]
    stage.say("```python", *changed, "```", ends=True)
    await asyncio.sleep(30)
    assert stage.file.document.text.count(" + 0\n") == changes


@pytest.mark.usefixtures("refreshing")
def test_an_editor_is_told_once_of_each_change_of_them(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        seen = refreshes(stage)
        await stage.run()
        await asyncio.sleep(1)
        assert len(seen) == 1
        stage.say("```python", "    a = 2", "    return a", "```", ends=True)
        await asyncio.sleep(5)
        assert stage.ended == ["done"]
        told = len(seen)
        assert told in (2, 3)
        stage.editor.type(stage.file, Span(Position(0, 0), Position(0, 0)), "import os\n")
        await asyncio.sleep(5)
        assert len(seen) == told
        await stage.editor.command("qwen.keep")
        await asyncio.sleep(1)
        assert len(seen) == told + 1
        assert await lenses(stage) == []

    play(scene)


def test_an_editor_that_can_not_be_told_is_not(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        seen = refreshes(stage)
        await stage.run()
        await asyncio.sleep(1)
        assert seen == []
        assert len(await lenses(stage)) == 2

    play(scene)


def test_the_lenses_of_a_row_begin_one_behind_the_other(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage, 3)
        rows: dict[int, list[int]] = defaultdict(list)
        for lens in await lenses(stage, stage.file.uri):
            start = lens["range"]["start"]
            rows[start["line"]].append(start["character"])
            assert lens["range"]["end"] == start
            assert lens["command"]["command"].startswith("qwen.")
            assert lens["command"]["arguments"][0]["job"] == "1"
        assert rows == {1: [*range(8)], 3: [*range(4)], 5: [*range(4)]}

    play(scene)


@pytest.mark.parametrize(
    ("changes", "count"),
    [(1, 4), (MOST_CHANGES, 4 + 4 * MOST_CHANGES), (MOST_CHANGES + 1, 4)],
)
def test_so_many_changes_have_their_own(play: Play, changes: int, count: int) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage, changes)
        assert len(await lenses(stage, stage.file.uri)) == count

    play(scene)


def test_a_document_that_is_not_open_has_none(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin(GREETING)
        assert await lenses(stage, "file:///project/other.py") == []

    play(scene)
