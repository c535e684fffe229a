"""Selections of any size: refused in a sentence at once, or worked on without a long pause."""

import time

from qwen_lsp.generation.request import MOST_ROWS, MOST_SELECTED, TOO_LARGE

from ..support.stage import Stage
from .conftest import Play

LONG = "".join(f"value_{row} = compute({row})  # and more\n" for row in range(200_000))


def answered(play: Play, text: str, last: int) -> tuple[object, float]:
    """The answer to Refactor on the first `last` lines, and what it took in seconds of CPU."""
    seen: list[tuple[object, float]] = []

    async def scene(stage: Stage) -> None:
        await stage.begin()
        stage.file = stage.editor.open("file:///project/long.py", text, "python")
        start = time.process_time()
        answer = await stage.editor.request(
            "workspace/executeCommand",
            {"command": "qwen.run", "arguments": [{
                "action": "refactor", "uri": "file:///project/long.py", "version": 1,
                "range": {"start": {"line": 0, "character": 0},
                          "end": {"line": last, "character": 0}},
            }]},
        )  # fmt: skip
        seconds = time.process_time() - start
        seen.append((answer.get("result") or answer["error"]["message"], seconds))

    play(scene)
    return seen[0]


def test_a_selection_of_200_000_lines_is_refused_at_once(play: Play) -> None:
    answer, seconds = answered(play, LONG, 200_000)
    assert answer == TOO_LARGE
    assert seconds < 0.3


def test_the_largest_selection_is_worked_on_without_a_long_pause(play: Play) -> None:
    answer, seconds = answered(play, LONG, MOST_ROWS)
    assert answer == {"job": "1"}
    assert seconds < 0.6


def test_long_lines_count(play: Play) -> None:
    assert answered(play, "x = '" + "y" * MOST_SELECTED + "'\n", 1)[0] == TOO_LARGE
