"""A home that can't be written: all goes on, without a log file and with the sign-in in memory."""

import os
from pathlib import Path

import pytest
from lsprotocol import types

from qwen_lsp.simulator.service import Simulator

from .conftest import Home
from .sample import ABOVE, BELOW, CODE
from .service import settings_of, sign_in

posix = pytest.mark.skipif(os.name == "nt", reason="Windows needs a right to make links")

unread = pytest.mark.xfail(reason="account.store takes NotADirectoryError for a file out of reach")


# Modes don't keep root out; below these nobody can make a folder.
@pytest.mark.parametrize(
    "below",
    [
        pytest.param("a file", marks=unread),
        pytest.param("a link to nowhere", marks=posix),
    ],
)
async def test_a_home_that_cannot_be_written(
    below: str, tmp_path: Path, simulator: Simulator
) -> None:
    simulator.turn(pace=0)
    place = tmp_path / "place"
    if below == "a file":
        place.write_text("no folder", encoding="utf-8")
    else:
        place.symlink_to(tmp_path / "not" / "there")
    home = Home(place / "home")
    async with home.editor(settings_of(simulator)) as editor:
        await sign_in(editor)
        file = editor.open(ABOVE + CODE + BELOW)
        for action in ("refactor", "explain"):
            job = await editor.run(action, file, file.text.strip())
            assert (await editor.end_of(job))["outcome"] == "done"
        await editor.command("qwen.openExplanation")
        await editor.until(lambda: bool(editor.shown_documents))
        assert await editor.command("qwen.signOut") == {"status": "signedOut"}
    (warning,) = (text for kind, text in editor.said if kind == types.MessageType.Warning)
    assert "in memory" in warning
    assert editor.stderr.count(b"There is no log file") == 1
    assert b"Traceback" not in editor.stderr
    assert os.listdir(tmp_path) == ["place"]  # noqa: PTH208 Nothing of it blocks for long.
