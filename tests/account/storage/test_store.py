"""The token's file: whole or not at all, for its owner alone, and never through a link."""

import asyncio
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from qwen_lsp.account.storage.store import Store
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


def raised(error: Exception) -> Callable[..., None]:
    def function(*_: object) -> None:
        raise error

    return function


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
async def test_a_file_that_others_can_read_is_its_owners_alone_from_the_first_look(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await write(store, TOKEN)
    store.path.chmod(0o644)
    assert await store.token() == TOKEN
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert await store.token() == TOKEN
    assert [record.getMessage() for record in caplog.records] == [
        f"{store.path} could be read by others, and can't be any more"
    ]


@posix
async def test_a_mode_that_cannot_be_changed_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await write(store, TOKEN)
    store.path.chmod(0o640)
    monkeypatch.setattr(os, "fchmod", raised(OSError(30, "Read-only file system")))
    assert await store.token() == TOKEN
    assert "run chmod 600 on it" in caplog.text


@posix
async def test_a_folder_that_others_can_write_to_is_its_owners_alone(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.path.parent.mkdir()
    store.path.parent.chmod(0o777)
    await write(store, TOKEN)
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o755
    assert "others could change what is in" in caplog.text


@posix
async def test_a_file_of_another_user_is_neither_read_nor_written_nor_deleted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(store, TOKEN)
    before = store.path.read_bytes()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(AccountError, match="belongs to another user"):
        await store.token()
    async with store.locked():
        with pytest.raises(AccountError, match="belongs to another user"):
            await store.write(OTHER)
        with pytest.raises(AccountError, match="belongs to another user"):
            await store.delete()
    assert store.path.read_bytes() == before


async def test_without_user_ids_as_on_windows_nothing_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await write(store, TOKEN)
    monkeypatch.delattr(os, "geteuid", raising=False)
    store.path.chmod(0o666)
    with monkeypatch.context() as patch:
        patch.delattr(os, "fchmod", raising=False)
        assert await store.token() == TOKEN
    await write(store, OTHER)
    assert await store.token() == OTHER
    assert not caplog.records


async def test_what_a_killed_server_was_writing_is_removed(store: Store) -> None:
    await write(store, TOKEN)
    for name in (".oauth_creds.json.1234.tmp", "oauth_creds.json.tmp", ".other.json.1.tmp"):
        store.path.with_name(name).write_text("refresh")
    await write(store, OTHER)
    others = [".other.json.1.tmp", "oauth_creds.json", "oauth_creds.json.tmp"]
    assert sorted(left_in(store.path.parent)) == others
    store.path.with_name(".oauth_creds.json.1234.tmp").write_text("refresh")
    async with store.locked():
        await store.delete()
    assert sorted(left_in(store.path.parent)) == [others[0], others[2]]


async def test_a_file_that_is_just_being_written_in_place_is_read_once_it_is_whole(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await write(store, TOKEN)
    whole = store.path.read_bytes()
    store.path.write_bytes(whole[: len(whole) // 2])
    reading = asyncio.create_task(store.token())
    await asyncio.sleep(0.03)
    store.path.write_bytes(whole)
    assert await reading == TOKEN
    assert not caplog.records


@pytest.mark.parametrize("times", [2, 99])
async def test_a_file_that_another_has_open_is_replaced_a_little_later(
    store: Store, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """As Windows has it."""
    await write(store, TOKEN)
    replace, left = Path.replace, times

    def busy(self: Path, target: Path) -> Path:
        nonlocal left
        left -= target == store.path
        if target == store.path and left >= 0:
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    if times > 10:
        with pytest.raises(AccountError, match="can't be written"):
            await write(store, OTHER)
    else:
        await write(store, OTHER)
    assert await store.token() == (TOKEN if times > 10 else OTHER)


async def test_unknown_keys_stay_in_the_file(store: Store) -> None:
    store.path.parent.mkdir()
    unknown = {"device_code_requested_at": 5.5, "später": [{"\ud83e": None}], "big": 10**30}
    store.path.write_text(json.dumps(unknown))
    for token in (TOKEN, OTHER):
        await write(store, token)
        assert unknown.items() <= json.loads(store.path.read_text()).items()


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
