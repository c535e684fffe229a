"""What jobs use is kept, shown by the status and the command line, and not kept where it is off."""

import asyncio
import json
from typing import Any

import pytest

from qwen_lsp.account.usage import Total, totals, usage_file
from qwen_lsp.cli import main

from ..support.stage import Stage
from .conftest import Play

NUMBERS = {
    "jobs": 1,
    "promptTokens": 7,
    "cachedTokens": 0,
    "completionTokens": 5,
    "reasoningTokens": 0,
}


async def refactored(stage: Stage, settings: dict[str, Any]) -> None:
    stage.editor.settings = settings
    await stage.begin()
    await stage.run()
    await asyncio.sleep(1)
    stage.say("```python", "    a = 2", "    return a", "```", ends=True)
    await asyncio.sleep(1)
    assert stage.ended == ["done"]


def test_the_status_tells_todays_use(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await refactored(stage, {"provider": "ollama"})
        answer = await stage.editor.command("qwen.showStatus", None)
        assert answer["result"]["usage"] == {"ollama": NUMBERS}
        assert stage.editor.messages[-1][1].endswith(" Today: ollama 7 tokens read, 5 written.")

    play(scene)
    (day,) = totals().values()
    assert day == {"ollama": Total(1, 7, 0, 5, 0)}


def test_where_it_is_off_nothing_is_kept(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await refactored(stage, {"provider": "ollama", "usage": "off"})
        answer = await stage.editor.command("qwen.showStatus", None)
        assert "usage" not in answer["result"]

    play(scene)
    assert not usage_file().exists()


def test_a_job_that_was_stopped_counts_and_one_without_an_answer_does_not(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        await stage.stop()
        await asyncio.sleep(1)
        assert totals() == {}
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(1)
        await stage.stop()
        await asyncio.sleep(1)

    play(scene)
    (day,) = totals().values()
    assert day == {"ollama": Total(1)}


def test_the_command(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["usage"]) == 0
    assert capsys.readouterr().out.startswith("Nothing is kept of what was used; it would be in ")

    async def scene(stage: Stage) -> None:
        await refactored(stage, {"provider": "ollama"})

    play(scene)
    assert main(["usage"]) == 0
    (row, advice) = capsys.readouterr().out.splitlines()
    assert row.endswith(
        "  ollama: 1 job, 7 tokens read (0 from a cache), 5 written (0 in thinking)"
    )
    assert str(usage_file()) in advice
    assert main(["usage", "--json"]) == 0
    assert [*json.loads(capsys.readouterr().out)["days"].values()] == [{"ollama": NUMBERS}]
    assert main(["usage", "--delete", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["deleted"] is True
    assert main(["usage", "--delete"]) == 0
    assert "Nothing is kept" in capsys.readouterr().out
