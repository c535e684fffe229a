"""What is told of a file that a reply has broken: when, to whom, and when nothing is."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable

import pytest

from qwen_lsp.generation import syntax_check
from qwen_lsp.generation.syntax_check import WrittenReply, find_broken_row
from qwen_lsp.lsp.jobs import syntax_warning
from qwen_lsp.text.document import Position, Span

from ..support.stage import Stage
from .conftest import Play

BROKEN = "After Qwen: Refactor the file no longer parses (line {}): Retry, or discard it."
TOP = Span(Position(0, 0), Position(0, 0))


async def written(stage: Stage, *lines: str) -> None:
    """A reply is in the file."""
    await stage.begin()
    await stage.run()
    await asyncio.sleep(1)
    stage.say("```python", *(lines or ("    return (a",)), "```", ends=True)
    await asyncio.sleep(3)


def messages(stage: Stage) -> list[tuple[int, str]]:
    return [(kind, text) for kind, text in stage.editor.messages if "parses" in text]


def ended_with(stage: Stage) -> list[str | None]:
    told = stage.editor.notifications
    return [params.get("message") for method, params in told if method == "qwen/jobEnded"]


def takes(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Makes each check take so long."""

    async def slow(of: WrittenReply) -> int | None:
        row = await find_broken_row(of)
        await asyncio.sleep(seconds)
        return row

    monkeypatch.setattr(syntax_warning, "find_broken_row", slow)


def test_the_end_of_the_job_says_it(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage)
        assert stage.ended == ["done"]
        assert ended_with(stage) == [BROKEN.format(2)]
        assert messages(stage) == [(2, BROKEN.format(2))]

    play(scene)


def test_a_file_that_parses_is_nothing_to_speak_of(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await written(stage, "    return 1")
        assert stage.ended == ["done"]
        assert ended_with(stage) == [None]
        assert not messages(stage)

    play(scene)


def test_a_slow_check_holds_no_job_up(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    takes(monkeypatch, 10)

    async def scene(stage: Stage) -> None:
        await written(stage)
        assert stage.ended == ["done"]
        assert ended_with(stage) == [None]
        assert not messages(stage)
        stage.editor.type(stage.file, TOP, "import a\n\n")
        await asyncio.sleep(10)
        assert messages(stage) == [(2, BROKEN.format(4))]
        assert stage.ended == ["done"]

    play(scene)


def test_of_a_file_that_is_closed_nothing_is_told(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes(monkeypatch, 10)

    async def scene(stage: Stage) -> None:
        await written(stage)
        stage.editor.close(stage.file)
        await asyncio.sleep(10)
        assert not messages(stage)

    play(scene)


def test_who_stops_a_job_that_is_checked_comes_too_late(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes(monkeypatch, 10)
    monkeypatch.setattr(syntax_warning, "PATIENCE", 60.0)

    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    return (a", "```", ends=True)
        await asyncio.sleep(3)
        assert stage.ended == []
        assert (await stage.stop())["result"] == {"stopped": 1}
        await asyncio.sleep(0.1)
        assert stage.ended == ["done"]
        assert "(a" in stage.file.document.text
        await asyncio.sleep(10)
        assert messages(stage) == [(2, BROKEN.format(2))]

    play(scene)


@pytest.mark.parametrize("module", ["tree_sitter", "tree_sitter_python"])
def test_without_the_extra_nothing_happens(
    module: str, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    async def scene(stage: Stage) -> None:
        await written(stage)
        assert stage.ended == ["done"]
        assert ended_with(stage) == [None]
        assert not stage.editor.messages

    play(scene)


def test_a_check_that_fails_is_not_the_jobs_failure(
    play: Play, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: str, given_up: Callable[[], bool]) -> int | None:
        raise MemoryError

    monkeypatch.setattr(syntax_check, "broken", failing)

    async def scene(stage: Stage) -> None:
        await written(stage)
        assert stage.ended == ["done"]
        assert not stage.errors

    play(scene)
    assert "MemoryError" in caplog.text


def test_a_file_that_is_too_large_is_not_copied(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syntax_check, "TOO_LARGE", 4)

    async def scene(stage: Stage) -> None:
        await written(stage, "    return (a", "    return (b")
        assert stage.ended == ["done"]
        assert not messages(stage)

    play(scene)


async def test_the_thread_ends_with_who_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    has_begun, has_ended = threading.Event(), threading.Event()

    def endless(*_: str, given_up: Callable[[], bool]) -> int | None:
        has_begun.set()
        while not given_up():
            time.sleep(0.01)
        has_ended.set()
        return None

    monkeypatch.setattr(syntax_check, "broken", endless)
    reply = WrittenReply("python", ["x\n", ""], TOP, ["y"])
    waiting = asyncio.create_task(find_broken_row(reply))
    assert await asyncio.to_thread(has_begun.wait, 10)
    waiting.cancel()
    assert await asyncio.to_thread(has_ended.wait, 10)
