"""The token's file: whole or not at all, for its owner alone, and never through a link."""

import asyncio
import os
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from qwen_lsp.account.store import Store
from qwen_lsp.account.token import Token
from qwen_lsp.errors import AccountError

TOKEN = Token(SecretStr("access"), SecretStr("refresh"), 1767225600000)
OTHER = Token(SecretStr("access-2"), SecretStr("refresh-2"), 1767225600001)

posix = pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / ".qwen" / "oauth_creds.json", sleep=asyncio.sleep)


def left_in(folder: Path) -> list[str]:
    """All but the lock among our own programs, which stays."""
    return [file.name for file in folder.iterdir() if not file.name.endswith(".qwen-lsp.lock")]


async def write(store: Store, token: Token) -> None:
    async with store.locked():
        await store.write(token)


async def test_what_is_written_is_read_and_nothing_else_is_left(store: Store) -> None:
    assert await store.token() is None
    await write(store, TOKEN)
    assert await store.token() == TOKEN
    await write(store, OTHER)
    assert await store.token() == OTHER
    assert left_in(store.path.parent) == ["oauth_creds.json"]


@posix
async def test_only_the_owner_can_read_it(store: Store) -> None:
    before = os.umask(0)
    try:
        await write(store, TOKEN)
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


@posix
async def test_a_file_that_others_can_read_is_closed_at_the_next_write(store: Store) -> None:
    store.path.parent.mkdir()
    store.path.write_text("{}")
    store.path.chmod(0o644)
    await write(store, TOKEN)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


async def test_unknown_keys_stay_in_the_file(store: Store) -> None:
    store.path.parent.mkdir()
    store.path.write_text('{"device_code_requested_at": 5.5}')
    await write(store, TOKEN)
    assert '"device_code_requested_at": 5.5' in store.path.read_text()


async def test_a_broken_file_holds_no_token_and_is_said_to(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.path.parent.mkdir()
    store.path.write_text('{"access_token": "a-secret", ')
    assert await store.token() is None
    assert "holds no token" in caplog.text
    assert "a-secret" not in caplog.text


@posix
@pytest.mark.parametrize("dangling", [True, False])
async def test_a_symbolic_link_is_neither_read_nor_written_nor_deleted(
    store: Store, tmp_path: Path, dangling: bool
) -> None:
    target = tmp_path / "target"
    if not dangling:
        target.write_text("{}")
    store.path.parent.mkdir()
    store.path.symlink_to(target)
    assert await store.exists()
    with pytest.raises(AccountError, match="symbolic link"):
        await store.token()
    async with store.locked():
        with pytest.raises(AccountError, match="symbolic link"):
            await store.write(TOKEN)
        with pytest.raises(AccountError, match="symbolic link"):
            await store.delete()
    assert store.path.is_symlink()
    assert dangling or target.read_text() == "{}"


@posix
async def test_a_pipe_does_not_hang_the_reader(store: Store) -> None:
    store.path.parent.mkdir()
    os.mkfifo(store.path)
    with pytest.raises(AccountError, match="no plain file"):
        await store.token()


async def test_a_folder_in_its_place_is_a_sentence(store: Store) -> None:
    store.path.mkdir(parents=True)
    with pytest.raises(AccountError, match=r"can't be read|no plain file"):
        await store.token()


@pytest.mark.parametrize("step", ["fsync", "replace"])
async def test_a_write_that_fails_leaves_the_old_file_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    await write(store, TOKEN)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async with store.locked():
        monkeypatch.setattr(os if step == "fsync" else Path, step, full)
        with pytest.raises(AccountError, match=r"can't be written .No space left on device"):
            await store.write(OTHER)
    assert await store.token() == TOKEN
    assert left_in(store.path.parent) == ["oauth_creds.json"]


async def test_deleting_is_done_once_or_not_at_all(store: Store) -> None:
    await write(store, TOKEN)
    async with store.locked():
        await store.delete()
        await store.delete()
    assert not await store.exists()
