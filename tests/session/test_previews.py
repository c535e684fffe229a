"""Previews whose settings come late, whose files can't be written, whose user is asked first."""

import asyncio
import json
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qwen_lsp.lsp.edits.apply_preview import CHANGED, MOVED_ON, UNANSWERED
from qwen_lsp.lsp.edits.previews import ASKED, DECLINED
from qwen_lsp.text.document import Position, Span

from ..support.client import CAPABILITIES
from ..support.model_editor import Json
from ..support.stage import TEXT, SlowEditor, Stage
from .conftest import Play

PREVIEW: Json = {"provider": "ollama", "edits": "preview"}
KEPT = "def total(prices):\n    a = 2\n    return a\n"
ORIGINAL = ["    a = 1", "    return a"]
TOP = Span(Position(0, 0), Position(0, 0))
MOVED = "import os\n"


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client asks its user before it makes an edit that says so."""
    ability = {"documentChanges": True, "changeAnnotationSupport": {}}
    monkeypatch.setitem(CAPABILITIES["workspace"], "workspaceEdit", ability)


@pytest.fixture
def showing_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client can't be asked to show a document."""
    monkeypatch.setitem(CAPABILITIES["window"], "showDocument", None)


async def previewed(stage: Stage) -> Json:
    """A whole reply in a preview; gives what was told of the job's end."""
    stage.editor.settings = PREVIEW
    await stage.begin(PREVIEW)
    await asyncio.sleep(1)
    await stage.run()
    await asyncio.sleep(1)
    stage.say("```python", "    a = 2", "    return a", "```", ends=True)
    await asyncio.sleep(5)
    return next(iter(ends(stage)))


async def moved_on(stage: Stage) -> None:
    """A preview whose file has changed, elsewhere, since it was made."""
    await previewed(stage)
    stage.editor.type(stage.file, TOP, MOVED)
    await asyncio.sleep(1)


def comment(stage: Stage) -> None:
    """The user makes a comment of the last row that the preview is of."""
    row = stage.file.document.lines.index("    return a\n")
    stage.editor.type(stage.file, Span(Position(row, 4), Position(row, 4)), "# ")


def asked_of(stage: Stage) -> list[Json]:
    """The edits that the editor is to ask its user about, from now on."""
    seen: list[Json] = []

    def asked(message: Json) -> None:
        edit = message["params"].get("edit", {})
        if "changeAnnotations" in edit:
            seen.append(edit)

    stage.editor.on_request = asked
    return seen


def originals(stage: Stage) -> list[list[str]]:
    """What the journal holds."""
    return [json.loads(path.read_text())["original"] for path in stage.journal.glob("*.json")]


def ends(stage: Stage) -> Iterator[Json]:
    """What was told of the ends of jobs."""
    for method, params in stage.editor.notifications:
        if method == "qwen/jobEnded":
            yield params


def said(stage: Stage) -> list[str]:
    """All messages."""
    return [text for _, text in stage.editor.messages]


def content(path: Path) -> bytes:
    """What is in a file."""
    return path.read_bytes()


def mode(path: Path) -> int:
    """Who may do what with it."""
    return stat.S_IMODE(path.stat().st_mode)


async def keep(stage: Stage) -> Json:
    """The answer to `qwen.keep`."""
    return await stage.editor.command("qwen.keep")


