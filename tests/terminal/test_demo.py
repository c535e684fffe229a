"""`make demo` as people run it: on a terminal, into a pipe, and without a service."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "client-example" / "terminal" / "demo.py"
SECONDS = 60


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's, with a home of its own."""
    homes = dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"), str(home))
    return {**os.environ, **homes, "PYTHONIOENCODING": "utf-8", **more}


def played(home: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, DEMO, "--quick", *words],
        env=environment(home, TERM="dumb"),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_tells_the_whole_story_in_plain_lines(tmp_path: Path) -> None:
    picture = tmp_path / "pictures" / "demo.svg"
    status, told = played(tmp_path, "--save-picture", str(picture))
    assert status == 0, told
    assert "SIMULATED" in told
    assert "\x1b" not in told
    assert "Traceback" not in told
    assert "You are signed in" in told
    assert "+import random" in told
    assert "+# Typed below" in told
    assert "+    return sum(order.price * order.count for order in kept)" in told
    assert "paid for by the sign-in" in told
    assert "all of them are there: yes" in told
    assert not list(tmp_path.rglob("sign-ins")), "the sign-in is left in the home of the user"
    svg = picture.read_text(encoding="utf-8")
    assert "orders.py" in svg
    assert "@font-face" not in svg


def test_without_a_service_it_ends_with_one_sentence(tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:1/v1"
    words = ("--provider", "custom", "--base-url", nobody, "--model", "none")
    status, told = played(tmp_path, *words)
    assert status == 1
    assert "The demonstration could not go on: " in told.splitlines()[-1]
    assert "Traceback" not in told


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals like these")
async def test_on_a_terminal_it_is_live(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, DEMO, "--quick"),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment(tmp_path, TERM="xterm-256color", COLUMNS="100", LINES="40"),
    )
    os.close(theirs)
    told = await asyncio.to_thread(_all_of, ours)
    assert await asyncio.wait_for(process.wait(), SECONDS) == 0, told[-2000:]
    assert "\x1b[?1049h" in told
    assert told.index("\x1b[?1049l") > told.index("\x1b[?1049h")
    assert "orders.py" in told
    assert "How fast" in told
    assert "Traceback" not in told


def _all_of(descriptor: int) -> str:
    """All that is written to a terminal until nobody has it open any more."""
    told = b""
    try:
        while block := os.read(descriptor, 65536):
            told += block
    except OSError:
        pass  # This is how Linux says that the other end is closed.
    finally:
        os.close(descriptor)
    return told.decode(errors="replace")
