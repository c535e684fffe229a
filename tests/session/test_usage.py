"""What jobs use is kept, shown by the status and the command line, and not kept where it is off."""

import asyncio
import json
from typing import Any

import pytest

from qwen_lsp.account.usage import Total, totals, usage_file
from qwen_lsp.cli import main
from qwen_lsp.lsp.accounts import usage

from ..support.service import event
from ..support.stage import Stage
from .conftest import Play

NUMBERS = {
    "jobs": 1,
    "promptTokens": 7,
    "cachedTokens": 0,
    "completionTokens": 5,
    "reasoningTokens": 0,
}
NUMBERS_OF_JOB = {name: number for name, number in NUMBERS.items() if name != "jobs"}


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


def counted_chunk(**usage: Any) -> bytes:
    return event({"choices": [], "usage": usage})


def test_what_came_from_a_cache_and_what_was_counted_before_a_stop(play: Play) -> None:
    cached = {"cached_tokens": 6}

    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        stage.service.streams[-1].pieces.put_nowait(
            counted_chunk(prompt_tokens=9, completion_tokens=4, prompt_tokens_details=cached)
        )
        await asyncio.sleep(1)
        await stage.stop()
        await asyncio.sleep(1)
        assert ended_with(stage) == {**NUMBERS_OF_JOB, "promptTokens": 9, "cachedTokens": 6,
                                     "completionTokens": 4}  # fmt: skip

    play(scene)
    (day,) = totals().values()
    assert day == {"ollama": Total(1, 9, 6, 4)}


def test_a_reply_that_was_gone_on_with_is_one_job_and_all_its_tokens(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        cut = counted_chunk(prompt_tokens=9, completion_tokens=4)
        for piece in (cut, None):
            stage.service.streams[-1].pieces.put_nowait(piece)
        await asyncio.sleep(1)
        stage.say("    return a", "```", ends=True)
        await asyncio.sleep(1)
        assert stage.ended == ["done"]
        assert ended_with(stage) == {**NUMBERS_OF_JOB, "promptTokens": 16, "completionTokens": 9}

    play(scene)
    (day,) = totals().values()
    assert day == {"ollama": Total(1, 16, 0, 9)}


def test_once_more_is_one_more(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await refactored(stage, {"provider": "ollama"})
        await stage.editor.command("qwen.retry", None)
        await asyncio.sleep(1)
        stage.say("```python", "    a = 3", "    return a", "```", ends=True)
        await asyncio.sleep(1)
        assert stage.ended == ["done", "done"]

    play(scene)
    (day,) = totals().values()
    assert day == {"ollama": Total(2, 14, 0, 10)}


def test_another_day_has_totals_of_its_own(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    today = ["2026-11-20"]
    monkeypatch.setattr(usage, "_today", lambda: today[0])

    async def scene(stage: Stage) -> None:
        await refactored(stage, {"provider": "ollama"})
        today[0] = "2026-11-21"
        answer = await stage.editor.command("qwen.showStatus", None)
        assert "usage" not in answer["result"]
        await stage.editor.command("qwen.retry", None)
        await asyncio.sleep(1)
        stage.say("```python", "    a = 3", "    return a", "```", ends=True)
        await asyncio.sleep(1)
        answer = await stage.editor.command("qwen.showStatus", None)
        assert answer["result"]["usage"] == {"ollama": NUMBERS}

    play(scene)
    assert sorted(totals()) == ["2026-11-20", "2026-11-21"]


def test_where_nothing_can_be_kept_the_job_is_done_all_the_same(play: Play) -> None:
    usage_file().parent.parent.mkdir(parents=True, exist_ok=True)
    usage_file().parent.touch()

    async def scene(stage: Stage) -> None:
        await refactored(stage, {"provider": "ollama"})
        assert stage.errors == []
        answer = await stage.editor.command("qwen.showStatus", None)
        assert "usage" not in answer["result"]

    play(scene)


def ended_with(stage: Stage) -> Any:
    """The usage of the job that has ended."""
    (ended,) = [given for name, given in stage.editor.notifications if name == "qwen/jobEnded"]
    return ended["usage"]


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
