"""The first changes of a file come from its user while a job already writes into it.

Neovim checks no edit as long as its version is 0, and reports the first change only once its user
has not typed for a moment.
"""

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from qwen_lsp.text.document import Position, Span

from ..support.kinds import Kind
from ..support.office import LINES, Office, play, text_of

KEYS = 60


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("text", ["x", "# a line\n"])
@pytest.mark.parametrize("seconds", [0.03, 0.07, 0.16, 0.6])
def test_who_types_without_a_rest_loses_nothing(
    kind: Kind, text: str, seconds: float, tmp_path: Path
) -> None:
    async def scene(office: Office) -> None:
        await office.begin(1, files=1)
        (job,) = office.jobs

        async def type_on() -> None:
            for _ in range(KEYS):
                office.editor.type(job.file, Span(Position(0, 0), Position(0, 0)), text)
                await asyncio.sleep(seconds)

        typing = asyncio.ensure_future(type_on())
        for line in range(LINES):
            await office.say(line, line + 1)
            await asyncio.sleep(0.05)
        await typing
        await office.end()
        assert office.outcomes == {job.id: "done"}
        assert job.file.document.text == KEYS * text + text_of([job.written])

    play(kind, tmp_path, scene)
