"""A home that can't be written: all goes on, without a log file and with the sign-in in memory."""

import os
from pathlib import Path

import pytest
from lsprotocol import types

from qwen_lsp.simulator.service import Simulator

from .conftest import Home
from .sample import ABOVE, BELOW, CODE
from .service import settings_of, sign_in


@pytest.mark.skipif(os.name == "nt", reason="Windows wants a right to make links")
async def test_a_home_that_cannot_be_written(tmp_path: Path, simulator: Simulator) -> None:
    """Modes don't keep root out; below a file, or a link to nowhere, nobody can make a folder."""
    simulator.turn(pace=0)
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "not" / "there")
    home = Home(tmp_path / "file" / "home")
    home.environ["XDG_DATA_HOME"] = str(tmp_path / "link" / "data")
    async with home.editor(settings_of(simulator)) as editor:
        await sign_in(editor)
        file = editor.open(ABOVE + CODE + BELOW)
        for action in ("refactor", "explain"):
            job = await editor.run(action, file, file.text.strip())
            assert (await editor.end_of(job))["outcome"] == "done"
        await editor.command("qwen.openExplanation")
        await editor.until(lambda: bool(editor.shown_documents))
        assert await editor.command("qwen.signOut") == {"status": "signedOut"}
    account, original = (text for kind, text in editor.said if kind == types.MessageType.Warning)
    assert "in memory" in account
    assert "original can't be kept" in original
    assert editor.stderr.count(b"There is no log file") == 1
    assert b"Traceback" not in editor.stderr
    assert sorted(os.listdir(tmp_path)) == ["file", "link"]  # noqa: PTH208 Nothing of it blocks for long.
