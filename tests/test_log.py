"""The log: what is redacted, where it goes, and what is kept."""

import io
import logging
import os
import sys
import threading
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp import log
from qwen_lsp.log import DAYS_KEPT, FILES_KEPT, Redacting, prune, redact, start_logging

TOKEN = "Zx9-_secretSECRET.42~/+="

SHAPES = [
    "Authorization: Bearer {}",
    "{{'authorization': 'Bearer {}'}}",
    "access_token={}",
    "refresh_token = {}",
    "access_token={}&token_type=Bearer",
    "grant_type=x&device_code={}",
    "code_verifier%3D{}",
    '{{"access_token": "{}", "expires_in": 3600}}',
    '{{"refresh_token":"{}"}}',
    r"{{\"device_code\": \"{}\"}}",
    "{{'code_verifier': '{}'}}",
    "[('device_code', '{}')]",
    "accessToken: {}",
    'b\'{{"access_token":"{}"}}\'',
    "DASHSCOPE_API_KEY={}",
    "Token(access_token='{}', expires=3)",
    "api-key: {}",
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("secret", [TOKEN, "a1b2c3d4e5f6"])
def test_secrets_are_redacted_in_every_shape(shape: str, secret: str) -> None:
    text = redact("before " + shape.format(secret) + " after")
    assert secret not in text
    assert "secretSECRET" not in text
    assert text.startswith("before ")
    assert text.endswith(" after")


@pytest.mark.parametrize("key", ["sk-abcdef0123456789", "sk-or-v1-0123456789abcdef"])
def test_keys_are_redacted_wherever_they_stand(key: str) -> None:
    assert key not in redact(f"Incorrect API key provided: {key}.")


def test_a_json_web_token_is_redacted() -> None:
    assert "eyJ" not in redact("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP here")


@pytest.mark.parametrize(
    "text",
    [
        "textDocument/didChange 12, 345 bytes",
        "The task-list-of-many-things was saved",
        "The access token has expired; sign in again.",
        'File "account/token.py", line 12, in access_token',
        "risk-management-tool",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_redacting_twice_is_redacting_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_a_traceback_is_redacted_and_tells_no_variables() -> None:
    variable = "value-of-a-variable"
    try:
        raise ValueError(f'{{"access_token": "{TOKEN}"}}') from KeyError("sk-abcdef0123456789")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, "f", 1, "failed: Bearer %s", (TOKEN,), sys.exc_info()
        )
    text = Redacting("%(message)s").format(record)
    assert "Traceback" in text
    for secret in (TOKEN, "sk-abcdef", repr(variable)):
        assert secret not in text


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Logging as at the start of a process, with its folder in `tmp_path`."""
    folder = tmp_path / "log"
    monkeypatch.setattr(platformdirs, "user_log_dir", lambda *_, **__: str(folder))
    for owner in (sys, threading):
        monkeypatch.setattr(owner, "excepthook", owner.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    root, own = logging.getLogger(), logging.getLogger("qwen_lsp")
    kept = root.handlers[:], root.level, own.level, logging.raiseExceptions
    root.handlers[:] = []
    yield folder
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = kept[0]
    root.setLevel(kept[1])
    own.setLevel(kept[2])
    logging.raiseExceptions = kept[3]
    logging.captureWarnings(capture=False)


def test_it_is_written_to_stderr_and_to_a_file(
    fresh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = start_logging(logging.DEBUG)
    logging.getLogger("qwen_lsp.lsp").debug("ours: Bearer %s", TOKEN)
    for library in ("httpx", "httpcore.connection", "pygls.protocol", "asyncio"):
        logging.getLogger(library).info("theirs")
        logging.getLogger(library).warning("a warning of %s", library)
    assert path
    assert path.parent == fresh
    for text in (path.read_text("utf-8"), capsys.readouterr().err):
        assert "ours: Bearer [redacted]" in text
        assert "theirs" not in text
        assert "a warning of httpx" in text
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        assert fresh.stat().st_mode & 0o777 == 0o700


def test_the_level_is_the_least_that_is_logged(fresh: Path) -> None:
    path = start_logging(logging.ERROR)
    logging.getLogger("qwen_lsp").warning("ours")
    logging.getLogger("httpx").warning("theirs")
    assert path
    assert path.read_text("utf-8") == ""


def test_a_home_that_can_not_be_written_is_no_obstacle(
    fresh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh.write_text("a file where the folder should be")
    assert start_logging(logging.INFO) is None
    logging.getLogger("qwen_lsp").info("still here")
    first, second = capsys.readouterr().err.splitlines()
    assert "There is no log file" in first
    assert "still here" in second


def test_a_crash_is_logged_without_secrets(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(logging.INFO)
    error = RuntimeError(f"access_token={TOKEN}")
    sys.excepthook(RuntimeError, error, None)
    thread = threading.Thread(target=_raise, args=(error,))
    thread.start()
    thread.join()
    text = capsys.readouterr().err
    assert text.count("RuntimeError: access_token=[redacted]") == 2
    assert TOKEN not in text


def _raise(error: Exception) -> None:
    raise error


def test_an_entry_that_can_not_be_formatted_is_not_shown(
    fresh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(logging.INFO)
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%d", (TOKEN,), None)
    for handler in logging.getLogger().handlers:
        if type(handler) in (log.Stderr, RotatingFileHandler):
            handler.handle(record)
    assert TOKEN not in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Pipes can't be asked there.")
def test_an_stderr_that_nobody_reads_is_not_waited_for() -> None:
    reads, writes = os.pipe()
    with os.fdopen(writes, "w") as stream:
        handler = log.Stderr(stream)
        handler.setFormatter(Redacting("%(message)s"))
        logger = logging.Logger("x")
        logger.addHandler(handler)
        for _ in range(100):
            logger.info("x" * 3000)
        os.read(reads, 1 << 20)
        logger.info("y" * 3000)
        assert os.read(reads, 1 << 20).strip() == b"y" * 3000
    os.close(reads)


def test_a_closed_stderr_is_no_error() -> None:
    stream = io.StringIO()
    handler = log.Stderr(stream)
    stream.close()
    handler.handle(logging.LogRecord("x", logging.INFO, "f", 1, "text", (), None))


def test_old_files_are_deleted(tmp_path: Path) -> None:
    day = 24 * 3600
    now = 100 * day
    for age in range(FILES_KEPT + 5):
        path = tmp_path / f"{age:02}.log"
        path.touch()
        os.utime(path, (now - age, now - age))
    other = tmp_path / "notes.txt"
    other.touch()
    os.utime(other, (1, 1))
    prune(tmp_path, now=now)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == [*(f"{age:02}.log" for age in range(FILES_KEPT - 1)), "notes.txt"]
    prune(tmp_path, now=now + DAYS_KEPT * day - 4.5)
    kept = sorted(path.name for path in tmp_path.glob("*.log"))
    assert kept == ["00.log", "01.log", "02.log", "03.log", "04.log"]
