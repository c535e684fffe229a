"""A server whose process was stopped, as by Ctrl-Z in an editor in a terminal, and goes on."""

import asyncio
import os
import signal
import sys

import pytest

from qwen_lsp.simulator.service import Simulator

from .conftest import Home
from .sample import ABOVE, BELOW, CODE
from .service import code_of

STOPPED = 4.5


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
async def test_a_job_goes_on_after_it(home: Home, simulator: Simulator) -> None:
    """The stream, and an edit that was on its way: both were answered in between."""
    settings = home.pays(simulator, "sk-simulator-1") | {"timeouts": {"idle": 1}}
    simulator.turn(pace=10)
    async with home.editor(settings) as editor:
        assert editor._server
        file = editor.open(ABOVE + CODE + BELOW)
        job = await editor.run("refactor", file, CODE)
        await editor.until(lambda: editor.edits > 0)
        os.kill(editor._server.pid, signal.SIGSTOP)
        await asyncio.sleep(STOPPED)
        os.kill(editor._server.pid, signal.SIGCONT)
        assert (await editor.end_of(job))["outcome"] == "done"
        assert file.text == ABOVE + code_of(simulator) + BELOW
    assert len(simulator.chats()) == 1
