"""Scenes are played on a clock that jumps."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ..support.stage import Stage
from ..support.virtual_time import run_virtually

Play = Callable[[Callable[[Stage], Awaitable[Any]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Plays a scene to its end on a clock that jumps."""

    def played(scene: Callable[[Stage], Awaitable[Any]]) -> None:
        async def whole() -> None:
            stage = Stage(tmp_path)
            await scene(stage)
            await stage.server.close()

        run_virtually(whole())

    return played
