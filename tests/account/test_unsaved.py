"""Where a token can't be written, it lives on in memory, and the user is told."""

import os
from pathlib import Path

import pytest

from qwen_lsp.errors import (
    AccountError,
)

from .authorization import (
    ACCESS_1,
    ACCESS_2,
    REFRESH_1,
    REFRESH_2,
    AuthorizationServer,
    Clock,
    code,
    token,
    used,
)
from .conftest import Home, Made


async def test_a_renewed_token_that_cannot_be_written_is_kept_in_memory(
    account: Made, home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)

    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target == home.file:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), token("access-3", "refresh-3")])
    mine = account(server)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert used(await mine.access())[1] == ACCESS_2
        assert mine.message is not None
        assert "No space left on device" in mine.message
        assert "kept in memory" in mine.message
        assert used(await mine.access())[1] == ACCESS_2
    assert home.held()["refresh_token"] == REFRESH_1
    clock.now += 21600
    assert used(await mine.access())[1] == "access-3"
    assert server.forms[-1][1]["refresh_token"] == REFRESH_2
    assert home.held()["refresh_token"] == "refresh-3"
    assert mine.message is None


async def test_a_token_in_memory_gives_way_to_a_new_one_in_the_file(
    account: Made, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    mine = account(AuthorizationServer(token=[token(ACCESS_2, REFRESH_2)]))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "I/O error")))
        await mine.access()
    home.holds("access-of-another", "refresh-of-another")
    assert used(await mine.access())[1] == "access-of-another"
    assert mine.message is None


async def test_a_place_that_can_never_be_read_is_said_before_the_sign_in(
    account: Made, home: Home
) -> None:
    home.file.parent.write_text("a file where the folder should be")
    with pytest.raises(AccountError, match="can't be read"):
        await account(AuthorizationServer(device=[code()])).sign_in()


async def test_a_read_only_folder(
    account: Made, home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, owner: str) -> bool:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("qwen_lsp.account.lock._written", read_only)
    server = AuthorizationServer(device=[code()], token=[token(), token(ACCESS_2, REFRESH_2)])
    mine = account(server)
    await mine.sign_in()
    await mine.until_signed_in()
    assert mine.state == "signedIn"
    assert mine.message is not None
    assert "Read-only file system" in mine.message
    assert used(await mine.access())[1] == ACCESS_1
    clock.now += 21600
    assert used(await mine.access())[1] == ACCESS_2
    assert server.forms[-1][1]["refresh_token"] == REFRESH_1
    assert not home.file.exists()
    await mine.sign_out()
    assert await mine.look() == "signedOut"
