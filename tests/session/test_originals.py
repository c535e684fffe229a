"""When an original is on the disk, and when it no longer is."""

import asyncio
import json
import threading
from pathlib import Path

import pytest

from qwen_lsp.journal.journal import Journal
from qwen_lsp.lsp.edits import originals
from qwen_lsp.lsp.jobs.job import Job
from qwen_lsp.lsp.session import Session
from qwen_lsp.text.document import Position, Span

from ..support.model_editor import Json
from ..support.stage import GREETING, TEXT, URI, Stage
from .conftest import Play

ORIGINAL = ["    a = 1", "    return a"]
KEEPS = {**GREETING, "onStop": "keep"}


def kept(stage: Stage) -> list[list[str]]:
    """The originals on the disk."""
    return [json.loads(path.read_text())["original"] for path in stage.journal.glob("*.json")]


def session_of(stage: Stage) -> Session:
    session = stage.server.protocol.commands["qwen.run"].args[0]  # type: ignore[attr-defined]
    assert isinstance(session, Session)
    return session


async def write(stage: Stage, *, ends: bool = False) -> Job:
    """A job that has written its first line."""
    await stage.run()
    await asyncio.sleep(1)
    (job,) = session_of(stage).jobs.running.values()
    stage.say("```python", "    a = 2", *["    return 2", "```"][: 2 * ends], ends=ends)
    await asyncio.sleep(1)
    assert "    a = 2" in stage.file.document.text
    return job


def test_it_is_there_before_the_first_edit(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        seen: list[list[list[str]]] = []

        def asked(message: Json) -> None:
            if message["method"] == "workspace/applyEdit":
                seen.append(kept(stage))

        await stage.begin()
        stage.editor.on_request = asked
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2", "    return a", "```", ends=True)
        await asyncio.sleep(5)
        assert stage.ended == ["done"]
        assert seen
        assert all(each == [ORIGINAL] for each in seen)

    play(scene)


def test_it_goes_when_the_original_is_back(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await write(stage)
        assert kept(stage) == [ORIGINAL]
        await stage.stop()
        await asyncio.sleep(1)
        assert stage.file.document.text == TEXT
        assert kept(stage) == []

    play(scene)


def test_nothing_is_kept_of_a_job_that_only_shows(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run("explain")
        await asyncio.sleep(1)
        stage.say("It counts.")
        await asyncio.sleep(1)
        assert not stage.journal.exists()

    play(scene)


@pytest.mark.parametrize("ends", [True, False])
def test_what_a_job_has_left_in_the_file_is_kept_until_that_is_closed(
    play: Play, ends: bool
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin(KEEPS)
        stage.editor.settings = KEEPS
        await write(stage, ends=ends)
        if not ends:
            await stage.stop()
        await asyncio.sleep(1)
        assert stage.ended == ["done" if ends else "stopped"]
        assert kept(stage) == [ORIGINAL]
        stage.editor.close(stage.file)
        await asyncio.sleep(1)
        assert kept(stage) == []

    play(scene)


def test_who_decides_what_stays_has_it_erased(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        job = await write(stage, ends=True)
        await asyncio.sleep(1)
        assert kept(stage) == [ORIGINAL]
        session_of(stage).originals.forget(job.id)
        session_of(stage).originals.forget(job.id)
        await asyncio.sleep(1)
        assert kept(stage) == []

    play(scene)


def test_a_takeover_before_the_first_edit_leaves_nothing(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python")
        await asyncio.sleep(1)
        stage.editor.type(stage.file, Span(Position(1, 4), Position(1, 5)), "b")
        await asyncio.sleep(1)
        assert stage.ended == ["takenOver"]
        assert kept(stage) == []

    play(scene)


def test_a_takeover_later_leaves_the_original(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await write(stage)
        stage.editor.type(stage.file, Span(Position(1, 4), Position(1, 5)), "b")
        await asyncio.sleep(1)
        assert stage.ended == ["takenOver"]
        assert kept(stage) == [ORIGINAL]

    play(scene)


@pytest.mark.parametrize(("ends", "left"), [(True, []), (False, [ORIGINAL])])
def test_a_server_that_shuts_down_leaves_what_was_running(
    play: Play, ends: bool, left: list[list[str]]
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await write(stage, ends=ends)
        await asyncio.sleep(1)
        await stage.editor.request("shutdown", None)
        assert kept(stage) == left

    play(scene)


@pytest.mark.parametrize("ends", [True, False])
def test_an_editor_that_is_gone_leaves_all(play: Play, ends: bool) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await write(stage, ends=ends)
        await asyncio.sleep(1)
        await stage.server.close()
        assert kept(stage) == [ORIGINAL]
        (entry,) = Journal(stage.journal).left(URI)
        assert entry.title == "Qwen: Refactor"

    play(scene)


def test_an_editor_that_goes_silent_leaves_the_original(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        stage.editor.is_silent = True
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(20)
        await stage.stop()
        await asyncio.sleep(1.5)
        assert stage.ended == ["stopped"]
        assert kept(stage) == [ORIGINAL]

    play(scene)


def test_a_disk_that_is_full_is_said_once(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def scene(stage: Stage) -> None:
        monkeypatch.setattr("os.fsync", full)
        await stage.begin()
        for _ in range(2):
            await write(stage, ends=True)
            await asyncio.sleep(1)
        assert stage.ended == ["done", "done"]
        (warning,) = [text for kind, text in stage.editor.messages if kind == 2]
        assert "original can't be kept" in warning
        assert "No space left on device" in warning
        assert kept(stage) == []

    play(scene)


def test_what_nobody_thought_of_does_not_stop_the_job(
    play: Play, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a mistake of ours")

    async def scene(stage: Stage) -> None:
        monkeypatch.setattr(Journal, "write", broken)
        await stage.begin()
        await write(stage, ends=True)
        await asyncio.sleep(1)
        assert stage.ended == ["done"]
        (warning,) = [text for kind, text in stage.editor.messages if kind == 2]
        assert "see the log" in warning
        assert "a mistake of ours" in caplog.text

    play(scene)


async def test_a_disk_that_does_not_answer_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a real clock: one that jumps waits for threads."""
    answers = threading.Event()
    write_it = Journal.write

    def hanging(*args: object) -> None:
        answers.wait(20)
        write_it(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "write", hanging)
    monkeypatch.setattr(originals, "WRITTEN_WITHIN", 0.05)
    monkeypatch.setattr(originals, "CLOSED_WITHIN", 0.05)
    stage = Stage(tmp_path)
    stage.editor.waits = 0.0
    await stage.begin()
    await stage.run()
    await _until(lambda: bool(stage.service.streams))
    stage.say("```python", "    a = 2", "    return 2", "```", ends=True)
    await _until(lambda: stage.ended == ["done"])
    assert any("takes too long" in text for _, text in stage.editor.messages)
    stage.editor.close(stage.file)
    answers.set()
    await stage.server.close()
    assert kept(stage) == []


async def _until(holds: object) -> None:
    assert callable(holds)
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)
