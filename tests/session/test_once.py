"""A reply that is held back to its end."""

import asyncio

import pytest

from ..support.model_editor import Json
from ..support.stage import Stage
from .conftest import Play

KNOWN: Json = {"provider": "ollama", "edits": "once"}


@pytest.mark.parametrize("is_told_late", [False, True])
def test_it_is_one_request_to_an_editor_that_refuses_what_is_out_of_date(
    play: Play, *, is_told_late: bool
) -> None:
    """Whether the settings come with the greeting, or after the job has begun."""

    async def scene(stage: Stage) -> None:
        stage.editor.settings = KNOWN
        await stage.begin({"provider": "ollama"} if is_told_late else KNOWN)
        if not is_told_late:
            await asyncio.sleep(1)
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(1)
        assert stage.file.edits == []
        stage.say("    b = 3", "    return a + b", "```", ends=True)
        await asyncio.sleep(5)
        assert stage.ended == ["done"]
        assert len(stage.file.edits) == 1
        text = "def total(prices):\n    a = 2\n    b = 3\n    return a + b\n"
        assert stage.file.document.text == text
        assert stage.editor.undo(stage.file)
        assert "a = 1" in stage.file.document.text

    play(scene)
