"""A token is renewed in time, once, and by one program."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from qwen_lsp.account.issuer import QWEN

from ..authorization import (
    ACCESS_1,
    ACCESS_2,
    REFRESH_1,
    REFRESH_2,
    AuthorizationServer,
    Clock,
    error,
    token,
    used,
)
from ..conftest import Home, Made


async def test_a_stale_token_is_renewed_before_it_is_used(
    account: Made, home: Home, clock: Clock
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=29, note="kept", resource_url="other.qwen.ai")
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2, resource_url=None)])
    mine = account(server)
    assert used(await mine.access()) == ("https://other.qwen.ai/v1", ACCESS_2)
    assert server.forms == [
        (
            "https://chat.qwen.ai/api/v1/oauth2/token",
            {
                "grant_type": "refresh_token",
                "refresh_token": REFRESH_1,
                "client_id": QWEN.client_id,
            },
        )
    ]
    held = home.held()
    assert held["refresh_token"] == REFRESH_2
    assert held["expiry_date"] == round((clock() + 21600) * 1000)
    assert held["note"] == "kept"
    assert held["resource_url"] == "other.qwen.ai"
    assert home.names() == ["oauth_creds.json"]


async def test_an_old_refresh_token_is_kept_if_none_comes(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    await account(AuthorizationServer(token=[token(ACCESS_2, None)])).access()
    assert home.held()["refresh_token"] == REFRESH_1


async def test_many_callers_share_one_renewal(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), error(400, "invalid_request")])
    mine = account(server)
    accesses = await asyncio.gather(*(mine.access() for _ in range(20)))
    assert {used(access)[1] for access in accesses} == {ACCESS_2}
    assert server.count("refresh_token") == 1


async def test_two_accounts_on_one_file_renew_once(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), error(400, "invalid_request")])
    accounts = [account(server, sleep=lambda _: asyncio.sleep(0.01)) for _ in range(4)]
    accesses = await asyncio.gather(*(mine.access() for mine in accounts))
    assert {used(access)[1] for access in accesses} == {ACCESS_2}
    assert server.count("refresh_token") == 1


async def test_a_cancelled_caller_does_not_cut_the_renewal_short(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        asked.set()
        await answered.wait()
        return token(ACCESS_2, REFRESH_2)

    client = httpx.AsyncClient(transport=httpx.MockTransport(slow))
    mine = account(AuthorizationServer())
    mine._http = lambda: client
    caller = asyncio.create_task(mine.access())
    await asked.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    answered.set()
    await mine.aclose()
    assert home.held()["refresh_token"] == REFRESH_2
    assert home.names() == ["oauth_creds.json"]
    await client.aclose()


async def test_a_caller_that_is_cancelled_while_the_token_is_written_loses_none(
    account: Made, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    mine = account(AuthorizationServer(token=[token(ACCESS_2, REFRESH_2)]))
    caller = asyncio.create_task(mine.access())
    loop = asyncio.get_running_loop()
    fsync = os.fsync

    def slow(file: int) -> None:
        for _ in range(3):
            loop.call_soon_threadsafe(caller.cancel)
        time.sleep(0.05)
        fsync(file)

    monkeypatch.setattr(os, "fsync", slow)
    with pytest.raises(asyncio.CancelledError):
        await caller
    await mine.aclose()
    assert home.held()["refresh_token"] == REFRESH_2
    assert home.names() == ["oauth_creds.json"]


async def test_a_token_that_lives_for_seconds_is_renewed_once_by_all(
    account: Made, home: Home
) -> None:
    """It is always about to expire."""
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(
        token=[token(ACCESS_2, REFRESH_2, expires_in=20), error(400, "invalid_request")]
    )
    accounts = [account(server, sleep=lambda _: asyncio.sleep(0.01)) for _ in range(4)]
    accesses = await asyncio.gather(*(mine.access() for mine in accounts))
    assert {used(access)[1] for access in accesses} == {ACCESS_2}
    assert server.count("refresh_token") == 1


async def test_a_token_expired_since_another_program_wrote_it_is_renewed(
    account: Made, home: Home, clock: Clock
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    lock = home.file.with_suffix(".lock")
    lock.write_text("of another program")
    server = AuthorizationServer(token=[token("access-3", "refresh-3")])
    mine = account(server)

    async def meanwhile(seconds: float) -> None:
        home.holds(ACCESS_2, REFRESH_2, lifetime=0)
        await asyncio.to_thread(lock.unlink)

    mine._sleep = meanwhile
    assert used(await mine.access())[1] == "access-3"
    assert [form["refresh_token"] for _, form in server.forms] == [REFRESH_2]


@pytest.mark.parametrize("jump", [-86400 * 365, -7200, 7200, 86400 * 365])
async def test_a_clock_that_jumps_costs_a_renewal_at_the_most(
    account: Made, home: Home, clock: Clock, jump: float
) -> None:
    home.holds(ACCESS_1, REFRESH_1)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), token("access-3", "refresh-3")])
    mine = account(server)
    await mine.access()
    clock.now += jump
    for _ in range(3):
        await mine.access()
    assert server.count("refresh_token") == (jump > 21600)
    clock.now += 21600 - jump
    access = await mine.access()
    if jump > 21600:
        access = await mine.renewed(access)
        assert used(access)[1] == "access-3"
    else:
        assert used(access)[1] == ACCESS_2
    assert home.held()["access_token"] == used(access)[1]


async def test_a_clock_that_was_set_back_makes_no_token_new(
    account: Made, home: Home, clock: Clock
) -> None:
    """Else the service would be said to have ended."""
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), token("access-3", "refresh-3")])
    mine = account(server)
    access = await mine.access()
    clock.now -= 7200
    assert used(await mine.renewed(access))[1] == "access-3"


async def test_a_token_renewed_by_another_program_is_adopted(
    account: Made, home: Home, clock: Clock
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    lock = home.file.with_suffix(".lock")
    lock.write_text("of another program")
    server = AuthorizationServer(token=[error(400, "invalid_request")])
    mine = account(server)

    async def meanwhile(seconds: float) -> None:
        home.holds(ACCESS_2, REFRESH_2)
        await asyncio.to_thread(lock.unlink)

    mine._sleep = meanwhile
    assert used(await mine.access())[1] == ACCESS_2
    assert server.forms == []


RENEWER = """
import asyncio, os, sys, urllib.parse
import httpx
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.model.catalog.providers import providers

async def rotate(request):
    form = dict(urllib.parse.parse_qsl(request.content.decode()))
    with open(sys.argv[1], "a") as log:
        log.write(form["refresh_token"] + "\\n")
    await asyncio.sleep(0.1)
    n = int(form["refresh_token"].rpartition("-")[2]) + 1
    tokens = {"access_token": f"a-{n}", "refresh_token": f"r-{n}", "expires_in": 3600}
    return httpx.Response(200, json=tokens)

async def main():
    client = httpx.AsyncClient(transport=httpx.MockTransport(rotate))
    account = SignedIn(providers()["qwen-oauth"], http=lambda: client, environ=os.environ)
    print((await account.access()).key.get_secret_value())

asyncio.run(main())
"""


def test_three_processes_renew_once(home: Home, tmp_path: Path) -> None:
    home.holds("a-1", "r-1", lifetime=-1e9)
    log = tmp_path / "log"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RENEWER, str(log)],
            env=os.environ | home.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    outputs = [process.communicate(timeout=60)[0].strip() for process in running]
    assert outputs == ["a-2", "a-2", "a-2"]
    assert log.read_text().split() == ["r-1"]
    assert home.held()["refresh_token"] == "r-2"
