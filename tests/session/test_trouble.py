"""What the user is told when the editor or the disk does not do its part."""

import asyncio

import pytest

from qwen_lsp.lsp.edits.writer import WAITING

from ..support.stage import Stage
from .conftest import Play


def test_an_explanation_that_has_no_room_on_the_disk_is_said(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    async def scene(stage: Stage) -> None:
        monkeypatch.setattr("tempfile.TemporaryDirectory", full)
        await stage.begin()
        await stage.run("explain")
        await asyncio.sleep(1)
        stage.say("Adds up.", ends=True)
        await asyncio.sleep(1)
        await stage.editor.command("qwen.openExplanation")
        await asyncio.sleep(1)
        assert "No space left on device" in stage.errors[0]
        assert "hover" in stage.errors[0]

    play(scene)


@pytest.mark.parametrize("lands", [False, True])
def test_an_editor_that_goes_silent_is_waited_for_until_its_user_stops_the_job(
    play: Play, lands: bool
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        if lands:
            stage.say("```python", "    a = 2")
            await asyncio.sleep(1)
        stage.editor.is_silent = True
        stage.say(*["```python"][lands:], "    a = 3", "```", ends=True)
        await asyncio.sleep(20)
        assert stage.ended == []
        assert stage.editor.messages == [(2, WAITING.format(name="a.py"))]
        await stage.stop()
        await asyncio.sleep(1.5)
        assert stage.ended == ["stopped"]

    play(scene)


def test_the_reason_of_an_editor_that_refuses_is_said_in_short(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        stage.editor.refusal = "  read-only. " + 1000 * "x"
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2", "```", ends=True)
        await asyncio.sleep(20)
        (error,) = stage.errors
        assert error.startswith("The editor refuses the edits (read-only. xxx")
        assert error.endswith("then run the action again.")
        assert len(error) < 320

    play(scene)