def test_the_end_of_a_job_says_where_its_preview_is(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        end = await previewed(stage)
        assert end["outcome"] == "done"
        assert end["preview"] == stage.editor.opened[-1]["uri"]
        assert not any(opened["takeFocus"] for opened in stage.editor.opened)
        assert end["range"]["start"] == {"line": 1, "character": 0}
        assert stage.file.document.text == TEXT
        assert (await keep(stage))["result"] == {"job": "1"}
        await asyncio.sleep(1)
        assert stage.file.document.text == KEPT

    play(scene)


def test_the_way_is_the_one_of_the_settings_that_come_after_the_job(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = PREVIEW
        await stage.begin()
        await stage.run()
        stage.editor.type(stage.file, TOP, "import os\n")
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2", "    return a", "```", ends=True)
        await asyncio.sleep(5)
        assert stage.file.edits == []
        await keep(stage)
        await asyncio.sleep(1)
        assert stage.file.document.text == "import os\n" + KEPT

    play(scene)


def test_who_types_inside_before_the_way_is_known_takes_over(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = PREVIEW
        await stage.begin()
        await stage.run()
        stage.editor.type(stage.file, Span(Position(1, 8), Position(1, 9)), "7")
        await asyncio.sleep(1)
        assert stage.ended == ["takenOver"]
        assert stage.editor.opened == []

    play(scene)


@pytest.mark.usefixtures("showing_nothing")
def test_a_client_that_shows_no_documents_is_told_the_path_of_a_private_file(play: Play) -> None:
    paths: list[Path] = []

    async def scene(stage: Stage) -> None:
        end = await previewed(stage)
        path = Path(httpx.URL(end["preview"]).path)
        paths.append(path)
        assert said(stage) == [f"The preview is in {path}; run Qwen: Keep to put it into a.py."]
        assert path.suffix == ".py"
        assert content(path) == b"    a = 2\n    return a\n"
        assert (mode(path), mode(path.parent)) == (0o600, 0o700)

    play(scene)
    assert not paths[0].parent.exists()


def test_a_preview_that_can_not_be_written_is_the_failure_of_its_job(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)

    async def scene(stage: Stage) -> None:
        end = await previewed(stage)
        assert end["outcome"] == "failed"
        assert "No space left on device" in stage.errors[0]
        assert "preview" not in end
        assert stage.file.document.text == TEXT

    play(scene)


def test_two_previews_of_the_same_lines_are_two_documents(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await previewed(stage)
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 3", "    return a", "```", ends=True)
        await asyncio.sleep(5)
        first, second = [end["preview"] for end in ends(stage)]
        assert first != second
        await stage.editor.command("qwen.keep", {"job": "1"})
        await asyncio.sleep(1)
        assert stage.file.document.text == KEPT
        answer = await stage.editor.command("qwen.keep", {"job": "2"})
        assert answer["error"]["message"] == CHANGED.format(name="a.py")
        await stage.editor.command("qwen.discard", {"job": "2"})

    play(scene)


@pytest.mark.usefixtures("asking")
def test_who_presses_keep_has_seen_it_and_is_not_asked(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await previewed(stage)
        seen = asked_of(stage)
        await keep(stage)
        await asyncio.sleep(3)
        assert stage.file.document.text == KEPT
        assert seen == []

    play(scene)


@pytest.mark.usefixtures("asking")
def test_where_the_file_has_moved_on_one_thing_is_asked(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await moved_on(stage)
        seen = asked_of(stage)
        await keep(stage)
        await asyncio.sleep(3)
        assert stage.file.document.text == MOVED + KEPT
        (edit,) = seen
        ((change,),) = [each["edits"] for each in edit["documentChanges"]]
        assert change["newText"] == "    a = 2\n"
        assert change["range"]["end"] == {"line": 3, "character": 0}
        (note,) = edit["changeAnnotations"].values()
        assert note["needsConfirmation"]
        assert "tick it" in note["label"]

    play(scene)


@pytest.mark.usefixtures("asking")
def test_a_file_that_changes_while_the_user_is_asked_is_asked_about_once_more(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await moved_on(stage)
        seen = asked_of(stage)
        await keep(stage)
        while not seen:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)
        stage.editor.type(stage.file, TOP, MOVED)
        await asyncio.sleep(1)
        assert stage.errors == [MOVED_ON.format(name="a.py")]
        assert stage.file.document.text == MOVED + MOVED + TEXT
        await keep(stage)
        await asyncio.sleep(3)
        assert stage.file.document.text == MOVED + MOVED + KEPT

    play(scene)


@pytest.mark.usefixtures("asking")
def test_a_user_may_think_for_minutes_and_is_asked_only_once(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await moved_on(stage)
        stage.editor.is_silent = True
        await keep(stage)
        for name in ("qwen.keep", "qwen.discard"):
            assert (await stage.editor.command(name))["error"]["message"] == ASKED
        await asyncio.sleep(500)
        assert stage.errors == []
        await asyncio.sleep(200)
        assert stage.errors == [UNANSWERED.format(name="a.py")]
        assert originals(stage) == [ORIGINAL]
        stage.editor.is_silent = False
        await keep(stage)
        await asyncio.sleep(3)
        assert stage.file.document.text == MOVED + KEPT
        assert originals(stage) == []

    play(scene)


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("answer", [{"applied": False}, {"applied": True}])
def test_who_puts_nothing_in_still_has_the_preview(
    play: Play, monkeypatch: pytest.MonkeyPatch, answer: Json
) -> None:
    make: Any = SlowEditor._apply
    seen: list[Json] = []

    def only_said(editor: SlowEditor, id_: int, params: Json) -> None:
        seen.append(params["edit"])
        if len(seen) == 1:
            editor._answer(id_, answer)
        else:
            make(editor, id_, params)

    monkeypatch.setattr(SlowEditor, "_apply", only_said)

    async def scene(stage: Stage) -> None:
        await moved_on(stage)
        await keep(stage)
        await asyncio.sleep(5)
        assert stage.file.document.text == MOVED + TEXT
        assert originals(stage) == []
        assert said(stage)[-1] == DECLINED.format(name="a.py")
        assert stage.errors == []
        await keep(stage)
        await asyncio.sleep(5)
        assert stage.file.document.text == MOVED + KEPT
        assert "error" in await keep(stage)

    play(scene)


@pytest.mark.usefixtures("asking")
def test_a_file_that_is_closed_while_the_user_is_asked_stays_as_it_was(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await moved_on(stage)
        stage.editor.is_silent = True
        await keep(stage)
        stage.editor.close(stage.file)
        await asyncio.sleep(700)
        assert stage.file.document.text == MOVED + TEXT
        assert "error" in await keep(stage)

    play(scene)


@pytest.mark.parametrize("moves", [False, True])
@pytest.mark.usefixtures("asking")
def test_the_original_is_on_the_disk_before_it_is_replaced(play: Play, moves: bool) -> None:
    async def scene(stage: Stage) -> None:
        await (moved_on if moves else previewed)(stage)
        seen: list[list[list[str]]] = []

        def asked(message: Json) -> None:
            if message["method"] == "workspace/applyEdit":
                seen.append(originals(stage))

        stage.editor.on_request = asked
        assert originals(stage) == []
        await keep(stage)
        await asyncio.sleep(3)
        assert stage.file.document.text.endswith(KEPT)
        assert seen
        assert all(each == [ORIGINAL] for each in seen)
        assert originals(stage) == []

    play(scene)


def test_an_editor_that_dies_while_it_is_put_in_leaves_the_original(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await previewed(stage)
        stage.editor.is_silent = True
        await keep(stage)
        await asyncio.sleep(1)
        await stage.server.close()
        assert originals(stage) == [ORIGINAL]

    play(scene)


def test_a_file_that_is_closed_while_it_is_put_in_has_its_original_offered(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await previewed(stage)
        stage.editor.is_silent = True
        await keep(stage)
        await asyncio.sleep(1)
        stage.editor.close(stage.file)
        await asyncio.sleep(1)
        assert (stage.errors, said(stage)) == ([], [])
        assert originals(stage) == [ORIGINAL]
        stage.file = stage.editor.open(stage.file.uri, "def total(prices):\n    a = 2\n", "python")
        await asyncio.sleep(1)
        assert ["interrupted" in text for text in said(stage)] == [True]

    play(scene)


def test_who_types_there_before_it_is_put_in_is_told(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await previewed(stage)

        def asked(message: Json) -> None:
            if message["method"] == "workspace/applyEdit":
                stage.editor.on_request = None
                comment(stage)

        stage.editor.on_request = asked
        await keep(stage)
        await asyncio.sleep(20)
        assert stage.errors == [CHANGED.format(name="a.py")]
        assert stage.file.document.text == TEXT.replace("return", "# return")
        stage.editor.undo(stage.file)
        await asyncio.sleep(1)
        await keep(stage)
        await asyncio.sleep(3)
        assert stage.file.document.text == KEPT
        assert originals(stage) == []

    play(scene)


def test_an_editor_that_refuses_it_leaves_the_preview(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await previewed(stage)
        stage.editor.refusal = "{read-only}"
        await keep(stage)
        await asyncio.sleep(20)
        assert "{read-only}" in stage.errors[-1]
        stage.editor.refusal = None
        await keep(stage)
        await asyncio.sleep(3)
        assert stage.file.document.text == KEPT
        assert originals(stage) == []

    play(scene)


def test_a_preview_that_is_discarded_has_no_original(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await previewed(stage)
        await stage.editor.command("qwen.discard")
        await asyncio.sleep(1)
        assert originals(stage) == []
        assert stage.file.document.text == TEXT

    play(scene)


def test_lines_that_a_job_is_writing_to_are_not_written_to_by_keep(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await previewed(stage)
        range_ = stage.editor.range_of(stage.file, Span(Position(1, 0), Position(3, 0)))
        running = {"action": "refactor", "uri": stage.file.uri, "range": range_, "edits": "once"}
        await stage.editor.command("qwen.run", running)
        await asyncio.sleep(1)
        answer = await keep(stage)
        assert "Qwen: Stop" in answer["error"]["message"]
        await stage.stop()
        await asyncio.sleep(1)
        assert "result" in await keep(stage)

    play(scene)
