"""Where a token can't be written, it lives on in memory, and the user is told."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from qwen_lsp.errors import AccountError, CredentialRefused

from ..authorization import (
    ACCESS_1,
    ACCESS_2,
    REFRESH_1,
    REFRESH_2,
    AuthorizationServer,
    Clock,
    code,
    error,
    token,
    used,
)
from ..conftest import Home, Made


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


@pytest.fixture
def nothing_new(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets no file be made in the home, by the number of the error that tells why."""
    opened, error = os.open, 0

    def refused(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if error and flags & os.O_CREAT and str(home.file.parent) in str(path):
            raise OSError(error, os.strerror(error))
        return opened(path, flags, *more, **named)

    def set_error(number: int) -> None:
        nonlocal error
        error = number

    monkeypatch.setattr(os, "open", refused)
    return set_error


async def test_a_sign_in_in_a_read_only_home(
    account: Made, home: Home, clock: Clock, nothing_new: Callable[[int], None]
) -> None:
    nothing_new(errno.EROFS)
    server = AuthorizationServer(device=[code()], token=[token(), token(ACCESS_2, REFRESH_2)])
    mine = account(server)
    await mine.sign_in()
    await mine.until_signed_in()
    assert mine.state == "signedIn"
    assert mine.message == (
        f"The sign-in can't be kept in {home.file.parent} (Read-only file system); put that right "
        "and try again. Until then the sign-in is kept in memory only."
    )
    assert used(await mine.access())[1] == ACCESS_1
    clock.now += 21600
    assert used(await mine.access())[1] == ACCESS_2
    assert server.forms[-1][1]["refresh_token"] == REFRESH_1
    assert not home.file.exists()
    await mine.sign_out()
    assert await mine.look() == "signedOut"


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT])
async def test_what_could_not_be_written_is_not_asked_for(
    account: Made, home: Home, nothing_new: Callable[[int], None], number: int
) -> None:
    """Else the token in the file would be spent, for all programs that share it."""
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2)])
    mine = account(server)
    nothing_new(number)
    with pytest.raises(AccountError, match=r"can't be kept in .* put that right and try again"):
        await mine.access()
    assert server.forms == []
    nothing_new(0)
    assert used(await mine.access())[1] == ACCESS_2
    assert home.names() == ["oauth_creds.json"]


async def test_a_disk_that_is_full_only_after_the_rotation_gets_the_token_later(
    account: Made, home: Home, clock: Clock, nothing_new: Callable[[int], None]
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0, note="kept")

    def answered(form: dict[str, str]) -> httpx.Response:
        nothing_new(errno.ENOSPC)
        return token(ACCESS_2, REFRESH_2)

    server = AuthorizationServer(token=[answered])
    mine = account(server)
    assert used(await mine.access())[1] == ACCESS_2
    message = mine.message
    assert message == (
        f"{home.file} can't be written (No space left on device); put that right. "
        "Until then the sign-in is kept in memory only."
    )
    nothing_new(0)
    assert used(await mine.access())[1] == ACCESS_2
    assert home.held()["refresh_token"] == REFRESH_1
    clock.now += 16
    assert used(await mine.access())[1] == ACCESS_2
    await mine.aclose()
    held = home.held()
    assert (held["refresh_token"], held["note"]) == (REFRESH_2, "kept")
    assert mine.message is None
    assert server.count("refresh_token") == 1


async def test_another_attempt_that_fails_is_followed_by_another(
    account: Made, home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    mine = account(AuthorizationServer(token=[token(ACCESS_2, REFRESH_2)]))
    tries = 0

    def broken(_: int) -> None:
        nonlocal tries
        tries += 1
        raise OSError(errno.EIO, "I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        await mine.access()
        for _ in range(3):
            clock.now += 16
            for _ in range(5):
                assert used(await mine.access())[1] == ACCESS_2
            await mine.aclose()
            assert mine.message is not None
    assert tries == 4
    clock.now -= 3600
    await mine.access()
    await mine.aclose()
    assert home.held()["refresh_token"] == REFRESH_2


async def test_a_sign_out_that_fails_loses_no_token(
    account: Made, home: Home, nothing_new: Callable[[int], None]
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)

    def answered(form: dict[str, str]) -> httpx.Response:
        nothing_new(errno.EROFS)
        return token(ACCESS_2, REFRESH_2)

    mine = account(AuthorizationServer(token=[answered]))
    await mine.access()
    with pytest.raises(AccountError, match="Read-only file system"):
        await mine.sign_out()
    assert used(await mine.access())[1] == ACCESS_2


async def test_a_refused_token_that_cannot_be_deleted_is_asked_about_but_once(
    account: Made, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(token=[error(400, "invalid_grant")])
    mine = account(server)
    unlink = Path.unlink

    def fails(self: Path, *, missing_ok: bool = False) -> None:
        if self == home.file:
            raise OSError(errno.EPERM, "Operation not permitted")
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", fails)
    for _ in range(3):
        with pytest.raises(CredentialRefused, match="sign in again"):
            await mine.access()
    assert len(server.forms) == 1
