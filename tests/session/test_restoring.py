"""Putting an original back, with an editor, a user and a disk that have their own ideas."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from qwen_lsp.journal.journal import Journal
from qwen_lsp.lsp.edits.restore import NO_EDITS, TYPED
from qwen_lsp.text.document import Position, Span

from ..support.client import CAPABILITIES
from ..support.model_editor import Json
from ..support.stage import GREETING, TEXT, URI, Stage
from .conftest import Play

INTERRUPTED = "Qwen was interrupted in a.py; run Qwen: Restore the original to get your text back."
PARTLY = TEXT.replace("    a = 1\n", "    a = 2\n    b = 3\n    a = 1\n")
RESTORE = "Qwen: Restore the original"


async def interrupted(home: Path) -> None:
    """A job in a.py that an editor left behind when it was killed."""
    stage = Stage(home)
    await stage.begin()
    await stage.run()
    await asyncio.sleep(1)
    stage.say("```python", "    a = 2", "    b = 3")
    await asyncio.sleep(1)
    assert stage.file.document.text == PARTLY
    await stage.server.close()


async def opened(stage: Stage, text: str = PARTLY, capabilities: Json = CAPABILITIES) -> None:
    """The file is opened in another editor."""
    await stage.editor.start(capabilities, initializationOptions=GREETING)
    await asyncio.sleep(1)
    stage.file = stage.editor.open(URI, text, "python")
    await asyncio.sleep(1)


async def restore(stage: Stage, argument: Json | None = None) -> Any:
    """What the command answers, after a second."""
    answer = await stage.editor.command("qwen.restore", argument)
    await asyncio.sleep(1)
    return answer["error"]["message"] if "error" in answer else answer["result"]


async def menu(stage: Stage, **context: Any) -> list[Json]:
    params = {
        "textDocument": {"uri": URI},
        "range": stage.editor.range_of(stage.file, Span(Position(0, 0), Position(0, 0))),
        "context": {"diagnostics": [], **context},
    }
    result: list[Json] = (await stage.editor.request("textDocument/codeAction", params))["result"]
    return [entry for entry in result if entry["title"] == RESTORE]


def told(stage: Stage) -> list[str]:
    return [text for _, text in stage.editor.messages]


def left(stage: Stage) -> int:
    return len([*stage.journal.glob("*.json")])


def test_it_is_offered_where_it_is_asked_for(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage)
        assert told(stage) == [INTERRUPTED]
        (entry,) = await menu(stage, triggerKind=1)
        assert entry["kind"] == "refactor.rewrite.qwen.restore"
        assert entry["command"]["arguments"] == [{"uri": URI}]
        assert len(await menu(stage, only=["refactor.rewrite"])) == 1
        assert len(await menu(stage, only=["refactor.rewrite.qwen.restore"])) == 1
        assert await menu(stage, only=["quickfix"]) == []
        assert await menu(stage, triggerKind=2) == []
        assert await restore(stage, {"uri": URI}) is None
        assert stage.file.document.text == TEXT
        assert await menu(stage) == []
        assert left(stage) == 0

    play(scene)


def test_one_undo_takes_it_back(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage)
        await restore(stage)
        stage.editor.undo(stage.file)
        assert stage.file.document.text == PARTLY

    play(scene)


def test_an_editor_without_literals_gets_a_command(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage, capabilities={"workspace": {"applyEdit": True}})
        (entry,) = await menu(stage)
        assert (entry["command"], entry["arguments"]) == ("qwen.restore", [{"uri": URI}])

    play(scene)


def test_while_another_server_works_on_it_it_is_not_offered(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        other = Stage(tmp_path)
        await other.begin()
        await other.run()
        await asyncio.sleep(1)
        other.say("```python", "    a = 2", "    b = 3")
        await asyncio.sleep(1)
        await opened(stage)
        assert told(stage) == []
        assert await menu(stage) == []
        assert "nothing to restore" in await restore(stage, {"uri": URI})
        await other.server.close()
        assert await restore(stage, {"uri": URI}) is None
        assert stage.file.document.text == TEXT

    play(scene)


def test_of_two_servers_one_restores(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        other = Stage(tmp_path)
        await opened(other)
        await opened(stage)
        assert told(other) == told(stage) == [INTERRUPTED]
        assert await restore(other) is None
        assert "nothing to restore" in await restore(stage)
        assert stage.file.document.text == PARTLY
        await other.server.close()

    play(scene)


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        ({"uri": "file:///project/b.py"}, "not open"),
        ({"uri": 7}, "“uri”"),
        ({"uri": URI}, "Qwen was not interrupted in a.py."),
        (None, "Qwen was not interrupted in any file that is open."),
    ],
)
def test_what_cannot_be_is_a_sentence(play: Play, argument: Json | None, wrong: str) -> None:
    async def scene(stage: Stage) -> None:
        await opened(stage, TEXT)
        assert wrong in await restore(stage, argument)

    play(scene)


def test_the_original_may_be_back_by_then(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage)
        span = Span(Position(1, 0), Position(3, 0))
        stage.editor.type(stage.file, span, "")
        assert stage.file.document.text == TEXT
        assert "nothing to restore" in await restore(stage)
        assert await menu(stage) == []
        assert stage.file.edits == []
        assert left(stage) == 0

    play(scene)


def test_where_qwen_writes_nothing_is_restored(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage)
        await stage.run()
        assert "Qwen is writing here" in await restore(stage)
        await stage.stop()
        await asyncio.sleep(1)
        assert await restore(stage) is None
        assert stage.file.document.text == TEXT

    play(scene)


def test_a_second_time_while_it_comes_back(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage)
        stage.editor.is_silent = True
        assert await restore(stage) is None
        assert "Qwen is writing here" in await restore(stage)

    play(scene)


def test_an_editor_that_refuses_may_be_asked_again(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage)
        stage.editor.refusal = "read-only"
        await restore(stage)
        await asyncio.sleep(60)
        assert "The editor refuses the edits (read-only)" in told(stage)[-1]
        stage.editor.refusal = None
        assert len(await menu(stage)) == 1
        await restore(stage)
        assert stage.file.document.text == TEXT

    play(scene)


def test_who_types_into_it_may_go_on(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage)
        stage.editor.refusals = 1
        await stage.editor.command("qwen.restore", None)
        stage.editor.type(stage.file, Span(Position(2, 4), Position(2, 5)), "c")
        await asyncio.sleep(5)
        assert told(stage) == [INTERRUPTED, TYPED]
        assert "c = 3" in stage.file.document.text
        await restore(stage)
        assert stage.file.document.text == TEXT

    play(scene)


def test_a_file_that_is_closed_meanwhile_is_asked_about_again(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage)
        stage.editor.is_silent = True
        await restore(stage)
        stage.editor.close(stage.file)
        stage.editor.is_silent = False
        await asyncio.sleep(1)
        stage.file = stage.editor.open(URI, PARTLY, "python")
        await asyncio.sleep(1)
        assert len(await menu(stage)) == 1
        assert told(stage) == [INTERRUPTED]
        await restore(stage)
        assert stage.file.document.text == TEXT

    play(scene)


def test_an_editor_that_takes_no_edits_shows_it(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage, capabilities={})
        await restore(stage)
        (path,) = stage.journal.glob("original-*.py")
        assert path.read_text() == "    a = 1\n    return a\n"
        assert told(stage)[-1] == f"{NO_EDITS}, so the original is in a file of its own: {path}."
        assert stage.file.edits == []
        assert left(stage) == 0

    play(scene)


def test_where_it_cannot_be_shown_it_stays(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def scene(stage: Stage) -> None:
        await interrupted(tmp_path)
        await opened(stage, "something else\n")
        monkeypatch.setattr(Journal, "shown", full)
        await restore(stage)
        assert "No space left on device" in stage.errors[-1]
        assert left(stage) == 1
        assert len(await menu(stage)) == 1

    play(scene)
