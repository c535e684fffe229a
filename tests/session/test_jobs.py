"""Jobs that are stopped, and documents that close or open again while they run."""

import asyncio

from qwen_lsp.text.document import Position, Span

from ..support.stage import TEXT, URI, Stage
from .conftest import Play


def test_a_job_that_is_stopped_in_the_same_breath_ends_as_stopped(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await asyncio.sleep(1)
        first, stopping = stage.run(), stage.stop()
        assert (await first)["result"] == {"job": "1"}
        assert (await stopping)["result"] == {"stopped": 1}
        await asyncio.sleep(1)
        assert stage.ended == ["stopped"]
        assert (await stage.run())["result"] == {"job": "2"}

    play(scene)


def test_text_that_goes_in_the_same_breath_as_a_job_begins_is_no_trouble(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await asyncio.sleep(1)
        job = stage.run("explain")
        await asyncio.sleep(0)
        stage.editor.type(stage.file, Span(Position(0, 0), Position(3, 0)), "")
        assert (await job)["result"] == {"job": "1"}
        await asyncio.sleep(1)
        stage.say("It adds.", ends=True)
        await asyncio.sleep(1)
        assert stage.ended == ["done"]
        assert stage.errors == []

    play(scene)


def test_a_document_that_is_opened_a_second_time_is_another_one(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(1)
        file = stage.editor.open(URI, "first = 1\n" + TEXT, "python")
        stage.editor.type(file, Span(Position(0, 0), Position(0, 0)), "x")
        stage.say("    return a", "```", ends=True)
        await asyncio.sleep(1)
        assert file.document.text == "xfirst = 1\n" + TEXT
        assert stage.ended == ["stopped"]
        stage.file = file
        assert "result" in await stage.run()

    play(scene)


def test_nothing_is_written_once_the_server_is_told_to_shut_down(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(1)
        before = stage.file.document.text
        assert "a = 2" in before
        await stage.editor.request("shutdown", None)
        assert stage.ended == ["stopped"]
        stage.say("    return a", "```", ends=True)
        await asyncio.sleep(1)
        assert stage.file.document.text == before

    play(scene)


def test_closing_a_file_stops_what_is_being_explained_in_it(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await asyncio.sleep(1)
        await stage.run("explain")
        await asyncio.sleep(1)
        stage.editor.close(stage.file)
        await asyncio.sleep(1)
        assert stage.ended == ["stopped"]

    play(scene)
