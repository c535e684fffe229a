"""Keys in a real process: of a command, and of `qwen-lsp login`; and neither is seen anywhere."""

import asyncio
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE

from qwen_lsp.simulator.service import Simulator

from .conftest import SERVER, Home
from .editor import Json
from .test_secrets import BARE_KEY, KEY, find_nothing, refactor


def custom(simulator: Simulator) -> Json:
    return {"provider": "custom", "baseUrl": simulator.base_url, "model": "simulator"}


async def test_the_key_of_a_command(home: Home, simulator: Simulator) -> None:
    """It is run once for all jobs, and what it says on its standard error is nobody's."""
    simulator.turn(pace=0)
    home.folder.mkdir()
    program = (
        f"import pathlib, sys; print({KEY!r}); sys.stderr.write({BARE_KEY!r})\n"
        "with pathlib.Path('runs').open('a') as runs: runs.write('x')"
    )
    own = {**custom(simulator), "keyCommand": [sys.executable, "-c", program]}
    async with home.editor({}, initializationOptions=own) as editor:
        await refactor(editor)
        await refactor(editor)
    assert [chat.paid_by for chat in simulator.chats()] == ["key", "key"]
    assert (home.folder / "runs").read_text() == "x"
    (home.folder / "runs").unlink()
    find_nothing(home, editor, frozenset({KEY, BARE_KEY}))


async def test_a_command_that_fails_is_one_sentence(home: Home, simulator: Simulator) -> None:
    home.folder.mkdir()
    program = f"import sys; print({KEY!r}); sys.stderr.write({BARE_KEY!r}); sys.exit(4)"
    own = {**custom(simulator), "keyCommand": [sys.executable, "-c", program]}
    async with home.editor({}, initializationOptions=own) as editor:
        await refactor(editor, "The command in qwen.keyCommand failed (exit status 4)")
    assert simulator.chats() == []
    find_nothing(home, editor, frozenset({KEY, BARE_KEY}))


async def test_logging_in_while_a_server_runs(home: Home, simulator: Simulator) -> None:
    """The next job after a refusal finds the key, without a new start."""
    simulator.turn(pace=0, refuse="401")
    login = ("login", "--provider", "custom", "--base-url", simulator.base_url, "--api-key")
    async with home.editor({}, initializationOptions=custom(simulator)) as editor:
        await refactor(editor, "wants a key; run qwen-lsp login --provider custom --base-url")
        process = await asyncio.create_subprocess_exec(
            SERVER, *login, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, env=home.environ
        )
        await process.communicate(KEY.encode())
        assert process.returncode == 0
        simulator.turn(refuse=None)
        await editor.command("qwen.showStatus")
        await refactor(editor)
    assert simulator.chats()[-1].paid_by == "key"
    (kept,) = (path.parent for path in home.files() if path.name == "keys.json")
    shutil.rmtree(kept)
    find_nothing(home, editor, frozenset({KEY}))
