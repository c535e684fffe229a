"""Nothing is sent before the settings allow it, and a job goes by those that come."""

import asyncio

import pytest

from qwen_lsp.lsp.configuration import NO_SETTINGS

from ..support.stage import Stage
from .conftest import Play


@pytest.mark.parametrize("action", ["refactor", "explain"])
def test_nothing_is_sent_before_it_is_known_to_be_switched_on(play: Play, action: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = {"enabled": False}
        await stage.begin()
        await stage.run(action)
        await asyncio.sleep(1)
        assert stage.service.requests == []
        assert stage.ended == ["failed"]
        assert "qwen.enabled" in stage.errors[0]

    play(scene)


def test_a_job_goes_by_the_settings_that_come_after_it(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = {"temperature": 0.5, "maxTokens": 7, "onStop": "keep"}
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        (body,) = stage.service.chats
        assert (body["temperature"], body["max_tokens"]) == (0.5, 7)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(1)
        await stage.stop()
        await asyncio.sleep(1)
        assert "    a = 2\n    a = 1\n" in stage.file.document.text

    play(scene)


def test_an_editor_that_does_not_send_its_settings_gets_nothing_sent(play: Play) -> None:
    """They may forbid what the defaults allow."""

    async def scene(stage: Stage) -> None:
        stage.editor.waits = 1000.0
        await stage.begin()
        await stage.run()
        await asyncio.sleep(30)
        assert stage.ended == ["failed"]
        assert stage.errors == [NO_SETTINGS]
        assert stage.service.requests == []

    play(scene)
