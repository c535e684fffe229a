"""A job that is run once more: what the first one wrote over is what counts, whatever follows."""

import asyncio

import pytest

from ..support.stage import TEXT, Stage
from .conftest import Play
from .test_originals import ORIGINAL, kept

FIRST, SECOND = TEXT.replace("a = 1", "a = 2"), TEXT.replace("a = 1", "a = 3")


async def written(stage: Stage, number: int) -> None:
    """A job is done that has changed the first row; then it is run once more, and done."""
    await stage.begin()
    await stage.run()
    for each in range(2, number + 1):
        await asyncio.sleep(1)
        stage.say("```python", f"    a = {each}", "    return a", "```", ends=True)
        await asyncio.sleep(5)
        assert kept(stage) == [ORIGINAL]
        if each < number:
            assert "result" in await stage.editor.command("qwen.retry")


def test_discard_gives_what_the_first_job_wrote_over(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage, 3)
        assert stage.file.document.text == SECOND
        assert "result" in await stage.editor.command("qwen.discard")
        await asyncio.sleep(3)
        assert stage.file.document.text == TEXT
        assert kept(stage) == []

    play(scene)


def test_the_original_of_the_first_job_is_kept_until_that_of_the_second_is(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage, 2)
        seen: list[list[list[str]]] = []
        stage.editor.on_request = lambda message: seen.append(kept(stage))
        assert "result" in await stage.editor.command("qwen.retry")
        await asyncio.sleep(1)
        stage.say("```python", "    a = 3", "    return a", "```", ends=True)
        await asyncio.sleep(5)
        assert stage.file.document.text == SECOND
        assert ORIGINAL in seen[0]
        assert all(ORIGINAL in each for each in seen)
        assert kept(stage) == [ORIGINAL]

    play(scene)


@pytest.mark.parametrize("says_something", [False, True])
def test_a_second_job_that_is_stopped_leaves_the_original_of_the_first(
    play: Play, says_something: bool
) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage, 2)
        assert "result" in await stage.editor.command("qwen.retry")
        await asyncio.sleep(1)
        if says_something:
            stage.say("```python", "    a = 3")
            await asyncio.sleep(1)
        await stage.stop()
        await asyncio.sleep(3)
        assert stage.file.document.text == TEXT
        assert kept(stage) == []
        assert "error" in await stage.editor.command("qwen.discard")

    play(scene)


def test_a_second_job_that_says_what_the_original_says_leaves_nothing_to_decide(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage, 2)
        assert "result" in await stage.editor.command("qwen.retry")
        await asyncio.sleep(1)
        stage.say("```python", "    a = 1", "    return a", "```", ends=True)
        await asyncio.sleep(5)
        assert stage.file.document.text == TEXT
        assert kept(stage) == []
        assert "error" in await stage.editor.command("qwen.discard")

    play(scene)


def test_a_job_is_run_once_more_from_where_its_user_has_undone_it(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage, 2)
        assert stage.file.document.text == FIRST
        while stage.file.document.text != TEXT:
            assert stage.editor.undo(stage.file)
        await asyncio.sleep(1)
        assert "result" in await stage.editor.command("qwen.retry")
        await asyncio.sleep(1)
        stage.say("```python", "    a = 3", "    return a", "```", ends=True)
        await asyncio.sleep(5)
        assert stage.file.document.text == SECOND
        assert kept(stage) == [ORIGINAL]
        assert "result" in await stage.editor.command("qwen.discard")
        await asyncio.sleep(3)
        assert stage.file.document.text == TEXT

    play(scene)
