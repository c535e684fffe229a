"""qwen.keyCommand: what it may print, how it may fail, and that it is asked once."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from qwen_lsp.account.keys.command import KeyCommand
from qwen_lsp.errors import AccountError

KEY = "sk-the-key-7Qx"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def command(program: str, *, patience: float = 20) -> KeyCommand:
    return KeyCommand((sys.executable, "-c", program), os.environ, patience=patience)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "  \n\n"])
async def test_the_output_is_the_key_without_what_surrounds_it(end: str) -> None:
    said = command(f"import sys; sys.stdout.write({KEY + end!r})")
    assert (await said.key()).value == SecretStr(KEY)


async def test_it_is_asked_once_and_again_when_the_key_is_refused(home: Path) -> None:
    count = (
        "import pathlib; p = pathlib.Path('count'); n = len(p.read_text()) if p.exists() else 0\n"
        "p.write_text('x' * (n + 1)); print(f'sk-{n}')"
    )
    said = command(count)
    keys = await asyncio.gather(*(said.key() for _ in range(5)))
    assert {key.value.get_secret_value() for key in keys} == {"sk-0"}
    assert (home / "count").read_text() == "x"
    again = await asyncio.gather(*(said.instead_of(SecretStr("sk-0")) for _ in range(3)))
    assert {key.value.get_secret_value() for key in again if key} == {"sk-1"}
    assert (await said.key()).value == SecretStr("sk-1")


async def test_a_command_that_says_the_same_again_has_no_other_key() -> None:
    said = command(f"print({KEY!r})")
    assert await said.instead_of((await said.key()).value) is None


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("", "printed no key"),
        ("print('sk-1\\nsk-2')", "printed no key, or more than one"),
        ("print('sk-ä')", "printed no key"),
        (f"import sys; print({KEY!r}); sys.exit(3)", r"failed \(exit status 3\); run it in a term"),
        (f"raise SystemExit({KEY!r})", r"exit status 1"),
        ("print('x ' * 99)", "printed no key"),
    ],
)
async def test_a_failure_is_one_sentence_without_what_it_said(program: str, words: str) -> None:
    with pytest.raises(AccountError, match=words) as raised:
        await command(program).key()
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("no-such-program-7Qx",), "no-such-program-7Qx of qwen.keyCommand is not found"),
        (("./key",), "no name on PATH and no whole path"),
        (("bin/key",), "no name on PATH and no whole path"),
        (("/no/such/program",), "can't be run"),
        (("",), "no name on PATH"),
    ],
)
async def test_a_program_that_is_not_there(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(AccountError, match=sentence):
        await KeyCommand(words, os.environ).key()


async def test_no_program_of_the_open_folder_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where PATH holds the folder that the editor happens to be in."""
    program = tmp_path / "key"
    program.write_text("#!/bin/sh\necho sk-evil\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for path in (".", "", f".{os.pathsep}"):
        with pytest.raises(AccountError, match="not found"):
            await KeyCommand(("key",), {"PATH": path}).key()
    assert (await KeyCommand(("key",), {"PATH": str(tmp_path)}).key()).value == SecretStr("sk-evil")


async def test_one_that_hangs_is_ended_with_all_that_it_started(home: Path) -> None:
    program = (
        "import os, pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path('pid').write_text(str(child.pid)); time.sleep(60)"
    )
    begun = time.monotonic()
    with pytest.raises(AccountError, match=r"has not ended within 1\.5 s"):
        await command(program, patience=1.5).key()
    assert time.monotonic() - begun < 10
    assert await _ends(int((home / "pid").read_text()))


async def test_a_caller_that_goes_away_ends_it(home: Path) -> None:
    program = "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid()))\n"
    said = command(program + "time.sleep(60)")
    task = asyncio.create_task(said.key())
    assert await _comes(lambda: (home / "pid").exists() and (home / "pid").read_text())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _ends(int((home / "pid").read_text()))


async def test_its_standard_error_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    said = command(f"import sys; sys.stderr.write('secret-7Qx'); print({KEY!r})")
    await said.key()
    assert "secret-7Qx" not in "".join(capfd.readouterr())


async def _ends(pid: int) -> bool:
    return await _comes(lambda: _is_dead(pid))


def _is_dead(pid: int) -> bool:
    """Whether a process is gone, or dead and waiting for its parent."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


async def _comes(happens: Callable[[], object]) -> bool:
    for _ in range(200):
        if happens():
            return True
        await asyncio.sleep(0.05)
    return False
